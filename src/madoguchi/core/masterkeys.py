"""Master keys: they wrap the vault's data keys and come from the environment or from a file of mode 0600.

The first one wraps; the others only open what they wrapped before. They are never written to the database.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FILE = "data-keys"
KEY_BYTES = 32


class MasterKeyError(Exception):
    """A master key is missing, malformed or not the one that was used."""


def all_keys() -> tuple[bytes, ...]:
    """Return the master keys, the current one first; without any, a file with one is made once."""
    given: str = getattr(settings, "DATA_KEYS", "")
    return _read(given, "MADOGUCHI_DATA_KEYS") if given else _read(_file_text(), FILE)


def current() -> bytes:
    """Return the master key that wraps new data keys."""
    return all_keys()[0]


def name(key: bytes) -> str:
    """Return the fingerprint by which a master key is called; it does not reveal the key."""
    return hashlib.sha256(b"madoguchi master key " + key).hexdigest()[:16]


def wrap(key: bytes, plain: bytes, *, label: str) -> bytes:
    """Wrap a data key."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unwrap(master: str, wrapped: bytes, *, label: str) -> bytes:
    """Return the data key that the master key of that name wrapped; raise `MasterKeyError`."""
    found = {name(key): key for key in all_keys()}.get(master)
    if found is None:
        raise MasterKeyError(
            f"{label} is wrapped with master key {master}, which is not among MADOGUCHI_DATA_KEYS (or the file {FILE}). "
            "Add the old key behind the current one, run `madoguchi keys rotate`, then take it out."
        )
    try:
        return AESGCM(found).decrypt(wrapped[:12], wrapped[12:], label.encode())
    except InvalidTag:
        raise MasterKeyError(f"{label} was changed in the table of keys. Restore core_vaultkey.") from None


def _read(text: str, place: str) -> tuple[bytes, ...]:
    keys = []
    for number, part in enumerate(text.replace("\n", ",").split(","), start=1):
        if not part.strip():
            continue
        try:
            key = base64.b64decode(part.strip(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise MasterKeyError(
                f"Key {number} of {place} is not {KEY_BYTES} bytes in base64. "
                "Make one with: python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
            )
        keys.append(key)
    if not keys:
        raise MasterKeyError(f"{place} holds no key. Restore it: without its key no sealed value can be opened.")
    return tuple(keys)


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
        file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
