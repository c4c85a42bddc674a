"""Typed settings of the providers that people sign in with, read from the environment.

It knows names, addresses, keys and what is asked of a provider; it makes no request and knows no account. Presets carry
what the providers document: デジタル認証アプリ (API reference for private bodies and implementation guideline, first part)
and gBizID (guideline for connecting systems 2.9 of 2026-07-09), both looked at on 2026-11-23.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, RSAKey, import_key

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.core.access import Kind

SigningKey = ECKey | RSAKey
PREFIX = "MADOGUCHI_OIDC_"


class Authentication(StrEnum):
    """How this site proves itself at the token endpoint."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 # the name of a method


class Algorithm(StrEnum):
    """Signature algorithms that may be pinned. None is symmetric."""

    ES256 = "ES256"
    RS256 = "RS256"
    PS256 = "PS256"


class ProviderMisconfigured(ValueError):
    """A setting of a provider that cannot be used."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses at the provider; those left empty come from its discovery document."""

    authorization: str = ""
    token: str = ""
    userinfo: str = ""
    jwks: str = ""
    end_session: str = ""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider. `issuer` is compared character by character, with or without its slash."""

    name: str
    kind: Kind
    issuer: str
    client_id: str
    authentication: Authentication
    algorithm: Algorithm
    label: str = ""
    """Name on buttons; empty: the usual name for its kind in the reader's language."""
    scopes: tuple[str, ...] = ("openid",)
    acr_values: tuple[str, ...] = ()
    level_claim: str = "acr"
    """Claim that says how surely somebody was proven: `acr` of the ID token, or a claim of userinfo."""
    levels: tuple[tuple[str, AssuranceLevel], ...] = ()
    """Value of that claim → level; a value that is not listed gives `default_level`."""
    default_level: AssuranceLevel = AssuranceLevel.EMAIL
    claims: tuple[str, ...] = ()
    """Claims of userinfo that are passed on; all others are dropped unread."""
    prompt_login: bool = False
    """Send `prompt=login` when a fresh proof is asked."""
    discovery: bool = True
    endpoints: Endpoints = field(default_factory=Endpoints)
    redirect_path: str = ""
    client_secret: str = field(default="", repr=False)
    client_keys: tuple[str, ...] = field(default=(), repr=False)
    """Private keys as PEM or JWK text; the first signs, all are published, so that a new key can be announced first."""

    def level_of(self, value: object) -> AssuranceLevel:
        """Return the level that a value of the level claim stands for; `acr` may hold several words."""
        known = dict(self.levels)
        words = str(value).split() if isinstance(value, str | int) else []
        return max((known[word] for word in words if word in known), default=self.default_level)

    def reach(self) -> AssuranceLevel:
        """Return the highest level that this provider can prove."""
        return max((level for _, level in self.levels), default=self.default_level)

    def callback_path(self) -> str:
        """Return the path to which the provider sends people back; one per provider, against mix-up."""
        return self.redirect_path or f"/sign-in/{self.name}/callback/"


PRESETS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.RESIDENT: {
        "authentication": Authentication.PRIVATE_KEY_JWT,
        "algorithm": Algorithm.ES256,
        "scopes": ("openid", "name", "address", "birthdate", "gender"),
        "acr_values": ("aal3", "crl"),
        "levels": (("aal3", AssuranceLevel.CARD),),
        "claims": ("name", "address", "birthdate", "gender"),
    },
    Kind.BUSINESS: {
        "authentication": Authentication.CLIENT_SECRET_BASIC,
        "algorithm": Algorithm.RS256,
        "scopes": ("openid", "profile"),
        "level_claim": "account_type",
        # メンバー proves less than プライム: no document was checked for the person, so it stays at EMAIL.
        "levels": (("1", AssuranceLevel.EMAIL), ("2", AssuranceLevel.CARD), ("3", AssuranceLevel.EMAIL)),
        "prompt_login": True,
        "claims": (
            *("account_type", "corp_type", "parent_id", "corporate_number", "name", "en_name", "prefecture_name"),
            *("address1", "address2", "rep_last_nm", "rep_first_nm", "rep_last_nm_kana", "rep_first_nm_kana"),
            *("verified_claims", "role", "delegation_info"),
        ),
    },
    Kind.STAFF: {
        "authentication": Authentication.PRIVATE_KEY_JWT,
        "algorithm": Algorithm.ES256,
        "prompt_login": True,
    },
}


def preset(kind: Kind, *, name: str, issuer: str, client_id: str, **changes: Any) -> ProviderSettings:
    """Return the settings of the usual provider of a kind with changes; raise ProviderMisconfigured if unusable."""
    provider = ProviderSettings(
        name=name, kind=kind, issuer=issuer, client_id=client_id, **{**PRESETS[kind], **changes}
    )
    _check(provider)
    return provider


def read(environ: Mapping[str, str]) -> dict[str, ProviderSettings]:
    """Return the providers that the environment names by MADOGUCHI_OIDC_<NAME>_ISSUER, in the order of their names."""
    names = sorted(
        found.group(1)
        for variable, value in environ.items()
        if value and (found := re.fullmatch(rf"{PREFIX}([A-Z][A-Z0-9]*)_ISSUER", variable))
    )
    return {name.lower(): _read_one(name, environ) for name in names}


def _read_one(name: str, environ: Mapping[str, str]) -> ProviderSettings:
    def value(key: str, default: str = "") -> str:
        return environ.get(f"{PREFIX}{name}_{key}", default)

    try:
        return preset(
            Kind(value("KIND")),
            name=name.lower(),
            issuer=value("ISSUER"),
            client_id=value("CLIENT_ID"),
            client_secret=value("CLIENT_SECRET"),
            client_keys=_keys(value("CLIENT_KEY"), value("CLIENT_KEY_FILE")),
            discovery=value("DISCOVERY", "true").lower() not in {"false", "0", "no"},
            redirect_path=value("REDIRECT_PATH"),
            endpoints=Endpoints(
                authorization=value("AUTHORIZATION_ENDPOINT"),
                token=value("TOKEN_ENDPOINT"),
                userinfo=value("USERINFO_ENDPOINT"),
                jwks=value("JWKS_URI"),
                end_session=value("END_SESSION_ENDPOINT"),
            ),
            **_given(value),
        )
    except (OSError, ValueError) as problem:
        raise ProviderMisconfigured(f"{PREFIX}{name}_…: {problem} See docs/operations.md.") from problem


def _given(value: Any) -> dict[str, Any]:
    """Return the fields that the environment sets over the preset."""
    readers: dict[str, Any] = {
        "LABEL": str,
        "AUTHENTICATION": Authentication,
        "ALGORITHM": Algorithm,
        "SCOPES": lambda text: tuple(text.split()),
        "ACR_VALUES": lambda text: tuple(text.split()),
        "LEVEL_CLAIM": str,
        "LEVELS": _levels,
        "DEFAULT_LEVEL": lambda text: AssuranceLevel[text],
        "CLAIMS": lambda text: tuple(text.split()),
    }
    try:
        return {key.lower(): reader(value(key)) for key, reader in readers.items() if value(key)}
    except KeyError as problem:
        raise ValueError(f"{problem} is no level. Use NONE, EMAIL, PASSKEY or CARD.") from problem


def _levels(text: str) -> tuple[tuple[str, AssuranceLevel], ...]:
    """Read `aal3:CARD aal2:PASSKEY`."""
    pairs = (part.rpartition(":") for part in text.split())
    return tuple((claim, AssuranceLevel[level]) for claim, _, level in pairs)


def _keys(text: str, file: str) -> tuple[str, ...]:
    """Return each key of a PEM, a JWK or a JWKS as text."""
    if file:
        text = Path(file).read_text(encoding="utf-8")
    if not text.strip():
        return ()
    if text.lstrip().startswith("{"):
        data = json.loads(text)
        return tuple(json.dumps(key) for key in data.get("keys", [data]))
    return (text,)


def _check(provider: ProviderSettings) -> None:
    """Raise ProviderMisconfigured for settings with which nobody could sign in safely."""
    who = f"Provider {provider.name!r}:"
    if not provider.issuer or not provider.client_id:
        raise ProviderMisconfigured(f"{who} the issuer or the client id is empty. Set both.")
    for address in (provider.issuer, *_addresses(provider.endpoints)):
        if not is_safe_address(address):
            raise ProviderMisconfigured(f"{who} {address} is not https. Give the https address.")
    if "openid" not in provider.scopes:
        raise ProviderMisconfigured(f"{who} the scope openid is missing. Add it.")
    needs_key = provider.authentication is Authentication.PRIVATE_KEY_JWT
    if needs_key and not provider.client_keys:
        raise ProviderMisconfigured(f"{who} private_key_jwt needs a key. Set its CLIENT_KEY or CLIENT_KEY_FILE.")
    if not needs_key and not provider.client_secret:
        raise ProviderMisconfigured(f"{who} client_secret_basic needs a secret. Set its CLIENT_SECRET.")
    if not provider.discovery and not all(
        (provider.endpoints.authorization, provider.endpoints.token, provider.endpoints.jwks)
    ):
        raise ProviderMisconfigured(f"{who} without discovery its authorization, token and JWKS addresses are needed.")
    _signing_keys(provider.client_keys)


def _addresses(endpoints: Endpoints) -> list[str]:
    found = (
        *(endpoints.authorization, endpoints.token, endpoints.userinfo),
        *(endpoints.jwks, endpoints.end_session),
    )
    return [address for address in found if address]


def is_safe_address(address: str) -> bool:
    """Tell whether an address is https, or http on this very machine (tests and demonstrations)."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


def signing_keys(provider: ProviderSettings) -> tuple[SigningKey, ...]:
    """Return the private keys of this site for a provider, each with a key id; the first one signs."""
    return _signing_keys(provider.client_keys)


@lru_cache(maxsize=16)
def _signing_keys(texts: tuple[str, ...]) -> tuple[SigningKey, ...]:
    keys = []
    for text in texts:
        try:
            key = import_key(json.loads(text)) if text.lstrip().startswith("{") else _from_pem(text)
        except Exception as problem:
            raise ProviderMisconfigured("A client key cannot be read. Give it as PEM or JWK.") from problem
        if not isinstance(key, ECKey | RSAKey) or not key.is_private:
            raise ProviderMisconfigured("A client key is not a private EC or RSA key. Give the private key.")
        key.ensure_kid()
        keys.append(key)
    return tuple(keys)


def _from_pem(text: str) -> SigningKey:
    try:
        return ECKey.import_key(text)
    except Exception:
        return RSAKey.import_key(text)


def public_key_set(provider: ProviderSettings) -> dict[str, Any]:
    """Return the public half of this site's keys as a JWKS, to be registered at the provider."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in signing_keys(provider)]}
