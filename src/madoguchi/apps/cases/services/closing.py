"""The end of a case: closing, keeping for the retention period, and forgetting the words afterwards."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.cases.contracts import ActionKind, CaseError, NotAllowed, Refusal, State
from madoguchi.apps.cases.machine import ADVERSE
from madoguchi.apps.cases.models import ActionWords, Case, Letter, Likeness
from madoguchi.apps.cases.objections import last_day_of
from madoguchi.apps.cases.services.writing import By, Desk, desk_of_staff, desk_of_system
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor

RETENTION_YEARS = 5
BATCH = 200


def retained_until(closed_on: date, years: int) -> date:
    """Return the last day of the retention period: full fiscal years from the April after the closing.

    公文書等の管理に関する法律施行令 第8条 counts from 1 April of the following fiscal year.
    """
    start = date(closed_on.year + (closed_on.month >= 4), 4, 1)
    return date(start.year + years, 3, 31)


def close(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Close a case that is notified or withdrawn; from now on nothing is added to it.

    One that was decided against the applicant stays open while she may ask for a review (行政不服審査法 第18条).
    """
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        made = desk.status.decision
        if made and made.outcome in ADVERSE and not _finished(desk, timezone.localdate(now)):
            raise NotAllowed(Refusal("objection_possible"))
        _close(desk, by)
    return desk.status.last_number


def _close(desk: Desk, by: By) -> None:
    years = desk.procedure.retention_years or RETENTION_YEARS
    until = retained_until(timezone.localdate(desk.now), years)
    desk.append(ActionKind.CLOSED, by, data={"retain_until": until.isoformat()})
    files.keep_until(files.Owner(files.OwnerKind.CASE, str(desk.case.pk)), until)


def close_finished(now: datetime) -> int:
    """Close notified cases whose time for a review has passed, and withdrawn ones; return how many."""
    waiting = Case.objects.filter(state__in=[State.NOTIFIED, State.WITHDRAWN]).order_by("changed_at")
    return sum(_close_one(row, now) for row in waiting.iterator(chunk_size=BATCH))


def _close_one(row: Case, now: datetime) -> bool:
    try:
        with desk_of_system(row.pk, now=now) as (desk, by):
            if not _finished(desk, timezone.localdate(now)):
                return False
            _close(desk, by)
    except CaseError:  # somebody acted in this moment: the next round looks again
        return False
    return True


def _finished(desk: Desk, today: date) -> bool:
    if desk.status.state is State.WITHDRAWN:
        return True
    record = procedures.procedure(desk.case.procedure_id, desk.case.version).record
    last = last_day_of(record, desk.status.notified_on, desk.case.organisation_id)
    return last is not None and today > last


def forget(now: datetime) -> int:
    """Remove words, letters and hashes of cases whose retention is over; actions, dates and outcomes stay."""
    today = timezone.localdate(now)
    due = Case.objects.filter(retain_until__lt=today, actions__words__isnull=False).distinct()
    return sum(_forget(case_id) for case_id in list(due.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _forget(case_id: UUID) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    erase_words(case)
    return True


def erase_words(case: Case, *, actor: Actor = SYSTEM) -> None:
    """Remove everything written in a case, in the caller's transaction: the one way by which words leave."""
    ActionWords.objects.filter(action__case=case).delete()
    Letter.objects.filter(case=case).update(sealed=None, key=None)
    Likeness.objects.filter(case=case).delete()
    audit.record(
        actor=actor,
        organisation_id=case.organisation_id,
        action="case.forget",
        object_kind="case",
        object_id=str(case.pk),
    )
