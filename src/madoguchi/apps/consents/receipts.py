"""Receipts: what a person keeps of a consent, after the fields of ISO/IEC TS 27560, with the head of the audit trail.

A receipt is computed from the stored chain each time and knows nothing that is not in it.
"""

import json
from datetime import datetime
from typing import Any

from madoguchi.apps.consents import queries
from madoguchi.apps.consents.models import ConsentRecord
from madoguchi.core.models import AuditBlock, AuditEntry
from madoguchi.engines import merkle

SCHEMA = "urn:madoguchi:consent-receipt:1"


def receipt_of(subject_id: str, record_id: str, now: datetime) -> dict[str, Any] | None:
    """Return the receipt of the person's own consent record as JSON values, None when it is not hers."""
    record = (
        ConsentRecord.objects.filter(pk=record_id, individual=subject_id)
        .select_related("agreement__organisation", "agreement__policy", "revision", "own_revision")
        .first()
    )
    if record is None or record.own_revision is None:
        return None
    terms = json.loads(bytes(record.revision.snapshot))
    organisation = record.agreement.organisation
    return {
        "schema": SCHEMA,
        "receipt_issued_at": now.isoformat(),
        "record_id": record.pk,
        "pii_principal_id": record.individual,
        "pii_controllers": [{"id": organisation.pk, "name": {"ja": organisation.name_ja, "en": organisation.name_en}}],
        "jurisdiction": record.agreement.policy.content.get("jurisdiction", "JP"),
        "language": "ja",
        "processing": {
            "purpose": {"id": terms["purpose"], **terms["words"]},
            "lawful_basis": "consent",
            "pii_attributes": record.attributes,
            "offered_attributes": terms["attributes"],
            "retention_days": terms["retention_days"],
            "storage_location": record.agreement.policy.content.get("storage_location", ""),
        },
        "agreement": {
            "id": record.agreement_id,
            "revision": record.revision.number,
            "hash": record.revision.hash,
            "predecessor_hash": record.revision.predecessor_hash,
        },
        "state": queries.state_of(record, record.agreement, now),
        "opt_in": record.opt_in,
        "valid_from": record.valid_from.isoformat(),
        "valid_until": record.valid_until.isoformat(),
        "events": _events(record),
        "audit_head": _audit_head(record),
    }


def _events(record: ConsentRecord) -> list[dict[str, Any]]:
    rows = [row for row in queries.history(record.individual, record.agreement_id) if row.object_id == record.pk]
    return [
        {"state": json.loads(bytes(row.snapshot))["state"], "at": row.at.isoformat(), "hash": row.hash}
        for row in reversed(rows)
    ]


def _audit_head(record: ConsentRecord) -> dict[str, Any]:
    """Return the newest sealed block, and the leaf of the consent's own row in the trail, sealed or not yet."""
    block = AuditBlock.objects.order_by("-number").first()
    row = AuditEntry.objects.filter(object_kind="consent", object_id=record.pk).order_by("-id").first()
    seal = getattr(row, "seal", None)
    return {
        "block": block.number if block else 0,
        "hash": bytes(block.hash).hex() if block else "",
        "sealed_at": block.sealed_at if block else "",
        "leaf": merkle.leaf(bytes(row.payload)).hex() if row else "",
        "leaf_block": seal.block_id if seal else None,
    }
