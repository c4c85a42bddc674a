"""The page of one case for staff, and its downloads."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.cases import api, texts
from madoguchi.apps.cases.clock import RISK_SHARE
from madoguchi.apps.cases.contracts import UNDECIDED, ActionKind, CaseError, CaseView, CheckResult
from madoguchi.apps.cases.views.desk import forms, shown
from madoguchi.apps.cases.views.desk.common import (
    Trouble,
    blockers,
    language,
    meanwhile,
    names_of,
    procedure_of,
    view_or_404,
)
from madoguchi.apps.cases.who import actor_of
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted, Permission

K = ActionKind


@staff
@require_GET
def case(request: HttpRequest, case_number: str) -> HttpResponse:
    """Show everything about a case and what may be done in it now."""
    return page(request, case_number)


def page(request: HttpRequest, case_number: str, trouble: Trouble | None = None) -> HttpResponse:
    """Show a case; with `trouble` say what was refused and keep what was typed."""
    actor, view = actor_of(request), view_or_404(request, case_number)
    procedure = procedure_of(view)
    context = {
        **head(view, procedure),
        **_content(view, procedure, actor),
        "names": (names := _names(view)),
        "office": names.get(view.organisation_id, view.organisation_id),
        "forms": forms.forms_of(view, actor, trouble),
        "message_form": forms.message_form(view, trouble),
        "return_form": forms.return_form(view, trouble),
        "refused": forms.refused(view),
        "may_correct": view.may[K.CORRECTION_ASKED] is None,
        "may_decide": view.may[K.PROPOSED] is None or view.may[K.DECIDED] is None,
        "may_review": view.may[K.OBJECTION_DECIDED] is None,
        "open_checks": blockers(view, CheckResult.OPEN),
        "timeline": shown.timeline(view, procedure, names),
        "messages_here": shown.messages(view, procedure),
        "trouble": trouble,
        "meanwhile": meanwhile(view, trouble.seen) if trouble else (),
    }
    return render(request, "cases/desk/case.html", context, status=trouble.status if trouble else 200)


def head(view: CaseView, procedure: ProcedureView) -> dict[str, Any]:
    """Return what every page of a case begins with: number, procedure, state, clock."""
    clock = view.clock
    return {
        "case": view,
        "number": view.number,
        "procedure": procedure,
        "procedure_name": procedure.name(language()),
        "state": texts.state(view.state),
        "outcome": texts.outcome(view.outcome) if view.outcome else "",
        "opened": timezone.localtime(view.opened_at),
        **_hurry(view),
        "clock_whole": clock.days + clock.extended_days if clock else 0,
    }


def _hurry(view: CaseView) -> dict[str, Any]:
    """Return whether an undecided case is late or soon will be, in calendar days as the queue counts them."""
    clock = view.clock
    if clock is None or view.state not in UNDECIDED:
        return {"late": False, "soon": False, "days": 0}
    days = abs((clock.due - timezone.localdate()).days) if clock.running else 0
    return {
        "late": clock.overdue,
        "soon": clock.running and not clock.overdue and clock.share_used >= RISK_SHARE,
        "days": days,
    }


def _content(view: CaseView, procedure: ProcedureView, actor: Actor) -> dict[str, Any]:
    """Return what was applied for and what was found, each reading recorded."""
    now, decider = timezone.now(), actor.may(Permission.DECIDE_CASES, view.organisation_id)
    answers = api.answers_for_staff(view.id, actor=actor, now=now)
    found = () if view.erased else api.findings(view.id, actor=actor, now=now)
    return {
        "applicant": shown.addressee(view, procedure, answers),
        "sections": () if view.erased else shown.sections(view, procedure, answers),
        "papers": shown.papers(view, procedure, answers),
        "checks": shown.checks(view, decider=decider),
        "may_check": view.may[K.CHECK_DONE] is None,
        "aid": shown.aid(found, procedure),
        "asked_fields": [
            texts.field_label(key, procedure, language()) for key in (view.correction.fields if view.correction else ())
        ],
        "proposal": shown.proposal(view, procedure),
        "decision": shown.decision(view.decision, procedure),
        "letters": view.letters,
    }


def _names(view: CaseView) -> dict[str, str]:
    moved = [entry.data[key] for entry in view.timeline if entry.kind is K.FORWARDED for key in ("from", "to")]
    return names_of([view.organisation_id, *moved])


@staff
@require_GET
def file(request: HttpRequest, case_number: str, file_id: UUID) -> HttpResponse:
    """Hand out a file of a case; the reading is recorded."""
    view = view_or_404(request, case_number)
    owner = files.Owner(files.OwnerKind.CASE, view.id)
    return files.response(str(file_id), owner, actor=actor_of(request), organisation_id=view.organisation_id)


@staff
@require_GET
def letter(request: HttpRequest, case_number: str, letter_id: UUID) -> HttpResponse:
    """Hand out a letter of a case; the reading is recorded."""
    view = view_or_404(request, case_number)
    if str(letter_id) not in {item.id for item in view.letters}:
        raise Http404
    try:
        return api.letter_for_staff(str(letter_id), actor=actor_of(request), now=timezone.now())
    except (CaseError, NotPermitted):
        raise Http404 from None
