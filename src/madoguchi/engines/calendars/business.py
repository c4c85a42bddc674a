"""Open days of an office and time limits. Closing days are data of each organisation (各自治体の休日条例)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class Counting(StrEnum):
    """Which day is the first of a period."""

    FIRST_DAY_COUNTS = "first_day_counts"
    """初日算入: the day of the event is day 1 (戸籍法 43条)."""
    NEXT_DAY_FIRST = "next_day_first"
    """初日不算入: the day after the event is day 1 (民法 140条)."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When an office is closed: weekdays (0 = Monday), national holidays, the turn of the year, single days."""

    closed_weekdays: frozenset[int] = frozenset({5, 6})
    closed_on_holidays: bool = True
    year_end: tuple[tuple[int, int], tuple[int, int]] = ((12, 29), (1, 3))
    closed_days: frozenset[date] = field(default_factory=frozenset)
    open_days: frozenset[date] = field(default_factory=frozenset)

    def is_open(self, day: date) -> bool:
        """Tell whether the office is open on a day."""
        import jpholiday

        if day in self.open_days:
            return True
        month_day = (day.month, day.day)
        at_year_end = month_day >= self.year_end[0] or month_day <= self.year_end[1]
        closed = day.weekday() in self.closed_weekdays or at_year_end or day in self.closed_days
        return not closed and not (self.closed_on_holidays and jpholiday.is_holiday(day))

    def next_open(self, day: date) -> date:
        """Return the day itself when the office is open, else the next open day."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def add_business_days(self, day: date, days: int) -> date:
        """Return the day after so many open days, the first open day after `day` being 1."""
        for _ in range(days):
            day = self.next_open(day + timedelta(days=1))
        return day

    def business_days_between(self, start: date, end: date) -> int:
        """Return how many open days lie after `start` up to and including `end`."""
        return sum(self.is_open(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def deadline(event: date, *, days: int, counting: Counting, roll_on: BusinessCalendar | None = None) -> date:
    """Return the last day of a period of days after an event; moved to the next open day where the rule says so."""
    last = event + timedelta(days=days - (counting is Counting.FIRST_DAY_COUNTS))
    return roll_on.next_open(last) if roll_on else last
