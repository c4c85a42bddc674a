"""Changing a code into tokens and asking userinfo. Each client assertion is fresh: its id is used once.

It proves this site to a provider; what the tokens say is for `verify`.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.apps.accounts.oidc import transport
from madoguchi.apps.accounts.oidc.discovery import Metadata
from madoguchi.apps.accounts.oidc.providers import Authentication, ProviderSettings, signing_keys
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave; the refresh token, if any, is not kept."""

    access_token: str
    id_token: str


def client_assertion(provider: ProviderSettings, *, audience: str, now: datetime) -> str:
    """Return a signed proof of this site (RFC 7523): iss = sub = client id, aud = token endpoint, 30 s, fresh jti."""
    key = signing_keys(provider)[0]
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    issued = int(now.timestamp())
    claims = {
        "iss": provider.client_id,
        "sub": provider.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": issued,
        "exp": issued + int(ASSERTION_LIFE.total_seconds()),
    }
    return jwt.encode({"alg": algorithm, "kid": str(key.kid)}, claims, key, algorithms=[algorithm])


def basic_authorization(provider: ProviderSettings) -> str:
    """Return the header of client_secret_basic; id and secret are form-encoded first (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def exchange(
    provider: ProviderSettings, metadata: Metadata, *, code: str, verifier: str, redirect_uri: str, now: datetime
) -> Tokens:
    """Change a code into tokens; raise Refused when the provider declines or leaves something out."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": provider.client_id,
    }
    authorization = ""
    if provider.authentication is Authentication.PRIVATE_KEY_JWT:
        fields["client_assertion_type"] = ASSERTION_TYPE
        fields["client_assertion"] = client_assertion(provider, audience=metadata.token, now=now)
    else:
        authorization = basic_authorization(provider)
        del fields["client_id"]
    answer = transport.post(metadata.token, fields, authorization=authorization)
    if answer.status != 200:
        raise _declined(answer)
    return _tokens(answer.mapping())


def _tokens(body: dict[str, Any]) -> Tokens:
    id_token, access_token = body.get("id_token"), body.get("access_token")
    if id_token is None:
        raise Refused(Reason.TOKEN_ABSENT, "id_token")
    if not isinstance(id_token, str):
        raise Refused(Reason.TOKEN_MALFORMED, "id_token")
    if not isinstance(access_token, str) or str(body.get("token_type", "")).lower() != "bearer":
        raise Refused(Reason.ANSWER_INVALID, "access_token")
    return Tokens(access_token=access_token, id_token=id_token)


def _declined(answer: transport.Answer) -> Refused:
    """Tell a used or foreign code from a refusal of this site and from a provider in trouble."""
    if answer.status >= 500:
        return Refused(Reason.PROVIDER_UNREACHABLE, f"status {answer.status}")
    error = answer.mapping().get("error")
    if error == "invalid_grant":
        return Refused(Reason.CODE_REFUSED, "invalid_grant")
    if error in {"invalid_client", "unauthorized", "unauthorized_client"}:
        return Refused(Reason.CLIENT_REFUSED, "client")
    return Refused(Reason.PROVIDER_REFUSED, "token")


def userinfo(metadata: Metadata, tokens: Tokens) -> transport.Answer | None:
    """Return the answer of userinfo (JSON or a signed token), or None where the provider has no such endpoint."""
    if not metadata.userinfo:
        return None
    answer = transport.get(metadata.userinfo, bearer=tokens.access_token)
    if answer.status != 200:
        raise Refused(Reason.PROVIDER_UNREACHABLE if answer.status >= 500 else Reason.ANSWER_INVALID, "userinfo")
    return answer
