"""Web Push: encrypted for one browser (RFC 8291), signed with the server's key (RFC 8292), handed to the browser's service.

A subscription comes from a browser, so its address is somebody else's choice: https, the usual port and a public host only.
The payload says in words for outside that something waits; the service worker shows it (static/notifications/push-worker.js).
"""

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from madoguchi.apps.notifications.channels import encryption, posting, vapid
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import Channel, Lane

MAX_PAYLOAD_BYTES = 3_000
"""A push service need not take more than 4,096 bytes encrypted (RFC 8030 7.2); the head of the encryption takes 103."""
MAX_TITLE, MAX_BODY = 100, 500
DEFAULT_TTL_SECONDS = 3 * 86_400
MAX_TTL_SECONDS = 28 * 86_400
MAX_ENDPOINT = 1_000
MAX_RESTING = 1_000
TIMEOUT_SECONDS = 6.0
REFUSED_KEY_SECONDS = 300.0
URGENCY = {Lane.DISASTER: "high", Lane.PERSONAL: "normal", Lane.OFFER: "low"}
_POINT_BYTES, _AUTH_BYTES = 65, 16
_ENDPOINT = re.compile(r"https://[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gave: where to post, and the two keys to encrypt with."""

    endpoint: str
    point: bytes
    secret: bytes

    @classmethod
    def of(cls, text: str) -> "Subscription":
        """Read the JSON of PushSubscription.toJSON(), or its parts side by side; raise ValueError that says what is wrong."""
        try:
            given: Any = json.loads(text)
            endpoint, keys = given["endpoint"], given.get("keys", given)
            point, secret = _bytes(keys["p256dh"]), _bytes(keys["auth"])
            parts = urlsplit(endpoint)
            port = parts.port
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError("This is no Web Push subscription.") from None
        if not _ENDPOINT.fullmatch(endpoint) or len(endpoint) > MAX_ENDPOINT or parts.username or not parts.hostname:
            raise ValueError("The endpoint must be an https address.")
        if port not in (None, 443):
            raise ValueError("The endpoint must use the usual port.")
        if len(point) != _POINT_BYTES or len(secret) != _AUTH_BYTES:
            raise ValueError("The keys of the subscription have a wrong length.")
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise ValueError("The key of the subscription is not on the curve.") from None
        return cls(endpoint, point, secret)

    @property
    def origin(self) -> str:
        """Scheme, host and port of the push service."""
        return "https://" + urlsplit(self.endpoint).netloc


def _bytes(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("no base64url") from None


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class WebPushSender:
    """Encrypts and posts. `poster` decides which hosts are called; the one of the settings calls public hosts only.

    A push service that asks to wait rests alone: anybody can name one of her own, and it must not hold up the others.
    """

    signer: vapid.Signer
    poster: posting.Poster
    channel: Channel = Channel.WEB_PUSH
    rate_per_second: int = 0
    parallel: int = 8
    batch: int = 25
    _rests: dict[str, float] = field(default_factory=dict)
    """Push services that asked to wait, with the moment (steady clock) until which they are left alone."""

    def send(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Post the messages one after another; a push service that does not answer holds up only its own."""
        return posting.each(outgoing, self._send, origin=_origin)

    def _send(self, message: Outgoing) -> Result:
        try:
            to = Subscription.of(message.address)
        except ValueError as error:
            return Result(Outcome.GONE, detail=str(error))
        if time.monotonic() < self._rests.get(to.origin, 0.0):
            return Result(Outcome.RETRY, detail="not tried: this push service asked to wait")
        now = timezone.now()
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_seconds(message, now)),
            "Urgency": URGENCY[message.lane],
            "Topic": topic_of(message),
            "Authorization": self.signer.authorization(to.origin, time.time()),
        }
        try:
            answer = self.poster.post(to.endpoint, headers, encrypted(payload(message), to))
        except posting.Forbidden:
            return Result(Outcome.GONE, detail="the push service is not on the open internet")
        self._let_rest(to.origin, answer, now)
        return _result(answer)

    def _let_rest(self, origin: str, answer: posting.Answer, now: datetime) -> None:
        wait = REFUSED_KEY_SECONDS if answer.status in (401, 403) else None
        if answer.status == 429 or answer.status >= 500:
            wait = answer.retry_after(now)
        if wait:
            if len(self._rests) >= MAX_RESTING:
                self._rests.clear()
            self._rests[origin] = time.monotonic() + wait


def _origin(message: Outgoing) -> str:
    found = re.search(r'"endpoint"\s*:\s*"(https://[^/"]*)', message.address)
    return found.group(1) if found else ""


def payload(message: Outgoing) -> bytes:
    """Return what the service worker shows: title, body, url, tag, lang as JSON; words for outside only."""
    title, body = message.subject[:MAX_TITLE], message.text[:MAX_BODY]
    while True:
        told = {"title": title, "body": body, "url": message.url, "tag": topic_of(message), "lang": message.language}
        found = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        if len(found) <= MAX_PAYLOAD_BYTES or not body:
            return found
        body = body[: len(body) // 2]


def encrypted(plain: bytes, to: Subscription) -> bytes:
    """Return the body of the request, which only this browser can open."""
    return encryption.encrypt(plain, point=to.point, secret=to.secret)


def topic_of(message: Outgoing) -> str:
    """Return under which name a newer message takes the place of an undelivered older one (RFC 8030 5.4).

    Offers of one topic replace each other; everything else only itself, when it is tried again.
    """
    grouped = message.lane is Lane.OFFER and message.topic
    name = hashlib.sha256(message.topic.encode()).digest() if grouped else message.provider_key.bytes
    return _text(name[:16])


def ttl_seconds(message: Outgoing, now: datetime) -> int:
    """Return how long the push service keeps it for a device that is off."""
    if message.expires_at is None:
        return DEFAULT_TTL_SECONDS
    return int(min(max((message.expires_at - now).total_seconds(), 0), MAX_TTL_SECONDS))


def _result(answer: posting.Answer) -> Result:
    detail = f"{answer.status} from the push service"
    if 200 <= answer.status < 300:
        return Result(Outcome.ACCEPTED, provider_ref=answer.headers.get("location", "")[:200])
    if answer.status in (404, 410):
        return Result(Outcome.GONE, detail=detail)
    if answer.status in (401, 403, 429) or answer.status >= 500:
        return Result(Outcome.RETRY, detail=detail)
    return Result(Outcome.REFUSED, detail=detail)


def from_settings() -> WebPushSender | None:
    """Return the sender of the settings (MADOGUCHI_VAPID_CONTACT, _KEY), or None: then Web Push is off."""
    signer = vapid.from_settings()
    poster = posting.Poster(dial=posting.dial_public, timeout_seconds=TIMEOUT_SECONDS)
    return WebPushSender(signer, poster) if signer else None
