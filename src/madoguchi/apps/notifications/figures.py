"""Figures of the outbox: how many messages there were since a day, and how their deliveries stand, by way."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count

from madoguchi.apps.notifications.contracts import Channel, Figures, State
from madoguchi.apps.notifications.models import Delivery, Message, first_id_at
from madoguchi.apps.notifications.templates import CODE_SOURCE


def figures(since: datetime) -> Figures:
    """Return the figures of messages sent since a moment. The inbox has every message that was not taken back."""
    first = first_id_at(since)
    rows = Message.objects.filter(pk__gte=first).exclude(source=CODE_SOURCE)
    messages = rows.count()
    cancelled = rows.exclude(cancelled_at=None).count()
    found: dict[Channel, dict[State, int]] = {
        Channel.INBOX: {State.DELIVERED: messages - cancelled, State.CANCELLED: cancelled}
    }
    counted = Delivery.objects.filter(message_id__gte=first).exclude(message__source=CODE_SOURCE).order_by()
    for channel, state, number in counted.values_list("channel", "state").annotate(Count("pk")):
        found.setdefault(Channel(channel), {})[State(state)] = number
    by_channel: Mapping[Channel, Mapping[State, int]] = found
    return Figures(since, messages, by_channel)
