"""SMS by a plain JSON post, because there is no common standard: an operator puts a small adapter before her provider.

Request: `POST` a list of `{to, text, key}` with a bearer token. Answer 200: a list in the same order, each `{id}`, or
`{error}` with `unknown-number`, `temporary` or another word. The same key within a day answers the same id and sends
nothing. 429 and 503 may carry Retry-After. Documented for adapters in docs/notifications.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from madoguchi.apps.notifications.channels import posting
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import Channel

MAX_SIGNS = 660
"""Longest text that the Japanese carriers pass on in one message (in full-width signs)."""
WRONG_TOKEN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class SmsSender:
    """Sends text messages to numbers (+81…). `url` is the whole address of the provider or adapter."""

    url: str
    token: str = field(repr=False)
    poster: posting.Poster = field(default_factory=posting.Poster)
    channel: Channel = Channel.SMS
    rate_per_second: int = 2_000
    parallel: int = 4
    batch: int = 100

    def send(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Send the messages in one call; if the provider refuses the whole list, one by one."""
        try:
            answer = self._post(outgoing)
        except posting.Unreachable as error:
            return [posting.unreachable(error)] * len(outgoing)
        if answer.status < 300:
            return _results(answer, len(outgoing))
        if answer.status in (400, 413, 422) and len(outgoing) > 1:
            return posting.each(outgoing, lambda message: _results_of_one(self._post([message])))
        return [_failed(answer)] * len(outgoing)

    def _post(self, outgoing: Sequence[Outgoing]) -> posting.Answer:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        body = [{"to": one.address, "text": words(one), "key": str(one.provider_key)} for one in outgoing]
        return self.poster.post(self.url, headers, json.dumps(body).encode())


def words(message: Outgoing) -> str:
    """Return the text: words and link; too long words are cut, the link never."""
    room = MAX_SIGNS - len(message.url) - 1
    text = message.text if len(message.text) <= room else message.text[: max(room - 1, 0)] + "…"
    return f"{text}\n{message.url}"


def _results_of_one(answer: posting.Answer) -> Result:
    return _results(answer, 1)[0] if answer.status < 300 else _failed(answer)


def _results(answer: posting.Answer, count: int) -> list[Result]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != count:
        return [Result(Outcome.RETRY, detail="the answer is no list of the same length")] * count
    return [_result(one) for one in found]


def _result(one: Any) -> Result:
    number = one.get("id") if isinstance(one, dict) else None
    if isinstance(number, str) and number:
        return Result(Outcome.ACCEPTED, provider_ref=number[:200])
    match one.get("error") if isinstance(one, dict) else None:
        case "unknown-number":
            return Result(Outcome.GONE, detail="the number does not exist")
        case "temporary":
            return Result(Outcome.RETRY, detail="the provider failed for this message")
        case str():
            return Result(Outcome.REFUSED, detail="the provider refused this message")
    return Result(Outcome.RETRY, detail="the answer tells neither id nor error")


def _failed(answer: posting.Answer) -> Result:
    """Return what an answer other than 2xx means for every message of the call."""
    detail = f"{answer.status} from the provider"
    if answer.status in (401, 403):
        return Result(Outcome.RETRY, retry_after_seconds=WRONG_TOKEN_SECONDS, detail=f"{detail}: token not taken")
    if answer.status == 429 or answer.status >= 500 or answer.status < 400:
        wait = answer.retry_after(timezone.now()) if answer.status in (429, 503) else None
        return Result(Outcome.RETRY, retry_after_seconds=wait, detail=detail)
    return Result(Outcome.REFUSED, detail=detail)


def from_settings() -> SmsSender | None:
    """Return the sender of the settings (MADOGUCHI_SMS_URL, _TOKEN), or None: then SMS is off."""
    if not settings.SMS_URL or not settings.SMS_TOKEN:
        return None
    if urlsplit(settings.SMS_URL).scheme not in ("http", "https"):
        raise ValueError("MADOGUCHI_SMS_URL must begin with https://. Give the whole address of the provider.")
    return SmsSender(settings.SMS_URL, settings.SMS_TOKEN)
