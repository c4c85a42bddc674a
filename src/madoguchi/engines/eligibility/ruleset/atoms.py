"""Turns an atom into a function that judges it for all columns of a household at once.

Common atoms have a short way of their own; every other one asks the scalar back end column by column, so that there is
one meaning only. An atom about the member of a group is judged like one about the person: a column is a column.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Node
from madoguchi.engines.eligibility.explain import attributes
from madoguchi.engines.eligibility.facts import ALL_SERIES, VACCINATED
from madoguchi.engines.eligibility.ruleset.scene import BIRTH, Scene
from madoguchi.engines.eligibility.scalar import compiled
from madoguchi.engines.eligibility.types import Op, Owner

Judge = Callable[[Scene], int]
_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge,
}  # fmt: skip
_ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE)
_SHARED = {Owner.APPLICANT, Owner.HOUSEHOLD}


def owners(node: Node) -> set[Owner]:
    """Return whose facts a tree looks at, the insides of groups left out."""
    found: set[Owner] = set()
    for part in ast.atoms(node):
        found.update(attr.owner for attr in attributes(part))
        if isinstance(part, ast.BirthOrder | ast.SubCondition):
            found.add(Owner.SELF)
        if isinstance(part, ast.Exists | ast.Every | ast.Count):
            found |= owners(part.condition) - {Owner.MEMBER}
    return found


def as_person(node: Node) -> Node:
    """Return an atom about the member of a group as the same atom about the person of a column."""
    changes: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if value is Owner.MEMBER:
            changes[item.name] = Owner.SELF
        elif isinstance(value, AttrRef) and value.owner is Owner.MEMBER:
            changes[item.name] = AttrRef(Owner.SELF, value.name)
    return replace(node, **changes) if changes else node


def names(node: Node) -> frozenset[str] | None:
    """Return the attributes that decide an atom, the insides of groups included; None = possibly any."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.SubCondition):
            return None
        found.update(attr.name for attr in attributes(part))
        if isinstance(part, ast.BirthOrder):
            found.add(BIRTH)
    return frozenset(found)


def own_attribute(atom: Node) -> str:
    """Return the attribute of the person that alone decides an atom, or an empty text."""
    found = attributes(atom)
    return found[0].name if len(found) == 1 and found[0].owner is Owner.SELF else ""


def turns_with_time(node: Node) -> bool:
    """Tell whether the calendar alone can change an atom."""
    timed = ast.Age | ast.Reached | ast.AsOf | ast.BirthOrder | ast.Limit | ast.SubCondition
    return any(isinstance(part, timed) for part in ast.walk(node))


def judge_of(atom: Node) -> Judge:
    """Return the function that judges an atom for every column."""
    match atom:
        case ast.Constant() | ast.InTokyo() | ast.AsOf() | ast.Review():
            return _once(atom)
        case ast.Flag(attr) if attr.owner is Owner.SELF:
            return _flag(attr.name)
        case ast.OneOf(attr, values) if attr.owner is Owner.SELF:
            return _one_of(attr.name, frozenset(values))
        case ast.Compare(attr, op, str() as text) if attr.owner is Owner.SELF:
            return _text(attr.name, op, text)
        case ast.Age(Owner.SELF):
            return _age(atom)
        case ast.Reached(Owner.SELF, ast.Counting.ATTAINED, _, op) if op in _ORDERED:
            return _reached(atom)
        case ast.Doses(Owner.SELF):
            return _doses(atom)
        case ast.Limit(attr, _, _, by) if attr.owner is Owner.SELF and by.owner is Owner.SELF:
            return _limit(atom)
        case _:
            mentioned = owners(atom)
            return _once(atom) if mentioned and mentioned <= _SHARED else _each(atom)


def _once(atom: Node) -> Judge:
    test = compiled(atom)
    return lambda scene: scene.shape.same(test(scene.cases[0]))


def _each(atom: Node) -> Judge:
    test = compiled(atom)

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for case in scene.cases:
            truth = test(case)
            if truth:
                maybe |= bit
                if truth == 2:
                    sure |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _flag(name: str) -> Judge:
    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for value in scene.values(name):
            if value is True:
                sure |= bit
                maybe |= bit
            elif value is None:
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _one_of(name: str, texts: frozenset[str]) -> Judge:
    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for value in scene.values(name):
            if value is None:
                maybe |= bit
            elif value in texts:
                sure |= bit
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _text(name: str, op: Op, text: str) -> Judge:
    """Judge a comparison with a text; a band against a text says nothing, as in the scalar back end."""
    compare = _COMPARE[op]
    slow = _each(ast.Compare(AttrRef(Owner.SELF, name), op, text))

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for value in scene.values(name):
            if value is None:
                maybe |= bit
            elif type(value) is not str:
                return slow(scene)
            elif compare(value, text):
                sure |= bit
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _age(atom: ast.Age) -> Judge:
    compare, measure, number = _COMPARE[atom.op], atom.measure, atom.number

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for age in scene.ages(measure):
            if age is None:
                maybe |= bit
            elif compare(age, number):
                sure |= bit
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _reached(atom: ast.Reached) -> Judge:
    """Judge the as-of date against a day of law: an age in months is reached from that day on, passed the day after."""
    months, eve = atom.months, atom.op in (Op.GT, Op.LE)
    holds_from_then_on = atom.op in (Op.GE, Op.GT)

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for age in scene.months_on_the_eve() if eve else scene.ages(ast.Measure.MONTHS):
            if age is None:
                maybe |= bit
            elif (age >= months) is holds_from_then_on:
                sure |= bit
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _doses(atom: ast.Doses) -> Judge:
    compare, series, number = _COMPARE[atom.op], atom.series, atom.number
    slow = _each(atom)

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        for record in scene.values(VACCINATED):
            doses = record.get(series, 0 if ALL_SERIES in record else None) if isinstance(record, Mapping) else None
            if doses is None:
                maybe |= bit
            elif type(doses) is not int:
                return slow(scene)
            elif compare(doses, number):
                sure |= bit
                maybe |= bit
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge


def _limit(atom: ast.Limit) -> Judge:
    compare, amount_name, count_name = _COMPARE[atom.op], atom.attr.name, atom.by.name
    test = compiled(atom)

    def judge(scene: Scene) -> int:
        sure = maybe = 0
        bit = 1
        version = scene.table_version(atom.table)
        amounts, counts = scene.values(amount_name), scene.values(count_name)
        for column, (amount, count) in enumerate(zip(amounts, counts, strict=True)):
            if amount is None or version is None:
                truth = 1
            elif type(amount) is int and type(count) is int:
                truth = 2 * compare(amount, version.limit(count))
            else:
                truth = test(scene.cases[column])
            sure |= bit * (truth == 2)
            maybe |= bit * (truth != 0)
            bit <<= 1
        return sure | maybe << scene.shape.width

    return judge
