"""The server's own key for Web Push (RFC 8292): it tells push services who sends, and browsers whom they subscribe to.

From the setting, or from a file of mode 0600 in the data folder that is made once. With another key every subscription ends.
"""

import base64
import binascii
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

FILE = "vapid-key"
LIFE_SECONDS = 12 * 3_600
"""A token must not live longer than a day."""
RENEW_SECONDS = 3_600
MAX_ORIGINS = 200


class VapidError(ValueError):
    """The key or the contact cannot be used: what is wrong and what to do."""


@dataclass(slots=True)
class Signer:
    """Signs for push services; one token per service is kept until shortly before its end."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    contact: str
    public: str = field(init=False)
    """What browsers subscribe with: the uncompressed point in base64url."""
    _jwk: ECKey = field(init=False, repr=False)
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
        self._jwk = ECKey.import_key(_pem(self.key))

    def authorization(self, origin: str, at: float) -> str:
        """Return the Authorization header for a push service; `at` is the time in seconds since 1970."""
        ends, value = self._tokens.get(origin, (0.0, ""))
        if ends - at > RENEW_SECONDS:
            return value
        claims = {"aud": origin, "exp": int(at) + LIFE_SECONDS, "sub": self.contact}
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._jwk, algorithms=["ES256"])
        value = f"vapid t={token}, k={self.public}"
        if len(self._tokens) >= MAX_ORIGINS:
            self._tokens.clear()
        self._tokens[origin] = (at + LIFE_SECONDS, value)
        return value


def from_settings() -> Signer | None:
    """Return the signer of the settings, or None while no contact is named: then Web Push is off."""
    contact: str = settings.VAPID_CONTACT
    if not contact:
        return None
    if not contact.startswith(("mailto:", "https://")):
        raise VapidError("MADOGUCHI_VAPID_CONTACT must begin with mailto: or https://.")
    return _signer(contact, settings.VAPID_KEY or _file_text())


@lru_cache(maxsize=4)
def _signer(contact: str, key: str) -> Signer:
    return Signer(read_key(key), contact)


def read_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Read a private key of P-256: PEM, or base64 (also base64url) of its 32 bytes; raise VapidError."""
    try:
        if "BEGIN" in text:
            found = serialization.load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
            if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(found.curve, ec.SECP256R1):
                return found
        else:
            flat = text.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
            raw = base64.b64decode(flat + "=" * (-len(flat) % 4), validate=True)
            if len(raw) == 32:
                return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    except (ValueError, TypeError, binascii.Error):
        pass
    raise VapidError(
        "The key of Web Push is no private key of P-256. Take MADOGUCHI_VAPID_KEY out, then one is made in the data folder."
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _file_text() -> str:
    path = Path(settings.DATA_DIR) / FILE
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    """Write the file whole under another name and link it: nobody ever reads half of it, and the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{FILE}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(_pem(ec.generate_private_key(ec.SECP256R1())))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
