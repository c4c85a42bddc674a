"""Judges one household: a tree is turned once into nested functions, then called per person.

The answer is a Truth. Facts that are missing stay unknown; adding facts never turns true into false or back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from madoguchi.engines.eligibility import ast, dates
from madoguchi.engines.eligibility.ast import AttrRef, Group, Measure, Node
from madoguchi.engines.eligibility.facts import (
    ALL_SERIES,
    RECEIVED,
    UNKNOWN_PERSON,
    VACCINATED,
    Household,
    Person,
    Value,
)
from madoguchi.engines.eligibility.types import Band, IncomeTable, Op, Owner, Truth

FALSE, UNKNOWN, TRUE = int(Truth.FALSE), int(Truth.UNKNOWN), int(Truth.TRUE)
_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge,
}  # fmt: skip
_AGE = {Measure.YEARS: dates.age_years, Measure.MONTHS: dates.age_months, Measure.FISCAL: dates.fiscal_age}
MUNICIPALITY = "自治体コード"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What a pack adds to conditions: income tables, municipal parts and the municipalities of the metropolis."""

    tables: Mapping[str, IncomeTable] = field(default_factory=dict)
    subconditions: Mapping[tuple[str, str], Node] = field(default_factory=dict)
    """(name, municipality code) → tree."""
    municipalities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One person of one household on one day, as a condition sees them."""

    today: date
    household: Household
    person: Person
    rulebook: Rulebook
    member: Person = UNKNOWN_PERSON

    def of(self, owner: Owner) -> Mapping[str, Value]:
        """Return the facts of an owner."""
        if owner is Owner.SELF:
            return self.person.facts
        if owner is Owner.HOUSEHOLD:
            return self.household.facts
        return self.household.applicant.facts if owner is Owner.APPLICANT else self.member.facts


Test = Callable[[Case], int]


def evaluate(node: Node, case: Case) -> Truth:
    """Return whether the condition holds for the person of the case."""
    return Truth(compiled(node)(case))


@lru_cache(maxsize=20_000)
def compiled(node: Node) -> Test:
    """Return a function that judges a case by the tree."""
    match node:
        case ast.And(items):
            return _all_of([compiled(item) for item in items])
        case ast.Or(items):
            return _any_of([compiled(item) for item in items])
        case ast.Not(item):
            inner = compiled(item)
            return lambda case: 2 - inner(case)
        case ast.Exists() | ast.Every() | ast.Count() | ast.BirthOrder():
            return _group(node)
        case _:
            return _atom(node)


def _all_of(tests: list[Test]) -> Test:
    def judge(case: Case) -> int:
        result = TRUE
        for test in tests:
            value = test(case)
            if value < result:
                if value == FALSE:
                    return FALSE
                result = value
        return result

    return judge


def _any_of(tests: list[Test]) -> Test:
    def judge(case: Case) -> int:
        result = FALSE
        for test in tests:
            value = test(case)
            if value > result:
                if value == TRUE:
                    return TRUE
                result = value
        return result

    return judge


def _atom(node: Node) -> Test:
    match node:
        case ast.Constant(value):
            return lambda case: TRUE if value else FALSE
        case ast.Flag(attr):
            return _flag(attr)
        case ast.Compare(attr, op, value):
            return _comparison(attr, op, value)
        case ast.OneOf(attr, values):
            return _one_of(attr, frozenset(values))
        case ast.Age(owner, measure, op, number):
            return _age(owner, measure, op, number)
        case ast.Reached():
            return _reached(node)
        case ast.AsOf(op, day):
            return lambda case: TRUE if _COMPARE[op](case.today, day) else FALSE
        case ast.Limit():
            return _limit(node)
        case _:
            return _lookup(node)


def _lookup(node: Node) -> Test:
    match node:
        case ast.InTokyo():
            return _in_tokyo
        case ast.Receives(owner, programme):
            return _receives(owner, programme)
        case ast.Doses():
            return _doses(node)
        case ast.SubCondition(name):
            return _subcondition(name)
        case ast.Review():
            return lambda case: UNKNOWN
        case _:
            raise TypeError(f"{type(node).__name__} cannot be judged. Teach `scalar` how.")


def _flag(attr: AttrRef) -> Test:
    def judge(case: Case) -> int:
        value = case.of(attr.owner).get(attr.name)
        return UNKNOWN if value is None else TRUE if value is True else FALSE

    return judge


def _comparison(attr: AttrRef, op: Op, bound: int | str | date) -> Test:
    compare = _COMPARE[op]

    def judge(case: Case) -> int:
        value = case.of(attr.owner).get(attr.name)
        if value is None:
            return UNKNOWN
        if isinstance(value, Band):
            return compare_bands(value, op, Band(int(bound), int(bound))) if isinstance(bound, int) else UNKNOWN
        return TRUE if compare(value, bound) else FALSE

    return judge


def _one_of(attr: AttrRef, values: frozenset[str]) -> Test:
    def judge(case: Case) -> int:
        value = case.of(attr.owner).get(attr.name)
        return UNKNOWN if value is None else TRUE if value in values else FALSE

    return judge


def _age(owner: Owner, measure: Measure, op: Op, number: int) -> Test:
    compare, count = _COMPARE[op], _AGE[measure]

    def judge(case: Case) -> int:
        birth = case.of(owner).get("生年月日")
        if not isinstance(birth, date):
            return UNKNOWN
        return TRUE if compare(count(birth, case.today), number) else FALSE

    return judge


def _reached(node: ast.Reached) -> Test:
    compare = _COMPARE[node.op]
    day_of = dates.attained_on if node.counting is ast.Counting.ATTAINED else dates.anniversary

    def judge(case: Case) -> int:
        birth = case.of(node.owner).get("生年月日")
        if not isinstance(birth, date):
            return UNKNOWN
        return TRUE if compare(case.today, day_of(birth, node.months)) else FALSE

    return judge


def _in_tokyo(case: Case) -> int:
    code = case.household.facts.get(MUNICIPALITY)
    return UNKNOWN if code is None else TRUE if code in case.rulebook.municipalities else FALSE


def _as_band(value: Value | None) -> Band:
    if isinstance(value, Band):
        return value
    return Band(value, value) if isinstance(value, int) else Band()


def _limit(node: ast.Limit) -> Test:
    def judge(case: Case) -> int:
        table = case.rulebook.tables.get(node.table)
        version = table.on(case.today) if table else None
        if version is None:
            return UNKNOWN
        amount = _as_band(case.of(node.attr.owner).get(node.attr.name))
        count = _as_band(case.of(node.by.owner).get(node.by.name))
        low = version.limit(count.low or 0)
        high = version.limit(count.high) if count.high is not None else None if version.step else max(version.limits)
        return compare_bands(amount, node.op, Band(low, high))

    return judge


def compare_bands(left: Band, op: Op, right: Band) -> int:
    """Compare two intervals; a definite answer only when every pair of values gives it."""
    below = left.high is not None and right.low is not None and left.high < right.low
    above = left.low is not None and right.high is not None and left.low > right.high
    not_above = left.high is not None and right.low is not None and left.high <= right.low
    not_below = left.low is not None and right.high is not None and left.low >= right.high
    same = left.low is not None and left.low == left.high == right.low == right.high
    truth: dict[Op, tuple[bool, bool]] = {
        Op.LT: (below, not_below),
        Op.LE: (not_above, above),
        Op.GT: (above, not_above),
        Op.GE: (not_below, below),
        Op.EQ: (same, below or above),
        Op.NE: (below or above, same),
    }
    yes, no = truth[op]
    return TRUE if yes else FALSE if no else UNKNOWN


def _receives(owner: Owner, programme: str) -> Test:
    owners = (Owner.SELF, Owner.APPLICANT) if owner is Owner.EITHER else (owner,)

    def judge(case: Case) -> int:
        best = FALSE
        for who in owners:
            received = case.of(who).get(RECEIVED)
            best = max(best, UNKNOWN if not isinstance(received, frozenset) else 2 * (programme in received))
        return best

    return judge


def _doses(node: ast.Doses) -> Test:
    bound = Band(node.number, node.number)

    def judge(case: Case) -> int:
        record = case.of(node.owner).get(VACCINATED)
        if not isinstance(record, Mapping):
            return UNKNOWN
        doses = record.get(node.series, 0 if ALL_SERIES in record else None)
        return UNKNOWN if doses is None else compare_bands(_as_band(doses), node.op, bound)

    return judge


def _subcondition(name: str) -> Test:
    def judge(case: Case) -> int:
        code = case.household.facts.get(MUNICIPALITY)
        part = case.rulebook.subconditions.get((name, str(code)))
        return UNKNOWN if part is None else compiled(part)(case)

    return judge


def _group(node: Node) -> Test:
    if isinstance(node, ast.BirthOrder):
        return _birth_order(node)
    if not isinstance(node, ast.Exists | ast.Every | ast.Count):
        raise TypeError(f"{type(node).__name__} is no group. Teach `scalar` how to judge it.")
    members = _members_of(node)
    if isinstance(node, ast.Exists):
        return lambda case: max((value for value, sure in members(case)), default=FALSE)
    if isinstance(node, ast.Every):
        return lambda case: min((value if sure else max(UNKNOWN, value) for value, sure in members(case)), default=TRUE)
    return _count(members, node.op, node.number)


def _members_of(node: ast.Exists | ast.Every | ast.Count) -> Callable[[Case], list[tuple[int, bool]]]:
    """Return a function that judges each member; one that may not exist at all is at most unknown and not sure."""
    test = compiled(node.condition)
    children = node.group is Group.CHILDREN
    every = isinstance(node, ast.Every)

    def judge(case: Case) -> list[tuple[int, bool]]:
        household = case.household
        members = household.children if children else household.members
        found = [(test(replace(case, member=member)), True) for member in members]
        if not (household.children_complete if children else household.members_complete):
            value = test(replace(case, member=UNKNOWN_PERSON if children else household.rest))
            found.append((value if every else min(UNKNOWN, value), False))
        return found

    return judge


def _count(members: Callable[[Case], list[tuple[int, bool]]], op: Op, number: int) -> Test:
    def judge(case: Case) -> int:
        found = members(case)
        low = sum(value == TRUE for value, _ in found)
        open_ended = any(value == UNKNOWN and not sure for value, sure in found)
        high = None if open_ended else low + sum(value == UNKNOWN for value, _ in found)
        return compare_bands(Band(low, high), op, Band(number, number))

    return judge


def _birth_order(node: ast.BirthOrder) -> Test:
    def judge(case: Case) -> int:
        own = case.person.facts.get("生年月日")
        low = high = 1
        after_own = False
        for child in case.household.children:
            if child is case.person:
                after_own = True
                continue
            birth = child.facts.get("生年月日")
            if not isinstance(birth, date) or not isinstance(own, date):
                high += 1
            elif (birth < own or (birth == own and not after_own)) and dates.fiscal_age(
                birth, case.today
            ) <= node.fiscal_age_limit:
                low, high = low + 1, high + 1
        top = high if case.household.children_complete else None
        return compare_bands(Band(low, top), node.op, Band(node.number, node.number))

    return judge
