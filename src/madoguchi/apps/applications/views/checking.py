"""The last look at everything before it is sent, the sending, and the receipt."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.applications import known, queries, saving, steps, texts
from madoguchi.apps.applications.contracts import CaseLine, DraftState, Known
from madoguchi.apps.applications.documents import Paper
from madoguchi.apps.applications.errors import DraftMissing, NotDone, Reason
from madoguchi.apps.applications.opened import Opened, row_of, views_of
from madoguchi.apps.applications.services import sending, settling
from madoguchi.apps.applications.views.common import day, field_at, language, number_in, own, posted, remark_in
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person
from madoguchi.engines import forms


@person
@require_GET
def check(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show what will be sent to whom, with links to change it."""
    return _check(request, draft_id)


def _check(request: HttpRequest, draft_id: str, *, error: NotDone | None = None) -> HttpResponse:
    applicant, now = own(request), timezone.now()
    try:
        before = settling.open_draft(applicant, draft_id, now)
        if before.row.state != DraftState.OPEN:
            return redirect("applications:draft", draft_id=draft_id)
        changed = [_label(before, path) for path in before.changed_facts]
        opened = settling.settle(applicant, draft_id, now)
    except DraftMissing:
        raise Http404 from None
    papers = opened.papers()
    level = texts.level_of(opened.talk.views)
    caller = accounts.caller_of(request)
    context = {
        "draft_id": draft_id,
        "number": opened.row.number,
        "parts": [_part(opened, view, papers) for view in opened.talk.views],
        "open_pages": _open_pages(opened, papers),
        "changed": changed,
        "told": [_label(opened, key) for key in opened.content.told],
        "error": texts.refusal(error) if error else "",
        "remark": request.POST.get("remark", "")[: sending.MOST_REMARK_SIGNS],
        "remark_signs": sending.MOST_REMARK_SIGNS,
        "total": len(steps.steps_of(opened, papers)),
        "needs_proof": caller is None or not accounts.is_enough(caller, level, max_age_minutes=None, now=now),
        "level": texts.level_words(level, applicant.subject_kind),
        "has_verified": bool(opened.verified),
        "acting_for": applicant.acting_for,
    }
    return render(request, "applications/check.html", context, status=409 if error else 200)


def _label(opened: Opened, path: str) -> str:
    try:
        return procedures.in_language(field_at(opened.form, path).label, language())
    except KeyError:
        return path


def _open_pages(opened: Opened, papers: tuple[Paper, ...]) -> list[tuple[str, str, int]]:
    """Return the pages with something missing or wrong: title, address, how many."""
    found = []
    for page in forms.pages_shown(opened.form, opened.answers, today=opened.today):
        problems = forms.page_problems(opened.form, page.id, opened.answers, today=opened.today)
        if problems:
            title = procedures.in_language(page.title, language())
            found.append((title, reverse("applications:page", args=[str(opened.row.pk), page.id]), len(problems)))
    missing = [paper for paper in papers if paper.missing]
    if missing:
        names = "、".join(procedures.in_language(paper.name, language()) for paper in missing)
        found.append((names, reverse("applications:documents", args=[str(opened.row.pk)]), len(missing)))
    return found


def _part(opened: Opened, view: procedures.ProcedureView, papers: tuple[Paper, ...]) -> dict[str, Any]:
    """Return what one office gets: answers in words with the page on which each is changed, documents, what was spared."""
    answers = opened.talk.answers_of(view, opened.answers)
    found = known.origins(answers, opened.known)
    own_papers = [paper for paper in papers if view.id in paper.procedures]
    sections = procedures.answers_in_words(view.form, answers, language(), today=opened.today)
    return {
        "id": view.id,
        "name": view.name(language()),
        "office": procedures.office_words(view, language(), sending.authority_of(opened, view)),
        "sections": [_section(opened, section, found) for section in sections],
        "papers": [
            {
                "name": procedures.in_language(paper.name, language()),
                "files": [file.name for file in paper.files],
                "needless": paper.confirmed,
                "day": day(paper.confirmed.as_of) if paper.confirmed else None,
            }
            for paper in own_papers
            if paper.files or (paper.required and paper.confirmed)
        ],
        "savings": saving.of_form(view, answers, found, papers, opened.row.created_at),
        "fees": [
            (procedures.in_language(fee.get("name"), language()), fee["yen"])
            for fee in view.fees
            if forms.holds(forms.read_condition(fee.get("if", True)), answers, today=opened.today)
        ],
    }


def _section(opened: Opened, section: procedures.Section, found: dict[str, Known]) -> dict[str, Any]:
    lines = [
        {
            "label": line.label,
            "words": line.words,
            "source": found[line.path].source if line.path in found else "",
            "verified": line.path in found and found[line.path].verified,
            "day": day(found[line.path].as_of) if line.path in found else None,
        }
        for line in section.lines
    ]
    page_id = _page_of(opened, section)
    change = reverse("applications:page", args=[str(opened.row.pk), page_id]) if page_id else ""
    return {"title": section.title, "lines": lines, "change": change}


def _page_of(opened: Opened, section: procedures.Section) -> str:
    """Return the page of the conversation on which the first question of a section stands."""
    keys = {line.path.split("[")[0] for line in section.lines}
    return next((page.id for page in opened.form.pages if keys & set(page.fields)), "")


@person
@posted("applications:check")
def send(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Send everything once and go to the receipt; what needs a surer sign-in asks for it first."""
    applicant, now = own(request), timezone.now()
    try:
        receipt = sending.send(
            applicant,
            draft_id,
            number=number_in(request),
            now=now,
            remark=remark_in(request),
            proven=lambda views: _is_proven(request, views),
        )
    except DraftMissing:
        raise Http404 from None
    except NotDone as refusal:
        if refusal.reason is Reason.SURER_SIGN_IN:
            level = texts.level_of(views_of(row_of(applicant, draft_id)))
            back = reverse("applications:check", args=[draft_id])
            return redirect(accounts.step_up_address(level, max_age_minutes=None, next_path=back))
        return _refused(request, draft_id, refusal)
    return redirect("applications:receipt", receipt_id=receipt.id)


def _is_proven(request: HttpRequest, views: tuple[procedures.ProcedureView, ...]) -> bool:
    """Tell whether the caller's sign-in is sure enough to send these."""
    caller = accounts.caller_of(request)
    level = texts.level_of(views)
    return caller is not None and accounts.is_enough(caller, level, max_age_minutes=None, now=timezone.now())


def _refused(request: HttpRequest, draft_id: str, refusal: NotDone) -> HttpResponse:
    if refusal.reason is Reason.DOCUMENTS:
        messages.error(request, texts.refusal(refusal))
        return redirect("applications:documents", draft_id=draft_id)
    return _check(request, draft_id, error=refusal)


@person
@require_GET
def receipt(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """Show the receipt: numbers, days, next steps, what was spared."""
    try:
        found = queries.receipt_of(own(request), receipt_id)
    except DraftMissing:
        raise Http404 from None
    context = {
        "at": timezone.localtime(found.at),
        "cases": [_case(case) for case in found.cases],
        "savings": found.savings,
    }
    return render(request, "applications/receipt.html", context)


def _case(case: CaseLine) -> dict[str, Any]:
    view = procedures.procedure(case.procedure_id, case.version)
    return {
        "number": case.number,
        "name": view.name(language()),
        "office": procedures.office_words(view, language(), case.organisation_id),
        "due_on": case.due_on,
        "early": case.predicted[0] if case.predicted else None,
        "late": case.predicted[2] if case.predicted else None,
        "period": procedures.period_words(view.clock.get("online")),
    }
