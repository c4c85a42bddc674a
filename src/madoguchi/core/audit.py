"""The audit trail: append-only rows, sealed in the background into chained, signed Merkle blocks.

A row is written in the caller's transaction and costs one insert; sealing and verifying come later. Whoever changes,
removes, inserts or reorders a sealed row breaks its block. Numbers: docs/performance.md.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from madoguchi.core import statements
from madoguchi.core.models import AuditBlock, AuditEntry, AuditSeal
from madoguchi.core.permissions import Actor
from madoguchi.engines import merkle

_LOCK = 7_305_001
_INSERT = (
    'INSERT INTO core_auditentry (at, actor_id, organisation_id, action, object_kind, object_id, payload, "transaction") '
    "VALUES (%s, %s, %s, %s, %s, %s, %s, pg_current_xact_id()::text::bigint) RETURNING id"
)
BLOCK_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What verifying found."""

    entries: int
    sealed: int
    blocks: int
    problems: tuple[str, ...] = field(default=())


Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Let `verify` also run a room's check of records that audit rows vouch for; it returns problems in words."""
    _checks[name] = check


def record(
    *,
    actor: Actor,
    organisation_id: str,
    action: str,
    object_kind: str,
    object_id: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one row in the caller's transaction and return its id. `detail` must be JSON and hold no personal data."""
    at = timezone.now()
    payload = merkle.canonical(
        {
            "at": at.isoformat(),
            "actor": actor.id,
            "organisation": organisation_id,
            "action": action,
            "kind": object_kind,
            "object": object_id,
            "detail": dict(detail or {}),
        }
    )
    if _is_postgres():
        values = (at, actor.id, organisation_id, action, object_kind, object_id, payload)
        return int(statements.rows(_INSERT, values)[0][0])
    entry = AuditEntry.objects.create(
        at=at,
        actor_id=actor.id,
        organisation_id=organisation_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        payload=payload,
    )
    return int(entry.pk)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _sealable() -> "QuerySet[AuditEntry]":
    """Return unsealed rows whose transaction and all older ones have ended, in order."""
    rows = AuditEntry.objects.filter(seal__isnull=True).order_by("id")
    if not _is_postgres():
        return rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return rows.filter(transaction__lt=cursor.fetchone()[0])


def seal(*, now: datetime, limit: int = BLOCK_ROWS) -> AuditBlock | None:
    """Seal up to `limit` rows into one block; None when nothing waits. Safe to run from several processes."""
    with transaction.atomic():
        if _is_postgres():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        entries = list(_sealable()[:limit])
        if not entries:
            return None
        last = AuditBlock.objects.order_by("-number").first()
        block = merkle.seal(
            [merkle.leaf(bytes(entry.payload)) for entry in entries],
            number=last.number + 1 if last else 1,
            previous_hash=bytes(last.hash) if last else merkle.GENESIS,
            sealed_at=now.isoformat(),
            sign=signing_key().sign,
        )
        row = AuditBlock.objects.create(
            number=block.number,
            root=block.root,
            count=block.count,
            previous_hash=block.previous_hash,
            sealed_at=block.sealed_at,
            hash=block.hash,
            signature=block.signature,
        )
        AuditSeal.objects.bulk_create(
            AuditSeal(entry=entry, block=row, position=position) for position, entry in enumerate(entries)
        )
        return row


def signing_key() -> Ed25519PrivateKey:
    """Return the key from MADOGUCHI_AUDIT_SIGNING_KEY, or from a file of mode 0600 that is made once."""
    if settings.AUDIT_SIGNING_KEY:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_SIGNING_KEY))
    path = Path(settings.DATA_DIR) / "audit-signing-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = base64.b64encode(os.urandom(32))
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return signing_key()
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes()))


def _genuine(signature: bytes, message: bytes) -> bool:
    try:
        signing_key().public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _blocks() -> Iterator[merkle.Block]:
    for row in AuditBlock.objects.order_by("number").iterator():
        yield merkle.Block(
            row.number,
            bytes(row.root),
            row.count,
            bytes(row.previous_hash),
            row.sealed_at,
            bytes(row.hash),
            bytes(row.signature),
        )


def verify() -> AuditReport:
    """Check every block against its rows, signature and predecessor, then what rooms registered; name bad places."""
    seals = AuditSeal.objects.order_by("block_id", "position").values_list("block_id", "entry__payload", "entry_id")
    leaves = {
        number: [merkle.leaf(bytes(payload)) for _, payload, _ in rows]
        for number, rows in groupby(seals.iterator(), key=lambda row: row[0])
    }
    problems: list[str] = []
    previous: merkle.Block | None = None
    for block in _blocks():
        problems += merkle.verify_block(block, leaves.get(block.number, []), previous=previous, verify=_genuine)
        previous = block
    problems += _edited_columns()
    problems += [problem for name in sorted(_checks) for problem in _checks[name]()]
    sealed = sum(len(rows) for rows in leaves.values())
    return AuditReport(AuditEntry.objects.count(), sealed, len(leaves), tuple(problems))


def _edited_columns() -> list[str]:
    """Compare the readable columns with the sealed bytes: an edit of a column alone must not go unseen."""
    import json

    wrong = []
    for entry in AuditEntry.objects.iterator():
        sealed = json.loads(bytes(entry.payload))
        columns = (entry.actor_id, entry.organisation_id, entry.action, entry.object_kind, entry.object_id)
        told = tuple(sealed[name] for name in ("actor", "organisation", "action", "kind", "object"))
        if columns != told or entry.at != datetime.fromisoformat(sealed["at"]):
            wrong.append(f"row {entry.pk}: its columns differ from its sealed contents")
    return wrong
