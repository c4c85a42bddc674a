"""One signed call to the address of a hook, and what its answer means. Public addresses only, no redirects, little read."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from madoguchi.apps.opendata.models import Hook
from madoguchi.apps.opendata.webhooks import signing
from madoguchi.core import outbound, vault

if TYPE_CHECKING:
    import httpx

MOST_ANSWER_BYTES = 16_384
GONE = 410
TRANSPORT: "httpx.BaseTransport | None" = None
"""Stands in for the network in tests; addresses are checked all the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went. `status` None when nothing answered; `reason` in words for the owner, empty when it was taken."""

    status: int | None
    reason: str
    body: bytes = b""

    @property
    def taken(self) -> bool:
        """Tell whether the receiver took the message."""
        return not self.reason

    @property
    def gone(self) -> bool:
        """Tell whether the receiver says that it wants no more (410)."""
        return self.status == GONE


def call(hook: Hook, message_id: str, message: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Send a message, signed; never raises for what the receiver does."""
    body = json.dumps(message, ensure_ascii=False).encode()
    try:
        held = signing.secrets_of(hook).at(now)
    except vault.VaultError:
        return Outcome(None, "The signing secret cannot be opened. Delete the webhook and register it again.")
    headers = signing.headers(held, message_id, body, now=now)
    try:
        answer = outbound.call(
            "POST", hook.url, content=body, headers=headers, most_bytes=MOST_ANSWER_BYTES, transport=TRANSPORT
        )
    except outbound.OutboundError as problem:
        return Outcome(None, f"{problem.refusal.value}: {problem}"[:200])
    if 200 <= answer.status < 300:
        return Outcome(answer.status, "", answer.body)
    told = " (redirects are not followed)" if 300 <= answer.status < 400 else ""
    return Outcome(answer.status, f"The address answered {answer.status}{told}.")


def challenge(hook: Hook, *, now: datetime) -> Outcome:
    """Ask the address to give a random word back, so that nobody registers somebody else's."""
    word = secrets.token_urlsafe(24)
    message = {"type": "webhook.challenge", "timestamp": now.isoformat(), "data": {"challenge": word}}
    outcome = call(hook, f"challenge_{secrets.token_hex(8)}", message, now=now)
    if outcome.taken and not _holds(outcome.body, word):
        return Outcome(
            outcome.status, 'The address did not give the challenge back. Answer {"challenge": "<the word>"}.'
        )
    return outcome


def _holds(body: bytes, word: str) -> bool:
    text = body.decode(errors="replace").strip()
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = text
    return (given.get("challenge") if isinstance(given, dict) else given) == word


def ping(hook: Hook, *, now: datetime) -> Outcome:
    """Send a message that means nothing, to try the way."""
    message = {"type": "webhook.ping", "timestamp": now.isoformat(), "data": {"hook": hook.pk}}
    return call(hook, f"ping_{secrets.token_hex(8)}", message, now=now)
