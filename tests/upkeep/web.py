"""A small web server on this machine, and calls that reach it instead of the hosts they name: for these tests only."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from madoguchi.core import outbound

PUBLIC = "93.184.216.34"
"""An address that counts as public; nothing is ever sent there."""


class Handler(BaseHTTPRequestHandler):
    """Answers by path: /ok, /missing, /error, /forbidden, /moved, /loop, /to?<address>, /big, /no-head."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        if self.path == "/no-head":
            self.send_error(405)
            return
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path, _, query = self.path.partition("?")
        status = {"/missing": 404, "/gone": 410, "/error": 500, "/forbidden": 403}.get(path, 200)
        target = {"/moved": "/ok", "/loop": "/loop", "/to": query}.get(path)
        body = b"<html><p>\xe8\xa6\x8b\xe6\x9c\xac</p></html>" if path != "/big" else b"a" * 20_000_000
        self.send_response(302 if target else status)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Type", "image/png" if path == "/picture" else "text/html; charset=utf-8")
        self.send_header("Content-Length", "0" if target or not with_body else str(len(body)))
        self.end_headers()
        if with_body and not target:
            try:
                self.wfile.write(body)
            except OSError:  # the client has seen enough
                return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class ToHere(httpx.BaseTransport):
    """Sends every request to the test server, whatever address it was pinned to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@contextmanager
def server() -> Iterator[Any]:
    """Run the server and yield a call that reaches it for every name; names beginning with `inside` resolve privately."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()

    def resolve(host: str, _port: int) -> list[str]:
        try:
            import ipaddress

            return [str(ipaddress.ip_address(host))]
        except ValueError:
            if host.startswith("nobody"):
                raise OSError("no such host") from None
            return ["10.0.0.7"] if host.startswith("inside") else [PUBLIC]

    try:
        port = web.server_address[1]
        yield lambda *args, **more: outbound.call(*args, **more, resolve=resolve, transport=ToHere(port))
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def looking(call: Any) -> Any:
    """Return a `look` of fetching that uses this call."""
    from madoguchi.apps.upkeep import fetching

    return partial(fetching.look, call=call)
