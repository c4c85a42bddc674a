"""Keeping what one page of a draft was sent with: only its own questions, never a verified one, never over a newer window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from madoguchi.apps.applications import facts, posting, subjects
from madoguchi.apps.applications.content import ONE_CHILD, Content
from madoguchi.apps.applications.contracts import Applicant, DraftState, Known
from madoguchi.apps.applications.errors import NotDone, Reason
from madoguchi.apps.applications.known import CHILD, filled, value_at
from madoguchi.apps.applications.opened import Opened, open_row, row_of
from madoguchi.apps.applications.services import uploading
from madoguchi.apps.applications.services.settling import save
from madoguchi.engines import forms

MOST_SECONDS = 900
"""Longest time that a page counts: whoever leaves it open does not work on it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One page as it was sent."""

    page_id: str
    data: Mapping[str, Sequence[str]]
    number: int
    """Number of the draft when the page was shown."""
    uploads: "Mapping[str, Sequence[UploadedFile[bytes]]]" = field(default_factory=dict)
    seconds: int = 0
    remove: tuple[str, int] | None = None
    """Group and index of an item to take out."""
    ward: tuple[str, str] | None = None
    """Group (empty: the one child) and id of a child that was chosen."""
    remove_file: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a page. `conflicts` are questions that another window answered otherwise: then nothing was kept.

    Nor was anything when a problem has no path: the page as a whole could not be read.
    """

    opened: Opened
    problems: tuple[forms.Problem, ...]
    conflicts: tuple[str, ...] = ()
    refused_files: Mapping[str, str] = field(default_factory=dict)
    """Path → why an upload was refused, in words."""


@transaction.atomic
def keep_page(applicant: Applicant, draft_id: str, sent: Sent, *, now: datetime) -> Kept:
    """Keep the answers of a page; raise DraftMissing, or NotDone when the draft is closed or something must not be kept."""
    row = row_of(applicant, draft_id, lock=True)
    if row.state != DraftState.OPEN:
        raise NotDone(Reason.CLOSED)
    before = open_row(row, now)
    opened, data = _prepared(before, sent)
    inputs = posting.typed_inputs(data, opened.known, opened.form.page(sent.page_id).fields)
    data = posting.with_verified(data, opened.verified)
    answers, problems = forms.parse_page(opened.form, sent.page_id, data, opened.answers, today=opened.today)
    if not all(problem.path for problem in problems):
        return Kept(before, problems)
    _refuse_individual_numbers(opened, sent.page_id, answers)
    if conflicts := _conflicts(before, sent, answers):
        return Kept(before, problems, conflicts)
    if sent.remove_file:
        uploading.drop_file(before, sent.page_id, sent.remove_file)
    content = _aligned(opened, sent.page_id, answers, data)
    opened, refused = uploading.keep_uploads(opened.with_content(content), sent.page_id, sent.uploads)
    opened = _finished(opened, sent)
    row.effort = _counted(row.effort, sent, inputs)
    save(opened, now)
    return Kept(opened, problems, refused_files=refused)


def _prepared(opened: Opened, sent: Sent) -> tuple[Opened, posting.Data]:
    """Carry out the buttons that move items, take out files and choose children, before the answers are read."""
    data = posting.read(sent.data) | uploading.kept_files(opened, sent.page_id, without=sent.remove_file)
    content = opened.content
    if sent.remove_file:
        content = content.with_answers(uploading.without_file(opened, sent.page_id, sent.remove_file))
    if sent.remove is not None:
        group, index = sent.remove
        data = posting.without_item(data, group, index)
        left = tuple(child for place, child in enumerate(content.wards.get(group, ())) if place != index)
        content = replace(content, wards={**content.wards, group: left})
    if sent.ward is not None:
        content = _with_ward(opened, content, data, sent.page_id, *sent.ward)
    return (opened if content is opened.content else opened.with_content(content)), data


def _with_ward(opened: Opened, content: Content, data: posting.Data, page_id: str, group: str, child: str) -> Content:
    """Choose a child of the applicant's for the next item of a group of the page, or as the one child; raise NotDone."""
    if child and child not in subjects.children_by_name(opened.applicant, opened.today):
        raise NotDone(Reason.NO_SUCH_CHILD)
    if group == ONE_CHILD:
        return replace(content, wards={**content.wards, ONE_CHILD: (child,) if child else ()})
    field_of_group = opened.form.fields.get(group) if group in opened.form.page(page_id).fields else None
    if field_of_group is None or field_of_group.group is None or not child:
        raise NotDone(Reason.NO_SUCH_CHILD)
    chosen = content.wards.get(group, ())
    count = max(posting.kept_items(posting.with_verified(data, opened.verified), group), default=-1) + 1
    if child in chosen or count >= field_of_group.group.max:
        return content
    padded = (*chosen, *[""] * (count - len(chosen)))[:count]
    return replace(content, wards={**content.wards, group: (*padded, child)})


def _refuse_individual_numbers(opened: Opened, page_id: str, answers: Mapping[str, Any]) -> None:
    fixed = {path.split("[")[0] for path in opened.verified if "[" not in path}
    typed = {key: answers[key] for key in opened.form.page(page_id).fields if key in answers and key not in fixed}
    wrong = [key for key, value in typed.items() if facts.individual_number_in(value)]
    if wrong:
        raise NotDone(Reason.INDIVIDUAL_NUMBER, wrong)


def _conflicts(before: Opened, sent: Sent, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the questions of the page that another window answered otherwise after this page was shown."""
    if before.content.saved.get(sent.page_id, 0) <= sent.number:
        return ()
    keys = before.form.page(sent.page_id).fields
    return tuple(key for key in keys if before.answers.get(key) != answers.get(key))


def _aligned(opened: Opened, page_id: str, answers: Mapping[str, Any], data: posting.Data) -> Content:
    """Return the new answers with the chosen children at their items; a chosen child's declared facts fill what is empty."""
    wards = dict(opened.content.wards)
    for group in posting.groups_of(opened.form, page_id):
        places, chosen = posting.kept_items(data, group), wards.get(group, ())
        kept = tuple(chosen[place] if place < len(chosen) else "" for place in places)
        wards[group] = kept if len(kept) == len(answers.get(group, ())) else ()
    return replace(opened.content, answers=dict(answers), wards=wards)


def _finished(opened: Opened, sent: Sent) -> Opened:
    """Return the draft after the page: what a child chosen just now is known to be, and what the person has seen."""
    content = opened.content
    if sent.ward is not None:
        told = {path: one for path, one in opened.known.items() if _is_open(opened, path, one, sent.ward[0])}
        content = content.with_answers(filled(content.answers, told))
    saved = {**content.saved, sent.page_id: opened.row.number + 1}
    return opened.with_content(replace(content, saved=saved, shown=opened.verified_values, told=()))


def _is_open(opened: Opened, path: str, one: Known, group: str) -> bool:
    """Tell whether a declared fact of the child chosen just now fills an empty answer."""
    if one.verified or value_at(opened.content.answers, path) is not None:
        return False
    if group == ONE_CHILD:
        return "[" not in path and opened.form.fields[path].about == CHILD
    return path.startswith(f"{group}[{len(opened.content.wards[group]) - 1}].")


def _counted(effort: Mapping[str, Any], sent: Sent, inputs: int) -> dict[str, Any]:
    """Return the effort with one more sending of a page: seconds add up, the inputs are those of the last sending."""
    seconds, _, times = effort.get(sent.page_id, (0, 0, 0))
    spent = min(max(sent.seconds, 0), MOST_SECONDS)
    return {**effort, sent.page_id: [seconds + spent, inputs, times + 1]}
