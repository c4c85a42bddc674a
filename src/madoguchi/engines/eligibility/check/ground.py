"""Turns a tree into the plain formula of one household that is tried out: groups are written out member by member.

A clause that only a person can judge, and a municipal part that is not given, may come out either way here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.check.births import Threshold
from madoguchi.engines.eligibility.check.formula import (
    FALSE,
    TRUE,
    AsOfDay,
    Born,
    Bound,
    Choice,
    Elder,
    Formula,
    Variable,
    Within,
    all_of,
    any_of,
    at_least,
)
from madoguchi.engines.eligibility.check.scope import HOUSEHOLD, OPPOSITE, People, Scope
from madoguchi.engines.eligibility.scalar import MUNICIPALITY, Rulebook
from madoguchi.engines.eligibility.types import Op, Owner

MOST = 10**15
"""Above every number that a fact can be."""
BIRTH = "生年月日"
RECEIVES, DOSES, REVIEW, PART, LIMIT, DAY = "受給:", "接種:", "要確認:", "自治体条件:", "限度額:", "日付:"
"""What a variable is that is no plain attribute; the part after the mark is its name."""
IN_TOKYO = "都内:"
_CODE = AttrRef(Owner.HOUSEHOLD, MUNICIPALITY)
_DEEPEST_PART = 5


def written_out(node: Node, rulebook: Rulebook, area: frozenset[str] | None, depth: int = 0) -> Node:
    """Return the tree with each municipal part (自治体条件) replaced by what the municipalities give for it."""
    again = partial(written_out, rulebook=rulebook, area=area, depth=depth)
    match node:
        case ast.And(items):
            return ast.And(tuple(again(item) for item in items))
        case ast.Or(items):
            return ast.Or(tuple(again(item) for item in items))
        case ast.Not(item):
            return ast.Not(again(item))
        case ast.Exists(group, condition):
            return ast.Exists(group, again(condition))
        case ast.Every(group, condition):
            return ast.Every(group, again(condition))
        case ast.Count(group, condition, op, number):
            return ast.Count(group, again(condition), op, number)
        case ast.SubCondition(name) if depth < _DEEPEST_PART:
            return _given(name, rulebook, area, depth + 1) or node
        case _:
            return node


def _given(name: str, rulebook: Rulebook, area: frozenset[str] | None, depth: int) -> Node | None:
    found = {
        code: part
        for (part_name, code), part in rulebook.subconditions.items()
        if part_name == name and (area is None or code in area)
    }
    if not found:
        return None
    branches: list[Node] = [
        ast.And((ast.Compare(_CODE, Op.EQ, code), written_out(part, rulebook, area, depth)))
        for code, part in sorted(found.items())
    ]
    open_part = ast.And((ast.Not(ast.OneOf(_CODE, tuple(sorted(found)))), ast.SubCondition(name)))
    return ast.Or((*branches, open_part))


def mentioned(nodes: Iterable[Node]) -> Mapping[str, frozenset[str]]:
    """Return attribute name → the words that trees compare it with."""
    words: dict[str, set[str]] = defaultdict(set)
    for part in (part for node in nodes for part in ast.walk(node)):
        if isinstance(part, ast.Compare) and isinstance(part.value, str):
            words[part.attr.name].add(part.value)
        elif isinstance(part, ast.OneOf):
            words[part.attr.name].update(part.values)
    return {name: frozenset(values) for name, values in words.items()}


@dataclass(frozen=True, slots=True)
class Grounding:
    """One household, with the meaning of every atom in it. `twin` names facts that are told apart by a mark."""

    scope: Scope
    people: People
    words: Mapping[str, frozenset[str]]
    twin: frozenset[tuple[Owner, str]] = field(default_factory=frozenset)

    def formula(self, node: Node, holds: bool, member: str = "") -> Formula:
        """Return the formula that says that a tree holds, or that it does not."""
        match node:
            case ast.Constant(value):
                return TRUE if value == holds else FALSE
            case ast.And(items) | ast.Or(items):
                join = all_of if isinstance(node, ast.And) == holds else any_of
                return join([self.formula(item, holds, member) for item in items])
            case ast.Not(item):
                return self.formula(item, not holds, member)
            case ast.Exists(group, condition):
                return self._count(group, condition, Op.GE if holds else Op.LT, 1)
            case ast.Every(group, condition):
                return self._count(group, ast.Not(condition), Op.LT if holds else Op.GE, 1)
            case ast.Count(group, condition, op, number):
                return self._count(group, condition, op if holds else OPPOSITE[op], number)
            case ast.BirthOrder():
                return self._birth_order(node, node.op if holds else OPPOSITE[node.op])
            case _:
                return self._atom(node, holds, member)

    def _count(self, group: Group, condition: Node, op: Op, number: int) -> Formula:
        members = self.people.children if group is Group.CHILDREN else self.people.members
        yes = [self.formula(condition, True, member) for member in members]
        no = [self.formula(condition, False, member) for member in members]
        return _counted(yes, no, op, number)

    def _birth_order(self, node: ast.BirthOrder, op: Op) -> Formula:
        too_old = Threshold(Measure.FISCAL, node.fiscal_age_limit + 1)
        others = [child for child in self.people.children if child != self.people.judged]
        yes = [all_of([Born(other, too_old, True), Elder(other, False)]) for other in others]
        no = [any_of([Born(other, too_old, False), Elder(other, True)]) for other in others]
        return _counted(yes, no, op, node.number - 1)

    def _variable(self, attr: AttrRef, member: str) -> Variable:
        mark = "′" if (attr.owner, attr.name) in self.twin else ""
        return self.people.slot(attr.owner, member), attr.name + mark

    def _born(self, owner: Owner, member: str) -> str:
        return self.people.slot(owner, member) + ("′" if (owner, BIRTH) in self.twin else "")

    def _atom(self, node: Node, holds: bool, member: str) -> Formula:
        match node:
            case ast.Flag(attr):
                return Choice(self._variable(attr, member), frozenset({holds}))
            case ast.Compare(attr, op, value):
                return self._comparison(attr, op if holds else OPPOSITE[op], value, member)
            case ast.OneOf(attr, values):
                return self._one_of(attr, frozenset(values), holds, member)
            case ast.InTokyo() if not self.scope.rulebook.municipalities:
                return Choice((HOUSEHOLD, IN_TOKYO), frozenset({holds}))
            case ast.InTokyo():
                return self._one_of(_CODE, self.scope.rulebook.municipalities, holds, member)
            case ast.Age(owner, measure, op, number):
                return _aged(self._born(owner, member), measure, op if holds else OPPOSITE[op], number)
            case ast.Reached():
                return _reached(self._born(node.owner, member), node, node.op if holds else OPPOSITE[node.op])
            case ast.AsOf(op, day):
                return _interval(AsOfDay, op if holds else OPPOSITE[op], day.toordinal())
            case ast.Limit():
                return self._limit(node, node.op if holds else OPPOSITE[node.op], member)
            case _:
                return self._named(node, holds, member)

    def _named(self, node: Node, holds: bool, member: str) -> Formula:
        answer: frozenset[str | bool] = frozenset({holds})
        match node:
            case ast.Receives(Owner.EITHER, programme):
                both = [ast.Receives(owner, programme) for owner in (Owner.SELF, Owner.APPLICANT)]
                return (any_of if holds else all_of)([self._named(one, holds, member) for one in both])
            case ast.Receives(owner, programme):
                return Choice((self.people.slot(owner, member), RECEIVES + programme), answer)
            case ast.Doses(owner, series, op, number):
                variable = self.people.slot(owner, member), DOSES + series
                return _number(variable, op if holds else OPPOSITE[op], number)
            case ast.SubCondition(name):
                return Choice(("", PART + name), answer)
            case ast.Review(identifier, _):
                return Choice((member, REVIEW + identifier), answer)
            case _:
                raise TypeError(f"{type(node).__name__} cannot be checked. Teach `ground` how.")

    def _comparison(self, attr: AttrRef, op: Op, value: int | str | date, member: str) -> Formula:
        if isinstance(value, str):
            return self._one_of(attr, frozenset({value}), op is Op.EQ, member)
        if isinstance(value, int):
            return _number(self._variable(attr, member), op, value)
        if attr.name != BIRTH:
            slot, name = self._variable(attr, member)
            return _number((slot, DAY + name), op, value.toordinal())
        return _born(self._born(attr.owner, member), op, value.toordinal())

    def _one_of(self, attr: AttrRef, values: frozenset[str], holds: bool, member: str) -> Formula:
        every = self.scope.values(attr.name, self.words.get(attr.name, frozenset()))
        allowed = every & values if holds else every - values
        return Choice(self._variable(attr, member), allowed) if allowed else FALSE

    def _limit(self, node: ast.Limit, op: Op, member: str) -> Formula:
        amount, by = self._variable(node.attr, member), self._variable(node.by, member)
        if node.table not in self.scope.rulebook.tables:
            return Choice((amount[0], f"{LIMIT}{amount[1]}{op}{node.table}"), frozenset({True}))
        below = partial(Bound, amount, by, node.table, True)
        above = partial(Bound, amount, by, node.table, False)
        match op:
            case Op.LT | Op.LE:
                return below(-(op is Op.LT))
            case Op.GT | Op.GE:
                return above(int(op is Op.GT))
            case Op.EQ:
                return all_of([below(0), above(0)])
            case _:
                return any_of([below(-1), above(1)])


def _counted(yes: list[Formula], no: list[Formula], op: Op, number: int) -> Formula:
    def at_most(most: int) -> Formula:
        return FALSE if most < 0 else at_least(no, len(no) - most)

    match op:
        case Op.GE | Op.GT:
            return at_least(yes, number + (op is Op.GT))
        case Op.LE | Op.LT:
            return at_most(number - (op is Op.LT))
        case Op.EQ:
            return all_of([at_least(yes, number), at_most(number)])
        case _:
            return any_of([at_least(yes, number + 1), at_most(number - 1)])


def _interval(make: Callable[[int, int], Formula], op: Op, number: int) -> Formula:
    match op:
        case Op.EQ:
            return make(number, number)
        case Op.NE:
            return any_of([_interval(make, Op.LT, number), _interval(make, Op.GT, number)])
        case Op.GE | Op.GT:
            return make(number + (op is Op.GT), MOST)
        case _:
            low_is_beyond = number - (op is Op.LT) < 0
            return FALSE if low_is_beyond else make(0, number - (op is Op.LT))


def _number(variable: Variable, op: Op, number: int) -> Formula:
    return _interval(partial(Within, variable), op, number)


def _born(slot: str, op: Op, ordinal: int) -> Formula:
    match op:
        case Op.LE | Op.LT:
            return Born(slot, ordinal - (op is Op.LT), False)
        case Op.GE | Op.GT:
            return Born(slot, ordinal - (op is Op.GE), True)
        case Op.EQ:
            return all_of([_born(slot, Op.LE, ordinal), _born(slot, Op.GE, ordinal)])
        case _:
            return any_of([_born(slot, Op.LT, ordinal), _born(slot, Op.GT, ordinal)])


def _aged(slot: str, measure: Measure, op: Op, number: int) -> Formula:
    """An age of n is reached by everybody born at or before a last date; a younger age by those after it."""
    reached, beyond = Threshold(measure, number), Threshold(measure, number + 1)
    match op:
        case Op.GE | Op.LT:
            return Born(slot, reached, op is Op.LT)
        case Op.GT | Op.LE:
            return Born(slot, beyond, op is Op.LE)
        case Op.EQ:
            return all_of([Born(slot, reached, False), Born(slot, beyond, True)])
        case _:
            return any_of([Born(slot, reached, True), Born(slot, beyond, False)])


def _reached(slot: str, node: ast.Reached, op: Op) -> Formula:
    """The as-of day lies on or after the day of an age: the birth date lies at or before a last date."""
    counting: Counting = node.counting
    on, before = Threshold(counting, node.months), Threshold(counting, node.months, before=True)
    match op:
        case Op.GE | Op.LT:
            return Born(slot, on, op is Op.LT)
        case Op.GT | Op.LE:
            return Born(slot, before, op is Op.LE)
        case Op.EQ:
            return all_of([Born(slot, on, False), Born(slot, before, True)])
        case _:
            return any_of([Born(slot, on, True), Born(slot, before, False)])
