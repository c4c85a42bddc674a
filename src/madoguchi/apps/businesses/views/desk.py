"""The review desk: cases that linking leaves to a person, side by side with the candidates of the register."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.businesses import queries, sealing, services, texts
from madoguchi.apps.businesses.models import LinkCase
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted, Permission, require
from madoguchi.engines.linkage import Reason

_NONE = "none"


@staff
@require_http_methods(["GET"])
def review(request: HttpRequest) -> HttpResponse:
    """List the cases that wait in the organisations where the actor may decide."""
    actor = accounts.actor_of(request.user)
    if not actor.organisations(Permission.REVIEW_BUSINESSES):
        raise Http404
    cases = [(row, sealing.content_of(row)) for row in queries.waiting_cases(actor)]
    return render(request, "businesses/desk/review.html", {"cases": cases})


@staff
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show one case side by side; POST accepts a candidate or says that it is none of them."""
    actor = accounts.actor_of(request.user)
    row = _case_of(actor, case_id)
    if request.method == "GET":
        return _shown(request, row)
    chosen = request.POST.get("business", "")
    if not chosen:
        messages.error(request, _("候補を1つ選ぶか、「どれでもない」を選んでください。"))
        return _shown(request, row, status=400)
    try:
        business_id = None if chosen == _NONE else chosen
        services.decide_case(actor, row.pk, business_id=business_id, now=timezone.now())
    except services.AlreadyDecided:
        messages.error(request, _("ほかの人がすでに決めています。変更はしていません。"))
        return _shown(request, _case_of(actor, case_id), status=409)
    except services.NotACandidate:
        messages.error(request, _("候補にない事業者です。画面を開きなおして選んでください。"))
        return _shown(request, row, status=400)
    messages.success(request, _("決定を記録しました。"))
    return redirect("businesses:desk-review")


def _case_of(actor: Actor, case_id: str) -> LinkCase:
    """Return the case, or 404 when it is another organisation's: nothing about it is revealed."""
    try:
        row = LinkCase.objects.select_related("organisation").filter(pk=case_id).first()
    except ValidationError:
        raise Http404 from None
    if row is None:
        raise Http404
    try:
        require(actor, Permission.REVIEW_BUSINESSES, row.organisation_id)
    except NotPermitted:
        raise Http404 from None
    return row


def _shown(request: HttpRequest, row: LinkCase, status: int = 200) -> HttpResponse:
    views = queries.businesses_by_id([candidate["business"] for candidate in row.candidates])
    candidates: list[dict[str, Any]] = [
        {
            "view": views[item["business"]],
            "status": texts.status(views[item["business"]].status),
            "points": item["points"],
            "evidence": [(texts.reason(Reason(part["reason"])), part["points"]) for part in item["evidence"]],
        }
        for item in row.candidates
        if item["business"] in views
    ]
    waiting = row.state == LinkCase.State.WAITING
    context = {"case": row, "content": sealing.content_of(row), "candidates": candidates, "waiting": waiting}
    return render(request, "businesses/desk/case.html", context, status=status)
