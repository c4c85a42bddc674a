"""Spark: the SQL text of every rule of the pack, run by Spark and by DuckDB over Parquet, held against Polars row by row.

BENCH_RESIDENTS synthetic residents (1,000,000 when not set), all municipalities in one table, Spark in local mode on two
cores. The figure is the number of answers that differ (target: 0). Needs the extras `spark` and `duckdb`, and Java 17.
"""

import importlib.util
import io
import os
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from _setup import report, start
from numpy.typing import NDArray

RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", "1000000"))
MEMORY = os.environ.get("BENCH_SPARK_MEMORY", "6g")
DAY = date(2026, 11, 24)
PERSON = "住民番号"

Rules = Sequence[Any]
Answers = NDArray[np.uint8]
"""Per rule and resident, residents by 住民番号: 0 no, 1 maybe, 2 yes."""


def write_residents(folder: Path) -> Path:
    """Write the synthetic population as one table; numbers that are unique in a municipality become unique in it."""
    from django.core.management import call_command

    call_command("population", size=RESIDENTS, seed=1, out=str(folder), stdout=io.StringIO())
    frames = []
    people = homes = 0
    for file in sorted(folder.glob("*.parquet")):
        frame = pl.read_parquet(file)
        frames.append(frame.with_columns(pl.col(PERSON).rank("ordinal").cast(pl.Int64) + people,
                                         pl.col("世帯番号") + homes))  # fmt: skip
        people += frame.height
        homes += int(frame["世帯番号"].max()) + 1
    table = folder / "residents"
    table.mkdir()
    whole = pl.concat(frames).with_columns(pl.col(pl.Enum).cast(pl.String))
    whole.write_parquet(table / "part-0.parquet", row_group_size=100_000)
    return table


def by_polars(table: Path, rules: Rules, rulebook: Any) -> tuple[Answers, float]:
    """Judge with Polars, rule by rule as the matching of populations does."""
    from madoguchi.engines.eligibility.plans import AREA, ROLE, ROLE_OF, Plan
    from madoguchi.engines.eligibility.polars import compile_polars

    frame = pl.read_parquet(table / "part-0.parquet")
    found = np.zeros((len(rules), frame.height), dtype=np.uint8)
    begun = time.perf_counter()
    for number, rule in enumerate(rules):
        plan = Plan(DAY, rulebook, rule.subject, None, frozenset(frame.columns))
        answer = compile_polars(rule.node, plan)
        if rule.area is not None:
            answer &= pl.col(AREA).is_in(sorted(rule.area)).fill_null(False)
        if rule.subject in ROLE_OF:
            answer &= pl.col(ROLE) == ROLE_OF[rule.subject]
        codes = frame.select(PERSON, answer.cast(pl.UInt8).mul(2).fill_null(1).alias("答"))
        found[number] = codes.sort(PERSON)["答"].to_numpy()
    return found, time.perf_counter() - begun


def statement(rules: Rules, rulebook: Any, columns: Sequence[str], dialect: str) -> str:
    from madoguchi.engines.eligibility import Subject
    from madoguchi.engines.eligibility.plans import Plan
    from madoguchi.engines.eligibility.sql import Dialect, compile_sql

    plan = Plan(DAY, rulebook, Subject.PERSON, None, frozenset(columns))
    return compile_sql(rules, plan, Dialect(dialect))


def by_duckdb(table: Path, text: str, out: Path) -> float:
    import duckdb

    with duckdb.connect(config={"threads": 2}) as database:
        database.execute(f"CREATE VIEW residents AS SELECT * FROM read_parquet('{table}/*.parquet')")  # noqa: S608 # own path
        begun = time.perf_counter()
        database.execute(f"COPY ({text}) TO '{out}' (FORMAT parquet)")
        return time.perf_counter() - begun


def by_spark(table: Path, text: str, out: Path) -> tuple[float, dict[str, str]]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("madoguchi").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", MEMORY).config("spark.sql.shuffle.partitions", "8")
    spark = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    java = spark.sparkContext._jvm.java.lang.System.getProperty("java.version")  # type: ignore[union-attr] # it runs
    begun = time.perf_counter()
    spark.read.parquet(str(table)).createOrReplaceTempView("residents")
    spark.sql(text).write.parquet(str(out))
    seconds = time.perf_counter() - begun
    versions = {"spark": spark.version, "java": str(java)}
    spark.stop()
    return seconds, versions


def answers_in(path: str, rules: Rules) -> Answers:
    """Read the answers that an engine wrote as Parquet."""
    codes = [pl.col(rule.id).cast(pl.UInt8).mul(2).fill_null(1) for rule in rules]
    return pl.read_parquet(path).sort(PERSON).select(codes).to_numpy().T


def main() -> None:
    if importlib.util.find_spec("pyspark") is None:
        report("spark", {"not_measured": "pyspark is not installed; pip install .[spark] and Java 17 are needed"})
        return
    start()
    import duckdb

    from madoguchi.apps.registry import api as registry

    folder = Path(tempfile.mkdtemp(prefix="madoguchi-spark-"))
    table = write_residents(folder)
    columns = pl.read_parquet_schema(table / "part-0.parquet")
    rulebook = registry.rulebook()
    rules = [rule for rule in registry.rules() if rule.in_force(DAY)]
    texts = {name: statement(rules, rulebook, list(columns), name) for name in ("duckdb", "spark")}
    expected, polars_seconds = by_polars(table, rules, rulebook)
    duckdb_seconds = by_duckdb(table, texts["duckdb"], folder / "duckdb.parquet")
    spark_seconds, versions = by_spark(table, texts["spark"], folder / "spark")
    different = {
        "duckdb": int((answers_in(str(folder / "duckdb.parquet"), rules) != expected).sum()),
        "spark": int((answers_in(str(folder / "spark" / "*.parquet"), rules) != expected).sum()),
    }
    report(
        "spark",
        {
            "residents": expected.shape[1],
            "rules": len(rules),
            "pairs": expected.size,
            "share": {n: round(float((expected == c).mean()), 4) for c, n in enumerate(("no", "maybe", "yes"))},
            "different": different,
            "seconds": {
                "polars": round(polars_seconds, 1),
                "duckdb": round(duckdb_seconds, 1),
                "spark": round(spark_seconds, 1),
            },
            "spark_text_characters": len(texts["spark"]),
            "versions": {**versions, "duckdb": duckdb.__version__, "polars": pl.__version__},
        },
    )


if __name__ == "__main__":
    main()
