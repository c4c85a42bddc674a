"""A client of gBizINFO's REST API v2: one corporation, search, and what changed between two days.

Rules of the published OpenAPI: the token goes in a header, an address that ends in a slash is an error, `limit` is at most
5,000 and `page` at most 10, so no query gives more than 50,000 rows; larger spans are asked day by day. Knows no database.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from madoguchi.engines.identifiers import IdentifierError, corporate_number

TOKEN_HEADER = "X-hojinInfo-api-token"  # noqa: S105 # the name of a header
MAX_PAGE = 10
MAX_LIMIT = 5_000
MAX_TRIES = 4
MAX_PAUSE_SECONDS = 60.0
_TIMEOUT_SECONDS = 20.0


class GBizInfoProblem(Exception):
    """The service did not answer as it should: what, why, what to do."""


class TooMuch(GBizInfoProblem):
    """A query has more than ten pages: rows beyond them cannot be reached."""


@dataclass(slots=True)
class GBizInfo:
    """A client for one service and token. `sleep` waits between tries (seconds)."""

    base_url: str
    token: str = field(repr=False)
    sleep: Callable[[float], None] = time.sleep
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_TIMEOUT_SECONDS))

    def corporation(self, number: str) -> Mapping[str, Any] | None:
        """Return what the service holds about a corporation (HojinInfoV2), None when it knows none."""
        found = self._get(f"/v2/hojin/{corporate_number(number)}", {})
        return next(iter(_infos(found)), None)

    def search(self, *, name: str, limit: int = 100, page: int = 1) -> list[Mapping[str, Any]]:
        """Return one page of corporations of that name."""
        if not 1 <= limit <= MAX_LIMIT or not 1 <= page <= MAX_PAGE:
            raise ValueError(f"limit runs from 1 to {MAX_LIMIT} and page from 1 to {MAX_PAGE}.")
        return _infos(self._get("/v2/hojin", {"name": name, "limit": str(limit), "page": str(page)}))

    def changed(self, start: date, end: date) -> Iterator[Mapping[str, Any]]:
        """Yield what changed from `start` to `end` (both included), halving spans that have more than ten pages."""
        if end < start:
            raise ValueError("The span ends before it begins.")
        try:
            rows = list(self._pages(start, end))
        except TooMuch:
            if start == end:
                raise
            middle = start + (end - start) // 2
            yield from self.changed(start, middle)
            yield from self.changed(middle + timedelta(days=1), end)
            return
        yield from rows

    def _pages(self, start: date, end: date) -> Iterator[Mapping[str, Any]]:
        span = {"from": f"{start:%Y%m%d}", "to": f"{end:%Y%m%d}"}
        page, pages = 1, 1
        while page <= pages:
            answer = self._get("/v2/hojin/updateInfo", {**span, "page": str(page)})
            pages = _whole(answer.get("totalPage"))
            if pages > MAX_PAGE:
                raise TooMuch(f"{start} to {end} has {pages} pages; only {MAX_PAGE} can be read. Ask for fewer days.")
            yield from _infos(answer)
            page += 1

    def _get(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        url = self.base_url.rstrip("/") + path.rstrip("/")
        for attempt in range(1, MAX_TRIES + 1):
            try:
                answer = self.client.get(url, params=dict(parameters), headers={TOKEN_HEADER: self.token})
            except httpx.HTTPError as problem:
                kind = type(problem).__name__
                raise GBizInfoProblem(f"gBizINFO could not be reached ({kind}). Try again later.") from None
            if answer.status_code == httpx.codes.NOT_FOUND:
                return {}
            if answer.status_code in (httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS) and attempt < MAX_TRIES:
                self.sleep(_pause(answer, attempt))
                continue
            return _body(answer)
        raise AssertionError("unreachable: the last try returns or raises")


def _pause(answer: httpx.Response, attempt: int) -> float:
    """Return how long to wait in seconds: what the service says, else twice as long every time."""
    told = answer.headers.get("Retry-After", "")
    seconds = float(told) if told.isdecimal() else float(2**attempt)
    return min(seconds, MAX_PAUSE_SECONDS)


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    if answer.status_code == httpx.codes.FORBIDDEN:
        raise GBizInfoProblem("gBizINFO refuses the token, or asks to slow down (403). Check MADOGUCHI_GBIZINFO_TOKEN.")
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise GBizInfoProblem("gBizINFO asks to slow down (429) after several tries. Run the sync later.")
    if answer.status_code != httpx.codes.OK:
        raise GBizInfoProblem(
            f"gBizINFO answered {answer.status_code}. Try again later; tell its operator if it stays."
        )
    try:
        body = answer.json()
    except ValueError:
        raise GBizInfoProblem("gBizINFO sent no JSON. Check MADOGUCHI_GBIZINFO_URL.") from None
    if not isinstance(body, dict):
        raise GBizInfoProblem("gBizINFO sent JSON of another form. Check MADOGUCHI_GBIZINFO_URL.")
    if body.get("errors"):
        told = "; ".join(str(item.get("message", "")) for item in body["errors"] if isinstance(item, dict))
        raise GBizInfoProblem(f"gBizINFO refused the query: {told[:200]}. Correct the query.")
    return body


def _infos(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in body.get("hojin-infos") or () if isinstance(item, dict)]


def _whole(value: Any) -> int:
    """Return a whole number that comes partly as text ("150"); nothing or nonsense is 0."""
    text = str(value or "").replace(",", "").strip()
    return int(text) if text.isascii() and text.isdecimal() else 0


def valid_number(info: Mapping[str, Any]) -> str | None:
    """Return the corporate number of a row, None when it is no valid one."""
    try:
        return corporate_number(str(info.get("corporate_number", "")))
    except IdentifierError:
        return None
