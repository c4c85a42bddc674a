"""The time that a case takes as a picture: a bar from its arrival, the day it is due, where it is expected to end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from madoguchi.apps.cases.contracts import CaseView

WIDTH = 600
_EDGE = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """Places on a line of 600 units; None where there is no such day."""

    start: date
    end: date
    now: int
    """Where today is, or the day of the decision."""
    due: int | None
    early: int | None
    late: int | None
    overdue: bool
    finished: bool

    @property
    def band(self) -> int:
        """Return how wide the expected days are."""
        return max(4, (self.late or 0) - (self.early or 0))


def picture(case: CaseView, today: date) -> Picture | None:
    """Return the picture of a case; None when nothing is known but its arrival."""
    start = timezone.localdate(case.opened_at)
    due = case.clock.due if case.clock else case.due_on
    spread = case.predicted if case.decided_on is None else None
    evening = case.decided_on or today
    if due is None and spread is None and case.decided_on is None:
        return None
    end = max(_days(evening, due, *(spread or ())))
    place = _Scale(start, end)
    return Picture(
        start=start,
        end=end,
        now=place.of(evening),
        due=place.of(due) if due else None,
        early=place.of(spread[0]) if spread else None,
        late=place.of(spread[2]) if spread else None,
        overdue=bool(due and evening > due),
        finished=case.decided_on is not None,
    )


def _days(*days: date | None) -> Iterable[date]:
    return [day for day in days if day is not None]


@dataclass(frozen=True, slots=True)
class _Scale:
    start: date
    end: date

    def of(self, day: date) -> int:
        """Return where a day lies."""
        whole = max(1, (self.end - self.start).days)
        share = min(max((day - self.start).days / whole, 0.0), 1.0)
        return _EDGE + round(share * (WIDTH - 2 * _EDGE))
