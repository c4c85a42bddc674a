"""Forgetting drafts that nobody changed for a long time, and the answers of those that were sent."""

from datetime import datetime

from django.db import transaction

from madoguchi.apps.applications.contracts import DraftState
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.applications.opened import KEPT
from madoguchi.apps.applications.services.starting import empty

AT_ONCE = 200


def forget(now: datetime) -> int:
    """Empty what is over its time, in small transactions; return how many drafts were touched.

    A sent draft keeps its answers as long as an open one, to offer them in the next application; the case has its own.
    """
    done = 0
    while touched := _some(now):
        done += touched
    return done


@transaction.atomic
def _some(now: datetime) -> int:
    old = Draft.objects.select_for_update(skip_locked=True, of=("self",)).filter(changed_at__lt=now - KEPT)
    rows = list(old.exclude(sealed=None).order_by("changed_at")[:AT_ONCE])
    for row in rows:
        if row.state == DraftState.OPEN:
            empty(row, now)
        else:
            row.sealed, row.key_id = None, None
            row.save(update_fields=["sealed", "key"])
    return len(rows)
