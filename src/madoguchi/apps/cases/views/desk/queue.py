"""The queue of an organisation's cases: tabs, filters, sorting, pages; what is done with many cases at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.apps.cases import api, texts
from madoguchi.apps.cases.contracts import CaseSummary, QueueFilter, State
from madoguchi.apps.cases.queries.counts import UNFINISHED, queue_counts
from madoguchi.apps.cases.views.desk.common import language, worker_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import staff
from madoguchi.core.models import Organisation

TABS = ("mine", "unassigned", "all", "soon", "late", "correcting", "proposed")
ANY_STATE = "any"
SORTS = ("number", "opened", "due", "changed")
DEFAULTS = {"tab": "all", "sort": "due", "page": "1"}
KEPT = ("tab", "procedure", "organisation", "state", "number", "sort", "page")


@staff
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the cases of the officer's organisations."""
    actor, own = worker_of(request)
    today = timezone.localdate()
    asked = _asked(request, own)
    page = api.queue(actor, _filter(asked), today=today)
    counts = queue_counts(actor, asked["organisation"], today=today)
    offices = list(Organisation.objects.filter(pk__in=own))
    views = _procedures(offices)
    context = {
        "asked": asked,
        "tabs": [
            (_address(asked, tab=tab, page="1", state=""), tab == asked["tab"], words, counts[tab])
            for tab, words in _tabs().items()
        ],
        "heads": [_head(asked, name, words) for name, words in _heads().items()],
        "rows": [_line(row, views, today) for row in page.rows],
        "organisations": [(row.pk, _name(row)) for row in offices] if len(own) > 1 else [],
        "procedures": sorted(((key, view.name(language())) for key, view in views.items()), key=lambda item: item[1]),
        "states": [(state.value, texts.state(state)) for state in State],
        "filtered": any(asked[name] for name in ("procedure", "organisation", "state", "number")),
        "page": page.page,
        "before": _address(asked, page=str(page.page - 1)) if page.page > 1 else "",
        "after": _address(asked, page=str(page.page + 1)) if page.more else "",
        "back": _address(asked),
    }
    return render(request, "cases/desk/queue.html", context)


def _asked(request: HttpRequest, own: list[str]) -> dict[str, str]:
    """Return what the address asks for, in known words; everything else falls back to the usual."""
    given = {name: request.GET.get(name, "").strip() for name in KEPT}
    states = {ANY_STATE, *(state.value for state in State)}
    return {
        **given,
        "tab": given["tab"] if given["tab"] in TABS else DEFAULTS["tab"],
        "sort": given["sort"] if given["sort"].removeprefix("-") in SORTS else DEFAULTS["sort"],
        "page": given["page"] if given["page"].isascii() and given["page"].isdigit() else DEFAULTS["page"],
        "state": given["state"] if given["state"] in states else "",
        "organisation": given["organisation"] if given["organisation"] in own else "",
        "procedure": given["procedure"][:80],
        "number": given["number"].replace("\0", "")[:40],
    }


def _filter(asked: Mapping[str, str]) -> QueueFilter:
    tab = asked["tab"]
    return QueueFilter(
        states=_states(tab, asked["state"]),
        mine=tab == "mine",
        unassigned=tab == "unassigned",
        overdue=tab == "late",
        at_risk=tab == "soon",
        procedure_id=asked["procedure"],
        organisation_id=asked["organisation"],
        number=asked["number"],
        sort=asked["sort"],
        page=int(asked["page"][:6]),
    )


def _states(tab: str, state: str) -> tuple[State, ...]:
    if tab in ("correcting", "proposed"):
        return (State(tab),)
    if state == ANY_STATE:
        return ()
    return (State(state),) if state else UNFINISHED


def _address(asked: Mapping[str, str], **changed: str) -> str:
    """Return the query of the queue with some of it changed; what is usual is left out."""
    wanted = {**asked, **changed}
    return "?" + urlencode({key: value for key, value in wanted.items() if value and value != DEFAULTS.get(key)})


def _tabs() -> dict[str, str]:
    return {
        "mine": _("わたしの担当"),
        "unassigned": _("担当なし"),
        "all": _("すべて"),
        "soon": _("期限が近い"),
        "late": _("期限を過ぎた"),
        "correcting": _("訂正待ち"),
        "proposed": _("決裁待ち"),
    }


def _heads() -> dict[str, str]:
    return {
        "number": _("受付番号"),
        "procedure": _("手続"),
        "state": _("状態"),
        "opened": _("届いた日"),
        "due": _("期限"),
        "assignee": _("担当"),
        "changed": _("最後の動き"),
    }


def _head(asked: Mapping[str, str], name: str, words: str) -> dict[str, str]:
    """Return a head of the table: its address turns the order round when the table is sorted by it."""
    if name not in SORTS:
        return {"words": words}
    forwards, backwards = asked["sort"] == name, asked["sort"] == f"-{name}"
    return {
        "words": words,
        "address": _address(asked, sort=f"-{name}" if forwards else name, page="1"),
        "sorted": "ascending" if forwards else "descending" if backwards else "",
    }


def _name(row: Organisation) -> str:
    return row.name_en if language() == "en" else row.name_ja


def _procedures(offices: list[Organisation]) -> dict[str, procedures.ProcedureView]:
    """Return the procedures in force that these organisations work on."""
    own = {row.pk for row in offices}
    if any(row.kind == Organisation.Kind.MUNICIPALITY for row in offices):
        own.add(procedures.MUNICIPALITY)
    return {view.id: view for view in procedures.procedures() if view.authority in own}


def _line(row: CaseSummary, views: Mapping[str, procedures.ProcedureView], today: date) -> dict[str, Any]:
    return {
        "case": row,
        "name": name_of(row.procedure_id, row.version, views),
        "state": texts.state(row.state),
        "outcome": texts.outcome(row.outcome) if row.outcome else "",
        "opened": timezone.localdate(row.opened_at),
        "changed": timezone.localdate(row.changed_at),
        "days": abs((row.due_on - today).days) if row.due_on else None,
    }


def name_of(procedure_id: str, version: int, views: Mapping[str, procedures.ProcedureView]) -> str:
    """Return what a procedure is called; one that is no longer in force is looked up by its version."""
    if procedure_id in views:
        return views[procedure_id].name(language())
    try:
        return procedures.procedure(procedure_id, version).name(language())
    except procedures.UnknownProcedure:
        return procedure_id
