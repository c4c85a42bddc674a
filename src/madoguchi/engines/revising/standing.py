"""Tells whether what a page says held before, holds today or will hold: 改正前, 令和7年度まで, 令和8年4月から, 旧 and 新.

Works on the words around a figure; what is said without a time holds today.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madoguchi.engines.revising.dates import Day, month_end, read_days, read_fiscal, read_months


class Standing(StrEnum):
    """When something held."""

    PAST = "past"
    NOW = "now"
    FUTURE = "future"


_OLD = re.compile(
    r"改正前|変更前|改定前|拡充前|拡大前|見直し前|現行|現在の|旧(?:制度|額|基準)?|従来|これまで|従前|以前は|昨年度|前年度は"
)
_NEW = re.compile(r"改正後|変更後|改定後|拡充後|拡大後|見直し後|新(?:制度|額|基準|しい)|今後|今年度(?:から|より)")
_FROM = re.compile(
    r"^\s?(?:\([^()]{1,12}\))?\s?(?:の?(?:申請|支給|診療|出生|利用|請求|接種|受診|認定|転入)?分?)?(?:から|以降|以後|より|~|-|に|施行|改正|開始|スタート|適用)"
)
_UNTIL = re.compile(
    r"^\s?(?:\([^()]{1,12}\))?\s?(?:の?(?:申請|支給|診療|出生|利用|請求|接種|受診|認定)?分?)?(?:まで|以前|をもって|で終了|末まで)"
)


@dataclass(frozen=True, slots=True)
class Term:
    """The days between which something holds; None is open."""

    first: date | None
    last: date | None


def marked(text: str, *, fiscal: int | None, near: date) -> list[tuple[int, int, Term]]:
    """Return the limits of time that a text names, with their places."""
    found: list[tuple[int, int, Term]] = []
    taken = 0
    if not re.search(r"\d\s?[年月./]", text) and "元年" not in text:
        return found
    for day in _ordered(text, fiscal, near):
        if day.day is None or day.start < taken:
            continue
        tail = text[day.end : day.end + 24]
        if until := _UNTIL.match(tail):
            found.append((day.start, day.end + until.end(), Term(None, _last(day, text))))
            taken = day.end + until.end()
        elif since := _FROM.match(tail):
            found.append((day.start, day.end + since.end(), Term(day.day, None)))
            taken = day.end + since.end()
    return found


def _ordered(text: str, fiscal: int | None, near: date) -> list[Day]:
    days = [*read_days(text, fiscal=fiscal, near=near), *read_months(text), *read_fiscal(text)]
    return sorted(days, key=lambda day: (day.start, -day.end))


def _last(day: Day, text: str) -> date:
    assert day.day is not None
    if day.month_only:
        return month_end(day.day.year, day.day.month) or day.day
    if text[max(day.end - 2, 0) : day.end] == "年度":
        return date(day.day.year + 1, 3, 31)
    return day.day


def standing(text: str, *, today: date, fiscal: int | None, near: date, changed: date | None = None) -> Standing:
    """Return when something holds that these words say the time of; `changed` is the day of the change around it."""
    terms = marked(text, fiscal=fiscal, near=near)
    if terms:
        term = terms[-1][2]
        if term.last is not None and term.last < today:
            return Standing.PAST
        return Standing.FUTURE if term.first is not None and term.first > today else Standing.NOW
    old, new = _last_of(_OLD, text), _last_of(_NEW, text)
    if old < 0 and new < 0:
        return Standing.NOW
    to_come = changed is not None and changed > today
    if new > old:
        return Standing.FUTURE if to_come else Standing.NOW
    return Standing.NOW if to_come else Standing.PAST


def _last_of(pattern: "re.Pattern[str]", text: str) -> int:
    places = [match.start() for match in pattern.finditer(text)]
    return places[-1] if places else -1


def day_of_change(text: str, *, fiscal: int | None, near: date) -> date | None:
    """Return the first day named with から or 施行 in a text: when the change it tells of begins."""
    begins = [term.first for _, _, term in marked(text, fiscal=fiscal, near=near) if term.first is not None]
    return begins[0] if begins else None
