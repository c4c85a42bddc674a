"""Checks of an ID token and of userinfo (OpenID Connect Core 3.1.3.7), each with its own reason of refusal.

Pure: keys, time and expectations are arguments. The algorithm is pinned per provider and never taken from the token.
"""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.oidc.discovery import PublicKey
from madoguchi.apps.accounts.oidc.providers import Algorithm, ProviderSettings
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused

LEEWAY = timedelta(seconds=30)
OLDEST = timedelta(minutes=10)
EMBEDDED = ("jwk", "jku", "x5c", "x5u")
KeySource = Callable[[str | None], PublicKey]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a token must say. `level` and `max_age_seconds` are what was asked for."""

    provider: ProviderSettings
    nonce: str
    access_token: str
    level: AssuranceLevel
    max_age_seconds: int | None
    now: datetime
    nonce_was_sent: Callable[[Any], bool]
    """Tells whether a foreign nonce belongs to another attempt."""


def id_token(token: str, keys: KeySource, expected: Expectation) -> Mapping[str, Any]:
    """Return the claims of an ID token that passes every check; raise Refused with the first failing one."""
    claims = signed_claims(token, keys, expected.provider.algorithm)
    _check_parties(claims, expected.provider)
    _check_times(claims, expected.now)
    _check_subject(claims)
    _check_nonce(claims, expected)
    _check_access_hash(claims, expected.access_token)
    _check_asked_acr(claims, expected.provider)
    return claims


def signed_claims(token: str, keys: KeySource, algorithm: Algorithm) -> dict[str, Any]:
    """Return the claims of a compact JWS whose header is allowed and whose signature holds."""
    header = _header(token)
    _check_header(header, algorithm)
    kid = header.get("kid")
    key = keys(kid if isinstance(kid, str) else None)
    registry = JWSRegistry(algorithms=[algorithm.value], strict_check_header=False)
    try:
        return jwt.decode(token, key, algorithms=[algorithm.value], registry=registry).claims
    except JoseError as problem:
        raise Refused(Reason.SIGNATURE_BAD, "signature") from problem


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if not token:
        raise Refused(Reason.TOKEN_ABSENT, "id_token")
    if len(parts) != 3 or len(token) > 64 * 1024:
        raise Refused(Reason.TOKEN_MALFORMED, "parts")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except ValueError as problem:
        raise Refused(Reason.TOKEN_MALFORMED, "header") from problem
    if not isinstance(header, dict):
        raise Refused(Reason.TOKEN_MALFORMED, "header")
    return header


def _check_header(header: Mapping[str, Any], pinned: Algorithm) -> None:
    """Refuse a key that the token brings along, and any algorithm but the pinned one."""
    embedded = next((name for name in EMBEDDED if name in header), None)
    if embedded:
        raise Refused(Reason.KEY_EMBEDDED, embedded)
    algorithm = str(header.get("alg", "none"))
    if algorithm.lower() == "none":
        raise Refused(Reason.ALGORITHM_NONE, "alg")
    if algorithm.upper().startswith("HS"):
        raise Refused(Reason.ALGORITHM_SYMMETRIC, "alg")
    if algorithm != pinned.value:
        raise Refused(Reason.ALGORITHM_OTHER, "alg")


def _check_parties(claims: Mapping[str, Any], provider: ProviderSettings) -> None:
    issuer = claims.get("iss")
    if not issuer:
        raise Refused(Reason.ISSUER_MISSING, "iss")
    if issuer != provider.issuer:
        slash = isinstance(issuer, str) and issuer.rstrip("/") == provider.issuer.rstrip("/")
        raise Refused(Reason.ISSUER_SLASH if slash else Reason.ISSUER_OTHER, "iss")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences:
        raise Refused(Reason.AUDIENCE_OTHER, "aud")
    party = claims.get("azp")
    if party is None and len(audiences) > 1:
        raise Refused(Reason.AUTHORISED_PARTY_OTHER, "azp missing")
    if party is not None and party != provider.client_id:
        raise Refused(Reason.AUTHORISED_PARTY_OTHER, "azp")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    expires, issued, begins = (_time(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None:
        raise Refused(Reason.EXPIRY_MISSING, "exp")
    if issued is None:
        raise Refused(Reason.ISSUED_MISSING, "iat")
    if expires + LEEWAY <= now:
        raise Refused(Reason.EXPIRED, "exp")
    if issued - LEEWAY > now:
        raise Refused(Reason.ISSUED_IN_FUTURE, "iat")
    if issued + OLDEST + LEEWAY < now:
        raise Refused(Reason.ISSUED_TOO_LONG_AGO, "iat")
    if begins is not None and begins - LEEWAY > now:
        raise Refused(Reason.NOT_YET_VALID, "nbf")


def _time(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Return a time claim; text, truth values, infinities and absurd numbers are no times."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(Reason.TOKEN_MALFORMED, name)
    if not 0 <= value <= 32_503_680_000:  # the year 3000
        raise Refused(Reason.TOKEN_MALFORMED, name)
    return datetime.fromtimestamp(value, tz=UTC)


def _check_subject(claims: Mapping[str, Any]) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > 255:
        raise Refused(Reason.SUBJECT_MISSING, "sub")


def _check_nonce(claims: Mapping[str, Any], expected: Expectation) -> None:
    nonce = claims.get("nonce")
    if not nonce:
        raise Refused(Reason.NONCE_MISSING, "nonce")
    if not hmac.compare_digest(str(nonce).encode(), expected.nonce.encode()):
        raise Refused(Reason.NONCE_USED if expected.nonce_was_sent(nonce) else Reason.NONCE_OTHER, "nonce")


def _check_access_hash(claims: Mapping[str, Any], access_token: str) -> None:
    """Compare `at_hash` when the token carries one (it is optional in the code flow)."""
    found = claims.get("at_hash")
    if found is None:
        return
    half = hashlib.sha256(access_token.encode()).digest()[:16]  # all pinned algorithms end in 256
    wanted = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    if not hmac.compare_digest(str(found).encode(), wanted.encode()):
        raise Refused(Reason.ACCESS_HASH_OTHER, "at_hash")


def _check_asked_acr(claims: Mapping[str, Any], provider: ProviderSettings) -> None:
    """Refuse a token that proves less than the `acr_values` of the request asked for, or does not say."""
    if not provider.acr_values or provider.level_claim != "acr":
        return
    asked = provider.level_of(" ".join(provider.acr_values))
    if provider.level_of(claims.get("acr")) < asked:
        raise Refused(Reason.LEVEL_TOO_LOW, "acr")


def level_reached(
    claims: Mapping[str, Any], profile: Mapping[str, Any], expected: Expectation
) -> tuple[AssuranceLevel, datetime]:
    """Return level and time of the proof; refuse less than what was asked, or a proof that is too old.

    The level claim stands in the ID token (`acr`) or, where that has none, in userinfo.
    """
    provider = expected.provider
    source = claims if provider.level_claim == "acr" else profile
    level = provider.level_of(source.get(provider.level_claim))
    if level < expected.level:
        raise Refused(Reason.LEVEL_TOO_LOW, provider.level_claim)
    return level, _proof_time(claims, expected)


def _proof_time(claims: Mapping[str, Any], expected: Expectation) -> datetime:
    at = _time(claims, "auth_time")
    if at is not None and at - LEEWAY > expected.now:
        raise Refused(Reason.AUTH_TIME_IN_FUTURE, "auth_time")
    if expected.max_age_seconds is not None:
        if at is None:
            raise Refused(Reason.AUTH_TIME_MISSING, "auth_time")
        if at + timedelta(seconds=expected.max_age_seconds) + LEEWAY < expected.now:
            raise Refused(Reason.AUTH_TIME_TOO_OLD, "auth_time")
    # a provider that does not say when it proved somebody proved them at the latest when it issued the token
    return min(at or _time(claims, "iat") or expected.now, expected.now)


def userinfo_claims(
    body: Mapping[str, Any], claims: Mapping[str, Any], provider: ProviderSettings
) -> Mapping[str, Any]:
    """Return the wanted claims of userinfo; refuse an answer about somebody else (Core 5.3.2)."""
    if body.get("sub") != claims["sub"]:
        raise Refused(Reason.SUBJECT_DIFFERS, "userinfo.sub")
    return {name: body[name] for name in provider.claims if name in body}


def signed_userinfo(token: str, keys: KeySource, provider: ProviderSettings) -> dict[str, Any]:
    """Return the claims of a signed userinfo answer (application/jwt), with issuer and audience checked."""
    claims = signed_claims(token, keys, provider.algorithm)
    _check_parties(claims, provider)
    return claims
