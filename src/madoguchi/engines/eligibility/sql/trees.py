"""Turns the tree of a condition into a SQL tree, atom by atom; NULL is unknown throughout.

Groups become window functions over the household. What a table does not have is unknown for everybody.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlglot import exp

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.cuts import latest_birth, latest_reached
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.plans import (
    AREA,
    CHILD,
    HOUSEHOLD,
    PERSON,
    ROLE,
    UNKNOWN,
    GroupNode,
    Plan,
    column_of,
    doses,
    mixed,
    outside,
    received,
    settled,
)
from madoguchi.engines.eligibility.sql import pieces as p
from madoguchi.engines.eligibility.sql.pieces import Sql
from madoguchi.engines.eligibility.types import Op, Owner, TableVersion

_FLIPPED = {Op.EQ: Op.EQ, Op.NE: Op.NE, Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}


def truth_of(node: Node, plan: Plan) -> Sql:
    """Return the truth of a condition for each row of the plan's subject."""
    match node:
        case ast.And(items):
            return p.all_of([truth_of(item, plan) for item in items])
        case ast.Or(items):
            return p.any_of([truth_of(item, plan) for item in items])
        case ast.Not(item):
            return p.opposite(truth_of(item, plan))
        case ast.Exists() | ast.Every() | ast.Count():
            return _group(node, plan)
        case ast.BirthOrder():
            return _read(AttrRef(Owner.SELF, BIRTH), plan, lambda birth: _birth_order(birth, node, plan.today))
        case _:
            return _atom(node, plan)


def _read(attr: AttrRef, plan: Plan, make: Callable[[Sql], Sql]) -> Sql:
    """Return what is made of a column, unknown where the table does not have it."""
    name = column_of(attr, plan.subject)
    return make(p.column(name)) if name in plan.columns else p.unknown()


def _atom(node: Node, plan: Plan) -> Sql:
    match node:
        case ast.Constant(value):
            return p.truth(value)
        case ast.Flag(attr):
            return _read(attr, plan, lambda column: column)
        case ast.Compare(attr, op, value):
            return _read(attr, plan, lambda column: p.compare(column, op, value))
        case ast.OneOf(attr, values):
            return _read(attr, plan, lambda column: p.one_of(column, values))
        case ast.Age(owner, measure, op, number):
            return _read(AttrRef(owner, BIRTH), plan, lambda birth: _age(birth, measure, op, number, plan.today))
        case ast.Reached(owner, counting, months, op):
            return _read(AttrRef(owner, BIRTH), plan, lambda birth: _reached(birth, counting, months, op, plan.today))
        case ast.AsOf(op, day):
            return p.compare(p.literal(plan.today), op, day)
        case ast.Limit():
            return _limit(node, plan)
        case _:
            return _lookup(node, plan)


def _lookup(node: Node, plan: Plan) -> Sql:
    match node:
        case ast.InTokyo():
            known = sorted(plan.rulebook.municipalities)
            return p.one_of(p.column(AREA), known) if AREA in plan.columns else p.unknown()
        case ast.SubCondition(name):
            return _municipal(name, plan)
        case ast.Receives():
            return p.any_of([_read(attr, plan, lambda column: column) for attr in received(node)])
        case ast.Doses(_, _, op, number):
            return _read(doses(node), plan, lambda column: p.compare(column, op, number))
        case ast.Review():
            return p.unknown()
        case _:
            raise TypeError(f"{type(node).__name__} has no SQL form. Teach `sql.trees` how to write it.")


def _municipal(name: str, plan: Plan) -> Sql:
    """Judge by the part of the plan's municipality, or of each household's own; no part is unknown."""
    parts = plan.parts(name)
    if plan.municipality is not None or AREA not in plan.columns:
        part = parts.get(plan.municipality or "")
        return p.unknown() if part is None else truth_of(part, plan)
    branches = [(p.text(code), truth_of(part, plan)) for code, part in parts.items()]
    return p.case(*branches, of=p.column(AREA)) if branches else p.unknown()


# --- ages
def _age(birth: Sql, measure: Measure, op: Op, number: int, today: date) -> Sql:
    return _ordered(birth, op, latest_birth(measure, number, today), latest_birth(measure, number + 1, today))


def _reached(birth: Sql, counting: Counting, months: int, op: Op, today: date) -> Sql:
    yesterday = today - timedelta(days=1)
    return _ordered(birth, op, latest_reached(counting, months, today), latest_reached(counting, months, yesterday))


def _ordered(birth: Sql, op: Op, at_least: date, above: date) -> Sql:
    """Return a comparison of ages as one of births: the latest birth days of those at least that old, and older."""
    up_to, after = Op.LE, Op.GT
    forms = {
        Op.GE: [(up_to, at_least)],
        Op.GT: [(up_to, above)],
        Op.LT: [(after, at_least)],
        Op.LE: [(after, above)],
        Op.EQ: [(up_to, at_least), (after, above)],
        Op.NE: [(after, at_least), (up_to, above)],
    }
    tests = [p.compare(birth.copy(), side, day) for side, day in forms[op]]
    return p.any_of(tests) if op is Op.NE else p.all_of(tests)


# --- income tables
def _limit(node: ast.Limit, plan: Plan) -> Sql:
    table = plan.rulebook.tables.get(node.table)
    version = table.on(plan.today) if table else None
    amount, by = column_of(node.attr, plan.subject), column_of(node.by, plan.subject)
    if version is None or amount not in plan.columns:
        return p.unknown()
    lowest = p.literal(version.limit(0))
    highest = exp.Null() if version.step else p.literal(max(version.limits))
    if by not in plan.columns:
        return p.within(p.column(amount), node.op, lowest, highest)
    exact = _limit_at(version, p.column(by))
    high = exact.copy() if version.step else p.or_else(exact.copy(), highest)
    return p.within(p.column(amount), node.op, p.or_else(exact, lowest), high)


def _limit_at(version: TableVersion, count: Sql) -> Sql:
    """Return the limit in yen at a number of dependants, NULL where that number is not known."""
    last = len(version.limits) - 1
    listed = [(p.compare(count.copy(), Op.LE, n), p.literal(limit)) for n, limit in enumerate(version.limits)]
    beyond = p.literal(version.limits[last])
    if version.step:
        more = exp.Paren(this=exp.Sub(this=count.copy(), expression=p.literal(last)))
        beyond = exp.Add(this=beyond, expression=exp.Mul(this=more, expression=p.literal(version.step)))
    return p.case(*listed, (p.compare(count, Op.GT, last), beyond))


# --- groups
def _group(node: GroupNode, plan: Plan) -> Sql:
    """Judge a group; what its condition says about who is judged is settled in that person's own row."""
    atom = outside(node)
    if atom is None:
        return _members(node, plan)
    if mixed(atom):
        return _group(settled(node, atom, UNKNOWN), plan)
    answers = (ast.Constant(True), ast.Constant(False), UNKNOWN)
    yes, no, maybe = (_group(settled(node, atom, answer), plan) for answer in answers)
    return p.case((p.truth(True), yes), (p.truth(False), no), of=truth_of(atom, plan), otherwise=maybe)


def _members(node: GroupNode, plan: Plan) -> Sql:
    """Judge with a code 0, 1, 2 per member, since bool_or, bool_and and EXISTS skip NULL."""
    code = p.case(
        (p.truth(True), p.literal(2)),
        (p.truth(False), p.literal(0)),
        of=truth_of(node.condition, plan),
        otherwise=p.literal(1),
    )
    mine = code if node.group is Group.MEMBERS else p.case((_is_child(), code))
    if isinstance(node, ast.Exists):
        return _decoded(_over(exp.Max(this=mine)), nobody=0)
    if isinstance(node, ast.Every):
        return _decoded(_over(exp.Min(this=mine)), nobody=2)
    sure, possible = _number_of(p.compare(mine, Op.EQ, 2)), _number_of(p.compare(mine.copy(), Op.GE, 1))
    return p.within(p.literal(node.number), _FLIPPED[node.op], sure, possible)


def _is_child() -> Sql:
    return p.compare(p.column(ROLE), Op.EQ, CHILD)


def _over(value: Sql) -> Sql:
    return exp.Window(this=value, partition_by=[p.column(HOUSEHOLD)])


def _number_of(test: Sql) -> Sql:
    return _over(exp.Sum(this=p.one_if(test)))


def _decoded(code: Sql, *, nobody: int) -> Sql:
    """Turn a code of 0, 1, 2 into a truth; a household without such members has the code `nobody`."""
    branches = ((p.literal(2), p.truth(True)), (p.literal(0), p.truth(False)))
    return p.case(*branches, of=p.or_else(code, nobody))


def _birth_order(birth: Sql, node: ast.BirthOrder, today: date) -> Sql:
    """Count the children born before; of equal births the one with the lower 住民番号 comes first."""
    counted = p.all_of([_is_child(), _age(birth, Measure.FISCAL, Op.LE, node.fiscal_age_limit, today)])
    first = exp.Add(this=p.or_else(_before(exp.Sum(this=p.one_if(counted))), 0), expression=p.literal(1))
    undated = _number_of(p.all_of([_is_child(), p.is_null(birth.copy())]))
    last = exp.Add(this=first.copy(), expression=undated)
    low = p.case((p.is_null(birth.copy()), p.literal(1)), otherwise=first)
    high = p.case((p.is_null(birth.copy()), _number_of(_is_child())), otherwise=last)
    return p.within(p.literal(node.number), _FLIPPED[node.op], low, high)


def _before(value: Sql) -> Sql:
    order = exp.Order(expressions=[exp.Ordered(this=p.column(BIRTH)), exp.Ordered(this=p.column(PERSON))])
    rows = exp.WindowSpec(
        kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=p.literal(1), end_side="PRECEDING"
    )
    return exp.Window(this=value, partition_by=[p.column(HOUSEHOLD)], order=order, spec=rows)
