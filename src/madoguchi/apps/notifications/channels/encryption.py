"""Encryption of a push message for one browser: RFC 8291 on top of RFC 8188 (aes128gcm), one record.

Written out because a worker encrypts thousands of messages per second; an independent library opens them in the tests.
"""

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

RECORD_BYTES = 4_096
OVERHEAD_BYTES = 103
"""Head (86), the mark of the last record (1) and the tag (16)."""
_LAST = b"\x02"
_CURVE = ec.SECP256R1()


def encrypt(
    plain: bytes,
    *,
    point: bytes,
    secret: bytes,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body for the browser with this public point (65 bytes) and authentication secret (16 bytes).

    Key and salt are fresh for every message; they are given only to compare with the example of the standard. Raise
    ValueError when the message does not fit into one record.
    """
    if len(plain) > RECORD_BYTES - OVERHEAD_BYTES:
        raise ValueError("The message is too long for a push service. Say less; the rest stands on the platform.")
    key, salt = key or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    mine = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    shared = _derived(secret, key.exchange(ec.ECDH(), browser), b"WebPush: info\0" + point + mine, 32)
    content_key = _derived(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, shared, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack(">IB", RECORD_BYTES, len(mine)) + mine
    return head + AESGCM(content_key).encrypt(nonce, plain + _LAST, None)


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """Return at most 32 bytes by HKDF-SHA-256 (RFC 5869): one block is enough."""
    return hmac.digest(hmac.digest(salt, material, hashlib.sha256), info + b"\x01", hashlib.sha256)[:length]
