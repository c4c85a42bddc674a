"""Status of own cases for apps in which the applicant is signed in, and the public check of letters."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema, Status
from ninja.security import SessionAuth
from pydantic import Field

from madoguchi.apps.cases import forecast, letters, who
from madoguchi.apps.cases.contracts import (
    UNDECIDED,
    ActionKind,
    Applicant,
    CaseError,
    CaseMissing,
    CaseSummary,
    CaseView,
    State,
)
from madoguchi.apps.cases.queries import lists, single
from madoguchi.apps.cases.services import own as services
from madoguchi.apps.cases.services.given import MAX_TEXT
from madoguchi.apps.cases.texts import turn
from madoguchi.core.access import KINDS, Access, Kind
from madoguchi.core.problems import Problem, ProblemBody, not_found

router = Router(tags=["cases"])
_ERRORS = {401: ProblemBody, 404: ProblemBody, 422: ProblemBody}
Number = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")]


class PersonAuth(SessionAuth):
    """The session of a signed-in resident or business; writes also need the CSRF token of the session."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        """Return the account; None for strangers and staff."""
        user = request.user
        if not user.is_authenticated or Kind(getattr(user, "kind", Kind.STAFF)) not in KINDS[Access.PERSON]:
            return None
        return user


class SpreadOut(Schema):
    """Days between which four of five cases like this one were decided, with the most likely one."""

    early: date
    likely: date
    late: date


class CaseOut(Schema):
    """One case as its applicant may know it. `turn`: applicant, office or nobody. Days without time are of Tokyo."""

    number: str
    procedure_id: str
    version: int
    organisation_id: str
    state: State
    turn: str
    opened_at: datetime
    due_on: date | None
    overdue: bool
    paused: bool
    predicted: SpreadOut | None
    decided_on: date | None
    outcome: str | None
    changed_at: datetime


class CaseList(Schema):
    """All cases of the caller, newest first."""

    as_of: datetime
    items: list[CaseOut]


class EntryOut(Schema):
    """One thing that was done. `by`: applicant or office. `fields`: what a correction asks for."""

    number: int
    kind: ActionKind
    at: datetime
    by: str
    text: str | None
    fields: list[str]


class Timeline(Schema):
    """What was done in a case, oldest first; without what is internal to the office."""

    as_of: datetime
    number: str
    items: list[EntryOut]


class MessageIn(Schema):
    """A message to the office."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class MessageOut(Schema):
    """The number of the entry in the timeline."""

    number: int


class LetterOut(Schema):
    """What anybody may know who holds a letter. `standing`: valid, replaced or expired."""

    number_masked: str
    organisation_id: str
    procedure_id: str
    kind: str
    outcome: str
    decided_on: date
    standing: str
    valid_until: date | None


def _applicant(request: HttpRequest) -> Applicant:
    try:
        return who.applicant_of(request)
    except Http404:
        raise not_found() from None


def _case(request: HttpRequest, number: str) -> tuple[CaseView, Applicant]:
    """Return the caller's own case; 404 for anybody else's, an unknown and a mistyped number."""
    applicant = _applicant(request)
    case_id = lists.case_id_of(number)
    if case_id is None:
        raise not_found()
    try:
        return single.case_for_applicant(case_id, applicant=applicant, now=timezone.now()), applicant
    except CaseMissing:
        raise not_found() from None


def _spread(days: tuple[date, date, date] | None) -> SpreadOut | None:
    return SpreadOut(early=days[0], likely=days[1], late=days[2]) if days else None


def _out(row: CaseSummary, predicted: tuple[date, date, date] | None) -> CaseOut:
    is_open = row.state in UNDECIDED
    return CaseOut(
        number=row.number,
        procedure_id=row.procedure_id,
        version=row.version,
        organisation_id=row.organisation_id,
        state=row.state,
        turn=turn(row),
        opened_at=row.opened_at,
        due_on=row.due_on if is_open else None,
        overdue=row.overdue,
        paused=row.paused and is_open,
        predicted=_spread(predicted),
        decided_on=row.decided_on,
        outcome=row.outcome or None,
        changed_at=row.changed_at,
    )


@router.get("/cases", response={200: CaseList, **_ERRORS}, auth=PersonAuth())
def list_cases(request: HttpRequest) -> CaseList:
    """List the caller's cases."""
    now = timezone.now()
    rows = lists.cases_of(_applicant(request), today=timezone.localdate(now))
    open_ones = [row.id for row in rows if row.state in UNDECIDED]
    predicted = forecast.predicted_many(open_ones, today=timezone.localdate(now))
    return CaseList(as_of=now, items=[_out(row, predicted.get(row.id)) for row in rows])


@router.get("/cases/{case_number}", response={200: CaseOut, **_ERRORS}, auth=PersonAuth())
def get_case(request: HttpRequest, case_number: Number) -> CaseOut:
    """Read where one own case stands."""
    view, applicant = _case(request, case_number)
    rows = lists.cases_of(applicant, today=timezone.localdate())
    return _out(next(row for row in rows if row.id == view.id), view.predicted)


@router.get("/cases/{case_number}/timeline", response={200: Timeline, **_ERRORS}, auth=PersonAuth())
def get_timeline(request: HttpRequest, case_number: Number) -> Timeline:
    """Read what was done in one own case."""
    view, _applicant = _case(request, case_number)
    items = [
        EntryOut(
            number=entry.number,
            kind=entry.kind,
            at=entry.at,
            by="applicant" if entry.party == "applicant" else "office",
            text=next((str(entry.words[key]) for key in ("message", "text", "reason") if entry.words.get(key)), None),
            fields=list(entry.data.get("fields", ())),
        )
        for entry in view.timeline
    ]
    return Timeline(as_of=timezone.now(), number=view.number, items=items)


@router.post(
    "/cases/{case_number}/messages",
    response={201: MessageOut, 400: ProblemBody, 403: ProblemBody, 409: ProblemBody, **_ERRORS},
    auth=PersonAuth(),
)
def post_message(request: HttpRequest, case_number: Number, body: MessageIn) -> Status[MessageOut]:
    """Write to the office that has the case."""
    view, applicant = _case(request, case_number)
    try:
        made = services.message_in(view.id, applicant=applicant, text=body.text, now=timezone.now())
    except CaseMissing:
        raise not_found() from None
    except CaseError as refusal:
        raise Problem(409, refusal.refusal.code, "The message was not taken.", detail=str(refusal)) from None
    return Status(201, MessageOut(number=made))


@router.get("/letters/{code}", response={200: LetterOut, 404: ProblemBody, 422: ProblemBody}, auth=None)
def check_letter(request: HttpRequest, code: Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")]) -> LetterOut:
    """Tell whether a letter is genuine and still holds, by the code that stands in it; never whose it is."""
    proof = letters.proof_of(code, today=timezone.localdate())
    if proof is None:
        raise not_found()
    return LetterOut(
        number_masked=proof.number_masked,
        organisation_id=proof.organisation_id,
        procedure_id=proof.procedure_id,
        kind=proof.kind,
        outcome=proof.outcome,
        decided_on=proof.decided_on,
        standing=proof.standing,
        valid_until=proof.valid_until,
    )
