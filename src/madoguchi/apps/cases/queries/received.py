"""How many applications for procedures came to each authority in a month, and how many of them were granted.

Numbers only: no case, no applicant. Whoever shows them hides small ones.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate, TruncMonth

from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.machine import GIVING
from madoguchi.apps.cases.models import Case


@dataclass(frozen=True, slots=True)
class Received:
    """Applications for one procedure at one authority that were opened in a month, withdrawn ones left out."""

    procedure_id: str
    organisation_id: str
    month: date
    opened: int
    granted: int
    """Those of them that were decided in favour, whenever that was, and notified."""


def received(procedure_ids: Collection[str], *, since: date, until: date) -> tuple[Received, ...]:
    """Return the counts by procedure, authority and month (its first day) of opening, both days included."""
    rows = (
        Case.objects.filter(procedure_id__in=list(procedure_ids))
        .exclude(state=State.WITHDRAWN)
        .annotate(day=TruncDate("opened_at"), month=TruncMonth("opened_at"))
        .filter(day__gte=since, day__lte=until)
        .order_by()
        .values_list("procedure_id", "organisation_id", "month")
        .annotate(opened=Count("pk"), granted=Count("pk", filter=_granted()))
    )
    opened, granted = Counter[tuple[str, str, date]](), Counter[tuple[str, str, date]]()
    for procedure_id, organisation_id, month, number, given in rows:
        key = (procedure_id, organisation_id, date(month.year, month.month, 1))
        opened[key] += number
        granted[key] += given
    return tuple(Received(*key, opened[key], granted[key]) for key in sorted(opened))


def _granted() -> Q:
    return Q(outcome__in=[str(outcome) for outcome in GIVING], notified_on__isnull=False)
