"""The three issuers of the local provider and the clients they know: addresses, algorithms, what each demands.

Modelled on デジタル認証アプリ (card), GビズID (business) and a plain staff sign-in. It knows no person and keeps no state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class IssuerName(StrEnum):
    """Which of the three issuers."""

    CARD = "card"
    BUSINESS = "business"
    STAFF = "staff"


class ClientAuthentication(StrEnum):
    """How a client proves at the token endpoint who it is."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 # the name of a method, not a secret


class Subjects(StrEnum):
    """Whether every client sees its own subject for one person."""

    PAIRWISE = "pairwise"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer: where it is mounted, what it signs with, what it asks of requests."""

    name: IssuerName
    path: str
    """Path of the issuer below the base address, exactly as it ends (GビズID ends in a slash)."""
    authorization_path: str
    token_path: str
    userinfo_path: str
    jwks_path: str
    end_session_path: str | None
    algorithm: str
    client_authentication: ClientAuthentication
    subjects: Subjects
    scopes: tuple[str, ...]
    demands: frozenset[str] = frozenset()
    """Parameters of the authorization request that must be there."""
    acr_values: tuple[str, ...] = ()
    client_error: str = "invalid_client"

    @property
    def root(self) -> str:
        """Return the issuer's path without a slash at its end."""
        return self.path.rstrip("/")

    @property
    def choose_path(self) -> str:
        """Return where one picks a card."""
        return f"{self.root}/choose"

    @property
    def consent_path(self) -> str:
        """Return where one agrees or refuses."""
        return f"{self.root}/consent"

    def url(self, base: str) -> str:
        """Return the issuer identifier."""
        return base + self.path

    def discovery(self, base: str) -> dict[str, Any]:
        """Return the metadata document (OpenID Connect Discovery 1.0)."""
        document: dict[str, Any] = {
            "issuer": self.url(base),
            "authorization_endpoint": base + self.authorization_path,
            "token_endpoint": base + self.token_path,
            "userinfo_endpoint": base + self.userinfo_path,
            "jwks_uri": base + self.jwks_path,
            "scopes_supported": list(self.scopes),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": self.grants(),
            "subject_types_supported": [self.subjects.value],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "token_endpoint_auth_methods_supported": [self.client_authentication.value],
            "code_challenge_methods_supported": ["S256"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": ["ja", "en"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
        if self.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT:
            document["token_endpoint_auth_signing_alg_values_supported"] = [ASSERTION_ALGORITHM]
        if self.acr_values:
            document["acr_values_supported"] = list(self.acr_values)
        if self.end_session_path:
            document["end_session_endpoint"] = base + self.end_session_path
        return document

    def grants(self) -> list[str]:
        """Return the grant types: a refresh token exists only where `offline_access` can be asked for."""
        return ["authorization_code", *(["refresh_token"] if "offline_access" in self.scopes else [])]


ASSERTION_ALGORITHM = "ES256"
_STRICT = frozenset({"state", "nonce", "code_challenge"})
_REALM = "/card/api/realms/main"

CARD = Issuer(
    name=IssuerName.CARD,
    path=_REALM,
    authorization_path=f"{_REALM}/protocol/openid-connect/auth",
    token_path=f"{_REALM}/protocol/openid-connect/token",
    userinfo_path=f"{_REALM}/protocol/openid-connect/userinfo",
    jwks_path=f"{_REALM}/protocol/openid-connect/certs",
    end_session_path=f"{_REALM}/protocol/openid-connect/logout",
    algorithm="ES256",
    client_authentication=ClientAuthentication.PRIVATE_KEY_JWT,
    subjects=Subjects.PAIRWISE,
    scopes=("openid", "name", "address", "birthdate", "gender", "offline_access"),
    demands=_STRICT,
    acr_values=("aal3", "crl"),
)
BUSINESS = Issuer(
    name=IssuerName.BUSINESS,
    path="/business/oauth/",
    authorization_path="/business/oauth/authorize",
    token_path="/business/oauth/token",  # noqa: S106 # an address, not a secret
    userinfo_path="/business/oauth/userinfo",
    jwks_path="/business/oauth/jwks",
    end_session_path=None,
    algorithm="RS256",
    client_authentication=ClientAuthentication.CLIENT_SECRET_BASIC,
    subjects=Subjects.PUBLIC,
    scopes=("openid", "profile", "user", "email", "offline_access", "jp_gbizid_v1_ida", "role"),
    client_error="unauthorized",
)
STAFF = Issuer(
    name=IssuerName.STAFF,
    path="/staff",
    authorization_path="/staff/authorize",
    token_path="/staff/token",  # noqa: S106 # an address, not a secret
    userinfo_path="/staff/userinfo",
    jwks_path="/staff/jwks",
    end_session_path="/staff/logout",
    algorithm="ES256",
    client_authentication=ClientAuthentication.PRIVATE_KEY_JWT,
    subjects=Subjects.PUBLIC,
    scopes=("openid", "profile"),
    demands=_STRICT,
    acr_values=("aal2", "aal3"),
)
ISSUERS: tuple[Issuer, ...] = (CARD, BUSINESS, STAFF)


@dataclass(frozen=True, slots=True)
class Client:
    """A service that may send people here. It proves itself with a key (`jwks`, public) or a secret, as its issuer asks."""

    issuer: IssuerName
    client_id: str
    name_ja: str
    name_en: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    """Scopes approved for this client; `openid` is among them."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    jwks: Mapping[str, Any] = field(default_factory=dict)
