"""Requests, answers and refusals of the local provider as plain values, without any web framework.

Parameters that stand twice are refused here, once for all endpoints (RFC 6749 section 3.1).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MAX_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""

    def parameters(self) -> dict[str, str]:
        """Return the query's parameters; raise DoubledParameter."""
        return _once(self.query)

    def form(self) -> dict[str, str]:
        """Return the form's fields; an empty one when the body is no form; raise DoubledParameter."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        return _once(self.body) if kind == FORM else {}

    def cookie(self, name: str) -> str:
        """Return a cookie, or empty text."""
        try:
            cookies = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return ""
        return cookies[name].value if name in cookies else ""


class DoubledParameter(ValueError):
    """A parameter that stands twice, or too many of them."""


def _once(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as problem:
        raise DoubledParameter("too many parameters") from problem
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DoubledParameter("a parameter stands twice")
    return found


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(
    content: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def redirect(target: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a redirect by GET."""
    return Response(303, b"", {"Location": target, **NO_STORE, **(headers or {})})


def with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """Return an address with parameters added to those that it has."""
    parts = urlsplit(address)
    query = "&".join(piece for piece in (parts.query, urlencode({k: v for k, v in parameters.items() if v})) if piece)
    return urlunsplit(parts._replace(query=query))


class PageRefusal(Exception):
    """A request that cannot be answered by a redirect, because nobody knows whether its address can be trusted."""

    def __init__(self, error: str, *, ja: str, en: str, status: int = 400) -> None:
        super().__init__(f"{error}: {en}")
        self.error, self.ja, self.en, self.status = error, ja, en, status


class RedirectRefusal(Exception):
    """A refusal that the client is told through the browser."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


class TokenRefusal(Exception):
    """A refusal of the token or userinfo endpoint (RFC 6749 section 5.2, RFC 6750 section 3)."""

    def __init__(self, error: str, description: str, *, status: int = 400, challenge: str = "") -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status, self.challenge = error, description, status, challenge

    def response(self) -> Response:
        """Return the answer."""
        headers = {**NO_STORE, **({"WWW-Authenticate": self.challenge} if self.challenge else {})}
        return json_response(
            {"error": self.error, "error_description": self.description}, status=self.status, headers=headers
        )
