"""The update assistant's pages: take a page in, show what it proposes with its words, accept or refuse piece by piece."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import assistant, fetching, pages, texts
from madoguchi.apps.upkeep.contracts import ChangeState, Origin, PageKind
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import ProposedChange, SourcePage
from madoguchi.apps.upkeep.views import common, programme
from madoguchi.core import limits
from madoguchi.core.access import staff
from madoguchi.core.language_model import configured
from madoguchi.core.permissions import Actor, Permission

CONTEXT_SIGNS = 80
READS_PER_MINUTE = 20


@staff
@require_http_methods(["POST"])
def take_in(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Take a page in by its address, as a file or as text, and show what it proposes."""
    actor = common.actor_of(request)
    copy = common.programme_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    try:
        kind, url, page = _given(request, actor)
        model = configured() if request.POST.get("model") else None
        row = assistant.take_in(
            actor, programme_id, page, kind=kind, url=url, today=timezone.localdate(), now=timezone.now(), model=model
        )
    except Refused as refused:
        return programme.show(request, actor, copy, error=texts.refusal(refused), status=400)
    except fetching.FetchProblem as problem:
        return programme.show(request, actor, copy, error=texts.fetch_problem(problem), status=400)
    except pages.PageProblem as problem:
        return programme.show(request, actor, copy, error=texts.trouble(problem.trouble), status=400)
    return redirect("upkeep:page", row.pk)


def _given(request: HttpRequest, actor: Actor) -> tuple[PageKind, str, pages.PageText]:
    """Return what the form gives: exactly one of address, file and text."""
    url, text, file = request.POST.get("url", "").strip(), request.POST.get("text", ""), request.FILES.get("file")
    if sum(map(bool, (url, text.strip(), file))) != 1:
        raise Refused(Refusal.NO_PAGE)
    allowance = limits.count(f"upkeep:{actor.id}", limit_per_minute=READS_PER_MINUTE, now=timezone.now())
    if not allowance.allowed:
        raise Refused(Refusal.TOO_OFTEN)
    if url:
        fetched = fetching.fetch(url)
        return PageKind.FETCHED, fetched.url, pages.read(fetched.data, content_type=fetched.content_type)
    if file is not None:
        if (file.size or 0) > pages.MAX_BYTES:
            raise pages.PageProblem(pages.Trouble.TOO_LARGE)
        return PageKind.UPLOADED, file.name or "", pages.read(file.read(), content_type=file.content_type or "")
    if len(text) > pages.MAX_BYTES // 4:
        raise pages.PageProblem(pages.Trouble.TOO_LARGE)
    return PageKind.PASTED, "", pages.plain(text)


@dataclass(frozen=True, slots=True)
class Shown:
    """Words of a page in their surroundings."""

    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """One proposed change as the page shows it."""

    change: ProposedChange
    field: str
    old: str
    new: str
    shown: Shown
    confidence: str
    percent: int
    state: str
    by: str
    is_open: bool
    by_model: bool
    chosen: bool
    advice: str


@staff
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Show a page's proposals; POST accepts chosen ones into the draft, refuses them, or reads the page again."""
    actor = common.actor_of(request)
    row = SourcePage.objects.filter(pk=source_id).first()
    if row is None:
        raise Http404
    common.programme_of(actor, row.programme_id, Permission.EDIT_PROGRAMME)
    error, advice = "", {}
    if request.method == "POST":
        outcome: list[assistant.Outcome] = []
        error = common.tried(request, lambda: _step(request, actor, row, outcome))
        advice = dict(outcome[0].advice) if outcome else {}
        if not error and not advice:
            return redirect("upkeep:page", row.pk)
        if error:
            messages.error(request, error)
    row.refresh_from_db()
    copy = common.programme_of(actor, row.programme_id, Permission.EDIT_PROGRAMME)
    context = _context(request, row, copy, advice)
    return render(request, "upkeep/page.html", context, status=409 if error else 200)


def _step(request: HttpRequest, actor: Actor, row: SourcePage, outcome: list[assistant.Outcome]) -> str:
    """Take the step that the pressed button names; return what was done."""
    given, now, today = request.POST, timezone.now(), timezone.localdate()
    if given.get("again"):
        copy = common.programme_of(actor, row.programme_id, Permission.EDIT_PROGRAMME)
        assistant.read_again(row, copy.content, today=today, model=configured() if given.get("model") else None)
        return _("今の記録と、もう一度くらべました。")
    chosen = [number for text in given.getlist("change") if (number := common.whole(text)) >= 0]
    if given.get("reject"):
        outcome.append(assistant.reject(actor, row.pk, chosen, why=given.get("why", ""), now=now))
        return _("%(n)s件を見送りました。") % {"n": len(outcome[0].accepted)}
    if given.get("reopen"):
        outcome.append(assistant.reopen(actor, row.pk, chosen))
        return _("%(n)s件をもう一度候補にしました。") % {"n": len(outcome[0].accepted)}
    revision = common.whole(given.get("revision", ""))
    outcome.append(assistant.accept(actor, row.pk, chosen, revision=revision, today=today, now=now))
    done = _("%(n)s件を下書きに入れました。公開はしていません。") % {"n": len(outcome[0].accepted)}
    if outcome[0].skipped:
        done += _("%(n)s件は、ほかの人が先に決めたか、もう違いがないため、入れませんでした。") % {
            "n": len(outcome[0].skipped)
        }
    return done


def _context(
    request: HttpRequest, row: SourcePage, copy: registry.WorkingCopy, advice: dict[int, str]
) -> dict[str, Any]:
    names = common.names_of(row.organisation_id)
    chosen = set(request.POST.getlist("change"))
    rows = [_row(item, row.text, names, chosen, advice) for item in row.changes.all()]
    return {
        "page": row,
        "copy": copy,
        "rows": [item for item in rows if item.is_open],
        "decided": [item for item in rows if not item.is_open],
        "rejected": any(item.change.state == ChangeState.REJECTED for item in rows),
        "confirmed": [_said(item, row.text) for item in row.read.get("confirmed", [])],
        "doubts": [_said(item, row.text) for item in row.read.get("doubts", [])],
        "refused": row.read.get("refused", []),
        "trouble": texts.model_trouble(row.read["trouble"]) if row.read.get("trouble") else "",
        "about": round(float(row.read.get("about") or 0.0) * 100),
        "flaws": registry.flaws_of(copy.content) if copy.revision else [],
        "names": names,
        "has_model": configured() is not None,
        "why": request.POST.get("why", ""),
    }


def _row(item: ProposedChange, text: str, names: dict[str, str], chosen: set[str], advice: dict[int, str]) -> Row:
    is_open = item.state == ChangeState.OPEN
    return Row(
        change=item,
        field=texts.field(item.field),
        old=_value(item, item.old),
        new=_value(item, item.new),
        shown=shown(text, item.start, item.end),
        confidence=texts.confidence(item.confidence),
        percent=round(item.confidence * 100),
        state=texts.state(item.state),
        by=names.get(item.by, ""),
        is_open=is_open,
        by_model=item.origin == Origin.MODEL,
        chosen=str(item.pk) in chosen,
        advice=advice.get(item.pk, ""),
    )


def _value(item: ProposedChange, value: Any) -> str:
    """Return a value as staff read it: a document by its name."""
    if item.field == "documents" and isinstance(value, str):
        return registry.document_names(get_language() or "ja").get(value, value)
    return texts.value(value)


def _said(item: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "field": texts.field(item["field"]),
        "value": texts.value(item.get("value")),
        "why": item.get("why", ""),
        "shown": shown(text, item["start"], item["end"]),
    }


def shown(text: str, start: int, end: int) -> Shown:
    """Return the words [start, end) of a page with what stands before and after."""
    before, after = text[max(0, start - CONTEXT_SIGNS) : start], text[end : end + CONTEXT_SIGNS]
    return Shown(before.replace("\t", " ｜ "), text[start:end].replace("\t", " ｜ "), after.replace("\t", " ｜ "))
