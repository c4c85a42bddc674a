"""The same verdicts by ordinary means, for comparison in the same run: Polars, DuckDB and plain numpy bitmaps."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from _population import frame_of

from madoguchi.engines.eligibility import Rule, Rulebook, ast
from madoguchi.engines.eligibility.columnar.binding import Day
from madoguchi.engines.eligibility.columnar.matching import Compiled
from madoguchi.engines.eligibility.columnar.program import Bit


def polars_counts(
    file: Path, rules: Sequence[Rule], rulebook: Rulebook, today: date, columns: set[str]
) -> tuple[Any, float]:
    """Return (true, false) per rule of one municipality and the seconds of judging, verdicts materialised."""
    from madoguchi.engines.eligibility.plans import Plan
    from madoguchi.engines.eligibility.polars import compile_polars

    frame = frame_of(file, columns)
    local = [rule for rule in rules if rule.covers(file.stem)]
    begun = time.perf_counter()
    import polars as pl

    expressions = []
    for rule in local:
        plan = Plan(today, rulebook, rule.subject, file.stem, frozenset(frame.columns))
        role = {"児童": "子", "世帯": "世帯主"}.get(rule.subject.value)
        concerned = pl.lit(True) if role is None else pl.col("続柄").cast(pl.String) == role
        expressions.append((compile_polars(rule.node, plan) & concerned).alias(rule.id))
    found = frame.lazy().select(expressions).collect()
    seconds = time.perf_counter() - begun
    counts = {name: (int(found[name].sum() or 0), int((~found[name]).sum() or 0)) for name in found.columns}
    return counts, seconds


def duckdb_counts(
    file: Path, rules: Sequence[Rule], rulebook: Rulebook, today: date, columns: set[str]
) -> tuple[Any, float]:
    """Return (true, false) per rule of one municipality by SQL text, verdicts materialised as a table."""
    import duckdb

    from madoguchi.engines.eligibility import Subject
    from madoguchi.engines.eligibility.plans import Plan
    from madoguchi.engines.eligibility.sql import Dialect, compile_sql

    frame = frame_of(file, columns)
    local = [rule for rule in rules if rule.covers(file.stem)]
    database = duckdb.connect(config={"threads": 2})
    database.register("frame", frame.to_arrow())
    database.execute("CREATE TABLE residents AS SELECT * FROM frame")
    plan = Plan(today, rulebook, Subject.PERSON, file.stem, frozenset(frame.columns))
    statement = compile_sql(local, plan, Dialect.DUCKDB)
    begun = time.perf_counter()
    database.execute(f"CREATE TABLE verdicts AS {statement}")
    seconds = time.perf_counter() - begun
    sums = ", ".join(f'sum(("{rule.id}")::INT), sum((NOT "{rule.id}")::INT)' for rule in local)
    row = database.execute(f"SELECT {sums} FROM verdicts").fetchone() or ()  # noqa: S608 # own names
    return {rule.id: (row[2 * n] or 0, row[2 * n + 1] or 0) for n, rule in enumerate(local)}, seconds


class Numpy:
    """Plain numpy: every distinct part once as packed bytes per municipality, whole columns at a time."""

    def __init__(self, compiled: Compiled, today: date) -> None:
        self.program = compiled.program
        self.compiled = compiled
        self.day = Day.of(compiled.program, today)

    def counts(self, file: Path) -> tuple[Any, float]:
        """Return (true, false) per rule of one municipality and the seconds of judging."""
        frame = frame_of(file, set(self.compiled.columns))
        self.columns = {name: _plain(frame[name]) for name in frame.columns}
        self.size = frame.height
        self.households = frame["世帯番号"].to_numpy() - frame["世帯番号"].min()
        self.child = (frame["続柄"].cast(str) == "子").to_numpy()
        self.done: dict[int, Any] = {}
        begun = time.perf_counter()
        pairs = self.compiled.pairs(file.stem)
        found = {name: (self.bits(true), self.bits(false)) for name, (true, false) in pairs.items()}
        seconds = time.perf_counter() - begun
        count = {name: tuple(int(np.bitwise_count(side).sum()) for side in sides) for name, sides in found.items()}
        return count, seconds

    def bits(self, node: int) -> Any:
        """Return the packed bits of a node, computed once."""
        if node not in self.done:
            self.done[node] = self._bits(node)
        return self.done[node]

    def _bits(self, node: int) -> Any:
        op, a, b = Bit(self.program.ops[node]), self.program.a[node], self.program.b[node]
        if op is Bit.AND:
            return self.bits(a) & self.bits(b)
        if op is Bit.OR:
            return self.bits(a) | self.bits(b)
        if op is Bit.WITHOUT:
            return self.bits(a) & ~self.bits(b)
        if op is Bit.GROUP:
            return np.packbits(self._group(a)[b])
        return np.packbits(self._leaf(op, a, b))

    def _leaf(self, op: Bit, a: int, b: int) -> Any:
        if op in (Bit.ZERO, Bit.ONES):
            return np.full(self.size, op is Bit.ONES)
        if op is Bit.TODAY:
            return np.full(self.size, bool(self.day.values[a]))
        if op is Bit.PREFIX:
            values, known = self.columns["生年月日"]
            return known & (values <= self.day.values[a])
        name = list(self.program.columns)[a]
        if name not in self.columns:
            return np.zeros(self.size, dtype=bool)
        values, known = self.columns[name]
        if op is Bit.KNOWN:
            return known
        if op is Bit.BORN:
            return known & (values <= self.day.values[b])
        literal = list(self.program.literals)[b]
        if op is Bit.LESS:
            return known & (values < literal[0])
        return known & np.isin(values, literal) if len(literal) > 1 else known & (values == literal[0])

    def _group(self, number: int) -> Any:
        test = list(self.program.groups)[number]
        true, false = (np.unpackbits(self.bits(node))[: self.size].astype(bool) for node in test.inner)
        member = self.child if test.group is ast.Group.CHILDREN else np.ones(self.size, dtype=bool)
        homes = int(self.households.max()) + 1
        yes = np.bincount(self.households[true & member], minlength=homes)
        maybe = np.bincount(self.households[~true & ~false & member], minlength=homes)
        if test.kind == "exists":
            holds, fails = yes > 0, (yes == 0) & (maybe == 0)
        else:  # the synthetic registry only asks for “at least”
            holds, fails = yes >= test.number, yes + maybe < test.number
        return holds[self.households], fails[self.households]


def _plain(series: Any) -> tuple[Any, Any]:
    import polars as pl

    known = series.is_not_null().to_numpy()
    if series.dtype in (pl.Enum, pl.String, pl.Categorical):
        return series.cast(pl.String).fill_null("").to_numpy().astype("U8"), known
    return series.to_physical().fill_null(0).to_numpy(), known
