"""The chore: everybody whose day has come is looked at, in small batches that workers claim. Safe to stop at any moment."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from madoguchi.apps.outreach.models import Enrolment
from madoguchi.apps.outreach.services import looking

logger = logging.getLogger(__name__)
BATCH = 50
CLAIM = timedelta(minutes=10)
"""A worker that dies keeps its batch from others for so long."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run did: people looked at, people told something, items told, looks that failed and are tried again."""

    looked: int = 0
    told: int = 0
    items: int = 0
    failed: int = 0


def daily(now: datetime, *, most: int | None = None) -> Tally:
    """Look at everybody who is due, at most so many; return what was done. Never inside a transaction."""
    looked = told = items = failed = 0
    while (batch := _claim(now, BATCH if most is None else min(BATCH, most - looked - failed))) and batch:
        for enrolment_id in batch:
            try:
                number = looking.look(enrolment_id, now=now)
            except Exception:
                logger.exception("Enrolment %s could not be looked at; it is tried again", enrolment_id)
                failed += 1
                continue
            looked, told, items = looked + 1, told + bool(number), items + number
    return Tally(looked, told, items, failed)


@transaction.atomic
def _claim(now: datetime, most: int) -> Sequence[int]:
    """Take a batch of who is due and claimed by no living worker."""
    if most < 1:
        return ()
    due = Enrolment.objects.filter(ended_at=None, look_again_on__lte=timezone.localdate(now))
    free = due.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).order_by("look_again_on", "id")
    if connection.vendor == "postgresql":
        free = free.select_for_update(skip_locked=True)
    ids = list(free.values_list("pk", flat=True)[:most])
    Enrolment.objects.filter(pk__in=ids).update(claimed_until=now + CLAIM)
    return ids
