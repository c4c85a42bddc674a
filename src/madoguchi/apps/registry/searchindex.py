"""Full-text candidates by the database: FTS5 on SQLite, tsvector on PostgreSQL, both fed with the engine's tokens.

The database finds what shares a token with the query; the order is the engine's.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MAX_CANDIDATES = 2_000
_CREATE_SQLITE = (
    """CREATE VIRTUAL TABLE registry_search
       USING fts5(programme_id UNINDEXED, tokens, tokenize="unicode61 remove_diacritics 0")""",
)
_CREATE_POSTGRES = (
    "CREATE TABLE registry_search (programme_id varchar(80) PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX registry_search_tokens ON registry_search USING gin(tokens)",
)


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index table (called by a migration)."""
    statements = _CREATE_POSTGRES if schema_editor.connection.vendor == "postgresql" else _CREATE_SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index table (called when a migration is undone)."""
    schema_editor.execute("DROP TABLE registry_search")


def replace(programme_id: str, tokens: str) -> None:
    """Index a programme anew; empty tokens take it out."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_search WHERE programme_id = %s", [programme_id])
        if tokens:
            value = "to_tsvector('simple', %s)" if postgres else "%s"
            cursor.execute(f"INSERT INTO registry_search VALUES (%s, {value})", [programme_id, tokens])  # noqa: S608 # two fixed texts


def candidates(tokens: Iterable[str]) -> list[str]:
    """Return the ids of programmes that share a token with the query."""
    wanted = sorted(set(tokens))
    if not wanted:
        return []
    if connection.vendor == "postgresql":
        sql = "SELECT programme_id FROM registry_search WHERE tokens @@ to_tsquery('simple', %s) LIMIT %s"
        expression = " | ".join(f"'{token}'" for token in wanted)
    else:
        sql = "SELECT programme_id FROM registry_search WHERE registry_search MATCH %s LIMIT %s"
        expression = " OR ".join(f'tokens : "{token}"' for token in wanted)
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression, MAX_CANDIDATES])
        return [row[0] for row in cursor.fetchall()]
