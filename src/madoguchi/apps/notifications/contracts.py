"""What may cross the door of notifications: what to tell whom, on which ways, and what became of it.

Words that name or concern a person stay in the inbox of the platform, sealed. What leaves the platform (e-mail, push, LINE,
SMS) says only that something is there and links to it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """A way to a person. The inbox always works and needs nobody else."""

    INBOX = "inbox"
    EMAIL = "email"
    WEB_PUSH = "web_push"
    LINE = "line"
    SMS = "sms"


class Lane(IntEnum):
    """What goes first. DISASTER ignores quiet hours, caps, topics and unsubscribing; PERSONAL ignores caps and topics."""

    DISASTER = 0
    PERSONAL = 1
    """About the person's own doings: an application, a letter, a payment."""
    OFFER = 2
    """A programme that she may use."""


class State(StrEnum):
    """Where one delivery (one message on one way) stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """The provider took it."""
    DELIVERED = "delivered"
    """The provider says that it arrived."""
    FAILED = "failed"
    """It was refused for good, or tried too often."""
    BOUNCED = "bounced"
    """The address does not exist or refuses: it is not used again."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """It was taken back, or the check before sending said no."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one account.

    `key` makes it happen once: the same account and key again changes nothing. `values` fill the template's inbox text;
    a value may be a mapping of languages (`ja`, `en`, `easy`). `link` is a path of the platform.
    """

    key: str
    account_id: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
    lane: Lane = Lane.PERSONAL
    topic: str = ""
    """What it is about, for choosing and unsubscribing; empty belongs to no topic."""
    source: str = ""
    """The room that sends it; its check is asked before each delivery."""
    reference: str = ""
    """The room's own key for that check; at most 64 characters."""
    not_before: datetime | None = None
    expires_at: datetime | None = None


Check = Callable[[Sequence[str]], Collection[str]]
"""Given references of one source, return those that must not go out any more. Asked right before every delivery."""


@dataclass(frozen=True, slots=True)
class InboxView:
    """One message as its reader sees it, in her language."""

    id: str
    subject: str
    body: str
    link: str
    topic: str
    reference: str
    source: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address of an account, masked as far as its owner still knows it."""

    id: str
    channel: Channel
    shown: str
    verified: bool
    ended: bool
    reason: str
    """Why it ended: bounced, removed, unsubscribed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries by channel and state since a day; `messages` is the denominator."""

    since: datetime
    messages: int
    by_channel: Mapping[Channel, Mapping[State, int]]


@dataclass(frozen=True, slots=True)
class AddressEnded:
    """Event: an address is not used any more (bounced, unsubscribed); other ways are used instead."""

    account_id: str
    channel: str
    reason: str
