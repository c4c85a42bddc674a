"""Two at once on PostgreSQL: after a withdrawal has committed no disclosure succeeds, and none is lost from the log."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents.api import Basis, disclose
from madoguchi.apps.consents.models import AccessEntry, ConsentRecord
from madoguchi.apps.consents.services import consent, emergencies
from madoguchi.apps.consents.services import terms as terms_service
from madoguchi.core import audit, limits
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Role
from tests.consents import world
from tests.consents.world import (
    HERSELF,
    NOW,
    PERSON,
    Memory,
    agreement,
    ask,
    ask_by_law,
    given,
    grant,
    member,
    withdraw,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def terms(transactional_db: None, facts: Memory) -> Memory:
    """Make the world in committed rows, since threads must see them."""
    world.build()
    return facts


def run(works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at once, each on its own connection; return their results."""

    def one(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(one, work) for work in works]]


def test_after_a_withdrawal_has_committed_no_disclosure_succeeds(terms: Memory) -> None:
    for _ in range(5):
        grant()
        done = threading.Event()
        late: list[int] = []

        def reader(done: threading.Event = done, late: list[int] = late) -> int:
            served = 0
            for _ in range(40):
                began_after = done.is_set()
                answer = disclose(ask(), NOW)
                served += bool(answer.values)
                if began_after and answer.values:
                    late.append(1)
            return served

        def withdrawer(done: threading.Event = done) -> int:
            time.sleep(0.03)
            count = withdraw()
            done.set()
            return count

        results = run([reader, reader, reader, reader, withdrawer])
        assert results[-1] == 1
        assert late == []
        assert not given(disclose(ask(), NOW))
    assert AccessEntry.objects.count() == 5 * (160 + 1)
    assert journal.verify() == []
    assert revisions.verify() == []


def test_a_disclosure_waits_for_a_withdrawal_at_hand_and_then_gives_nothing(terms: Memory) -> None:
    grant()
    locked, go_on = threading.Event(), threading.Event()

    def withdrawer() -> None:
        with transaction.atomic():
            withdraw()
            locked.set()
            go_on.wait(10)

    def reader() -> tuple[bool, float]:
        locked.wait(10)
        begun = time.perf_counter()
        threading.Timer(0.2, go_on.set).start()
        return bool(disclose(ask(), NOW).values), time.perf_counter() - begun

    _, (served, waited) = run([withdrawer, reader])
    assert not served
    assert waited > 0.15


def test_a_disclosure_waits_for_a_revision_at_hand(terms: Memory) -> None:
    grant()
    locked, go_on = threading.Event(), threading.Event()

    def reviser() -> None:
        with transaction.atomic():
            terms_service.put_agreements([agreement(retention_days=3), world.law(retention_days=4)], now=NOW)
            locked.set()
            go_on.wait(10)

    def reader(asked: Any) -> Callable[[], bool]:
        def work() -> bool:
            locked.wait(10)
            threading.Timer(0.2, go_on.set).start()
            return bool(disclose(asked, NOW).values)

        return work

    _, by_consent, by_law = run([reviser, reader(ask()), reader(ask_by_law())])
    assert not by_consent, "the consent was for the old terms"
    assert by_law, "a law needs no consent, also at the moment of a revision"


def test_a_withdrawal_waits_for_a_disclosure_at_hand(terms: Memory) -> None:
    grant()
    reading, go_on = threading.Event(), threading.Event()
    original = terms.facts_of

    def slow(*args: Any, **kwargs: Any) -> Any:
        reading.set()
        go_on.wait(10)
        return original(*args, **kwargs)

    terms.facts_of = slow  # type: ignore[method-assign] # the real source, only slower

    def withdrawer() -> bool:
        reading.wait(10)
        threading.Timer(0.2, go_on.set).start()
        withdraw()
        return AccessEntry.objects.filter(result="partly").exists()

    answer, logged_before = run([lambda: disclose(ask(), NOW), withdrawer])
    assert answer.values
    assert logged_before, "the withdrawal returned only after the disclosure had been logged"


def test_many_decisions_at_once_leave_one_record_and_an_unbroken_chain(terms: Memory) -> None:
    def grants() -> None:
        for number in range(5):
            grant(attributes=["氏名"] if number % 2 else ["氏名", "住所"])

    def withdraws() -> None:
        for _ in range(5):
            withdraw()

    run([grants, withdraws, grants, withdraws])
    assert ConsentRecord.objects.filter(individual=PERSON).count() == 1
    assert revisions.verify() == []


def test_two_presses_open_one_emergency(terms: Memory) -> None:
    rescuer = member("shinjuku", Role.EMERGENCY)

    def press() -> str:
        row = emergencies.open_emergency(
            rescuer, "shinjuku", "rescue.shinjuku", PERSON, reason="応答がなく倒れている疑い", now=NOW
        )
        return row.pk

    assert len(set(run([press] * 4))) == 1


def test_the_door_refuses_to_stand_inside_another_transaction(terms: Memory) -> None:
    grant()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        disclose(ask(), NOW)
    assert not AccessEntry.objects.exists()


def test_calls_are_counted_exactly_by_many_at_once(terms: Memory) -> None:
    def call() -> int:
        return sum(limits.count("c", limit_per_minute=25, now=NOW).allowed for _ in range(10))

    assert sum(run([call] * 4)) == 25
    assert limits.count("c", limit_per_minute=25, now=NOW + timedelta(minutes=1)).allowed


def test_disclosures_at_once_are_all_sealed_in_the_audit_trail(terms: Memory) -> None:
    grant()
    run([lambda: [disclose(ask(), NOW) for _ in range(25)]] * 4)
    world.seal_everything()
    assert AuditEntry.objects.filter(action="facts.disclose", seal__isnull=False).count() == 100
    assert audit.verify().problems == ()


def test_consenting_to_old_terms_while_they_are_revised_opens_nothing(terms: Memory) -> None:
    def reviser() -> None:
        for days in range(1, 15):
            terms_service.put_agreements([agreement(retention_days=days)], now=NOW)

    def granter() -> None:
        for _ in range(30):
            consent.grant(PERSON, "childcare.shinjuku", actor=HERSELF, now=NOW)

    run([reviser, granter])
    terms_service.put_agreements([agreement(retention_days=99)], now=NOW)
    assert not given(disclose(ask(basis=Basis.CONSENT), NOW))
