"""Codes that one person gives another to type once: how they are written, read back and kept.

A code has 80 bits in groups of four letters; only its hash is kept. What a code opens is not known here.
"""

import base64
import hashlib

CODE_BYTES = 10


def code_from(octets: bytes) -> str:
    """Return the code of at least 10 random bytes: 16 letters of base32."""
    return base64.b32encode(octets[:CODE_BYTES]).decode()


def grouped(code: str) -> str:
    """Return a code in groups of four, as people read it to each other."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def digest(code: str) -> str:
    """Return the SHA-256 of a code in hex."""
    return hashlib.sha256(code.encode()).hexdigest()


def typed(code: str) -> str:
    """Return a typed code without blanks and hyphens, 0 and 1 read as the letters that they look like."""
    return "".join(code.upper().split()).replace("-", "").replace("0", "O").replace("1", "I")
