"""Seeded random households in plain form, so that the server's engine and the device's judge the same. All invented.

Every fact may be missing, numbers may be bands around the limits that conditions name, births lie on the days on which
an age begins or ends, lists may be incomplete, and the day is one of several.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAYS = (
    "2026-11-24", "2026-12-01", "2026-03-31", "2026-04-01", "2027-04-01", "2028-02-29", "2025-10-01", "2024-10-01",
)  # fmt: skip
"""As-of dates: ordinary ones, both ends of a fiscal year, a leap day, days on which income tables change."""
ELSEWHERE = "270000"
KNOWN_SHARE = 0.65
Record = dict[str, Any]


@dataclass(frozen=True)
class Palette:
    """What households are drawn from: the book's attributes and every word and number that its conditions name."""

    attributes: Sequence[Record]
    codes: Sequence[str]
    received: Sequence[str]
    series: Sequence[str]
    numbers: Sequence[int]

    @classmethod
    def of(cls, book: Mapping[str, Any]) -> "Palette":
        """Collect from the book of conditions."""
        named: dict[str, set[Any]] = {"received": set(), "series": set(), "numbers": {0, 3_000_000}}
        _collect([item["tree"] for key in ("conditions", "subconditions", "implications") for item in book[key]], named)
        for table in book["income_tables"]:
            named["numbers"] |= {limit for version in table["versions"] for limit in version["limits"]}
        codes = [item["code"] for item in book["municipalities"]]
        return cls(book["attributes"], codes, *(sorted(named[key]) for key in ("received", "series", "numbers")))


def _collect(value: Any, named: dict[str, set[Any]]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, named)
    elif isinstance(value, dict):
        kind = value.get("node")
        if kind == "Receives":
            named["received"].add(value["programme"])
        elif kind == "Doses":
            named["series"].add(value["series"])
        elif kind == "Compare" and isinstance(value["value"], int):
            named["numbers"].add(value["value"])
        for item in value.values():
            _collect(item, named)


def households(palette: Palette, count: int, *, seed: int) -> list[Record]:
    """Return so many households, each with its day under `today`; the municipalities take turns."""
    chance = random.Random(seed)
    return [_household(palette, chance, palette.codes[n % len(palette.codes)]) for n in range(count)]


def _household(palette: Palette, chance: random.Random, code: str) -> Record:
    today = date.fromisoformat(chance.choice(DAYS))

    def people(most: int, ages: tuple[int, int]) -> list[Record]:
        return [_person(palette, chance, today, ages) for _ in range(chance.randint(0, most))]

    facts = _facts(palette, chance, today, (0, 90), household=True)
    facts.pop("自治体コード", None)
    if (place := chance.random()) < 0.93:
        facts["自治体コード"] = code if place < 0.9 else ELSEWHERE
    return {
        "today": today.isoformat(),
        "facts": facts,
        "applicant": _person(palette, chance, today, (15, 90)),
        "children": people(4, (0, 23)),
        "others": people(2, (0, 95)),
        "children_complete": chance.random() < 0.7,
        "members_complete": chance.random() < 0.5,
        "rest": _facts(palette, chance, today, (0, 90), household=False) if chance.random() < 0.3 else {},
    }


def _person(palette: Palette, chance: random.Random, today: date, ages: tuple[int, int]) -> Record:
    return _facts(palette, chance, today, ages, household=False)


def _facts(palette: Palette, chance: random.Random, today: date, ages: tuple[int, int], *, household: bool) -> Record:
    scope = "household" if household else "person"
    chosen = [item for item in palette.attributes if item["scope"] == scope and chance.random() < KNOWN_SHARE]
    return {item["name"]: _value(item, palette, chance, today, ages) for item in chosen}


def _value(item: Record, palette: Palette, chance: random.Random, today: date, ages: tuple[int, int]) -> Any:
    if item["name"] == "生年月日":
        return _birth(chance, today, ages).isoformat()
    makers: dict[str, Callable[[], Any]] = {
        "bool": lambda: chance.random() < 0.5,
        "int": lambda: _number(chance, [0, 1, 2, 3, 5, 6, 12, *(n for n in palette.numbers if n < 1_000)]),
        "yen": lambda: _number(chance, [n for n in palette.numbers if n >= 1_000] + [0]),
        "date": lambda: _birth(chance, today, (0, 10)).isoformat(),
        "enum": lambda: chance.choice(palette.codes if item["values"] == "municipalities" else item["values"]),
        "set": lambda: _set(item["name"], palette, chance),
    }
    return makers[item["type"]]()


def _birth(chance: random.Random, today: date, ages: tuple[int, int]) -> date:
    """Return a birth date, most often within two days of an anniversary, a month's end or the school year's edge."""
    age = chance.randint(*ages)
    kind = chance.random()
    if kind < 0.4:
        day = _moved(today, years=-age, months=-chance.choice([0, 0, 1, 2, 6, 11]))
    elif kind < 0.6:
        day = date(today.year - age, *chance.choice([(4, 1), (4, 2), (3, 31), (12, 31), (2, 28), (8, 31)]))
    elif kind < 0.65:
        day = date((today.year - age) // 4 * 4, 2, 29)
    else:
        return today - timedelta(days=chance.randint(ages[0] * 365, ages[1] * 366))
    return min(day + timedelta(days=chance.randint(-2, 2)), today)


def _moved(day: date, *, years: int, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + years * 12 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def _number(chance: random.Random, near: Sequence[int]) -> Any:
    number = max(0, chance.choice(near) + chance.choice([-1, 0, 0, 1]))
    if chance.random() < 0.7:
        return number
    low, high = sorted([number, max(0, chance.choice(near) + chance.choice([-1, 0, 1]))])
    return {"min": chance.choice([low, low, None]), "max": chance.choice([high, high, None])}


def _set(name: str, palette: Palette, chance: random.Random) -> Any:
    if name != "接種記録":
        return chance.sample(palette.received, chance.randint(0, min(4, len(palette.received))))
    doses = {series: chance.randint(0, 4) for series in palette.series if chance.random() < 0.5}
    for series in doses:
        if chance.random() < 0.15:
            doses[series] = {"min": doses[series], "max": None}  # type: ignore[assignment] # a band is a fact too
    return {**doses, "*": 1} if chance.random() < 0.5 else doses
