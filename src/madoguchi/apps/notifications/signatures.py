"""Signatures of what providers send us: who signed, over what, and how long ago.

Ours: `X-Signature: t=<seconds>,v1=<hex of HMAC-SHA256 over "<seconds>.<body>">`. LINE's: base64 of HMAC-SHA256 over the body.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

MAX_AGE_SECONDS = 300
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def is_good(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Tell whether the header signs this body with the secret, at most five minutes ago."""
    found = _FORM.fullmatch(header)
    if found is None or abs(now.timestamp() - int(found[1])) > MAX_AGE_SECONDS:
        return False
    digest = hmac.digest(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hex()
    return hmac.compare_digest(digest, found[2])


def is_lines(header: str, body: bytes, secret: str) -> bool:
    """Tell whether LINE signed this body with the channel's secret (X-Line-Signature)."""
    digest = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(digest, header.encode("utf-8", "replace"))
