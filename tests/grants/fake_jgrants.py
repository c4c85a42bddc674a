"""A local service that behaves like jGrants' public API where it matters: keyword lists, details, failures on request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = "/exp/v1/public"


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return the detail of a call as the service sends it."""
    return {
        "id": f"a0W{number:015d}",
        "name": f"S-{number:08d}",
        "title": f"小規模事業者補助金{number}",
        "subsidy_catch_phrase": "販路開拓を支援します",
        "detail": "<p>経費の一部を<b>補助</b>します。</p><script>alert(1)</script>",
        "use_purpose": "新たな事業を行いたい / 設備整備・IT導入をしたい",
        "industry": "情報通信業 / 教育、学習支援業",
        "target_area_search": "東京都 / 大阪府",
        "target_area_detail": "全国",
        "target_number_of_employees": "20名以下",
        "subsidy_rate": "2分の1",
        "subsidy_max_limit": 1_000_000,
        "acceptance_start_datetime": "2026-11-01T00:00:00.000Z",
        "acceptance_end_datetime": "2026-12-01T08:00:00.000Z",
        "project_end_deadline": "2027-07-31T15:00:00.000Z",
        "institution_name": None,
        "front_subsidy_detail_page_url": f"https://www.jgrants-portal.go.jp/subsidy/a0W{number:015d}",
        "application_guidelines": [{"name": "公募要領.pdf", "data": "JVBERi0="}],
        "outline_of_grant": [],
        "application_form": [{"name": "様式\u202e.docx", "data": "AAAA"}],
        **changes,
    }


class FakeJGrants:
    """Calls by id; `failures` are answers to give before the real ones, `broken` ids always answer 500."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = {item["id"]: item for item in rows}
        self.failures: list[int] = []
        self.broken: set[str] = set()
        self.raw: dict[str, bytes] = {}
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if self.failures:
            return self.failures.pop(0), b"{}"
        parts = urlsplit(path)
        if parts.path in self.raw:
            return 200, self.raw[parts.path]
        if parts.path == f"{ROOT}/subsidies":
            return self._list(parse_qs(parts.query))
        call_id = parts.path.removeprefix(f"{ROOT}/subsidies/id/")
        if call_id in self.broken:
            return 500, b"error"
        found = [self.rows[call_id]] if call_id in self.rows else []
        return 200, json.dumps({"metadata": {"resultset": {"count": len(found)}}, "result": found}).encode()

    def _list(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        word = query.get("keyword", [""])[0]
        if not 2 <= len(word) <= 255 or not {"sort", "order", "acceptance"} <= set(query):
            return 400, b'{"message": "keyword"}'
        rows = [
            {key: item.get(key) for key in ("id", "name", "title", "acceptance_end_datetime")}
            for item in self.rows.values()
            if word in f"{item.get('title')}{item.get('detail')}"
        ]
        return 200, json.dumps({"metadata": {}, "result": rows}).encode()


@contextmanager
def serving(fake: FakeJGrants) -> Iterator[str]:
    """Serve on a free port of this machine; yield the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, data = fake.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{ROOT}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
