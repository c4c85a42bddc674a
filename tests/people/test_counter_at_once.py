"""One form of the counter sent by two presses at once on PostgreSQL: it counts once, whatever it records."""

from datetime import date
from typing import Any

import pytest

from madoguchi.apps.people import api
from madoguchi.apps.people.models import Fact, Household, LifeEvent, Person
from madoguchi.core import vault
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM

from .conftest import CHOFU, NOW, TODAY, load_words, new_person, register
from .test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
OFFICE, PRESSES = "132080", 6
PAPER = api.Paper("", "届 第1号", "0123456789abcdef" * 2)


@pytest.fixture
def person_id() -> str:
    load_words()
    vault.forget_opened()
    return new_person("account-1")


def settle(person_id: str) -> None:
    api.form_household(
        SYSTEM, "", {person_id: api.Role.HEAD}, on=date(2020, 1, 1), complete=True, provenance=register("h"), now=NOW
    )


def press(record: Any, *about: Any, **told: Any) -> None:
    errors = at_once([lambda: record(CHOFU, OFFICE, *about, paper=PAPER, now=NOW, **told)] * PRESSES)
    assert errors == []


def test_a_birth_makes_one_child(person_id: str) -> None:
    settle(person_id)
    press(api.record_birth, person_id, api.Newborn("見本 一", "ミホン ハジメ", TODAY))
    assert Person.objects.count() == 2
    assert LifeEvent.objects.filter(kind="birth").count() == 1
    assert Fact.objects.filter(attribute="氏名").count() == 1
    assert AuditEntry.objects.filter(action="household.event").count() == 2, "the forming and the birth"


def test_a_move_into_a_new_household_makes_one_household(person_id: str) -> None:
    press(api.record_move_in, person_id, on=TODAY, role=api.Role.HEAD, with_id=None)
    assert Household.objects.count() == 1
    assert [fact.value for fact in api.facts_of(person_id, ["自治体コード"], on=TODAY)] == [OFFICE]


def test_a_move_out_and_a_fact_are_kept_once(person_id: str) -> None:
    settle(person_id)
    press(api.record_document, person_id, "所得", 5, valid_from=None)
    press(api.record_move_out, person_id, on=TODAY)
    assert Fact.objects.filter(attribute="所得").count() == 1
    assert LifeEvent.objects.filter(kind="leave").count() == 1


def test_two_people_who_move_in_with_each_other_do_not_wait_in_a_circle(person_id: str) -> None:
    other = new_person()
    settle(person_id)
    api.form_household(
        SYSTEM, "", {other: api.Role.HEAD}, on=date(2020, 1, 1), complete=True, provenance=register("o"), now=NOW
    )

    def move(who: str, whom: str, key: str) -> None:
        paper = api.Paper("", "届", key * 32)
        api.record_move_in(CHOFU, OFFICE, who, on=TODAY, role=api.Role.SPOUSE, with_id=whom, paper=paper, now=NOW)

    jobs = [lambda n=n: move(*((person_id, other) if n % 2 else (other, person_id)), f"{n}") for n in range(8)]
    assert at_once(jobs) == []
    assert LifeEvent.objects.filter(kind="join").count() == 8
