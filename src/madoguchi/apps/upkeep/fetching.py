"""Fetches a page that staff named, and follows links of sources. Public hosts only (core/outbound), small and short.

Nothing is sent but the address: no cookie, no name of who asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from madoguchi import __version__
from madoguchi.apps.upkeep.pages import MAX_BYTES, PageProblem, Trouble
from madoguchi.core import outbound

SCHEMES = ("https", "http")
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 10.0
MAX_URL_SIGNS = 2_000
_KINDS = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf", "application/octet-stream", "")
_HEADERS = {"User-Agent": f"Madoguchi/{__version__} (registry upkeep)", "Accept-Encoding": "identity", "Accept": "*/*"}

Call = Callable[..., outbound.Answer]
"""`outbound.call`, or in a test the same with another transport."""


class FetchProblem(Exception):
    """A page that did not come: the server's status, or None when nothing was called (see `__cause__`)."""

    def __init__(self, status: int | None, refusal: outbound.Refusal | None = None) -> None:
        super().__init__(f"The page did not come (status {status}, {refusal}). Check the address, or paste the text.")
        self.status = status
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: its last address, bytes, and what the server says they are."""

    url: str
    data: bytes
    content_type: str


def fetch(url: str, *, call: Call = outbound.call) -> Fetched:
    """Fetch a page that staff named; raise FetchProblem, or PageProblem when it is of a kind that is not read."""
    try:
        answer = call("GET", url[:MAX_URL_SIGNS], **_limits(MAX_BYTES))
    except outbound.OutboundError as problem:
        raise FetchProblem(None, problem.refusal) from problem
    if answer.status != 200:
        raise FetchProblem(answer.status)
    content_type = answer.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in _KINDS:
        raise PageProblem(Trouble.WRONG_KIND)
    return Fetched(answer.url, answer.body, content_type)


def look(url: str, *, call: Call = outbound.call) -> outbound.Answer:
    """Follow a link without its contents where the server allows it; raise OutboundError."""
    answer = call("HEAD", url, **_limits(64 * 1024))
    if answer.status in (400, 403, 404, 405, 501):  # some servers know no HEAD, or answer it wrongly
        answer = call("GET", url, **_limits(MAX_BYTES))
    return answer


def _limits(most_bytes: int) -> dict[str, Any]:
    return {
        "headers": _HEADERS,
        "schemes": SCHEMES,
        "most_bytes": most_bytes,
        "redirects": MAX_REDIRECTS,
        "timeout_seconds": TIMEOUT_SECONDS,
    }
