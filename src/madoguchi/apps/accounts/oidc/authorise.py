"""Sending somebody to a provider, and recognising the same browser when it comes back.

State, nonce and PKCE verifier are derived from a secret in the browser's session; the database holds their hashes only,
so neither a copy of the table nor another browser can finish an attempt. What the provider answers is not judged here.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import QueryDict

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import Purpose, SignInAttempt, User
from madoguchi.apps.accounts.oidc.discovery import Metadata
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused

BROWSER = "sign_in_browser"
LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)
"""Taken attempts stay for a day, so that a replay is told apart from an unknown state."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a provider and what happens afterwards. `next` is a checked local path."""

    purpose: Purpose
    next: str = ""
    level: AssuranceLevel = AssuranceLevel.NONE
    max_age_seconds: int | None = None
    user: User | None = None
    """The signed-in account for step-up and linking."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that has come back to its browser, with what only that browser can derive."""

    attempt: SignInAttempt
    nonce: str
    verifier: str


def begin(
    session: SessionBase,
    provider: ProviderSettings,
    metadata: Metadata,
    wish: Wish,
    *,
    redirect_uri: str,
    now: datetime,
) -> str:
    """Write an attempt and return the address of the provider to which the browser is sent."""
    secret = session.setdefault(BROWSER, secrets.token_urlsafe(32))
    state = secrets.token_urlsafe(32)
    nonce = _derive(secret, state, use="nonce")
    SignInAttempt.objects.create(
        state_hash=digest(state),
        browser_hash=digest(secret),
        nonce_hash=digest(nonce),
        provider=provider.name,
        purpose=wish.purpose,
        user=wish.user,
        next=wish.next[:500],
        wanted_level=wish.level,
        max_age_seconds=wish.max_age_seconds,
        created_at=now,
    )
    challenge = _base64(hashlib.sha256(_derive(secret, state, use="verifier").encode()).digest())
    fields = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **_freshness(provider, wish),
    }
    mark = "&" if "?" in metadata.authorization else "?"
    return f"{metadata.authorization}{mark}{urlencode(fields)}"


def _freshness(provider: ProviderSettings, wish: Wish) -> dict[str, str]:
    fields = {"acr_values": " ".join(provider.acr_values)} if provider.acr_values else {}
    if wish.max_age_seconds is not None:
        fields["max_age"] = str(wish.max_age_seconds)
        if provider.prompt_login:
            fields["prompt"] = "login"
    return fields


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The parameters of a callback that mean something; unknown ones are ignored."""

    state: str
    code: str
    error: str
    issuer: str | None

    @classmethod
    def of(cls, query: QueryDict) -> "CallbackAnswer":
        """Read the query; a parameter that stands twice is refused, since two readers may take different ones."""
        doubled = [name for name in ("state", "code", "error", "iss") if len(query.getlist(name)) > 1]
        if doubled:
            raise Refused(Reason.PARAMETER_DOUBLED, doubled[0])
        return cls(query.get("state", ""), query.get("code", ""), query.get("error", ""), query.get("iss"))


def take(session: SessionBase, provider: ProviderSettings, state: str, *, now: datetime) -> Taken:
    """Use an attempt up and return it. Exactly one of several callbacks with one state succeeds.

    An attempt of another browser is left as it is: a stranger who knows a state cannot spoil it.
    """
    if not state:
        raise Refused(Reason.STATE_MISSING, "state")
    secret = str(session.get(BROWSER, ""))
    with transaction.atomic():
        attempt = SignInAttempt.objects.select_for_update().filter(pk=digest(state)).first()
        if attempt is None:
            raise Refused(Reason.STATE_UNKNOWN, "state")
        if not secret or not hmac.compare_digest(attempt.browser_hash, digest(secret)):
            raise Refused(Reason.STATE_OF_ANOTHER_BROWSER, "state")
        if attempt.taken_at is not None:
            raise Refused(Reason.STATE_REPLAYED, "state")
        attempt.taken_at = now
        attempt.save(update_fields=["taken_at"])
    if now - attempt.created_at > LIFE:
        raise Refused(Reason.STATE_EXPIRED, "state")
    if attempt.provider != provider.name:
        raise Refused(Reason.ISSUER_MIXED, "callback")
    return Taken(attempt, _derive(secret, state, use="nonce"), _derive(secret, state, use="verifier"))


def check_answer(provider: ProviderSettings, metadata: Metadata, answer: CallbackAnswer) -> None:
    """Refuse an answer of another issuer (RFC 9207), an error, and an answer without a code."""
    if answer.issuer is None and metadata.sends_issuer:
        raise Refused(Reason.ISSUER_MIXED, "iss missing")
    if answer.issuer is not None and answer.issuer != provider.issuer:
        raise Refused(Reason.ISSUER_MIXED, "iss")
    if answer.error == "access_denied":
        raise Refused(Reason.CANCELLED)
    if answer.error:
        raise Refused(Reason.PROVIDER_REFUSED, "error")
    if not answer.code:
        raise Refused(Reason.CODE_MISSING, "code")


def was_sent(nonce: Any, provider: ProviderSettings) -> bool:
    """Tell whether a nonce belongs to some attempt of the last day at this provider: then it is a used one."""
    return SignInAttempt.objects.filter(nonce_hash=digest(str(nonce)), provider=provider.name).exists()


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _derive(secret: str, state: str, *, use: str) -> str:
    return _base64(hmac.digest(secret.encode(), f"{use}:{state}".encode(), "sha256"))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
