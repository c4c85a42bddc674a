"""How many cases wait in each part of a queue: one query over the cases that are not at their end."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Count, Q

from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.queries.lists import at_risk_on, overdue_on
from madoguchi.core.permissions import Actor, Permission

UNFINISHED = tuple(state for state in State if state in UNDECIDED | {State.DECIDED, State.OBJECTED})
"""States in which the office still has something to do."""


def queue_counts(actor: Actor, organisation_id: str, *, today: date) -> Mapping[str, int]:
    """Return how many unfinished cases an officer's organisations have: all, mine, unassigned, at risk, overdue, by two states."""
    own = [item for item in actor.organisations(Permission.WORK_CASES) if organisation_id in ("", item)]
    rows = Case.objects.filter(organisation_id__in=own, state__in=[state.value for state in UNFINISHED])
    found: dict[str, int] = rows.aggregate(
        all=Count("pk"),
        mine=Count("pk", filter=Q(assignee_id=actor.id)),
        unassigned=Count("pk", filter=Q(assignee_id="")),
        soon=Count("pk", filter=at_risk_on(today)),
        late=Count("pk", filter=overdue_on(today)),
        correcting=Count("pk", filter=Q(state=State.CORRECTING.value)),
        proposed=Count("pk", filter=Q(state=State.PROPOSED.value)),
    )
    return found
