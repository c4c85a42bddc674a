"""Decisions: proposing, returning, deciding (one or many), notifying with a letter, deciding on objections.

No decision while a required check is open, none in favour while one failed, none by who proposed it where four eyes are
asked for; the machine refuses them. Every function raises the errors of `services.examining`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import letters, words
from madoguchi.apps.cases.contracts import (
    ActionKind,
    BulkResult,
    CaseDecided,
    CaseError,
    CaseFinished,
    CaseNotified,
    Invalid,
    NotAllowed,
    Refusal,
)
from madoguchi.apps.cases.machine import GIVING, allowed, blocked
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.services.given import outcome_of, reasons_of, text_of, values_of
from madoguchi.apps.cases.services.writing import By, Desk, desk_of_staff, uuid_of
from madoguchi.core import events
from madoguchi.core.permissions import Actor, NotPermitted
from madoguchi.engines.calendars import last_day, read_limit

MAX_BULK = 200


def propose(
    case_id: str,
    *,
    actor: Actor,
    outcome: str,
    reasons: Sequence[str] = (),
    words: str = "",
    values: Mapping[str, Any] | None = None,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Propose a decision to somebody who may decide."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        _ask_machine(desk, ActionKind.PROPOSED, by)
        data, told = chosen(desk, outcome, reasons, words, values)
        _stop_blocked(desk, outcome)
        desk.append(ActionKind.PROPOSED, by, data=data, told=told)
    return desk.status.last_number


def _ask_machine(desk: Desk, kind: ActionKind, by: By) -> None:
    """Refuse by state and capacity before looking at what was handed in."""
    desk.stop(allowed(desk.status, kind, by.who))


def _stop_blocked(desk: Desk, outcome: str) -> None:
    desk.stop(blocked(desk.status, outcome))


def chosen(
    desk: Desk, outcome: str, reasons: Sequence[str], text: str, values: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a decision as the machine reads it, and its words."""
    record = desk.procedure.record
    told = text_of(text, "words", required=False)
    kept = values_of(values)
    data = {
        "outcome": outcome_of(outcome, desk.status.outcomes),
        "reasons": reasons_of(record, outcome, reasons, told),
        "valid_until": _valid_until(record, outcome, kept, timezone.localdate(desk.now)),
    }
    return data, {"reason": told, "values": kept}


def _valid_until(record: Mapping[str, Any], outcome: str, values: Mapping[str, Any], decided: date) -> str | None:
    """Return until when what is granted holds: the given day, or the procedure's period counted from the decision."""
    valid = (record.get("decision") or {}).get("valid")
    if not valid or outcome not in GIVING:
        return None
    if values.get("until"):
        return str(values["until"])
    length = {key: value for key, value in valid.items() if key != "remind_days"}
    limit = read_limit({"limit": length, "counting": "first_day_counts", "rolls": False})
    return last_day(decided, limit, None).isoformat()


def return_proposal(case_id: str, *, actor: Actor, reason: str, expected_number: int | None, now: datetime) -> int:
    """Send a proposal back to the examination with a reason."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.PROPOSAL_RETURNED, by, told={"reason": text_of(reason, "reason")})
    return desk.status.last_number


def decide(
    case_id: str,
    *,
    actor: Actor,
    outcome: str = "",
    reasons: Sequence[str] = (),
    words: str = "",
    values: Mapping[str, Any] | None = None,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Decide: as proposed (empty `outcome`), or without a proposal where the procedure asks for no four eyes."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        _ask_machine(desk, ActionKind.DECIDED, by)
        if desk.status.proposal is not None:
            data, told = _as_proposed(desk, outcome)
        else:
            data, told = chosen(desk, outcome, reasons, words, values)
        _stop_blocked(desk, data["outcome"])
        desk.append(ActionKind.DECIDED, by, data=data, told=told)
        _tell_decided(desk)
    return desk.status.last_number


def _as_proposed(desk: Desk, outcome: str) -> tuple[dict[str, Any], dict[str, Any]]:
    proposal = desk.status.proposal
    assert proposal is not None
    if outcome and outcome != proposal.outcome:
        raise Invalid(Refusal("not_as_proposed", {"field": "outcome", "proposed": proposal.outcome}))
    row = next(row for row in desk.rows if row.number == proposal.number)
    told = words.of(row)
    record = desk.procedure.record
    data = {
        "outcome": proposal.outcome,
        "reasons": list(proposal.reasons),
        "valid_until": _valid_until(record, proposal.outcome, told["values"], timezone.localdate(desk.now)),
    }
    return data, told


def _tell_decided(desk: Desk) -> None:
    case, decision = desk.case, desk.status.decision
    assert decision is not None
    events.publish(
        CaseDecided(
            str(case.pk),
            case.procedure_id,
            desk.status.organisation_id,
            case.subject_id,
            decision.outcome,
            decision.on.isoformat(),
        )
    )


def decide_many(
    case_ids: Sequence[str], *, actor: Actor, now: datetime, expected_numbers: Mapping[str, int] | None = None
) -> tuple[BulkResult, ...]:
    """Decide many cases as proposed, each in its own transaction; say of each what became of it.

    One that is refused does not stop the others. A case that the actor may not see is told like one that is not there.
    """
    if len(case_ids) > MAX_BULK:
        raise Invalid(Refusal("too_many_cases", {"field": "case_ids", "most": MAX_BULK}))
    return tuple(_one_of_many(case_id, actor, now, (expected_numbers or {}).get(case_id)) for case_id in case_ids)


def _one_of_many(case_id: str, actor: Actor, now: datetime, expected: int | None) -> BulkResult:
    try:
        _only_proposed(case_id, actor=actor, expected_number=expected, now=now)
    except NotPermitted:
        return BulkResult(case_id, "", False, str(CaseError(Refusal("missing"))))
    except CaseError as problem:
        return BulkResult(case_id, _number_of(case_id, problem), False, str(problem))
    return BulkResult(case_id, Case.objects.values_list("number", flat=True).get(pk=case_id), True, "")


def _only_proposed(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> None:
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        _ask_machine(desk, ActionKind.DECIDED, by)
        if desk.status.proposal is None:
            raise NotAllowed(Refusal("no_proposal"))
        data, told = _as_proposed(desk, "")
        desk.append(ActionKind.DECIDED, by, data=data, told=told)
        _tell_decided(desk)


def _number_of(case_id: str, problem: CaseError) -> str:
    """Return the number of a case that the actor may see; empty for one that is not there."""
    if problem.refusal.code == "missing":
        return ""
    return str(Case.objects.values_list("number", flat=True).get(pk=uuid_of(case_id)))


def notify(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Make the decision's letter and let the applicant know; from now on she sees the decision."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        _ask_machine(desk, ActionKind.NOTIFIED, by)
        made = letters.decision(desk.case, desk.rows, desk.status, desk.procedure, now=now)
        row = desk.append(
            ActionKind.NOTIFIED, by, data={"letter": made.id}, told={"sha256": made.sha256, **_public_words(desk)}
        )
        letters.keep(desk.case, made, number=row.number, now=row.at)
        _tell_notified(desk, made.id)
    return desk.status.last_number


def _public_words(desk: Desk) -> dict[str, Any]:
    """Return the words of the decision, which are the applicant's from now on."""
    decision = desk.status.decision
    assert decision is not None
    told = words.of(next(row for row in desk.rows if row.number == decision.number))
    return {"reason": told.get("reason", ""), "values": told.get("values", {})}


def _tell_notified(desk: Desk, letter_id: str) -> None:
    decision = desk.status.decision
    assert decision is not None
    events.publish(CaseNotified(*_place(desk), letter_id))
    events.publish(CaseFinished(*_place(desk), decision.outcome))


def _place(desk: Desk) -> tuple[str, str, str, str]:
    case = desk.case
    return str(case.pk), case.procedure_id, case.organisation_id, case.subject_id


def decide_objection(
    case_id: str,
    *,
    actor: Actor,
    changed: bool,
    outcome: str = "",
    reasons: Sequence[str] = (),
    words: str,
    values: Mapping[str, Any] | None = None,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Decide on a request for review (審査請求), by somebody who had no part in the decision (行政不服審査法 第9条).

    `changed`: the request succeeds and `outcome` takes the place of the first one; it is notified anew. A letter says the
    result in both cases.
    """
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        _ask_machine(desk, ActionKind.OBJECTION_DECIDED, by)
        text = text_of(words, "words")
        data: dict[str, Any] = {"changed": changed}
        kept = values_of(values)
        if changed:
            data |= chosen(desk, outcome, reasons, text, values)[0]
        made = letters.objection(desk.case, desk.rows, desk.status, desk.procedure, changed=changed, text=text, now=now)
        row = desk.append(
            ActionKind.OBJECTION_DECIDED,
            by,
            data={**data, "letter": made.id},
            told={"reason": text, "values": kept, "sha256": made.sha256},
        )
        letters.keep(desk.case, made, number=row.number, now=row.at)
        events.publish(CaseNotified(*_place(desk), made.id))
        if changed:
            _tell_decided(desk)
    return desk.status.last_number
