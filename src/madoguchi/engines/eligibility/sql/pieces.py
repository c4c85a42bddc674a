"""The small pieces of SQL trees: columns, literals, connectives, comparisons with what is only known to lie in a span.

Every function returns a tree that nobody else holds, so that it may be put into another one without copying. They know
no condition.
"""

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from madoguchi.engines.eligibility.types import Op

Sql = exp.Expr
_COMPARE: dict[Op, type[exp.Binary]] = {
    Op.EQ: exp.EQ, Op.NE: exp.NEQ, Op.LT: exp.LT, Op.LE: exp.LTE, Op.GT: exp.GT, Op.GE: exp.GTE,
}  # fmt: skip
_OPPOSITE = {Op.LT: Op.GE, Op.LE: Op.GT, Op.GT: Op.LE, Op.GE: Op.LT}


def column(name: str) -> exp.Column:
    """Return a column by its name."""
    return exp.column(name, quoted=True)


def text(value: str) -> Sql:
    """Return a text literal."""
    return exp.Literal.string(value)


def truth(value: bool) -> Sql:
    """Return TRUE or FALSE."""
    return exp.Boolean(this=value)


def unknown() -> Sql:
    """Return a NULL that is a Boolean."""
    return exp.cast(exp.Null(), "boolean")


def literal(value: int | str | date) -> Sql:
    """Return a literal of a whole number, a text or a date."""
    if isinstance(value, date):
        return exp.cast(text(value.isoformat()), "date")
    return exp.Literal.number(value) if isinstance(value, int) else text(value)


def all_of(items: Sequence[Sql]) -> Sql:
    """Join by AND."""
    return exp.and_(*items, copy=False)


def any_of(items: Sequence[Sql]) -> Sql:
    """Join by OR."""
    return exp.or_(*items, copy=False)


def opposite(item: Sql) -> Sql:
    """Return NOT of a truth."""
    return exp.not_(item, copy=False)


def is_null(item: Sql) -> Sql:
    """Tell whether a value is not known."""
    return exp.Is(this=item, expression=exp.Null())


def compare(left: Sql, op: Op, right: Sql | int | str | date) -> Sql:
    """Return a comparison; plain values become literals."""
    return _COMPARE[op](this=left, expression=right if isinstance(right, exp.Expr) else literal(right))


def case(*branches: tuple[Sql, Sql], of: Sql | None = None, otherwise: Sql | None = None) -> Sql:
    """Return CASE with its branches; `of` is the value that the branches are compared with."""
    return exp.Case(this=of, ifs=[exp.If(this=test, true=answer) for test, answer in branches], default=otherwise)


def or_else(value: Sql, default: Sql | int) -> Sql:
    """Return a value, or the default where it is NULL."""
    return exp.Coalesce(this=value, expressions=[literal(default) if isinstance(default, int) else default])


def one_if(test: Sql) -> Sql:
    """Return 1 where a test is true, else 0."""
    return case((test, literal(1)), otherwise=literal(0))


def one_of(value: Sql, texts: Sequence[str]) -> Sql:
    """Tell whether a value is one of several texts."""
    if not texts:  # IN () is no SQL: what is known is none of nothing
        return case((opposite(is_null(value)), truth(False)))
    return exp.In(this=value, expressions=[text(item) for item in texts])


def within(value: Sql, op: Op, low: Sql, high: Sql) -> Sql:
    """Compare a value with one that lies between `low` and `high` (NULL = open): TRUE, FALSE, else unknown."""
    if op in (Op.EQ, Op.NE):
        same = all_of([compare(low, Op.EQ, high), compare(value, Op.EQ, low.copy())])
        other = any_of([compare(value.copy(), Op.LT, low.copy()), compare(value.copy(), Op.GT, high.copy())])
        return case((same, truth(op is Op.EQ)), (other, truth(op is Op.NE)))
    yes, no = (low, high) if op in (Op.LT, Op.LE) else (high, low)
    surely = compare(value, op, yes)
    never = compare(value.copy(), _OPPOSITE[op], no)
    return case((surely, truth(True)), (never, truth(False)))
