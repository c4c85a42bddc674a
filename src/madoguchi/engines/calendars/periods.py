"""Legal limits: the last day on which something can be filed (民法 138条–143条, 戸籍法 43条).

Knows how a period is counted; which limit a procedure has, and when an office is closed, are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from madoguchi.engines.calendars.ages import anniversary, attained_on
from madoguchi.engines.calendars.business import BusinessCalendar, Counting

_LENGTHS = {
    "days": (1, 36_525),
    "business_days": (1, 2_600),
    "months": (1, 1_200),
    "years": (1, 100),
    "end_of_month_after_months": (0, 1_200),
}
"""Every way to give a length, with the smallest and the largest number that is taken for meant."""


class LimitError(ValueError):
    """A limit that cannot be counted: what, why, what to write instead."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A length in exactly one unit, which day is day 1, and whether a closed last day moves on.

    `end_of_month_after_months` ends with the month in which the period of so many months ends: where the next day is day
    1, that is the month of the 応当日 of the event. Raises LimitError.
    """

    days: int | None = None
    business_days: int | None = None
    months: int | None = None
    years: int | None = None
    end_of_month_after_months: int | None = None
    counting: Counting = Counting.NEXT_DAY_FIRST
    rolls: bool = False

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in _LENGTHS if getattr(self, name) is not None}
        if len(given) != 1:
            named = ", ".join(given) or "none"
            raise LimitError(
                f"A limit has exactly one length, this one has {named}. Give one of: {', '.join(_LENGTHS)}."
            )
        for name, value in given.items():
            least, most = _LENGTHS[name]
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise LimitError(f"{name}: {value!r} is no length. Write a whole number from {least} to {most}.")


def last_day(event: date, limit: Limit, calendar: BusinessCalendar | None) -> date:
    """Return the last day of the period that an event opens.

    Day 1 is the day after the event (民法 140条) or the event's own day (戸籍法 43条), as the limit says. Months and years
    go by the calendar and end on the day before the day of the same number (応当日); where the last month lacks that day,
    with the month (民法 143条). A limit that rolls and ends on a closed day ends on the next open one (民法 142条,
    行政機関の休日に関する法律 2条). Raises LimitError when an open day must be found and `calendar` is None, or when the
    period leaves the calendar of years (1–9999).
    """
    if calendar is None and (limit.rolls or limit.business_days is not None):
        raise LimitError(
            "This limit asks for open days, but no calendar was given. Pass the calendar of the authority."
        )
    try:
        last = _unrolled(event, limit, calendar)
        return calendar.next_open(last) if calendar and limit.rolls else last
    except (OverflowError, ValueError) as problem:
        raise LimitError(f"The limit counted from {event} leaves the years 1 to 9999. Check the date.") from problem


def _unrolled(event: date, limit: Limit, calendar: BusinessCalendar | None) -> date:
    first = event + timedelta(days=limit.counting is Counting.NEXT_DAY_FIRST)
    if limit.days is not None:
        return first + timedelta(days=limit.days - 1)
    if calendar is not None and limit.business_days is not None:
        return calendar.add_business_days(first - timedelta(days=1), limit.business_days)
    if limit.end_of_month_after_months is not None:
        months = limit.end_of_month_after_months
        return _month_end(attained_on(first, months=months) if months else event)
    return attained_on(first, months=limit.months or 0, years=limit.years or 0)


def _month_end(day: date) -> date:
    return anniversary(day.replace(day=1), months=1) - timedelta(days=1)


def read_limit(data: Mapping[str, Any]) -> Limit:
    """Read `{"limit": {"days": 14}, "counting": "first_day_counts", "rolls": true}`; other keys are left alone.

    Without `counting` the day after the event is day 1, as the law has it where nothing else is said (民法 140条); without
    `rolls` the last day stays where it falls. Raises LimitError, which names the key.
    """
    length = data.get("limit")
    if not isinstance(length, Mapping):
        raise LimitError(f"limit: {length!r} is no length. Write one of {', '.join(_LENGTHS)} with a number.")
    unknown = sorted(map(str, set(length) - set(_LENGTHS)))
    if unknown:
        raise LimitError(f"limit: {', '.join(unknown)} is no unit. Use one of: {', '.join(_LENGTHS)}.")
    rolls = data.get("rolls", False)
    if not isinstance(rolls, bool):
        raise LimitError(f"rolls: {rolls!r} is neither true nor false. Write true or false.")
    return Limit(**length, counting=_counting(data.get("counting", Counting.NEXT_DAY_FIRST)), rolls=rolls)


def _counting(value: object) -> Counting:
    try:
        return Counting(str(value))
    except ValueError as problem:
        raise LimitError(f"counting: {value!r} is unknown. Write one of: {', '.join(Counting)}.") from problem


def days_left(last: date, today: date) -> int:
    """Return the days from today to the last day: 0 on the last day itself, negative when it has passed."""
    return (last - today).days
