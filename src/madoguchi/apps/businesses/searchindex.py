"""Full-text candidates by the database: FTS5 on SQLite, tsvector on PostgreSQL, both fed with the engine's tokens.

The key of a row is the corporate number as an integer. The database finds what holds every token; the order is not its.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from madoguchi.apps.businesses.register import bulk

TABLE = "businesses_search"
Entry = tuple[str, Sequence[str]]
"""Corporate number, tokens."""
_CREATE_SQLITE = (
    (
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5(tokens, detail=none, columnsize=0, "
        'tokenize="unicode61 remove_diacritics 0")'
    ),
)
_CREATE_POSTGRES = (
    f"CREATE TABLE {TABLE} (number bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    f"CREATE INDEX businesses_search_tokens ON {TABLE} USING gin(tokens)",
)


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index table (called by a migration)."""
    statements = _CREATE_POSTGRES if schema_editor.connection.vendor == "postgresql" else _CREATE_SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index table (called when a migration is undone)."""
    schema_editor.execute(f"DROP TABLE {TABLE}")


def add(entries: Iterable[Entry]) -> None:
    """Index businesses that are not in the index yet."""
    if bulk.is_postgres():
        rows = ((int(number), " ".join(f"'{token}'" for token in tokens)) for number, tokens in entries)
        bulk.insert(TABLE, ("number", "tokens"), rows)
    else:
        rows = ((int(number), " ".join(tokens)) for number, tokens in entries)
        bulk.insert(TABLE, ("rowid", "tokens"), rows)


def remove(numbers: Iterable[str]) -> None:
    """Take businesses out of the index; numbers that are not in it do not matter."""
    key = "number" if bulk.is_postgres() else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {key} = %s", [(int(number),) for number in numbers])  # noqa: S608 # two fixed names


def candidates(groups: Sequence[Sequence[Sequence[str]]], *, limit: int) -> list[str]:
    """Return corporate numbers of businesses that hold, for every group, all tokens of one of its alternatives."""
    groups = [[tokens for tokens in group if tokens] for group in groups]
    if not groups or any(not group for group in groups):
        return []
    if bulk.is_postgres():
        sql = f"SELECT number FROM {TABLE} WHERE tokens @@ to_tsquery('simple', %s) LIMIT %s"  # noqa: S608 # a fixed name
        expression = " & ".join(_either(group, " & ", " | ", "'") for group in groups)
    else:
        sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s LIMIT %s"  # noqa: S608 # a fixed name
        expression = " AND ".join(_either(group, " AND ", " OR ", '"') for group in groups)
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression, limit])
        return [f"{row[0]:013d}" for row in cursor.fetchall()]


def _either(group: Sequence[Sequence[str]], both: str, either: str, quote: str) -> str:
    parts = ("(" + both.join(f"{quote}{token}{quote}" for token in tokens) + ")" for tokens in group)
    return "(" + either.join(parts) + ")"
