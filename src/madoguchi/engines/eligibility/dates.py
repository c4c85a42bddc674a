"""Ages as Japanese law counts them, for conditions only. Knows dates, never a person.

An age is reached on the day before the anniversary (年齢計算ニ関する法律; 民法143条2項); where that anniversary
does not exist, on the last day of its month. A fiscal age (年度年齢) belongs to the cohort born from 2 April to the
next 1 April.
"""

from calendar import monthrange
from datetime import date, timedelta


def age_years(birth: date, on: date) -> int:
    """Return completed years on a day; negative before birth."""
    tomorrow = on + timedelta(days=1)
    return tomorrow.year - birth.year - ((tomorrow.month, tomorrow.day) < (birth.month, birth.day))


def age_months(birth: date, on: date) -> int:
    """Return completed months on a day; negative before birth."""
    tomorrow = on + timedelta(days=1)
    months = (tomorrow.year - birth.year) * 12 + tomorrow.month - birth.month
    return months - (tomorrow.day < birth.day)


def fiscal_year(on: date) -> int:
    """Return the fiscal year (April to March) of a day."""
    return on.year if on.month >= 4 else on.year - 1


def cohort(birth: date) -> int:
    """Return the fiscal year of birth as school entry counts it: 2 April to 1 April."""
    return birth.year if (birth.month, birth.day) >= (4, 2) else birth.year - 1


def fiscal_age(birth: date, on: date) -> int:
    """Return the age that is reached by 31 March of the fiscal year of `on` (年度年齢)."""
    return fiscal_year(on) - cohort(birth)


def anniversary(birth: date, months: int) -> date:
    """Return the plain anniversary (応当日) after so many months; month end where the day does not exist."""
    years, month = divmod(birth.year * 12 + birth.month - 1 + months, 12)
    return date(years, month + 1, min(birth.day, monthrange(years, month + 1)[1]))


def attained_on(birth: date, months: int) -> date:
    """Return the day on which an age of so many months is reached in law (到達日)."""
    day = anniversary(birth, months)
    return day - timedelta(days=1) if day.day == birth.day else day
