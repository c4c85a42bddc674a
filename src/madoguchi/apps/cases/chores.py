"""What comes again: renewals that come near, days that passed, clocks after a change of closing days, closing, forgetting.

Each thing is told once (`Told`), whatever is repeated or killed; each case is one transaction.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.cases import columns
from madoguchi.apps.cases.alerts import FARTHEST_DAYS
from madoguchi.apps.cases.contracts import CaseOverdue, RenewalDue, State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Action, Case, Told
from madoguchi.apps.cases.queries.lists import overdue_on
from madoguchi.apps.procedures import api as procedures
from madoguchi.core import events

RENEWAL, OVERDUE = "renewal", "overdue"


def remind(now: datetime) -> int:
    """Tell of permits that run out within the procedure's days (`remind_days`), once for each of them; return how many.

    After a pause of the chore only the nearest of several passed days is told.
    """
    today = timezone.localdate(now)
    rows = Case.objects.filter(
        valid_until__gte=today, valid_until__lte=today + timedelta(days=FARTHEST_DAYS), notified_on__isnull=False
    ).exclude(state=State.OBJECTED)
    return sum(_remind(case, today, now) for case in rows.iterator())


def _remind(case: Case, today: date, now: datetime) -> bool:
    assert case.valid_until is not None
    record = procedures.procedure(case.procedure_id, case.version).record
    days = ((record.get("decision") or {}).get("valid") or {}).get("remind_days") or ()
    left = (case.valid_until - today).days
    reached = [item for item in days if left <= item]
    if not reached:
        return False
    until = case.valid_until.isoformat()
    with transaction.atomic():
        if not _first_time(case, RENEWAL, f"{until} {min(reached)}", now):
            return False
        events.publish(RenewalDue(str(case.pk), case.procedure_id, case.organisation_id, case.subject_id, until, left))
    return True


def _first_time(case: Case, kind: str, mark: str, now: datetime) -> bool:
    """Note in the caller's transaction that something is told; false when it was told before."""
    try:
        with transaction.atomic():
            Told.objects.create(case=case, kind=kind, mark=mark, at=now)
    except IntegrityError:
        return False
    return True


def tell_overdue(now: datetime) -> int:
    """Tell of cases whose day has passed, once for each day they were due; return how many."""
    rows = Case.objects.filter(overdue_on(timezone.localdate(now)))
    return sum(_tell_overdue(case, now) for case in rows.iterator())


def _tell_overdue(case: Case, now: datetime) -> bool:
    assert case.due_on is not None
    due = case.due_on.isoformat()
    with transaction.atomic():
        if not _first_time(case, OVERDUE, due, now):
            return False
        events.publish(CaseOverdue(str(case.pk), case.procedure_id, case.organisation_id, due))
    return True


def wind_clocks() -> int:
    """Bring the days of undecided cases up to date after a change of closing days; return how many changed."""
    waiting = Case.objects.filter(state__in=[state.value for state in UNDECIDED]).values_list("pk", flat=True)
    return sum(_wind(case_id) for case_id in list(waiting))


@transaction.atomic
def _wind(case_id: UUID) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    before = {name: getattr(case, name) for name in columns.DAYS}
    columns.put(case, columns.status_of(list(Action.objects.filter(case=case).order_by("number"))))
    if before == {name: getattr(case, name) for name in columns.DAYS}:
        return False
    case.save(update_fields=list(columns.DAYS))
    return True
