"""Turns a grant into tokens and claims: ID token, access token, refresh token, userinfo.

The card's ID token carries no personal data, the business one no acr either; who somebody is comes from userinfo alone.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from madoguchi.site.identity.issuers import Issuer, IssuerName, Subjects
from madoguchi.site.identity.keys import Keyring
from madoguchi.site.identity.samples import Account
from madoguchi.site.identity.store import TOKEN_LIFE_SECONDS, Grant

ID_TOKEN_LIFE_SECONDS = 300
SCOPE_CLAIMS: Mapping[IssuerName, Mapping[str, tuple[str, ...]]] = {
    IssuerName.CARD: {name: (name,) for name in ("name", "address", "birthdate", "gender")},
    IssuerName.BUSINESS: {
        "profile": (
            "account_type", "corp_type", "parent_id", "corporate_number", "name", "en_name", "prefecture_name",
            "address1", "address2", "rep_last_nm", "rep_first_nm", "rep_last_nm_kana", "rep_first_nm_kana",
            "birthday_ymd",
        ),
        "user": ("user_last_nm", "user_first_nm"),
        "email": ("user_email", "email"),
    },
    IssuerName.STAFF: {"profile": ("name", "preferred_username")},
}  # fmt: skip
_TRUST_FRAMEWORK = "jp_gbizid_v1"


def subject(issuer: Issuer, client_id: str, account_id: str, *, salt: bytes) -> str:
    """Return the subject: with pairwise subjects each client sees another one (OpenID Connect Core section 8.1)."""
    sector = client_id if issuer.subjects is Subjects.PAIRWISE else ""
    text = f"{issuer.name}|{sector}|{account_id}"
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()[:32]


def half_hash(token: str) -> str:
    """Return `at_hash`: the left half of the token's SHA-256 as base64url (OpenID Connect Core section 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def id_token(
    issuer: Issuer, keys: Keyring, grant: Grant, account: Account, *, base: str, sub: str, access: str, now: float
) -> str:
    """Return the signed ID token."""
    claims: dict[str, Any] = {
        "iss": issuer.url(base),
        "sub": sub,
        "aud": grant.asked.client_id,
        "azp": grant.asked.client_id,
        "iat": int(now),
        "exp": int(now) + ID_TOKEN_LIFE_SECONDS,
        "auth_time": grant.auth_time,
        "jti": secrets.token_urlsafe(12),
        "at_hash": half_hash(access),
    }
    if grant.asked.nonce:
        claims["nonce"] = grant.asked.nonce
    if issuer.acr_values:
        claims["acr"] = account.acr
    return keys.sign(claims)


def access_token(issuer: Issuer, keys: Keyring, grant: Grant, *, base: str, sub: str, now: float) -> str:
    """Return an access token: opaque, or for businesses a signed one without audience and scope as GビズID's."""
    if issuer.name is not IssuerName.BUSINESS:
        return secrets.token_urlsafe(32)
    claims = {
        "iss": issuer.url(base),
        "sub": sub,
        "azp": grant.asked.client_id,
        "iat": int(now),
        "exp": int(now) + TOKEN_LIFE_SECONDS,
        "jti": secrets.token_urlsafe(12),
    }
    return keys.sign(claims)


def userinfo(issuer: Issuer, grant: Grant, account: Account, *, sub: str) -> dict[str, Any]:
    """Return what the agreed scopes tell of the account."""
    scopes = SCOPE_CLAIMS[issuer.name]
    names = [name for scope in grant.asked.scopes for name in scopes.get(scope, ())]
    told = {"sub": sub, **{name: account.claims[name] for name in names if name in account.claims}}
    if "jp_gbizid_v1_ida" in grant.asked.scopes:
        told["verified_claims"] = _verified_claims(account, grant.auth_time)
    if "role" in grant.asked.scopes:
        told["role"] = _role(account)
    return told


def _verified_claims(account: Account, auth_time: int) -> dict[str, Any]:
    """Return identity assurance: ial1 without time, process and claims; ial2 with them; members without a name."""
    level = account.verified_claims.get("assurance_level", "ial1")
    verification: dict[str, Any] = {"trust_framework": _TRUST_FRAMEWORK, "assurance_level": level}
    if level == "ial1":
        return {"verification": verification, "claims": {}}
    verification["time"] = datetime.fromtimestamp(auth_time, UTC).isoformat()
    verification["assurance_process"] = {"procedure": account.verified_claims.get("procedure", "")}
    return {"verification": verification, "claims": _assured(account)}


def _assured(account: Account) -> dict[str, Any]:
    role = account.verified_claims.get("role", "")
    told: dict[str, Any] = {}
    if role != "member":
        born = str(account.claims.get("birthday_ymd", ""))
        told = {"family_name": account.claims.get("rep_last_nm"), "given_name": account.claims.get("rep_first_nm")}
        told["birthdate"] = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    if account.claims.get("corp_type") == "2":
        return {**told, "address": {"country": "JP"}}
    number = account.claims.get("corporate_number")
    return {**told, "authority": {"applies_to": {"registration_number": number}, "permission": [{"role": role}]}}


def _role(account: Account) -> dict[str, Any]:
    names = {"2": "jp_gbizid_prime", "3": "jp_gbizid_member"}
    role = names.get(str(account.claims.get("account_type")))
    return {"permission": [{"role": role}]} if role else {}
