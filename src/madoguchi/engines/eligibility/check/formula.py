"""The plain form that the search works on: literals about single facts, joined by All and Any; no NOT, no groups.

A literal either narrows what one fact may be, orders two births, or ties an amount to an income table.
"""

from dataclasses import dataclass

from madoguchi.engines.eligibility.check.births import Threshold

Variable = tuple[str, str]
"""(whose fact, its name)."""


class Formula:
    """Base of all formulas."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class All(Formula):
    """All hold; none = true."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any(Formula):
    """At least one holds; none = false."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Choice(Formula):
    """The fact is one of these values."""

    variable: Variable
    allowed: frozenset[str | bool]


@dataclass(frozen=True, slots=True)
class Within(Formula):
    """The number lies between two bounds, both included."""

    variable: Variable
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Born(Formula):
    """The birth date lies at or before the last date of a threshold (or of a fixed ordinal), or after it."""

    slot: str
    last: Threshold | int
    after: bool


@dataclass(frozen=True, slots=True)
class AsOfDay(Formula):
    """The as-of day lies between two ordinals, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Elder(Formula):
    """The child is born before the person judged, or on the same day and listed earlier; `younger` = the opposite."""

    slot: str
    younger: bool


@dataclass(frozen=True, slots=True)
class Bound(Formula):
    """The amount is at most (`below`) or at least the limit of a table at a number, moved by `shift` yen."""

    amount: Variable
    by: Variable
    table: str
    below: bool
    shift: int


TRUE = All(())
FALSE = Any(())


def all_of(items: list[Formula]) -> Formula:
    """Return the items joined by All, simplified."""
    flat: list[Formula] = []
    for item in items:
        if isinstance(item, All):
            flat += item.items
        elif item == FALSE:
            return FALSE
        else:
            flat.append(item)
    return flat[0] if len(flat) == 1 else All(tuple(dict.fromkeys(flat)))


def any_of(items: list[Formula]) -> Formula:
    """Return the items joined by Any, simplified."""
    flat: list[Formula] = []
    for item in items:
        if isinstance(item, Any):
            flat += item.items
        elif item == TRUE:
            return TRUE
        else:
            flat.append(item)
    return flat[0] if len(flat) == 1 else Any(tuple(dict.fromkeys(flat)))


def at_least(parts: list[Formula], number: int) -> Formula:
    """Return that at least so many of the parts hold."""
    known: dict[tuple[int, int], Formula] = {}

    def from_part(index: int, need: int) -> Formula:
        if need <= 0:
            return TRUE
        if len(parts) - index < need:
            return FALSE
        if (index, need) not in known:
            taken = all_of([parts[index], from_part(index + 1, need - 1)])
            known[index, need] = any_of([taken, from_part(index + 1, need)])
        return known[index, need]

    return from_part(0, number)
