"""HTTP to providers: short time limits, small answers, no redirects, nothing but JSON and tokens.

It knows addresses and bytes; what an answer means is for others.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from madoguchi.apps.accounts.oidc.refusals import Reason, Refused

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 256 * 1024
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered."""

    status: int
    content_type: str
    body: bytes

    def mapping(self) -> dict[str, Any]:
        """Return the JSON object of the body, or refuse."""
        try:
            found = json.loads(self.body)
        except ValueError as problem:
            raise Refused(Reason.ANSWER_INVALID, "json") from problem
        if not isinstance(found, dict):
            raise Refused(Reason.ANSWER_INVALID, "object")
        return found


@lru_cache(maxsize=1)
def _client() -> "httpx.Client":
    """Return the one client of this process; httpx is imported late, since most processes never need it."""
    import httpx

    return httpx.Client(timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), follow_redirects=False)


def get(address: str, *, bearer: str = "") -> Answer:
    """Fetch an address; raise Refused when the provider cannot be reached or answers too much."""
    return _send("GET", address, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})


def post(address: str, fields: Mapping[str, str], *, authorization: str = "") -> Answer:
    """Send a form; raise Refused when the provider cannot be reached or answers too much."""
    return _send("POST", address, headers={"Authorization": authorization} if authorization else {}, fields=fields)


def _send(method: str, address: str, *, headers: Mapping[str, str], fields: Mapping[str, str] | None = None) -> Answer:
    import httpx

    accept = {"Accept": "application/json", **headers}
    try:
        with _client().stream(method, address, headers=accept, data=fields) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise Refused(Reason.ANSWER_INVALID, "too long")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(response.status_code, kind, body)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise Refused(Reason.PROVIDER_UNREACHABLE, type(problem).__name__) from problem
