"""What an address of each way looks like: brought to one form, so that the same address is found again, and masked."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from madoguchi.apps.notifications.channels.web_push import Subscription
from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.errors import Refusal, Refused

_MOBILE = re.compile(r"\+81[1-9][0-9]{8,9}")
_LINE = re.compile(r"U[0-9A-Za-z]{1,64}")
MOST_SIGNS = 2_000


def tidy(channel: Channel, value: str) -> str:
    """Return an address in its one form; raise `Refused` (FORM) when it is none of this way."""
    form = _FORMS.get(channel)
    tidied = form(value.strip()) if form and len(value) <= MOST_SIGNS else None
    if tidied is None:
        raise Refused(Refusal.FORM, f"This is no address for {channel.value}. Check it and enter it again.")
    return tidied


def _email(value: str) -> str | None:
    value = unicodedata.normalize("NFKC", value)
    try:
        validate_email(value)
    except ValidationError:
        return None
    name, _, domain = value.rpartition("@")
    return f"{name}@{domain.lower()}" if len(value) <= 254 else None


def _sms(value: str) -> str | None:
    digits = re.sub(r"[\s()‐-―ー-]", "", unicodedata.normalize("NFKC", value))
    if digits.startswith("0"):
        digits = f"+81{digits[1:]}"
    return digits if _MOBILE.fullmatch(digits) else None


def _line(value: str) -> str | None:
    return value if _LINE.fullmatch(value) else None


def _web_push(value: str) -> str | None:
    try:
        Subscription.of(value)
    except ValueError:
        return None
    given = json.loads(value)
    keys = {name: given["keys"][name] for name in ("auth", "p256dh")}
    return json.dumps({"endpoint": given["endpoint"], "keys": keys})


_FORMS: Mapping[Channel, Callable[[str], str | None]] = {
    Channel.EMAIL: _email,
    Channel.SMS: _sms,
    Channel.LINE: _line,
    Channel.WEB_PUSH: _web_push,
}


def masked(channel: Channel, value: str) -> str:
    """Return as much of an address as its owner needs to know it."""
    if channel == Channel.EMAIL:
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}***@{domain}"
    if channel == Channel.WEB_PUSH:
        return urlsplit(json.loads(value)["endpoint"]).hostname or ""
    return f"{value[:3]}***{value[-3:]}"
