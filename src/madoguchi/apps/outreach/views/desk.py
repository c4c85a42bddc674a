"""The desk's page of effects: per programme what telling did, and what is probably missed; as page and as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.outreach import effects
from madoguchi.apps.outreach.models import MatchCount
from madoguchi.apps.registry import api as registry
from madoguchi.core.access import staff
from madoguchi.core.permissions import Permission

MOST_BARS = 12
MOST_ROWS = 60
_BAR = 26
"""Height of one bar with its gap, in units of the picture."""
_WIDTH = 300


def _chosen(request: HttpRequest) -> str:
    """Return the municipality that is asked for; raise Http404 for staff without a desk."""
    if not accounts.actor_of(request.user).organisations(Permission.VIEW_DESK):
        raise Http404
    code = request.GET.get("municipality", "")
    return code if code in {item.code for item in registry.municipalities()} else ""


def _since(today: date) -> date:
    """Return the first day of the fiscal year (会計年度: from April)."""
    return date(today.year - (today.month < 4), 4, 1)


@staff
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show what telling did and what is probably missed, of Tokyo or of one municipality."""
    code, today = _chosen(request), timezone.localdate()
    told = effects.effects(code)
    missed = effects.missed(code, since=_since(today), until=today)
    english = (get_language() or "ja") == "en"
    context = {
        "municipalities": [(item.code, item.en if english else item.ja) for item in registry.municipalities()],
        "chosen": code,
        "told": told,
        "missed": missed[:MOST_ROWS],
        "left_out": max(0, len(missed) - MOST_ROWS),
        "bars": _bars(told),
        "counted": MatchCount.objects.order_by("-on").first(),
        "since": _since(today),
        "today": today,
        "least": effects.LEAST,
    }
    return render(request, "outreach/desk.html", context)


def _bars(told: Sequence[effects.Effect]) -> dict[str, Any] | None:
    """Return the bars of the picture: of the most told programmes, how many of those told applied."""
    most = [item for item in told if item.told][:MOST_BARS]
    if not most:
        return None
    highest = max(item.told or 0 for item in most)
    bars = [
        {
            "item": item,
            "top": place * _BAR,
            "middle": place * _BAR + 14,
            "told": round(_WIDTH * (item.told or 0) / highest),
            "applied": round(_WIDTH * (item.applied.part or 0) / highest),
        }
        for place, item in enumerate(most)
    ]
    return {"bars": bars, "height": len(bars) * _BAR}


@staff
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """Give the same figures as CSV (UTF-8 with a mark, as spreadsheets want it)."""
    code, today = _chosen(request), timezone.localdate()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_lines(code, today))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="outreach-{code or "tokyo"}-{today}.csv"'
    return answer


_COLUMNS = (
    "programme", "told", "opened", "useful", "useful_of", "useful_low_percent", "useful_high_percent", "satisfaction",
    "satisfaction_of", "applied_after", "eligible", "maybe", "judged", "applied", "granted", "missed_low_yen",
    "missed_high_yen", "label",
)  # fmt: skip


def _lines(code: str, today: date) -> Iterator[Sequence[Any]]:
    yield _COLUMNS
    counted = MatchCount.objects.order_by("-on").first()
    label = f"{counted.label} {counted.on} {_('推計')}" if counted else ""
    told = {item.programme_id: item for item in effects.effects(code)}
    missed = {item.programme_id: item for item in effects.missed(code, since=_since(today), until=today)}
    for key in sorted(told.keys() | missed.keys()):
        yield (key, *_told_cells(told.get(key)), *_missed_cells(missed.get(key)), label if key in missed else "")


def _told_cells(item: effects.Effect | None) -> Sequence[Any]:
    if item is None:
        return ("",) * 9
    useful = item.useful
    cells = (
        item.told, item.opened.part, useful.part, useful.whole, _rounded(useful.low), _rounded(useful.high),
        _rounded(item.satisfaction), item.rated, item.applied.part,
    )  # fmt: skip
    return ["" if cell is None else cell for cell in cells]


def _missed_cells(item: effects.Missed | None) -> Sequence[Any]:
    if item is None:
        return ("",) * 7
    cells = (item.eligible, item.maybe, item.judged, item.applied, item.granted, item.low_yen, item.high_yen)
    return ["" if cell is None else cell for cell in cells]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
