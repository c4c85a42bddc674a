"""Runs compiled SQL over the residents of a frame and compares every answer with the scalar one."""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Subject, Truth, evaluate, to_text
from madoguchi.engines.eligibility.plans import ROLE_OF, Plan
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.sql import Dialect, compile_sql
from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.strategies import TODAY, WIDE_RULEBOOK, households, nodes

ANSWER = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
Run = Callable[[str, pl.DataFrame], dict[str, list[Any]]]


def plan_for(columns: Sequence[str], municipality: str | None = None) -> Plan:
    return Plan(TODAY, WIDE_RULEBOOK, Subject.PERSON, municipality, frozenset(columns))


def by_column(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def on_duckdb(text: str, frame: pl.DataFrame) -> dict[str, list[Any]]:
    """Run a statement on DuckDB; return 住民番号 and the rules' columns, ordered by 住民番号."""
    with duckdb.connect() as database:
        database.register("residents", frame)
        rows = sorted(database.execute(text).fetchall())
        return by_column([column[0] for column in database.description], rows)


def disagreements(
    trees: Sequence[Node], homes: Sequence[Household], subject: Subject, dialect: Dialect, run: Run
) -> Any:
    """Return the first (condition, household, person) whose answer is not the scalar one, None when all agree."""
    frame, people = frame_of([complete(home) for home in homes])
    rules = [Rule(str(number), "x", subject, node) for number, node in enumerate(trees)]
    text = compile_sql(rules, plan_for(frame.columns), dialect)
    columns = run(text, frame)
    for number, node in enumerate(trees):
        for row, role in enumerate(frame["続柄"]):
            judged = role == ROLE_OF.get(subject, role)
            truth = evaluate(node, Case(TODAY, *people[row], WIDE_RULEBOOK)) if judged else Truth.FALSE
            if ANSWER[columns[str(number)][row]] is not truth:
                return to_text(node), people[row], truth
    return None


def check_agreement(subject: Subject, dialect: Dialect, run: Run, *, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(nodes(subject, whole_language=True), min_size=4, max_size=8),
        st.lists(households(), min_size=1, max_size=15),
    )
    def agree(trees: list[Node], homes: list[Household]) -> None:
        assert disagreements(trees, homes, subject, dialect, run) is None

    agree()
