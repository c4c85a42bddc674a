"""What somebody reads who has the whole database and every key: all texts, and all sealed values opened.

Sealed values are opened without asking to which row they are bound (AES-GCM without its tag is AES-CTR), so that nothing
stays unread because the test does not know a context.
"""

import struct
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps

from madoguchi.core import masterkeys
from madoguchi.core.vault_models import VaultKey

_HEADER, _NONCE, _TAG = 9, 12, 16


def keys() -> dict[int, bytes]:
    """Return every data key's sealing half by number."""
    found = {}
    for row in VaultKey.objects.all():
        plain = masterkeys.unwrap(row.master, bytes(row.wrapped), label=f"data key {row.pk}")
        found[row.pk] = HKDF(SHA256(), 32, salt=None, info=b"madoguchi vault seal").derive(plain)
    return found


def unsealed(data: bytes, known: dict[int, bytes]) -> bytes:
    """Return what a sealed value holds, or the bytes themselves when they are not sealed."""
    if len(data) < _HEADER + _NONCE + _TAG or data[0] != 1:
        return data
    number = struct.unpack(">Q", data[1:_HEADER])[0]
    if number not in known:
        return data
    nonce, body = data[_HEADER : _HEADER + _NONCE], data[_HEADER + _NONCE : -_TAG]
    counter = modes.CTR(nonce + struct.pack(">I", 2))
    return Cipher(algorithms.AES(known[number]), counter).decryptor().update(body)


def values(*, opened: bool) -> Iterator[str]:
    """Return every stored value of every table as text; sealed ones opened or as they lie there."""
    known = keys() if opened else {}
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            for value in row:
                if isinstance(value, bytes | memoryview):
                    yield unsealed(bytes(value), known).decode("utf-8", "replace")
                elif value is not None:
                    yield str(value)


def everything(*, opened: bool = True) -> str:
    """Return every stored value as one text."""
    return "\n".join(values(opened=opened))
