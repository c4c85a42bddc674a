"""The door for telling people first: what leaves of a household, what never does, and what stands in the log."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import journal
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.consents.services import consent
from madoguchi.apps.people import api as people
from madoguchi.core.permissions import SYSTEM, Actor
from tests.outreach import world
from tests.outreach.world import START, Family, noon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
BORN = date(2025, 3, 3)


def request(of: Family) -> consents.MatchingRequest:
    return consents.MatchingRequest(of.mother, "tokyo-digital", "service-improvement", "outreach")


def looked(of: Family, on: date = START) -> consents.MatchedHousehold | None:
    return consents.household_for_matching(request(of), noon(on))


def test_only_what_she_ticked_leaves_of_herself_and_her_children_and_nothing_of_other_adults() -> None:
    home = world.family([("haru", BORN)], 所得=2_100_000)
    world.agree(home.mother, home.account, attributes=["生年月日", "自治体コード", "医療保険"])
    found = looked(home)
    assert found is not None
    assert found.household.applicant.facts == {"生年月日": date(1992, 4, 15), "医療保険": "被用者保険"}
    assert found.household.facts == {"自治体コード": world.ITABASHI}
    assert [child.facts for child in found.household.children] == [{"生年月日": BORN, "医療保険": "被用者保険"}]
    assert [other.facts for other in found.household.others] == [{}]
    assert (found.children, found.municipality) == ((home.children["haru"],), world.ITABASHI)
    assert (found.household_id, found.head_id) == (home.household, home.mother)
    assert found.household.members_complete


def test_a_grown_up_child_is_there_without_facts() -> None:
    home = world.family([("old", date(2005, 1, 1)), ("young", BORN)])
    world.agree(home.mother, home.account)
    found = looked(home)
    assert found is not None
    assert found.children == (home.children["young"],)
    assert [bool(child.facts) for child in found.household.children] == [True, False]


def test_nothing_leaves_without_a_live_consent() -> None:
    home = world.family([("haru", BORN)])
    assert looked(home) is None
    world.agree(home.mother, home.account)
    assert looked(home) is not None
    assert looked(home, START + timedelta(days=181)) is None, "run out"
    consent.withdraw(home.mother, world.AGREEMENT, actor=Actor(home.account, ""), now=noon(START))
    assert looked(home) is None
    consent.refuse(home.mother, world.AGREEMENT, actor=Actor(home.account, ""), now=noon(START))
    assert looked(home) is None
    assert not consents.matching_open(request(home), noon(START))


def test_without_her_municipality_nothing_leaves() -> None:
    home = world.family()
    world.agree(home.mother, home.account, attributes=["生年月日"])
    assert looked(home) is None


@pytest.mark.parametrize("who", ["mother", "child"])
def test_while_somebody_is_protected_nothing_of_her_leaves(who: str) -> None:
    home = world.family([("haru", BORN)])
    world.agree(home.mother, home.account)
    child = home.children["haru"]
    people.protect(SYSTEM, "", [home.mother if who == "mother" else child], now=noon(START))
    found = looked(home)
    assert found is None
    assert not consents.matching_open(request(home), noon(START))
    entry = AccessEntry.objects.get(subject_id=home.mother)
    assert (entry.disclosed, entry.result) == ([], "withheld")
    assert not AccessEntry.objects.filter(subject_id=child).exists()


def test_a_dead_child_is_no_longer_there() -> None:
    home = world.family([("haru", BORN)])
    world.agree(home.mother, home.account)
    world.happen(people.EventKind.DEATH, home.children["haru"], START)
    found = looked(home)
    assert found is not None
    assert found.children == ()


def test_each_look_stands_in_the_log_once_a_day_of_the_mother_and_of_the_child() -> None:
    home = world.family([("haru", BORN)])
    world.agree(home.mother, home.account, attributes=["生年月日", "自治体コード", "所得"])
    for on in (START, START, START + timedelta(days=1)):
        looked(home, on)
    own = AccessEntry.objects.filter(subject_id=home.mother).order_by("at")
    assert [(entry.disclosed, entry.result) for entry in own] == [(["生年月日", "自治体コード"], "partly")] * 2
    assert dict(own[0].withheld)["所得"] == "not_available"
    assert dict(own[0].withheld)["妊娠中"] == "no_consent"
    assert (own[0].organisation_id, own[0].basis, own[0].client_id) == ("tokyo-digital", "consent", "outreach")
    child = AccessEntry.objects.filter(subject_id=home.children["haru"])
    assert [entry.disclosed for entry in child] == [["生年月日"]] * 2
    assert journal.verify() == []


def test_another_choice_on_the_same_day_is_logged_too() -> None:
    home = world.family()
    world.agree(home.mother, home.account, attributes=["生年月日", "自治体コード"])
    looked(home)
    world.agree(home.mother, home.account, attributes=["自治体コード"])
    looked(home)
    assert AccessEntry.objects.filter(subject_id=home.mother).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_door_does_not_open_inside_another_transaction() -> None:
    home = world.family()
    world.agree(home.mother, home.account)
    with pytest.raises(RuntimeError), transaction.atomic():
        looked(home)


def test_her_consent_is_shown_as_it_stands() -> None:
    home = world.family()

    def state(on: date = START) -> str:
        found = consents.matching_consent(home.mother, "tokyo-digital", "service-improvement", noon(on))
        assert found is not None
        assert found.agreement_id == world.AGREEMENT
        return found.state

    assert state() == "none"
    world.agree(home.mother, home.account)
    assert (state(), state(START + timedelta(days=200))) == ("granted", "expired")
    consents.withdraw_matching(home.mother, world.AGREEMENT, account_id=home.account, now=noon(START))
    assert state() == "withdrawn"
    assert consents.matching_consent(home.mother, "tokyo-digital", "nothing", noon(START)) is None
