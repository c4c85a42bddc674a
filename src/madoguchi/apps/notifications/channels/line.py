"""LINE by its Messaging API: one push message per call, with a retry key, so that a second try shows nothing twice.

Source: reference of the Messaging API, push messages and retrying failed requests (read 2026-11). The key is known for 24
hours. A delivery is not promised by LINE: accepted is all that is known here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from madoguchi.apps.notifications.channels import posting
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import Channel

PATH = "/v2/bot/message/push"
MAX_TEXT_UNITS = 5_000
"""UTF-16 units of one text message."""
WRONG_TOKEN_SECONDS = 300.0
"""The operator has to put another token in; no message is lost until then."""


@dataclass(frozen=True, slots=True)
class LineSender:
    """Pushes to LINE user ids. `url` is the base address of the API."""

    url: str
    token: str = field(repr=False)
    poster: posting.Poster = field(default_factory=posting.Poster)
    channel: Channel = Channel.LINE
    rate_per_second: int = 1_500
    """LINE takes 2,000 calls per second of one channel."""
    parallel: int = 8
    batch: int = 25

    def send(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Push the messages one after another over one kept connection."""
        return posting.each(outgoing, self._push)

    def _push(self, message: Outgoing) -> Result:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "X-Line-Retry-Key": str(message.provider_key),
        }
        body = {"to": message.address, "messages": [{"type": "text", "text": words(message)}]}
        return _result(self.poster.post(self.url.rstrip("/") + PATH, headers, json.dumps(body).encode()))


def words(message: Outgoing) -> str:
    """Return the text of the message: subject, words, link. Too long words are cut, the link never."""
    head, tail = f"{message.subject}\n\n{message.text}", f"\n\n{message.url}"
    room = MAX_TEXT_UNITS - _units(tail)
    if _units(head) > room:
        head = head.encode("utf-16-le", "replace")[: (room - 1) * 2].decode("utf-16-le", "ignore") + "…"
    return head + tail


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _result(answer: posting.Answer) -> Result:
    if answer.status == 200:
        return Result(Outcome.ACCEPTED, provider_ref=answer.headers.get("x-line-request-id", "")[:200])
    if answer.status == 409 and (earlier := answer.headers.get("x-line-accepted-request-id")):
        return Result(Outcome.ACCEPTED, provider_ref=earlier[:200], detail="taken at an earlier try")
    said = _said(answer)
    if answer.status == 429 and "monthly" in said:
        return Result(Outcome.REFUSED, detail="429: no messages are left this month")
    if answer.status == 429 or answer.status >= 500 or answer.status == 409:
        wait = answer.retry_after(timezone.now()) if answer.status in (429, 503) else None
        return Result(Outcome.RETRY, retry_after_seconds=wait, detail=f"{answer.status} from the provider")
    if answer.status == 401:
        return Result(Outcome.RETRY, retry_after_seconds=WRONG_TOKEN_SECONDS, detail="401: the token is not taken")
    if answer.status == 400 and "'to'" in said:
        return Result(Outcome.GONE, detail="400: this user does not exist or has blocked the account")
    return Result(Outcome.REFUSED, detail=f"{answer.status} from the provider")


def _said(answer: posting.Answer) -> str:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    return str(found.get("message", "")).lower() if isinstance(found, dict) else ""


def from_settings() -> LineSender | None:
    """Return the sender of the settings (MADOGUCHI_LINE_URL, _TOKEN), or None: then LINE is off."""
    if not settings.LINE_URL or not settings.LINE_TOKEN:
        return None
    if urlsplit(settings.LINE_URL).scheme not in ("http", "https"):
        raise ValueError("MADOGUCHI_LINE_URL must begin with https://. Give the base address of the Messaging API.")
    return LineSender(settings.LINE_URL, settings.LINE_TOKEN)
