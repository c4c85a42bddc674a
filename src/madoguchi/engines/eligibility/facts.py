"""What is known about a household. A fact that is not there is unknown; nothing here has a default.

Values are dates, whole numbers, texts, booleans, a `Band`, a frozenset of programmes for `受給中の制度` (known in full)
and a mapping series → doses (a number or a `Band`) for `接種記録` (a series that is not in it is unknown, unless the key
`*` says: all known).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from madoguchi.engines.eligibility.types import Band

Value = date | int | str | bool | Band | frozenset[str] | Mapping[str, int | Band]
ALL_SERIES = "*"
RECEIVED = "受給中の制度"
VACCINATED = "接種記録"


@dataclass(frozen=True, slots=True)
class Person:
    """Facts about one person by attribute name."""

    facts: Mapping[str, Value] = field(default_factory=dict)

    def with_facts(self, facts: Mapping[str, Value]) -> "Person":
        """Return the person with more facts; a later fact replaces an earlier one."""
        return Person({**self.facts, **facts})


UNKNOWN_PERSON = Person()


@dataclass(frozen=True, slots=True)
class Household:
    """Facts about a household and its members; the applicant (申請者) is its head in the eyes of conditions."""

    facts: Mapping[str, Value] = field(default_factory=dict)
    applicant: Person = UNKNOWN_PERSON
    children: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()
    children_complete: bool = False
    """All children are listed. False adds one child of whom nothing is known."""
    members_complete: bool = False
    """All members are listed. False adds one member of whom only `rest` is known."""
    rest: Person = UNKNOWN_PERSON
    """What is known of every member who is not listed."""

    @property
    def members(self) -> tuple[Person, ...]:
        """Return the applicant, the children and the others."""
        return (self.applicant, *self.children, *self.others)

    def with_facts(self, facts: Mapping[str, Value]) -> "Household":
        """Return the household with more facts about itself."""
        return replace(self, facts={**self.facts, **facts})


def household_from_json(data: Mapping[str, Any]) -> Household:
    """Build a household from plain values: dates as YYYY-MM-DD, bands as {min, max}, sets as lists."""
    return Household(
        facts=_facts(data.get("facts", {})),
        applicant=Person(_facts(data.get("applicant", {}))),
        children=tuple(Person(_facts(child)) for child in data.get("children", [])),
        others=tuple(Person(_facts(other)) for other in data.get("others", [])),
        children_complete=data.get("children_complete", True),
        members_complete=data.get("members_complete", True),
    )


def _facts(data: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value_from_json(value) for name, value in data.items() if value is not None}


def value_from_json(value: Any) -> Value:
    """Return the engine's value of a plain one; text that reads as an ISO date becomes a date."""
    if isinstance(value, Mapping):
        if {"min", "max"} & set(value):
            return Band(value.get("min"), value.get("max"))
        return {
            series: Band(d.get("min"), d.get("max")) if isinstance(d, Mapping) else d for series, d in value.items()
        }
    if isinstance(value, list | set | frozenset):
        return frozenset(value)
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return date.fromisoformat(value)
    if isinstance(value, date | bool | int | str):
        return value
    raise TypeError(f"{value!r} is no fact. Use a date, number, text, true/false, list or {{min, max}}.")
