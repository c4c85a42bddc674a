"""What this room keeps about a person: handing it out whole, and erasing what may be erased.

The access log stays, as it proves who looked; it names the person by a random id only.
"""

from datetime import datetime
from typing import Any

from madoguchi.apps.consents.contracts import ConsentState
from madoguchi.apps.consents.models import AccessEntry, AccessQuestion, BreakGlass, ConsentRecord, PreviewRequest
from madoguchi.apps.consents.queries import visible
from madoguchi.apps.consents.services import consent
from madoguchi.core.permissions import Actor
from madoguchi.core.personal_data import ErasureResult

ERASED = "消去"
KEPT_ACCESSES = (
    "access log: {n} entries stay as proof of who looked; they hold the person's random id and no value. "
    "Removed with the audit trail after its retention."
)
KEPT_CONSENTS = (
    "consents: {n} decisions stay, all ended, as proof that earlier disclosures were lawful; no value is in them."
)
KEPT_EMERGENCIES = "emergencies: {n} records stay with their review; the written reason was erased."


def export(person_id: str) -> dict[str, Any]:
    """Return the person's consents, accesses, questions and requests as JSON values; hidden accesses are left out."""
    from django.utils import timezone

    found = {
        "consents": _rows(ConsentRecord, {"individual": person_id}, ("id", "agreement_id", "state", "attributes",
                          "valid_from", "valid_until", "changed_at", "revision_hash")),
        "accesses": _plain(visible(timezone.now()).filter(subject_id=person_id).order_by("at").values(
            "id", "at", "organisation_id", "client_id", "actor_name", "purpose_id", "basis", "disclosed", "withheld",
            "case_reference", "reason")),
        "questions": _rows(AccessQuestion, {"entry__subject_id": person_id}, ("entry_id", "text", "asked_at",
                           "answer", "answered_at")),
        "requests": _rows(PreviewRequest, {"subject_id": person_id}, ("id", "agreement_id", "attributes", "state",
                          "created_at", "decided_at")),
    }  # fmt: skip
    return {name: rows for name, rows in found.items() if rows}


def _rows(model: Any, chosen: dict[str, Any], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return _plain(model.objects.filter(**chosen).order_by("pk").values(*fields))


def _plain(rows: Any) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]


def erase(person_id: str, now: datetime) -> ErasureResult:
    """End every consent and request, erase what the person and staff wrote in words; say what stays.

    Runs in the transaction of `core.personal_data.erase_all`.
    """
    by = Actor(id="erasure", name="erasure")
    live = ConsentRecord.objects.filter(individual=person_id, state=ConsentState.GRANTED)
    for agreement_id in sorted(set(live.values_list("agreement_id", flat=True))):
        consent.withdraw(person_id, agreement_id, actor=by, now=now)
    PreviewRequest.objects.filter(subject_id=person_id).update(
        state=PreviewRequest.State.REFUSED, approved={}, reason="", case_reference="", decided_at=now
    )
    AccessQuestion.objects.filter(entry__subject_id=person_id).update(text=ERASED, answer=ERASED, answered_at=now)
    BreakGlass.objects.filter(subject_id=person_id).update(reason=ERASED)
    counts = (
        (KEPT_ACCESSES, AccessEntry.objects.filter(subject_id=person_id).count()),
        (KEPT_CONSENTS, ConsentRecord.objects.filter(individual=person_id).count()),
        (KEPT_EMERGENCIES, BreakGlass.objects.filter(subject_id=person_id).count()),
    )
    return ErasureResult(kept=tuple(text.format(n=n) for text, n in counts if n))
