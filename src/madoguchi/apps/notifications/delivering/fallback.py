"""The next way: when no way carries a message any more, its account's next one is tried. Offers are not worth it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from madoguchi.apps.notifications import quiet, sending, ways
from madoguchi.apps.notifications.contracts import Lane, State
from madoguchi.apps.notifications.models import Delivery, Message
from madoguchi.apps.notifications.templates import CODE_SOURCE

ALIVE = (State.WAITING, State.SENDING, State.SENT, State.DELIVERED)


def take_other_ways(message_ids: Collection[UUID], now: datetime) -> None:
    """Give messages that no way carries any more their account's next way; the caller holds the messages' rows."""
    if not message_ids:
        return
    open_ones = Message.objects.filter(pk__in=message_ids, cancelled_at=None, lane__in=(Lane.DISASTER, Lane.PERSONAL))
    rows = {row.pk: row for row in open_ones.exclude(source=CODE_SOURCE).exclude(expires_at__lte=now)}
    tried: dict[UUID, set[UUID]] = {key: set() for key in rows}
    alive = set()
    for key, address_id, state in Delivery.objects.filter(message__in=rows).values_list(
        "message_id", "address_id", "state"
    ):
        tried[key].add(address_id)
        if state in ALIVE:
            alive.add(key)
    known = ways.of(row.account_id for row in rows.values())
    for key, row in rows.items():
        if key in alive:
            continue
        lane = Lane(row.lane)
        chosen = known.first(row.account_id, lane, without=tried[key])
        moment = quiet.allowed_from(max(now, row.not_before), lane, known.choice(row.account_id).quiet)
        sending.write_deliveries(list(sending.delivery_rows(key, lane, chosen, moment)))
