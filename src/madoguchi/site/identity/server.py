"""Serves the provider as a WSGI application with one thread per request. It knows addresses, never what is asked there."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from madoguchi.site.identity.messages import Request
from madoguchi.site.identity.provider import Provider

MAX_BODY_BYTES = 65_536
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(provider: Provider) -> Application:
    """Return the WSGI application of a provider."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = read(environ)
        if request is None:
            start_response("413 Content Too Large", [("Content-Length", "0")])
            return [b""]
        response = provider.handle(request)
        status = f"{response.status} {HTTPStatus(response.status).phrase}"
        start_response(status, [*response.headers.items(), ("Content-Length", str(len(response.body)))])
        return [response.body]

    return answer


def read(environ: dict[str, Any]) -> Request | None:
    """Return the request, or None when its body is too large or its length is no number."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return None
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = str(environ.get("CONTENT_TYPE") or "")
    return Request(
        method=str(environ["REQUEST_METHOD"]),
        path=str(environ.get("PATH_INFO", "/")),
        query=str(environ.get("QUERY_STRING", "")),
        body=environ["wsgi.input"].read(int(length)).decode("utf-8", "replace") if int(length) else "",
        headers=headers,
    )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Writes no line per request: addresses carry codes and states."""

    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        return


def listen(*, port: int, host: str = "127.0.0.1") -> WSGIServer:
    """Return a listening server without an application yet; port 0 takes a free one (`server_port`)."""
    return make_server(host, port, _nothing, server_class=_Server, handler_class=_Quiet)


def _nothing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return [b""]


@contextmanager
def running(server: WSGIServer, provider: Provider) -> Iterator[Provider]:
    """Serve a provider from a thread until the block ends."""
    server.set_app(application(provider))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
