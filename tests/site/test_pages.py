"""Every page is there in three languages, without inline script or style, and tells what it must."""

import re

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry.models import Programme

PUBLIC = (
    "/", "/programmes/", "/programmes/?q=手当&age=3&municipality=131199", "/programmes/jidou-teate/",
    "/programmes/kaigo-nintei/", "/programmes/jidou-teate/history/", "/finder/", "/open-data/", "/about/",
    "/about/sources/", "/about/accessibility/", "/sign-in/", "/passkey/", "/businesses/", "/businesses/?q=見本",
    "/apply/", "/apply/jidou-teate/", "/life/", "/life/birth/", "/procedures/jidou-teate/", "/grants/",
    "/grants/sample-digital-2026/", "/letters/", "/registry/upkeep/", "/open/", "/open/matcher/", "/open/keys/", "/open/webhooks/",
)  # fmt: skip
DESK = (
    "/desk/", "/desk/018-support/", "/account/", "/account/passkeys/", "/desk/procedures/", "/desk/procedures/paper/",
    "/desk/procedures/tokyo-018/", "/desk/procedures/tokyo-018/form/", "/desk/procedures/tokyo-018/preview/",
    "/desk/procedures/tokyo-018/paper/", "/desk/procedures/tokyo-018/clock/", "/desk/grants/", "/desk/cases/",
    "/desk/cases/statistics/", "/desk/benefits/", "/desk/benefits/018-support/", "/desk/outreach/",
    "/desk/upkeep/", "/desk/upkeep/organisations/tokyo-fukushi/", "/desk/upkeep/programmes/018-support/",
)  # fmt: skip
ID = "018-support"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["", "/ja-easy", "/en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_pages_are_there_in_three_languages_without_inline_code(
    client: Client, pack: object, language: str, path: str
) -> None:
    answer = client.get(language + path)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{"en" if language == "/en" else "ja"}">' in html
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", html)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert html.count("<h1") == 1


def test_nothing_about_a_resident_is_stored(client: Client, pack: object) -> None:
    answer = client.post("/finder/", {"current": "municipality", "q.municipality": "131199"})
    assert answer.status_code == 200
    assert not answer.cookies


def test_a_programme_page_says_who_what_when_how_and_from_where(client: Client, pack: object) -> None:
    html = client.get("/programmes/jidou-teate/").content.decode()
    for word in (
        "対象",
        "15,000円",
        "15日以内",
        "マイナポータル",
        "児童手当法",
        "2026年11月24日",
        "こども家庭庁",
        "必要なもの",
    ):
        assert word in html


def test_unconfirmed_facts_are_told(client: Client, pack: object) -> None:
    assert "この項目は確認中です" in client.get("/programmes/jidou-ikusei-teate/").content.decode()


def test_a_flood_of_text_and_odd_filters_are_survived(client: Client, pack: object) -> None:
    html = client.get("/programmes/", {"q": "あ" * 50_000, "age": "千", "page": "-3"}).content.decode()
    assert "はじめの200文字" in html
    assert "0から130" in html


def test_missing_pages_lead_on(client: Client, pack: object) -> None:
    answer = client.get("/programmes/nothing-here/")
    assert answer.status_code == 404
    assert "制度をさがす" in answer.content.decode()


@pytest.mark.parametrize("path", DESK)
def test_the_desk_needs_a_sign_in(client: Client, pack: object, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


def test_staff_see_and_edit_only_their_own(client: Client, publisher: User, stranger: User) -> None:
    client.force_login(stranger)
    owned = set(Programme.objects.filter(organisation_id="132080").values_list("id", flat=True))
    html = client.get("/desk/").content.decode()
    assert all(f"/desk/{key}/" in html for key in owned)
    assert f"/desk/{ID}/" not in html
    for path in (f"/desk/{ID}/", f"/desk/{ID}/changes/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"keep": "1", "publish": "1"}).status_code == 404
    assert client.post(f"/desk/{ID}/check/", {"condition": "TRUE"}).status_code == 404


def test_staff_edit_see_the_difference_and_publish(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    form = {
        "revision": "0",
        "keep": "1",
        "law": "新しい根拠",
        "condition": "都内() AND 年度末まで(18)",
        "subject": "児童",
    }
    answer = client.post(f"/desk/{ID}/", form, follow=True)
    assert "新しい根拠" in answer.content.decode()
    answer = client.post(f"/desk/{ID}/changes/", {"revision": "1", "publish": "1", "note": "根拠"}, follow=True)
    assert "新しい根拠" in answer.content.decode()
    assert Programme.objects.get(pk=ID).current.number == 2  # type: ignore[union-attr] # it is published


def test_a_condition_is_checked_against_example_households(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    good = client.post(f"/desk/{ID}/check/", {"condition": "年度末まで(18)", "subject": "児童"}).content.decode()
    assert "対象外" in good
    assert "対象の可能性" in good
    bad = client.post(f"/desk/{ID}/check/", {"condition": "所徳 < 1", "subject": "児童"}).content.decode()
    assert "のことですか" in bad
    assert client.post(f"/desk/{ID}/check/", {"condition": "TRUE", "subject": "犬"}).status_code == 200


def test_a_second_editor_is_told_that_somebody_was_first(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    form = {"revision": "0", "keep": "1", "law": "a", "subject": "児童", "condition": "TRUE"}
    client.post(f"/desk/{ID}/", form)
    html = client.post(f"/desk/{ID}/", {**form, "law": "b"}, follow=True).content.decode()
    assert "ほかの人が先に変更しました" in html
