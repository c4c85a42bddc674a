"""Nodes of the small language of conditions and calculations that forms are written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Scalar = str | int | bool


class Condition:
    """A statement about answers: true, false, or unknown while an answer it needs is missing."""

    __slots__ = ()


class Expression:
    """A calculation over answers: text, whole number, yes/no, or no value while an input is missing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """The constants true and false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """The answer equals one of `values`; for a list of choices: one of the chosen is among them."""

    subject: Expression
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Known(Condition):
    """There is an answer (`known` true) or there is none (`known` false); never unknown."""

    subject: Expression
    known: bool


@dataclass(frozen=True, slots=True)
class Within(Condition):
    """A number or an ISO date lies between two bounds, both included; a missing bound is open."""

    subject: Expression
    at_least: Expression | None
    at_most: Expression | None


@dataclass(frozen=True, slots=True)
class AnyItem(Condition):
    """At least one item of a repeated group fulfils `where`."""

    group: str
    where: Condition


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The part is false; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Guarded(Condition):
    """The part, but unknown unless `guard` holds: made when forms are merged, never written by hand."""

    guard: Condition
    part: Condition


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A value written in the form itself."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Today(Expression):
    """The day of filing as an ISO date."""


@dataclass(frozen=True, slots=True)
class Answer(Expression):
    """The answer to a question; `./key` is a question of the same item of a group."""

    key: str


@dataclass(frozen=True, slots=True)
class Age(Expression):
    """Completed years in Japanese law (年齢計算ニ関する法律, 民法143条): a year is full on the day before the birthday."""

    born: Expression
    on: Expression


@dataclass(frozen=True, slots=True)
class Days(Expression):
    """Days from one ISO date to another, the first not counted."""

    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True)
class Count(Expression):
    """Number of items of a repeated group."""

    group: str


@dataclass(frozen=True, slots=True)
class SumOf(Expression):
    """Sum of one whole-number question over all items of a group."""

    group: str
    field: str


@dataclass(frozen=True, slots=True)
class Fold(Expression):
    """`sum`, `product`, `minus`, `min` or `max` of the parts."""

    operation: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Join(Expression):
    """The parts as one text."""

    parts: tuple[Expression, ...]
    between: str


@dataclass(frozen=True, slots=True)
class If(Expression):
    """One of two values; an unknown condition takes `otherwise`."""

    condition: Condition
    then: Expression
    otherwise: Expression | None


Node = Condition | Expression
Answers = Mapping[str, Any]
TRUE = Always(True)
FALSE = Always(False)
