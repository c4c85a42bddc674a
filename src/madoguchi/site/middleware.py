"""Adds the security headers that Django 5.2 has no setting for, and refuses requests that no browser makes."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class ContentSecurityPolicyMiddleware:
    """Sends one strict policy: nothing but this server's own files, no inline script, no inline style."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class WellFormedMiddleware:
    """Refuses forms in another encoding than UTF-8, which Python may not know as text, and addresses with a NUL."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest("The body is not in UTF-8.")
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class OpenToPagesMiddleware:
    """Lets pages of other sites read what machines call: open data and the API, without the reader's cookies.

    `*` is never joined with credentials by a browser, so nobody's session is used; who needs to be known sends a key.
    """

    PATHS = ("/api/", "/id/", "/catalog.jsonld")
    ALLOWED = {
        "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, X-API-Key",
        "Access-Control-Max-Age": "86400",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(self.PATHS):
            return self.get_response(request)
        asked_before = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204, headers=self.ALLOWED) if asked_before else self.get_response(request)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
        return response
