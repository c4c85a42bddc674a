"""What the applicant does in her own case: correcting what was asked, writing, withdrawing, objecting.

Every function raises `CaseMissing` for somebody else's case (a page answers 404), `Stale`, `NotAllowed` or `Invalid`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import content
from madoguchi.apps.cases.contracts import (
    DOCUMENT_PREFIX,
    ActionKind,
    Applicant,
    CaseMessage,
    CaseWithdrawn,
    Invalid,
    NotAllowed,
    Refusal,
)
from madoguchi.apps.cases.objections import last_day_of
from madoguchi.apps.cases.queries.lists import visible_state
from madoguchi.apps.cases.services import checking
from madoguchi.apps.cases.services.given import answers_of, text_of
from madoguchi.apps.cases.services.writing import Desk, desk_of_applicant
from madoguchi.apps.files import api as files
from madoguchi.core import events
from madoguchi.engines.forms import Problem, problems_of


def correct(
    case_id: str,
    *,
    applicant: Applicant,
    changes: Mapping[str, Any],
    documents: Mapping[str, Sequence[str]] | None = None,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Answer a correction: new answers for asked fields, files (already of the case) for asked documents.

    Only what was asked may change. Raise `Invalid` with `problems` (of the forms engine) when an answer is not valid.
    """
    with desk_of_applicant(case_id, applicant, expected_number=expected_number, now=now) as (desk, by):
        _check_asked(desk, changes, documents or {})
        answers = answers_of(changes)
        sent = {key: sorted(set(ids)) for key, ids in (documents or {}).items()}
        _check_files(desk, sent)
        _check_answers(desk, answers)
        desk.append(
            ActionKind.CORRECTED,
            by,
            data={"fields": sorted(answers), "documents": sorted(sent)},
            told={"changes": answers, "documents": sent},
        )
        checking.run(desk)
        case = desk.case
        events.publish(
            CaseMessage(str(case.pk), case.organisation_id, case.subject_id, "office", desk.status.last_number)
        )
    return desk.status.last_number


def _check_asked(desk: Desk, changes: Mapping[str, Any], documents: Mapping[str, Sequence[str]]) -> None:
    correction = desk.status.correction
    if correction is None:
        raise NotAllowed(
            Refusal("wrong_state", {"kind": ActionKind.CORRECTED.value, "state": visible_state(desk.case).value})
        )
    given = {*changes, *(f"{DOCUMENT_PREFIX}{key}" for key in documents)}
    strange = sorted(given - set(correction.fields))
    if strange:
        desk.stop(Refusal("not_asked", {"keys": strange}))
    if not given:
        raise Invalid(Refusal("nothing_corrected", {"field": "changes"}))


def _check_files(desk: Desk, documents: Mapping[str, Sequence[str]]) -> None:
    own = {ref.id for ref in files.refs(files.Owner(files.OwnerKind.CASE, str(desk.case.pk)))}
    missing = [key for key, ids in documents.items() if not ids or not own.issuperset(ids)]
    if missing:
        raise Invalid(Refusal("files_missing", {"field": missing[0]}))


def _check_answers(desk: Desk, changes: Mapping[str, Any]) -> None:
    """Refuse answers that are not valid; what was not asked is not judged again."""
    form, today = desk.procedure.form, timezone.localdate(desk.now)
    before = content.of(desk.rows, form)
    answers = content.corrected(before, form, changes, {}, today=today).answers
    wrong = tuple(item for item in problems_of(form, answers, today=today) if _top(item) in changes)
    if wrong:
        raise Invalid(Refusal("bad_answers", {"field": wrong[0].path, "problems": wrong}))


def _top(problem: Problem) -> str:
    return problem.path.split("[", 1)[0]


def message_in(case_id: str, *, applicant: Applicant, text: str, now: datetime) -> int:
    """Write to the office."""
    with desk_of_applicant(case_id, applicant, expected_number=None, now=now) as (desk, by):
        row = desk.append(ActionKind.MESSAGE_IN, by, told={"text": text_of(text, "text")})
        case = desk.case
        events.publish(CaseMessage(str(case.pk), case.organisation_id, case.subject_id, "office", row.number))
    return desk.status.last_number


def withdraw(
    case_id: str, *, applicant: Applicant, reason: str = "", expected_number: int | None = None, now: datetime
) -> int:
    """Take the application back (取下げ); possible until it is decided."""
    with desk_of_applicant(case_id, applicant, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.WITHDRAWN, by, told={"reason": text_of(reason, "reason", required=False)})
        case = desk.case
        events.publish(CaseWithdrawn(str(case.pk), case.procedure_id, case.organisation_id, case.subject_id))
    return desk.status.last_number


def object_to(
    case_id: str, *, applicant: Applicant, text: str, expected_number: int | None = None, now: datetime
) -> int:
    """Ask for a review of the decision (審査請求); a late one is taken and marked, since a good reason may excuse it.

    行政不服審査法 第18条.
    """
    with desk_of_applicant(case_id, applicant, expected_number=expected_number, now=now) as (desk, by):
        last = last_day_of(desk.procedure.record, desk.status.notified_on, desk.case.organisation_id)
        late = last is not None and timezone.localdate(now) > last
        desk.append(ActionKind.OBJECTED, by, data={"late": late}, told={"text": text_of(text, "text")})
    return desk.status.last_number
