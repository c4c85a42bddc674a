"""Events are delivered at least once, also after failures, and never for a change that was rolled back."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from madoguchi.core import events
from madoguchi.core.models import OutboxEvent


@dataclass(frozen=True, slots=True)
class Happened:
    number: int


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
