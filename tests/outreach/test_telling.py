"""From a consent to a message: what is told about whom, why, when, and what is never told."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.notifications.contracts import InboxView
from madoguchi.apps.outreach.errors import NotAgreed, UnknownTopic
from madoguchi.apps.outreach.models import Enrolment, Told
from madoguchi.apps.outreach.services import daily, enrolling, looking
from madoguchi.apps.people import api as people
from tests.outreach import world
from tests.outreach.events import deliver
from tests.outreach.world import START, noon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
BORN = date(2026, 9, 3)
"""Three months old on 2 December 2026 (a day before the date: 年齢計算に関する法律)."""
CHECKUP = "kenshin-3-4"


def inbox(of: world.Family, language: str = "ja", on: date = START) -> list[InboxView]:
    return notifications.inbox(of.account, language, now=noon(on))


def test_nobody_is_told_before_she_agrees_and_chooses() -> None:
    home = world.family([("haru", BORN)])
    with pytest.raises(NotAgreed):
        enrolling.choose(home.mother, home.account, ["children"], now=noon(START))
    world.agree(home.mother, home.account)
    assert daily.daily(noon(START)).looked == 0
    assert not Enrolment.objects.exists()
    with pytest.raises(UnknownTopic):
        enrolling.choose(home.mother, home.account, ["gossip"], now=noon(START))


def test_what_applies_now_is_told_in_one_message_after_the_consent() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home)
    assert daily.daily(noon(START)).told == 1
    haru = home.children["haru"]
    assert {("018-support", haru), ("akachan-first", haru), ("maru-nyu", haru)} <= world.told(row)
    assert world.messages(row) == 1
    assert len(inbox(home)) == 1


def test_nothing_is_told_that_is_only_possible() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home, ["children", "livelihood", "disability"])
    world.look(row, START)
    assert not {"jidou-fuyou-teate", "seikatsu-hogo", "shintai-techou", "ninpu-shien-1"} & {
        programme for programme, _ in world.told(row)
    }


def test_what_begins_by_age_is_told_before_its_day_with_the_reason() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home)
    for on in world.days(START, 15):
        world.look(row, on)
    item = Told.objects.get(programme=CHECKUP)
    assert (item.about, item.reason, item.day) == (home.children["haru"], "BEGINS", date(2026, 12, 2))
    assert item.on < item.day
    body = next(view.body for view in inbox(home, on=START + timedelta(days=20)) if "3〜4か月" in view.body)
    assert "お子さんが3か月になるため（2026年12月2日から）" in body
    english = next(v.body for v in inbox(home, "en", START + timedelta(days=20)) if "3 months" in v.body)
    assert "because your child will be 3 months old (from 2 December 2026)" in english
    easy = next(v.body for v in inbox(home, "easy", START + timedelta(days=20)) if "3か月に なります" in v.body)
    assert "子どもが 3か月に なります（2026年12月2日から）" in easy


def test_each_thing_is_told_once_and_messages_keep_their_distance() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home, ["children", "health"])
    for on in world.days(START, 60):
        world.look(row, on)
    keys = list(Told.objects.filter(enrolment=row).values_list("programme", "about", "reminder"))
    assert len(keys) == len(set(keys))
    sent = sorted(message.on for message in row.messages.all())
    assert all((later - earlier).days >= 7 for earlier, later in pairwise(sent))


def test_a_topic_that_she_did_not_choose_is_not_told() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home, ["elderly"])
    assert world.look(row, START) == set()


def test_what_she_has_or_receives_already_is_not_told() -> None:
    home = world.family([("haru", BORN)])
    world.tell(people.Subject.person(home.children["haru"]), {"受給中の制度": ["018サポート"]})
    row = world.enrol(home)
    assert ("018-support", home.children["haru"]) not in world.look(row, START)


def test_a_birth_is_told_as_an_event_and_found_by_the_household() -> None:
    home = world.family()
    row = world.enrol(home)
    world.look(row, START)
    day = START + timedelta(days=20)
    baby = world.birth(home, day - timedelta(days=2))
    deliver()
    row.refresh_from_db()
    assert row.event
    assert ("018-support", baby) in world.look(row, day)
    assert Told.objects.get(programme="018-support", about=baby).reason == "EVENT"


def test_of_two_parents_one_is_told_about_a_child() -> None:
    home = world.family([("haru", BORN)])
    father = world.account("father")
    people_row = _account_of(home.father, str(father.pk))
    row = world.enrol(home)
    world.look(row, START)
    world.agree(people_row, str(father.pk))
    other = enrolling.choose(home.father, str(father.pk), ["children"], now=noon(START))
    assert other is not None
    looking.look(other.pk, now=noon(START))
    assert home.children["haru"] not in {about for _, about in world.told(other)}


def _account_of(person_id: str, account_id: str) -> str:
    from madoguchi.apps.people.models import Person

    Person.objects.filter(pk=person_id).update(account_id=account_id)
    return person_id


def test_a_second_look_on_a_day_tells_nothing_more_and_a_stale_one_nothing_at_all() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home)
    first = world.look(row, START)
    assert world.look(row, START) == first
    assert world.messages(row) == 1


def test_the_looks_stand_in_her_access_log() -> None:
    home = world.family([("haru", BORN)])
    world.look(world.enrol(home), START)
    entry = AccessEntry.objects.get(subject_id=home.mother)
    assert (entry.purpose_id, entry.client_id) == ("service-improvement", "outreach")


def test_without_a_household_nothing_is_told_and_she_is_looked_at_again() -> None:
    user = world.account("alone")
    alone = world.person({"生年月日": date(1960, 1, 1)}, str(user.pk))
    world.agree(alone, str(user.pk))
    row = enrolling.choose(alone, str(user.pk), ["elderly"], now=noon(START))
    assert row is not None
    assert world.look(row, START) == set()
    row.refresh_from_db()
    assert row.look_again_on == START + timedelta(days=31)


def test_an_offer_that_the_inbox_does_not_want_counts_as_untold() -> None:
    home = world.family([("haru", BORN)])
    row = world.enrol(home)
    notifications.suppress(home.account, now=noon(START))
    assert world.look(row, START) == set()
    assert world.messages(row) == 0
