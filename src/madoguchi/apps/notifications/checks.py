"""Taking messages back: rooms cancel what they sent, and are asked right before each delivery what must not go out.

Locks: messages in order of their ids, then their deliveries. What a worker has handed over in this moment cannot be called
back; it stays as it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from madoguchi.apps.notifications.contracts import Check, State
from madoguchi.apps.notifications.models import Delivery, Message

_checks: dict[str, Check] = {}


def register_check(source: str, check: Check) -> None:
    """Let a room say no before each delivery of its messages; called once when Django starts. Again replaces."""
    _checks[source] = check


def refused(references: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those (source, reference) that must not go out any more; one question to each room that registered one."""
    asked: dict[str, set[str]] = defaultdict(set)
    for source, reference in references:
        if source in _checks and reference:
            asked[source].add(reference)
    return {(source, no) for source, some in asked.items() for no in _checks[source](sorted(some))}


@transaction.atomic
def cancel(source: str, references: Collection[str], *, now: datetime) -> int:
    """Take back every message of a room about these references; return how many. Repeating changes nothing."""
    wanted = Message.objects.filter(source=source, reference__in=list(references), cancelled_at=None).exclude(
        reference=""
    )
    return cancel_messages(list(wanted.values_list("pk", flat=True)), now)


@transaction.atomic
def cancel_messages(ids: Sequence[UUID], now: datetime) -> int:
    """Take messages back by their ids: they leave the inbox, and what waits never goes out; return how many."""
    held = Message.objects.select_for_update().filter(pk__in=ids, cancelled_at=None).order_by("pk")
    found = list(held.values_list("pk", flat=True))
    Message.objects.filter(pk__in=found).update(cancelled_at=now)
    Delivery.objects.filter(message__in=found, state=State.WAITING).update(state=State.CANCELLED, ended_at=now)
    return len(found)
