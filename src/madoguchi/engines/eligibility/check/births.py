"""Which birth dates have reached an age, for each of many as-of days at once.

Every atom about an age says that a birth date lies at or before a last date, or after it; that last date depends on
the as-of day alone. Knows no person.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.ast import Counting, Measure
from madoguchi.engines.eligibility.dates import fiscal_year

Days = NDArray[np.int64]
OLDEST_AGE_YEARS = 125
"""Nobody has reached more: the oldest person on record died at 122."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """An age that is reached: so many years, months or fiscal years, or the day (到達日, 応当日) of so many months."""

    kind: Measure | Counting
    number: int
    before: bool = False
    """The day lies before the as-of day, not on it."""


def last_birth(threshold: Threshold, day: date) -> int:
    """Return the ordinal of the last birth date that has reached the age on a day; 0 where the calendar ends."""
    number = threshold.number
    if threshold.before:
        day -= timedelta(days=1)
    match threshold.kind:
        case Measure.FISCAL:
            year = fiscal_year(day) - number + 1
            return date(year, 4, 1).toordinal() if 1 <= year <= 9999 else 0
        case Measure.YEARS:
            return _months_before(day + timedelta(days=1), 12 * number)
        case Measure.MONTHS | Counting.ATTAINED:
            return _months_before(day + timedelta(days=1), number)
        case _:
            return _month_end_before(day, number)


def _months_before(day: date, months: int) -> int:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if not 1 <= year <= 9999:
        return 0
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).toordinal()


def _month_end_before(day: date, months: int) -> int:
    """As `_months_before`, but the end of a month is the anniversary of every later day that the month lacks."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if not 1 <= year <= 9999:
        return 0
    last = monthrange(year, month + 1)[1]
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last)).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The as-of days that are looked at, and the last birth dates of ages on each of them."""

    days: tuple[date, ...]
    ordinals: Days
    oldest: Days
    _found: dict[Threshold, Days] = field(default_factory=dict)

    def last_births(self, threshold: Threshold) -> Days:
        """Return the last birth date that has reached the age, per day."""
        if threshold not in self._found:
            self._found[threshold] = np.array([last_birth(threshold, day) for day in self.days], dtype=np.int64)
        return self._found[threshold]


@lru_cache(maxsize=64)
def calendar_of(days: tuple[date, ...]) -> Calendar:
    """Return the calendar of some days."""
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    oldest = Threshold(Measure.YEARS, OLDEST_AGE_YEARS)
    return Calendar(days, ordinals, np.array([last_birth(oldest, day) + 1 for day in days], dtype=np.int64))


def year_from(first: date) -> tuple[date, ...]:
    """Return the 366 days from a day on."""
    return tuple(first + timedelta(days=number) for number in range(366))


def around(dates: Iterable[date]) -> tuple[date, ...]:
    """Return every day within a year of some fixed dates, in order."""
    near = {day + timedelta(days=number) for day in dates for number in range(-366, 367) if 1800 < day.year < 3000}
    return tuple(sorted(near))
