"""Days and fiscal years that have passed: in the record's fields and in its texts."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from madoguchi.apps.upkeep.checks.model import Entry, Found, of_entry
from madoguchi.apps.upkeep.contracts import Check, Severity
from madoguchi.engines.calendars import DateError, fiscal_year, parse_date

_ERA = r"(?:令和|平成|R|H)\s*(?:元|\d{1,2})|20\d{2}"
_FISCAL = re.compile(rf"({_ERA})\s*年度")
_UNTIL = re.compile(
    rf"((?:{_ERA})\s*[年./-]\s*\d{{1,2}}\s*[月./-]\s*\d{{1,2}}\s*日?)\s*(?:\([月火水木金土日・祝]+\))?\s*(?:まで|締切|必着|〆切|消印)"
)
_SINCE = re.compile(r"^\s*(?:から|より|以降|以後|開始|に始ま|分から|に改定|に変わ)")


def check(entry: Entry, today: date) -> Iterator[Found]:
    """Yield ends that have passed and fiscal years that are over, each with its wording."""
    window = entry.content.get("window") or {}
    for field, value in (("window.closes", window.get("closes")), ("effective_to", entry.content.get("effective_to"))):
        day = _day(value)
        if day is not None and day < today:
            severity = Severity.HIGH if field == "effective_to" else Severity.MEDIUM
            yield of_entry(
                entry, Check.DATES, "field_past", severity, about=f"{field}={day}", field=field, day=day.isoformat()
            )
    for field, text in entry.texts.items():
        yield from _in_text(entry, field, unicodedata.normalize("NFKC", text), today)


def _in_text(entry: Entry, field: str, text: str, today: date) -> Iterator[Found]:
    seen = set()
    for match in _FISCAL.finditer(text):
        year = _year(match[1])
        if year is not None and year < fiscal_year(today) and not _SINCE.match(text[match.end() :]):
            quote = match[0]
            if quote not in seen:
                seen.add(quote)
                yield of_entry(
                    entry, Check.DATES, "year_past", Severity.MEDIUM, about=f"{field}:{quote}", field=field, quote=quote
                )
    for match in _UNTIL.finditer(text):
        day = _day(match[1])
        if day is not None and day < today:
            yield of_entry(
                entry, Check.DATES, "text_past", Severity.MEDIUM, about=f"{field}:{match[0]}", field=field, quote=match[0],
                day=day.isoformat(),
            )  # fmt: skip


def _day(value: object) -> date | None:
    try:
        return parse_date(str(value)) if value else None
    except DateError:
        return None


def _year(text: str) -> int | None:
    """Return the year of 令和7, R7, 2025."""
    day = _day(f"{text.strip()}年12月31日")
    return day.year if day else None
