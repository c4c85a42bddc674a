"""Lists of cases: the queue of an organisation in one indexed query, and the cases of an applicant."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from madoguchi.apps.cases import numbers, reach
from madoguchi.apps.cases.contracts import Applicant, CaseSummary, QueueFilter, QueuePage, Refusal, State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Case
from madoguchi.core.permissions import Actor, Permission

PAGE_ROWS = 50
MAX_PAGE = 1_000
_SORTS = {"due": "due_on", "opened": "opened_at", "changed": "changed_at", "number": "number"}
_OPEN = [state.value for state in State if state in UNDECIDED]


def queue(actor: Actor, chosen: QueueFilter, *, today: date) -> QueuePage:
    """Return one page of what an officer's organisations have, by the filter; nothing of any other organisation."""
    page = min(max(chosen.page, 1), MAX_PAGE)
    rows = _filtered(_own(actor, chosen.organisation_id), actor, chosen, today).order_by(*_order(chosen.sort))
    start = (page - 1) * PAGE_ROWS
    found = list(rows[start : start + PAGE_ROWS + 1])
    return QueuePage(tuple(summary(row, today=today) for row in found[:PAGE_ROWS]), page, len(found) > PAGE_ROWS)


def _own(actor: Actor, organisation_id: str) -> "QuerySet[Case]":
    own = actor.organisations(Permission.WORK_CASES)
    chosen = [item for item in own if organisation_id in ("", item)]
    return Case.objects.filter(organisation_id__in=chosen)


def _filtered(rows: "QuerySet[Case]", actor: Actor, chosen: QueueFilter, today: date) -> "QuerySet[Case]":
    if chosen.states:
        rows = rows.filter(state__in=[state.value for state in chosen.states])
    if chosen.mine or chosen.unassigned:
        rows = rows.filter(assignee_id=actor.id if chosen.mine else "")
    if chosen.overdue:
        rows = rows.filter(overdue_on(today))
    if chosen.at_risk:
        rows = rows.filter(at_risk_on(today))
    if chosen.procedure_id:
        rows = rows.filter(procedure_id=chosen.procedure_id)
    if chosen.number:
        rows = rows.filter(number__contains=_folded(chosen.number))
    return rows


def _folded(text: str) -> str:
    return numbers.normalised(text) or text.strip().upper()


def overdue_on(today: date) -> Q:
    """Return which undecided cases are late; one that stands still is late when it was so before it stood still."""
    late = Q(paused_on=None, due_on__lt=today) | Q(due_on__lt=F("paused_on"))
    return Q(state__in=_OPEN) & late


def at_risk_on(today: date) -> Q:
    """Return which undecided cases have used 80 % of their period and are not late yet."""
    return Q(state__in=_OPEN, paused_on=None, at_risk_on__lte=today, due_on__gte=today)


def _order(sort: str) -> tuple[Any, ...]:
    name = _SORTS.get(sort.removeprefix("-"), "due_on")
    last = True if name == "due_on" else None  # the other columns are never empty, and an index gives either order
    field = F(name).desc(nulls_last=last) if sort.startswith("-") else F(name).asc(nulls_last=last)
    return (field, "id")


def summary(row: Case, *, today: date, state: State | None = None) -> CaseSummary:
    """Return one line of a list; `state` as the reader may know it, when it is not the case's own."""
    undecided = State(state or row.state) in UNDECIDED
    paused = row.paused_on is not None
    evening = row.paused_on or today
    overdue = undecided and row.due_on is not None and row.due_on < evening
    near = undecided and not paused and row.at_risk_on is not None and row.at_risk_on <= today
    return CaseSummary(
        id=str(row.pk),
        number=row.number,
        procedure_id=row.procedure_id,
        version=row.version,
        organisation_id=row.organisation_id,
        subject_kind=row.subject_kind,
        state=State(state or row.state),
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
        opened_at=row.opened_at,
        due_on=row.due_on,
        at_risk_on=row.at_risk_on,
        decided_on=row.decided_on,
        outcome=row.outcome,
        priority=row.priority,
        paused=paused,
        overdue=overdue,
        at_risk=near and not overdue,
        last_number=row.last_number,
        changed_at=row.changed_at,
    )


def cases_of(applicant: Applicant, *, today: date) -> tuple[CaseSummary, ...]:
    """Return the applicant's cases, newest first, as she may know them."""
    rows = list(Case.objects.filter(subject_kind=applicant.subject_kind, subject_id=applicant.subject_id))
    kinds = {(row.procedure_id, row.version) for row in rows}
    within = {kind for kind in kinds if reach.reaches(applicant, *kind)}
    own = [row for row in rows if (row.procedure_id, row.version) in within]
    own.sort(key=lambda row: (row.opened_at, row.pk), reverse=True)
    return tuple(_hidden(summary(row, today=today, state=visible_state(row)), row) for row in own)


def _hidden(line: CaseSummary, row: Case) -> CaseSummary:
    """Return a line without what is not yet, or never, the applicant's: a decision before its letter, who works on it."""
    told = visible_decision(row)
    return replace(
        line,
        outcome=row.outcome if told else "",
        decided_on=row.decided_on if told else None,
        assignee_id="",
        assignee_name="",
        priority=0,
        at_risk=False,
        at_risk_on=None,
    )


def visible_decision(row: Case) -> bool:
    """Tell whether the newest decision was notified."""
    return row.notified_on is not None and row.state != State.DECIDED


def visible_state(row: Case) -> State:
    """Return the state as the applicant sees it: a proposal, and a decision before its letter, are examination."""
    if row.state in {State.PROPOSED, State.DECIDED}:
        return State.EXAMINING if row.notified_on is None else State.OBJECTED
    return State(row.state)


def case_id_of(number: str) -> str | None:
    """Return the id of the case of a number, None for a mistyped or unknown one. Knowing it grants nothing."""
    form = numbers.normalised(number)
    found = Case.objects.filter(number=form).values_list("pk", flat=True).first() if form else None
    return str(found) if found else None


def as_seen(refusal: Refusal | None, row: Case) -> Refusal | None:
    """Return a refusal that names the state as the applicant sees it."""
    if refusal is None or "state" not in refusal.params:
        return refusal
    return Refusal(refusal.code, {**refusal.params, "state": visible_state(row).value})
