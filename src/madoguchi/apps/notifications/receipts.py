"""Receipts of providers: that something arrived, bounced or failed. The same receipt again changes nothing.

A receipt may be faster than our own note of what it names; it is kept then and tried again by the worker.
"""

from datetime import datetime, timedelta

from django.db import transaction

from madoguchi.apps.notifications import addresses
from madoguchi.apps.notifications.contracts import Channel, Lane, State
from madoguchi.apps.notifications.delivering.fallback import take_other_ways
from madoguchi.apps.notifications.models import Delivery, EarlyReceipt, Message

FROM = {
    State.DELIVERED: (State.SENT,),
    State.BOUNCED: (State.SENT, State.DELIVERED),
    State.FAILED: (State.SENT,),
}
"""What may become what: a late bounce still ends the address, but nothing becomes less final again."""
KEPT = timedelta(days=3)


def receipt(channel: Channel, provider_ref: str, outcome: State, *, now: datetime) -> bool:
    """Note a receipt (DELIVERED, BOUNCED or FAILED) by the provider's number; false when nothing is known of it yet.

    BOUNCED ends the address. What concerns a person's own matters or a disaster takes the next way after BOUNCED and FAILED.
    """
    if outcome not in FROM or not provider_ref or len(provider_ref) > 200:
        raise ValueError("A receipt says delivered, bounced or failed, and names the provider's number.")
    if _noted(channel, provider_ref, outcome, now):
        return True
    EarlyReceipt.objects.get_or_create(channel=channel, provider_ref=provider_ref, state=outcome, defaults={"at": now})
    return False


@transaction.atomic
def _noted(channel: str, provider_ref: str, outcome: State, now: datetime) -> bool:
    """Note a receipt; false when no delivery has this number. Locks: the message, its delivery, its address."""
    known = Delivery.objects.filter(channel=channel, provider_ref=provider_ref)
    if outcome == State.DELIVERED:
        return bool(known.filter(state=State.SENT).update(state=outcome, ended_at=now)) or known.exists()
    message_id = known.values_list("message_id", flat=True).first()
    if message_id is None:
        return False
    Message.objects.select_for_update().get(pk=message_id)
    row = known.select_for_update().filter(state__in=FROM[outcome]).first()
    if row is None:
        return True
    row.state, row.ended_at = outcome, now
    row.save(update_fields=["state", "ended_at"])
    if outcome == State.BOUNCED:
        addresses.end([row.address_id], "bounced", now)
    if row.lane != Lane.OFFER:
        take_other_ways({message_id}, now)
    return True


def settle_early(*, now: datetime) -> int:
    """Try receipts that came too early again and forget those that nobody waits for; return how many were noted."""
    noted = 0
    for row in EarlyReceipt.objects.order_by("pk")[:1_000]:
        if _noted(row.channel, row.provider_ref, State(row.state), now):
            noted += 1
            row.delete()
    EarlyReceipt.objects.filter(at__lt=now - KEPT).delete()
    return noted
