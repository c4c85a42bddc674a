"""The desk: staff change every field, see errors where they are, and lose nothing that they typed."""

import json

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry.models import ProgrammeDraft

pytestmark = pytest.mark.django_db
ID = "jidou-ikusei-teate"
EDIT = f"/desk/{ID}/"


@pytest.fixture
def desk(client: Client, publisher: User) -> Client:
    client.force_login(publisher)
    return client


def kept() -> dict[str, object]:
    return dict(ProgrammeDraft.objects.get(pk=ID).content)


def test_fields_have_names_that_staff_use(desk: Client) -> None:
    page = desk.get(EDIT).content.decode()
    assert "概要（やさしい日本語）" in page
    assert "必要書類のID" in page


def test_lists_and_amounts_are_kept(desk: Client) -> None:
    amount = {"per": "月", "each": "児童", "cases": [{"yen": 14_000}]}
    given = {"keep": "1", "revision": "0", "keywords": "育成、 手当 ,お金", "amount": json.dumps(amount)}
    assert desk.post(EDIT, given).status_code == 302
    assert kept()["keywords"] == ["育成", "手当", "お金"]
    assert kept()["amount"] == amount


@pytest.mark.parametrize("amount", ["{", "[1]", '{"cases": [{"yen": NaN}]}', '{"per": "\\u0000"}', "[" * 5_000])
def test_an_amount_that_cannot_be_read_is_said_and_nothing_is_kept(desk: Client, amount: str) -> None:
    answer = desk.post(EDIT, {"keep": "1", "revision": "0", "amount": amount, "law": "入力中の法令"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "金額の書き方を読み取れません" in page
    assert "入力中の法令" in page
    assert not ProgrammeDraft.objects.exists()


def test_a_conflict_keeps_what_was_typed(desk: Client) -> None:
    desk.post(EDIT, {"keep": "1", "revision": "0", "law": "先の人"})
    answer = desk.post(EDIT, {"keep": "1", "revision": "0", "law": "後の人"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "後の人" in page
    assert kept()["law"] == "先の人"
    assert 'name="revision" value="1"' in page
    assert desk.post(EDIT, {"keep": "1", "revision": "1", "law": "後の人"}).status_code == 302
    assert kept()["law"] == "後の人"


def test_characters_that_no_database_keeps_are_left_out(desk: Client) -> None:
    assert desk.post(EDIT, {"keep": "1", "revision": "0", "law": "児童\0育成"}).status_code == 302
    assert kept()["law"] == "児童育成"


def test_an_unreadable_condition_names_the_place(desk: Client) -> None:
    page = desk.post(f"{EDIT}check/", {"condition": "年齢 >= 65 AND 年令 < 70"}).content.decode()
    assert "14文字目" in page
    assert "という項目はありません" in page
    english = desk.post(f"/en{EDIT}check/", {"condition": "年令 < 70"}).content.decode()
    assert "Unknown attribute" in english


def test_what_a_condition_means_is_said_with_its_negations(desk: Client) -> None:
    page = desk.post(f"{EDIT}check/", {"condition": "年度末まで(18) AND NOT 施設入所"}).content.decode()
    assert "施設に入所していない" in page
