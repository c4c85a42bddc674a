"""A local service that behaves like gBizINFO where it matters: token, paging, limits, slash error, slowing down."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-test"
PER_PAGE = 2


class FakeGBizInfo:
    """Rows by number with the day of their update (YYYYMMDD), and answers to give before the real ones."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.asked: list[str] = []

    def answer(self, path: str, token: str) -> tuple[int, dict[str, str], Any]:
        self.asked.append(path)
        if self.failures:
            status, headers = self.failures.pop(0)
            return status, headers, {"message": "slow down"}
        parts = urlsplit(path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if token != TOKEN:
            return 403, {}, {"message": "token"}
        if parts.path.endswith("/"):
            return 400, {}, {"message": "trailing slash"}
        if parts.path == "/hojin/v2/hojin/updateInfo":
            return self._updates(query)
        number = parts.path.removeprefix("/hojin/v2/hojin/")
        if number in self.rows:
            return 200, {}, {"hojin-infos": [self.rows[number]], "id": "1", "message": "成功"}
        return 404, {}, {"message": "none"}

    def _updates(self, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        page = int(query.get("page", "1"))
        if not 1 <= page <= 10:
            return 400, {}, {"errors": [{"message": "page"}]}
        rows = [row for row in self.rows.values() if query["from"] <= row["update_date"] <= query["to"]]
        pages = -(-len(rows) // PER_PAGE)
        shown = [
            {key: row[key] for key in ("corporate_number", "name", "update_date")}
            for row in rows[(page - 1) * PER_PAGE : page * PER_PAGE]
        ]
        counts = {"totalCount": str(len(rows)), "totalPage": str(pages), "pageNumber": str(page)}
        return 200, {}, {"hojin-infos": shown, "id": "1", "message": "成功", **counts}


@contextmanager
def serving(fake: FakeGBizInfo) -> Iterator[str]:
    """Serve on a free port of this machine; yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = fake.answer(self.path, self.headers.get("X-hojinInfo-api-token", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hojin"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
