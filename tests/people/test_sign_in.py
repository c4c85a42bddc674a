"""A sign-in makes or finds the person and keeps what was told as verified facts; what is not understood stays unknown."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import Method, Subject
from madoguchi.apps.people.models import Fact, Person
from madoguchi.apps.people.services import sign_in
from madoguchi.core.permissions import SYSTEM

from .conftest import NOW, TODAY, new_person, register

ISSUER = "https://auth.example.go.jp"
ADDRESS = "東京都調布市小島町２－３５－１"
CLAIMS = {"name": "山田 花子", "address": ADDRESS, "birthdate": "19900506", "gender": "female"}


def signs_in(account: str = "a1", at: Any = NOW, **claims: Any) -> str:
    told = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    services.on_resident_signed_in(ResidentSignedIn(account, ISSUER, f"subject of {account}", told, at.isoformat()))
    found = api.person_of_account(account)
    assert found is not None
    return found.id


def facts(person_id: str, on: date = TODAY) -> dict[str, Any]:
    return {view.attribute: view.value for view in api.facts_of(person_id, on=on)}


def test_the_first_sign_in_makes_a_person_with_verified_facts(words: None) -> None:
    person_id = signs_in()
    views = {view.attribute: view for view in api.facts_of(person_id, on=TODAY)}
    assert {name: view.value for name, view in views.items()} == {
        "氏名": "山田 花子",
        "住所": "東京都調布市小島町2-35-1",
        "生年月日": date(1990, 5, 6),
        "性別": "女",
        "自治体コード": "132080",
    }
    assert {view.method for view in views.values()} == {Method.CREDENTIAL}
    assert {view.source for view in views.values()} == {ISSUER}


def test_an_event_delivered_twice_changes_nothing(words: None) -> None:
    signs_in()
    rows = Fact.objects.count(), Person.objects.count()
    signs_in()
    assert (Fact.objects.count(), Person.objects.count()) == rows


def test_two_sign_ins_delivered_in_the_wrong_order_end_at_the_newer_address(words: None) -> None:
    later = NOW + timedelta(days=3)
    signs_in(at=later, address="東京都杉並区阿佐谷南1-15-1")
    person_id = signs_in(at=NOW)
    assert facts(person_id, TODAY + timedelta(days=3))["住所"].startswith("東京都杉並区")
    assert facts(person_id, TODAY)["住所"].startswith("東京都調布市")
    assert facts(person_id, TODAY + timedelta(days=3))["自治体コード"] == "131156"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19900506", date(1990, 5, 6)),
        ("1990-05-06", date(1990, 5, 6)),
        ("2000-02-29", date(2000, 2, 29)),
        ("1990", None),
        ("0000-05-06", None),
        ("199005-06", None),
        ("19901301", None),
        ("1990-02-30", None),
        ("平成2年5月6日", None),
        ("29990101", None),
        (19900506, None),
        (None, None),
    ],
)
def test_a_birth_date_is_read_exactly_or_not_at_all(text: Any, day: date | None) -> None:
    assert sign_in.birth_date(text) == day


@pytest.mark.parametrize("gender", ["other", "", "9", "F", None, 3, ["female"]])
def test_an_unknown_sex_stays_unknown(words: None, gender: Any) -> None:
    assert "性別" not in facts(signs_in(gender=gender))


def test_a_claim_that_holds_an_individual_number_is_left_out_and_the_rest_is_kept(words: None, caplog: Any) -> None:
    from madoguchi.apps.people.individual_number import check_digit

    base = "12345678901"
    person_id = signs_in(name=f"山田{base}{check_digit(base)}")
    assert "氏名" not in facts(person_id)
    assert facts(person_id)["生年月日"] == date(1990, 5, 6)
    assert base not in caplog.text


@pytest.mark.parametrize(
    "claims", [{}, {"name": 5, "address": [], "birthdate": {}, "gender": {}}, {"address": {"x": 1}}]
)
def test_claims_in_a_strange_form_make_a_person_without_facts(words: None, claims: dict[str, Any]) -> None:
    event = ResidentSignedIn("a9", ISSUER, "s", claims, NOW.isoformat())
    services.on_resident_signed_in(event)
    found = api.person_of_account("a9")
    assert found is not None
    assert facts(found.id) == {}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("東京都調布市小島町1", "132080"),
        ("東京都西多摩郡瑞穂町大字箱根ケ崎2335", "133035"),
        ("東京都 八丈島八丈町大賀郷", None),
        ("東京都大島町元町1", "133612"),
        ("神奈川県川崎市川崎区", None),
        ("調布市小島町", None),
        ("大阪府東大阪市港区", None),
        ("", None),
    ],
)
def test_the_municipality_is_read_from_addresses_in_tokyo(words: None, address: str, code: str | None) -> None:
    assert sign_in.municipality_in(address) == code


def registered(address: str = ADDRESS) -> str:
    person_id = new_person()
    values = {"氏名": "山田花子", "生年月日": "1990-05-06", "住所": address}
    services.record_verified(
        SYSTEM, "", Subject.person(person_id), values, provenance=register(f"r-{person_id}"), obtained_at=NOW
    )
    return person_id


def test_a_person_whom_the_register_knows_by_name_birth_and_address_is_linked(words: None) -> None:
    person_id = registered()
    assert signs_in() == person_id


def test_the_same_name_and_birth_date_alone_link_nobody(words: None) -> None:
    person_id = registered("東京都調布市布田4")
    assert signs_in() != person_id


def test_two_people_who_fit_equally_are_not_guessed_between(words: None) -> None:
    known = {registered(), registered()}
    assert signs_in() not in known


def test_a_second_account_does_not_take_over_a_person(words: None) -> None:
    assert signs_in("a1") != signs_in("a2")


def test_a_new_account_does_not_undo_the_protection_of_somebody_of_that_name(words: None) -> None:
    services.protect(SYSTEM, "", [registered()], now=NOW)
    person_id = signs_in()
    assert "住所" not in facts(person_id)
    assert "自治体コード" not in facts(person_id)


def test_a_sign_in_does_not_touch_a_household_that_a_register_told(words: None) -> None:
    from madoguchi.apps.people.contracts import Role

    person_id = registered()
    household = services.form_household(
        SYSTEM, "", {person_id: Role.HEAD}, on=date(2020, 1, 1), complete=True, provenance=register("h"), now=NOW
    )
    signs_in()
    assert api.facts_of(Subject.household(household), ["自治体コード"], on=timezone.localdate()) == ()
