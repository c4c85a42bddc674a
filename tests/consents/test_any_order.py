"""No order of granting, refusing, withdrawing, waiting, revising and asking lets a fact leave without a live consent."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents.api import disclose
from madoguchi.apps.consents.contracts import ConsentState
from madoguchi.apps.consents.models import AccessEntry, ConsentRecord, Revision, new_id
from madoguchi.apps.consents.services import consent
from madoguchi.apps.consents.services import terms as terms_service
from tests.consents.world import ATTRIBUTES, HERSELF, NOW, Memory, agreement, ask, given, held_back

choices = st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=len(ATTRIBUTES), unique=True)
people = st.integers(min_value=0, max_value=1)


@dataclass
class Model:
    """What should be true, as simply as it can be said."""

    offered: tuple[str, ...] = ATTRIBUTES
    revision: int = 0
    held: dict[int, tuple[int, frozenset[str], datetime]] = field(default_factory=dict)
    """Person → (revision agreed to, attributes, end)."""

    def open_to(self, person: int, now: datetime) -> frozenset[str]:
        """Return what may leave now."""
        revision, attributes, end = self.held.get(person, (-1, frozenset(), now))
        return attributes & frozenset(self.offered) if revision == self.revision and now < end else frozenset()


class Door(RuleBasedStateMachine):
    """Two people, one agreement that changes, one agency that keeps asking."""

    facts: Memory

    @initialize()
    def start(self) -> None:
        self.model, self.now = Model(), NOW
        self.ids = [new_id(), new_id()]
        self.key = new_id()[:8]
        self.calls = 0
        for person in self.ids:
            self.facts.put(person, **{name: f"{name} of {person}" for name in ATTRIBUTES})
        self.terms: dict[str, Any] = agreement(id=f"{self.key}.shinjuku")
        words = {"ja": self.key, "en": self.key, "easy": self.key}
        purpose = {"id": self.key, "subject": "person", "name": words, "description": words}
        terms_service.put_purpose(purpose, 0, now=NOW)
        self.terms["purpose"] = self.key
        assert terms_service.put_agreements([self.terms], now=NOW) == {"created": 1}

    @rule(person=people, chosen=choices, fitting=st.sampled_from((True, True, True, False)))
    def grant(self, person: int, chosen: list[str], fitting: bool) -> None:
        if fitting:
            chosen = [name for name in chosen if name in self.model.offered] or list(self.model.offered)
        possible = set(chosen) <= set(self.model.offered)
        try:
            consent.grant(self.ids[person], self.terms["id"], actor=HERSELF, now=self.now, attributes=chosen)
        except consent.NotAgreeable:
            assert not possible
            return
        assert possible
        picked = frozenset(chosen)
        if self.model.open_to(person, self.now) != picked:
            self.model.held[person] = (self.model.revision, picked, self.now + timedelta(days=30))

    @rule(person=people)
    def refuse(self, person: int) -> None:
        consent.refuse(self.ids[person], self.terms["id"], actor=HERSELF, now=self.now)
        if self.model.held.get(person, (None,))[0] == self.model.revision:
            del self.model.held[person]

    @rule(person=people)
    def withdraw(self, person: int) -> None:
        consent.withdraw(self.ids[person], self.terms["id"], actor=HERSELF, now=self.now)
        self.model.held.pop(person, None)

    @rule(hours=st.sampled_from((24, 24 * 29, 24 * 30, 24 * 31)))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(offered=choices, days=st.integers(min_value=1, max_value=3))
    def revise(self, offered: list[str], days: int) -> None:
        self.terms |= {"attributes": offered, "default_on": offered[:1], "retention_days": days}
        outcome = terms_service.put_agreements([self.terms], now=self.now)
        if outcome["revised"]:
            self.model.revision += 1
            self.model.offered = tuple(offered)
        else:
            assert tuple(offered) == self.model.offered

    @rule(person=people, wanted=choices)
    def use(self, person: int, wanted: list[str]) -> None:
        self.ask_and_compare(person, tuple(wanted))

    @invariant()
    def exactly_what_is_open_leaves(self) -> None:
        if hasattr(self, "key"):
            for person in (0, 1):
                self.ask_and_compare(person, ATTRIBUTES)
            assert AccessEntry.objects.filter(purpose_id=self.key).count() == self.calls

    def ask_and_compare(self, person: int, wanted: tuple[str, ...]) -> None:
        """Ask, and compare what leaves with what the model says."""
        answer = disclose(ask(purpose_id=self.key, subject_id=self.ids[person], attributes=wanted), self.now)
        self.calls += 1
        expected = self.model.open_to(person, self.now) & set(wanted)
        assert given(answer) == {name: f"{name} of {self.ids[person]}" for name in expected}
        assert set(held_back(answer)) == set(wanted) - expected

    def teardown(self) -> None:
        if not hasattr(self, "key"):
            return
        for record in ConsentRecord.objects.filter(agreement_id=self.terms["id"], own_revision__isnull=False):
            newest = Revision.objects.filter(schema_name="ConsentRecord", object_id=record.pk).latest("number")
            assert json.loads(bytes(newest.snapshot))["state"] == ConsentState(record.state).value


@pytest.mark.django_db
def test_nothing_leaves_without_a_live_consent_in_any_order(terms: Memory) -> None:
    Door.facts = terms
    slow_first_call = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Door,
        settings=settings(
            max_examples=50, stateful_step_count=15, deadline=None, suppress_health_check=slow_first_call
        ),
    )
    assert revisions.verify() == []
    assert journal.verify() == []
