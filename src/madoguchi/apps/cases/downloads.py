"""Downloads of letters: the same bytes every time, for staff of the organisation and for the applicant."""

from datetime import datetime

from django.db import transaction
from django.http import HttpResponse

from madoguchi.apps.cases import letters
from madoguchi.apps.cases.contracts import Applicant, CaseMissing, Refusal
from madoguchi.apps.cases.models import Letter
from madoguchi.apps.cases.services import writing
from madoguchi.core import audit
from madoguchi.core.permissions import Actor


def letter_for_applicant(letter_id: str, *, applicant: Applicant, now: datetime) -> HttpResponse:
    """Return a letter of an own case; raise `CaseMissing` for any other."""
    row = _letter(letter_id)
    by = writing.applicant(applicant, row.case)
    return _answer(row, by.actor)


def letter_for_staff(letter_id: str, *, actor: Actor, now: datetime) -> HttpResponse:
    """Return a letter of a case of the organisation; raise `NotPermitted` or `CaseMissing`. The reading is recorded."""
    row = _letter(letter_id)
    writing.staff(actor, row.case.organisation_id)
    return _answer(row, actor)


def _letter(letter_id: str) -> Letter:
    row = Letter.objects.select_related("case").filter(pk=writing.uuid_of(letter_id)).first()
    if row is None:
        raise CaseMissing(Refusal("missing"))
    return row


@transaction.atomic
def _answer(row: Letter, actor: Actor) -> HttpResponse:
    data = letters.pdf_of(row)
    if data is None:
        raise CaseMissing(Refusal("missing"))
    audit.record(
        actor=actor,
        organisation_id=row.organisation_id,
        action="letter.read",
        object_kind="letter",
        object_id=str(row.pk),
    )
    answer = HttpResponse(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.case.number}-{row.number}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
