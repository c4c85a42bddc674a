"""The columns of a case that queues read, as they follow from its actions."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import clock
from madoguchi.apps.cases.contracts import ActionKind, Party, State
from madoguchi.apps.cases.machine import GIVING, Status, Step, reduce
from madoguchi.apps.cases.models import Action, Case

DAYS = ("due_on", "at_risk_on", "in_time")
"""These also follow from the organisation's calendar, which changes with the pack."""


def step_of(row: Action) -> Step:
    """Return an action as the machine reads it."""
    return Step(row.number, ActionKind(row.kind), timezone.localdate(row.at), row.actor_id, Party(row.party), row.data)


def status_of(rows: Sequence[Action]) -> Status:
    """Return the status that follows from all actions of a case, in order."""
    return reduce(map(step_of, rows))


def derived(status: Status) -> dict[str, Any]:
    """Return every derived column except `changed_at`."""
    days = clock.days_of(status)
    decision = status.decision
    return {
        "organisation_id": status.organisation_id,
        "state": status.state.value,
        "assignee_id": status.assignee_id,
        "assignee_name": status.assignee_name,
        "due_on": days.due_on,
        "at_risk_on": days.at_risk_on,
        "in_time": days.in_time,
        "paused_on": status.paused_on,
        "paused_days": clock.paused_days(status),
        "corrections": status.corrections,
        "last_number": status.last_number,
        "decided_on": decision.on if decision else None,
        "notified_on": status.notified_on,
        "outcome": decision.outcome if decision else "",
        "valid_until": decision.valid_until if decision and decision.outcome in GIVING else None,
        "priority": _priority(status),
        "closed_on": status.closed_on,
        "retain_until": status.retain_until,
    }


def _priority(status: Status) -> int:
    if status.state is State.OBJECTED:
        return 2
    return int(status.unanswered and status.state is not State.CLOSED)


def put(case: Case, status: Status) -> list[str]:
    """Set the derived columns of a case that the caller saves; return their names."""
    values = derived(status)
    for name, value in values.items():
        setattr(case, name, value)
    return list(values)
