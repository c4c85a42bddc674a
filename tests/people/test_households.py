"""Households on any day out of dated events in any order, and the engine's picture of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import EventKind, Happening, HouseholdView, Method, Provenance, Role, Subject
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.models import LifeEvent
from madoguchi.core.permissions import SYSTEM
from madoguchi.engines.eligibility import Household

from .conftest import NOW, TODAY, new_person, register

START = date(2020, 4, 1)


def form(members: dict[str, Role], *, on: date = START, record: str = "h1", complete: bool = True) -> str:
    return services.form_household(SYSTEM, "", members, on=on, complete=complete, provenance=register(record), now=NOW)


def happen(kind: EventKind, person_id: str, on: date, record: str = "", **more: Any) -> int:
    item = Happening(kind, on, person_id, **more)
    name = record or f"{kind}-{person_id}-{on}"
    return services.record_event(SYSTEM, "", [item], provenance=register(name), now=NOW)


def tell(subject: Subject, values: dict[str, Any], record: str) -> None:
    services.record_verified(SYSTEM, "", subject, values, provenance=register(record), obtained_at=NOW)


def household(person_id: str, on: date = TODAY) -> HouseholdView:
    found = api.household_of(person_id, on)
    assert found is not None
    return found


def ids(view: HouseholdView) -> list[str]:
    return [member.person_id for member in view.members]


@pytest.fixture
def family(words: None) -> dict[str, str]:
    """Two parents and a child, told whole by the register since 2020."""
    people = {name: new_person() for name in ("mother", "father", "child")}
    people["household"] = form(
        {people["mother"]: Role.HEAD, people["father"]: Role.SPOUSE, people["child"]: Role.CHILD}
    )
    return people


def test_a_household_has_its_members_from_the_day_it_was_formed(family: dict[str, str]) -> None:
    view = household(family["child"])
    assert ids(view) == [family["mother"], family["father"], family["child"]]
    assert view.complete
    assert view.members[0].since == START
    assert api.household_of(family["child"], START - timedelta(days=1)) is None


def test_a_birth_adds_a_child_from_its_day(family: dict[str, str]) -> None:
    born = date(2026, 3, 3)
    baby = new_person()
    happen(EventKind.BIRTH, baby, born, household_id=family["household"], role=Role.CHILD, other_id=family["mother"])
    assert baby not in ids(household(family["mother"], born - timedelta(days=1)))
    assert baby in ids(household(family["mother"], born))
    assert household(family["mother"]).complete


def test_who_moves_out_belongs_to_the_new_household_and_the_old_one_stays_readable(family: dict[str, str]) -> None:
    day = date(2026, 4, 1)
    other = form({new_person(): Role.HEAD}, record="h2")
    leaving = Happening(EventKind.LEAVE, day, family["father"], family["household"])
    joining = Happening(EventKind.JOIN, day, family["father"], other, Role.OTHER)
    services.record_event(SYSTEM, "", [joining, leaving], provenance=register("move"), now=NOW)
    assert household(family["father"]).id == other
    assert household(family["father"], day - timedelta(days=1)).id == family["household"]
    assert family["father"] not in ids(household(family["mother"]))


def test_the_dead_belong_to_no_household_whatever_is_told_of_later_days(family: dict[str, str]) -> None:
    day = date(2026, 5, 1)
    happen(EventKind.DEATH, family["father"], day)
    happen(EventKind.JOIN, family["father"], day + timedelta(days=9), household_id=family["household"], role=Role.OTHER)
    assert api.household_of(family["father"], TODAY) is None
    assert family["father"] in ids(household(family["mother"], day - timedelta(days=1)))


def test_a_wrong_event_can_be_taken_back_and_what_was_known_stays_readable(family: dict[str, str]) -> None:
    happen(EventKind.DEATH, family["father"], date(2026, 5, 1), "wrong")
    undo = {"provenance": register("wrong"), "now": NOW + timedelta(hours=1)}
    assert services.cancel_event(SYSTEM, "", family["father"], EventKind.DEATH, **undo)
    assert not services.cancel_event(SYSTEM, "", family["father"], EventKind.DEATH, **undo)
    assert family["father"] in ids(household(family["mother"]))
    assert api.household_of(family["father"], TODAY, known_at=NOW) is None


def test_the_same_record_told_twice_changes_nothing(family: dict[str, str]) -> None:
    again = form({family["mother"]: Role.HEAD, family["father"]: Role.SPOUSE, family["child"]: Role.CHILD})
    assert again == family["household"]
    assert happen(EventKind.DEATH, family["father"], TODAY, "d") == 1
    assert happen(EventKind.DEATH, family["father"], TODAY, "d") == 0
    with pytest.raises(Refused) as caught:
        happen(EventKind.DEATH, family["father"], TODAY - timedelta(days=1), "d")
    assert caught.value.reason is Refusal.CONFLICT


@pytest.mark.parametrize(
    "item",
    [
        Happening(EventKind.JOIN, TODAY, "p"),
        Happening(EventKind.MARRIAGE, TODAY, "p"),
        Happening(EventKind.MARRIAGE, TODAY, "p", other_id="p"),
        Happening(EventKind.DEATH, date(1700, 1, 1), "p"),
    ],
)
def test_an_event_without_what_it_needs_is_refused(family: dict[str, str], item: Happening) -> None:
    sound = replace(item, person_id=family["child"], other_id=item.other_id and family["child"])
    with pytest.raises(Refused) as caught:
        services.record_event(SYSTEM, "", [sound], provenance=register("x"), now=NOW)
    assert caught.value.reason is Refusal.BAD_EVENT


def test_a_household_that_moves_has_each_municipality_on_its_days(family: dict[str, str]) -> None:
    for record, code, day in (("m1", "132080", START), ("m2", "131121", date(2026, 7, 1))):
        api.move_household(
            SYSTEM, "", family["household"], municipality_code=code, on=day, provenance=register(record), now=NOW
        )
    codes = [
        api.facts_of(family["child"], ["自治体コード"], on=day)[0].value
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert codes == ["132080", "131121"]


def test_what_a_register_tells_goes_before_a_household_that_was_begun_by_declaring(words: None) -> None:
    person_id = new_person("account-1")
    services.declare("account-1", {"住居": "持ち家"}, key="k", now=NOW)
    told = form({person_id: Role.CHILD, new_person(): Role.HEAD}, on=date(2010, 1, 1))
    assert household(person_id).id == told


def test_marriage_divorce_and_a_death_tell_who_is_married(family: dict[str, str]) -> None:
    mother, father = family["mother"], family["father"]
    happen(EventKind.MARRIAGE, mother, date(2015, 1, 1), other_id=father)
    assert picture(father).applicant.facts["婚姻中"] is True
    happen(EventKind.DEATH, father, date(2026, 1, 1))
    assert picture(mother).applicant.facts["婚姻中"] is False
    assert picture(mother, date(2025, 12, 31)).applicant.facts["婚姻中"] is True
    happen(EventKind.DIVORCE, mother, date(2024, 1, 1), other_id=father)
    assert picture(mother, date(2025, 12, 31)).applicant.facts["婚姻中"] is False


def picture(person_id: str, on: date = TODAY) -> Household:
    return api.eligibility_household(person_id, on)


def test_the_engine_gets_applicant_children_others_and_everything_known(family: dict[str, str]) -> None:
    tell(Subject.person(family["mother"]), {"生年月日": "1990-01-01", "氏名": "山田花子", "所得": 3}, "a")
    tell(Subject.person(family["child"]), {"生年月日": "2022-02-02"}, "b")
    tell(Subject.household(family["household"]), {"自治体コード": "132080", "住民税非課税": False}, "c")
    seen = picture(family["mother"])
    assert seen.applicant.facts == {"生年月日": date(1990, 1, 1), "所得": 3}
    assert [child.facts for child in seen.children] == [{"生年月日": date(2022, 2, 2)}]
    assert len(seen.others) == 1
    assert seen.facts == {"自治体コード": "132080", "住民税非課税": False, "世帯人数": 3}
    assert seen.children_complete
    assert seen.members_complete


def test_for_a_child_the_parents_are_others_and_nobody_is_a_child(family: dict[str, str]) -> None:
    seen = picture(family["child"])
    assert (len(seen.children), len(seen.others)) == (0, 2)


def test_a_child_born_to_the_applicant_is_hers_though_she_is_not_the_head(family: dict[str, str]) -> None:
    baby = new_person()
    happen(
        EventKind.BIRTH, baby, TODAY, household_id=family["household"], role=Role.GRANDCHILD, other_id=family["child"]
    )
    assert len(picture(family["child"]).children) == 1


def test_of_somebody_alone_only_her_own_facts_are_known(words: None) -> None:
    seen = picture(new_person())
    assert seen == Household()


def test_the_finder_works_with_the_picture(family: dict[str, str], pack: object) -> None:
    from madoguchi.apps.registry import api as registry
    from madoguchi.engines.eligibility import Verdict, judge

    tell(Subject.person(family["child"]), {"生年月日": "2022-02-02"}, "b")
    tell(Subject.household(family["household"]), {"自治体コード": "132080"}, "c")
    seen = picture(family["mother"])
    verdicts = {
        judge(rule, seen, today=TODAY, rulebook=registry.rulebook()).verdict
        for rule in registry.rules()
        if rule.covers("132080")
    }
    assert {Verdict.ELIGIBLE, Verdict.INELIGIBLE} <= verdicts


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([EventKind.FORM, EventKind.JOIN, EventKind.LEAVE, EventKind.DEATH]),
        st.integers(0, 6),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=7,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(events=EVENTS, data=st.data())
def test_any_order_of_events_gives_the_same_households_on_every_day(
    words: None, events: list[Any], data: st.DataObject
) -> None:
    results = []
    for order in (events, data.draw(st.permutations(events))):
        people = [new_person() for _ in range(3)]
        homes = [form({new_person(): Role.HEAD}, record=f"home-{people[0]}-{n}") for n in range(2)]
        for event in order:
            kind, day, who, where = event
            place = {} if kind is EventKind.DEATH else {"household_id": homes[where], "role": Role.OTHER}
            happen(kind, people[who], START + timedelta(days=day), f"{people[0]} {event}", **place)
        results.append([places(people, homes, START + timedelta(days=day)) for day in range(8)])
    assert results[0] == results[1]


def places(people: list[str], homes: list[str], on: date) -> list[int | None]:
    views = [api.household_of(person_id, on) for person_id in people]
    for person_id, view in zip(people, views, strict=True):
        assert view is None or ids(view).count(person_id) == 1
    return [homes.index(view.id) if view else None for view in views]


def test_nothing_half_is_kept_when_one_event_of_a_record_is_refused(family: dict[str, str]) -> None:
    before = LifeEvent.objects.count()
    items = [Happening(EventKind.DEATH, TODAY, family["father"]), Happening(EventKind.JOIN, TODAY, family["child"])]
    provenance = Provenance("住民基本台帳", "half", Method.REGISTRY)
    with pytest.raises(Refused):
        services.record_event(SYSTEM, "", items, provenance=provenance, now=NOW)
    assert LifeEvent.objects.count() == before
