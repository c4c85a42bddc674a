"""The changes feed: one counter whose row lock makes the order of sequences the order of commits, without gaps.

An identity column would not do: a transaction that is still open holds a smaller number than one already read.
"""

import uuid
from datetime import datetime

from madoguchi.apps.businesses.contracts import BusinessChanged, ChangeKind
from madoguchi.apps.businesses.models import ChangeEntry, FeedCounter
from madoguchi.core import events


def lock() -> FeedCounter:
    """Take the lock of the feed in the caller's transaction. Always the first lock of a write."""
    FeedCounter.objects.get_or_create(pk=1)
    return FeedCounter.objects.select_for_update().get(pk=1)


def save(counter: FeedCounter) -> None:
    """Keep the counter; the lock goes with the commit."""
    counter.save(update_fields=["value"])


def add(
    counter: FeedCounter, *, business_id: uuid.UUID, corporate_number: str | None, kind: ChangeKind, now: datetime
) -> int:
    """Write one entry and its event; the caller holds the lock. Return the sequence."""
    counter.value += 1
    ChangeEntry.objects.create(
        sequence=counter.value, business_id=business_id, corporate_number=corporate_number, kind=kind, at=now
    )
    save(counter)
    events.publish(BusinessChanged(counter.value, counter.value))
    return counter.value


def latest_sequence() -> int:
    """Return the newest sequence, 0 before the first change."""
    counter = FeedCounter.objects.filter(pk=1).first()
    return counter.value if counter else 0
