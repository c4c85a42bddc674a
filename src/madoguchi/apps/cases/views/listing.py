"""The applicant's cases: where each stands, by when, whose turn it is."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.cases import forecast, texts, who
from madoguchi.apps.cases.contracts import UNDECIDED, CaseSummary
from madoguchi.apps.cases.queries import lists
from madoguchi.apps.cases.texts import Turn
from madoguchi.apps.cases.views.common import language, office_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person

SHOWN = ("", "mine", "open", "ended")


@person
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the own cases, those first in which it is the applicant's turn."""
    try:
        applicant = who.applicant_of(request)
    except Http404:  # the account was made a moment ago and nobody stands behind it yet
        return render(request, "cases/own/listing.html", {"waiting": True})
    today = timezone.localdate()
    found = lists.cases_of(applicant, today=today)
    chosen = request.GET.get("show", "")
    rows = [row for row in found if _shown(row, chosen)]
    rows.sort(key=lambda row: texts.turn(row) != Turn.APPLICANT)
    predicted = forecast.predicted_many([row.id for row in rows if row.state in UNDECIDED], today=today)
    context = {
        "rows": [_line(row, predicted.get(row.id)) for row in rows],
        "total": len(found),
        "chosen": chosen if chosen in SHOWN else "",
        "counts": {key: sum(_shown(row, key) for row in found) for key in SHOWN},
        "today": today,
    }
    return render(request, "cases/own/listing.html", context)


def _shown(row: CaseSummary, chosen: str) -> bool:
    turn = texts.turn(row)
    if chosen == "mine":
        return turn is Turn.APPLICANT
    if chosen in {"open", "ended"}:
        return (turn is Turn.NOBODY) == (chosen == "ended")
    return True


def _line(row: CaseSummary, predicted: Any) -> dict[str, Any]:
    view = procedures.procedure(row.procedure_id, row.version)
    today = timezone.localdate()
    is_open = row.state in UNDECIDED
    return {
        "number": row.number,
        "name": view.name(language()),
        "state": texts.state(row.state),
        "turn": texts.turn(row),
        "holder": texts.holder(row, office_of(view, row.organisation_id)),
        "next": texts.next_step(row),
        "opened": timezone.localdate(row.opened_at),
        "due_on": row.due_on if is_open else None,
        "left": texts.days_left(row.due_on, today) if is_open and row.due_on and not row.paused else "",
        "paused": row.paused and is_open,
        "overdue": row.overdue,
        "early": predicted[0] if predicted else None,
        "late": predicted[2] if predicted else None,
        "outcome": texts.outcome(row.outcome) if row.outcome else "",
        "decided_on": row.decided_on,
    }
