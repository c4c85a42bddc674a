"""Signing keys of one issuer, with rotation. It signs and publishes; it knows neither tokens nor people."""

import secrets
import threading
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

RSA_BITS = 2048


def _generate(algorithm: str) -> ECKey | RSAKey:
    parameters: Any = {"kid": secrets.token_urlsafe(8), "use": "sig", "alg": algorithm}
    if algorithm == "RS256":
        return RSAKey.generate_key(RSA_BITS, parameters=parameters)
    return ECKey.generate_key("P-256", parameters=parameters)


class Keyring:
    """The keys of one issuer; the newest signs, all that are kept are published."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self._lock = threading.Lock()
        self._keys: list[ECKey | RSAKey] = [_generate(algorithm)]

    def sign(self, claims: Mapping[str, Any], *, kind: str = "JWT") -> str:
        """Return a signed JWT."""
        with self._lock:
            key = self._keys[0]
        return jwt.encode({"alg": self.algorithm, "kid": key.kid, "typ": kind}, dict(claims), key, [self.algorithm])

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims of a token of this issuer; raise JoseError or ValueError when it is not one."""
        with self._lock:
            keys = KeySet(list(self._keys))
        return jwt.decode(token, keys, [self.algorithm]).claims

    def rotate(self, *, keep_old: bool) -> str:
        """Sign with a new key from now on and return its kid; old keys stay published only when told so."""
        fresh = _generate(self.algorithm)
        with self._lock:
            self._keys = [fresh, *(self._keys if keep_old else [])]
        return str(fresh.kid)

    def published(self) -> dict[str, Any]:
        """Return the public keys as a JWK Set (RFC 7517)."""
        with self._lock:
            return {"keys": [key.as_dict(private=False) for key in self._keys]}
