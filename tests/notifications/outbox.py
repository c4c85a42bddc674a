"""What tests of the outbox need: templates, accounts with addresses, a provider that plays what it is told. All invented."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from madoguchi.apps.notifications import api, sealing
from madoguchi.apps.notifications.channels import base
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import Channel, Lane, Notice
from madoguchi.apps.notifications.models import Address, Delivery
from madoguchi.core import vault

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Noon in Tokyo."""
NIGHT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""Ten in the evening in Tokyo."""
MORNING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
"""Eight o'clock of the next day in Tokyo."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LANES = {"warning": Lane.DISASTER, "letter": Lane.PERSONAL, "offer": Lane.OFFER}
VALUES: Mapping[str, Mapping[str, object]] = {
    "warning": {"place": "北区"},
    "letter": {"procedure": "児童手当"},
    "offer": {"programme": "医療費の助成"},
}


def template(name: str, lane: str, *, values: Sequence[str] = (), body: str = "本文") -> dict[str, Any]:
    """Return a template whose texts tell the language."""
    inbox = {"ja": body, "en": f"EN {body}", "easy": f"やさしい {body}"}
    outside = {"ja": f"{name}のお知らせ", "en": f"EN {name}", "easy": f"やさしい {name}"}
    return {
        "id": name,
        "lane": lane,
        "values": list(values),
        "inbox": {"subject": {"ja": name, "en": f"EN {name}", "easy": f"やさしい {name}"}, "body": inbox},
        "outside": {"subject": dict(outside), "text": dict(outside)},
    }


def notice(account_id: str, kind: str = "letter", *, key: str = "", **changes: Any) -> Notice:
    """Return a notice of one of the three templates."""
    return Notice(
        **{
            "key": key or kind,
            "account_id": account_id,
            "template": kind,
            "values": VALUES[kind],
            "lane": LANES[kind],
            **changes,
        }
    )


def send(account_id: str, kind: str = "letter", *, now: datetime = NOON, **changes: Any) -> bool:
    """Send one; where a test put no provider in place, as if every way had one."""
    ways = [channel for channel in Channel if channel != Channel.INBOX]
    if any(map(base.sender_for, ways)):
        return api.send(notice(account_id, kind, **changes), now=now)
    with base.in_place(*map(FakeSender, ways)):
        return api.send(notice(account_id, kind, **changes), now=now)


def account(*channels: Channel, now: datetime = NOON) -> str:
    """Return an invented account with one proven address on each way."""
    account_id = str(uuid4())
    for channel in channels:
        address(account_id, channel, now=now)
    return account_id


def address(account_id: str, channel: Channel, value: str = "", *, now: datetime = NOON) -> UUID:
    """Give an account a proven address."""
    row = Address(account_id=account_id, channel=channel, created_at=now, verified_at=now)
    sealing.put_address(row, value or f"{channel}-{row.pk}", vault.sealer())
    row.save()
    return row.pk


def states(account_id: str) -> list[tuple[str, str]]:
    """Return way and state of every delivery of an account, oldest first."""
    rows = Delivery.objects.filter(message__account_id=account_id).order_by("pk")
    return list(rows.values_list("channel", "state"))


ACCEPTED = Result(Outcome.ACCEPTED)
RETRY = Result(Outcome.RETRY, detail="500")
REFUSED = Result(Outcome.REFUSED, detail="400")
GONE = Result(Outcome.GONE, detail="410")


@dataclass(slots=True)
class FakeSender:
    """A provider that knows keys. `plan` gives the next answers in order; afterwards everything is taken.

    `effects` counts what a person would see, by provider key; `order` tells in which order; `before` runs at each call.
    """

    channel: Channel
    rate_per_second: int = 0
    parallel: int = 1
    batch: int = 1
    plan: list[Result] = field(default_factory=list)
    effects: Counter[UUID] = field(default_factory=Counter)
    order: list[Outgoing] = field(default_factory=list)
    calls: int = 0
    before: Callable[[Sequence[Outgoing]], None] = lambda _: None
    _lock: Any = field(default_factory=threading.Lock)

    def send(self, outgoing: Sequence[Outgoing]) -> Sequence[Result]:
        self.before(outgoing)
        with self._lock:
            self.calls += 1
            return [self._one(item) for item in outgoing]

    def _one(self, item: Outgoing) -> Result:
        result = self.plan.pop(0) if self.plan else ACCEPTED
        if result.outcome == Outcome.ACCEPTED:
            if not self.effects[item.provider_key]:
                self.order.append(item)
                self.effects[item.provider_key] += 1
            return Result(Outcome.ACCEPTED, provider_ref=result.provider_ref or f"ref-{item.provider_key}")
        return result
