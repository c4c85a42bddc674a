"""The person's drafts: the list, going on, deleting, and the files in them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.apps.applications import documents, queries, steps, texts
from madoguchi.apps.applications.contracts import DraftState, DraftView
from madoguchi.apps.applications.errors import DraftMissing, NotDone
from madoguchi.apps.applications.opened import row_of
from madoguchi.apps.applications.services import settling, starting
from madoguchi.apps.applications.views.common import language, own, posted
from madoguchi.apps.cases import api as cases
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person


@person
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the open drafts and what was sent."""
    applicant = cases.find_applicant(request)
    if applicant is None:
        return render(request, "applications/waiting.html")
    context = {
        "drafts": [_line(view) for view in queries.drafts_of(applicant)],
        "receipts": [
            {
                "id": view.id,
                "at": timezone.localtime(view.at),
                "names": [name_of(case.procedure_id, case.version) for case in view.cases],
            }
            for view in queries.receipts_of(applicant)
        ],
    }
    return render(request, "applications/drafts.html", context)


def _line(view: DraftView) -> dict[str, object]:
    return {
        "id": view.id,
        "names": [name_of(key, version) for key, version in view.procedures],
        "changed_at": timezone.localtime(view.changed_at),
        "ends_on": view.ends_on,
    }


def name_of(procedure_id: str, version: int) -> str:
    """Return the name of a version of a procedure in the reader's language."""
    try:
        return procedures.procedure(procedure_id, version).name(language())
    except procedures.UnknownProcedure:
        return procedure_id


@person
@require_GET
def go_on(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Go to the step at which a draft waits; a sent one shows its receipt."""
    applicant, now = own(request), timezone.now()
    try:
        opened = settling.open_draft(applicant, draft_id, now)
    except DraftMissing:
        raise Http404 from None
    if opened.row.state == DraftState.SUBMITTED:
        receipt = queries.receipt_of_draft(applicant, draft_id)
        if receipt is None:
            raise Http404
        return redirect("applications:receipt", receipt_id=receipt.id)
    return redirect(address_of(draft_id, steps.first_open(opened, opened.papers())))


def address_of(draft_id: str, step: steps.Step) -> str:
    """Return the address of a step of a draft."""
    if step.page is not None:
        return reverse("applications:page", args=[draft_id, step.id])
    name = "applications:documents" if step.id == steps.DOCUMENTS else "applications:check"
    return reverse(name, args=[draft_id])


@person
@posted("applications:draft")
def delete(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Delete an open draft with its answers and files."""
    try:
        starting.delete(own(request), draft_id, now=timezone.now())
    except DraftMissing:
        raise Http404 from None
    except NotDone as refusal:
        messages.error(request, texts.refusal(refusal))
    else:
        messages.success(request, _("書きかけの申請を消しました。"))
    return redirect("applications:drafts")


@person
@require_GET
def download(request: HttpRequest, draft_id: str, file_id: str) -> HttpResponse:
    """Send a file of an own draft back to the person who uploaded it."""
    try:
        row = row_of(own(request), draft_id)
        return files.response(file_id, documents.owner_of(str(row.pk)))
    except (DraftMissing, files.FileMissing):
        raise Http404 from None
