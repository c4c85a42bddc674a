"""Writes the access log: one entry and one audit row, in two plain statements (one on PostgreSQL).

The audit row holds the hash of the entry and no personal data, so that an edited or removed entry is found. Case number and
reason stand sealed; the hash covers them with a salt that is sealed too, so that it tells nothing about them. The row is
written here and not by `core.audit.record`, because that takes a statement of its own and the whole door should cost four
round trips; a test holds both to the same form.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from madoguchi.apps.consents.sealing import entry_context, entry_words
from madoguchi.core import statements, vault
from madoguchi.core.permissions import Actor
from madoguchi.engines.merkle import canonical

ACTION = "facts.disclose"
KIND = "access"
_AUDIT_COLUMNS = 'at, actor_id, organisation_id, action, object_kind, object_id, payload, "transaction"'
_ENTRY_COLUMNS = (
    "id", "at", "subject_kind", "subject_id", "organisation_id", "client_id", "actor_id", "actor_name", "purpose_id",
    "basis", "disclosed", "withheld", "result", "revision_hash", "consent_id", "hidden_until", "idempotency_key", "request_hash", "repeat_of",
)  # fmt: skip
_SEALED_COLUMNS = ("sealed", "key_id")
_JSON = ("disclosed", "withheld")
_TIMES = ("at", "hidden_until")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the access log before it is written; fields as in `models.AccessEntry`."""

    id: str
    at: datetime
    subject_kind: str
    subject_id: str
    organisation_id: str
    client_id: str
    actor_id: str
    actor_name: str
    purpose_id: str
    basis: str
    disclosed: tuple[str, ...]
    withheld: tuple[tuple[str, str], ...]
    result: str
    revision_hash: str = ""
    consent_id: str = ""
    case_reference: str = ""
    reason: str = ""
    hidden_until: datetime | None = None
    idempotency_key: str = ""
    request_hash: str = ""
    repeat_of: str = ""


def digest(values: Mapping[str, Any], words: bytes | None) -> str:
    """Return the SHA-256 of an entry's columns (all but `audit_id`) and of its words as hex."""
    plain = {name: _plain(values[name]) for name in _ENTRY_COLUMNS}
    told = hashlib.sha256(words).hexdigest() if words is not None else ""
    return hashlib.sha256(canonical({**plain, "words": told})).hexdigest()


def _words(entry: Entry) -> bytes | None:
    if not (entry.case_reference or entry.reason):
        return None
    salt = secrets.token_hex(16)
    return canonical({"case_reference": entry.case_reference, "reason": entry.reason, "salt": salt})


def _sealed(entry: Entry, words: bytes | None) -> list[Any]:
    """Return the columns of the sealed words."""
    if words is None:
        return [None, None]
    sealer = vault.sealer()
    return [sealer.seal(words, context=entry_context(entry.id)), sealer.key.id]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return value


def write(entry: Entry, *, actor: Actor) -> int:
    """Write the entry and its audit row in the caller's transaction; return the id of the audit row."""
    values, words = {name: getattr(entry, name) for name in _ENTRY_COLUMNS}, _words(entry)
    payload = canonical(
        {
            "at": entry.at.isoformat(),
            "actor": actor.id,
            "organisation": entry.organisation_id,
            "action": ACTION,
            "kind": KIND,
            "object": entry.id,
            "detail": {"entry": digest(values, words)},
        }
    )
    at = connection.ops.adapt_datetimefield_value(entry.at)
    audit = [at, actor.id, entry.organisation_id, ACTION, KIND, entry.id, payload]
    row = [*(_parameter(name, values[name]) for name in _ENTRY_COLUMNS), *_sealed(entry, words)]
    if connection.vendor == "postgresql":
        return _write_at_once(audit, row)
    return _write_in_turn(audit, row)


def _parameter(name: str, value: Any) -> Any:
    if name in _JSON:
        return json.dumps(value, ensure_ascii=False)
    return connection.ops.adapt_datetimefield_value(value) if name in _TIMES else value


_WRITTEN = (*_ENTRY_COLUMNS, *_SEALED_COLUMNS)
_TYPES = {
    **dict.fromkeys(_JSON, "jsonb"),
    **dict.fromkeys(_TIMES, "timestamptz"),
    "sealed": "bytea",
    "key_id": "bigint",
}
_MARKS = ", ".join(["%s"] * len(_WRITTEN))
_CASTS = ", ".join(f"%s::{_TYPES.get(name, 'text')}" for name in _WRITTEN)
_AT_ONCE = (
    f"WITH audit AS (INSERT INTO core_auditentry ({_AUDIT_COLUMNS}) "  # noqa: S608 # own column names only
    "VALUES (%s, %s, %s, %s, %s, %s, %s, pg_current_xact_id()::text::bigint) RETURNING id) "
    f"INSERT INTO consents_accessentry ({', '.join(_WRITTEN)}, audit_id) "
    f"SELECT {_CASTS}, audit.id FROM audit RETURNING audit_id"
)
_AUDIT = f"INSERT INTO core_auditentry ({_AUDIT_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, NULL)"  # noqa: S608 # own column names only
_ENTRY = f"INSERT INTO consents_accessentry ({', '.join(_WRITTEN)}, audit_id) VALUES ({_MARKS}, %s)"  # noqa: S608 # own column names only


def _write_at_once(audit: list[Any], row: list[Any]) -> int:
    return int(statements.rows(_AT_ONCE, audit + row)[0][0])


def _write_in_turn(audit: list[Any], row: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT, audit)
        audit_id = int(cursor.lastrowid)
        cursor.execute(_ENTRY, [*row, audit_id])
        return audit_id


def _digest_now(values: Mapping[str, Any]) -> str:
    """Return the digest of an entry as it stands; empty when its words do not open."""
    try:
        return digest(values, entry_words(values["sealed"], values["id"]))
    except vault.VaultError:
        return ""


def verify() -> list[str]:
    """Compare every entry with the hash in its audit row; return what was edited, removed or added by hand."""
    from madoguchi.apps.consents.models import AccessEntry
    from madoguchi.core.models import AuditEntry

    sealed = {
        row.object_id: (row.pk, json.loads(bytes(row.payload))["detail"]["entry"])
        for row in AuditEntry.objects.filter(object_kind=KIND, action=ACTION).iterator()
    }
    problems = []
    for values in AccessEntry.objects.values(*_ENTRY_COLUMNS, "sealed", "audit_id").iterator():
        audit_id, expected = sealed.pop(values["id"], (0, ""))
        if audit_id != values["audit_id"] or expected != _digest_now(values):
            problems.append(f"access {values['id']}: the entry differs from its audit row")
    return problems + [f"access {entry_id}: the entry was removed" for entry_id in sealed]
