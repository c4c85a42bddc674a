"""One case: for staff of its organisation, whose reading is recorded, or for the applicant, without anything internal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.cases import clock, columns, content, forecast, texts
from madoguchi.apps.cases.checks import aid
from madoguchi.apps.cases.contracts import (
    ActionKind,
    AnswersView,
    Applicant,
    CaseLabel,
    CaseMissing,
    CaseView,
    Entry,
    GrantedCase,
    Party,
    Refusal,
)
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.machine import GIVING, Status, Who, allowed
from madoguchi.apps.cases.models import Action, Case
from madoguchi.apps.cases.queries import parts
from madoguchi.apps.cases.queries.lists import as_seen, visible_decision, visible_state
from madoguchi.apps.cases.services import writing
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core import audit
from madoguchi.core.permissions import Actor
from madoguchi.engines.calendars import Tick


class _Read:
    """A case with its actions, words and procedure."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rows = list(Action.objects.filter(case=case).select_related("words").order_by("number"))
        self.status: Status = columns.status_of(self.rows)
        self.procedure: ProcedureView = procedures.procedure(case.procedure_id, case.version)
        self.content = content.of(self.rows, self.procedure.form)


def _case(case_id: str | UUID) -> Case:
    case = Case.objects.filter(pk=writing.uuid_of(case_id)).first()
    if case is None:
        raise CaseMissing(Refusal("missing"))
    return case


def label_of(case_id: str) -> CaseLabel | None:
    """Return by what a case is named to whom it concerns; None for an unknown one."""
    row = Case.objects.filter(pk=writing.uuid_of(case_id)).first()
    return CaseLabel(row.number, row.procedure_id, row.version, row.organisation_id) if row else None


def _for_staff(case_id: str, actor: Actor, what: str) -> tuple[_Read, writing.By]:
    """Return a case to staff who may work on it; the reading is recorded."""
    case = _case(case_id)
    by = writing.staff(actor, case.organisation_id)
    _note(case, actor, what)
    return _Read(case), by


def _note(case: Case, actor: Actor, what: str) -> None:
    audit.record(
        actor=actor,
        organisation_id=case.organisation_id,
        action="case.read",
        object_kind="case",
        object_id=str(case.pk),
        detail={"what": what},
    )


@transaction.atomic
def case_for_staff(case_id: str, *, actor: Actor, now: datetime) -> CaseView:
    """Return everything about a case except its answers; raise `NotPermitted` or `CaseMissing` (404)."""
    read, by = _for_staff(case_id, actor, "case")
    today = timezone.localdate(now)
    view = _view(read, by.who, today)
    return replace(
        view,
        checks=parts.checks(read.status, read.procedure, read.rows),
        proposal=parts.decision(read.status.proposal, read.rows),
        timeline=tuple(parts.entry(row) for row in read.rows),
    )


def _view(read: _Read, who: Who, today: date) -> CaseView:
    case, status = read.case, read.status
    return CaseView(
        id=str(case.pk),
        number=case.number,
        procedure_id=case.procedure_id,
        version=case.version,
        organisation_id=case.organisation_id,
        subject_kind=case.subject_kind,
        subject_id=case.subject_id,
        account_id=case.account_id,
        acting_for=case.acting_for,
        bundle_id=case.bundle_id,
        channel=case.channel,
        opened_at=case.opened_at,
        state=status.state,
        last_number=status.last_number,
        assignee_id=status.assignee_id,
        assignee_name=status.assignee_name,
        priority=case.priority,
        due_on=case.due_on,
        decided_on=case.decided_on,
        outcome=case.outcome,
        valid_until=case.valid_until,
        clock=clock.view(status, today=today),
        predicted=forecast.predicted(case, today=today),
        correction=parts.correction(status, read.rows),
        checks=(),
        proposal=None,
        decision=parts.decision(status.decision, read.rows),
        timeline=(),
        letters=parts.letters(case),
        file_ids=read.content.file_ids,
        savings=read.content.savings,
        may={kind: _may(read, kind, who) for kind in ActionKind if kind is not ActionKind.SUBMITTED},
        erased=read.content.erased,
    )


def _may(read: _Read, kind: ActionKind, who: Who) -> Refusal | None:
    refusal = allowed(read.status, kind, who)
    return texts.explained(refusal, read.procedure) if refusal else None


@transaction.atomic
def answers_for_staff(case_id: str, *, actor: Actor, now: datetime) -> AnswersView:
    """Return the answers as they stand; the reading is recorded."""
    read, _by = _for_staff(case_id, actor, "answers")
    return read.content.view()


@transaction.atomic
def findings(case_id: str, *, actor: Actor, now: datetime) -> tuple[aid.Finding, ...]:
    """Return the reviewer's aid: what is missing, broken or worth a look, each with its quote; it decides nothing."""
    read, _by = _for_staff(case_id, actor, "findings")
    if read.content.erased:
        return ()
    return aid.findings(read.case, read.procedure, read.content, today=timezone.localdate(now))


def own_case(case_id: str, applicant: Applicant) -> Case:
    """Return the applicant's own case; raise `CaseMissing` for anybody else's."""
    case = _case(case_id)
    writing.applicant(applicant, case)
    return case


def case_for_applicant(case_id: str, *, applicant: Applicant, now: datetime) -> CaseView:
    """Return a case as its applicant may know it: public entries, no names of staff, no decision before its letter."""
    case = own_case(case_id, applicant)
    read = _Read(case)
    who = writing.applicant(applicant, case).who
    view = _view(read, who, timezone.localdate(now))
    told = visible_decision(case)
    return replace(
        view,
        state=visible_state(case),
        **({} if told or case.decided_on is None else _as_if_undecided(read, timezone.localdate(now))),
        assignee_id="",
        assignee_name="",
        priority=0,
        decided_on=view.decided_on if told else None,
        outcome=view.outcome if told else "",
        valid_until=view.valid_until if told else None,
        decision=replace(view.decision, by="", by_name="") if told and view.decision else None,
        timeline=tuple(_public(parts.entry(row)) for row in read.rows if row.public),
        may={kind: as_seen(refusal, case) for kind, refusal in view.may.items() if _is_hers(kind, refusal)},
    )


def _as_if_undecided(read: _Read, today: date) -> dict[str, Any]:
    """Return clock and prediction as they read before a decision whose letter is not there yet."""
    seen = visible_state(read.case)
    if seen not in UNDECIDED:
        return {}
    running = replace(read.status, marks=tuple(mark for mark in read.status.marks if mark.kind is not Tick.STOPPED))
    return {
        "clock": clock.view(running, today=today),
        "predicted": forecast.predicted(read.case, today=today, state=seen),
    }


def _is_hers(kind: ActionKind, refusal: Refusal | None) -> bool:
    return refusal is None or refusal.code != "wrong_party"


def _public(entry: Entry) -> Entry:
    own = entry.party is Party.APPLICANT
    data: Mapping[str, Any] = {key: value for key, value in entry.data.items() if key in _PUBLIC_DATA}
    words = {key: value for key, value in entry.words.items() if key not in _LATER.get(entry.kind, ())}
    return replace(entry, actor_id=entry.actor_id if own else "", actor_name="", data=data, words=words)


_PUBLIC_DATA = frozenset({"fields", "documents", "days", "letter", "changed", "late", "to", "from", "retain_until"})


_LATER: Mapping[ActionKind, tuple[str, ...]] = {ActionKind.OBJECTION_DECIDED: ("values",)}
"""Words of a new decision that become hers with its letter."""


def answers_for_applicant(case_id: str, *, applicant: Applicant) -> AnswersView:
    """Return the applicant's own answers as they stand."""
    return _Read(own_case(case_id, applicant)).content.view()


def granted_case(case_id: str) -> GrantedCase | None:
    """Return what a decision in favour says to rooms that pay or renew; None for any other case.

    For handlers of `CaseDecided` in rooms above; it crosses no page, so nobody's reading is recorded.
    """
    case = Case.objects.filter(pk=writing.uuid_of(case_id)).first()
    if case is None or case.outcome not in GIVING or case.decided_on is None:
        return None
    read = _Read(case)
    made = parts.decision(read.status.decision, read.rows)
    return GrantedCase(
        case_id=str(case.pk),
        number=case.number,
        procedure_id=case.procedure_id,
        version=case.version,
        organisation_id=case.organisation_id,
        subject_kind=case.subject_kind,
        subject_id=case.subject_id,
        outcome=case.outcome,
        decided_on=case.decided_on,
        answers=read.content.answers,
        values=made.values if made else {},
    )
