"""The birth day at which an age begins on a given day: ages fall as birth days rise, so one day cuts a population in two.

Every back end that works on columns compares births with these days; it never counts an age per person.
"""

from calendar import monthrange
from datetime import date, timedelta

from madoguchi.engines.eligibility import dates
from madoguchi.engines.eligibility.ast import Counting, Measure


def latest_birth(measure: Measure, number: int, today: date) -> date:
    """Return the latest birth day of somebody who has reached an age (年, 月 or 年度年齢) on a day."""
    if measure is Measure.FISCAL:
        return _day((dates.fiscal_year(today) - number + 1) * 12 + 3, 1)
    months = number * 12 if measure is Measure.YEARS else number
    return _months_before(today + timedelta(days=1), months)


def latest_reached(counting: Counting, months: int, today: date) -> date:
    """Return the latest birth day for which the day of an age (到達日 or 応当日) is today or earlier."""
    if counting is Counting.ATTAINED:
        return _months_before(today + timedelta(days=1), months)
    if (today + timedelta(days=1)).day == 1:
        return _day(_index(today) - months, 31)
    return _months_before(today, months)


def _months_before(day: date, months: int) -> date:
    return _day(_index(day) - months, day.day)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day(month_index: int, day: int) -> date:
    """Return the day of a month counted from year 0, its last day where the month is shorter."""
    year, month = divmod(month_index, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
