"""Correcting an own case: a page that asks only what the office asked for, with what was answered before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.cases import texts
from madoguchi.apps.cases.contracts import DOCUMENT_PREFIX, CaseError, CaseMissing, CorrectionView
from madoguchi.apps.cases.queries import single
from madoguchi.apps.cases.services import own as services
from madoguchi.apps.cases.views.common import Own, language, number_in, own
from madoguchi.apps.cases.views.own import case_owner
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person
from madoguchi.core.permissions import Actor
from madoguchi.engines import forms

PAGE = "correction"
ACCEPTED = ("pdf", "image")


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that is open: the form with one page that asks for it, and the documents."""

    found: Own
    correction: CorrectionView
    form: forms.Form
    keys: tuple[str, ...]
    documents: Mapping[str, tuple[str, ...]]
    """Document, or question that takes files → what it accepts."""
    answers: Mapping[str, Any]
    today: date


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is shown with besides the case itself."""

    problems: tuple[forms.Problem, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Document → why its file was not taken, or that it is missing."""
    answers: Mapping[str, Any] | None = None
    message: str = ""
    error: str = ""
    blank: str = ""


@person
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, case_number: str) -> HttpResponse:
    """Show what is asked for, take files, send the correction; one that was answered already leads to the case."""
    found = own(request, case_number)
    asked = _asked(found)
    if asked is None:
        messages.info(request, _("いま、訂正をお願いしているところはありません。"))
        return redirect("cases:case", case_number=found.view.number)
    if request.method == "GET":
        return _show(request, asked, Shown())
    return _taken(request, asked)


def _asked(found: Own) -> Asked | None:
    correction = found.view.correction
    if correction is None:
        return None
    form = found.procedure.form
    papers = {key.removeprefix(DOCUMENT_PREFIX) for key in correction.fields if key.startswith(DOCUMENT_PREFIX)}
    accepted = {
        item["id"]: tuple(item.get("accepts", ACCEPTED)) for item in found.procedure.documents if item["id"] in papers
    }
    fields = [form.fields[key] for key in correction.fields if key in form.fields]
    uploads = {one.key: tuple(one.schema.get("accepts", ACCEPTED)) for one in fields if one.kind is forms.Kind.FILE}
    keys = tuple(one.key for one in fields if one.kind is not forms.Kind.FILE)
    answers = single.answers_for_applicant(found.view.id, applicant=found.applicant).answers
    today = timezone.localdate(found.now)
    return Asked(found, correction, _one_page(form, keys), keys, {**uploads, **accepted}, answers, today)


def _one_page(form: forms.Form, keys: tuple[str, ...]) -> forms.Form:
    """Return the form in which the asked questions stand on a page of their own, whatever shows their old page."""
    rest = tuple(replace(page, fields=tuple(key for key in page.fields if key not in keys)) for page in form.pages)
    return replace(form, pages=(*rest, forms.Page(PAGE, {"ja": ""}, forms.TRUE, keys)))


def _taken(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take what was posted: a button that only changes the page, files, or the whole correction."""
    message = request.POST.get("message", "")
    data = dict(request.POST.lists())
    button = procedures.group_button(asked.form, PAGE, data)
    answers, problems = forms.parse_page(asked.form, PAGE, data, asked.answers, today=asked.today)
    if button is not None:
        answers = procedures.without_item(answers, button)
    if removed := request.POST.get("remove", "").removeprefix("file:"):
        _remove(asked, removed)
    refused = _receive(request, asked)
    if button is not None or "remove" in request.POST or "upload" in request.POST or refused:
        wrong = tuple(problem for problem in problems if problem.params.get("raw") is not None)
        shown = Shown(wrong, refused, answers, message, blank=request.POST.get("add", ""))
        return _show(request, asked, shown, status=400 if refused else 200)
    return _sent(request, asked, answers, problems, message)


def _sent(
    request: HttpRequest, asked: Asked, answers: dict[str, Any], problems: tuple[forms.Problem, ...], message: str
) -> HttpResponse:
    fresh = {key: [ref.id for ref in _fresh(asked, key)] for key in asked.documents}
    missing = {key: _("この書類がまだありません。ファイルを選んでください。") for key, ids in fresh.items() if not ids}
    changes = {key: answers.get(key) for key in asked.keys}
    if problems or missing:
        return _show(request, asked, Shown(problems, missing, answers, message), status=400)
    if not fresh and not message.strip() and all(asked.answers.get(key) == value for key, value in changes.items()):
        error = _("まだ何も変わっていません。直すか、このままでよい理由を「窓口へのひとこと」に書いてください。")
        return _show(request, asked, Shown(answers=answers, error=error), status=400)
    try:
        _send(asked, changes, fresh, message, number_in(request))
    except CaseMissing:
        raise Http404 from None
    except CaseError as refusal:
        shown = Shown(refusal.refusal.params.get("problems", ()), {}, answers, message, str(refusal))
        return _show(request, asked, shown, status=409)
    messages.success(request, _("訂正を送りました。担当者が確かめます。"))
    return redirect("cases:case", case_number=asked.found.view.number)


@transaction.atomic
def _send(asked: Asked, changes: Mapping[str, Any], fresh: Mapping[str, list[str]], message: str, number: int) -> None:
    found = asked.found
    uploads = {key: ids for key, ids in fresh.items() if key in asked.form.fields}
    services.correct(
        found.view.id,
        applicant=found.applicant,
        changes={**changes, **uploads},
        documents={key: ids for key, ids in fresh.items() if key not in uploads},
        expected_number=number,
        now=found.now,
    )
    if message.strip():
        services.message_in(found.view.id, applicant=found.applicant, text=message, now=found.now)


def _fresh(asked: Asked, document: str) -> list[files.FileRef]:
    """Return the files that were taken for a document since the correction was asked for, those refused left out."""
    asked_at = next(one.at for one in asked.found.view.timeline if one.number == asked.correction.number)
    there = files.refs(case_owner(asked.found))
    return [
        ref
        for ref in there
        if ref.document == document and ref.uploaded_at >= asked_at and ref.state is not files.State.INFECTED
    ]


def _receive(request: HttpRequest, asked: Asked) -> dict[str, str]:
    """Take the uploads of the asked documents into the case; return why some were refused, by document."""
    refused: dict[str, str] = {}
    for name, uploads in dict(request.FILES.lists()).items():
        for upload in uploads if name in asked.documents else ():
            if words := _receive_one(asked, name, upload):
                refused[name] = words
    return refused


def _receive_one(asked: Asked, document: str, upload: "UploadedFile[bytes]") -> str:
    found = asked.found
    try:
        with transaction.atomic():
            files.receive(
                upload,
                owner=case_owner(found),
                subject_id=found.applicant.subject_id,
                document=document,
                accepts=asked.documents[document],
                actor=Actor(id=found.applicant.account_id, name=""),
                now=found.now,
            )
    except files.FileRefused as refusal:
        return files.refusal(refusal.code, refusal.params)
    return ""


def _remove(asked: Asked, file_id: str) -> None:
    """Take back a file that was not sent yet; any other id is left alone."""
    if any(file_id == ref.id for key in asked.documents for ref in _fresh(asked, key)):
        actor = Actor(id=asked.found.applicant.account_id, name="")
        files.remove(file_id, case_owner(asked.found), actor=actor, now=asked.found.now)


def _show(request: HttpRequest, asked: Asked, shown: Shown, *, status: int = 200) -> HttpResponse:
    answers = asked.answers if shown.answers is None else shown.answers
    page = procedures.page_view(
        asked.form, PAGE, answers, shown.problems, language=language(), today=asked.today, blank=shown.blank
    )
    context = {
        "case": asked.found.view,
        "name": asked.found.procedure.name(language()),
        "asked_on": asked.correction.asked_on,
        "words": asked.correction.message,
        "page": page,
        "papers": [_paper(asked, key, shown.refused.get(key, "")) for key in asked.documents],
        "refused": [(key, _paper_name(asked, key), words) for key, words in shown.refused.items()],
        "message": shown.message,
        "error": shown.error,
        "failed": bool(page.errors or shown.refused or shown.error),
    }
    return render(request, "cases/own/correction.html", context, status=status)


def _paper_name(asked: Asked, key: str) -> str:
    name = key if key in asked.form.fields else f"{DOCUMENT_PREFIX}{key}"
    return texts.field_label(name, asked.found.procedure, language())


def _paper(asked: Asked, key: str, error: str) -> dict[str, Any]:
    number = asked.found.view.number
    return {
        "id": key,
        "html_id": f"d-{key.replace('.', '-')}",
        "name": _paper_name(asked, key),
        "accepts": files.kinds_in_words(asked.documents[key]),
        "megabytes": files.MAX_FILE_BYTES // (1024 * 1024),
        "error": error,
        "files": [
            {
                "name": ref.name,
                "size": files.size_in_words(ref.size),
                "state": files.state_in_words(ref.state),
                "remove": f"file:{ref.id}",
                "href": reverse("cases:file", args=[number, ref.id]) if ref.state.usable else "",
            }
            for ref in _fresh(asked, key)
        ],
    }
