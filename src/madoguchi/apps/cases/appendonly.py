"""Database triggers that refuse to change or remove actions of cases, on SQLite and PostgreSQL.

The words of an action stand in a table of their own, which may be emptied after the retention period; the action with the
hash of its words stays. A PostgreSQL TRUNCATE is the database owner's deed and not refused here.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("cases_action",)
_MESSAGE = "Actions of cases are append-only: rows are never changed or removed."
_FUNCTION = "cases_append_only"


def creating(vendor: str) -> list[str]:
    """Return the statements that create the triggers."""
    deeds = ("update", "delete")
    if vendor != "postgresql":
        body = f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        return [f"CREATE TRIGGER {t}_no_{d} BEFORE {d.upper()} ON {t} {body}" for t in TABLES for d in deeds]
    function = (
        f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    body = f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
    return [function, *(f"CREATE TRIGGER {t}_no_{d} BEFORE {d.upper()} ON {t} {body}" for t in TABLES for d in deeds)]


def dropping(vendor: str) -> list[str]:
    """Return the statements that drop the triggers."""
    if vendor != "postgresql":
        return [f"DROP TRIGGER {t}_no_{d}" for t in TABLES for d in ("update", "delete")]
    return [f"DROP FUNCTION {_FUNCTION}() CASCADE"]


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers (called by a migration)."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers (called when a migration is undone)."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)
