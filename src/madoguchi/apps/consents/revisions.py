"""Revisions: every state of every object as a snapshot, linked to the state before by hash (GovStack `Revision`).

It hashes stored bytes and knows nothing of what they mean.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.apps.consents.models import Revision
from madoguchi.engines.merkle import canonical


def snapshot_hash(snapshot: bytes, *, predecessor_hash: str) -> str:
    """Return the SHA-256 over the predecessor's hash and the canonical bytes, as hex."""
    return hashlib.sha256(predecessor_hash.encode() + b"\x00" + snapshot).hexdigest()


def newest(schema_name: str, object_id: str) -> Revision | None:
    """Return the newest state of an object."""
    return Revision.objects.filter(schema_name=schema_name, object_id=object_id).order_by("-number").first()


def add(schema_name: str, object_id: str, value: Mapping[str, Any], *, by: str, now: datetime) -> Revision:
    """Append a state; an unchanged value gives the newest state back. The caller holds the object's lock."""
    last = newest(schema_name, object_id)
    snapshot = canonical(value)
    if last is not None and bytes(last.snapshot) == snapshot:
        return last
    predecessor_hash = last.hash if last else ""
    return Revision.objects.create(
        schema_name=schema_name,
        object_id=object_id,
        number=last.number + 1 if last else 1,
        snapshot=snapshot,
        hash=snapshot_hash(snapshot, predecessor_hash=predecessor_hash),
        predecessor_hash=predecessor_hash,
        at=now,
        authorised_by=by,
    )


def add_first(
    schema_name: str, values: Mapping[str, Mapping[str, Any]], *, by: str, now: datetime
) -> dict[str, Revision]:
    """Write the first state of many new objects at once; return the revisions by object id."""
    snapshots = {object_id: canonical(value) for object_id, value in values.items()}
    rows = Revision.objects.bulk_create(
        Revision(
            schema_name=schema_name,
            object_id=object_id,
            number=1,
            snapshot=snapshot,
            hash=snapshot_hash(snapshot, predecessor_hash=""),
            at=now,
            authorised_by=by,
        )
        for object_id, snapshot in snapshots.items()
    )
    return {row.object_id: row for row in rows}


def verify() -> list[str]:
    """Return what is wrong with the chains: edited snapshots, missing or reordered states."""
    problems: list[str] = []
    before: Revision | None = None
    for row in Revision.objects.order_by("schema_name", "object_id", "number").iterator():
        key = (row.schema_name, row.object_id)
        first = before is None or (before.schema_name, before.object_id) != key
        expected_number, expected_hash = (1, "") if first or before is None else (before.number + 1, before.hash)
        if row.number != expected_number or row.predecessor_hash != expected_hash:
            problems.append(f"{row}: does not follow state {expected_number - 1}; a state was removed or replaced")
        if row.hash != snapshot_hash(bytes(row.snapshot), predecessor_hash=row.predecessor_hash):
            problems.append(f"{row}: the snapshot was edited")
        before = row
    return problems
