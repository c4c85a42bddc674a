"""No order of agreeing, withdrawing, choosing, protecting, dying, moving, erasing and waiting sends anything after the fact.

The model beside it says in a few lines who may be told what. Events may arrive late: the check before a delivery must
hold by itself.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from madoguchi.apps.consents.services import consent
from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.models import Enrolment, Sent, Told
from madoguchi.apps.outreach.services import checking, common, daily, enrolling, rating
from madoguchi.apps.people import api as people
from madoguchi.core import personal_data
from madoguchi.core.permissions import SYSTEM, Actor
from tests.outreach import events, world
from tests.outreach.world import START, noon

TOPICS = ("children", "health", "school")
LIVES = timedelta(days=180)


class Life(RuleBasedStateMachine):
    """One family, its consent and choices, and a postman who comes when he likes."""

    patch: pytest.MonkeyPatch

    @initialize()
    def start(self) -> None:
        self.today = START
        self.patch.setattr(timezone, "now", lambda: noon(self.today))
        self.home = world.family([("haru", date(2026, 9, 10)), ("aki", date(2020, 1, 20))])
        self.person = self.home.mother
        self.until: date | None = None
        self.places = True
        self.chosen: set[str] = set()
        self.protected = self.away = self.erased = False
        self.living = set(self.home.children.values())
        self.agree(places=True)
        self.choose(topics={"children", "health"})
        self.look()
        assert Sent.objects.filter(enrolment__person_id=self.person).exists()

    def open(self) -> bool:
        """Tell whether anything may be told: agreed, at home, not protected, not erased."""
        agreed = self.until is not None and self.today < self.until and self.places
        return agreed and not (self.protected or self.away or self.erased)

    def expect_allowed(self, items: list[Told]) -> None:
        """Compare what is told with what may be told now."""
        known = terms.current()
        views = common.book(known).views
        for item in items:
            assert self.open(), item
            assert item.about in {"", self.person, *self.living}, item
            assert known.wanted(views[item.programme], self.chosen), item

    @precondition(lambda self: not self.erased)
    @rule(places=st.sampled_from((True, True, True, False)))
    def agree(self, places: bool) -> None:
        wanted = [name for name in world.ORDINARY if places or name != "自治体コード"]
        world.agree(self.person, self.home.account, self.today, wanted)
        same = self.until is not None and self.today < self.until and places == self.places
        self.until, self.places = (self.until if same else self.today + LIVES), places

    @precondition(lambda self: not self.erased)
    @rule()
    def withdraw(self) -> None:
        actor = Actor(self.home.account, "")
        consent.withdraw(self.person, world.AGREEMENT, actor=actor, now=noon(self.today))
        self.until = None

    @precondition(lambda self: not self.erased)
    @rule(topics=st.sets(st.sampled_from(TOPICS), min_size=1))
    def choose(self, topics: set[str]) -> None:
        agreed = self.until is not None and self.today < self.until
        try:
            enrolling.choose(self.person, self.home.account, topics, now=noon(self.today))
        except enrolling.NotAgreed:
            assert not agreed
        else:
            assert agreed
            self.chosen = set(topics)

    @precondition(lambda self: not self.erased)
    @rule()
    def stop(self) -> None:
        enrolling.stop(self.person, self.home.account, now=noon(self.today))
        self.until = None
        self.chosen = set()
        assert not Enrolment.objects.filter(person_id=self.person, ended_at=None).exists()

    @precondition(lambda self: not self.erased)
    @rule()
    def protect_or_not(self) -> None:
        turn = people.unprotect if self.protected else people.protect
        turn(SYSTEM, "", [self.person], now=noon(self.today))
        self.protected = not self.protected

    @precondition(lambda self: self.living)
    @rule()
    def a_child_dies(self) -> None:
        child = min(self.living)
        world.happen(people.EventKind.DEATH, child, self.today)
        self.living.discard(child)

    @precondition(lambda self: len(self.living) < 3 and not self.away and not self.erased)
    @rule()
    def a_child_is_born(self) -> None:
        self.living.add(world.birth(self.home, self.today))

    @precondition(lambda self: not self.erased)
    @rule()
    def move_away_or_back(self) -> None:
        kind = people.EventKind.JOIN if self.away else people.EventKind.LEAVE
        more: dict[str, Any] = {"role": people.Role.HEAD} if self.away else {}
        self.pass_days(1)
        world.happen(kind, self.person, self.today, household_id=self.home.household, **more)
        self.away = not self.away

    @precondition(lambda self: not self.erased)
    @rule(value=st.booleans())
    def facts_change(self, value: bool) -> None:
        child = min(self.home.children.values())
        world.tell(people.Subject.person(child), {"施設入所": value}, self.today)

    @precondition(lambda self: not self.erased)
    @rule(sure=st.sampled_from((True, False, False, False)))
    def erase(self, sure: bool) -> None:
        if sure:
            personal_data.erase_all(self.person, noon(self.today))
            self.erased = True
            assert not Told.objects.filter(enrolment__person_id=self.person).exists()

    @rule(number=st.integers(min_value=1, max_value=12))
    def pass_days(self, number: int) -> None:
        for _ in range(number):
            self.today += timedelta(days=1)
            self.look()

    @rule()
    def look(self) -> None:
        before = set(Told.objects.values_list("pk", flat=True))
        daily.daily(noon(self.today))
        self.expect_allowed(list(Told.objects.exclude(pk__in=before)))

    @rule()
    def events_arrive(self) -> None:
        events.deliver()

    @rule(opens=st.booleans())
    def the_postman_comes(self, opens: bool) -> None:
        for message in Sent.objects.filter(cancelled_on=None, enrolment__person_id=self.person):
            if str(message.pk) in checking.blocked([str(message.pk)], now=noon(self.today)):
                continue
            self.expect_allowed(list(message.told.all()))
            if opens:
                rating.opened(self.home.account, message.pk, on=self.today)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        if hasattr(self, "home"):
            rows = Told.objects.filter(message__cancelled_on=None, message__enrolment__person_id=self.person)
            keys = list(rows.values_list("programme", "about", "reminder"))
            assert len(keys) == len(set(keys))

    @invariant()
    def messages_keep_their_distance(self) -> None:
        if not hasattr(self, "home"):
            return
        sent = list(Sent.objects.filter(enrolment__person_id=self.person).order_by("on"))
        for earlier, later in pairwise(sent):
            assert later.broke_gap or (later.on - earlier.on).days >= 7
        broke = [message.on for message in sent if message.broke_gap]
        assert all((later - earlier).days >= 28 for earlier, later in pairwise(broke))

    def teardown(self) -> None:
        Enrolment.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
def test_no_order_of_events_sends_anything_after_the_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    Life.patch = monkeypatch
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
