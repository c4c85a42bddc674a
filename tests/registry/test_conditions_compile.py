"""The command prints the published conditions as SQL that an engine runs; PostgreSQL itself gives the scalar answers."""

import re
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from madoguchi.apps.registry import api as registry
from madoguchi.engines.eligibility import Subject
from madoguchi.engines.eligibility.sql import Dialect
from tests.engines.eligibility.running import by_column, check_agreement

POSTGRES_TYPES = {pl.Int64: "bigint", pl.Boolean: "boolean", pl.Date: "date", pl.String: "text"}
DAY = "2026-11-24"


def compiled(*options: str, dialect: str = "duckdb") -> str:
    out = StringIO()
    call_command("conditions", "compile", "--dialect", dialect, *options, stdout=out)
    return out.getvalue()


def on_postgres(text: str, frame: pl.DataFrame) -> dict[str, list[Any]]:
    """Run a statement on the test database, on a table of its own that is dropped again."""
    columns = ", ".join(f'"{name}" {POSTGRES_TYPES[kind.base_type()]}' for name, kind in frame.schema.items())
    marks = ", ".join(["%s"] * frame.width)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE residents ({columns})")
        cursor.executemany(f"INSERT INTO residents VALUES ({marks})", frame.rows())
        cursor.execute(text)
        names = [column.name for column in cursor.description]
        rows = sorted(cursor.fetchall())
        cursor.execute("DROP TABLE residents")
    return by_column(names, rows)


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("subject", list(Subject))
def test_postgresql_and_scalar_agree(subject: Subject) -> None:
    check_agreement(subject, Dialect.POSTGRES, on_postgres, examples=30)


def test_the_whole_registry_is_one_statement_in_every_dialect(pack: Path) -> None:
    in_force = [rule.id for rule in registry.rules() if rule.in_force(date.fromisoformat(DAY))]
    assert len(in_force) > 100
    for dialect in Dialect:
        (select,) = sqlglot.parse(compiled("--as-of", DAY, dialect=dialect.value), dialect=dialect.value)
        assert select is not None
        assert select.named_selects == ["住民番号", *in_force]


def test_the_statement_runs_on_a_table_with_the_columns_it_was_made_for(pack: Path, tmp_path: Path) -> None:
    child = {"住民番号": 2, "世帯番号": 1, "続柄": "子", "生年月日": "2020-05-01", "国内居住": True, "施設入所": False}
    rows: list[dict[str, Any]] = [{"住民番号": 1, "世帯番号": 1, "続柄": "世帯主"}, {**child, "申請者.監護": True}]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("生年月日").str.to_date())
    frame.with_columns(pl.lit(True).alias("申請者.生計同一")).write_parquet(tmp_path / "r.parquet")
    file = str(tmp_path / "r.parquet")
    statement = compiled("--as-of", DAY, "--columns-from", file, "--programme", "jidou-teate")
    with duckdb.connect() as database:
        database.register("residents", pl.read_parquet(file))
        assert sorted(database.execute(statement).fetchall()) == [(1, False), (2, True)]


def test_with_a_municipality_only_its_programmes_and_residents_are_asked_for(pack: Path) -> None:
    here, elsewhere = compiled("--municipality", "131199"), compiled("--municipality", "132080")
    assert "WHERE\n  \"世帯.自治体コード\" = '131199'" in here
    local = set(sqlglot.parse_one(here).named_selects) - set(sqlglot.parse_one(elsewhere).named_selects)
    assert local
    assert all(name.endswith("-itabashi") for name in local)


def test_without_a_day_it_is_today_and_the_table_may_have_a_schema(pack: Path) -> None:
    statement = compiled("--programme", "jidou-teate", "--table", "tokyo.residents", dialect="spark")
    assert f"rules on {timezone.localdate()}" in statement
    assert "FROM `tokyo`.`residents`" in statement


def test_what_cannot_be_compiled_is_refused_with_a_way_out(pack: Path, tmp_path: Path) -> None:
    no_homes = str(tmp_path / "r.parquet")
    pl.DataFrame({"住民番号": [1], "続柄": ["子"]}).write_parquet(no_homes)
    for options, message in [
        (["--programme", "jidou-teatee"], "Did you mean jidou-teate?"),
        (["--municipality", "131198"], "no municipality of the pack"),
        (["--as-of", "tomorrow"], "Write YYYY-MM-DD"),
        (["--columns-from", "nowhere.parquet"], "There is no file nowhere.parquet"),
        (["--columns-from", __file__], "cannot be read as Parquet"),
        (["--columns-from", no_homes], "no column 世帯番号"),
        (["--table", "a.b.c.d"], "is no table"),
    ]:
        with pytest.raises(CommandError, match=re.escape(message)):
            compiled(*options)


def test_an_empty_registry_says_how_to_fill_it(db: None) -> None:
    with pytest.raises(CommandError, match="madoguchi pack load"):
        compiled()
