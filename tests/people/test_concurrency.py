"""Two at once on PostgreSQL: writers of one attribute, sign-ins of one account, rotation while people read and write."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import Subject
from madoguchi.apps.people.models import Fact, Person, PersonIndex
from madoguchi.core import rotation, vault
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM
from tests.at_once import at_once

from .conftest import NOW, TODAY, load_words, new_person, register

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person_id() -> str:
    load_words()
    vault.forget_opened()
    return new_person("account-1")


def tell(person_id: str, record: str, value: int, seconds: int = 0) -> None:
    services.record_verified(
        SYSTEM,
        "",
        Subject.person(person_id),
        {"所得": value},
        provenance=register(record),
        obtained_at=NOW + timedelta(seconds=seconds),
    )


def test_writers_of_one_attribute_leave_one_current_fact_and_lose_none(person_id: str) -> None:
    jobs = [lambda n=n: tell(person_id, f"r{n}", n, n) for n in range(8)]
    assert at_once(jobs) == []
    rows = Fact.objects.filter(attribute="所得")
    assert rows.count() == 8
    assert [fact.source_record for fact in rows.filter(superseded_at=None)] == ["r7"]
    assert api.facts_of(person_id, ["所得"], on=TODAY)[0].value == 7
    assert AuditEntry.objects.filter(action="facts.record").count() == 8


def test_one_record_sent_by_many_at_once_is_kept_once(person_id: str) -> None:
    assert at_once([lambda: tell(person_id, "same", 5)] * 6) == []
    assert Fact.objects.count() == 1
    assert AuditEntry.objects.filter(action="facts.record").count() == 1


def test_one_account_that_signs_in_twice_at_once_is_one_person(person_id: str) -> None:
    claims = {"name": "山田花子", "birthdate": "19900506", "address": "東京都調布市小島町1"}
    event = ResidentSignedIn("account-9", "https://i.example", "s", claims, NOW.isoformat())
    assert at_once([lambda: services.on_resident_signed_in(event)] * 4) == []
    assert Person.objects.filter(account_id="account-9").count() == 1
    assert Fact.objects.filter(attribute="氏名").count() == 1


def test_the_first_key_of_all_is_made_once(person_id: str) -> None:
    assert at_once([lambda: vault.seal(b"x", context="c")] * 6) == []
    assert len(rotation.status()) == 1


def test_rotation_while_people_read_and_write_loses_nothing(person_id: str) -> None:
    people = [new_person() for _ in range(4)]
    for person in people:
        for n in range(15):
            tell(person, f"{person}-{n}", n, n)
    stop = threading.Event()
    written: dict[str, int] = dict.fromkeys(people, 14)
    seen: list[tuple[str, int]] = []

    def writes(person: str) -> None:
        n = 15
        while not stop.is_set():
            tell(person, f"{person}-{n}", n, n)
            written[person], n = n, n + 1

    def reads() -> None:
        while not stop.is_set():
            for person in people:
                least = written[person]
                seen.append((person, api.facts_of(person, ["所得"], on=TODAY)[0].value - least))

    def rotates() -> None:
        try:
            for _ in range(3):
                rotation.rotate(now=timezone.now(), batch_rows=5)
        finally:
            stop.set()

    assert at_once([rotates, reads, *(lambda p=p: writes(p) for p in people[:2])]) == []
    assert len(seen) > 0
    assert min(ahead for _, ahead in seen) >= 0
    rotation.rotate(now=timezone.now())
    active = vault.sealer().key.id
    vault.forget_opened()
    for person in people:
        rows = Fact.objects.filter(person_id=person)
        assert rows.count() == written[person] + 1
        values = {view.value for at in range(written[person] + 1) for view in as_known(person, at)}
        assert values == set(range(written[person] + 1))
    assert set(Fact.objects.values_list("key_id", flat=True)) == {active}
    assert not PersonIndex.objects.exclude(key_id=active).exists()


def as_known(person: str, second: int) -> Any:
    return api.facts_of(person, ["所得"], on=TODAY, known_at=NOW + timedelta(seconds=second))
