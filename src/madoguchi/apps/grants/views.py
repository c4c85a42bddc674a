"""Pages of grants: search and one call for everybody, marked for a business that is signed in; imports for staff."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.grants import asking, fitting, own, queries, texts
from madoguchi.apps.grants.contracts import CallState, CallView
from madoguchi.apps.grants.fitting import Traits
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import public, staff
from madoguchi.core.permissions import Permission

PAGE_SIZE = 20
_MAX_PAGE = 200


def _page(text: str) -> int:
    return min(int(text), _MAX_PAGE) if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) else 1


@public
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Search calls by words, state, area, industry and size."""
    filters, page = asking.filters_of(request.GET.dict()), _page(request.GET.get("page", ""))
    found = queries.search(filters, now=timezone.now(), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    traits = own.traits_of(request.user)
    parameters = request.GET.copy()
    parameters.pop("page", None)
    context = {
        "found": found,
        "rows": [_row(view, traits) for view in found.items],
        "filters": filters,
        "states": [(state.value, texts.state(state)) for state in CallState],
        "areas": queries.areas(),
        "industries": queries.industries(),
        "page": page,
        "pages": min(-(-found.total // PAGE_SIZE), _MAX_PAGE),
        "query_string": parameters.urlencode(),
    }
    return render(request, "grants/search.html", context)


def _row(view: CallView, traits: Traits | None) -> dict[str, Any]:
    row: dict[str, Any] = {"call": view, "state": texts.state(view.state), "source": texts.source(view.source)}
    if traits is not None:
        found = fitting.findings(view.content, traits)
        overall = fitting.overall(found)
        row["fit"] = {
            "is": overall.value,
            "words": texts.fit(overall),
            "reasons": [texts.finding(one) for one in found],
        }
    return row


@public
@require_GET
def call(request: HttpRequest, call_id: str) -> HttpResponse:
    """Show one call with its source, and the way to apply when there is one here."""
    view = queries.get(call_id, now=timezone.now())
    if view is None:
        raise Http404
    context = {
        **_row(view, own.traits_of(request.user)),
        "attachments": [(texts.attachment(item.kind), item.name) for item in view.content.attachments],
        "versions": queries.versions(call_id),
        "can_apply": view.state is CallState.OPEN and _procedure_exists(view.procedure_id),
    }
    return render(request, "grants/call.html", context)


def _procedure_exists(procedure_id: str) -> bool:
    try:
        return bool(procedure_id) and bool(procedures.procedure(procedure_id))
    except procedures.UnknownProcedure:
        return False


@staff
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show staff how imports stand and how many calls there are in each state."""
    if not accounts.actor_of(request.user).organisations(Permission.VIEW_DESK):
        raise Http404
    runs = [
        {
            "run": run,
            "state": texts.run_state(run.state),
            "waiting": len(run.waiting or ()),
            "counts": [(texts.count(name), number) for name, number in sorted(run.counts.items())],
        }
        for run in queries.runs()
    ]
    totals = [(texts.state(state), number) for state, number in queries.totals(timezone.now()).items()]
    return render(request, "grants/desk.html", {"runs": runs, "totals": totals})
