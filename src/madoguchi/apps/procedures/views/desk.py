"""The desk of procedures: the list, one procedure with its state, what changed, publishing with a second person."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.procedures import queries, services
from madoguchi.apps.procedures.contracts import UnknownProcedure
from madoguchi.apps.procedures.differences import differences
from madoguchi.apps.procedures.views.common import (
    actor_of,
    base_context,
    clean,
    language,
    revision_of,
    working_or_404,
)
from madoguchi.core.access import staff
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import NotPermitted, Permission

RESERVED_IDS = frozenset({"paper", "new"})


@staff
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """List the procedures that the actor may see; POST begins a new one as a copy."""
    if request.method == "POST":
        return _start(request)
    actor = actor_of(request)
    rows = queries.desk(actor, today=timezone.localdate())
    owners = Organisation.objects.filter(pk__in=actor.organisations(Permission.EDIT_PROCEDURES))
    context = {"rows": [(row, row.name(language())) for row in rows], "owners": owners}
    return render(request, "procedures/desk/overview.html", context)


def _start(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    new_id = clean(request.POST.get("new_id", ""), 80)
    try:
        queries.working(actor, request.POST.get("source", ""))
        if new_id in RESERVED_IDS:
            raise services.Conflict
        draft = services.start_copy(
            actor,
            source_id=request.POST.get("source", ""),
            new_id=new_id,
            authority=request.POST.get("owner", ""),
            now=timezone.now(),
        )
    except (UnknownProcedure, NotPermitted):
        raise Http404 from None
    except services.Conflict:
        messages.error(request, _("このIDはもう使われています。ほかのIDにしてください。"))
    except services.NotFit as problem:
        messages.error(
            request, _("作れません。IDは半角の英小文字、数字、ハイフンで書いてください。") + " " + str(problem)
        )
    else:
        messages.success(request, _("下書きを作りました。"))
        return redirect("procedures:desk-procedure", draft.procedure_id)
    return redirect("procedures:desk")


@staff
def procedure(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show a procedure on the desk: state, versions, what keeps it from being published."""
    work = working_or_404(request, procedure_id)
    context = {
        **base_context(work, work.record),
        "flaws": queries.flaws_of(work.row),
        "versions": queries.versions(procedure_id),
        "today": timezone.localdate(),
    }
    return render(request, "procedures/desk/procedure.html", context)


@staff
@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show what the draft changes against the newest published version; POST publishes or discards it."""
    work = working_or_404(request, procedure_id)
    if not work.is_draft:
        return redirect("procedures:desk-procedure", procedure_id)
    if request.method == "POST":
        return _discarded(request, procedure_id) if request.POST.get("discard") else _published(request, procedure_id)
    context = {
        **base_context(work, work.record),
        "differences": differences(work.published.record if work.published else None, work.record),
        "flaws": queries.flaws_of(work.row),
        "same_editor": work.row.edited_by == actor_of(request).id,
        "today": timezone.localdate(),
    }
    return render(request, "procedures/desk/changes.html", context)


def _discarded(request: HttpRequest, procedure_id: str) -> HttpResponse:
    try:
        services.discard_draft(actor_of(request), procedure_id, revision=revision_of(request))
    except (NotPermitted, UnknownProcedure):
        raise Http404 from None
    except services.Conflict:
        messages.error(request, _("ほかの人が先に変更しました。捨てていません。変更点をもう一度確かめてください。"))
        return redirect("procedures:desk-changes", procedure_id)
    messages.success(request, _("下書きを捨てました。"))
    return redirect("procedures:desk")


def _published(request: HttpRequest, procedure_id: str) -> HttpResponse:
    try:
        version = services.publish(
            actor_of(request),
            procedure_id,
            revision=revision_of(request),
            effective_from=_day(request.POST.get("effective_from", "")),
            note=clean(request.POST.get("note", ""), 500),
            now=timezone.now(),
        )
    except (NotPermitted, UnknownProcedure):
        raise Http404 from None
    except services.Conflict:
        messages.error(request, _("ほかの人が先に変更しました。公開していません。変更点をもう一度確かめてください。"))
    except services.SameEditor:
        messages.error(request, _("最後に直した人は公開できません。ほかの人が確かめて公開してください。"))
    except services.NotFit as problem:
        messages.error(request, _("公開できません。") + str(problem))
    else:
        messages.success(request, _("公開しました。版番号：%(number)s") % {"number": version.number})
        return redirect("procedures:desk-procedure", procedure_id)
    return redirect("procedures:desk-changes", procedure_id)


def _day(text: str) -> date:
    """Return a typed day; an unreadable one counts as long past, which publishing refuses with words."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return date.min
