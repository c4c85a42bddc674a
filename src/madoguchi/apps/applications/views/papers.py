"""The documents of a draft on one page: what is needless because it is confirmed, what to upload, what can be used again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.applications import documents, steps, texts
from madoguchi.apps.applications.contracts import Applicant, DraftState
from madoguchi.apps.applications.errors import DraftMissing, NotDone
from madoguchi.apps.applications.opened import Opened
from madoguchi.apps.applications.services import settling, uploading
from madoguchi.apps.applications.views.common import day, language, own
from madoguchi.apps.applications.views.drafts import address_of, name_of
from madoguchi.apps.applications.views.pages import file_view
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person


@person
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show the documents, or take uploads and the other buttons of the page."""
    applicant = own(request)
    refused: dict[str, str] = {}
    try:
        if request.method == "POST":
            refused = _keep(request, applicant, draft_id)
        opened = settling.open_draft(applicant, draft_id, timezone.now())
    except DraftMissing:
        raise Http404 from None
    except NotDone as refusal:
        messages.error(request, texts.refusal(refusal))
        return redirect("applications:draft", draft_id=draft_id)
    if opened.row.state != DraftState.OPEN:
        return redirect("applications:draft", draft_id=draft_id)
    return _show(request, opened, refused)


def _keep(request: HttpRequest, applicant: Applicant, draft_id: str) -> dict[str, str]:
    """Do what was asked; return why uploads were refused, by document."""
    now = timezone.now()
    document, bar, file_id = request.POST.get("reuse", "").partition("|")
    if bar:
        uploading.reuse_document(applicant, draft_id, document, file_id, now=now)
        return {}
    if removed := request.POST.get("remove", ""):
        uploading.remove_document(applicant, draft_id, removed.removeprefix("file:"), now=now)
        return {}
    found = {
        name: uploading.keep_document(applicant, draft_id, name, uploads, now=now)
        for name, uploads in dict(request.FILES.lists()).items()
    }
    return {name: words for name, words in found.items() if words}


def _show(request: HttpRequest, opened: Opened, refused: dict[str, str]) -> HttpResponse:
    papers = tuple(documents.with_reusable(paper, opened.row.subject_id, opened.now) for paper in opened.papers())
    draft_id, now_steps = str(opened.row.pk), steps.steps_of(opened, papers)
    missing = [paper for paper in papers if paper.missing]
    goes_on = request.method == "POST" and "next" in request.POST and not refused
    if goes_on and not missing:
        return redirect(address_of(draft_id, now_steps[-1]))
    if goes_on:
        refused = {paper.id: _("この書類がまだありません。ファイルを選んで追加してください。") for paper in missing}
    back = steps.before(now_steps, steps.DOCUMENTS)
    context = {
        "draft_id": draft_id,
        "papers": [_line(opened, paper, refused.get(paper.id, "")) for paper in papers],
        "errors": [(paper.id, _name(paper), refused[paper.id]) for paper in papers if paper.id in refused],
        "names": [view.name(language()) for view in opened.talk.views],
        "place": steps.position(now_steps, steps.DOCUMENTS) or len(now_steps),
        "total": len(now_steps),
        "back": address_of(draft_id, back) if back else "",
        "megabytes": files.MAX_FILE_BYTES // (1024 * 1024),
    }
    return render(request, "applications/papers.html", context, status=400 if refused else 200)


def _name(paper: documents.Paper) -> str:
    return procedures.in_language(paper.name, language())


def _line(opened: Opened, paper: documents.Paper, error: str) -> dict[str, object]:
    versions = {view.id: view.version for view in opened.talk.views}
    return {
        "id": paper.id,
        "name": _name(paper),
        "required": paper.required,
        "needless": paper.confirmed,
        "needless_day": day(paper.confirmed.as_of) if paper.confirmed else None,
        "accepts": files.kinds_in_words(paper.accepts),
        "for": [name_of(key, versions[key]) for key in paper.procedures],
        "files": [file_view(opened, file) for file in paper.files],
        "reusable": [(file.id, file.name, timezone.localdate(file.uploaded_at)) for file in paper.reusable],
        "error": error,
    }
