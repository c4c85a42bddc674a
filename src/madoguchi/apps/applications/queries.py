"""Reads of the applications room: an applicant's drafts and receipts. Nothing here opens answers."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from madoguchi.apps.applications import receipts
from madoguchi.apps.applications.contracts import Applicant, DraftState, DraftView, ReceiptView
from madoguchi.apps.applications.errors import DraftMissing
from madoguchi.apps.applications.models import Draft, Receipt
from madoguchi.apps.applications.opened import KEPT, procedures_of


def drafts_of(applicant: Applicant) -> tuple[DraftView, ...]:
    """Return the open drafts of an applicant, the newest first."""
    rows = Draft.objects.filter(
        account_id=applicant.account_id,
        subject_kind=applicant.subject_kind,
        subject_id=applicant.subject_id,
        acting_for=applicant.acting_for,
        state=DraftState.OPEN,
    )
    return tuple(view_of(row) for row in rows.defer("sealed").order_by("-changed_at"))


def view_of(row: Draft) -> DraftView:
    """Return a draft as lists show it."""
    return DraftView(
        id=str(row.pk),
        bundle_id=row.bundle_id,
        procedures=procedures_of(row),
        state=DraftState(row.state),
        created_at=row.created_at,
        changed_at=row.changed_at,
        ends_on=timezone.localdate(row.changed_at + KEPT),
        acting_for=row.acting_for,
    )


def receipt_of(applicant: Applicant, receipt_id: str) -> ReceiptView:
    """Return an applicant's own receipt; raise DraftMissing for everybody else's."""
    found = _own(applicant).filter(pk=_uuid(receipt_id)).first()
    if found is None:
        raise DraftMissing
    return receipts.view_of(found)


def receipt_of_draft(applicant: Applicant, draft_id: str) -> ReceiptView | None:
    """Return the receipt of an applicant's draft that was sent, None before."""
    found = _own(applicant).filter(draft_id=_uuid(draft_id)).first()
    return receipts.view_of(found) if found else None


def receipts_of(applicant: Applicant) -> tuple[ReceiptView, ...]:
    """Return the receipts of an applicant, the newest first."""
    return tuple(receipts.view_of(row) for row in _own(applicant).order_by("-created_at"))


def _own(applicant: Applicant) -> QuerySet[Receipt]:
    return Receipt.objects.filter(
        account_id=applicant.account_id,
        subject_kind=applicant.subject_kind,
        subject_id=applicant.subject_id,
        acting_for=applicant.acting_for,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise DraftMissing from None
