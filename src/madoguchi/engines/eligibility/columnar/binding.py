"""A program meets a partition: names become planes, literals become the partition's own numbers, days become positions.

Binding is done once per partition and release of the rules; a new day only changes positions.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.ast import Group
from madoguchi.engines.eligibility.columnar import groups, kernels
from madoguchi.engines.eligibility.columnar.program import Between, Bit, GroupTest, OrderTest, Pair, Program
from madoguchi.engines.eligibility.columnar.residents import ALWAYS, EPOCH, NEVER, Column, Residents
from madoguchi.engines.eligibility.plans import ROLE

Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
_ABSENT = Column(0, 0, NEVER, 0, None)


@dataclass(frozen=True, slots=True)
class Day:
    """The program's slots on one day: ordinals since 1970 for births, 0 or 1 for spans of time."""

    today: date
    values: Ints
    is_birth: NDArray[np.bool_]

    @classmethod
    def of(cls, program: Program, today: date) -> "Day":
        """Return the values of all slots on a day."""
        spans = [isinstance(slot, Between) for slot in program.slots]
        values = [slot.on(today) - (0 if span else EPOCH) for slot, span in zip(program.slots, spans, strict=True)]
        return cls(today, np.array(values, dtype=np.int64), ~np.array(spans, dtype=np.bool_))


@dataclass(slots=True)
class Bound:
    """What a kernel needs for one partition. `codes` has one row per node used here: op and up to five numbers."""

    residents: Residents
    codes: Codes
    roots: Codes
    """True and false node of each rule, in turn."""
    schedule: Codes
    slots: Codes
    """The program's slot behind each position."""
    dated: Codes
    """Pairs: place in `literals`, slot: the guardian's birth against a day."""
    dated_offset: Ints
    literals: Ints
    tests: list["HouseholdTest"]
    counted: Words
    """Rows that are children, and all rows: what groups count."""
    wanted: Collection[str]
    """The columns that the program reads."""
    positions: Ints
    derived: Words
    """Two planes per household test."""

    def set_day(self, day: Day) -> None:
        """Move positions and dated literals to a day; the group bits are still those of the day before."""
        values = day.values[self.slots]
        births = np.searchsorted(self.residents.births, values, side="right")
        self.positions[:] = np.where(day.is_birth[self.slots], births, values * self.residents.words * 64)
        if len(self.dated):
            self.literals[self.dated[:, 0]] = day.values[self.dated[:, 1]] + 1 - self.dated_offset

    def judge_groups(self) -> Words:
        """Compute the bits of every household test from scratch; return its members' bits: tests × 2 × words."""
        inner = np.zeros((len(self.tests), 2, self.residents.words), dtype=np.uint64)
        for number in range(len(self.tests)):
            self.judge_group(number, inner)
        return inner

    def judge_group(self, number: int, inner: Words) -> None:
        """Compute the bits of one household test from scratch, and its members' bits into `inner`."""
        test, out, residents = self.tests[number], self.derived[2 * number : 2 * number + 2], self.residents
        if test.order_position >= 0:
            first, known = int(self.positions[test.order_position]), len(residents.births)
            groups.order_all(test.code, first, known, residents.starts, residents.members, self.counted[0], out)
            return
        self.run(test.schedule, test.roots, inner[number])
        counted = self.counted[0 if test.group is Group.CHILDREN else 1]
        groups.judge_all(
            test.code, residents.households, residents.starts, residents.members, counted, inner[number], out
        )

    def run(self, schedule: Codes, roots: Codes, out: Words | None = None) -> tuple[Words, Ints]:
        """Return roots × words of bits and how many are set in each."""
        nodes = len(self.codes)
        width = kernels.BLOCK_WORDS
        registers = np.empty((nodes + 2, width), dtype=np.uint64)
        work = np.zeros((3, nodes), dtype=np.int32)
        found = np.empty((len(roots), self.residents.words), dtype=np.uint64) if out is None else out
        counts = np.zeros(len(roots), dtype=np.int64)
        kernels.run(
            self.codes, schedule, roots, self.literals, self.positions, self.residents.planes, self.derived,
            self.residents.size, registers, work, found, counts,
        )  # fmt: skip
        return found, counts

    def cone(self, roots: Iterable[int]) -> Codes:
        """Return the nodes that roots need, operands first."""
        wanted: set[int] = set()
        stack = [int(root) for root in roots]
        while stack:
            node = stack.pop()
            if node not in wanted:
                wanted.add(node)
                if self.codes[node, 0] >= kernels.AND:
                    stack += (int(self.codes[node, 1]), int(self.codes[node, 2]))
        return np.array(sorted(wanted), dtype=np.int32)


@dataclass(frozen=True, slots=True)
class HouseholdTest:
    """A household test of the partition: its numbers, its inner condition's nodes, or the position that orders."""

    code: Codes
    group: Group
    roots: Codes
    schedule: Codes
    order_position: int


def bind(program: Program, pairs: Sequence[Pair], residents: Residents) -> Bound:
    """Bind a program's roots (one pair per rule) to a partition."""
    return _Binder(program, residents).bind(pairs)


class _Binder:
    def __init__(self, program: Program, residents: Residents) -> None:
        self.program = program
        self.residents = residents
        self.columns = [residents.columns.get(name, _ABSENT) for name in program.columns]
        self.lists = list(program.literals)
        self.group_list = list(program.groups)
        self.local: dict[int, int] = {}
        self.codes: list[tuple[int, int, int, int, int, int]] = []
        self.slots: dict[int, int] = {}
        self.literals: list[int] = []
        self.dated: list[tuple[int, int, int]] = []
        self.tests: dict[int, HouseholdTest] = {}

    def bind(self, pairs: Sequence[Pair]) -> Bound:
        nodes = self._reached(node for pair in pairs for node in pair)
        role = self.residents.columns.get(ROLE)
        roots = np.array([self.local[node] for pair in pairs for node in pair], dtype=np.int32)
        dated = np.array(self.dated, dtype=np.int64).reshape(-1, 3)
        return Bound(
            residents=self.residents,
            codes=np.array(self.codes, dtype=np.int32).reshape(-1, 6),
            roots=roots,
            schedule=np.array([self.local[node] for node in nodes], dtype=np.int32),
            slots=np.array(list(self.slots), dtype=np.int32),
            dated=dated[:, :2].astype(np.int32),
            dated_offset=dated[:, 2],
            literals=np.array(self.literals or [0], dtype=np.int64),
            tests=list(self.tests.values()),
            counted=np.stack([_children(self.residents, role), _everybody(self.residents)]),
            wanted=self.program.columns.keys(),
            positions=np.zeros(len(self.slots), dtype=np.int64),
            derived=np.zeros((2 * len(self.tests), self.residents.words), dtype=np.uint64),
        )

    def _reached(self, roots: Iterable[int]) -> list[int]:
        """Return the nodes that roots need, operands first, and give each a local number."""
        p = self.program
        wanted: set[int] = set()
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node not in wanted:
                wanted.add(node)
                if p.ops[node] >= Bit.AND and p.ops[node] != Bit.BORN:
                    stack += (p.a[node], p.b[node])
        nodes = sorted(wanted)
        for node in nodes:
            if node not in self.local:
                code = self._code(node)
                self.local[node] = len(self.codes)
                self.codes.append(code)
        return nodes

    def _code(self, node: int) -> tuple[int, int, int, int, int, int]:
        op, a, b = self.program.ops[node], self.program.a[node], self.program.b[node]
        if op in (Bit.PREFIX, Bit.TODAY):
            return (op, self._position(a), 0, 0, 0, 0)
        if op in (Bit.AND, Bit.OR, Bit.WITHOUT):
            return (op, self.local[a], self.local[b], 0, 0, 0)
        if op == Bit.GROUP:
            return (op, 2 * self._test(a) + b, 0, 0, 0, 0)
        if op in (Bit.ZERO, Bit.ONES):
            return (op, 0, 0, 0, 0, 0)
        return self._of_column(op, self.columns[a], b)

    def _of_column(self, op: int, column: Column, b: int) -> tuple[int, int, int, int, int, int]:
        known = (Bit.KNOWN, column.known, 0, 0, 0, 0)
        if op == Bit.KNOWN or column.known == NEVER:
            return known if op == Bit.KNOWN else (Bit.ZERO, 0, 0, 0, 0, 0)
        if op == Bit.BORN:
            self.dated.append((len(self.literals), b, column.offset))
            self.literals.append(0)
            return (Bit.LESS, column.first, column.bits, column.known, len(self.literals) - 1, 0)
        found = [column.local(value) for value in self.lists[b]]
        if op == Bit.LESS:
            self.literals.append(_clip(found[0], column))
            return (Bit.LESS, column.first, column.bits, column.known, len(self.literals) - 1, 0)
        inside = [value for value in found if value is not None and 0 <= value <= column.most]
        if not inside or column.bits == 0:
            return known if inside else (Bit.ZERO, 0, 0, 0, 0, 0)
        place = len(self.literals)
        self.literals += inside
        return (Bit.IN, column.first, column.bits, column.known, place, len(inside))

    def _position(self, slot: int) -> int:
        return self.slots.setdefault(slot, len(self.slots))

    def _test(self, number: int) -> int:
        """Return the place of a group's test here; its inner condition is bound first."""
        if number in self.tests:
            return list(self.tests).index(number)
        test = self.group_list[number]
        if isinstance(test, OrderTest):
            nothing = np.zeros(0, dtype=np.int32)
            code = groups.test_code("order", test.op, test.number)
            bound = HouseholdTest(code, Group.CHILDREN, nothing, nothing, self._position(test.slot))
        else:
            bound = self._member_test(test)
        self.tests[number] = bound
        return len(self.tests) - 1

    def _member_test(self, test: GroupTest) -> HouseholdTest:
        nodes = self._reached(test.inner)
        return HouseholdTest(
            groups.test_code(test.kind, test.op, test.number),
            test.group,
            np.array([self.local[node] for node in test.inner], dtype=np.int32),
            np.array([self.local[node] for node in nodes], dtype=np.int32),
            -1,
        )


def _clip(value: int | None, column: Column) -> int:
    return 0 if value is None else max(0, min(value, column.most + 1))


def _children(residents: Residents, role: Column | None) -> Words:
    code = None if role is None else role.local("子")
    if role is None or code is None or role.known == NEVER:
        return np.zeros(residents.words, dtype=np.uint64)
    bits = np.full(residents.words, kernels.ALL, dtype=np.uint64)
    for plane in range(role.bits):
        row = residents.planes[role.first + plane]
        bits &= row if (code >> plane) & 1 else ~row
    if role.known != ALWAYS:
        bits &= residents.planes[role.known]
    return bits & _everybody(residents)


def _everybody(residents: Residents) -> Words:
    rows = np.arange(residents.words * 64) < residents.size
    return np.packbits(rows, bitorder="little").view(np.uint64)
