"""The reason line says what turns, in three languages, and never more than the condition names."""

from datetime import date

import pytest

from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.outreach import reasons, subjects, terms
from madoguchi.apps.outreach.services import common
from madoguchi.engines.eligibility import Household, Person
from madoguchi.engines.planning.model import Item, Reason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
TODAY = date(2026, 11, 24)
PLACE = {"自治体コード": "131199", "生活保護": False}


def household(born: date = date(1962, 1, 10), *children: date) -> MatchedHousehold:
    facts = {"医療保険": "被用者保険", "施設入所": False, "国内居住": True}
    people = tuple(Person({"生年月日": day, **facts}) for day in children)
    whole = Household(PLACE, Person({"生年月日": born}), people, (), True, True)
    return MatchedHousehold("me", whole, "home", "me", "131199", tuple(f"child-{n}" for n in range(len(people))))


def line(programme: str, about: str, reason: Reason, day: date, of: MatchedHousehold) -> dict[str, str]:
    book = common.book(terms.current())
    item = Item(programme, about, reason, day, TODAY, TODAY)
    return dict(reasons.reason_line(item, of, book, common.vocabulary(), today=TODAY))


def test_her_own_age() -> None:
    found = line("koureisha-influenza", "me", Reason.BEGINS, date(2027, 1, 9), household())
    assert found["ja"] == "あなたが65歳になるため（2027年1月9日から）"
    assert found["en"] == "because you will be 65 years old (from 9 January 2027)"
    assert found["easy"] == "あなたが 65歳に なります（2027年1月9日から）"


def test_a_school_year() -> None:
    of = household(date(1990, 1, 1), date(2020, 5, 5))
    found = line("maru-ko", "child-0", Reason.BEGINS, date(2027, 4, 1), of)
    assert found["ja"] == "お子さんが7歳になる年度が始まるため（2027年4月1日から）"
    assert "will be 7 in the school year that begins" in found["en"]


def test_of_several_children_the_one_is_named_by_its_birth_date() -> None:
    of = household(date(1990, 1, 1), date(2026, 9, 3), date(2020, 5, 5))
    found = line("kenshin-3-4", "child-0", Reason.BEGINS, date(2026, 12, 2), of)
    assert found["ja"] == "お子さん（2026年9月3日生まれ）が3か月になるため（2026年12月2日から）"


def test_what_applies_now_says_its_conditions() -> None:
    of = household(date(1990, 1, 1), date(2026, 9, 3))
    found = line("018-support", "child-0", Reason.NOW, TODAY, of)
    assert found["ja"].startswith("いまの条件に合うため（")
    assert found["en"].startswith("because it fits your situation now (")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_in_three_languages_also_when_only_the_reason_was_kept(reason: Reason) -> None:
    found = reasons.kept_line(reason, date(2026, 12, 2))
    assert set(found) == {"ja", "en", "easy"}
    assert all(text and "{" not in text for text in found.values())


def test_only_the_person_her_minor_children_and_the_household_are_told_about() -> None:
    of = household(date(1990, 1, 1), date(2026, 9, 3))
    book = common.book(terms.current())
    scope = subjects.Scope(
        mine=lambda _programme, _about: True,
        wanted=lambda _programme: True,
        taken=lambda _programme, _about: False,
        cause=lambda _programme: Reason.NOW,
    )
    found = {item.about for item in subjects.subjects_of(of, book, scope, today=TODAY)}
    assert found <= {"me", "child-0", subjects.HOUSEHOLD}
    assert {"me", "child-0"} <= found
