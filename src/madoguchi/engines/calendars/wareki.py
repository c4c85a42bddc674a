"""Japanese eras (和暦) and the ways in which dates are written in public records."""

import re
import unicodedata
from datetime import date

_ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_WAREKI = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])\s*(元|\d{1,2})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*日?", re.I
)
_WESTERN = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*日?")


class DateError(ValueError):
    """A text that is no date: what, why, what to write instead."""


def to_wareki(day: date) -> str:
    """Return a day as 令和8年4月1日; raise DateError before the Meiji era."""
    for name, _, start in _ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise DateError(f"{day} lies before the Meiji era. Write it in the Gregorian calendar.")


def parse_date(text: str) -> date:
    """Return the day of 令和8年4月1日, R8.4.1, H31/4/30, 2026-04-01, 2026/4/1 or full-width forms.

    A day beyond the end of an era (平成31年5月1日) is taken as continued. Raise DateError on everything else.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if match := _WAREKI.fullmatch(folded):
        era, year, month, day = match.groups()
        start = next(begin for name, letter, begin in _ERAS if era.upper() in (name, letter))
        return _day(start.year - 1 + (1 if year == "元" else int(year)), int(month), int(day), text)
    if match := _WESTERN.fullmatch(folded):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day), text)
    raise DateError(f"{text[:40]!r} is no date. Write 2026-04-01 or 令和8年4月1日.")


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError(f"{text[:40]!r} does not exist in the calendar. Check month and day.") from None
