"""Deciding on a request for review (審査請求): dismissing it, or putting another decision in the place of the first one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.cases import api, texts
from madoguchi.apps.cases.contracts import ActionKind, CaseError, CaseMissing, CaseView
from madoguchi.apps.cases.views.desk import shown
from madoguchi.apps.cases.views.desk.case import head
from madoguchi.apps.cases.views.desk.common import (
    Trouble,
    case_id_or_404,
    meanwhile,
    number_in,
    procedure_of,
    trouble_of,
    view_or_404,
)
from madoguchi.apps.cases.views.desk.deciding import check_complete, choices, typed_in
from madoguchi.apps.cases.who import actor_of
from madoguchi.core.access import staff
from madoguchi.core.permissions import NotPermitted

DO = "objection"


@staff
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, case_number: str) -> HttpResponse:
    """Show the request for review and the form of its decision; POST shows what was typed, or decides."""
    step = request.POST.get("step", "edit")
    if request.method != "POST" or step == "edit":
        return _page(request, case_number)
    try:
        return _checked(request, case_number, sure=step == "decide")
    except (CaseMissing, NotPermitted):
        raise Http404 from None
    except CaseError as refused:
        return _page(request, case_number, trouble_of(request, refused, do=DO))


def _checked(request: HttpRequest, case_number: str, *, sure: bool) -> HttpResponse:
    result = request.POST.get("result", "")
    if result not in ("upheld", "dismissed"):
        typed = {"result": result}
        return _page(request, case_number, Trouble(DO, _("審査請求の結果を選んでください。"), 400, "result", typed))
    if not request.POST.get("words", "").strip():
        return _page(request, case_number, Trouble(DO, _("理由を書いてください。通知書にのります。"), 400, "words"))
    procedure = procedure_of(view_or_404(request, case_number))
    given, changed = typed_in(request, procedure), result == "upheld"
    if changed:
        check_complete(given, procedure)
    if not sure:
        return _page(request, case_number, sure=True)
    api.decide_objection(
        case_id_or_404(case_number),
        actor=actor_of(request),
        changed=changed,
        outcome=given.outcome if changed else "",
        reasons=given.reasons if changed else (),
        words=given.words,
        values=given.values if changed else None,
        expected_number=number_in(request),
        now=timezone.now(),
    )
    messages.success(request, _said(changed=changed))
    return redirect("cases:desk-case", case_number)


def _said(*, changed: bool) -> str:
    if changed:
        return _("審査請求を認め、決定を変えました。次に、新しい決定を申請者に通知してください。")
    return _("審査請求の結果を決め、通知書を作りました。")


def _page(
    request: HttpRequest, case_number: str, trouble: Trouble | None = None, *, sure: bool = False
) -> HttpResponse:
    view = view_or_404(request, case_number)
    procedure = procedure_of(view)
    given, refusal = typed_in(request, procedure), view.may[ActionKind.OBJECTION_DECIDED]
    result = request.POST.get("result", "")
    context = {
        **head(view, procedure),
        **choices(view, procedure, given),
        "given": given,
        "given_outcome": texts.outcome(given.outcome) if given.outcome else "",
        "result": result,
        "result_words": texts.outcome(result) if result else "",
        "sure": sure,
        "decision": shown.decision(view.decision, procedure),
        "requests": _requests(view),
        "refused": texts.refusal(refusal) if refusal else "",
        "trouble": trouble,
        "meanwhile": meanwhile(view, trouble.seen) if trouble else (),
    }
    return render(request, "cases/desk/objection.html", context, status=trouble.status if trouble else 200)


def _requests(view: CaseView) -> list[dict[str, object]]:
    """Return what the applicant wrote, newest first."""
    found = [entry for entry in view.timeline if entry.kind is ActionKind.OBJECTED]
    return [
        {"at": timezone.localtime(entry.at), "text": entry.words.get("text", ""), "late": entry.data.get("late", False)}
        for entry in reversed(found)
    ]
