"""The machine of a case: what may follow what, and what follows from a list of actions. Pure; the one truth of the room.

The table `RULES` is the whole of it: in which states an action may happen, who may do it, and which state comes next. What
else must hold (two pairs of eyes, no open check) stands in `allowed`. It knows no database, no clock and no words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from madoguchi.apps.cases.contracts import ActionKind, CheckResult, Party, Refusal, State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.engines.calendars import Mark, Tick

K, S, P = ActionKind, State, Party
REFUSED = "refused"
ADVERSE = frozenset({REFUSED, "partly_granted"})
"""Outcomes that need reasons (行政手続法 第8条)."""
GIVING = frozenset({"granted", "partly_granted", "accepted"})


@dataclass(frozen=True, slots=True)
class Step:
    """One action as the machine reads it. `data` holds ids, dates and codes, never words of people."""

    number: int
    kind: ActionKind
    on: date
    """Day in Tokyo."""
    actor_id: str
    party: Party
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """Where one check stands."""

    result: CheckResult
    by: str = ""
    number: int = 0
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What the applicant is asked to correct."""

    fields: tuple[str, ...]
    number: int
    asked_on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposed or made decision."""

    outcome: str
    reasons: tuple[str, ...]
    by: str
    on: date
    number: int
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What follows from the actions so far."""

    state: State
    last_number: int
    organisation_id: str
    opened_on: date
    required: tuple[str, ...]
    """Ids of the checks that must pass."""
    four_eyes: bool
    outcomes: tuple[str, ...]
    period: Mapping[str, Any]
    """{days, unit, longest}; empty when the procedure sets none."""
    checks: Mapping[str, Check]
    marks: tuple[Mark, ...]
    assignee_id: str = ""
    assignee_name: str = ""
    unanswered: bool = False
    """The applicant wrote, corrected or objected, and the office has not acted since."""
    back_to: State | None = None
    """The state that a correction or a standstill interrupted."""
    paused_on: date | None = None
    correction: Correction | None = None
    corrections: int = 0
    proposal: Decision | None = None
    decision: Decision | None = None
    involved: frozenset[str] = frozenset()
    """Who proposed, made or changed a decision: whoever decides on an objection must be somebody else."""
    notified_on: date | None = None
    closed_on: date | None = None
    retain_until: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """In which states an action may happen, by whom, and the state after it (None: it stays)."""

    states: frozenset[State]
    parties: frozenset[Party]
    then: State | None = None


NOT_CLOSED = frozenset(State) - {S.CLOSED}
_SILENT = frozenset({K.NOTED, K.CHECK_DONE, K.ASSIGNED, K.FORWARDED})
"""What the applicant does not notice."""
_WORKABLE = frozenset({S.RECEIVED, S.EXAMINING})


def _rule(states: Iterable[State], *parties: Party, then: State | None = None) -> Rule:
    return Rule(frozenset(states), frozenset(parties), then)


RULES: Mapping[ActionKind, Rule] = MappingProxyType(
    {
        K.SUBMITTED: _rule((), P.APPLICANT, then=S.RECEIVED),
        K.ACCEPTED: _rule({S.RECEIVED}, P.EXAMINER, then=S.EXAMINING),
        K.CORRECTION_ASKED: _rule(_WORKABLE, P.EXAMINER, then=S.CORRECTING),
        K.CORRECTED: _rule({S.CORRECTING}, P.APPLICANT),
        K.SUSPENDED: _rule(_WORKABLE, P.EXAMINER, then=S.SUSPENDED),
        K.RESUMED: _rule({S.CORRECTING, S.SUSPENDED}, P.EXAMINER),
        K.EXTENDED: _rule(UNDECIDED, P.EXAMINER),
        K.ASSIGNED: _rule(NOT_CLOSED - {S.WITHDRAWN}, P.EXAMINER, P.ASSIGNER),
        K.FORWARDED: _rule(_WORKABLE, P.EXAMINER),
        K.CHECK_DONE: _rule(UNDECIDED, P.EXAMINER, P.SYSTEM),
        K.NOTED: _rule(NOT_CLOSED, P.EXAMINER),
        K.MESSAGE_IN: _rule(NOT_CLOSED, P.APPLICANT),
        K.MESSAGE_OUT: _rule(NOT_CLOSED, P.EXAMINER),
        K.PROPOSED: _rule({S.EXAMINING}, P.EXAMINER, then=S.PROPOSED),
        K.PROPOSAL_RETURNED: _rule({S.PROPOSED}, P.DECIDER, then=S.EXAMINING),
        K.DECIDED: _rule({S.EXAMINING, S.PROPOSED}, P.DECIDER, then=S.DECIDED),
        K.NOTIFIED: _rule({S.DECIDED}, P.EXAMINER, then=S.NOTIFIED),
        K.OBJECTED: _rule({S.NOTIFIED}, P.APPLICANT, then=S.OBJECTED),
        K.OBJECTION_DECIDED: _rule({S.OBJECTED}, P.DECIDER),
        K.WITHDRAWN: _rule(UNDECIDED, P.APPLICANT, then=S.WITHDRAWN),
        K.CLOSED: _rule({S.NOTIFIED, S.WITHDRAWN}, P.EXAMINER, P.SYSTEM, then=S.CLOSED),
    }
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who wants to act, and in which capacities."""

    id: str
    parties: frozenset[Party]


def allowed(status: Status, kind: ActionKind, who: Who) -> Refusal | None:
    """Return why an action may not happen now, None when it may."""
    rule = RULES[kind]
    if not rule.parties & who.parties:
        return Refusal("wrong_party", {"kind": kind.value, "parties": sorted(party.value for party in rule.parties)})
    if status.state not in rule.states:
        return Refusal("wrong_state", {"kind": kind.value, "state": status.state.value})
    if kind is K.DECIDED:
        return _eyes(status, who) or _proposed_blocked(status)
    if kind is K.OBJECTION_DECIDED and who.id in status.involved:
        return Refusal("own_objection")
    if kind is K.CHECK_DONE and status.state is S.PROPOSED and P.SYSTEM not in who.parties:
        return Refusal("wrong_state", {"kind": kind.value, "state": status.state.value})
    return None


def _eyes(status: Status, who: Who) -> Refusal | None:
    if not status.four_eyes:
        return None
    if status.proposal is None:
        return Refusal("no_proposal")
    return Refusal("four_eyes") if status.proposal.by == who.id else None


def _proposed_blocked(status: Status) -> Refusal | None:
    return blocked(status, status.proposal.outcome) if status.proposal else None


def blocked(status: Status, outcome: str) -> Refusal | None:
    """Return which required checks stand in the way of an outcome.

    An open check stands in the way of every decision; a failed one only of a decision that gives something, since it is
    what a refusal rests on. An overridden check (a decider gave a reason) stands in no way.
    """
    found = {key: status.checks.get(key, Check(CheckResult.OPEN)) for key in status.required}
    unclear = [key for key, check in found.items() if check.result is CheckResult.OPEN and not check.overridden]
    if unclear:
        return Refusal("checks_open", {"checks": unclear})
    failed = [key for key, check in found.items() if check.result is CheckResult.FAILED and not check.overridden]
    return Refusal("checks_failed", {"checks": failed}) if failed and outcome != REFUSED else None


def reduce(steps: Iterable[Step]) -> Status:
    """Return what follows from all actions of a case, the first being its submission."""
    first, *rest = steps
    status = begin(first)
    for step in rest:
        status = apply(status, step)
    return status


def begin(step: Step) -> Status:
    """Return the status right after the submission."""
    data = step.data
    return Status(
        state=S.RECEIVED,
        last_number=step.number,
        organisation_id=data["organisation"],
        opened_on=step.on,
        required=tuple(data["required"]),
        four_eyes=data["four_eyes"],
        outcomes=tuple(data["outcomes"]),
        period=data["period"],
        checks={key: Check(CheckResult.OPEN) for key in data["checks"]},
        marks=(Mark(Tick.ARRIVED, step.on),),
    )


def apply(status: Status, step: Step) -> Status:
    """Return the status after one more action. Whether it may happen was asked before (`allowed`)."""
    then = RULES[step.kind].then
    waiting = status.unanswered if step.kind in _SILENT else step.party is P.APPLICANT
    after = replace(status, last_number=step.number, state=then or status.state, unanswered=waiting)
    change = _CHANGES.get(step.kind)
    return change(after, step, status.state) if change else after


def _pause(status: Status, step: Step, before: State) -> Status:
    marks = (*status.marks, Mark(Tick.PAUSED, step.on))
    return replace(status, marks=marks, back_to=before, paused_on=step.on)


def _ask(status: Status, step: Step, before: State) -> Status:
    asked = Correction(tuple(step.data["fields"]), step.number, step.on)
    if not step.data["pauses"]:
        return replace(status, correction=asked, back_to=before)
    return replace(_pause(status, step, before), correction=asked)


def _go_on(status: Status, step: Step, before: State) -> Status:
    """Go back to the state that was interrupted; the clock goes on."""
    marks = (*status.marks, Mark(Tick.RESUMED, step.on)) if status.paused_on else status.marks
    back = status.back_to or S.EXAMINING
    return replace(status, state=back, back_to=None, paused_on=None, marks=marks, correction=None)


def _corrected(status: Status, step: Step, before: State) -> Status:
    """Begin all checks anew: what was found rested on answers that have changed."""
    anew = {key: Check(CheckResult.OPEN) for key in status.checks}
    return replace(_go_on(status, step, before), checks=anew, corrections=status.corrections + 1)


def _extended(status: Status, step: Step, before: State) -> Status:
    return replace(status, marks=(*status.marks, Mark(Tick.EXTENDED, step.on, step.data["days"])))


def _assigned(status: Status, step: Step, before: State) -> Status:
    return replace(status, assignee_id=step.data["assignee"], assignee_name=step.data["name"])


def _forwarded(status: Status, step: Step, before: State) -> Status:
    return replace(status, organisation_id=step.data["to"], assignee_id="", assignee_name="")


def _checked(status: Status, step: Step, before: State) -> Status:
    overridden = bool(step.data.get("override"))
    done = {
        key: Check(CheckResult(result), step.actor_id, step.number, overridden)
        for key, result in step.data["results"].items()
    }
    return replace(status, checks={**status.checks, **done})


def _decision(step: Step) -> Decision:
    until = step.data.get("valid_until")
    return Decision(
        step.data["outcome"],
        tuple(step.data.get("reasons", ())),
        step.actor_id,
        step.on,
        step.number,
        date.fromisoformat(until) if until else None,
    )


def _proposed(status: Status, step: Step, before: State) -> Status:
    return replace(status, proposal=_decision(step), involved=status.involved | {step.actor_id})


def _returned(status: Status, step: Step, before: State) -> Status:
    return replace(status, proposal=None)


def _decided(status: Status, step: Step, before: State) -> Status:
    marks = (*status.marks, Mark(Tick.STOPPED, step.on))
    return replace(status, decision=_decision(step), involved=status.involved | {step.actor_id}, marks=marks)


def _notified(status: Status, step: Step, before: State) -> Status:
    return replace(status, notified_on=step.on)


def _objection_decided(status: Status, step: Step, before: State) -> Status:
    """An objection that succeeds leads to a new decision, which is notified again."""
    if not step.data["changed"]:
        return replace(status, state=S.NOTIFIED)
    involved = status.involved | {step.actor_id}
    return replace(status, state=S.DECIDED, decision=_decision(step), involved=involved)


def _withdrawn(status: Status, step: Step, before: State) -> Status:
    marks = (*status.marks, Mark(Tick.STOPPED, step.on))
    calm = replace(status, unanswered=False, correction=None, paused_on=None, back_to=None, proposal=None)
    return replace(calm, marks=marks)


def _closed(status: Status, step: Step, before: State) -> Status:
    return replace(status, closed_on=step.on, retain_until=date.fromisoformat(step.data["retain_until"]))


_CHANGES = {
    K.CORRECTION_ASKED: _ask,
    K.CORRECTED: _corrected,
    K.SUSPENDED: _pause,
    K.RESUMED: _go_on,
    K.EXTENDED: _extended,
    K.ASSIGNED: _assigned,
    K.FORWARDED: _forwarded,
    K.CHECK_DONE: _checked,
    K.PROPOSED: _proposed,
    K.PROPOSAL_RETURNED: _returned,
    K.DECIDED: _decided,
    K.NOTIFIED: _notified,
    K.OBJECTION_DECIDED: _objection_decided,
    K.WITHDRAWN: _withdrawn,
    K.CLOSED: _closed,
}
