"""Households as the frame that the Polars back end reads: children eldest first, unknown facts empty."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from madoguchi.engines.eligibility import Household, Person
from tests.engines.eligibility.strategies import ATTRIBUTES

TYPES = {"date": pl.Date, "bool": pl.Boolean, "yen": pl.Int64, "int": pl.Int64, "enum": pl.String}
PERSONAL = {a["name"]: TYPES[a["type"]] for a in ATTRIBUTES if a["scope"] == "person" and a["type"] in TYPES}
COMMON = {f"世帯.{a['name']}": TYPES[a["type"]] for a in ATTRIBUTES if a["scope"] == "household"}


def plain(person: Person) -> Person:
    """Return the person without lists, which populations do not carry."""
    return Person({name: value for name, value in person.facts.items() if name in PERSONAL})


def complete(household: Household) -> Household:
    """Return the household as a population knows it: everybody listed, children eldest first, no lists."""
    children = sorted(map(plain, household.children), key=lambda child: child.facts.get("生年月日") or date.max)
    return replace(
        household,
        applicant=plain(household.applicant),
        children=tuple(children),
        others=tuple(map(plain, household.others)),
        children_complete=True,
        members_complete=True,
    )


def rows_of(number: int, household: Household) -> tuple[list[dict[str, Any]], list[Person]]:
    """Return one row per member, and the members in the same order."""
    members = [("世帯主", household.applicant), *(("子", c) for c in household.children)]
    members += [("その他", other) for other in household.others]
    common = {f"世帯.{name}": value for name, value in household.facts.items()}
    guardian = {f"申請者.{name}": value for name, value in household.applicant.facts.items()}
    rows = [{"世帯番号": number, "続柄": role, **common, **guardian, **person.facts} for role, person in members]
    return rows, [person for _, person in members]


def frame_of(households: Sequence[Household]) -> tuple[pl.DataFrame, list[tuple[Household, Person]]]:
    """Return the frame of complete households and (household, person) per row."""
    rows: list[dict[str, Any]] = []
    people: list[tuple[Household, Person]] = []
    for number, household in enumerate(households):
        found, members = rows_of(number, household)
        rows += found
        people += [(household, person) for person in members]
    schema = {"世帯番号": pl.Int64, "続柄": pl.String, **COMMON, **PERSONAL}
    schema |= {f"申請者.{name}": kind for name, kind in PERSONAL.items()}
    return pl.DataFrame(rows, schema=schema), people
