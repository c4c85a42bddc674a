"""Files of a draft: uploads of questions and of documents, taken back, used again; every id is looked up in the draft.

Nobody sends ids of files: what a form names is ignored, what the draft holds counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from madoguchi.apps.applications import documents, posting
from madoguchi.apps.applications.contracts import Applicant, DraftState
from madoguchi.apps.applications.errors import DraftMissing, NotDone, Reason
from madoguchi.apps.applications.known import split, value_at
from madoguchi.apps.applications.opened import Opened, open_row, row_of
from madoguchi.apps.applications.services.settling import save
from madoguchi.apps.files import api as files
from madoguchi.core.permissions import Actor
from madoguchi.engines import forms

ACCEPTED = ("pdf", "image")


def file_paths(form: forms.Form, page_id: str, answers: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
    """Return the paths of a page that take files, those in the items of groups too."""
    for key in form.page(page_id).fields:
        one = form.fields[key]
        if one.kind is forms.Kind.FILE:
            yield key, one
        elif one.group is not None:
            inner = [(name, part) for name, part in one.group.fields.items() if part.kind is forms.Kind.FILE]
            for index in range(len(answers.get(key, ()))):
                yield from ((f"{key}[{index}].{name}", part) for name, part in inner)


def kept_files(opened: Opened, page_id: str, *, without: str) -> posting.Data:
    """Return the files that the questions of a page hold, as a form would send them; one may be left out."""
    there = {file.id for file in files.refs(documents.owner_of(str(opened.row.pk)))}
    return {
        path: [key for key in value_at(opened.answers, path) or () if key in there and key != without]
        for path, _ in file_paths(opened.form, page_id, opened.answers)
    }


def without_file(opened: Opened, page_id: str, file_id: str) -> dict[str, Any]:
    """Return the answers without a file that a question of the page holds."""
    answers = dict(opened.content.answers)
    for path in _holding(opened, page_id, file_id):
        answers = _with_files(answers, path, [key for key in value_at(answers, path) if key != file_id])
    return answers


def drop_file(opened: Opened, page_id: str, file_id: str) -> None:
    """Remove a file that a question of the page holds; no other file is touched."""
    if _holding(opened, page_id, file_id):
        with suppress(files.FileMissing):
            _remove(opened, file_id)


def _holding(opened: Opened, page_id: str, file_id: str) -> list[str]:
    answers = opened.content.answers
    return [path for path, _ in file_paths(opened.form, page_id, answers) if file_id in (value_at(answers, path) or ())]


def _remove(opened: Opened, file_id: str) -> None:
    actor = Actor(id=opened.row.account_id, name="")
    files.remove(file_id, documents.owner_of(str(opened.row.pk)), actor=actor, now=opened.now)


def keep_uploads(
    opened: Opened, page_id: str, uploads: "Mapping[str, Sequence[UploadedFile[bytes]]]"
) -> tuple[Opened, dict[str, str]]:
    """Take the uploads of a page into the draft and its answers; return why some were refused, by path."""
    refused: dict[str, str] = {}
    answers = dict(opened.content.answers)
    for path, one in file_paths(opened.form, page_id, answers):
        taken: list[str] = []
        for upload in uploads.get(path, ()):
            found = _receive(opened, upload, path, tuple(one.schema.get("accepts", ACCEPTED)))
            if isinstance(found, files.FileRef):
                taken.append(found.id)
            else:
                refused[path] = found
        if taken:
            answers = _with_files(answers, path, [*(value_at(answers, path) or ()), *taken])
    return opened.with_content(opened.content.with_answers(answers)), refused


def _with_files(answers: Mapping[str, Any], path: str, ids: list[str]) -> dict[str, Any]:
    place = split(path)
    if place is None:
        return {**answers, path: ids}
    key, index, inner = place
    items = [{**item, inner: ids} if number == index else item for number, item in enumerate(answers[key])]
    return {**answers, key: items}


def _receive(
    opened: Opened, upload: "UploadedFile[bytes]", document: str, accepts: Sequence[str]
) -> files.FileRef | str:
    """Return the file that was taken, or why it was not, in words."""
    row = opened.row
    try:
        with transaction.atomic():
            return files.receive(
                upload,
                owner=documents.owner_of(str(row.pk)),
                subject_id=row.subject_id,
                document=document,
                accepts=accepts,
                actor=Actor(id=row.account_id, name=""),
                now=opened.now,
            )
    except files.FileRefused as refusal:
        return files.refusal(refusal.code, refusal.params)


@transaction.atomic
def keep_document(
    applicant: Applicant, draft_id: str, document: str, uploads: "Sequence[UploadedFile[bytes]]", *, now: datetime
) -> str:
    """Take uploads for a document of the draft; return why one was refused, or empty text. Raise DraftMissing or NotDone."""
    opened = _open(applicant, draft_id, now)
    paper = _paper(opened, document)
    found = [_receive(opened, upload, document, paper.accepts) for upload in uploads]
    if any(isinstance(one, files.FileRef) for one in found):
        save(opened, now)
    return next((one for one in found if isinstance(one, str)), "")


@transaction.atomic
def reuse_document(applicant: Applicant, draft_id: str, document: str, file_id: str, *, now: datetime) -> None:
    """Use an earlier upload of the same person again. Raise DraftMissing for a file that is not offered."""
    opened = _open(applicant, draft_id, now)
    paper = documents.with_reusable(_paper(opened, document), applicant.subject_id, now)
    if file_id not in {file.id for file in paper.reusable}:
        raise DraftMissing
    owner = documents.owner_of(str(opened.row.pk))
    files.copy_to(
        file_id, owner, subject_id=applicant.subject_id, actor=Actor(id=applicant.account_id, name=""), now=now
    )
    save(opened, now)


@transaction.atomic
def remove_document(applicant: Applicant, draft_id: str, file_id: str, *, now: datetime) -> None:
    """Take a file out of a draft; raise DraftMissing for a file that is not in it."""
    opened = _open(applicant, draft_id, now)
    try:
        _remove(opened, file_id)
    except files.FileMissing:
        raise DraftMissing from None
    save(opened, now)


def _open(applicant: Applicant, draft_id: str, now: datetime) -> Opened:
    opened = open_row(row_of(applicant, draft_id, lock=True), now)
    if opened.row.state != DraftState.OPEN:
        raise NotDone(Reason.CLOSED)
    return opened


def _paper(opened: Opened, document: str) -> documents.Paper:
    found = next((paper for paper in opened.papers() if paper.id == document), None)
    if found is None:
        raise DraftMissing
    return found
