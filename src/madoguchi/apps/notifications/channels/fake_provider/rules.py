"""What the fake provider answers, and what reached people: rules and counts without any network.

An effect is a message that a person would see. A key that is still known makes no second effect, whatever happens to
the answers in between.
"""

import hashlib
import itertools
import json
import random
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

LINE_PATH = "/v2/bot/message/push"
SMS_PATH = "/sms"
UNKNOWN = ("Uunknown", "+8100")
"""Addresses that begin so belong to nobody."""
UNDELIVERABLE = ("Usilent", "+8111")
"""Addresses that begin so are taken, and their receipt says that the message did not arrive."""
MAX_LIST = 1_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How well the provider behaves. Shares are 0..1 of the messages, drawn by `seed`."""

    rate_per_second: int = 0
    """Messages that it takes in one second, then 429 with Retry-After; 0 = as many as come."""
    fail_share: float = 0.0
    """Refused by 500 before anything happened."""
    lost_share: float = 0.0
    """Taken, but the connection is cut before the answer."""
    latency_ms: float = 0.0
    token: str = ""
    """What callers must send as a bearer token; empty takes every caller."""
    receipts_url: str = ""
    """Where receipts are posted; empty sends none."""
    receipts_secret: str = ""
    receipt_delay_ms: float = 50.0
    key_seconds: float = 86_400.0
    """How long a key is known. 0 is a provider that knows no keys: the negative control of a test."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """One call as the network brought it; `headers` have small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `cut` closes the connection instead."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is told later about a message that was taken."""

    channel: str
    id: str
    key: str
    state: str
    """`delivered` or `undelivered`."""


@dataclass(slots=True)
class Provider:
    """The state of the provider. `now` tells seconds of a steady clock."""

    behaviour: Behaviour
    now: Callable[[], float]
    receipts: deque[Receipt] = field(default_factory=deque)
    by_key: Counter[str] = field(default_factory=Counter)
    by_message: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _window: tuple[int, int] = (0, 0)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.behaviour.seed)  # noqa: S311 # it plays faults, it guards nothing

    def answer(self, request: Request) -> Reply:
        """Return the answer to one call; messages that are taken count as effects at once."""
        path = request.path.split("?", 1)[0]
        if path == "/effects":
            return self._effects(request.method)
        if path == "/behaviour" and request.method == "POST":
            return self._change(request.body)
        if request.method != "POST" or path not in (LINE_PATH, SMS_PATH):
            return _said(404, "Nothing is here.")
        self.counts["calls"] += 1
        if self.behaviour.token and request.headers.get("authorization") != f"Bearer {self.behaviour.token}":
            return _said(401, "Authentication failed.")
        try:
            given = json.loads(request.body.decode())
        except ValueError:
            return _said(400, "The request body has 1 error(s)")
        return self._line(request, given) if path == LINE_PATH else self._sms(given)

    def _line(self, request: Request, given: Any) -> Reply:
        to = given.get("to") if isinstance(given, dict) else None
        messages = given.get("messages") if isinstance(given, dict) else None
        if not isinstance(to, str) or not isinstance(messages, list) or not 0 < len(messages) <= 5:
            return _said(400, "The property, 'messages', must be specified")
        key = request.headers.get("x-line-retry-key", "")
        if key and not _UUID.fullmatch(key):
            return _said(400, "The value for the 'X-Line-Retry-Key' header is invalid")
        if (refused := self._refused(1)) is not None:
            return refused
        asked = self._number()
        if (earlier := self._earlier(key)) is not None:
            self.counts["repeated"] += 1
            return _said(409, "The retry key is already accepted", ("X-Line-Accepted-Request-Id", earlier))
        if to.startswith(UNKNOWN):
            return _said(400, "The property, 'to', in the request body is invalid")
        self._take(Receipt("line", asked, key, _state(to)), request.body)
        body = b'{"sentMessages": [{"id": "%b"}]}' % asked.encode()
        return Reply(200, body, (("X-Line-Request-Id", asked),), cut=self._chance(self.behaviour.lost_share))

    def _sms(self, given: Any) -> Reply:
        many = given if isinstance(given, list) else [given]
        fields = ("to", "text", "key")
        if not 0 < len(many) <= MAX_LIST or not all(
            isinstance(one, dict) and all(isinstance(one.get(name), str) for name in fields) for one in many
        ):
            return _said(400, "Send {to, text, key}, or a list of at most 1000 of them.")
        if (refused := self._refused(len(many), fails=not isinstance(given, list))) is not None:
            return refused
        answers = [self._text(one, fails=isinstance(given, list)) for one in many]
        cut = self._chance(self.behaviour.lost_share)
        if isinstance(given, list):
            return Reply(200, json.dumps(answers).encode(), cut=cut)
        return Reply(422 if "error" in answers[0] else 200, json.dumps(answers[0]).encode(), cut=cut)

    def _text(self, one: Mapping[str, str], *, fails: bool) -> dict[str, str]:
        if fails and self._chance(self.behaviour.fail_share):
            self.counts["failed"] += 1
            return {"error": "temporary"}
        if (earlier := self._earlier(one["key"])) is not None:
            self.counts["repeated"] += 1
            return {"id": earlier}
        if one["to"].startswith(UNKNOWN):
            return {"error": "unknown-number"}
        number = self._number()
        self._take(Receipt("sms", number, one["key"], _state(one["to"])), f"{one['to']}\0{one['text']}".encode())
        return {"id": number}

    def _refused(self, messages: int, *, fails: bool = True) -> Reply | None:
        """Return the answer to too many messages, or to one that the provider fails on."""
        if rate := self.behaviour.rate_per_second:
            second, taken = self._window
            if second != int(self.now()):
                second, taken = int(self.now()), 0
            if taken + messages > max(rate, messages if not taken else 0):
                self.counts["limited"] += 1
                return _said(429, "You have reached your rate limit", ("Retry-After", "1"))
            self._window = (second, taken + messages)
        if fails and self._chance(self.behaviour.fail_share):
            self.counts["failed"] += 1
            return _said(500, "Internal error")
        return None

    def _earlier(self, key: str) -> str | None:
        at, number = self._known.get(key, (0.0, ""))
        return number if number and self.now() - at < self.behaviour.key_seconds else None

    def _take(self, receipt: Receipt, message: bytes) -> None:
        self.counts["effects"] += 1
        self.by_key[receipt.key] += 1
        self.by_message[hashlib.sha256(message).hexdigest()[:24]] += 1
        if receipt.key:
            self._known[receipt.key] = (self.now(), receipt.id)
        if self.behaviour.receipts_url:
            self.receipts.append(receipt)

    def _number(self) -> str:
        return f"{self.behaviour.seed:08x}{next(self._numbers):024x}"

    def _chance(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def _effects(self, method: str) -> Reply:
        if method == "DELETE":
            for counts in (self.by_key, self.by_message, self.counts):
                counts.clear()
            self._known.clear()
            self.receipts.clear()
        elif method != "GET":
            return _said(405, "GET reads, DELETE begins anew.")
        told = {"counts": self.counts, "keys": self.by_key, "messages": self.by_message}
        return Reply(200, json.dumps(told).encode())

    def _change(self, body: bytes) -> Reply:
        try:
            self.behaviour = replace(self.behaviour, **json.loads(body))
        except (TypeError, ValueError):
            return _said(400, "Send an object of the settings that change.")
        return Reply(200)


def _state(to: str) -> str:
    return "undelivered" if to.startswith(UNDELIVERABLE) else "delivered"


def _said(status: int, message: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status, json.dumps({"message": message}).encode(), headers)
