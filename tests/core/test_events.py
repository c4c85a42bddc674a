"""Events are delivered at least once, also after failures, and never for a change that was rolled back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import transaction

from madoguchi.core import events, rotation
from madoguchi.core.models import OutboxEvent


@dataclass(frozen=True, slots=True)
class Happened:
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    account: str
    claims: dict[str, str]

    sealed_fields: ClassVar[tuple[str, ...]] = ("claims",)


SECRET = {"name": "見本 花子"}


@pytest.fixture
def received() -> Iterator[list[int]]:
    numbers: list[int] = []
    events.subscribe(Happened, lambda event: numbers.append(event.number))
    yield numbers
    del events._handlers[Happened]


@pytest.mark.django_db
def test_an_event_reaches_its_handler_once(received: list[int]) -> None:
    events.publish(Happened(1))
    assert events.deliver_pending() == 1
    assert events.deliver_pending() == 0
    assert received == [1]


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_sends_no_event(received: list[int]) -> None:
    with transaction.atomic():
        events.publish(Happened(1))
        transaction.set_rollback(True)
    assert events.deliver_pending() == 0


@pytest.mark.django_db
def test_a_failing_handler_is_tried_again_later_and_lets_others_pass(
    received: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([RuntimeError("not yet")])

    def fails_once(event: Happened) -> None:
        if event.number == 1 and (failure := next(failures, None)):
            raise failure

    events.subscribe(Happened, fails_once)
    events.publish(Happened(1))
    events.publish(Happened(2))
    assert events.deliver_pending() == 1
    waiting = OutboxEvent.objects.get(delivered_at=None)
    assert waiting.attempts == 1
    assert "not yet" in waiting.last_error
    OutboxEvent.objects.update(not_before=None)
    assert events.deliver_pending() == 1
    assert sorted(set(received)) == [1, 2]


@pytest.fixture
def heard() -> Iterator[list[Told]]:
    found: list[Told] = []
    events.subscribe(Told, found.append)
    yield found
    del events._handlers[Told]


def in_clear(row: OutboxEvent) -> str:
    return f"{row.payload} {row.last_error} {bytes(row.sealed or b'').decode('utf-8', 'ignore')}"


@pytest.mark.django_db
def test_personal_fields_lie_sealed_and_are_gone_after_delivery(heard: list[Told]) -> None:
    events.publish(Told("a-1", SECRET))
    row = OutboxEvent.objects.get()
    assert row.payload == {"account": "a-1"}
    assert "花子" not in in_clear(row)
    assert events.deliver_pending() == 1
    assert heard == [Told("a-1", SECRET)]
    row.refresh_from_db()
    assert (row.sealed, row.key_id) == (None, None)


@pytest.mark.django_db
def test_a_waiting_event_is_sealed_anew_when_keys_change(heard: list[Told]) -> None:
    events.publish(Told("a-1", SECRET))
    before = OutboxEvent.objects.get().key_id
    report = rotation.rotate(now=datetime(2026, 11, 24, tzinfo=UTC))
    assert report.resealed == 1
    assert OutboxEvent.objects.get().key_id != before
    assert events.deliver_pending() == 1
    assert heard == [Told("a-1", SECRET)]


@pytest.mark.django_db
def test_a_failure_with_personal_data_keeps_its_words_out_of_table_and_log(
    heard: list[Told], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: Told) -> None:
        raise RuntimeError(f"no place for {event.claims['name']}")

    events.subscribe(Told, fails)
    events.publish(Told("a-1", SECRET))
    assert events.deliver_pending() == 0
    assert OutboxEvent.objects.get().last_error == "RuntimeError"
    assert "花子" not in in_clear(OutboxEvent.objects.get()) + caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_prompt_event_is_there_right_after_the_commit(heard: list[Told]) -> None:
    with transaction.atomic():
        events.publish(Told("a-1", SECRET), promptly=True)
        assert heard == []
    assert heard == [Told("a-1", SECRET)]
    assert events.deliver_pending() == 0


@pytest.mark.django_db(transaction=True)
def test_a_prompt_event_that_fails_is_left_to_the_worker(heard: list[Told]) -> None:
    failures = iter([RuntimeError("not yet")])

    def fails_once(event: Told) -> None:
        if failure := next(failures, None):
            raise failure

    events.subscribe(Told, fails_once)
    with transaction.atomic():
        events.publish(Told("a-1", SECRET), promptly=True)
    waiting = OutboxEvent.objects.get(delivered_at=None)
    assert (waiting.attempts, waiting.not_before is None) == (1, False)
    OutboxEvent.objects.update(not_before=None)
    assert events.deliver_pending() == 1
