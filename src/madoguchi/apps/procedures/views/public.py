"""The public page of a procedure: what comes of it, until when, how long it takes, which documents, which versions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from madoguchi.apps.procedures import catalogue, queries
from madoguchi.apps.procedures.contracts import MUNICIPALITY, ProcedureView, UnknownProcedure, in_language
from madoguchi.apps.procedures.rendering.periods import deadline_words, is_sourced, period_words
from madoguchi.apps.procedures.views.common import language
from madoguchi.core.access import public
from madoguchi.core.models import Organisation


@public
def procedure(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show a procedure as it is in force today, or an earlier or coming version with `?version=`."""
    text = request.GET.get("version", "")
    number = int(text) if text.isdecimal() and len(text) < 7 else None
    try:
        view = catalogue.view(procedure_id, number, today=timezone.localdate())
    except UnknownProcedure:
        raise Http404 from None
    tongue = language()
    context = {
        "view": view,
        "name": view.name(tongue),
        "summary": view.text("summary", tongue),
        "office": view.text("office", tongue),
        "authority": _authority(view, tongue),
        "documents": _documents(view, tongue),
        "fees": [(in_language(fee["name"], tongue), fee["yen"]) for fee in view.fees],
        "deadline": deadline_words(view),
        "consequence": view.text("deadline.consequence", tongue),
        "online": period_words(view.clock["online"]),
        "paper": period_words(view.clock.get("paper")),
        "basis": view.clock["basis"],
        "sourced": is_sourced(view.clock),
        "questions": sum(len(page.fields) for page in view.form.pages),
        "versions": queries.versions(procedure_id),
        "today": timezone.localdate(),
    }
    return render(request, "procedures/public/procedure.html", context)


def _authority(view: ProcedureView, tongue: str) -> str:
    """Return the name of the authority; "" for the applicant's own municipality, which the page says in words."""
    row = None if view.authority == MUNICIPALITY else Organisation.objects.filter(pk=view.authority).first()
    return "" if row is None else row.name_en if tongue == "en" else row.name_ja


def _documents(view: ProcedureView, tongue: str) -> list[tuple[str, str, list[str]]]:
    """Return name, need (always | sometimes | no) and the facts that make it needless."""
    found = []
    for item in view.documents:
        need = (
            {True: "always", False: "no"}.get(item["required"], "sometimes")
            if isinstance(item["required"], bool)
            else "sometimes"
        )
        found.append((view.document_name(item["id"], tongue), need, list(item.get("confirmed_by") or ())))
    return found
