"""The desk's figures: shares with their intervals, small numbers hidden, missed sums with a range and their words."""

import csv
import io
from datetime import UTC, date, datetime
from math import isclose

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases.api import received
from madoguchi.apps.outreach import effects
from madoguchi.apps.outreach.models import Enrolment, MatchCount, Rating, Sent, Told
from madoguchi.core.permissions import Role
from tests.outreach.world import CHOFU, ITABASHI, START

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_stays_a_share(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = effects.wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-9
    assert part / whole - 1e-9 <= high <= 1
    assert low < high


def test_the_interval_is_that_of_the_books() -> None:
    low, high = effects.wilson(8, 10)
    assert isclose(low, 0.4901625, abs_tol=1e-6)
    assert isclose(high, 0.9433178, abs_tol=1e-6)


@given(st.integers(0, 30), st.integers(0, 30))
def test_no_number_from_one_to_nine_is_shown(part: int, more: int) -> None:
    found = effects.share(part, part + more)
    assert found.part is None or found.part == 0 or found.part >= 10
    assert found.whole is None or found.whole == 0 or found.whole >= 10
    assert found.percent is None or found.part is not None


def told(number: int, programme: str = "018-support", municipality: str = ITABASHI) -> list[Told]:
    """Tell so many people of a programme."""
    rows = []
    for place in range(number):
        name = f"{programme}-{municipality}-{place}"
        row = Enrolment.objects.create(person_id=name, account_id=name, since=START)
        message = Sent.objects.create(enrolment=row, on=START, household_id="h")
        rows.append(
            Told.objects.create(
                enrolment=row,
                message=message,
                programme=programme,
                about=name,
                reminder=False,
                reason="NOW",
                day=START,
                on=START,
                municipality=municipality,
            )
        )
    return rows


def rate(rows: list[Told], useful: bool, satisfaction: int) -> None:
    for row in rows:
        Rating.objects.create(message=row.message, useful=useful, satisfaction=satisfaction, at=NOW)


def count(programme: str, municipality: str, yes: int, maybe: int = 0) -> None:
    MatchCount.objects.create(
        programme=programme, municipality=municipality, on=START, label="合成データ", yes=yes, maybe=maybe, judged=900
    )


@pytest.mark.django_db
def test_what_telling_did_is_counted_with_its_denominators(pack: object) -> None:
    rows = told(20)
    Sent.objects.filter(pk__in=[row.message_id for row in rows[:15]]).update(opened_on=START)
    rate(rows[:12], useful=True, satisfaction=5)
    rate(rows[12:14], useful=False, satisfaction=2)
    Told.objects.filter(pk__in=[row.pk for row in rows[:10]]).update(applied_on=START)
    found = effects.effects()[0]
    assert (found.programme_id, found.told, found.opened.part, found.applied.part) == ("018-support", 20, 15, 10)
    assert (found.useful.part, found.useful.whole) == (12, 14)
    assert found.satisfaction == pytest.approx(64 / 14)
    assert effects.effects(CHOFU) == []


@pytest.mark.django_db
def test_few_people_are_no_figures(pack: object) -> None:
    rate(told(9), useful=True, satisfaction=5)
    found = effects.effects()[0]
    assert (found.told, found.useful.part, found.useful.whole, found.satisfaction) == (None, None, None, None)


@pytest.mark.django_db
def test_the_missed_sum_is_a_range_and_unknown_take_up_begins_at_nothing(pack: object) -> None:
    count("018-support", ITABASHI, 100, 20)
    count("018-support", CHOFU, 50)
    count("silver-pass", ITABASHI, 40)
    since, until = date(2026, 4, 1), START
    everywhere = {item.programme_id: item for item in effects.missed(since=since, until=until)}
    support = everywhere["018-support"]
    assert (support.eligible, support.maybe, support.known) == (150, 20, True)
    assert (support.low_yen, support.high_yen) == (150 * 60_000, 170 * 60_000)
    assert (everywhere["silver-pass"].known, everywhere["silver-pass"].low_yen) == (False, 0)
    local = {item.programme_id: item for item in effects.missed(ITABASHI, since=since, until=until)}
    assert local["018-support"].eligible == 100
    assert not local["018-support"].known, "東京都 decides, so nobody knows how many of this municipality applied"


@pytest.mark.django_db
def test_a_municipality_with_few_eligible_people_shows_no_sum(pack: object) -> None:
    count("018-support", CHOFU, 5)
    found = effects.missed(CHOFU, since=date(2026, 4, 1), until=START)[0]
    assert (found.eligible, found.low_yen, found.high_yen) == (None, None, None)


@pytest.mark.django_db
def test_applications_are_counted_by_procedure_authority_and_month() -> None:
    assert received(["nothing"], since=date(2026, 1, 1), until=START) == ()


def desk(client: Client) -> Client:
    user = User.objects.create(username="desk", display_name="desk", kind="staff")
    accounts.set_roles(user, {CHOFU: {Role.READER}})
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_the_desk_shows_the_figures_their_label_and_no_small_number(pack: object, client: Client) -> None:
    told(20)
    told(4, "silver-pass")
    count("018-support", CHOFU, 50)
    page = desk(client).get("/desk/outreach/").content.decode()
    assert "先に届くお知らせの効果" in page
    assert "合成データ" in page
    assert "推計です" in page
    assert ">4<" not in page
    assert client.get(f"/desk/outreach/?municipality={CHOFU}").status_code == 200
    assert client.get("/desk/outreach/?municipality=999999").status_code == 200


@pytest.mark.django_db
def test_the_csv_holds_the_same_figures(pack: object, client: Client) -> None:
    told(20)
    told(4, "silver-pass")
    count("018-support", CHOFU, 50)
    answer = desk(client).get("/desk/outreach/figures.csv")
    rows = {row["programme"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert (rows["018-support"]["told"], rows["018-support"]["eligible"]) == ("20", "50")
    assert "合成データ" in rows["018-support"]["label"]
    assert rows["silver-pass"]["told"] == ""


@pytest.mark.django_db
def test_who_has_no_desk_sees_no_figures(pack: object, client: Client) -> None:
    user = User.objects.create(username="none", display_name="none", kind="staff")
    client.force_login(user)
    assert client.get("/desk/outreach/").status_code == 404
