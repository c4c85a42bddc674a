"""What the applications room hands out and erases about a person (個人情報の保護に関する法律 第76条, 第98条).

Cases are kept by the cases room; here are drafts, and receipts that say which cases were opened.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from madoguchi.apps.applications import receipts
from madoguchi.apps.applications.content import content_of
from madoguchi.apps.applications.contracts import DraftState
from madoguchi.apps.applications.models import Draft, Receipt
from madoguchi.apps.applications.opened import procedures_of
from madoguchi.apps.applications.services.starting import empty
from madoguchi.apps.people import api as people
from madoguchi.core.personal_data import ErasureResult


def _whose(person_id: str) -> Q:
    """Return what is about a person: her own affairs, whoever writes, and what she writes for nobody else."""
    person = people.person(person_id)
    account_id = person.account_id if person else None
    return Q(subject_id=person_id) | (Q(account_id=account_id, acting_for="") if account_id else Q())


def export(person_id: str) -> dict[str, Any]:
    """Return drafts with their answers and receipts of a person, as JSON values."""
    drafts = Draft.objects.filter(_whose(person_id)).exclude(state=DraftState.DELETED).order_by("created_at")
    sent = Receipt.objects.filter(_whose(person_id)).order_by("created_at")
    found: dict[str, Any] = {
        "drafts": [_draft(row) for row in drafts],
        "receipts": [_receipt(row) for row in sent],
    }
    return {name: part for name, part in found.items() if part}


def _draft(row: Draft) -> dict[str, Any]:
    content = content_of(row)
    return {
        "id": str(row.pk),
        "procedures": [name for name, _version in procedures_of(row)],
        "state": row.state,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "answers": dict(content.answers),
    }


def _receipt(row: Receipt) -> dict[str, Any]:
    view = receipts.view_of(row)
    return {
        "id": view.id,
        "at": view.at.isoformat(),
        "cases": [{"number": case.number, "procedure": case.procedure_id} for case in view.cases],
        "savings": dict(view.savings),
    }


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Empty a person's drafts; say that the numbers of what she sent stay."""
    drafts = Draft.objects.select_for_update(of=("self",)).filter(_whose(person_id))
    for row in drafts.exclude(state=DraftState.DELETED):
        if row.state == DraftState.OPEN:
            empty(row, now)
        else:
            row.sealed, row.key_id = None, None
            row.save(update_fields=["sealed", "key"])
    if not Receipt.objects.filter(_whose(person_id)).exists():
        return ErasureResult()
    return ErasureResult(
        (
            _(
                "受付票のうち申請の番号と日付：出した申請の記録であるためです。"
                "理由：公文書等の管理に関する法律。期限：申請の記録が消えるまで。"
            ),
        )
    )
