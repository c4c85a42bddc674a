"""Many rows at once: COPY on PostgreSQL, executemany on SQLite; indexes laid down after a first load.

Runs inside the caller's transaction and knows nothing of businesses.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

Values = Sequence[Any]


def is_postgres() -> bool:
    """Tell which database this is."""
    return connection.vendor == "postgresql"


def insert(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Insert rows; dates are ISO text, ids hexadecimal text. A row that breaks a constraint breaks the transaction."""
    names = ", ".join(columns)
    if is_postgres():
        with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["?"] * len(columns))
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 # fixed names


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Drop the plain indexes of empty tables and make them again afterwards: one sort instead of a search per row."""
    _settle()
    definitions = [item for table in tables for item in _indexes(table)]
    with connection.cursor() as cursor:
        for name, _ in definitions:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    _settle()
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, statement in definitions:
            cursor.execute(statement)


def _settle() -> None:
    """Check deferred constraints now: PostgreSQL changes no index of a table while checks of its rows are pending."""
    if is_postgres():
        connection.check_constraints()


def _indexes(table: str) -> list[tuple[str, str]]:
    """Return name and definition of the indexes that no constraint stands on."""
    if is_postgres():
        sql = (
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND i.tablename = %s "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = to_regclass(quote_ident(i.indexname)))"
        )
    else:
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%%' AND tbl_name = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return [(str(name), str(statement)) for name, statement in cursor.fetchall()]


def analyze(tables: Sequence[str]) -> None:
    """Let the database count anew, so that it chooses the right index from the first query on."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
