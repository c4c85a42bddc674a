"""OAuth 2.0 client credentials (RFC 6749 section 4.4): proving who a client is, short opaque tokens, scopes = purposes.

A client proves itself with a secret (HTTP Basic) or a signed assertion (`private_key_jwt`, RFC 7523, ES256 only). It
knows nothing of persons.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.db import IntegrityError, transaction
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from madoguchi.apps.consents.models import AccessToken, Client, UsedAssertion
from madoguchi.apps.consents.services.clients import hash_of

LIFE = timedelta(minutes=10)
ASSERTION_LIFE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_LETTERS = 4_096


class ClientRefused(Exception):
    """The client did not prove who it is. One message for every cause, so that nothing can be probed."""

    def __init__(self, cause: str) -> None:
        super().__init__("The client is unknown, disabled, or its proof is wrong.")
        self.cause = cause
        """For the operator's log only."""


class ScopeRefused(Exception):
    """A purpose was asked that the client does not hold."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A fresh token. `token` is shown once."""

    token: str
    purposes: tuple[str, ...]
    lives_seconds: int


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls with a token, and for which purposes."""

    client: Client
    purposes: frozenset[str]


def by_secret(header: str) -> Client:
    """Return the client of an HTTP Basic header; raise `ClientRefused`."""
    client_id, secret = _basic(header)
    client = _client(client_id, Client.Method.SECRET)
    if not hmac.compare_digest(hash_of(secret), client.secret_hash):
        raise ClientRefused("secret")
    return client


def _basic(header: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ClientRefused("header") from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _client(client_id: str, method: Client.Method) -> Client:
    client = Client.objects.filter(pk=client_id[:40], method=method, disabled_at=None).first()
    if client is None:
        raise ClientRefused("client")
    return client


def by_assertion(assertion: str, *, audience: str, now: datetime) -> Client:
    """Return the client that signed the assertion for this audience; each is taken once. Raise `ClientRefused`."""
    if len(assertion) > MAX_ASSERTION_LETTERS:
        raise ClientRefused("length")
    client = _client(_claimed_issuer(assertion), Client.Method.KEY)
    try:
        key = ECKey.import_key(client.public_key or {})
        claims = jwt.decode(assertion, key, algorithms=["ES256"]).claims
    except (JoseError, ValueError) as problem:
        raise ClientRefused(type(problem).__name__) from None
    _check_claims(claims, client.pk, audience, now)
    _take_once(client.pk, claims, now)
    return client


def _claimed_issuer(assertion: str) -> str:
    """Return who the assertion says it is from, before anything is believed: only to find the key."""
    import json

    try:
        payload = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"])
    except (IndexError, KeyError, TypeError, ValueError):
        raise ClientRefused("form") from None


def _check_claims(claims: Mapping[str, Any], client_id: str, audience: str, now: datetime) -> None:
    named = claims.get("aud")
    expires, issued = claims.get("exp"), claims.get("iat")
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise ClientRefused("iss or sub")
    if audience not in (named if isinstance(named, list) else [named]):
        raise ClientRefused("aud")
    if not isinstance(expires, int) or not isinstance(issued, int):
        raise ClientRefused("exp or iat missing")
    seconds = now.timestamp()
    if expires <= seconds or issued > seconds + LEEWAY.total_seconds():
        raise ClientRefused("time")
    if expires - issued > ASSERTION_LIFE.total_seconds():
        raise ClientRefused("lives too long")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise ClientRefused("jti missing")


def _take_once(client_id: str, claims: Mapping[str, Any], now: datetime) -> None:
    UsedAssertion.objects.filter(expires_at__lt=now).delete()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                hash=hash_of(f"{client_id}\x00{claims['jti']}"),
                expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
            )
    except IntegrityError:
        raise ClientRefused("jti used") from None


def issue(client: Client, purposes: Sequence[str], *, now: datetime) -> Grant:
    """Return a token for these purposes (none: all that the client holds); raise `ScopeRefused`."""
    strange = set(purposes) - set(client.purposes)
    if strange:
        raise ScopeRefused(f"The client does not hold: {', '.join(sorted(strange))}.")
    granted = tuple(sorted(set(purposes) or client.purposes))
    token = secrets.token_urlsafe(32)
    AccessToken.objects.filter(expires_at__lt=now).delete()
    AccessToken.objects.create(hash=hash_of(token), client=client, purposes=list(granted), expires_at=now + LIFE)
    return Grant(token, granted, int(LIFE.total_seconds()))


def bearer_of(token: str, *, now: datetime) -> Bearer | None:
    """Return who holds a live token of a client that is not disabled, None otherwise."""
    row = (
        AccessToken.objects.select_related("client")
        .filter(hash=hash_of(token), expires_at__gt=now, client__disabled_at=None)
        .first()
    )
    return Bearer(row.client, frozenset(row.purposes) & frozenset(row.client.purposes)) if row else None
