"""What a provider says of itself: its addresses and its keys, cached per process.

Random key ids cause no storm of fetches, a rotated key is found at once, and a provider that is down is not asked again
for a while. Which claims a token holds is not known here.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey, RSAKey, import_key

from madoguchi.apps.accounts.oidc import transport
from madoguchi.apps.accounts.oidc.providers import Algorithm, ProviderSettings, is_safe_address
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused

METADATA_SECONDS = 3_600
KEYS_SECONDS = 3_600
REFETCHES = 3
REFETCH_WINDOW_SECONDS = 300
DOWN_SECONDS = 10
RSA_LETTERS = 341  # base64url of a 2,048-bit modulus; shorter keys are not accepted

PublicKey = ECKey | RSAKey


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a provider is asked for what. `sends_issuer`: its callbacks carry `iss` (RFC 9207)."""

    authorization: str
    token: str
    userinfo: str
    jwks: str
    end_session: str
    sends_issuer: bool


class Directory:
    """The addresses and keys of one provider. Threads share it; one of them fetches, the others wait."""

    def __init__(self, provider: ProviderSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: Metadata | None = None
        self._metadata_at = 0.0
        self._keys: list[tuple[str, PublicKey]] = []
        self._keys_at: float | None = None
        self._refetches: deque[float] = deque(maxlen=REFETCHES)
        self._down_until: float | None = None

    def metadata(self) -> Metadata:
        """Return the provider's addresses; raise Refused when they cannot be had or name another issuer."""
        with self._lock:
            return self._current_metadata()

    def key(self, kid: str | None) -> PublicKey:
        """Return the signature key of that id; without an id, the provider's only one. Refuse an unknown id."""
        with self._lock:
            if self._keys_at is None or self._clock() - self._keys_at > KEYS_SECONDS:
                self._fetch_keys()
            found = self._find(kid)
            if found is None and self._may_refetch():
                self._fetch_keys()
                found = self._find(kid)
        if found is None:
            raise Refused(Reason.KEY_UNKNOWN, "kid")
        return found

    def _current_metadata(self) -> Metadata:
        if self._metadata is None or self._clock() - self._metadata_at > METADATA_SECONDS:
            self._metadata = self._fetch_metadata()
            self._metadata_at = self._clock()
        return self._metadata

    def _find(self, kid: str | None) -> PublicKey | None:
        if kid is None:
            return self._keys[0][1] if len(self._keys) == 1 else None
        return next((key for known, key in self._keys if known == kid), None)

    def _may_refetch(self) -> bool:
        now = self._clock()
        if len(self._refetches) == REFETCHES and now - self._refetches[0] < REFETCH_WINDOW_SECONDS:
            return False
        self._refetches.append(now)
        return True

    def _fetch_metadata(self) -> Metadata:
        given = self._provider.endpoints
        if not self._provider.discovery:
            return Metadata(
                given.authorization, given.token, given.userinfo, given.jwks, given.end_session, sends_issuer=False
            )
        document = self._fetch(self._provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if document.get("issuer") != self._provider.issuer:
            raise Refused(Reason.DISCOVERY_OTHER_ISSUER, "issuer")
        return Metadata(
            authorization=given.authorization or _address(document, "authorization_endpoint"),
            token=given.token or _address(document, "token_endpoint"),
            userinfo=given.userinfo or _address(document, "userinfo_endpoint", needed=False),
            jwks=given.jwks or _address(document, "jwks_uri"),
            end_session=given.end_session or _address(document, "end_session_endpoint", needed=False),
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _fetch_keys(self) -> None:
        document = self._fetch(self._current_metadata().jwks)
        keys = document.get("keys")
        if not isinstance(keys, list):
            raise Refused(Reason.ANSWER_INVALID, "keys")
        self._keys = [pair for item in keys if (pair := _usable(item, self._provider.algorithm)) is not None]
        self._keys_at = self._clock()

    def _fetch(self, address: str) -> dict[str, Any]:
        """Fetch a document; after a failure refuse at once for some seconds, so that nobody waits in vain."""
        if self._down_until is not None and self._clock() < self._down_until:
            raise Refused(Reason.PROVIDER_UNREACHABLE, "down")
        try:
            answer = transport.get(address)
            if answer.status != 200:
                raise Refused(Reason.PROVIDER_UNREACHABLE, f"status {answer.status}")
            document = answer.mapping()
        except Refused:
            self._down_until = self._clock() + DOWN_SECONDS
            raise
        self._down_until = None
        return document


def _address(document: dict[str, Any], name: str, *, needed: bool = True) -> str:
    address = document.get(name, "")
    if not address and not needed:
        return ""
    if not isinstance(address, str) or not is_safe_address(address):
        raise Refused(Reason.ANSWER_INVALID, name)
    return address


def _usable(item: Any, algorithm: Algorithm) -> tuple[str, PublicKey] | None:
    """Return id and key when a key of the set may check signatures of the pinned algorithm."""
    if not isinstance(item, dict) or item.get("use", "sig") != "sig" or item.get("alg", algorithm) != algorithm:
        return None
    wanted = ("EC", "P-256") if algorithm is Algorithm.ES256 else ("RSA", None)
    if item.get("kty") == "RSA" and len(str(item.get("n", ""))) < RSA_LETTERS:
        return None
    if item.get("kty") != wanted[0] or (wanted[1] and item.get("crv") != wanted[1]):
        return None
    try:
        key = import_key(item)
    except Exception:  # a key that cannot be read is left out: other keys of the set must keep working
        return None
    return (str(item.get("kid", "")), key) if isinstance(key, ECKey | RSAKey) else None


_directories: dict[ProviderSettings, Directory] = {}
_directories_lock = threading.Lock()


def directory_of(provider: ProviderSettings) -> Directory:
    """Return the one directory of a provider in this process."""
    with _directories_lock:
        return _directories.setdefault(provider, Directory(provider))


def forget() -> None:
    """Drop everything that was learnt, so that the next sign-in asks the providers again."""
    with _directories_lock:
        _directories.clear()
