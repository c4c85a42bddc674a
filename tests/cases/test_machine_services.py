"""The services against a case on paper: anybody tries anything, and what is not allowed changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from madoguchi.apps.cases import api, verifying
from madoguchi.apps.cases.contracts import ActionKind, CaseError, CaseMissing
from madoguchi.apps.cases.services import closing
from madoguchi.core.permissions import SYSTEM, Actor, NotPermitted
from tests.cases import world as w
from tests.cases.paper import INTERNAL, Mark, Paper

EXAMINERS = {"examiner"}
HEADS = {"examiner", "assigner", "decider"}
STAFF: dict[str, tuple[Actor, set[str], set[str]]] = {
    "examiner": (w.EXAMINER, EXAMINERS, {w.CHOFU}),
    "colleague": (w.COLLEAGUE, EXAMINERS, {w.CHOFU}),
    "decider": (w.DECIDER, HEADS, {w.CHOFU}),
    "second": (w.SECOND, HEADS, {w.CHOFU}),
    "neighbour": (w.NEIGHBOUR, HEADS, {w.MITAKA}),
    "reader": (w.READER, set(), set()),
}
"""Who is there, in which capacities, where."""
AUTOMATIC = {
    w.ALLOWANCE: ("documents", "name-match", "duplicate", "higher-earner", "not-public", "age"),
    w.DOG: ("duplicate",),
    w.CARE: ("documents", "name-match", "duplicate", "disease"),
}
BY_EYE = {w.ALLOWANCE: ("residence",), w.DOG: (), w.CARE: ("visit", "opinion")}
FIELDS = {
    w.ALLOWANCE: {"earner.is_applicant": (True, False), "applicant.name": ("調布 花", "調布 花代")},
    w.DOG: {"dog.breed": ("柴犬", "秋田犬")},
    w.CARE: {"care.clinic": ("医院一", "医院二")},
}
GIVES = {w.ALLOWANCE: "granted", w.DOG: "accepted", w.CARE: "granted"}
EXTENDABLE = {w.ALLOWANCE: 10_000, w.DOG: 10_000, w.CARE: 30}
"""By how many days in all, without a law: any number."""
LATEST_DAYS = 110
"""Three months for a request for review, moved off the closed days of a new year: this is later in any year."""
people = st.sampled_from(sorted(STAFF))
officers = st.sampled_from(["examiner", "examiner", "decider", "second", *sorted(STAFF)])
DEEDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {}


def deed(**given: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a method be tried with what the strategies draw."""

    def keep(method: Callable[..., None]) -> Callable[..., None]:
        DEEDS[method.__name__] = given
        return method

    return keep


class AnyDeeds(RuleBasedStateMachine):
    """Lets anybody try anything in one case, kept on paper beside."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(procedure=st.sampled_from([w.ALLOWANCE, w.ALLOWANCE, w.CARE, w.DOG]))
    def begin(self, procedure: str) -> None:
        self.procedure, self.now, self.renamed, self.earner = procedure, w.NOW, False, True
        self.id = w.opened(procedure)
        self.looked_at = 0, w.NOW
        every = AUTOMATIC[procedure] + BY_EYE[procedure]
        checks = {key: Mark() for key in every}
        self.paper = Paper(procedure == w.ALLOWANCE, every, w.TODAY, place=w.CHOFU, checks=checks)
        self.run_automatic()

    def run_automatic(self) -> None:
        self.paper.write("check_done", "system")
        for key in AUTOMATIC[self.procedure]:
            self.paper.checks[key] = Mark(self.automatic(key))

    def automatic(self, key: str) -> str:
        if key == "name-match" and self.renamed:
            return "open"
        return "failed" if key == "higher-earner" and not self.earner else "passed"

    def attempt(
        self,
        kind: str,
        name: str,
        deed: Callable[..., int],
        given: dict[str, Any],
        *,
        sound: bool = True,
        outcome: str = "",
        stale: bool = False,
        **more: Any,
    ) -> bool:
        """Try something as staff; hold what came of it against the paper."""
        actor, parties, places = STAFF[name]
        held = parties if self.paper.place in places else set()
        expected = sound and not stale and self.paper.may(kind, actor.id, held, outcome)
        number = self.paper.number - (1 if stale else 0)
        done = self.tried(lambda: deed(self.id, actor=actor, expected_number=number, now=self.now, **given), bool(held))
        assert done == expected, f"{kind} by {name} in {self.paper.state}: {done}"
        if done:
            self.paper.write(kind, actor.id, outcome=outcome, **more)
        return done

    def tried(self, deed: Callable[[], int], there: bool) -> bool:
        try:
            number = deed()
        except NotPermitted:
            assert not there
        except CaseMissing:
            assert not there
        except CaseError:
            assert there
        else:
            assert number > self.paper.number
            return True
        assert w.number(self.id) == self.paper.number
        return False

    def as_her(
        self, kind: str, deed: Callable[..., int], given: dict[str, Any], *, own: bool, sound: bool = True
    ) -> bool:
        """Try something as the applicant, or as somebody else's."""
        who = w.HANAKO if own else w.TARO
        expected = own and sound and self.paper.may(kind, who.account_id, {"applicant"})
        done = self.tried(lambda: deed(self.id, applicant=who, now=self.now, **given), own)
        assert done == expected, f"{kind} in {self.paper.state}: {done}"
        if done:
            self.paper.write(kind, who.account_id)
        return done

    @deed(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.paper.pass_days(days)

    @rule(onward=st.booleans(), draw=st.data())
    def anything(self, onward: bool, draw: st.DataObject) -> None:
        """Let somebody try something. One rule for all: Hypothesis leaves out whole rules in an example."""
        name = "onward" if onward else draw.draw(st.sampled_from(sorted(DEEDS)))
        given = {key: draw.draw(strategy) for key, strategy in DEEDS[name].items()}
        getattr(self, name)(**given)

    @deed(name=officers, stale=st.sampled_from([False, False, False, True]))
    def accept(self, name: str, stale: bool) -> None:
        self.attempt("accepted", name, api.accept, {}, stale=stale)

    @deed(name=officers, strange=st.sampled_from([False, False, False, True]), draw=st.data())
    def ask_correction(self, name: str, strange: bool, draw: st.DataObject) -> None:
        known = sorted(FIELDS[self.procedure])
        fields = draw.draw(st.lists(st.sampled_from(known), min_size=1, unique=True)) + ["dog.color"] * strange
        given = {"fields": fields, "message": "直してください"}
        if self.attempt("correction_asked", name, api.ask_correction, given, sound=not strange):
            self.paper.asked = tuple(fields)

    @deed(own=st.sampled_from([True, True, True, False]), draw=st.data())
    def correct(self, own: bool, draw: st.DataObject) -> None:
        pool = FIELDS[self.procedure]
        keys = draw.draw(st.lists(st.sampled_from(sorted(pool)), unique=True))
        changes = {key: draw.draw(st.sampled_from(pool[key])) for key in keys}
        sound = bool(keys) and set(keys) <= set(self.paper.asked)
        given = {"changes": changes, "expected_number": self.paper.number}
        if self.as_her("corrected", api.correct, given, own=own, sound=sound):
            self.earner = changes.get("earner.is_applicant", self.earner)
            self.renamed |= "applicant.name" in changes
            self.run_automatic()

    @deed(name=officers)
    def suspend(self, name: str) -> None:
        self.attempt("suspended", name, api.suspend, {"reason": "照会中"})

    @deed(name=officers)
    def resume(self, name: str) -> None:
        self.attempt("resumed", name, api.resume, {})

    @deed(name=officers, days=st.integers(0, 25))
    def extend(self, name: str, days: int) -> None:
        sound = 1 <= days <= EXTENDABLE[self.procedure] - self.paper.extended
        self.attempt("extended", name, api.extend, {"days": days, "reason": "照会中"}, sound=sound, days=days)

    @deed(name=officers)
    def take(self, name: str) -> None:
        actor = STAFF[name][0]
        self.attempt("assigned", name, api.take, {}, sound=self.paper.assignee != actor.id, to=actor.id)

    @deed(name=officers)
    def release(self, name: str) -> None:
        actor, parties, _places = STAFF[name]
        sound = bool(self.paper.assignee) and (self.paper.assignee == actor.id or "assigner" in parties)
        self.attempt("assigned", name, api.release, {}, sound=sound, to="")

    @deed(name=people, to=st.sampled_from([w.CHOFU, w.MITAKA, "nowhere"]))
    def forward(self, name: str, to: str) -> None:
        sound = to not in (self.paper.place, "nowhere")
        self.attempt("forwarded", name, api.forward, {"organisation_id": to, "reason": "管轄です"}, sound=sound, to=to)

    @deed(name=officers, passed=st.booleans(), override=st.booleans(), draw=st.data())
    def do_check(self, name: str, passed: bool, override: bool, draw: st.DataObject) -> None:
        key = draw.draw(st.sampled_from(sorted(self.paper.checks)))
        before, automatic = self.paper.checks[key].result, key in AUTOMATIC[self.procedure]
        sound = "decider" in STAFF[name][1] or not override
        if passed and not override and automatic and before == "failed":
            sound = False
        given = {"check_id": key, "passed": passed, "override": override, "words": "見ました"}
        if self.attempt("check_done", name, api.do_check, given, sound=sound):
            result = before if override else "passed" if passed else "failed"
            self.paper.checks[key] = Mark(result, override, True)

    def do_every_check(self, name: str) -> None:
        for key, mark in list(self.paper.checks.items()):
            given = {"check_id": key, "passed": True, "words": "見ました"}
            if mark.result == "open" and self.attempt("check_done", name, api.do_check, given):
                self.paper.checks[key] = Mark("passed", False, True)

    @deed(name=officers, again=st.booleans())
    def onward(self, name: str, again: bool) -> None:
        """Do what usually comes next, so that walks reach the end."""
        if self.paper.state == "objected" and not again:
            name = "second"
        match self.paper.state:
            case "received":
                self.accept(name, stale=False)
            case "examining":
                self.do_every_check(name)
                self.propose(name, gives=not self.paper.obstacle("granted"), reasoned=True)
            case "proposed":
                self.decide(name, choice="")
            case "decided":
                self.notify(name)
            case "notified":
                self.object_to(own=True) if again else self.end_cases()
            case "objected":
                self.decide_objection(name, outcome="gives" if again else "")

    @deed()
    def run_checks_again(self) -> None:
        """Nothing new is found: no action is written."""
        assert api.run_checks(self.id, actor=SYSTEM, now=self.now) == self.paper.number

    @deed(name=people, out=st.booleans())
    def write(self, name: str, out: bool) -> None:
        kind, deed = ("message_out", api.message_out) if out else ("noted", api.note)
        self.attempt(kind, name, deed, {"text": "ご案内"})

    @deed(own=st.booleans())
    def write_in(self, own: bool) -> None:
        self.as_her("message_in", api.message_in, {"text": "質問です"}, own=own)

    @deed(name=officers, gives=st.booleans(), reasoned=st.sampled_from([True, True, False]))
    def propose(self, name: str, gives: bool, reasoned: bool) -> None:
        outcome = GIVES[self.procedure] if gives else "refused"
        given = {"outcome": outcome, "words": "理由です" if reasoned else ""}
        self.attempt("proposed", name, api.propose, given, sound=gives or reasoned, outcome=outcome)

    @deed(name=officers)
    def return_proposal(self, name: str) -> None:
        self.attempt("proposal_returned", name, api.return_proposal, {"reason": "もう一度"})

    @deed(name=officers, choice=st.sampled_from(["", "", "gives", "refused"]))
    def decide(self, name: str, choice: str) -> None:
        outcome = GIVES[self.procedure] if choice == "gives" else choice
        proposal = self.paper.proposal
        sound = outcome in ("", proposal[1]) if proposal else bool(outcome)
        given = {"outcome": outcome, "words": "理由です"}
        self.attempt("decided", name, api.decide, given, sound=sound, outcome=outcome or (proposal or ("", ""))[1])

    @deed(name=officers)
    def notify(self, name: str) -> None:
        self.attempt("notified", name, api.notify, {})

    @deed(own=st.sampled_from([True, True, False]))
    def object_to(self, own: bool) -> None:
        self.as_her("objected", api.object_to, {"text": "不服です"}, own=own)

    @deed(name=officers, outcome=st.sampled_from(["", "gives", "refused"]))
    def decide_objection(self, name: str, outcome: str) -> None:
        outcome = GIVES[self.procedure] if outcome == "gives" else outcome
        given = {"changed": bool(outcome), "outcome": outcome, "words": "理由です"}
        self.attempt("objection_decided", name, api.decide_objection, given, outcome=outcome)

    @deed(own=st.booleans(), really=st.sampled_from([True, False, False]))
    def withdraw(self, own: bool, really: bool) -> None:
        if really:
            self.as_her("withdrawn", api.withdraw, {}, own=own)

    @deed(name=officers, really=st.sampled_from([True, False, False]))
    def close(self, name: str, really: bool) -> None:
        if really:
            self.attempt("closed", name, api.close, {})

    @deed()
    def end_cases(self) -> None:
        """The chore closes withdrawn cases, and notified ones once nobody can ask for a review any more."""
        closed = closing.close_finished(self.now)
        days = (self.paper.today - self.paper.notified).days if self.paper.notified else 0
        surely = self.paper.state == "withdrawn" or (self.paper.state == "notified" and days > LATEST_DAYS)
        maybe = surely or (self.paper.state == "notified" and days > 89)
        assert closed in ({1} if surely else {0, 1} if maybe else {0})
        if closed:
            self.paper.write("closed", "system")

    @invariant()
    def all_that_is_shown_and_kept_is_as_on_the_paper(self) -> None:
        if self.looked_at != (self.paper.number, self.now):
            self.looked_at = self.paper.number, self.now
            self.every_table_is_as_the_actions_say()
            self.the_columns_are_those_of_the_paper()
            self.staff_sees_all_and_may_what_the_paper_says()
            self.the_applicant_sees_nothing_internal_and_no_decision_before_its_letter()

    def every_table_is_as_the_actions_say(self) -> None:
        assert verifying.verify() == []

    def the_columns_are_those_of_the_paper(self) -> None:
        row, paper = w.row(self.id), self.paper
        assert (row.state, row.organisation_id, row.assignee_id) == (paper.state, paper.place, paper.assignee)
        assert (row.last_number, row.corrections) == (paper.number, paper.corrections)
        assert row.outcome == (paper.decision[1] if paper.decision else "")
        assert (row.paused_on is not None) == paper.paused
        assert row.priority == (2 if paper.state == "objected" else int(paper.waits and paper.state != "closed"))

    def staff_sees_all_and_may_what_the_paper_says(self) -> None:
        actor = w.DECIDER if self.paper.place == w.CHOFU else w.NEIGHBOUR
        view = w.seen(self.id, actor, self.now)
        assert [entry.number for entry in view.timeline] == list(range(1, self.paper.number + 1))
        asked = [kind for kind in view.may if kind not in (ActionKind.PROPOSED, ActionKind.DECIDED)]
        parties = HEADS
        assert {kind: view.may[kind] is None for kind in asked} == {
            kind: self.paper.may(kind.value, actor.id, parties) for kind in asked
        }
        assert {item.id: (item.result.value, item.overridden) for item in view.checks} == {
            key: (mark.result, mark.overridden) for key, mark in self.paper.checks.items()
        }
        assert view.clock is not None
        assert view.clock.paused == self.paper.paused
        if self.procedure == w.CARE:
            assert view.clock.used_days == self.paper.used()

    def the_applicant_sees_nothing_internal_and_no_decision_before_its_letter(self) -> None:
        view, paper = w.own(self.id, now=self.now), self.paper
        assert view.state.value == paper.open_to_her()
        assert not INTERNAL & {entry.kind.value for entry in view.timeline}
        assert {entry.actor_name for entry in view.timeline} <= {""}
        assert {entry.actor_id for entry in view.timeline} <= {"", w.HANAKO.account_id}
        assert (view.checks, view.proposal, view.assignee_id, view.priority) == ((), None, "", 0)
        told = paper.told_outcome if paper.state != "decided" else ""
        assert view.outcome == told
        assert (view.decision.outcome if view.decision else "") == told
        assert bool(view.letters) == bool(paper.notified)


@pytest.mark.usefixtures("tokyo")
@pytest.mark.django_db
def test_anybody_tries_anything() -> None:
    w.opened(w.DOG, key="first", answers={"dog.name": "シロ"})  # so that the keys of the vault outlive every example
    chosen = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=30 if connection.vendor == "sqlite" else 12,  # the rules are the same, a statement costs more
        stateful_step_count=40,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(AnyDeeds, settings=chosen)
