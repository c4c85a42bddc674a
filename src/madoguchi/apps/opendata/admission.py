"""Who calls open data and how often: nobody needs a key; with one more calls are let through. Says Retry-After.

Networks are counted by a keyed hash; nothing about a call is stored besides the count of its minute.
"""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from madoguchi.apps.opendata import keys
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.core import limits, network
from madoguchi.core.problems import Problem

ANONYMOUS_PER_MINUTE = 60
KEY_PER_MINUTE = 600
NEW_KEYS_PER_MINUTE = 5
OUTGOING_PER_MINUTE = 12
"""Calls that make the platform call out (challenge, ping), for one key."""


def secret_of(request: HttpRequest) -> str:
    """Return the key that a request carries (`Authorization: Bearer`, bare `Authorization`, or `X-API-Key`), or ''.

    A bearer token of another part of the API is no key of ours and counts as none.
    """
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer if bearer.startswith(keys.PREFIX) else request.headers.get("X-API-Key", "").strip()


def holder(request: HttpRequest) -> ApiKey | None:
    """Return the key of a request, None when it carries none; raise 401 for a wrong one."""
    secret = secret_of(request)[:200]
    found = keys.holder_of(secret, now=timezone.now()) if secret else None
    if secret and found is None:
        raise wrong_key()
    return found


def wrong_key() -> Problem:
    """Return the problem of a missing, wrong, ended or expired key."""
    return Problem(
        401,
        "key",
        "The key is missing, wrong, ended, or expired after 90 days without use.",
        remedy="Make one at /open/keys/ and send it as `Authorization: Bearer mdg_…` or `X-API-Key`.",
        headers={"WWW-Authenticate": 'Bearer realm="open data"'},
    )


def admit(request: HttpRequest, what: str) -> ApiKey | None:
    """Count a call of open data; raise 429 when the network (or the key) calls too often."""
    found = holder(request)
    who, most = (f"k:{found.pk.hex}", KEY_PER_MINUTE) if found else (network.key_of(request), ANONYMOUS_PER_MINUTE)
    count(f"od:{what}:{who}", most, remedy="" if found else "A key from /open/keys/ lets ten times as many through.")
    return found


def count(key: str, most: int, *, remedy: str = "") -> None:
    """Count one call under a key; raise 429 with Retry-After beyond the limit."""
    allowance = limits.count(key, limit_per_minute=most, now=timezone.now())
    if not allowance.allowed:
        seconds = allowance.retry_after_seconds
        raise Problem(
            429,
            "too-many-calls",
            f"More than {most} calls in a minute.",
            remedy=f"Wait {seconds} seconds. {remedy}".strip(),
            headers={"Retry-After": str(seconds)},
        )


class KeyAuth(HttpBearer):
    """Lets in who holds a key; `request.auth` is then the `ApiKey`."""

    def __call__(self, request: HttpRequest) -> ApiKey:
        """Return the key of a request; raise 401 as a problem, also when none was sent."""
        found = holder(request)
        if found is None:
            raise wrong_key()
        count(f"od:api:k:{found.pk.hex}", KEY_PER_MINUTE)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """Return the key of a secret, None for a wrong one."""
        return keys.holder_of(token, now=timezone.now())
