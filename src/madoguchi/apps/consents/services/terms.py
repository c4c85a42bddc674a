"""Writes of terms: attributes, policies, purposes and agreements, each change a new revision in its chain.

A changed agreement shuts the door until the person consents to the new revision: nothing is carried over.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.consents import revisions
from madoguchi.apps.consents.models import DataAgreement, DataAttribute, Policy, Purpose
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require
from madoguchi.engines.merkle import canonical

RELUCTANT = frozenset({"location_history", "account_numbers", "usage_history"})
"""Kinds of data that people least want to give: off unless the person turns them on.

Source: survey of Tokyo residents of 2024-12 (n = 2,400), read 2026-11-24: location and behaviour history; account and
card numbers; access history of public apps and sites.
"""
TERMS = (
    "organisation", "purpose", "policy", "basis", "article", "attributes", "default_on", "retention_days",
    "consent_days", "hidden_days", "hidden_law", "covers_protected", "active",
)  # fmt: skip


def put_attribute(item: Mapping[str, Any], order: int) -> None:
    """Create or update one attribute; the caller holds the transaction."""
    fields = {
        "category": item["category"],
        "sensitivity": item["sensitivity"],
        "words": {key: item[key] for key in ("ja", "en", "easy") if key in item},
        "order": order,
    }
    DataAttribute.objects.update_or_create(name=item["name"], defaults=fields)


def put_policy(item: Mapping[str, Any], *, now: datetime) -> None:
    """Create or update a policy and its revision."""
    revision = revisions.add("Policy", item["id"], item, by=SYSTEM.id, now=now)
    Policy.objects.update_or_create(id=item["id"], defaults={"content": dict(item), "revision": revision})


def put_purpose(item: Mapping[str, Any], order: int, *, now: datetime) -> None:
    """Create or update a purpose and its revision."""
    revision = revisions.add("Purpose", item["id"], item, by=SYSTEM.id, now=now)
    fields = {
        "subject_kind": item["subject"],
        "words": {"name": item["name"], "description": item["description"]},
        "revision": revision,
        "order": order,
    }
    Purpose.objects.update_or_create(id=item["id"], defaults=fields)


@transaction.atomic
def put_agreements(items: Sequence[Mapping[str, Any]], *, now: datetime) -> Counter[str]:
    """Create or revise agreements from a pack; return how many were created, revised, unchanged."""
    held = DataAgreement.objects.select_related("revision").in_bulk([item["id"] for item in items])
    purposes = Purpose.objects.in_bulk()
    policies = Policy.objects.select_related("revision").in_bulk()
    outcomes: Counter[str] = Counter()
    fresh: dict[str, tuple[Mapping[str, Any], dict[str, Any]]] = {}
    for item in items:
        snapshot = _snapshot(item, purposes[item["purpose"]], policies[item["policy"]])
        row = held.get(item["id"])
        if row is None:
            fresh[item["id"]] = (item, snapshot)
        elif row.revision is not None and bytes(row.revision.snapshot) == canonical(snapshot):
            outcomes["unchanged"] += 1
        else:
            outcomes[_put(item, SYSTEM, now)] += 1
    if fresh:
        outcomes["created"] += _create_many(fresh, purposes, now)
    return outcomes


def _create_many(
    fresh: Mapping[str, tuple[Mapping[str, Any], dict[str, Any]]], purposes: Mapping[str, Purpose], now: datetime
) -> int:
    snapshots = {key: snapshot for key, (_, snapshot) in fresh.items()}
    made = revisions.add_first("DataAgreement", snapshots, by=SYSTEM.id, now=now)
    rows = [
        DataAgreement(id=key, revision=made[key], **_fields(item, purposes[item["purpose"]]))
        for key, (item, _) in fresh.items()
    ]
    DataAgreement.objects.bulk_create(rows)
    hashes = sorted(row.hash for row in made.values())
    audit.record(
        actor=SYSTEM,
        organisation_id="",
        action="agreement.load",
        object_kind="agreement",
        object_id="pack",
        detail={"count": len(rows), "hashes": hashlib.sha256("".join(hashes).encode()).hexdigest()},
    )
    return len(rows)


@transaction.atomic
def revise(actor: Actor, item: Mapping[str, Any], *, now: datetime) -> str:
    """Create or revise an agreement of the actor's organisation; return created, revised or unchanged."""
    require(actor, Permission.EDIT_CONSENT_TERMS, item["organisation"])
    held = DataAgreement.objects.filter(pk=item["id"]).values_list("organisation_id", flat=True).first()
    if held is not None:
        require(actor, Permission.EDIT_CONSENT_TERMS, held)
    return _put(item, actor, now)


def _snapshot(item: Mapping[str, Any], purpose: Purpose, policy: Policy) -> dict[str, Any]:
    """Return everything that a person agrees to, the words of the purpose included."""
    known = {name: item.get(name) for name in TERMS}
    return known | {"words": purpose.words, "policy_hash": policy.revision.hash if policy.revision else ""}


def _fields(item: Mapping[str, Any], purpose: Purpose) -> dict[str, Any]:
    return {
        "organisation_id": item["organisation"],
        "purpose_id": item["purpose"],
        "policy_id": item["policy"],
        "subject_kind": purpose.subject_kind,
        "lawful_basis": item["basis"],
        "article": dict(item.get("article") or {}),
        "attributes": list(item["attributes"]),
        "default_on": list(item["default_on"]),
        "retention_days": item["retention_days"],
        "consent_days": item.get("consent_days") or 365,
        "hidden_days": item.get("hidden_days") or 0,
        "hidden_law": item.get("hidden_law") or "",
        "covers_protected": bool(item.get("covers_protected")),
        "active": item.get("active", True),
    }


def _put(item: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    purpose = Purpose.objects.get(pk=item["purpose"])
    policy = Policy.objects.select_related("revision").get(pk=item["policy"])
    fields = _fields(item, purpose)
    _agreement, created = DataAgreement.objects.get_or_create(pk=item["id"], defaults=fields)
    # FOR UPDATE: waits for disclosures that read the terms in force (gates.py).
    agreement = DataAgreement.objects.select_for_update().get(pk=item["id"])
    revision = revisions.add("DataAgreement", item["id"], _snapshot(item, purpose, policy), by=actor.id, now=now)
    if agreement.revision_id == revision.pk:
        return "unchanged"
    DataAgreement.objects.filter(pk=item["id"]).update(**fields, revision=revision)
    audit.record(
        actor=actor,
        organisation_id=item["organisation"],
        action="agreement.revise",
        object_kind="agreement",
        object_id=item["id"][:100],
        detail={"revision": revision.number, "hash": revision.hash},
    )
    return "created" if created else "revised"
