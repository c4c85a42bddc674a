"""Ages in law (年齢計算ニ関する法律, 民法143条2項): reached on the day before the anniversary.

Where the anniversary does not exist, they are reached on the last day of its month.
"""

from calendar import monthrange
from datetime import date, timedelta


def anniversary(start: date, *, years: int = 0, months: int = 0) -> date:
    """Return the plain anniversary (応当日); the last day of the month where that day does not exist."""
    year, month = divmod(start.year * 12 + start.month - 1 + years * 12 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def attained_on(birth: date, *, years: int = 0, months: int = 0) -> date:
    """Return the day on which an age is reached in law (到達日)."""
    day = anniversary(birth, years=years, months=months)
    return day - timedelta(days=1) if day.day == birth.day else day


def age_years(birth: date, on: date) -> int:
    """Return completed years in law; negative before birth."""
    return age_months(birth, on) // 12


def age_months(birth: date, on: date) -> int:
    """Return completed months in law; negative before birth."""
    tomorrow = on + timedelta(days=1)
    months = (tomorrow.year - birth.year) * 12 + tomorrow.month - birth.month
    return months - (tomorrow.day < birth.day)


def fiscal_year(on: date) -> int:
    """Return the fiscal year, April to March (会計年度)."""
    return on.year if on.month >= 4 else on.year - 1


def fiscal_age(birth: date, on: date) -> int:
    """Return the age that is reached by 31 March of the fiscal year of `on` (年度年齢; 学校教育法 第17条)."""
    return age_years(birth, date(fiscal_year(on) + 1, 3, 31))
