"""Figures of an organisation: what came, what was decided, in time or not; per day, week or month, and per officer."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.apps.cases import api
from madoguchi.apps.cases.queries.statistics import PERIODS, Share
from madoguchi.apps.cases.views.desk.common import names_of, worker_of
from madoguchi.core.access import staff

USUAL_DAYS = 30
EARLIEST = date(2000, 1, 1)
MOST_DAYS = 3_660
MOST_SINGLE_DAYS = 366


@staff
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of one organisation and period."""
    actor, own = worker_of(request)
    asked = request.GET.get("organisation", "")
    organisation_id = asked if asked in own else own[0]
    today = timezone.localdate()
    since = _day(request, "since", today - timedelta(days=USUAL_DAYS))
    until = _day(request, "until", today)
    per = request.GET.get("per", "")
    per = per if per in PERIODS else "day"
    errors = _errors(since, until, per)
    names = names_of(own)
    context: dict[str, Any] = {
        "organisations": [(key, names.get(key, key)) for key in own],
        "organisation_id": organisation_id,
        "office": names.get(organisation_id, organisation_id),
        "since": since.isoformat() if since else request.GET.get("since", "")[:20],
        "until": until.isoformat() if until else request.GET.get("until", "")[:20],
        "per": per,
        "pers": [("day", _("日")), ("week", _("週")), ("month", _("月"))],
        "errors": errors,
        "today": today,
    }
    if not errors and since and until:
        context |= _figures(api.statistics(actor, organisation_id, since=since, until=until, per=per))
    return render(request, "cases/desk/statistics.html", context, status=400 if errors else 200)


def _day(request: HttpRequest, name: str, usual: date) -> date | None:
    """Return a day of the form, the usual one when it is empty, None for what is no day."""
    text = request.GET.get(name, "").strip()
    if not text:
        return usual
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _errors(since: date | None, until: date | None, per: str) -> list[tuple[str, str]]:
    """Return what is wrong with the period: the input and what to do."""
    wrong = _("日付を読めませんでした。2026-04-01 のように入れてください。")
    found = [(name, wrong) for name, day in (("since", since), ("until", until)) if day is None]
    if found or since is None or until is None:
        return found
    if since < EARLIEST:
        return [("since", _("2000年よりあとの日にしてください。"))]
    most = MOST_SINGLE_DAYS if per == "day" else MOST_DAYS
    if until < since:
        found.append(("until", _("終わりの日が始めの日より前です。どちらかを直してください。")))
    elif (until - since).days >= most:
        found.append(("since", _("期間が長すぎます。%(most)s日までにしてください。") % {"most": most}))
    return found


def _figures(found: api.Figures) -> dict[str, Any]:
    return {
        "figures": found,
        "approved": Share(found.approved, found.processed),
        "rejected": Share(found.rejected, found.processed),
        "in_time": found.in_time,
        "most": max((max(item.opened, item.processed) for item in found.periods), default=0),
        "officers": [
            (officer, Share(officer.decided, found.processed), Share(officer.sent_back, found.sent_back))
            for officer in found.officers
        ],
    }
