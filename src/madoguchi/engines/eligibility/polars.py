"""Whole populations: a tree becomes one Polars expression over residents, null meaning unknown.

Columns are named as `plans` says. Rows of a household stand together, children eldest first; every member of a household
is in the frame. A column that is not there is unknown for everybody.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.cuts import latest_birth, latest_reached
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.plans import (
    AREA,
    CHILD,
    HOUSEHOLD,
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
from madoguchi.engines.eligibility.types import Op, TableVersion

if TYPE_CHECKING:
    import polars as pl

__all__ = ["HOUSEHOLD", "ROLE", "Plan", "compile_polars"]


def compile_polars(node: Node, plan: Plan) -> "pl.Expr":
    """Return a Boolean expression; null is unknown (Kleene logic)."""
    import polars as pl

    match node:
        case ast.And(items):
            return pl.all_horizontal([compile_polars(item, plan) for item in items])
        case ast.Or(items):
            return pl.any_horizontal([compile_polars(item, plan) for item in items])
        case ast.Not(item):
            return ~compile_polars(item, plan)
        case ast.Exists() | ast.Every() | ast.Count():
            return _group(node, plan)
        case ast.BirthOrder():
            return _birth_order(node, plan)
        case _:
            return _atom(node, plan)


def _unknown() -> "pl.Expr":
    import polars as pl

    return pl.lit(None, dtype=pl.Boolean)


def _column(attr: AttrRef, plan: Plan) -> "pl.Expr | None":
    import polars as pl

    name = column_of(attr, plan.subject)
    return pl.col(name) if name in plan.columns else None


def _atom(node: Node, plan: Plan) -> "pl.Expr":
    import polars as pl

    match node:
        case ast.Constant(value):
            return pl.lit(value)
        case ast.Flag(attr):
            return _or_unknown(_column(attr, plan), lambda column: column)
        case ast.Compare(attr, op, value):
            return _or_unknown(_column(attr, plan), lambda column: _compare(column, op, value))
        case ast.OneOf(attr, values):
            return _or_unknown(_column(attr, plan), lambda column: column.cast(pl.String).is_in(list(values)))
        case ast.Age(owner, measure, op, number):
            birth = _column(AttrRef(owner, BIRTH), plan)
            return _or_unknown(birth, lambda column: _age(column, measure, op, number, plan.today))
        case ast.Reached(owner, counting, months, op):
            birth = _column(AttrRef(owner, BIRTH), plan)
            return _or_unknown(birth, lambda column: _reached(column, counting, months, op, plan.today))
        case ast.AsOf(op, day):
            return _compare(pl.lit(plan.today), op, day)
        case ast.Limit():
            return _limit(node, plan)
        case _:
            return _lookup(node, plan)


def _lookup(node: Node, plan: Plan) -> "pl.Expr":
    import polars as pl

    match node:
        case ast.InTokyo():
            code = pl.col(AREA) if AREA in plan.columns else None
            return _or_unknown(code, lambda column: column.cast(pl.String).is_in(sorted(plan.rulebook.municipalities)))
        case ast.SubCondition(name):
            return _municipal(name, plan)
        case ast.Receives():
            parts = [_or_unknown(_column(attr, plan), lambda column: column) for attr in received(node)]
            return pl.any_horizontal(parts)
        case ast.Doses(_, _, op, number):
            return _or_unknown(_column(doses(node), plan), lambda column: _compare(column, op, number))
        case ast.Review():
            return _unknown()
        case _:
            raise TypeError(f"{type(node).__name__} has no Polars form. Teach `polars` how to judge it.")


def _municipal(name: str, plan: Plan) -> "pl.Expr":
    """Judge by the part of the plan's municipality, or of each household's own."""
    import polars as pl

    parts = plan.parts(name)
    if plan.municipality is not None or AREA not in plan.columns:
        part = parts.get(plan.municipality or "")
        return _unknown() if part is None else compile_polars(part, plan)
    answer = _unknown()
    for code, part in parts.items():
        answer = pl.when(pl.col(AREA).cast(pl.String) == code).then(compile_polars(part, plan)).otherwise(answer)
    return answer


def _or_unknown(column: "pl.Expr | None", make: "Callable[[pl.Expr], pl.Expr]") -> "pl.Expr":
    return _unknown() if column is None else make(column)


def _compare(column: "pl.Expr", op: Op, value: object) -> "pl.Expr":
    import polars as pl

    if isinstance(value, str):
        column = column.cast(pl.String)
    literal = pl.lit(value)
    forms = {
        Op.EQ: column.eq,
        Op.NE: column.ne,
        Op.LT: column.lt,
        Op.LE: column.le,
        Op.GT: column.gt,
        Op.GE: column.ge,
    }
    return forms[op](literal)


def _age(birth: "pl.Expr", measure: Measure, op: Op, number: int, today: date) -> "pl.Expr":
    at_least = birth <= latest_birth(measure, number, today)
    above = birth <= latest_birth(measure, number + 1, today)
    return _ordered(op, at_least, above)


def _reached(birth: "pl.Expr", counting: Counting, months: int, op: Op, today: date) -> "pl.Expr":
    at_least = birth <= latest_reached(counting, months, today)
    above = birth <= latest_reached(counting, months, today - timedelta(days=1))
    return _ordered(op, at_least, above)


def _ordered(op: Op, at_least: "pl.Expr", above: "pl.Expr") -> "pl.Expr":
    """Return the comparison that follows from “at least” and “above”."""
    forms = {
        Op.GE: at_least,
        Op.GT: above,
        Op.LT: ~at_least,
        Op.LE: ~above,
        Op.EQ: at_least & ~above,
        Op.NE: ~at_least | above,
    }
    return forms[op]


def _limit(node: ast.Limit, plan: Plan) -> "pl.Expr":
    import polars as pl

    table = plan.rulebook.tables.get(node.table)
    version = table.on(plan.today) if table else None
    amount = _column(node.attr, plan)
    if version is None or amount is None:
        return _unknown()
    by = _column(node.by, plan)
    count = pl.lit(None, dtype=pl.Int64) if by is None else by
    exact = _limit_at(version, count)
    low = pl.coalesce(exact, pl.lit(version.limit(0)))
    high = exact if version.step else pl.coalesce(exact, pl.lit(max(version.limits)))
    return _within(amount, node.op, low, high)


def _limit_at(version: TableVersion, count: "pl.Expr") -> "pl.Expr":
    import polars as pl

    last = len(version.limits) - 1
    limits = pl.Series(list(version.limits))
    inside = pl.lit(limits).gather(count.clip(0, last).fill_null(0)) if last else pl.lit(version.limits[0])
    beyond = (count - last).clip(0) * version.step
    return pl.when(count.is_not_null()).then(inside + beyond)


def _within(amount: "pl.Expr", op: Op, low: "pl.Expr", high: "pl.Expr") -> "pl.Expr":
    """Compare with a limit that lies between `low` and `high` (null = open)."""
    import polars as pl

    below, above = amount < low, amount > high
    not_above, not_below = amount <= low, amount >= high
    same = (low == high) & (amount == low)
    forms = {
        Op.LT: (below, not_below),
        Op.LE: (not_above, above),
        Op.GT: (above, not_above),
        Op.GE: (not_below, below),
        Op.EQ: (same, below.fill_null(False) | above.fill_null(False)),
        Op.NE: (below.fill_null(False) | above.fill_null(False), same),
    }
    yes, no = forms[op]
    return pl.when(yes).then(True).when(no).then(False)


def _group(node: GroupNode, plan: Plan) -> "pl.Expr":
    """Judge a group; what its condition says about who is judged is settled in that person's own row."""
    import polars as pl

    atom = outside(node)
    if atom is None:
        return _members(node, plan)
    if mixed(atom):
        return _group(settled(node, atom, UNKNOWN), plan)
    yes, no, maybe = (
        _group(settled(node, atom, answer), plan) for answer in (ast.Constant(True), ast.Constant(False), UNKNOWN)
    )
    own = compile_polars(atom, plan)
    return pl.when(own).then(yes).when(~own).then(no).otherwise(maybe)


def _members(node: GroupNode, plan: Plan) -> "pl.Expr":
    """Judge a group with three values: 0, 1, 2 per member, since any, all and sum of a column skip null."""
    import polars as pl

    code = compile_polars(node.condition, plan).cast(pl.Int8).mul(2).fill_null(1)
    # a column even where everybody counts: a bare literal would be one row long, whatever the size of the household
    everybody = pl.col(HOUSEHOLD).is_not_null()
    member = everybody if node.group is Group.MEMBERS else pl.col(ROLE).cast(pl.String) == CHILD
    mine = pl.when(member).then(code)
    if isinstance(node, ast.Exists):
        return _truth(mine.max().over(HOUSEHOLD).fill_null(0))
    if isinstance(node, ast.Every):
        return _truth(mine.min().over(HOUSEHOLD).fill_null(2))
    low = (mine == 2).sum().over(HOUSEHOLD).cast(pl.Int64)
    high = (mine >= 1).sum().over(HOUSEHOLD).cast(pl.Int64)
    return _between(low, high, node.op, node.number)


def _truth(code: "pl.Expr") -> "pl.Expr":
    import polars as pl

    return pl.when(code == 2).then(True).when(code == 0).then(False)


def _between(low: "pl.Expr", high: "pl.Expr", op: Op, number: int) -> "pl.Expr":
    """Compare a count that lies between `low` and `high` with a number."""
    import polars as pl

    forms = {
        Op.LT: (high < number, low >= number),
        Op.LE: (high <= number, low > number),
        Op.GT: (low > number, high <= number),
        Op.GE: (low >= number, high < number),
        Op.EQ: ((low == number) & (high == number), (high < number) | (low > number)),
        Op.NE: ((high < number) | (low > number), (low == number) & (high == number)),
    }
    yes, no = forms[op]
    return pl.when(yes).then(True).when(no).then(False)


def _birth_order(node: ast.BirthOrder, plan: Plan) -> "pl.Expr":
    import polars as pl

    if BIRTH not in plan.columns:
        return _unknown()
    birth, child = pl.col(BIRTH), pl.col(ROLE).cast(pl.String) == CHILD
    counted = (child & _age(birth, Measure.FISCAL, Op.LE, node.fiscal_age_limit, plan.today)).fill_null(False)
    before = (counted.cast(pl.Int64).cum_sum() - counted.cast(pl.Int64)).over(HOUSEHOLD)
    unknown = (child & birth.is_null()).cast(pl.Int64).sum().over(HOUSEHOLD)
    others = child.cast(pl.Int64).sum().over(HOUSEHOLD) - 1
    low = pl.when(birth.is_null()).then(1).otherwise(before + 1)
    high = pl.when(birth.is_null()).then(others + 1).otherwise(before + 1 + unknown)
    return _between(low, high, node.op, node.number)
