"""Taking notices into the outbox: messages and their first deliveries, written in as few statements as possible.

Everything happens in the caller's transaction: a change and the message about it are both there or neither is. Locks: keys
are inserted in order, so that two senders of the same notices never wait for each other in a circle.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from madoguchi.apps.notifications import bulk, quiet, sealing, templates, ways
from madoguchi.apps.notifications.contracts import Lane, Notice, State
from madoguchi.apps.notifications.errors import NoticeInvalid
from madoguchi.apps.notifications.models import Delivery, Message, id_at
from madoguchi.core import vault

CHUNK = 2_000
_MESSAGE = ("id", "account_id", "notice_key", "version_id", "lane", "topic", "source", "reference", "link", "sealed",
            "key_id", "created_at", "not_before", "expires_at", "released")  # fmt: skip
_DELIVERY = ("message_id", "address_id", "channel", "lane", "state", "attempts", "not_before", "provider_key",
             "provider_ref", "last_error")  # fmt: skip
_LONGEST = {"key": 200, "account_id": 64, "topic": 60, "source": 40, "reference": 64, "link": 300}


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that is to be written, with its id."""

    id: UUID
    notice: Notice
    known: templates.Known
    not_before: datetime


def send(notice: Notice, *, now: datetime) -> bool:
    """Take one notice into the outbox; tell whether it is new. See `send_many`."""
    return send_many((notice,), now=now) == 1


@transaction.atomic
def send_many(notices: Iterable[Notice], *, now: datetime) -> int:
    """Take notices into the outbox and return how many are new.

    A notice is left out when its account and key were sent before, or when it is an offer that the account suppressed.
    Raise `NoticeInvalid` for an unknown template, a missing value or another lane than the template's; nothing of the
    call is sent then. Templates are those of this moment: a message keeps their version.
    """
    given = iter(notices)
    new = 0
    while chunk := list(islice(given, CHUNK)):
        new += _send(chunk, now)
    return new


def _send(notices: Sequence[Notice], now: datetime) -> int:
    known = templates.newest(notice.template for notice in notices)
    for notice in notices:
        _check(notice, known[notice.template].template)
    found = ways.of(notice.account_id for notice in notices)
    planned = [
        Planned(id_at(now), notice, known[notice.template], max(now, notice.not_before or now))
        for notice in _once(notices)
        if not found.suppresses(notice.account_id, notice.lane, notice.topic)
    ]
    new = _written(planned, now)
    write_deliveries([row for item in new for row in _deliveries(item, found)])
    return len(new)


def _check(notice: Notice, template: templates.Template) -> None:
    """Raise `NoticeInvalid` unless the notice fits its template and the columns."""
    if notice.lane != template.lane:
        raise NoticeInvalid(
            f"A notice of template {template.id!r} says lane {notice.lane.name}, the template {template.lane.name}; "
            "nothing was sent. Give the notice the lane of its template, so that choices and quiet hours hold."
        )
    for name, most in _LONGEST.items():
        if len(getattr(notice, name)) > most:
            raise NoticeInvalid(f"The {name} of a notice is longer than {most} characters; nothing was sent. Cut it.")
    if notice.link and (not notice.link.startswith("/") or notice.link.startswith("//")):
        raise NoticeInvalid("The link of a notice leads off the platform; nothing was sent. Give a path, like /me.")
    templates.check_values(template, notice.values)


def _once(notices: Sequence[Notice]) -> Iterator[Notice]:
    """Yield notices in the order of their keys, each key once."""
    last = None
    for notice in sorted(notices, key=lambda item: (item.account_id, item.key)):
        if (notice.account_id, notice.key) != last:
            yield notice
        last = (notice.account_id, notice.key)


def _written(planned: Sequence[Planned], now: datetime) -> list[Planned]:
    """Write messages and return those that were new."""
    if not planned:
        return []
    sealer = vault.sealer()
    bulk.insert_new(Message, _MESSAGE, [_row(item, now, sealer) for item in planned])
    there = set(bulk.among(Message.objects.all(), "id", (item.id for item in planned)).values_list("pk", flat=True))
    return [item for item in planned if item.id in there]


def _row(item: Planned, now: datetime, sealer: vault.Sealer) -> tuple[Any, ...]:
    notice = item.notice
    sealed, key_id = None, None
    if notice.values:
        plain = sealing.packed(templates.jsonable(notice.values))
        sealed, key_id = sealer.seal(plain, context=sealing.values_context(item.id)), sealer.key.id
    return (
        item.id, notice.account_id, notice.key, item.known.version_id, int(notice.lane), notice.topic, notice.source,
        notice.reference, notice.link, sealed, key_id, now, item.not_before, notice.expires_at, item.not_before <= now,
    )  # fmt: skip


def _deliveries(item: Planned, found: ways.Ways) -> Iterator[tuple[Any, ...]]:
    account_id, lane = item.notice.account_id, item.notice.lane
    chosen = found.first(account_id, lane)
    if chosen:
        moment = quiet.allowed_from(item.not_before, lane, found.choice(account_id).quiet)
        yield from delivery_rows(item.id, lane, chosen, moment)


def delivery_rows(
    message_id: UUID, lane: Lane, chosen: Sequence[ways.Way], moment: datetime
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of new deliveries on these ways, as `write_deliveries` takes them."""
    for way in chosen:
        for address_id in way.addresses:
            yield (message_id, address_id, way.channel, int(lane), State.WAITING, 0, moment, uuid4(), "", "")


def write_deliveries(rows: Sequence[Sequence[Any]]) -> None:
    """Write deliveries; one that is there already stays as it is."""
    bulk.insert_new(Delivery, _DELIVERY, rows)
