"""Proves which client calls the token endpoint: a signed assertion (RFC 7523) or a secret by Basic, as its issuer asks.

Any other way, also a weaker one that happens to be right, is refused.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from madoguchi.site.identity.issuers import ASSERTION_ALGORITHM, Client, ClientAuthentication, Issuer
from madoguchi.site.identity.messages import Request, TokenRefusal
from madoguchi.site.identity.store import Store

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_LIFE_SECONDS = 120
CLOCK_SKEW_SECONDS = 5
_FOREIGN_HEADERS = ("jwk", "jku", "x5c", "x5u")


def authenticate(
    issuer: Issuer,
    clients: Iterable[Client],
    request: Request,
    form: Mapping[str, str],
    *,
    store: Store,
    token_url: str,
) -> Client:
    """Return the client that proved itself; raise TokenRefusal with status 401."""
    known = {client.client_id: client for client in clients if client.issuer is issuer.name}
    if issuer.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT:
        return _by_assertion(issuer, known, request, form, store=store, token_url=token_url)
    return _by_secret(issuer, known, request, form)


def _refusal(issuer: Issuer, why: str) -> TokenRefusal:
    challenge = (
        'Basic realm="token"' if issuer.client_authentication is ClientAuthentication.CLIENT_SECRET_BASIC else ""
    )
    return TokenRefusal(issuer.client_error, why, status=401, challenge=challenge)


def _by_secret(issuer: Issuer, known: Mapping[str, Client], request: Request, form: Mapping[str, str]) -> Client:
    if form.keys() & {"client_secret", "client_assertion", "client_assertion_type"}:
        raise _refusal(issuer, "this client authenticates by client_secret_basic only")
    name, _, secret = _basic(request.headers.get("authorization", "")).partition(":")
    client = known.get(unquote_plus(name))
    right = hmac.compare_digest(unquote_plus(secret).encode(), client.secret.encode() if client else b"")
    if client is None or not client.secret or not right:
        raise _refusal(issuer, "client id or secret is wrong")
    if form.get("client_id", client.client_id) != client.client_id:
        raise _refusal(issuer, "client_id differs from the one that authenticated")
    return client


def _basic(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _by_assertion(
    issuer: Issuer,
    known: Mapping[str, Client],
    request: Request,
    form: Mapping[str, str],
    *,
    store: Store,
    token_url: str,
) -> Client:
    if "authorization" in request.headers or "client_secret" in form:
        raise _refusal(issuer, "this client authenticates by private_key_jwt only")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise _refusal(issuer, "client_assertion or its type is missing")
    assertion = form["client_assertion"]
    client = known.get(_unverified_issuer(assertion))
    if client is None or form.get("client_id", client.client_id) != client.client_id:
        raise _refusal(issuer, "the assertion's client is unknown or differs from client_id")
    claims = _verified(issuer, client, assertion)
    why = _fault(claims, client, token_url=token_url, now=store.clock())
    if why:
        raise _refusal(issuer, why)
    if not store.is_first_use(f"{issuer.name}|{client.client_id}|{claims['jti']}", ends_at=claims["exp"] + 60):
        raise _refusal(issuer, "the assertion was used before (jti)")
    return client


def _unverified_issuer(assertion: str) -> str:
    """Return the `iss` that an assertion claims, only to find the key that must have signed it."""
    import json

    try:
        payload = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"])
    except (IndexError, KeyError, TypeError, ValueError):
        return ""


def _verified(issuer: Issuer, client: Client, assertion: str) -> dict[str, Any]:
    try:
        keys: Any = client.jwks
        token = jwt.decode(assertion, KeySet.import_key_set(keys), [ASSERTION_ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        raise _refusal(issuer, "the assertion's signature, algorithm or key id is wrong") from problem
    if not token.header.get("kid") or any(name in token.header for name in _FOREIGN_HEADERS):
        raise _refusal(issuer, "the assertion names no key id or brings a key of its own")
    return dict(token.claims)


def _fault(claims: Mapping[str, Any], client: Client, *, token_url: str, now: float) -> str:
    """Return what is wrong with an assertion's claims (OpenID Connect Core section 9), or empty text."""
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        return "iss and sub must both be the client id"
    if claims.get("aud") not in (token_url, [token_url]):
        return "aud must be the token endpoint"
    if not isinstance(claims.get("jti"), str) or not 1 <= len(claims["jti"]) <= 255:
        return "jti is missing"
    return _time_fault(claims, now)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _time_fault(claims: Mapping[str, Any], now: float) -> str:
    if not _is_time(claims.get("exp")):
        return "exp is missing"
    if claims["exp"] <= now - CLOCK_SKEW_SECONDS:
        return "the assertion has ended (exp)"
    if claims["exp"] > now + MAX_ASSERTION_LIFE_SECONDS + CLOCK_SKEW_SECONDS:
        return f"exp lies more than {MAX_ASSERTION_LIFE_SECONDS} seconds ahead"
    for name in ("iat", "nbf"):
        if name in claims and (not _is_time(claims[name]) or claims[name] > now + CLOCK_SKEW_SECONDS):
            return f"{name} lies in the future"
    return ""
