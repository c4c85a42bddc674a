"""The way to a provider and back as two calls: `start` gives the address to go to, `complete` signs somebody in.

An attempt is used up first, then the provider is asked (outside any transaction), and account, event, audit row and
session are written in one transaction. Pages and words are not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from madoguchi.apps.accounts import identities, sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
from madoguchi.apps.accounts.models import Purpose, User
from madoguchi.apps.accounts.oidc import authorise, tokens, verify
from madoguchi.apps.accounts.oidc.authorise import CallbackAnswer, Taken, Wish
from madoguchi.apps.accounts.oidc.discovery import Directory, Metadata, directory_of
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused
from madoguchi.core import audit
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Outcome:
    """Somebody is signed in; `next` is a checked local path or empty."""

    user: User
    next: str
    purpose: Purpose


def providers() -> Mapping[str, ProviderSettings]:
    """Return the configured providers by name."""
    found: Mapping[str, ProviderSettings] = getattr(settings, "OIDC_PROVIDERS", {})
    return found


def providers_for(kind: Kind, *, level: AssuranceLevel = AssuranceLevel.NONE) -> list[ProviderSettings]:
    """Return the providers that open accounts of a kind and can prove a level."""
    return [found for found in providers().values() if found.kind == kind and found.reach() >= level]


def site_address(request: HttpRequest, path: str) -> str:
    """Return the outer address of a path; PUBLIC_URL stands for what a proxy in front hides."""
    base = str(getattr(settings, "PUBLIC_URL", "") or "")
    return base.rstrip("/") + path if base else request.build_absolute_uri(path)


def redirect_uri(request: HttpRequest, provider: ProviderSettings) -> str:
    """Return where the provider sends people back."""
    return site_address(request, provider.callback_path())


def start(request: HttpRequest, provider: ProviderSettings, wish: Wish, *, now: datetime) -> str:
    """Return the address at the provider to which the browser goes; raise Refused when the provider is down."""
    metadata = directory_of(provider).metadata()
    return authorise.begin(
        request.session, provider, metadata, wish, redirect_uri=redirect_uri(request, provider), now=now
    )


def complete(request: HttpRequest, provider: ProviderSettings, *, now: datetime) -> Outcome:
    """Judge a callback and sign its person in; raise Refused, with nothing changed but the attempt being used up."""
    answer = CallbackAnswer.of(request.GET)
    taken = authorise.take(request.session, provider, answer.state, now=now)
    directory = directory_of(provider)
    metadata = directory.metadata()
    authorise.check_answer(provider, metadata, answer)
    caller = _caller(request, taken)
    given = tokens.exchange(
        provider,
        metadata,
        code=answer.code,
        verifier=taken.verifier,
        redirect_uri=redirect_uri(request, provider),
        now=now,
    )
    proof = _prove(provider, directory, metadata, given, taken, now)
    return _sign_in(request, proof, taken, caller, id_token=given.id_token if metadata.end_session else "", now=now)


def _caller(request: HttpRequest, taken: Taken) -> User | None:
    """Return the account that asked for step-up or linking; refuse when the session changed hands meanwhile."""
    if taken.attempt.purpose == Purpose.SIGN_IN:
        return None
    user = request.user
    if not isinstance(user, User) or user.pk != taken.attempt.user_id:
        raise Refused(Reason.CALLER_CHANGED, "session")
    return user


def _prove(
    provider: ProviderSettings,
    directory: Directory,
    metadata: Metadata,
    given: tokens.Tokens,
    taken: Taken,
    now: datetime,
) -> identities.Proof:
    expected = verify.Expectation(
        provider=provider,
        nonce=taken.nonce,
        access_token=given.access_token,
        level=AssuranceLevel(taken.attempt.wanted_level),
        max_age_seconds=taken.attempt.max_age_seconds,
        now=now,
        nonce_was_sent=lambda nonce: authorise.was_sent(nonce, provider),
    )
    claims = verify.id_token(given.id_token, directory.key, expected)
    profile = _profile(provider, directory, metadata, given, claims)
    level, at = verify.level_reached(claims, profile, expected)
    return identities.Proof(
        provider=provider.name,
        kind=provider.kind.value,
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        level=level,
        at=at,
        claims=profile,
    )


def _profile(
    provider: ProviderSettings,
    directory: Directory,
    metadata: Metadata,
    given: tokens.Tokens,
    claims: Mapping[str, Any],
) -> Mapping[str, Any]:
    answer = tokens.userinfo(metadata, given)
    if answer is None:
        return {}
    if answer.content_type == "application/jwt":
        body = verify.signed_userinfo(answer.body.decode("ascii", "replace"), directory.key, provider)
    else:
        body = answer.mapping()
    return verify.userinfo_claims(body, claims, provider)


@transaction.atomic
def _sign_in(
    request: HttpRequest, proof: identities.Proof, taken: Taken, caller: User | None, *, id_token: str, now: datetime
) -> Outcome:
    purpose = Purpose(taken.attempt.purpose)
    user = identities.resolve(proof, purpose=purpose, caller=caller, now=now)
    sessions.begin(
        request,
        user,
        level=proof.level,
        method=Method.OPENID,
        authenticated_at=proof.at,
        provider=proof.provider,
        id_token=id_token,
    )
    return Outcome(user, taken.attempt.next, purpose)


def note_refusal(request: HttpRequest, provider_name: str, refused: Refused) -> int:
    """Write a refusal into the audit trail and return the number of its row; it holds no personal data."""
    user = request.user
    actor = Actor(id=str(user.pk), name="") if isinstance(user, User) else SYSTEM
    return audit.record(
        actor=actor,
        organisation_id="",
        action="sign-in.refused",
        object_kind="provider",
        object_id=provider_name[:40],
        detail={"reason": refused.reason.value, "hint": refused.hint},
    )
