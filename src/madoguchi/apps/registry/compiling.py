"""Prints the published conditions as one SQL statement for another engine: `madoguchi conditions compile`.

Reads the registry and the names of columns of a Parquet file; it runs nothing and sees no resident.
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from madoguchi.apps.registry import catalogue
from madoguchi.engines.eligibility import Rule, Rulebook, Subject
from madoguchi.engines.eligibility.plans import Plan, columns_read
from madoguchi.engines.eligibility.sql import Dialect, compile_sql
from madoguchi.engines.eligibility.types import suggest


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `conditions compile` takes."""
    parser.add_argument(
        "--dialect", required=True, choices=[item.value for item in Dialect], help="engine to write for"
    )
    parser.add_argument("--municipality", metavar="CODE", help="six-digit code: only its programmes and residents")
    parser.add_argument("--programme", metavar="ID", nargs="+", help="only these programmes")
    parser.add_argument("--as-of", metavar="DATE", help="day of the verdicts, YYYY-MM-DD (default: today)")
    parser.add_argument(
        "--table", metavar="NAME", default="residents", help="table, schema.table or catalogue.schema.table"
    )
    parser.add_argument("--columns-from", metavar="PARQUET", help="a Parquet file with the table's columns; others are "
                        "unknown for everybody (default: every column that is read exists)")  # fmt: skip


def run(options: Mapping[str, Any]) -> str:
    """Return the statement; raise CommandError with the remedy when it cannot be written."""
    shelf = catalogue.current()
    rulebook = shelf.book.rulebook
    municipality: str | None = options["municipality"]
    _refuse_unknown_municipality(municipality, rulebook)
    rules = _chosen(shelf.rules, options["programme"], municipality)
    columns = _columns(options["columns_from"]) if options["columns_from"] else columns_read(rules, rulebook)
    plan = Plan(_day(options["as_of"]), rulebook, Subject.PERSON, municipality, columns)
    try:
        return compile_sql(rules, plan, Dialect(options["dialect"]), table=options["table"].split("."))
    except ValueError as problem:
        raise CommandError(str(problem)) from problem


def _day(text: str | None) -> date:
    if text is None:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no date. Write YYYY-MM-DD.") from problem


def _refuse_unknown_municipality(code: str | None, rulebook: Rulebook) -> None:
    if code is not None and rulebook.municipalities and code not in rulebook.municipalities:
        hint = suggest(code, sorted(rulebook.municipalities))
        raise CommandError(f"{code!r} is no municipality of the pack. Write its six-digit code. {hint}".strip())


def _chosen(rules: Mapping[str, Rule], wanted: Sequence[str] | None, municipality: str | None) -> list[Rule]:
    """Return the rules asked for by id, or all; those of other municipalities only when they were named."""
    if not rules:
        raise CommandError("The registry is empty. Load a pack with `madoguchi pack load`.")
    if wanted is None:
        return [rule for rule in rules.values() if municipality is None or rule.covers(municipality)]
    for name in wanted:
        if name not in rules:
            raise CommandError(f"No programme {name!r} is published. {suggest(name, [*rules])}".strip())
    return [rules[name] for name in dict.fromkeys(wanted)]


def _columns(path: str) -> frozenset[str]:
    import polars as pl

    if not Path(path).is_file():
        raise CommandError(f"There is no file {path}. Name a Parquet file of the table of residents.")
    try:
        return frozenset(pl.read_parquet_schema(path))
    except pl.exceptions.PolarsError as problem:
        raise CommandError(f"{path} cannot be read as Parquet: {problem}. Name a Parquet file.") from problem
