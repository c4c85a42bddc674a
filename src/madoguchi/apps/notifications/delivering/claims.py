"""Claiming what waits: one statement per lane takes rows that nobody else holds, and says until when they are held.

A lane goes before the next one; a small share is kept for the lower ones, so that no flood starves them. What a worker held
when it died waits again once its lease has run out, with the same provider key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Case, ExpressionWrapper, Q, When

from madoguchi.apps.notifications import bulk
from madoguchi.apps.notifications.contracts import Channel, Lane, State
from madoguchi.apps.notifications.models import Delivery
from madoguchi.apps.notifications.templates import CODE_SOURCE

LEASE = timedelta(minutes=2)
MOST = 500
KEY_LIVES = {Channel.LINE: timedelta(hours=23)}
"""A provider forgets a key after a day (LINE's X-Line-Retry-Key): a later try could arrive a second time."""
SHARE = 25
"""One of so many places belongs to each lower lane."""
_CLAIM = """
UPDATE notifications_delivery AS t
SET state = 'sending', attempts = t.attempts + 1, lease_until = %s, first_tried_at = COALESCE(t.first_tried_at, %s)
FROM (
    SELECT id AS picked FROM notifications_delivery
    WHERE state = 'waiting' AND channel = %s AND lane = %s AND not_before <= %s
    ORDER BY not_before LIMIT %s {lock}
) AS c
WHERE t.id = c.picked RETURNING id
"""
_LOST = """
UPDATE notifications_delivery AS t SET state = 'waiting', lease_until = NULL, not_before = %s
FROM (
    SELECT id AS picked FROM notifications_delivery WHERE state = 'sending' AND lease_until < %s ORDER BY lease_until LIMIT 1000 {lock}
) AS c
WHERE t.id = c.picked RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds, with what deciding and sending ask. `attempts` is this try's number."""

    id: int
    attempts: int
    provider_key: UUID
    channel: Channel
    lane: Lane
    key_is_old: bool
    """Its first try lies so far back that the provider may have forgotten its key."""
    message_id: UUID
    account_id: str
    topic: str
    source: str
    reference: str
    expires_at: datetime | None
    cancelled: bool
    version_id: int
    version_hash: str
    values: bytes | None
    """Sealed values of the message, for the code of an address only."""
    address_id: UUID
    address: bytes | None
    address_ended: bool


@transaction.atomic
def claim(channel: Channel, most: int, now: datetime) -> list[Claimed]:
    """Claim at most so many deliveries of a way that may go out now, urgent ones first."""
    share = most // SHARE
    ids = _ids(channel, Lane.DISASTER, most - 2 * share, now)
    ids += _ids(channel, Lane.PERSONAL, most - share - len(ids), now)
    ids += _ids(channel, Lane.OFFER, most - len(ids), now)
    for lane in (Lane.DISASTER, Lane.PERSONAL) if len(ids) < most and ids else ():
        ids += _ids(channel, lane, most - len(ids), now)
    return _details(ids, channel, now)


def _ids(channel: Channel, lane: Lane, most: int, now: datetime) -> list[int]:
    if most <= 0:
        return []
    at = bulk.moment(now)
    parameters = (bulk.moment(now + LEASE), at, channel.value, int(lane), at, most)
    return [key for (key,) in bulk.rows(_CLAIM.format(lock=bulk.skip_locked()), parameters)]


def _details(ids: list[int], channel: Channel, now: datetime) -> list[Claimed]:
    if not ids:
        return []
    old = Q(first_tried_at__lt=now - KEY_LIVES[channel]) if channel in KEY_LIVES else Q(pk=None)
    rows = bulk.among(Delivery.objects.all(), "id", ids).order_by("lane", "not_before", "pk").values_list(
        "pk", "attempts", "provider_key", "lane", ExpressionWrapper(old, BooleanField()), "message_id",
        "message__account_id", "message__topic", "message__source", "message__reference", "message__expires_at",
        _is_set("message__cancelled_at"), "message__version_id", "message__version__hash",
        Case(When(message__source=CODE_SOURCE, then="message__sealed")), "address_id", "address__sealed",
        _is_set("address__ended_at"),
    )  # fmt: skip
    return [Claimed(row[0], row[1], row[2], channel, Lane(row[3]), *row[4:]) for row in rows]


def _is_set(place: str) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(Q(**{f"{place}__isnull": False}), BooleanField())


@transaction.atomic
def requeue_lost(now: datetime) -> int:
    """Let what was held by a worker that died wait again; return how many."""
    at = bulk.moment(now)
    return len(bulk.rows(_LOST.format(lock=bulk.skip_locked()), (at, at)))


def waiting(now: datetime) -> bool:
    """Tell whether anything could be claimed now."""
    return Delivery.objects.filter(state=State.WAITING, not_before__lte=now).exists()
