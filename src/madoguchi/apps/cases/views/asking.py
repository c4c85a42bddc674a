"""What the applicant may ask of the office: a message, taking the application back, a review of the decision (審査請求)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.apps.cases import objections
from madoguchi.apps.cases.contracts import ActionKind, CaseError, CaseMissing
from madoguchi.apps.cases.services import own as services
from madoguchi.apps.cases.services.given import MAX_TEXT
from madoguchi.apps.cases.views.common import Own, language, number_in, office_of, own
from madoguchi.apps.cases.views.own import notified_on, show
from madoguchi.core.access import person


@person
@require_POST
def message(request: HttpRequest, case_number: str) -> HttpResponse:
    """Write to the office."""
    found, text = own(request, case_number), request.POST.get("text", "")
    try:
        services.message_in(found.view.id, applicant=found.applicant, text=text, now=found.now)
    except CaseMissing:
        raise Http404 from None
    except CaseError as refusal:
        return show(request, found, error=str(refusal), typed=text[: MAX_TEXT + 1], status=400)
    messages.success(request, _("メッセージを送りました。"))
    return redirect("cases:case", case_number=found.view.number)


@person
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, case_number: str) -> HttpResponse:
    """Ask once more, then take the application back."""
    found, reason = own(request, case_number), request.POST.get("reason", "")
    step = Step(
        ActionKind.WITHDRAWN,
        "cases/own/withdraw.html",
        partial(services.withdraw, reason=reason),
        _("申請を取り下げました。"),
    )
    return _taken(request, found, step)


@person
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, case_number: str) -> HttpResponse:
    """Ask for a review of the decision (審査請求)."""
    found, text = own(request, case_number), request.POST.get("reason", "")
    said = _("審査請求を送りました。別の担当者が調べて決めます。")
    step = Step(ActionKind.OBJECTED, "cases/own/objection.html", partial(services.object_to, text=text), said)
    return _taken(request, found, step)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is asked once more before it is done: the page that asks, the service, what is said afterwards."""

    kind: ActionKind
    template: str
    work: Callable[..., int]
    said: str


def _taken(request: HttpRequest, found: Own, step: Step) -> HttpResponse:
    """Show the page of a step; POST takes it, and what is refused is shown with what was typed."""
    if request.method == "GET":
        return _ask(request, found, step.kind, step.template)
    try:
        step.work(found.view.id, applicant=found.applicant, expected_number=number_in(request), now=found.now)
    except CaseMissing:
        raise Http404 from None
    except CaseError as refusal:
        return _ask(request, found, step.kind, step.template, error=str(refusal))
    messages.success(request, step.said)
    return redirect("cases:case", case_number=found.view.number)


def _ask(request: HttpRequest, found: Own, kind: ActionKind, template: str, *, error: str = "") -> HttpResponse:
    """Show the form of an action; one that is not possible now leads back to the case and says why."""
    refusal = found.view.may.get(kind)
    if kind not in found.view.may or (refusal is not None and not error):
        messages.error(request, str(CaseError(refusal)) if refusal else _("いまは、できません。"))
        return redirect("cases:case", case_number=found.view.number)
    last = objections.last_day_of(found.procedure.record, notified_on(found), found.view.organisation_id)
    context = {
        "case": found.view,
        "name": found.procedure.name(language()),
        "office": office_of(found.procedure, found.view.organisation_id),
        "last_day": last,
        "late": last is not None and timezone.localdate(found.now) > last,
        "typed": request.POST.get("reason", "")[: MAX_TEXT + 1],
        "most": MAX_TEXT,
        "error": error,
    }
    return render(request, template, context, status=409 if error else 200)
