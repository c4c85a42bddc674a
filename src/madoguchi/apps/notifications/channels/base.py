"""What every way out of the platform has in common: what it is given, what it answers, how the outbox finds it.

A sender knows its provider and nothing of the database: the outbox calls it in threads and writes down what it answers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from madoguchi.apps.notifications.contracts import Channel, Lane


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way. `subject` and `text` are words for outside: nothing in them names or concerns a person."""

    delivery_id: int
    provider_key: UUID
    """The same at every try, so that a provider that knows keys delivers once (409 = taken earlier = accepted)."""
    address: str
    """Opened: an e-mail address, a phone number (+81…), a LINE user id, or the JSON of a Web Push subscription."""
    language: str
    """`ja`, `en` or `easy`."""
    subject: str
    text: str
    url: str
    """Whole address of the message on the platform; it shows its content after signing in only."""
    topic: str
    lane: Lane
    expires_at: datetime | None
    unsubscribe_url: str
    """Whole address for RFC 8058's one-step unsubscribing; empty where there is nothing to unsubscribe from."""


class Outcome(StrEnum):
    """What a provider made of one message."""

    ACCEPTED = "accepted"
    """It took the message, now or at an earlier try."""
    RETRY = "retry"
    """Not now (a fault, no answer, too many calls): the outbox tries again."""
    REFUSED = "refused"
    """Not this message, never; the address stays."""
    GONE = "gone"
    """The address does not exist any more: it is never used again."""


@dataclass(frozen=True, slots=True)
class Result:
    """A provider's answer about one message. `detail` says why in a few words without personal data (no address)."""

    outcome: Outcome
    provider_ref: str = ""
    """The provider's own number, at most 200 characters; receipts name it."""
    retry_after_seconds: float | None = None
    """How long the whole way is to rest (429 with Retry-After); with RETRY only."""
    detail: str = ""


class Sender(Protocol):
    """Sends by one provider. `send` is called from several threads at once and returns one result per message in order.

    It uses no database and never raises because of one bad address; the worker survives a raise and takes it as RETRY
    for the whole call. It must return within a minute, or the lease of its messages runs out.
    """

    @property
    def channel(self) -> Channel: ...
    @property
    def rate_per_second(self) -> int:
        """Most messages per second over all workers; 0 = no limit."""

    @property
    def parallel(self) -> int:
        """How many calls of `send` may run at once in one worker, at least 1."""

    @property
    def batch(self) -> int:
        """How many messages one call of `send` may carry, at least 1."""

    def send(self, outgoing: Sequence[Outgoing]) -> Sequence[Result]:
        """Hand messages to the provider; return what became of each, in order."""


Factory = Callable[[], Sender | None]
"""Makes a channel's sender from the settings; None when they leave the way off."""

_factories: dict[Channel, Factory] = {}
_made: dict[Channel, Sender | None] = {}


def register(channel: Channel, factory: Factory) -> None:
    """Say how a channel's sender is made; called once when Django starts. Registering again replaces."""
    _factories[channel] = factory
    _made.pop(channel, None)


def sender_for(channel: Channel) -> Sender | None:
    """Return a channel's sender, kept for the process; None when its way is off or nobody registered it."""
    if channel not in _made:
        factory = _factories.get(channel)
        _made[channel] = factory() if factory else None
    return _made[channel]


def forget() -> None:
    """Make senders anew from the settings at the next question."""
    _made.clear()


@contextmanager
def in_place(*senders: Sender) -> Iterator[None]:
    """Put other senders in the place of their channels' own, and take those of all other channels away; for tests."""
    before = dict(_made)
    _made.update(dict.fromkeys(Channel))
    _made.update({sender.channel: sender for sender in senders})
    try:
        yield
    finally:
        _made.clear()
        _made.update(before)
