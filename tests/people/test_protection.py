"""支援措置: where a protected person lives and with whom is told to nobody but break-glass, and nothing says so."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import Role, Sight, Subject
from madoguchi.apps.people.errors import Refused
from madoguchi.core import personal_data
from madoguchi.core.permissions import SYSTEM, Actor, NotPermitted
from madoguchi.core.permissions import Role as StaffRole

from .conftest import CHOFU, NOW, OTHER_CITY, TODAY, new_person, register

SHELTER = "東京都新宿区避難町1-1-1"
PLACES = ["住所", "郵便番号", "自治体コード", "電話番号", "担当窓口"]
BIRTH = date(1991, 2, 3)


def tell(subject: Subject, values: dict[str, Any], record: str) -> None:
    services.record_verified(SYSTEM, "", subject, values, provenance=register(record), obtained_at=NOW)


@pytest.fixture
def victim(resident: User) -> str:
    """Somebody with an account who moved with her child into a shelter; her former husband has an account too."""
    found = api.person_of_account(str(resident.pk))
    assert found is not None
    tell(
        Subject.person(found.id),
        {"氏名": "佐藤みどり", "生年月日": BIRTH, "住所": SHELTER, "電話番号": "0312345678"},
        "v1",
    )
    tell(Subject.person(found.id), {"担当窓口": "新宿区役所", "所得": 5}, "v2")
    child = new_person()
    home = {found.id: Role.HEAD, child: Role.CHILD}
    provenance = register("home")
    household = services.form_household(
        SYSTEM, "", home, on=date(2026, 1, 1), complete=True, provenance=provenance, now=NOW
    )
    tell(Subject.household(household), {"自治体コード": "131041", "住居": "その他"}, "v3")
    services.protect(SYSTEM, "", [found.id, child], now=NOW)
    return found.id


def test_the_api_answers_as_if_the_place_were_unknown(victim: str) -> None:
    unknown = new_person()
    assert api.facts_of(victim, PLACES, on=TODAY) == api.facts_of(unknown, PLACES, on=TODAY) == ()
    assert api.household_of(victim, TODAY) == api.household_of(unknown, TODAY)
    assert [view.attribute for view in api.facts_of(victim, ["所得", "住所", "住居"], on=TODAY)] == ["所得", "住居"]


def test_the_engine_gets_neither_place_nor_members(victim: str) -> None:
    seen = api.eligibility_household(victim, TODAY)
    assert seen.applicant.facts["所得"] == 5
    assert seen.facts == {"住居": "その他"}
    assert seen.children == seen.others == ()
    assert not seen.members_complete


def test_break_glass_sees_everything(victim: str) -> None:
    seen = {view.attribute: view.value for view in api.facts_of(victim, PLACES, on=TODAY, sight=Sight.BREAK_GLASS)}
    assert seen["住所"] == SHELTER
    assert seen["自治体コード"] == "131041"
    household = api.household_of(victim, TODAY, sight=Sight.BREAK_GLASS)
    assert household is not None
    assert len(household.members) == 2


def test_no_page_and_no_file_of_her_account_shows_the_place(victim: str, me: Client) -> None:
    for path in ("/me/", "/me/data/my-data.json", "/me/facts/住所/", "/me/data/"):
        page = me.get(path).content.decode()
        for hidden in (SHELTER, "避難町", "新宿区役所", "0312345678", "131041"):
            assert hidden not in page, path
        assert "支援措置" not in page
        assert "protected" not in page
    assert " selected" not in me.get("/me/facts/自治体コード/").content.decode()
    assert "佐藤みどり" in me.get("/me/").content.decode()


def test_her_page_looks_like_that_of_somebody_whose_place_is_unknown(victim: str, me: Client) -> None:
    page = me.get("/me/").content.decode()
    assert "/me/facts/%E4%BD%8F%E6%89%80/" in page  # 住所 is offered like anything unknown
    assert me.get("/me/facts/住所/").status_code == 200
    answer = me.post("/me/facts/住所/", {"key": "k1", "value": "東京都千代田区1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")


def test_staff_search_finds_her_as_little_as_nobody(victim: str) -> None:
    assert services.find(CHOFU, "132080", name="佐藤みどり", birth=BIRTH) == ()
    assert services.find(CHOFU, "132080", name="佐藤いない", birth=BIRTH) == ()
    services.unprotect(SYSTEM, "", [victim], now=NOW)
    assert [ref.id for ref in services.find(CHOFU, "132080", name="佐藤 みどり", birth=BIRTH)] == [victim]


def test_search_needs_its_permission(victim: str) -> None:
    reader = Actor("r", "r", {"132080": frozenset({StaffRole.READER})})
    with pytest.raises(NotPermitted):
        services.find(reader, "132080", name="佐藤みどり", birth=BIRTH)


def test_staff_of_another_municipality_cannot_tell_her_from_nobody(victim: str) -> None:
    answers = []
    for person_id in (victim, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(Refused) as caught:
            services.protect(OTHER_CITY, "131121", [person_id], now=NOW)
        answers.append((caught.value.reason, str(caught.value)))
    assert answers[0] == answers[1]


def test_former_members_see_neither_her_nor_a_gap(words: None) -> None:
    she, he = new_person(), new_person()
    members = {he: Role.HEAD, she: Role.SPOUSE}
    given: dict[str, Any] = {"on": date(2020, 1, 1), "complete": True, "provenance": register("old"), "now": NOW}
    services.form_household(SYSTEM, "", members, **given)
    services.protect(SYSTEM, "", [she], now=NOW)
    seen = api.household_of(he, TODAY)
    assert seen is not None
    assert [member.person_id for member in seen.members] == [he]
    assert not seen.complete  # a list that is not known to be whole, like any declared household
    assert she not in json.dumps(personal_data.export_all(he), ensure_ascii=False)
    assert "世帯人数" not in api.eligibility_household(he, TODAY).facts


def test_the_place_of_a_household_in_which_a_protected_person_lives_is_hidden_for_all_of_it(words: None) -> None:
    she, friend = new_person(), new_person()
    given: dict[str, Any] = {"on": date(2020, 1, 1), "complete": True, "provenance": register("new"), "now": NOW}
    household = services.form_household(SYSTEM, "", {friend: Role.HEAD, she: Role.OTHER}, **given)
    tell(Subject.household(household), {"自治体コード": "131041"}, "x")
    assert api.facts_of(friend, ["自治体コード"], on=TODAY)
    services.protect(SYSTEM, "", [she], now=NOW)
    assert api.facts_of(friend, ["自治体コード"], on=TODAY) == ()
    assert api.facts_of(Subject.household(household), ["自治体コード"], on=TODAY) == ()


def test_protection_ends_only_when_it_is_ended(victim: str) -> None:
    services.unprotect(SYSTEM, "", [victim], now=NOW)
    assert api.facts_of(victim, ["住所"], on=TODAY)[0].value == SHELTER
