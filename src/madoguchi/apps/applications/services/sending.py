"""Sending a draft: in one transaction every case is opened, every file attached, every handing over logged, or nothing.

However often and from wherever a draft is sent, it is sent once and gives the same receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.applications import documents, facts, receipts, saving
from madoguchi.apps.applications.content import put
from madoguchi.apps.applications.contracts import Applicant, Applied, DraftState, Known, ReceiptView
from madoguchi.apps.applications.documents import Paper
from madoguchi.apps.applications.errors import NotDone, Reason
from madoguchi.apps.applications.known import origins, split
from madoguchi.apps.applications.models import Receipt
from madoguchi.apps.applications.opened import Opened, open_row, row_of
from madoguchi.apps.applications.services.starting import note
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import CaseRef, Source, Submission
from madoguchi.apps.consents import api as consents
from madoguchi.apps.files import api as files
from madoguchi.apps.files.contracts import Owner, OwnerKind, State
from madoguchi.apps.procedures import api as procedures
from madoguchi.core import events
from madoguchi.core.permissions import SYSTEM, Actor
from madoguchi.engines import forms

NEW_PLACES = ("deceased.municipality", "move.to_municipality")
"""Answers that move a case: the office of the deceased, or of where somebody has moved, not the one of the register."""
MUNICIPALITY_FIELDS = ("applicant.municipality", "business.municipality")
MOST_REMARK_SIGNS = 2_000


@dataclass(frozen=True, slots=True)
class _Part:
    """What one procedure gets."""

    view: procedures.ProcedureView
    organisation_id: str
    answers: Mapping[str, Any]
    origins: Mapping[str, Known]
    documents: Mapping[str, tuple[str, ...]]
    confirmed: Mapping[str, Known]
    file_ids: tuple[str, ...]
    savings: Mapping[str, Any]


@transaction.atomic
def send(
    applicant: Applicant,
    draft_id: str,
    *,
    number: int,
    now: datetime,
    remark: str = "",
    proven: Callable[[tuple[procedures.ProcedureView, ...]], bool] = lambda views: True,
) -> ReceiptView:
    """Open one case per procedure in the order in which they need each other, and return the receipt.

    `number` is that of the draft as it was shown on the last page; `remark` goes to every office as the first message;
    `proven` tells whether the sign-in is sure enough for these procedures. Raise DraftMissing, or NotDone with nothing
    changed.
    """
    row = row_of(applicant, draft_id, lock=True)
    if row.state == DraftState.SUBMITTED:
        return receipts.view_of(row.receipt)
    opened = open_row(row, now)
    if not proven(opened.talk.views):
        raise NotDone(Reason.SURER_SIGN_IN)
    _check_unchanged(opened, number)
    papers = opened.papers()
    check_complete(opened, papers)
    parts = _parts(opened, papers)
    words = _checked_remark(remark)
    if len(parts) > 1:
        cases.lock_counters([part.organisation_id for part in parts], now=opened.now)
    lines = [_open_case(opened, part, words) for part in parts]
    return _close(opened, parts, lines)


def _check_unchanged(opened: Opened, number: int) -> None:
    if opened.is_migrated or opened.row.number != number:
        raise NotDone(Reason.ANSWERS_CHANGED)
    if opened.verified_values != opened.content.shown:
        raise NotDone(Reason.FACTS_CHANGED, opened.changed_facts)


def check_complete(opened: Opened, papers: Sequence[Paper]) -> None:
    """Raise NotDone when an answer or a document is missing or wrong, or something must not be sent."""
    wrong = forms.problems_of(opened.form, opened.answers, today=opened.today)
    if wrong:
        raise NotDone(Reason.INCOMPLETE, [problem.path for problem in wrong])
    for view in opened.talk.views:
        problems = forms.problems_of(view.form, opened.talk.answers_of(view, opened.answers), today=opened.today)
        if problems:
            raise NotDone(Reason.INCOMPLETE, [problem.path for problem in problems])
    missing = [paper.id for paper in papers if paper.missing]
    if missing:
        raise NotDone(Reason.DOCUMENTS, missing)
    typed = {key: value for key, value in opened.content.answers.items() if key not in opened.verified}
    if facts.individual_number_in(typed):
        raise NotDone(Reason.INDIVIDUAL_NUMBER)


def authority_of(opened: Opened, view: procedures.ProcedureView) -> str:
    """Return the organisation that a procedure goes to; empty if unknown.

    It is its own, or that of the municipality: where somebody died or moves to, else where the register says that the
    applicant lives, else what she says.
    """
    fact = opened.facts.own.get(facts.MUNICIPALITY)
    verified = str(fact.value) if fact is not None and fact.verified else ""
    moved, told = (
        [str(opened.answers[k]) for k in keys if opened.answers.get(k)] for keys in (NEW_PLACES, MUNICIPALITY_FIELDS)
    )
    code = next(filter(None, (*moved, verified, *told)), "")
    return procedures.organisation_for(view, code) or ""


def _parts(opened: Opened, papers: Sequence[Paper]) -> list[_Part]:
    used: set[str] = set()
    found = []
    for view in opened.talk.views:
        organisation_id = authority_of(opened, view)
        if not organisation_id:
            raise NotDone(Reason.NO_AUTHORITY, [view.id])
        found.append(_part(opened, view, organisation_id, papers, used))
    return found


def _part(
    opened: Opened, view: procedures.ProcedureView, organisation_id: str, papers: Sequence[Paper], used: set[str]
) -> _Part:
    answers = opened.talk.answers_of(view, opened.answers)
    own = [paper for paper in papers if view.id in paper.procedures]
    sent = {paper.id: _files_for(opened, [file.id for file in paper.files], used) for paper in own if paper.files}
    answers, in_answers = _with_own_files(opened, view.form, answers, used)
    found = origins(answers, opened.known)
    return _Part(
        view=view,
        organisation_id=organisation_id,
        answers=answers,
        origins=found,
        documents=sent,
        confirmed={paper.id: paper.confirmed for paper in own if paper.confirmed and not paper.files},
        file_ids=tuple(dict.fromkeys((*(key for ids in sent.values() for key in ids), *in_answers))),
        savings=saving.of_form(view, answers, found, papers, opened.row.created_at),
    )


def _files_for(opened: Opened, ids: Sequence[str], used: set[str]) -> tuple[str, ...]:
    """Return the ids of files for one more case: a file that an earlier one of this sending has is copied."""
    owner, taken = documents.owner_of(str(opened.row.pk)), []
    for file_id in ids:
        if file_id in used:
            copy = files.copy_to(file_id, owner, subject_id=opened.row.subject_id, actor=_actor(opened), now=opened.now)
            file_id = copy.id
        used.add(file_id)
        taken.append(file_id)
    return tuple(taken)


def _with_own_files(
    opened: Opened, form: forms.Form, answers: Mapping[str, Any], used: set[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return answers whose file questions name this case's own files, and those files."""
    if not any(_asks_files(form.fields[key]) for key in answers):
        return dict(answers), []
    there = {file.id for file in files.refs(documents.owner_of(str(opened.row.pk)))}
    found: list[str] = []

    def own(ids: Any) -> list[str]:
        taken = _files_for(opened, [key for key in ids or () if key in there], used)
        found.extend(taken)
        return list(taken)

    made: dict[str, Any] = {}
    for key, value in answers.items():
        one = form.fields[key]
        if one.kind is forms.Kind.FILE:
            made[key] = own(value)
        elif one.group is not None:
            inner = [name for name, part in one.group.fields.items() if part.kind is forms.Kind.FILE]
            made[key] = [{**item, **{name: own(item[name]) for name in inner if name in item}} for item in value]
        else:
            made[key] = value
    return made, found


def _asks_files(one: forms.Field) -> bool:
    inner = one.group.fields.values() if one.group is not None else ()
    return any(part.kind is forms.Kind.FILE for part in (one, *inner))


def _actor(opened: Opened) -> Actor:
    return Actor(id=opened.applicant.account_id, name="")


def _checked_remark(remark: str) -> str:
    if facts.individual_number_in(remark):
        raise NotDone(Reason.INDIVIDUAL_NUMBER)
    return remark.strip()[:MOST_REMARK_SIGNS]


def _give_files(opened: Opened, part: _Part, owner: Owner) -> None:
    """Move the files to the case; its checks look again while the scanner has not answered for one of them."""
    drafts = documents.owner_of(str(opened.row.pk))
    files.attach(part.file_ids, from_owner=drafts, to_owner=owner, actor=_actor(opened))
    if any(file.state is State.QUARANTINED for file in files.refs(owner)):
        cases.run_checks(owner.id, actor=SYSTEM, now=opened.now)


def _open_case(opened: Opened, part: _Part, remark: str) -> receipts.Line:
    """Open one case, log what was handed over, give it its files and the remark."""
    row, view = opened.row, part.view
    ref = cases.open_case(_submission(opened, part, _delegation(opened, view)), now=opened.now)
    if part.file_ids:
        _give_files(opened, part, Owner(OwnerKind.CASE, ref.id))
    _hand_over(opened, part, ref)
    if remark:
        writer = Applicant(row.account_id, row.subject_kind, row.subject_id)
        cases.message_in(ref.id, applicant=writer, text=remark, now=opened.now)
    return receipts.line(ref, view, part.organisation_id)


def _delegation(opened: Opened, view: procedures.ProcedureView) -> str:
    """Use the delegation for one procedure and return its id; empty for one's own affairs. Raise NotDone."""
    applicant = opened.applicant
    if not applicant.acting_for:
        return ""
    name = cases.delegated_name(applicant, view, opened.today)
    try:
        held = accounts.act_for(
            applicant.account_id,
            applicant.acting_for,
            accounts.Scope(frozenset({name} if name else {view.id})),
            action="application.send",
            object_kind="draft",
            object_id=str(opened.row.pk),
            key=f"{opened.row.submission_key}:{view.id}"[:100],
            now=opened.now,
        )
    except accounts.NotDelegated as refusal:
        raise NotDone(Reason.NOT_DELEGATED, [view.id]) from refusal
    return held.id


def _submission(opened: Opened, part: _Part, delegation_id: str) -> Submission:
    row = opened.row
    return Submission(
        key=f"{row.submission_key}:{part.view.id}",
        procedure_id=part.view.id,
        version=part.view.version,
        organisation_id=part.organisation_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        applicant_account_id=row.account_id,
        acting_for=delegation_id,
        answers=part.answers,
        sources={path: Source(one.source, one.as_of, one.verified, one.value) for path, one in part.origins.items()},
        file_ids=part.file_ids,
        savings=part.savings,
        bundle_id=row.bundle_id,
        at=opened.now,
        documents=part.documents,
        confirmed=tuple(part.confirmed),
    )


def _hand_over(opened: Opened, part: _Part, ref: CaseRef) -> None:
    """Log which verified facts left, for the applicant and for each child whose facts they are."""
    named: dict[str, list[str]] = {opened.row.subject_id: [one.attribute for one in part.confirmed.values()]}
    for path, one in part.origins.items():
        if one.verified and one.attribute:
            named.setdefault(_subject_of(opened, path), []).append(one.attribute)
    for subject_id, attributes in named.items():
        own = subject_id == opened.row.subject_id
        consents.hand_over(
            organisation_id=part.organisation_id,
            subject_kind=consents.SubjectKind(opened.row.subject_kind) if own else consents.SubjectKind.PERSON,
            subject_id=subject_id,
            attributes=tuple(dict.fromkeys(attributes)),
            procedure_id=part.view.id,
            case_reference=ref.number,
            account_id=opened.row.account_id,
            now=opened.now,
        )


def _subject_of(opened: Opened, path: str) -> str:
    """Return whose fact the known value of a path is."""
    place, wards = split(path), opened.content.wards
    if place is not None:
        chosen = wards.get(place[0], ())
        return chosen[place[1]] if place[1] < len(chosen) and chosen[place[1]] else opened.row.subject_id
    is_of_child = opened.form.fields[path].about == "child" and wards.get("")
    return wards[""][0] if is_of_child else opened.row.subject_id


def _close(opened: Opened, parts: Sequence[_Part], lines: Sequence[receipts.Line]) -> ReceiptView:
    """Keep the receipt, mark the draft as sent, tell the others."""
    row = opened.row
    receipt = Receipt.objects.create(
        draft=row,
        account_id=row.account_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        acting_for=row.acting_for,
        bundle_id=row.bundle_id,
        cases=list(lines),
        savings=receipts.savings_of(opened, [part.savings for part in parts]),
        effort=row.effort,
        created_at=opened.now,
    )
    put(row, opened.content.with_answers(opened.answers))
    row.state, row.changed_at = DraftState.SUBMITTED, opened.now
    row.save(update_fields=["state", "sealed", "key", "changed_at"])
    note(opened.applicant, "application.send", row, cases=[line["case_id"] for line in lines])
    events.publish(_applied(receipt))
    return receipts.view_of(receipt)


def _applied(receipt: Receipt) -> Applied:
    return Applied(
        receipt_id=str(receipt.pk),
        subject_kind=receipt.subject_kind,
        subject_id=receipt.subject_id,
        bundle_id=receipt.bundle_id,
        case_ids=tuple(line["case_id"] for line in receipt.cases),
        procedure_ids=tuple(line["procedure_id"] for line in receipt.cases),
        at=receipt.created_at.isoformat(),
    )
