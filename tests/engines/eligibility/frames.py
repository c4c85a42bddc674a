"""Households as the table of residents that the back ends over populations read: children eldest first, unknown = null."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from madoguchi.engines.eligibility import Household, Person
from madoguchi.engines.eligibility.facts import ALL_SERIES, RECEIVED, VACCINATED
from tests.engines.eligibility.strategies import ATTRIBUTES

TYPES = {"date": pl.Date, "bool": pl.Boolean, "yen": pl.Int64, "int": pl.Int64, "enum": pl.String}
PERSONAL = {a["name"]: TYPES[a["type"]] for a in ATTRIBUTES if a["scope"] == "person" and a["type"] in TYPES}
PROGRAMMES = ("A", "B")
SERIES = ("BCG", "MR1期")
LISTED = {f"{RECEIVED}.{name}": pl.Boolean for name in PROGRAMMES} | {
    f"{VACCINATED}.{name}": pl.Int64 for name in SERIES
}
COMMON = {f"世帯.{a['name']}": TYPES[a["type"]] for a in ATTRIBUTES if a["scope"] == "household"}
KEYS = {"住民番号": pl.Int64, "世帯番号": pl.Int64, "続柄": pl.String}
SCHEMA = {**KEYS, **COMMON, **PERSONAL, **LISTED}
SCHEMA |= {f"申請者.{name}": kind for name, kind in {**PERSONAL, **LISTED}.items()}


def complete(household: Household) -> Household:
    """Return the household as a population knows it: everybody listed, children eldest first."""
    children = sorted(household.children, key=lambda child: child.facts.get("生年月日") or date.max)
    return replace(household, children=tuple(children), children_complete=True, members_complete=True)


def columns_of(person: Person) -> dict[str, Any]:
    """Return a person's facts by column; the lists become one column per entry."""
    facts = {name: value for name, value in person.facts.items() if name in PERSONAL}
    received, doses = person.facts.get(RECEIVED), person.facts.get(VACCINATED)
    if received is not None:
        facts |= {f"{RECEIVED}.{name}": name in received for name in PROGRAMMES}
    if doses is not None:
        otherwise = 0 if ALL_SERIES in doses else None
        facts |= {f"{VACCINATED}.{name}": doses.get(name, otherwise) for name in SERIES}
    return facts


def rows_of(number: int, household: Household) -> tuple[list[dict[str, Any]], list[Person]]:
    """Return one row per member without its number, and the members in the same order."""
    members = [("世帯主", household.applicant), *(("子", c) for c in household.children)]
    members += [("その他", other) for other in household.others]
    common = {f"世帯.{name}": value for name, value in household.facts.items()}
    guardian = {f"申請者.{name}": value for name, value in columns_of(household.applicant).items()}
    rows = [{"世帯番号": number, "続柄": role, **common, **guardian, **columns_of(person)} for role, person in members]
    return rows, [person for _, person in members]


def frame_of(households: Sequence[Household]) -> tuple[pl.DataFrame, list[tuple[Household, Person]]]:
    """Return the frame of complete households and (household, person) per row."""
    rows: list[dict[str, Any]] = []
    people: list[tuple[Household, Person]] = []
    for number, household in enumerate(households):
        found, members = rows_of(number, household)
        rows += found
        people += [(household, person) for person in members]
    return pl.DataFrame([{"住民番号": n, **row} for n, row in enumerate(rows)], schema=SCHEMA), people
