"""Registers the site at the local provider from the very settings with which the site signs people in.

For a demonstration it also makes those settings: one key and one secret per data folder, never one that is in the code.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from joserfc.jwk import ECKey

from madoguchi.apps.accounts.oidc import providers
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.core.access import Kind
from madoguchi.site.identity.issuers import BUSINESS, CARD, ISSUERS, STAFF, Client, Issuer, IssuerName

ISSUER_OF: Mapping[Kind, Issuer] = {Kind.RESIDENT: CARD, Kind.BUSINESS: BUSINESS, Kind.STAFF: STAFF}
CLIENT_IDS: Mapping[IssuerName, str] = {
    IssuerName.CARD: "RP00000001",
    IssuerName.BUSINESS: "madoguchi-business",
    IssuerName.STAFF: "madoguchi-staff",
}
KEY_FILE, SECRET_FILE, SALT_FILE = "oidc-client-key.json", "oidc-client-secret", "identity-salt"


def base_address(port: int) -> str:
    """Return the provider's own address; it listens on this machine only."""
    return f"http://127.0.0.1:{port}"


def site_origins(port: int) -> tuple[str, ...]:
    """Return the addresses under which a demonstration on this machine is opened."""
    return (f"http://127.0.0.1:{port}", f"http://localhost:{port}")


def clients(found: Iterable[ProviderSettings], *, base: str, origins: Iterable[str]) -> tuple[Client, ...]:
    """Return the clients of those settings that name one of the issuers of `base`, letter by letter."""
    mine = {issuer.url(base): issuer for issuer in ISSUERS}
    return tuple(_client(mine[item.issuer], item, tuple(origins)) for item in found if item.issuer in mine)


def local(found: Iterable[ProviderSettings], *, base: str) -> dict[Kind, ProviderSettings]:
    """Return by kind those settings that name one of the issuers of `base`: the others are an operator's own."""
    mine = {issuer.url(base) for issuer in ISSUERS}
    return {Kind(item.kind): item for item in found if item.issuer in mine}


def _client(issuer: Issuer, settings: ProviderSettings, origins: tuple[str, ...]) -> Client:
    has_key = settings.authentication is providers.Authentication.PRIVATE_KEY_JWT
    return Client(
        issuer=issuer.name,
        client_id=settings.client_id,
        name_ja="Madoguchi 窓口（見本）",
        name_en="Madoguchi (sample)",
        redirect_uris=tuple(origin + settings.callback_path() for origin in origins),
        post_logout_redirect_uris=tuple(f"{origin}/" for origin in origins),
        scopes=issuer.scopes,
        secret=settings.client_secret,
        jwks=providers.public_key_set(settings) if has_key else {},
    )


def environment(data_dir: Path, *, port: int, issuer_port: int | None = None) -> dict[str, str]:
    """Return the MADOGUCHI_OIDC_… variables of a demonstration; its key and secret are made once per data folder.

    `issuer_port` stands in the issuers' names when the provider listens elsewhere: an account belongs to its issuer, so
    the same card opens the same account whichever port was free.
    """
    base, named = base_address(port), base_address(issuer_port or port)
    secret = kept_once(data_dir / SECRET_FILE, lambda: secrets.token_urlsafe(32))
    kept_once(data_dir / KEY_FILE, _fresh_key)
    variables: dict[str, str] = {}
    for kind, issuer in ISSUER_OF.items():
        prefix = f"MADOGUCHI_OIDC_{kind.value.upper()}"
        variables |= {
            f"{prefix}_KIND": kind.value,
            f"{prefix}_ISSUER": issuer.url(named),
            f"{prefix}_CLIENT_ID": CLIENT_IDS[issuer.name],
        }
        if named != base:
            variables |= _addresses(prefix, issuer, base)
        if kind is Kind.BUSINESS:
            variables[f"{prefix}_CLIENT_SECRET"] = secret
        else:
            variables[f"{prefix}_CLIENT_KEY_FILE"] = str(data_dir / KEY_FILE)
    staff = "MADOGUCHI_OIDC_STAFF"
    return {**variables, f"{staff}_SCOPES": "openid profile", f"{staff}_CLAIMS": "name preferred_username"}


def _addresses(prefix: str, issuer: Issuer, base: str) -> dict[str, str]:
    """Return the variables that say where the provider listens: nothing can be discovered at the issuer's own name."""
    paths = {
        "AUTHORIZATION_ENDPOINT": issuer.authorization_path,
        "TOKEN_ENDPOINT": issuer.token_path,
        "USERINFO_ENDPOINT": issuer.userinfo_path,
        "JWKS_URI": issuer.jwks_path,
        "END_SESSION_ENDPOINT": issuer.end_session_path,
    }
    return {f"{prefix}_DISCOVERY": "false"} | {f"{prefix}_{name}": base + path for name, path in paths.items() if path}


def salt(data_dir: Path) -> bytes:
    """Return what subjects are made with; it stays, so that a restart changes nobody's subject."""
    return kept_once(data_dir / SALT_FILE, lambda: secrets.token_hex(32)).encode()


def _fresh_key() -> str:
    return json.dumps({"keys": [ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)]})


def kept_once(path: Path, make: Callable[[], str]) -> str:
    """Return the file's text, made at the first call with mode 0600; of two at once both get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8")
