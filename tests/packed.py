"""The pack as rows: loaded once in a process, put into the empty database of each test that asks for it.

Loading takes seconds because everything is checked; putting the same rows back takes a fraction. Where something stands in
the database already, the pack is loaded as usual.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction

from madoguchi.core import packs

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
INDEXES = ("registry_search", "businesses_search")
"""Full-text tables. On SQLite their rows have a number of their own, and further tables behind them."""
LEFT_OUT = ("django_migrations", "django_content_type", "auth_permission")


class _Undo(Exception):
    """Rolls the loading back after its rows were read."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table."""

    table: str
    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


def read() -> tuple[Rows, ...]:
    """Load the pack, return every row that it made, and leave the database as it was."""
    found: tuple[Rows, ...] = ()
    try:
        with transaction.atomic():
            packs.load_pack(Path(settings.PACK_DIR), now=NOW)
            found = tuple(rows for table in _tables() if (rows := _rows(table)).values)
            raise _Undo
    except _Undo:
        return found


def put(kept: tuple[Rows, ...]) -> None:
    """Put the rows into the database; load the pack where one of their tables holds something."""
    if any(_rows(rows.table, most=1).values for rows in kept):
        packs.load_pack(Path(settings.PACK_DIR), now=NOW)
        return
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for rows in kept:
            columns, marks = ", ".join(map(quote, rows.columns)), ", ".join(["%s"] * len(rows.columns))
            cursor.executemany(f"INSERT INTO {quote(rows.table)} ({columns}) VALUES ({marks})", rows.values)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)
    _forget()


def _tables() -> Iterator[str]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    behind = tuple(f"{name}_" for name in INDEXES)
    yield from (name for name in names if name not in LEFT_OUT and not name.startswith(behind))


def _rows(table: str, most: int | None = None) -> Rows:
    number = "rowid, " if connection.vendor == "sqlite" and table in INDEXES else ""
    limit = f" LIMIT {most}" if most else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {number}* FROM {connection.ops.quote_name(table)}{limit}")
        names = tuple(column[0] for column in cursor.description)
        return Rows(table, names, tuple(tuple(map(_kept, row)) for row in cursor.fetchall()))


def _kept(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _forget() -> None:
    """Empty what rooms remember of another pack, as loading does."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("madoguchi.core", "madoguchi.apps")):
            for value in vars(module).values():
                if callable(clear := getattr(value, "cache_clear", None)) and getattr(value, "__module__", "") == name:
                    clear()
