"""Any order of sending, claiming, crashing, answering, taking back and passing time, against a plain model: each message has
at most one effect, none after it was taken back, suppressed or too late, and in the end everything that may go out went out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
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

from madoguchi.apps.notifications import api
from madoguchi.apps.notifications.channels import base
from madoguchi.apps.notifications.channels.base import Result
from madoguchi.apps.notifications.contracts import Channel, Lane, State
from madoguchi.apps.notifications.delivering import claims, courier, outcomes
from madoguchi.apps.notifications.models import Delivery, Message
from tests.notifications.outbox import LANES, NOON, REFUSED, RETRY, FakeSender, account, notice

KINDS = st.sampled_from(["warning", "letter", "offer"])
TOPICS = st.sampled_from(["child", "housing"])
WAYS = (Channel.EMAIL, Channel.SMS)
OPEN = (State.WAITING, State.SENDING)


@dataclass(slots=True)
class Sent:
    """What the model knows of a message."""

    account_id: str
    kind: str
    topic: str
    reference: str
    expires_at: datetime | None
    cancelled_at: datetime | None = None


class Outbox(RuleBasedStateMachine):
    """The outbox with two providers, each person with both ways; the model is a list of what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.sent: dict[tuple[str, str], Sent] = {}
        self.people: list[str] = []
        self.suppressed: set[tuple[str, str]] = set()
        self.refused: set[str] = set()
        self.senders = {channel: FakeSender(channel, batch=3, before=self._look) for channel in WAYS}
        self.wrong: list[str] = []
        self._numbers = iter(range(10_000))
        self._by_id: dict[str, tuple[str, str]] = {}

    @initialize(number=st.integers(1, 3))
    def begin(self, number: int) -> None:
        self.people = [account(*WAYS) for _ in range(number)]
        api.register_check("machine", lambda references: self.refused.intersection(references))

    def _look(self, outgoing: Any) -> None:
        """At each call: nothing may go out that was taken back, suppressed, refused by its room, or is too late."""
        for item in outgoing:
            row = self._message_of(item.url)
            known = self.sent[row]
            lane = LANES[known.kind]
            if known.cancelled_at is not None or known.reference in self.refused:
                self.wrong.append(f"{row} was taken back")
            if known.expires_at is not None and known.expires_at <= self.now:
                self.wrong.append(f"{row} is too late")
            if lane == Lane.OFFER and {(known.account_id, known.topic), (known.account_id, "")} & self.suppressed:
                self.wrong.append(f"{row} is suppressed")

    def _message_of(self, url: str) -> tuple[str, str]:
        return self._by_id[next(key for key in self._by_id if key in url)]

    def _remember(self) -> None:
        """Read the ids before threads ask for them: they use no database."""
        rows = Message.objects.values_list("pk", "account_id", "notice_key")
        self._by_id = {str(key): (account_id, notice_key) for key, account_id, notice_key in rows}

    @rule(who=st.integers(0, 9), kind=KINDS, topic=TOPICS, lives=st.sampled_from([None, 1, 60]), again=st.booleans())
    def send(self, who: int, kind: str, topic: str, lives: int | None, again: bool) -> None:
        me = self.people[who % len(self.people)]
        key = f"key-{next(self._numbers)}"
        if again and self.sent:
            me, key = sorted(self.sent)[who % len(self.sent)]
        expires_at = self.now + timedelta(minutes=lives) if lives else None
        given = notice(me, kind, key=key, topic=topic, source="machine", reference=f"{me}-{key}", expires_at=expires_at)
        new = api.send(given, now=self.now)
        stopped = kind == "offer" and bool({(me, topic), (me, "")} & self.suppressed)
        assert new == ((me, key) not in self.sent and not stopped)
        if new:
            self.sent[me, key] = Sent(me, kind, topic, given.reference, expires_at)

    @rule(plan=st.lists(st.sampled_from([RETRY, REFUSED]), max_size=3), way=st.sampled_from(WAYS))
    def fail(self, plan: list[Result], way: Channel) -> None:
        self.senders[way].plan = plan

    @rule()
    def deliver(self) -> None:
        with self._providers():
            api.deliver(now=self.now)

    @rule(way=st.sampled_from(WAYS), most=st.integers(1, 5), handed_over=st.booleans())
    def crash(self, way: Channel, most: int, handed_over: bool) -> None:
        """A worker claims and dies: before handing over, or after the provider took everything."""
        with self._providers():
            worker = courier.Courier()
            held = claims.claim(way, most, self.now)
            if handed_over and held:
                used = courier.Way(self.senders[way])
                worker._hand_over(used, held, self.now)
                while used.in_flight:
                    used.in_flight -= len(worker._answers.get(timeout=60).claimed)

    @rule(way=st.sampled_from(WAYS), most=st.integers(1, 5))
    def answer_late(self, way: Channel, most: int) -> None:
        """A worker's answer comes after its lease was given to another one."""
        held = claims.claim(way, most, self.now)
        claims.requeue_lost(self.now + timedelta(hours=1))
        outcomes.write([(item, REFUSED) for item in held], (), self.now)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        known = self.sent[sorted(self.sent)[which % len(self.sent)]]
        assert api.cancel("machine", [known.reference], now=self.now) in (0, 1)
        known.cancelled_at = known.cancelled_at or self.now

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 99))
    def refuse(self, which: int) -> None:
        self.refused.add(self.sent[sorted(self.sent)[which % len(self.sent)]].reference)

    @rule(who=st.integers(0, 9), topic=st.sampled_from(["child", "housing", ""]))
    def suppress(self, who: int, topic: str) -> None:
        me = self.people[who % len(self.people)]
        api.suppress(me, topic, now=self.now)
        self.suppressed.add((me, topic))

    @rule(minutes=st.sampled_from([1, 5, 60, 700]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(way=st.sampled_from(WAYS))
    def tell_of_arrival(self, way: Channel) -> None:
        for item in self.senders[way].order[-2:]:
            for _ in range(2):
                api.receipt(way, f"ref-{item.provider_key}", State.DELIVERED, now=self.now)

    @invariant()
    def nothing_wrong_went_out(self) -> None:
        assert not self.wrong, self.wrong

    @invariant()
    def one_effect_each(self) -> None:
        for sender in self.senders.values():
            assert all(count == 1 for count in sender.effects.values())

    def teardown(self) -> None:
        """Everything answers again and time goes on: what may still go out does, and each message stands as it must."""
        for sender in self.senders.values():
            sender.plan = []
        with self._providers():
            for _ in range(4):
                self.now += timedelta(hours=13)
                api.deliver(now=self.now)
        assert not self.wrong, self.wrong
        out = {self._message_of(item.url) for sender in self.senders.values() for item in sender.order}
        for (me, key), known in self.sent.items():
            rows = Delivery.objects.filter(message__account_id=me, message__notice_key=key)
            assert not rows.filter(state__in=OPEN).exists()
            taken = rows.filter(state__in=(State.SENT, State.DELIVERED))
            assert not taken.exists() or (me, key) in out
            if LANES[known.kind] == Lane.DISASTER and self._may_go_out(known):
                assert taken.count() + rows.filter(state=State.FAILED).count() == len(WAYS)
            elif LANES[known.kind] == Lane.PERSONAL:
                assert taken.count() <= 1 or rows.filter(state=State.FAILED).exists()

    def _may_go_out(self, known: Sent) -> bool:
        return known.cancelled_at is None and known.expires_at is None and known.reference not in self.refused

    @contextmanager
    def _providers(self) -> Iterator[None]:
        self._remember()
        with base.in_place(*self.senders.values()):
            yield


class _Undone(Exception):
    """Takes one example back."""


@pytest.mark.usefixtures("messages", "senders")
def test_each_message_has_at_most_one_effect_and_none_after_it_was_taken_back() -> None:
    class InTransaction(Outbox):
        def __init__(self) -> None:
            self._undone = transaction.atomic()
            self._undone.__enter__()
            super().__init__()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.set_rollback(True)
                self._undone.__exit__(None, None, None)

    run_state_machine_as_test(
        InTransaction,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_ids_of_messages_lie_in_the_order_of_time() -> None:
    from madoguchi.apps.notifications.models import first_id_at, id_at

    later = NOON + timedelta(milliseconds=1)
    assert first_id_at(NOON) <= id_at(NOON) < first_id_at(later) <= id_at(later)
    assert id_at(NOON).version == 7
    assert id_at(NOON) != uuid4()
