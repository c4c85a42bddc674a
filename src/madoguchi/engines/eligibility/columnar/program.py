"""Bits of a whole rule set: one shared graph of two-valued operations, hash-consed so that equal parts exist once.

A three-valued condition is a pair of bits (true, false); unknown is neither. The graph knows columns, literals and days
by name only: a partition of residents supplies the values. It does not depend on the as-of date or on any resident.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from madoguchi.engines.eligibility import cuts
from madoguchi.engines.eligibility.ast import Counting, Group, Measure
from madoguchi.engines.eligibility.types import Op


class Bit(IntEnum):
    """What one node of the graph computes for every resident."""

    ZERO = 0
    ONES = 1
    KNOWN = 2
    """The column has a value: `a` is the column."""
    LESS = 3
    """The column's value is below a literal: `a` column, `b` literal list of one."""
    IN = 4
    """The column's value is one of the literals: `a` column, `b` literal list."""
    PREFIX = 5
    """Born on or before a day (rows are sorted by birth): `a` is the slot of the day."""
    TODAY = 6
    """True or false for everybody on a day: `a` is the slot."""
    GROUP = 7
    """One side of a group's truth, the same for every member or child: `a` group, `b` 0 true, 1 false."""
    AND = 8
    OR = 9
    WITHOUT = 10
    """`a` and not `b`."""
    BORN = 11
    """The guardian's birth, a column that is not sorted: on or before a day: `a` column, `b` slot."""


Pair = tuple[int, int]
"""The nodes of the true and of the false side."""


@dataclass(frozen=True, slots=True)
class AgeCut:
    """The latest birth day of somebody who has reached an age on a day."""

    measure: Measure
    number: int

    def on(self, today: date) -> int:
        """Return the day as an ordinal."""
        return cuts.latest_birth(self.measure, self.number, today).toordinal()


@dataclass(frozen=True, slots=True)
class ReachedCut:
    """The latest birth day for which the day of an age is today (or `days_before` earlier) or before."""

    counting: Counting
    months: int
    days_before: int

    def on(self, today: date) -> int:
        """Return the day as an ordinal."""
        day = date.fromordinal(today.toordinal() - self.days_before)
        return cuts.latest_reached(self.counting, self.months, day).toordinal()


@dataclass(frozen=True, slots=True)
class FixedCut:
    """A birth day that does not depend on the as-of date."""

    day: date

    def on(self, today: date) -> int:
        """Return the day as an ordinal."""
        return self.day.toordinal()


@dataclass(frozen=True, slots=True)
class Between:
    """Whether a day lies between two days, both included; None is open."""

    start: date | None
    end: date | None

    def on(self, today: date) -> int:
        """Return 1 or 0."""
        return int((self.start is None or self.start <= today) and (self.end is None or today <= self.end))


Slot = AgeCut | ReachedCut | FixedCut | Between


@dataclass(frozen=True, slots=True)
class GroupTest:
    """A test over the members of a household: which members, their condition's bits, and what must hold."""

    group: Group
    inner: Pair
    kind: str
    """`exists`, `every` or `count`."""
    op: Op = Op.GE
    number: int = 0


@dataclass(frozen=True, slots=True)
class OrderTest:
    """The position of a child among the children up to a fiscal age."""

    slot: int
    """The day of birth on or after which nobody is older than the fiscal age: born later counts."""
    op: Op
    number: int


@dataclass(slots=True)
class Program:
    """The graph. Nodes are numbered so that operands come first; equal nodes are one."""

    ops: list[int] = field(default_factory=list)
    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    literals: dict[tuple[object, ...], int] = field(default_factory=dict)
    slots: dict[Slot, int] = field(default_factory=dict)
    groups: dict[GroupTest | OrderTest, int] = field(default_factory=dict)
    zero: int = field(init=False)
    ones: int = field(init=False)
    _nodes: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zero = self._node(Bit.ZERO, 0, 0)
        self.ones = self._node(Bit.ONES, 0, 0)

    def __len__(self) -> int:
        return len(self.ops)

    def _node(self, op: Bit, a: int, b: int) -> int:
        key = (int(op), a, b)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = len(self.ops)
            self.ops.append(int(op))
            self.a.append(a)
            self.b.append(b)
        return found

    def column(self, name: str) -> int:
        """Return the number of a column."""
        return self.columns.setdefault(name, len(self.columns))

    def slot(self, slot: Slot) -> int:
        """Return the number of a day's slot."""
        return self.slots.setdefault(slot, len(self.slots))

    def _literal(self, values: tuple[object, ...]) -> int:
        return self.literals.setdefault(values, len(self.literals))

    def known(self, column: str) -> int:
        """Return the bit: the column has a value."""
        return self._node(Bit.KNOWN, self.column(column), 0)

    def less(self, column: str, value: int | date) -> int:
        """Return the bit: the column's value is known and below the literal."""
        return self._node(Bit.LESS, self.column(column), self._literal((value,)))

    def one_of(self, column: str, values: tuple[object, ...]) -> int:
        """Return the bit: the column's value is known and one of the literals."""
        return self._node(Bit.IN, self.column(column), self._literal(tuple(sorted(set(values), key=repr))))

    def born_by(self, column: str | None, slot: Slot) -> int:
        """Return the bit: born on or before the slot's day; None is the resident's own (sorted) birth."""
        if column is None:
            return self._node(Bit.PREFIX, self.slot(slot), 0)
        return self._node(Bit.BORN, self.column(column), self.slot(slot))

    def today(self, slot: Between) -> int:
        """Return the bit: the day is within bounds."""
        return self.ones if slot == Between(None, None) else self._node(Bit.TODAY, self.slot(slot), 0)

    def group(self, test: GroupTest | OrderTest) -> Pair:
        """Return both bits of a test over the household."""
        number = self.groups.setdefault(test, len(self.groups))
        return self._node(Bit.GROUP, number, 0), self._node(Bit.GROUP, number, 1)

    def both(self, a: int, b: int) -> int:
        """Return a AND b."""
        if self.zero in (a, b):
            return self.zero
        if a == self.ones or a == b:
            return b
        if b == self.ones:
            return a
        return self._node(Bit.AND, min(a, b), max(a, b))

    def either(self, a: int, b: int) -> int:
        """Return a OR b."""
        if self.ones in (a, b):
            return self.ones
        if a == self.zero or a == b:
            return b
        if b == self.zero:
            return a
        return self._node(Bit.OR, min(a, b), max(a, b))

    def without(self, a: int, b: int) -> int:
        """Return a AND NOT b."""
        if a == self.zero or b == self.ones or a == b:
            return self.zero
        return a if b == self.zero else self._node(Bit.WITHOUT, a, b)

    def all_of(self, bits: list[int]) -> int:
        """Return the AND of several bits; their order does not matter, so equal sets are one node."""
        return self._fold(bits, self.both, self.ones)

    def any_of(self, bits: list[int]) -> int:
        """Return the OR of several bits."""
        return self._fold(bits, self.either, self.zero)

    @staticmethod
    def _fold(bits: list[int], join: Callable[[int, int], int], start: int) -> int:
        result = start
        for bit in sorted(set(bits)):
            result = join(result, bit)
        return result
