"""The machine of a case against a case on paper: any actions by anybody, and the same verdict and state every time."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from madoguchi.apps.cases import clock, machine
from madoguchi.apps.cases.contracts import ActionKind, Party, State
from madoguchi.apps.cases.machine import Step, Who
from tests.cases.paper import INTERNAL, POSSIBLE, UNNOTICED, Mark, Paper, parties_for

K, P = ActionKind, Party
CHECKS = ("rule", "eyes", "extra")
REQUIRED = ("rule", "eyes")
PEOPLE = ("one", "two", "three")
OUTCOMES = ("granted", "partly_granted", "refused")
START = date(2026, 11, 25)
ORDER = list(Party)
STILL = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
BROKEN = settings(STILL, max_examples=400, phases=[Phase.generate], print_blob=False)
"""For a machine that is broken on purpose: one failure is enough, nothing is made smaller."""


class AnyActions(RuleBasedStateMachine):
    """Hands any action of anybody to the machine and to the paper."""

    @initialize(four_eyes=st.booleans())
    def begin(self, four_eyes: bool) -> None:
        self.paper = Paper(four_eyes, REQUIRED, START, place="a", checks={key: Mark() for key in CHECKS})
        data = {
            "organisation": "a",
            "required": list(REQUIRED),
            "checks": list(CHECKS),
            "four_eyes": four_eyes,
            "outcomes": list(OUTCOMES),
            "period": {"days": 30, "unit": "calendar", "longest": None},
        }
        self.steps = [Step(1, K.SUBMITTED, START, "her", P.APPLICANT, data)]
        self.status = machine.begin(self.steps[0])

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.paper.pass_days(days)

    @rule(
        kind=st.sampled_from([kind for kind in K if kind is not K.SUBMITTED]),
        who=st.sampled_from(PEOPLE),
        parties=st.frozensets(st.sampled_from(ORDER), min_size=1),
        draw=st.data(),
    )
    def anything(self, kind: ActionKind, who: str, parties: frozenset[Party], draw: st.DataObject) -> None:
        self.attempt(kind, who, parties, draw)

    @rule(who=st.sampled_from(PEOPLE), draw=st.data())
    def something_possible(self, who: str, draw: st.DataObject) -> None:
        """Keep on the way: what the paper allows in this state, by who may do it."""
        names = POSSIBLE[self.paper.state].split() or ["noted"]
        kind = K(draw.draw(st.sampled_from(names)))
        self.attempt(kind, who, frozenset(P(name) for name in parties_for(kind.value)), draw)

    @rule(who=st.sampled_from(PEOPLE), party=st.sampled_from(ORDER), draw=st.data())
    def by_somebody(self, who: str, party: Party, draw: st.DataObject) -> None:
        """What the paper allows in this state, by anybody."""
        names = POSSIBLE[self.paper.state].split() or ["noted"]
        self.attempt(K(draw.draw(st.sampled_from(names))), who, frozenset({party}), draw)

    @rule(who=st.sampled_from(PEOPLE))
    def accept_and_pass_every_check(self, who: str) -> None:
        if self.paper.state in ("received", "examining"):
            if self.paper.state == "received":
                self.append(K.ACCEPTED, who, P.EXAMINER, {}, "")
            self.append(K.CHECK_DONE, who, P.EXAMINER, {"results": dict.fromkeys(CHECKS, "passed")}, "")

    def attempt(self, kind: ActionKind, who: str, parties: frozenset[Party], draw: st.DataObject) -> None:
        outcome = self.outcome_for(kind, draw)
        expected = self.paper.may(kind.value, who, {party.value for party in parties}, outcome)
        refusal = machine.allowed(self.status, kind, Who(who, parties))
        if refusal is None and kind in (K.PROPOSED, K.DECIDED):
            refusal = machine.blocked(self.status, outcome)
        assert (refusal is None) == expected, f"{kind} in {self.paper.state} by {who} as {parties}: {refusal}"
        if expected:
            party = min(parties & machine.RULES[kind].parties, key=ORDER.index)
            self.append(kind, who, party, self.data_for(kind, outcome, draw), outcome)

    def outcome_for(self, kind: ActionKind, draw: st.DataObject) -> str:
        if kind is K.DECIDED and self.paper.proposal:
            return self.paper.proposal[1]
        if kind is K.OBJECTION_DECIDED:
            return draw.draw(st.sampled_from(("", *OUTCOMES)))
        return draw.draw(st.sampled_from(OUTCOMES)) if kind in (K.PROPOSED, K.DECIDED) else ""

    def data_for(self, kind: ActionKind, outcome: str, draw: st.DataObject) -> dict[str, Any]:
        match kind:
            case K.CORRECTION_ASKED:
                return {"fields": ["x"], "pauses": draw.draw(st.booleans())}
            case K.EXTENDED:
                return {"days": draw.draw(st.integers(1, 20))}
            case K.ASSIGNED:
                return {"assignee": draw.draw(st.sampled_from(("", *PEOPLE))), "name": "n"}
            case K.FORWARDED:
                return {"to": draw.draw(st.sampled_from("ab")), "from": self.paper.place}
            case K.CHECK_DONE:
                results = st.dictionaries(st.sampled_from(CHECKS), st.sampled_from(("passed", "failed", "open")))
                return {"results": draw.draw(results), "override": draw.draw(st.booleans())}
            case K.PROPOSED | K.DECIDED:
                return {"outcome": outcome, "reasons": ["r"] if outcome != "granted" else []}
            case K.OBJECTION_DECIDED:
                return {"changed": bool(outcome), "outcome": outcome}
            case K.CLOSED:
                return {"retain_until": "2032-03-31"}
        return {}

    def append(self, kind: ActionKind, who: str, party: Party, data: dict[str, Any], outcome: str) -> None:
        paper = self.paper
        step = Step(self.status.last_number + 1, kind, paper.today, who, party, data)
        self.status = machine.apply(self.status, step)
        self.steps.append(step)
        moved = str(data.get("assignee", data.get("to", "")))
        paper.write(
            kind.value, who, outcome=outcome, days=data.get("days", 0), pauses=data.get("pauses", True), to=moved
        )
        for key, result in data.get("results", {}).items():
            paper.checks[key] = Mark(result, bool(data.get("override")), True)

    @invariant()
    def the_state_is_that_of_the_paper(self) -> None:
        paper, status = self.paper, self.status
        assert status.state.value == paper.state
        assert (status.last_number, status.organisation_id) == (paper.number, paper.place)
        assert (status.assignee_id, status.corrections) == (paper.assignee, paper.corrections)
        assert status.unanswered == paper.waits, "whether the applicant waits"
        assert {key: (check.result.value, check.overridden) for key, check in status.checks.items()} == {
            key: (mark.result, mark.overridden) for key, mark in paper.checks.items()
        }
        assert made(status.proposal) == paper.proposal
        assert made(status.decision) == paper.decision
        assert (status.notified_on, status.closed_on is not None) == (paper.notified, paper.state == "closed")

    @invariant()
    def what_follows_from_all_actions_is_what_followed_one_by_one(self) -> None:
        assert machine.reduce(self.steps) == self.status

    @invariant()
    def the_clock_stands_still_when_the_case_does(self) -> None:
        paper, reading = self.paper, clock.read(self.status, today=self.paper.today)
        assert reading is not None
        assert (reading.paused, reading.used_days) == (paper.paused, paper.used())
        assert reading.running == (not paper.paused and paper.stopped is None)
        assert reading.extended_days == paper.extended


def made(decision: machine.Decision | None) -> tuple[str, str] | None:
    """Return who proposed or decided what."""
    return (decision.by, decision.outcome) if decision else None


TestAnyActions = AnyActions.TestCase
TestAnyActions.settings = STILL
pytestmark = pytest.mark.django_db  # the clock asks for the closing days of an organisation


def explore() -> None:
    """Hand the machine to Hypothesis; raise what it finds."""
    run_state_machine_as_test(AnyActions, settings=BROKEN)


def without_rule(kind: ActionKind, **changes: Any) -> dict[ActionKind, machine.Rule]:
    rule_of = machine.RULES[kind]
    parts = {"states": rule_of.states, "parties": rule_of.parties, "then": rule_of.then}
    return {**machine.RULES, kind: machine.Rule(**{**parts, **changes})}


BREAKS: dict[str, tuple[str, Any]] = {
    "one pair of eyes is enough": ("_eyes", lambda status, who: None),
    "open checks stop nobody": ("blocked", lambda status, outcome: None),
    "a closed case takes notes": ("RULES", without_rule(K.NOTED, states=frozenset(State))),
    "an examiner decides": ("RULES", without_rule(K.DECIDED, parties=frozenset({P.EXAMINER, P.DECIDER}))),
    "a decided case is withdrawn": ("RULES", without_rule(K.WITHDRAWN, states=frozenset({State.DECIDED}))),
    "an accepted case stays received": ("RULES", without_rule(K.ACCEPTED, then=State.RECEIVED)),
    "notes answer the applicant": ("_SILENT", frozenset()),
    "a correction keeps the checks": ("_CHANGES", {**machine._CHANGES, K.CORRECTED: machine._go_on}),
    "the clock runs in a standstill": (
        "_CHANGES",
        {**machine._CHANGES, K.SUSPENDED: lambda after, step, before: after},
    ),
    "a returned proposal stays": ("_CHANGES", {**machine._CHANGES, K.PROPOSAL_RETURNED: lambda after, *rest: after}),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_machine_that_breaks_a_rule_is_found_out(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value = BREAKS[broken]
    monkeypatch.setattr(machine, name, value)
    with pytest.raises((AssertionError, ValueError)):
        explore()


def test_every_action_and_state_stands_on_the_paper() -> None:
    written = {kind for names in POSSIBLE.values() for kind in names.split()}
    assert written == {kind.value for kind in K} - {"submitted"}
    assert set(POSSIBLE) == {state.value for state in State}
    assert written > INTERNAL | UNNOTICED
