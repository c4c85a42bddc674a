"""The code that connects a LINE user to an account: the person sends it to the LINE account, so nobody else's id comes in.

It is signed and runs out, so nothing about it is kept. It names an account's random id, nothing of the person.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

LIVES = timedelta(minutes=15)
_MINUTES = 1 << 16
_CODE = re.compile(r"[A-Z2-7]{40}")
_MARK_BYTES = 7


def code_of(account_id: UUID, now: datetime) -> str:
    """Return the code that an account sends to LINE: 40 letters and digits."""
    return base64.b32encode(_signed(account_id, _minute(now))).decode()


def account_of(text: str, now: datetime) -> str | None:
    """Return the account whose code is in a text; None without one that is still good."""
    found = _CODE.search(re.sub(r"[\s-]", "", text.upper()))
    if found is None:
        return None
    try:
        raw = base64.b32decode(found.group())
    except binascii.Error:
        return None
    account_id, minute = UUID(bytes=raw[:16]), int.from_bytes(raw[16:18], "big")
    age = (_minute(now) - minute) % _MINUTES
    if not hmac.compare_digest(raw, _signed(account_id, minute)) or age * 60 >= LIVES.total_seconds():
        return None
    return str(account_id)


def _minute(now: datetime) -> int:
    return int(now.timestamp() // 60) % _MINUTES


def _signed(account_id: UUID, minute: int) -> bytes:
    """Return account, minute and their mark. The minute repeats after 45 days; a code of then would be as good as one of now."""
    body = account_id.bytes + minute.to_bytes(2, "big")
    mark = salted_hmac("madoguchi.notifications.line", body.hex(), algorithm=hashlib.sha256().name).digest()
    return body + mark[:_MARK_BYTES]
