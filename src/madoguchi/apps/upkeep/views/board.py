"""The board of staleness for staff, one organisation with its findings, the public summary; each also as CSV."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.apps.upkeep import queries, services
from madoguchi.apps.upkeep.models import Finding
from madoguchi.apps.upkeep.views import common
from madoguchi.core.access import public, staff
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

SHOWN_FINDINGS = 300


def _labels() -> dict[str, str]:
    return {"overdue": _("見直し期限切れ"), "unconfirmed": _("未確認の項目がある制度")}


def _context(found: queries.Board) -> dict[str, object]:
    return {
        "board": found,
        "bars": common.bars(found.total, _labels()),
        "rows": [(row, common.bars(row, _labels())) for row in found.rows],
    }


@public
@require_safe
def summary(request: HttpRequest) -> HttpResponse:
    """Show everybody how fresh the registry is: counts per organisation only."""
    return render(request, "upkeep/summary.html", _context(queries.board(timezone.localdate())))


@public
@require_safe
def summary_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the summary as CSV."""
    return _csv()


@staff
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show staff the board; their own organisations lead to what there is to do."""
    actor = common.actor_of(request)
    found = queries.board(timezone.localdate())
    mine = set(actor.organisations(Permission.VIEW_DESK))
    own = list(Organisation.objects.filter(pk__in=mine))
    return render(request, "upkeep/board.html", {**_context(found), "mine": mine, "own": own})


@staff
@require_safe
def board_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the board as CSV."""
    return _csv()


def _csv() -> StreamingHttpResponse:
    found = queries.board(timezone.localdate())
    answer = StreamingHttpResponse(queries.as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="registry-upkeep-{found.as_of}.csv"'
    return answer


@staff
@require_safe
def organisation(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """Show one's own organisation: programmes with the stalest first, and what the checks found."""
    actor = common.actor_of(request)
    if not actor.may(Permission.VIEW_DESK, organisation_id):
        raise Http404
    owner = Organisation.objects.filter(pk=organisation_id).first()
    if owner is None:
        raise Http404
    today = timezone.localdate()
    found = queries.findings(organisation_id)
    context = {
        "owner": owner,
        "rows": queries.programmes(organisation_id, today),
        "findings": common.finding_rows(found[:SHOWN_FINDINGS]),
        "number": len(found),
        "names": common.names_of(organisation_id),
        "may_edit": actor.may(Permission.EDIT_PROGRAMME, organisation_id),
        "today": today,
    }
    return render(request, "upkeep/organisation.html", context)


@staff
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Show one finding; POST marks it as intended with a reason, or takes the mark back."""
    actor = common.actor_of(request)
    row = Finding.objects.filter(pk=finding_id).select_related("organisation").first()
    if row is None or not actor.may(Permission.VIEW_DESK, row.organisation_id):
        raise Http404
    error = ""
    if request.method == "POST":
        if request.POST.get("loud"):
            error = common.tried(request, lambda: _loud(actor, row))
        else:
            error = common.tried(request, lambda: _intended(actor, row, request.POST.get("why", "")))
        if not error:
            return redirect("upkeep:organisation", row.organisation_id)
        messages.error(request, error)
    context = {
        "item": common.finding_rows([row])[0],
        "typed": request.POST.get("why", ""),
        "may_edit": actor.may(Permission.EDIT_PROGRAMME, row.organisation_id),
        "quiet_by": common.names_of(row.organisation_id).get(row.quiet_by, ""),
    }
    return render(request, "upkeep/finding.html", context, status=400 if error else 200)


def _intended(actor: Actor, row: Finding, why: str) -> str:
    services.mark_intended(actor, row.pk, why=why, now=timezone.now())
    return _("意図したものとして記録しました。記録が変わると、また表示されます。")


def _loud(actor: Actor, row: Finding) -> str:
    services.mark_loud(actor, row.pk)
    return _("また表示するようにしました。")
