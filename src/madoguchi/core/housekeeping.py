"""Work that comes again (forgetting what ran out …): a room registers it with its pause, the worker does what is due.

Of several workers one begins a chore: whoever moves its time forward. A chore that fails is begun again after its pause.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from madoguchi.core.models import Chore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """One chore: what is done, and how long to wait between two beginnings."""

    work: Callable[[], object]
    every: timedelta


_duties: dict[str, Duty] = {}


def register(name: str, work: Callable[[], object], *, every: timedelta) -> None:
    """Add a chore; called once when Django starts. Its name is `<room>.<chore>`."""
    _duties[name] = Duty(work, every)


def duties() -> tuple[str, ...]:
    """Return the names of all chores."""
    return tuple(sorted(_duties))


def do_due(now: datetime) -> list[str]:
    """Do every chore that is due and that no other worker has begun; return the names of those done."""
    done = []
    for name in duties():
        if not _begin(name, now):
            continue
        try:
            _duties[name].work()
        except Exception:
            logger.exception("The chore %s failed; it is begun again in %s", name, _duties[name].every)
        else:
            done.append(name)
    return done


def _begin(name: str, now: datetime) -> bool:
    """Move the chore's time forward; false when it is not due or somebody else did."""
    known = Chore.objects.filter(name=name)
    if known.filter(begun_at__lte=now - _duties[name].every).update(begun_at=now):
        return True
    if known.exists():
        return False
    try:
        with transaction.atomic():
            Chore.objects.create(name=name, begun_at=now)
    except IntegrityError:  # another worker made the row in this moment
        return False
    return True
