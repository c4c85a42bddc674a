"""What is done with many cases at once: taking them, deciding them as proposed. Each case for itself, with its own answer."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import BulkResult, CaseError
from madoguchi.apps.cases.services.taking import take_many
from madoguchi.apps.cases.views.desk.common import number_in, worker_of
from madoguchi.core.access import staff

WORK: Mapping[str, Callable[..., tuple[BulkResult, ...]]] = {"take": take_many, "decide": api.decide_many}


@staff
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Take or decide the chosen cases and say of each what became of it."""
    actor, _own = worker_of(request)
    do, chosen = request.POST.get("do", ""), list(dict.fromkeys(request.POST.getlist("case")))
    if do not in WORK:
        return redirect("cases:desk")
    error = ""
    results: tuple[BulkResult, ...] = ()
    if not chosen:
        error = _("申請が選ばれていません。一覧にもどり、1件以上に印をつけてください。")
    else:
        expected = {case_id: number_in(request, f"n.{case_id}") for case_id in chosen}
        try:
            results = WORK[do](chosen, actor=actor, now=timezone.now(), expected_numbers=expected)
        except CaseError as refused:
            error = str(refused)
    context = {
        "deciding": do == "decide",
        "results": results,
        "done": sum(result.done for result in results),
        "error": error,
        "back": _back(request),
    }
    return render(request, "cases/desk/bulk.html", context, status=400 if error else 200)


def _back(request: HttpRequest) -> str:
    """Return the query of the queue from which the form came; only a query, never another place."""
    text = request.POST.get("back", "")
    return text if text.startswith("?") and len(text) < 500 else ""
