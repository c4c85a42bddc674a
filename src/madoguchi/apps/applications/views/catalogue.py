"""What can be applied for: the list, and the page of one procedure before it begins."""

import unicodedata
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.apps.applications import conversation, documents, known, subjects, texts
from madoguchi.apps.applications.content import Content
from madoguchi.apps.applications.contracts import Applicant
from madoguchi.apps.applications.errors import NotDone
from madoguchi.apps.applications.facts import facts_for
from madoguchi.apps.applications.services import starting
from madoguchi.apps.applications.views.common import key_in, language, own, posted
from madoguchi.apps.cases import api as cases
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person, public
from madoguchi.engines import forms

MAX_QUERY = 80


@public
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show every procedure that can be filed here, found by words, and the events of life."""
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    subject = request.GET.get("for", "")
    found = [view for view in procedures.procedures() if subject in ("", view.subject) and _matches(view, query)]
    lines = [(view, procedures.office_words(view, language())) for view in sorted(found, key=lambda view: view.name())]
    context = {
        "query": query,
        "subject": subject,
        "lines": [
            {
                "id": view.id,
                "name": view.name(language()),
                "summary": view.text("summary", language()),
                "office": office,
            }
            for view, office in lines
        ],
        "bundles": [(bundle.id, bundle.name(language())) for bundle in procedures.bundles()],
    }
    return render(request, "applications/listing.html", context)


def _matches(view: procedures.ProcedureView, query: str) -> bool:
    """Tell whether every word of a query stands in the name, summary or law of a procedure."""
    record = view.record
    parts = [*record["name"].values(), *record["summary"].values(), str(record.get("law", "")), view.id]
    text = _folded(" ".join(parts))
    return all(word in text for word in _folded(query).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _view_or_404(procedure_id: str) -> procedures.ProcedureView:
    try:
        return procedures.procedure(procedure_id)
    except procedures.UnknownProcedure:
        raise Http404 from None


@public
@require_GET
def start(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show what an application is about, what it needs and what is known already."""
    view = _view_or_404(procedure_id)
    applicant = cases.find_applicant(request)
    fits = applicant is not None and not subjects.out_of_reach(applicant, [view], timezone.localdate())
    told = _told(applicant, view) if applicant is not None and fits else None
    context = _description(view, told["needless"] if told else ()) | {
        "fits": fits,
        "signed_in": request.user.is_authenticated,
        "wrong_account": request.user.is_authenticated and not fits,
        "key": uuid.uuid4().hex,
        "told": told,
    }
    return render(request, "applications/start.html", context)


def _description(view: procedures.ProcedureView, needless: Sequence[str]) -> dict[str, Any]:
    lang, clock = language(), view.clock
    named = [(view.document_name(item["id"], lang), item.get("required", True) is True) for item in view.documents]
    basis = clock.get("basis") or {}
    return {
        "id": view.id,
        "name": view.name(lang),
        "summary": view.text("summary", lang),
        "office": procedures.office_words(view, lang),
        "law": view.text("law", lang),
        "period_online": procedures.period_words(clock.get("online")),
        "period_paper": procedures.period_words(clock.get("paper")),
        "period_is_estimate": basis.get("source") == "own-assumption" or "clock" in view.record.get("unconfirmed", ()),
        "period_source": basis.get("source", ""),
        "period_url": basis.get("url", ""),
        "deadline": view.text("deadline.text", lang),
        "consequence": view.text("deadline.consequence", lang),
        "documents": [{"name": name, "always": always} for name, always in named if name not in needless],
        "fees": [(procedures.in_language(fee.get("name"), lang), fee["yen"]) for fee in view.fees],
        "level": texts.level_words(texts.LEVELS[view.level], view.subject),
    }


def _told(applicant: Applicant, view: procedures.ProcedureView) -> dict[str, Any]:
    """Return how many questions are answered already, and which documents are needless."""
    now = timezone.now()
    today = timezone.localdate(now)
    talk = conversation.talk([(view.id, view.version)])
    told = facts_for(applicant, talk, (), now)
    found = known.verified(known.known_values(talk.form, Content(), told, today=today))
    shown = forms.visible(talk.form, known.filled({}, found), today=today)
    papers = documents.papers(talk, known.filled({}, found), told, today)
    lang = language()
    return {
        "known": sum(1 for key in shown if key in found),
        "total": len(shown),
        "needless": [procedures.in_language(paper.name, lang) for paper in papers if paper.confirmed],
    }


@person
@posted("applications:start")
def begin(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a draft and go to its first page."""
    view, applicant = _view_or_404(procedure_id), own(request)
    try:
        draft_id = starting.begin(applicant, [view.id], key=key_in(request), now=timezone.now())
    except NotDone as refusal:
        messages.error(request, texts.refusal(refusal))
        return redirect("applications:start", procedure_id=view.id)
    messages.success(request, _("書きかけの申請を作りました。途中でやめても、あとで続けられます。"))
    return redirect("applications:draft", draft_id=draft_id)
