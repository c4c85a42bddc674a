"""Reads Japanese dates out of folded text, also those that leave the year to the context.

A date that no calendar has (2月30日) is no date. A year is taken from the date itself, its weekday, the 年度 around it or the
date before it, in this order; otherwise it stays open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.engines.revising.folding import number

_ERA = r"(?:(?P<era>令和|平成|昭和|R|H|令|㋿)\s?(?P<ey>元|\d{1,2})|(?P<y>(?:19|20)\d\d)(?:\((?:令和|R)(?:元|\d{1,2})(?:年)?\))?)"
_DATE = re.compile(
    rf"(?<![\d.])(?:{_ERA}\s?(?:年度?|[./-])\s?(?:\((?:20\d\d|令和\d{{1,2}})年?\))?|(?P<same>同年|翌年|来年))?"
    r"(?P<m>\d{1,2})(?:月|(?<=\d)[./](?=\d))\s?(?P<d>\d{1,2}|末)(?:日(?!間|以内|から\d+日)|(?P<bare>(?![\d,.]|日|か月|回|歳|円|年)))"
    r"(?:\s?\(?(?P<w>[月火水木金土日])曜?日?(?:・?祝)?\)|\((?P<w2>[月火水木金土日])(?:曜日?)?(?:・祝)?\))?"
)
_MONTH = re.compile(
    rf"(?<![\d.])(?:{_ERA}年)?(?P<m>\d{{1,2}})月(?:分|支給分|診療分|請求分|申請分|利用分|生まれ)?(?!\d|間|末|に1回)"
)
_FISCAL = re.compile(r"(?:(?P<era>令和|平成|R|H)\s?(?P<ey>元|\d{1,2})|(?P<y>20\d\d))\s?(?:\(\d{4}\)\s?)?年度")
_STARTS = {"令和": 2018, "R": 2018, "令": 2018, "㋿": 2018, "平成": 1988, "H": 1988, "昭和": 1925}
_DAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Day:
    """A date where it stands in a text; `day` is None when no year can be told."""

    start: int
    end: int
    day: date | None
    month_only: bool = False


def fiscal_year(text: str) -> int | None:
    """Return the first 年度 that a text names, as the year in which it begins."""
    match = _FISCAL.search(text)
    return _year(match) if match else None


def _year(match: "re.Match[str]") -> int | None:
    if match["y"]:
        return int(match["y"])
    return _STARTS[match["era"]] + number(match["ey"]) if match["era"] else None


def made(year: int, month: int, day: int) -> date | None:
    """Return the date, None when no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_end(year: int, month: int) -> date | None:
    """Return the last day of a month."""
    first = made(year + month // 12, month % 12 + 1, 1) if 1 <= month <= 12 else None
    return first - timedelta(days=1) if first else None


def read_days(text: str, *, fiscal: int | None, near: date) -> list[Day]:
    """Return the dates of a text in order. `fiscal` is the 年度 of what stands around, `near` the day the page was read."""
    found: list[Day] = []
    before: date | None = None
    own = fiscal_year(text)
    for match in _DATE.finditer(text):
        if match["bare"] is not None and not _year(match):
            continue
        day = _resolved(match, own if own is not None else fiscal, near, before)
        if day is None and _impossible(match):
            continue
        found.append(Day(match.start(), match.end(), day))
        before = day or before
    return found


def _impossible(match: "re.Match[str]") -> bool:
    return match["d"] != "末" and made(2024, int(match["m"]), int(match["d"])) is None


def _resolved(match: "re.Match[str]", fiscal: int | None, near: date, before: date | None) -> date | None:
    month = int(match["m"])
    year = _year(match)
    weekday = match["w"] or match["w2"]
    if year is None and before is not None:
        year = _after(match["same"], month, match["d"], before)
    if year is None and fiscal is not None and not match["same"]:
        year = fiscal if month >= 4 else fiscal + 1
    if year is None and weekday and match["d"] != "末":
        return _by_weekday(month, int(match["d"]), weekday, near)
    if year is None or not 1900 <= year <= 2200:
        return None
    return month_end(year, month) if match["d"] == "末" else made(year, month, int(match["d"]))


def _after(same: str | None, month: int, day: str, before: date) -> int:
    if same == "同年":
        return before.year
    if same in ("翌年", "来年"):
        return before.year + 1
    later = month > before.month or (month == before.month and (day == "末" or int(day) >= before.day))
    return before.year if later else before.year + 1


def _by_weekday(month: int, day: int, weekday: str, near: date) -> date | None:
    """Return the date nearest to the day of reading that falls on this weekday, later ones first."""
    for year in (near.year, near.year + 1, near.year - 1):
        found = made(year, month, day)
        if found and _DAYS[found.weekday()] == weekday:
            return found
    return None


def read_months(text: str) -> Iterator[Day]:
    """Yield months with their year (令和8年4月分, 2026年4月) as their first day."""
    for match in _MONTH.finditer(text):
        year = _year(match)
        day = made(year, int(match["m"]), 1) if year else None
        if day:
            yield Day(match.start(), match.end(), day, month_only=True)


def read_fiscal(text: str) -> Iterator[Day]:
    """Yield each 年度 as its first day."""
    for match in _FISCAL.finditer(text):
        year = _year(match)
        if year and 1900 <= year <= 2200:
            yield Day(match.start(), match.end(), date(year, 4, 1))
