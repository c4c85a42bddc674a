"""Turns conditions into bits of a `Program`: each tree becomes a pair (true, false).

Follows the scalar back end to the letter for complete households; it reads columns named as the Polars frame names them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Measure, Node
from madoguchi.engines.eligibility.columnar.program import (
    AgeCut,
    Between,
    FixedCut,
    GroupTest,
    OrderTest,
    Pair,
    Program,
    ReachedCut,
    Slot,
)
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.plans import (
    AREA,
    ROLE,
    ROLE_OF,
    UNKNOWN,
    GroupNode,
    column_of,
    doses,
    mixed,
    outside,
    received,
    settled,
)
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import Rulebook
from madoguchi.engines.eligibility.types import Op, Owner, Subject, TableVersion


@dataclass(slots=True)
class Lowering:
    """Adds conditions to a program. `most_dependants` bounds what income tables are looked up at."""

    rulebook: Rulebook
    most_dependants: int
    program: Program = field(default_factory=Program)
    _done: dict[tuple[Node, Subject, str | None], Pair] = field(default_factory=dict)

    def rule(self, rule: Rule, municipality: str | None) -> Pair:
        """Return the bits of a programme: rows that it does not concern and days out of force are false."""
        p = self.program
        local = any(isinstance(part, ast.SubCondition) for part in ast.walk(rule.node))
        true, false = self.pair(rule.node, rule.subject, municipality if local else None)
        role = ROLE_OF.get(rule.subject)
        concerned = p.ones if role is None else p.one_of(ROLE, (role,))
        concerned = p.both(concerned, p.today(Between(rule.effective_from, rule.effective_to)))
        return p.both(true, concerned), p.either(false, p.without(p.ones, concerned))

    def pair(self, node: Node, subject: Subject, municipality: str | None) -> Pair:
        """Return the bits of a tree; `municipality` is None where none of its parts is municipal."""
        key = (node, subject, municipality)
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self._lower(node, subject, municipality)
        return found

    def _lower(self, node: Node, subject: Subject, municipality: str | None) -> Pair:
        p = self.program
        match node:
            case ast.And(items):
                parts = [self.pair(item, subject, municipality) for item in items]
                return p.all_of([true for true, _ in parts]), p.any_of([false for _, false in parts])
            case ast.Or(items):
                parts = [self.pair(item, subject, municipality) for item in items]
                return p.any_of([true for true, _ in parts]), p.all_of([false for _, false in parts])
            case ast.Not(item):
                true, false = self.pair(item, subject, municipality)
                return false, true
            case ast.SubCondition(name):
                part = self.rulebook.subconditions.get((name, municipality or ""))
                return (p.zero, p.zero) if part is None else self.pair(part, subject, municipality)
            case ast.Exists() | ast.Every() | ast.Count():
                return self._group(node, subject, municipality)
            case _:
                return self._atom(node, subject)

    def _group(self, node: GroupNode, subject: Subject, municipality: str | None) -> Pair:
        """Judge a group; what its condition says about who is judged is settled in that person's own row."""
        atom = outside(node)
        if atom is None:
            return self._members(node, subject, municipality)
        if mixed(atom):
            return self._group(settled(node, atom, UNKNOWN), subject, municipality)
        p = self.program
        true, false = self.pair(atom, subject, municipality)
        unknown = p.without(p.ones, p.either(true, false))
        answers = ((true, ast.Constant(True)), (false, ast.Constant(False)), (unknown, UNKNOWN))
        found = [(own, self._group(settled(node, atom, answer), subject, municipality)) for own, answer in answers]
        return (
            p.any_of([p.both(own, pair[0]) for own, pair in found]),
            p.any_of([p.both(own, pair[1]) for own, pair in found]),
        )

    def _members(self, node: GroupNode, subject: Subject, municipality: str | None) -> Pair:
        inner = self.pair(node.condition, subject, municipality)
        if isinstance(node, ast.Count):
            return self.program.group(GroupTest(node.group, inner, "count", node.op, node.number))
        return self.program.group(GroupTest(node.group, inner, "exists" if isinstance(node, ast.Exists) else "every"))

    def _atom(self, node: Node, subject: Subject) -> Pair:
        p = self.program
        match node:
            case ast.Constant(value):
                return (p.ones, p.zero) if value else (p.zero, p.ones)
            case ast.Flag(attr):
                return self._one_of(column_of(attr, subject), (True,))
            case ast.OneOf(attr, values):
                return self._one_of(column_of(attr, subject), values)
            case ast.Compare(attr, op, value):
                return self._compare(column_of(attr, subject), op, value)
            case ast.Age(owner, measure, op, number):
                return self._ordered(op, AgeCut(measure, number), AgeCut(measure, number + 1), owner, subject)
            case ast.Reached(owner, counting, months, op):
                reached = (ReachedCut(counting, months, 0), ReachedCut(counting, months, 1))
                return self._ordered(op, *reached, owner, subject)
            case ast.AsOf(op, day):
                return self._as_of(op, day)
            case ast.InTokyo():
                return self._one_of(AREA, tuple(self.rulebook.municipalities))
            case ast.BirthOrder(limit, op, number):
                return p.group(OrderTest(p.slot(AgeCut(Measure.FISCAL, limit + 1)), op, number))
            case _:
                return self._lookup(node, subject)

    def _lookup(self, node: Node, subject: Subject) -> Pair:
        p = self.program
        match node:
            case ast.Limit():
                return self._limit(node, subject)
            case ast.Receives():
                parts = [self._one_of(column_of(attr, subject), (True,)) for attr in received(node)]
                return p.any_of([true for true, _ in parts]), p.all_of([false for _, false in parts])
            case ast.Doses(_, _, op, number):
                return self._compare(column_of(doses(node), subject), op, number)
            case ast.Review():
                return p.zero, p.zero
            case _:
                raise TypeError(f"{type(node).__name__} has no bits. Teach `columnar.lowering` how to judge it.")

    def _split(self, column: str, true: int) -> Pair:
        return true, self.program.without(self.program.known(column), true)

    def _one_of(self, column: str, values: tuple[object, ...]) -> Pair:
        return self._split(column, self.program.one_of(column, values))

    def _compare(self, column: str, op: Op, value: object) -> Pair:
        if column == BIRTH and isinstance(value, date):
            return self._order(op, None, FixedCut(_day_before(value)), FixedCut(value))
        if op in (Op.EQ, Op.NE):
            true, false = self._one_of(column, (value,))
            return (true, false) if op is Op.EQ else (false, true)
        if not isinstance(value, int | date):
            raise TypeError(f"{column} {op} {value!r}: only numbers and dates have an order. Use = or <>.")
        bound = _after(value) if op in (Op.LE, Op.GT) else value
        true, false = self._split(column, self.program.less(column, bound))
        return (true, false) if op in (Op.LT, Op.LE) else (false, true)

    def _ordered(self, op: Op, at_least: Slot, above: Slot, owner: Owner, subject: Subject) -> Pair:
        """Return the comparison that follows from “at least” and “above”: both are births up to a day."""
        column = column_of(AttrRef(owner, BIRTH), subject)
        later_first = {Op.GE: Op.LE, Op.GT: Op.LT, Op.LT: Op.GT, Op.LE: Op.GE, Op.EQ: Op.EQ, Op.NE: Op.NE}
        return self._order(later_first[op], None if column == BIRTH else column, above, at_least)

    def _order(self, op: Op, column: str | None, below: Slot, up_to: Slot) -> Pair:
        """Return a birth compared with a day, given the births below it and up to it; None is the sorted column."""
        p = self.program
        known = p.known(column or BIRTH)
        less, at_most = p.born_by(column, below), p.born_by(column, up_to)
        true = {
            Op.LT: less,
            Op.LE: at_most,
            Op.GE: p.without(known, less),
            Op.GT: p.without(known, at_most),
            Op.EQ: p.without(at_most, less),
            Op.NE: p.either(less, p.without(known, at_most)),
        }[op]
        return true, p.without(known, true)

    def _as_of(self, op: Op, day: date) -> Pair:
        before, after = _day_before(day), _next_day(day)
        bounds = {
            Op.GE: (day, None), Op.GT: (after, None), Op.LE: (None, day), Op.LT: (None, before),
            Op.EQ: (day, day), Op.NE: (day, day),
        }[op]  # fmt: skip
        within = self.program.today(Between(*bounds))
        outside = self.program.without(self.program.ones, within)
        return (outside, within) if op is Op.NE else (within, outside)

    def _limit(self, node: ast.Limit, subject: Subject) -> Pair:
        """Return the comparison under the version of the day; a day in a hole of the table is unknown."""
        p = self.program
        table = self.rulebook.tables.get(node.table)
        trues, falses = [], []
        for version in table.versions if table else ():
            valid = p.today(Between(version.start, version.end))
            true, false = _LimitBits(
                p, column_of(node.attr, subject), column_of(node.by, subject), version, self.most_dependants
            ).compare(node.op)
            trues.append(p.both(valid, true))
            falses.append(p.both(valid, false))
        return p.any_of(trues), p.any_of(falses)


@dataclass(frozen=True, slots=True)
class _LimitBits:
    """An amount against a limit that is exact where the dependants are known and a span where they are not."""

    program: Program
    amount: str
    by: str
    version: TableVersion
    most: int

    def compare(self, op: Op) -> Pair:
        low, high = self._lowest, self._highest
        below, not_above = self._test(self._under, low), self._test(self._up_to, low)
        above, not_below = self._test(self._over, high), self._test(self._from, high)
        if op in (Op.LT, Op.LE, Op.GT, Op.GE):
            return {
                Op.LT: (below, not_below),
                Op.LE: (not_above, above),
                Op.GT: (above, not_above),
                Op.GE: (not_below, below),
            }[op]
        same = self._test(self._equal, low if low == high else None)
        different = self.program.either(below, above)
        return (same, different) if op is Op.EQ else (different, same)

    @property
    def _lowest(self) -> int:
        return self.version.limit(0)

    @property
    def _highest(self) -> int | None:
        return None if self.version.step else max(self.version.limits)

    def _test(self, make: Callable[[int], int], otherwise: int | None) -> int:
        """Return the test at each number of dependants, and at `otherwise` where that number is not known."""
        p = self.program
        by_limit: dict[int, list[int]] = {}
        for number in range(self.most + 1):
            by_limit.setdefault(self.version.limit(number), []).append(number)
        parts = [p.both(self._dependants(numbers), make(limit)) for limit, numbers in by_limit.items()]
        if otherwise is not None:
            parts.append(p.without(make(otherwise), p.known(self.by)))
        return p.any_of(parts)

    def _dependants(self, numbers: list[int]) -> int:
        p = self.program
        runs = [number for number, later in pairwise([*numbers, numbers[-1] + 2]) if later != number + 1]
        if len(runs) > 1:
            return p.one_of(self.by, tuple(numbers))
        low, high = numbers[0], numbers[-1]
        up_to = p.known(self.by) if high >= self.most else p.less(self.by, high + 1)
        return up_to if low == 0 else p.without(up_to, p.less(self.by, low))

    def _under(self, limit: int) -> int:
        return self.program.less(self.amount, limit)

    def _up_to(self, limit: int) -> int:
        return self.program.less(self.amount, limit + 1)

    def _from(self, limit: int) -> int:
        return self.program.without(self.program.known(self.amount), self._under(limit))

    def _over(self, limit: int) -> int:
        return self.program.without(self.program.known(self.amount), self._up_to(limit))

    def _equal(self, limit: int) -> int:
        return self.program.without(self._up_to(limit), self._under(limit))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _after(value: int | date) -> int | date:
    return _next_day(value) if isinstance(value, date) else value + 1
