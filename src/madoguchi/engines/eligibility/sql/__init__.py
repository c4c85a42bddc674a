"""Other engines: conditions become one SQL statement over a table of residents, with a Boolean column per rule.

NULL is unknown, as in SQL's own logic. The statement is built as a sqlglot tree and printed in a dialect, never pasted
from text. Nothing here runs it; the table is laid out and named as `plans` says.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from sqlglot import exp

from madoguchi.engines.eligibility.plans import AREA, HOUSEHOLD, KEYS, PERSON, ROLE, ROLE_OF, Plan, columns_read
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.sql import pieces as p
from madoguchi.engines.eligibility.sql.pieces import Sql
from madoguchi.engines.eligibility.sql.trees import truth_of
from madoguchi.engines.eligibility.types import Op

__all__ = ["POSTGRES_NAME_BYTES", "Dialect", "compile_sql"]
POSTGRES_NAME_BYTES = 63


class Dialect(StrEnum):
    """The engines whose SQL can be written."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    POSTGRES = "postgres"
    TRINO = "trino"


def compile_sql(rules: Sequence[Rule], plan: Plan, dialect: Dialect, *, table: Sequence[str] = ("residents",)) -> str:
    """Return one SELECT: 住民番号 and per rule in force a Boolean column of the rule's id (NULL = unknown).

    Rows that are not of the rule's subject, or outside its area, are FALSE; the subject is each rule's own, not the
    plan's. With a municipality only its residents are selected. `table` is a name with its schema and catalogue before.
    Raise ValueError for a table without name or key columns, an id that comes twice, a name that PostgreSQL would cut.
    """
    _refuse_lacking_keys(plan)
    _refuse_repeated_ids(rules)
    current = [rule for rule in rules if rule.in_force(plan.today)]
    answers = [exp.alias_(_answer(rule, plan), rule.id, quoted=True, copy=False) for rule in current]
    query = exp.Select(expressions=[p.column(PERSON), *answers], from_=exp.From(this=_named(table)))
    if plan.municipality is not None and AREA in plan.columns:
        query.set("where", exp.Where(this=p.compare(p.column(AREA), Op.EQ, plan.municipality)))
    if dialect is Dialect.POSTGRES:
        _refuse_long_names(query)
    query.add_comments([f" {line} " for line in _remarks(rules, current, plan)])
    return query.sql(dialect=dialect.value, identify=True, pretty=True, copy=False)


def _answer(rule: Rule, plan: Plan) -> Sql:
    """Return the rule's answer for rows of its subject in its area, FALSE for all others."""
    parts: list[Sql] = []
    role = ROLE_OF.get(rule.subject)
    if role is not None:
        parts.append(p.compare(p.column(ROLE), Op.EQ, role))
    if rule.area is not None:
        parts.append(_covered(rule.area, plan))
    return p.all_of([*parts, truth_of(rule.node, replace(plan, subject=rule.subject))])


def _covered(area: frozenset[str], plan: Plan) -> Sql:
    """A household whose municipality is not known is outside every area, as `Rule.covers` has it."""
    if plan.municipality is not None:
        return p.truth(plan.municipality in area)
    if AREA not in plan.columns:
        return p.truth(False)
    return p.or_else(p.one_of(p.column(AREA), sorted(area)), p.truth(False))


def _named(table: Sequence[str]) -> exp.Table:
    if not 1 <= len(table) <= 3:
        raise ValueError(f"{'.'.join(table)!r} is no table. Name it as table, schema.table or catalogue.schema.table.")
    names = [exp.to_identifier(part, quoted=True) for part in reversed(table)]
    return exp.Table(**dict(zip(("this", "db", "catalog"), names, strict=False)))


def _remarks(rules: Sequence[Rule], current: Sequence[Rule], plan: Plan) -> Iterator[str]:
    yield f"{len(current)} rules on {plan.today}: TRUE 対象, NULL 対象の可能性, FALSE 対象外"
    left_out = [rule.id for rule in rules if not rule.in_force(plan.today)]
    if left_out:
        yield "Not in force on that day, left out: " + ", ".join(left_out)
    lacking = sorted(columns_read(current, plan.rulebook) - plan.columns)
    if lacking:
        yield "Not in the table, unknown for everybody: " + ", ".join(lacking)


def _refuse_lacking_keys(plan: Plan) -> None:
    if lacking := sorted(KEYS - plan.columns):
        raise ValueError(
            f"The table of residents has no column {', '.join(lacking)}: nobody could be told apart or put into a "
            f"household. Add it; {PERSON}, {HOUSEHOLD} and {ROLE} are always needed."
        )


def _refuse_repeated_ids(rules: Sequence[Rule]) -> None:
    counts = Counter(rule.id for rule in rules)
    if repeated := sorted(key for key, count in counts.items() if count > 1):
        raise ValueError(f"{', '.join(repeated)} is given more than once. An id names a column: give each rule once.")


def _refuse_long_names(query: exp.Select) -> None:
    names = {found.name for found in query.find_all(exp.Identifier)}
    if long := sorted(name for name in names if len(name.encode()) > POSTGRES_NAME_BYTES):
        raise ValueError(
            f"PostgreSQL cuts names after {POSTGRES_NAME_BYTES} bytes and would mix up {', '.join(long)}. "
            "Leave out the rules that name it, or write for another engine."
        )
