"""Database triggers that refuse to change or remove rows of the audit trail, on SQLite and PostgreSQL."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("core_auditentry", "core_auditblock", "core_auditseal")
_MESSAGE = "The audit trail is append-only: rows are never changed or removed."


def creating(vendor: str) -> list[str]:
    """Return the statements that create the triggers."""
    if vendor != "postgresql":
        body = f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        return [
            f"CREATE TRIGGER {t}_no_{d} BEFORE {d.upper()} ON {t} {body}" for t in TABLES for d in ("update", "delete")
        ]
    function = (
        "CREATE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    body = "FOR EACH STATEMENT EXECUTE FUNCTION core_append_only()"
    deeds = ("update", "delete", "truncate")
    return [function, *(f"CREATE TRIGGER {t}_no_{d} BEFORE {d.upper()} ON {t} {body}" for t in TABLES for d in deeds)]


def dropping(vendor: str) -> list[str]:
    """Return the statements that drop the triggers."""
    if vendor != "postgresql":
        return [f"DROP TRIGGER {t}_no_{d}" for t in TABLES for d in ("update", "delete")]
    return ["DROP FUNCTION core_append_only() CASCADE"]


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers (called by a migration)."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers (called when a migration is undone)."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)
