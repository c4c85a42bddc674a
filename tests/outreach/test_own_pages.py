"""The person's pages: agree, choose, see what comes, stop, rate; nothing of anybody else."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.outreach import personal, sealing
from madoguchi.apps.outreach.errors import NotYours, OutOfRange
from madoguchi.apps.outreach.models import Enrolment, Rating, Sent
from madoguchi.apps.outreach.services import looking, rating
from madoguchi.core import personal_data
from tests.outreach import world
from tests.people.conftest import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
MINE, STOP = "/me/outreach/", "/me/outreach/stop/"


def today() -> date:
    return timezone.localdate()


def yesterday() -> date:
    """Return a day on which a consent at noon is surely in the past."""
    return today() - timedelta(days=1)


@pytest.fixture
def home(client: Client) -> world.Family:
    """Return the family of the signed-in mother; her child is 40 days old."""
    found = world.family([("haru", today() - timedelta(days=40))])
    prove(client, found.user)
    return found


def text_of(client: Client, path: str = MINE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(strip_tags(response.content.decode()).split())


def enrolled(home: world.Family) -> Sent:
    """Enrol the mother today and tell her what applies; return the message."""
    row = world.enrol(home, ["children", "health"], on=yesterday())
    looking.look(row.pk, now=timezone.now())
    return Sent.objects.get(enrolment=row)


def test_before_agreeing_the_page_explains_and_offers_the_consent(client: Client, home: world.Family) -> None:
    page = text_of(client)
    assert "まだ同意していません" in page
    assert "話題は、同意してから選べます" in page
    assert f"/me/consents/{world.AGREEMENT}/" in client.get(MINE).content.decode()
    answer = client.post(MINE, {"topic": ["children"]})
    assert answer.status_code == 400
    assert not Enrolment.objects.exists()


def test_sensitive_attributes_begin_unticked(client: Client, home: world.Family) -> None:
    page = client.get(f"/me/consents/{world.AGREEMENT}/").content.decode()
    assert 'value="自治体コード" checked' in page
    for name in ("指定難病", "生活保護", "所得", "位置・行動履歴", "行政サービスの利用履歴"):
        assert f'value="{name}"' in page
        assert f'value="{name}" checked' not in page


def test_suggestions_of_her_age_are_ticked_only_after_agreeing_and_begin_nothing(
    client: Client, home: world.Family
) -> None:
    world.agree(home.mother, home.account, yesterday())
    page = client.get(MINE).content.decode()
    assert 'value="children" checked' in page
    assert 'value="elderly" checked' not in page
    assert "同じ年代の22％" in page
    assert "お知らせはほしくないと答えた人も16％" in strip_tags(page)
    assert "「保存する」を押すまで、お知らせは始まりません" in page
    assert not Enrolment.objects.exists()


def test_topics_are_kept_and_none_at_all_ends_it(client: Client, home: world.Family) -> None:
    world.agree(home.mother, home.account, yesterday())
    answer = client.post(MINE, {"topic": ["children", "school"]}, follow=True)
    assert "話題を保存しました" in answer.content.decode()
    row = Enrolment.objects.get(ended_at=None)
    assert set(row.choices.values_list("topic", flat=True)) == {"children", "school"}
    assert client.post(MINE, {"topic": ["gossip"]}).status_code == 400
    client.post(MINE, {})
    assert not Enrolment.objects.filter(ended_at=None).exists()


def test_the_preview_shows_what_would_be_told_and_tells_nothing(client: Client, home: world.Family) -> None:
    world.enrol(home, ["children"], on=yesterday())
    page = client.post(MINE, {"preview": "1"}).content.decode()
    assert "今日お知らせするもの" in page
    assert "018サポート" in page
    assert not Sent.objects.exists()


def test_without_her_municipality_the_page_says_what_is_missing(client: Client, home: world.Family) -> None:
    world.agree(home.mother, home.account, yesterday(), ["生年月日"])
    assert "使える制度をさがせません" in text_of(client)


def test_stopping_takes_one_step_and_takes_back_what_was_not_opened(client: Client, home: world.Family) -> None:
    enrolled(home)
    assert notifications.inbox(home.account, "ja")
    answer = client.post(STOP, follow=True)
    assert "同意を取り消しました" in answer.content.decode()
    assert notifications.inbox(home.account, "ja") == []
    assert "同意を取り消しています" in text_of(client)
    assert client.get(STOP).status_code == 405


def test_a_message_shows_each_programme_with_its_reason_and_the_way_to_it(client: Client, home: world.Family) -> None:
    message = enrolled(home)
    page = client.get(f"/me/outreach/messages/{message.pk}/").content.decode()
    assert "/programmes/018-support/" in page
    assert "いまの条件に合うため" in page
    message.refresh_from_db()
    assert message.opened_on == today()
    assert f"/me/outreach/messages/{message.pk}/" in client.get(MINE).content.decode()


@pytest.mark.parametrize("prefix", ["", "/en", "/ja-easy"])
def test_the_pages_are_there_in_three_languages(client: Client, home: world.Family, prefix: str) -> None:
    message = enrolled(home)
    for path in (MINE, f"/me/outreach/messages/{message.pk}/"):
        assert client.get(prefix + path).status_code == 200


def test_the_foot_of_the_message_in_the_inbox_asks_and_one_tap_answers(client: Client, home: world.Family) -> None:
    message = enrolled(home)
    view = notifications.inbox(home.account, "ja")[0]
    page = client.get(f"/me/inbox/{view.id}/").content.decode()
    assert "このお知らせは役に立ちましたか" in page
    rate = f"/me/outreach/messages/{message.pk}/rate/"
    assert rate in page
    client.post(rate, {"useful": "yes"})
    assert Rating.objects.get(message=message).useful is True
    client.post(rate, {"useful": "no"})
    client.post(rate, {"satisfaction": "2", "word": "遅かったです"})
    row = Rating.objects.get(message=message)
    assert (row.useful, row.satisfaction, sealing.word_of(row)) == (False, 2, "遅かったです")
    assert "遅かったです".encode() not in bytes(row.sealed or b"")
    answer = client.post(rate, {"satisfaction": "9"}, follow=True)
    assert "5つの中から" in answer.content.decode()


def test_somebody_elses_message_is_not_there(client: Client, home: world.Family) -> None:
    message = enrolled(home)
    prove(client, world.account("stranger"))
    for path in (f"/me/outreach/messages/{message.pk}/", f"/me/outreach/messages/{uuid4()}/"):
        assert client.get(path).status_code == 404
        assert client.post(f"{path}rate/", {"useful": "yes"}).status_code == 404
    assert not Rating.objects.exists()
    with pytest.raises(NotYours):
        rating.rate("nobody", UUID(str(message.pk)), now=timezone.now(), useful=True)
    with pytest.raises(OutOfRange):
        rating.rate(home.account, message.pk, now=timezone.now(), satisfaction=6)


def test_an_account_without_a_person_is_told_what_to_do(client: Client) -> None:
    prove(client, world.account("new"))
    assert "あなたの記録がまだありません" in text_of(client)
    assert client.post(STOP).status_code == 404


def test_everything_is_handed_out_and_erased(client: Client, home: world.Family) -> None:
    message = enrolled(home)
    rating.rate(home.account, message.pk, now=timezone.now(), useful=True, word="ありがとう")
    found = personal.export(home.mother)
    assert found["enrolment"]["topics"] == ["children", "health"]
    assert "018-support" in {item["programme"] for item in found["messages"][0]["told"]}
    assert found["ratings"][0]["word"] == "ありがとう"
    assert "018-support" in {item["programme"] for item in personal.export(home.children["haru"])["told_to_a_guardian"]}
    personal_data.erase_all(home.mother, timezone.now())
    assert not Enrolment.objects.exists()
    assert not Rating.objects.exists()
    assert personal.export(home.mother) == {}
