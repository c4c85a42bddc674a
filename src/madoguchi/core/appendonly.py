"""Database triggers that refuse to change or remove rows, on SQLite and PostgreSQL: the audit trail's, and what rooms ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """Tables of a room whose rows are never changed or removed. `function` is PostgreSQL's trigger function."""

    tables: Sequence[str]
    function: str
    message: str
    truncate_too: bool = True
    """Whether a TRUNCATE, which only the owner of the database can do, is refused as well (PostgreSQL)."""

    def creating(self, vendor: str) -> list[str]:
        """Return the statements that create the triggers."""
        deeds = ["update", "delete"]
        if vendor != "postgresql":
            body = f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            return [self._trigger(table, deed, body) for table in self.tables for deed in deeds]
        function = (
            f"CREATE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{self.message}'; END $$"
        )
        body = f"FOR EACH STATEMENT EXECUTE FUNCTION {self.function}()"
        deeds += ["truncate"] * self.truncate_too
        return [function, *(self._trigger(table, deed, body) for table in self.tables for deed in deeds)]

    def dropping(self, vendor: str) -> list[str]:
        """Return the statements that drop the triggers."""
        if vendor != "postgresql":
            return [f"DROP TRIGGER {table}_no_{deed}" for table in self.tables for deed in ("update", "delete")]
        return [f"DROP FUNCTION {self.function}() CASCADE"]

    def create(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Create the triggers (called by a migration)."""
        for statement in self.creating(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def drop(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Drop the triggers (called when a migration is undone)."""
        for statement in self.dropping(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    @staticmethod
    def _trigger(table: str, deed: str, body: str) -> str:
        return f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} {body}"


AUDIT = AppendOnly(
    ("core_auditentry", "core_auditblock", "core_auditseal"),
    "core_append_only",
    "The audit trail is append-only: rows are never changed or removed.",
)
