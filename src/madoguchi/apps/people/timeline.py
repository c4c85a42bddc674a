"""Which of several facts holds on a day, as known at a moment: the one rule that reading and superseding share.

A verified fact goes before a declared one; then the one that began to hold later, then the one that was told later.
The answer depends on the set of facts, never on the order in which they arrived.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol, TypeVar

from madoguchi.apps.people.contracts import FactValue, Method
from madoguchi.apps.people.models import Fact
from madoguchi.apps.people.sealing import Sealed, value_of

_FIRST = date.min
Rank = tuple[bool, date, datetime, str, str]


class Dated(Protocol):
    """What the rule looks at."""

    @property
    def method(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def obtained_at(self) -> datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def source_record(self) -> str: ...


class Told(Dated, Sealed, Protocol):
    """A fact with its sealed value."""


AnyFact = TypeVar("AnyFact", bound=Told)


def rank(fact: Dated) -> Rank:
    """Return by what facts are compared: the greatest wins."""
    verified = Method(fact.method).verified
    return (verified, fact.valid_from or _FIRST, fact.obtained_at, fact.source, fact.source_record)


def holds(fact: Dated, on: date) -> bool:
    """Tell whether a fact speaks about a day."""
    return (fact.valid_from is None or fact.valid_from <= on) and (fact.valid_to is None or on < fact.valid_to)


def hides(newer: Dated, older: Dated) -> bool:
    """Tell whether one fact takes the place of another on every day on which that one would hold."""
    begins = (newer.valid_from or _FIRST) <= (older.valid_from or _FIRST)
    ends = newer.valid_to is None or (older.valid_to is not None and older.valid_to <= newer.valid_to)
    told = (newer.obtained_at, newer.source, newer.source_record) > (
        older.obtained_at,
        older.source,
        older.source_record,
    )
    return begins and ends and told and rank(newer) > rank(older)


def successor(fact: Fact, facts: Iterable[Fact]) -> Fact | None:
    """Return the first fact told that takes the place of this one. A withdrawn verified value hides no declared one."""
    hiding = [
        other for other in facts if hides(other, fact) and Method(other.method).verified == Method(fact.method).verified
    ]
    return min(hiding, key=lambda other: (other.obtained_at, other.source, other.source_record), default=None)


def chosen(facts: Iterable[AnyFact], on: date) -> tuple[AnyFact, FactValue] | None:
    """Return the fact of one attribute that holds on a day with its value, None when nothing is known."""
    known = sorted((fact for fact in facts if holds(fact, on)), key=rank, reverse=True)
    for verified in (True, False):
        best = next((fact for fact in known if Method(fact.method).verified is verified), None)
        value = value_of(best) if best else None
        if best is not None and value is not None:
            return best, value
    return None


def newest(facts: Iterable[AnyFact]) -> FactValue | None:
    """Return the value that began to hold last, whatever the day."""
    found = chosen(facts, date.max)
    return found[1] if found else None
