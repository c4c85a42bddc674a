"""How it went: the applicant's one review of an ended case, and what reviews say to the office."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.cases import texts, who
from madoguchi.apps.cases.contracts import CaseError, CaseMissing, Invalid
from madoguchi.apps.cases.queries.reviews import ReviewFigures, reviews
from madoguchi.apps.cases.services import reviewing
from madoguchi.apps.cases.services.given import MAX_TEXT
from madoguchi.apps.cases.views.common import Own, language, own
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person, staff
from madoguchi.core.permissions import Permission

POINTS = (5, 4, 3, 2, 1)
_SHOWN_DAYS = 90


@person
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, case_number: str) -> HttpResponse:
    """Ask how applying went, once; nothing is asked that the platform knows."""
    found = own(request, case_number)
    if request.method == "GET":
        return _ask(request, found)
    try:
        reviewing.review(
            found.view.id,
            applicant=found.applicant,
            ease=_number(request, "ease"),
            clear=_number(request, "clear"),
            minutes=_number(request, "minutes"),
            troubles=request.POST.getlist("trouble"),
            text=request.POST.get("text", ""),
            now=found.now,
        )
    except CaseMissing:
        raise Http404 from None
    except Invalid as refusal:
        return _ask(request, found, field=str(refusal.refusal.params["field"]), error=str(refusal))
    except CaseError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("ありがとうございました。手続をよくするために使います。"))
    return redirect("cases:case", case_number=found.view.number)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the form; None when it was left empty, -1 when it is no number."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 7 else -1


def _ask(request: HttpRequest, found: Own, *, field: str = "", error: str = "") -> HttpResponse:
    sent = request.POST
    context = {
        "case": found.view,
        "name": found.procedure.name(language()),
        "points": [(value, texts.points(value), sent.get("ease") == str(value)) for value in POINTS],
        "clear": [(value, texts.clearness(value), sent.get("clear") == str(value)) for value in POINTS],
        "troubles": [(key, texts.trouble(key), key in sent.getlist("trouble")) for key in reviewing.TROUBLES],
        "minutes": sent.get("minutes", "")[:10],
        "text": sent.get("text", "")[: MAX_TEXT + 1],
        "most": MAX_TEXT,
        "field": field,
        "error": error,
    }
    return render(request, "cases/own/review.html", context, status=400 if error else 200)


@staff
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what reviews say about the officer's organisations."""
    actor, today = who.actor_of(request), timezone.localdate()
    own_places = sorted(actor.organisations(Permission.WORK_CASES))
    if not own_places:
        raise Http404
    place = request.GET.get("organisation", "")
    organisation_id = place if place in own_places else own_places[0]
    since = _day(request.GET.get("since", ""), today - timedelta(days=_SHOWN_DAYS))
    until = _day(request.GET.get("until", ""), today)
    found = reviews(actor, organisation_id, since=since, until=until)
    context = {
        "places": [(key, procedures.organisation_name(key, language())) for key in own_places],
        "organisation_id": organisation_id,
        "since": since,
        "until": until,
        "found": found,
        "ease": _bars(found.ease, texts.points),
        "clear": _bars(found.clear, texts.clearness),
        "troubles": [(texts.trouble(key), count) for key, count in found.troubles.items()],
        "words": _words(found),
    }
    return render(request, "cases/desk/reviews.html", context)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _bars(counts: Any, name: Any) -> dict[str, Any]:
    return {"whole": sum(counts.values()), "rows": [(name(value), counts[value]) for value in POINTS]}


def _words(found: ReviewFigures) -> list[dict[str, Any]]:
    return [
        {
            "name": procedures.procedure(item.procedure_id, item.version).name(language()),
            "on": item.on,
            "ease": texts.points(item.ease),
            "text": item.text,
        }
        for item in found.words
    ]
