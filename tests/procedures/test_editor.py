"""The editor without JavaScript: pages and fields, texts, documents, clock, checks; who may see and change what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures.models import Procedure, ProcedureVersion
from madoguchi.core.permissions import Role
from tests.procedures import records

pytestmark = pytest.mark.django_db
DESK = "/desk/procedures/inu-touroku/"
FORM = f"{DESK}form/"
PARTS = (
    "",
    "texts/",
    "form/",
    "form/you/applicant.name/",
    "documents/",
    "clock/",
    "checks/",
    "yaml/",
    "preview/",
    "paper/",
)


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def draft() -> dict[str, Any]:
    return dict(ProcedureVersion.objects.get(state="draft").record)


def keys(record: dict[str, Any], page: int) -> list[str]:
    return [use if isinstance(use, str) else use["use"] for use in record["form"]["pages"][page]["fields"]]


def test_every_page_opens_for_the_editor(desk: Client) -> None:
    for part in PARTS:
        answer = desk.get(DESK + part)
        assert answer.status_code == 200, part
        assert "犬の登録" in answer.content.decode()
    assert desk.get("/desk/procedures/").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_staff_of_others_find_nothing(client: Client, staff: Callable[..., User], part: str) -> None:
    client.force_login(staff("foreign", Role.PUBLISHER, "131199"))
    assert client.get(DESK + part).status_code == 404
    if part not in {"", "paper/", "preview/"}:
        assert client.post(DESK + part, {"revision": "0", "op": "field-up you applicant.name"}).status_code == 404
    assert "犬の登録" not in client.get("/desk/procedures/").content.decode()


def test_nobody_gets_in_without_signing_in(client: Client, procedure: Procedure) -> None:
    for part in PARTS:
        assert client.get(DESK + part).status_code == 302


def test_a_reader_sees_and_changes_nothing(client: Client, staff: Callable[..., User]) -> None:
    client.force_login(staff("reader", Role.READER))
    html = client.get(FORM).content.decode()
    assert "見るだけ" in html
    assert 'value="field-up' not in html
    for part in ("texts/", "form/", "documents/", "clock/", "checks/", "yaml/"):
        assert client.post(DESK + part, {"revision": "0", "op": "field-up you applicant.born_on"}).status_code == 404
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_a_municipality_reads_what_all_share_and_cannot_change_it(client: Client, staff: Callable[..., User]) -> None:
    records.published(id="kyoutsuu", authority="municipality")
    client.force_login(staff("itabashi", Role.PUBLISHER, "131199"))
    assert client.get("/desk/procedures/kyoutsuu/").status_code == 200
    assert client.post("/desk/procedures/kyoutsuu/texts/", {"revision": "0"}).status_code == 404
    client.force_login(staff("digital", Role.EDITOR, "tokyo-digital"))
    answer = client.post("/desk/procedures/kyoutsuu/form/", {"revision": "0", "op": "field-down you applicant.name"})
    assert answer.status_code == 302


def test_fields_move_and_cross_pages(desk: Client) -> None:
    assert desk.post(FORM, {"revision": "0", "op": "field-down you applicant.name"}).status_code == 302
    assert keys(draft(), 0) == ["applicant.born_on", "applicant.name"]
    desk.post(FORM, {"revision": "1", "op": "field-down you applicant.name"})
    assert keys(draft(), 0) == ["applicant.born_on"]
    assert keys(draft(), 1)[0] == "applicant.name"
    desk.post(FORM, {"revision": "2", "op": "field-up dog applicant.name"})
    assert keys(draft(), 0) == ["applicant.born_on", "applicant.name"]


def test_a_field_of_the_bank_is_added_and_removed(desk: Client) -> None:
    desk.post(FORM, {"revision": "0", "op": "add you", "field.you": "applicant.email"})
    assert keys(draft(), 0)[-1] == "applicant.email"
    answer = desk.post(FORM, {"revision": "1", "op": "add dog", "field.dog": "applicant.email"})
    assert answer.status_code == 400
    assert "もうこの様式にあります" in answer.content.decode()
    desk.post(FORM, {"revision": "1", "op": "field-remove you applicant.email"})
    assert keys(draft(), 0) == ["applicant.name", "applicant.born_on"]


def test_a_new_field_belongs_to_this_procedure(desk: Client) -> None:
    given = {
        "revision": "0", "op": "new", "new.page": "dog", "new.key": "dog.size", "new.kind": "choice",
        "new.label.ja": "大きさ", "new.label.en": "Size", "new.options": "big = 大きい / Big\nsmall = 小さい / Small",
    }  # fmt: skip
    assert desk.post(FORM, given).status_code == 302
    kept = draft()
    assert keys(kept, 1)[-1] == "dog.size"
    assert kept["own_fields"]["dog.size"]["options"][1] == {"value": "small", "label": {"ja": "小さい", "en": "Small"}}
    assert "公開する前に直すこと" not in desk.get(DESK).content.decode()
    desk.post(FORM, {"revision": "1", "op": "field-remove dog dog.size"})
    assert "own_fields" not in draft()


@pytest.mark.parametrize(
    "wrong",
    [
        {"new.key": "Dog Size"},
        {"new.key": "__proto__"},
        {"new.label.en": ""},
        {"new.kind": "group"},
        {"new.options": "big"},
        {"new.options": ""},
        {"new.page": "nowhere"},
        {"new.key": "applicant.name"},
    ],
)
def test_a_new_field_that_cannot_be_is_refused(desk: Client, wrong: dict[str, str]) -> None:
    given = {
        "revision": "0", "op": "new", "new.page": "dog", "new.key": "dog.size", "new.kind": "choice",
        "new.label.ja": "大きさ", "new.label.en": "Size", "new.options": "big = 大きい / Big", **wrong,
    }  # fmt: skip
    assert desk.post(FORM, given).status_code == 400
    assert not ProcedureVersion.objects.filter(state="draft").exists()


@pytest.mark.parametrize("op", ["", "drop table", "field-up", "field-up you", "field-sideways you applicant.name"])
def test_unknown_buttons_are_no_page(desk: Client, op: str) -> None:
    assert desk.post(FORM, {"revision": "0", "op": op}).status_code == 404


def test_pages_are_added_named_moved_and_removed(desk: Client) -> None:
    given = {"revision": "0", "op": "page-add", "page.id": "more", "page.field": "applicant.email"}
    assert desk.post(FORM, given).status_code == 400, "a title is needed"
    desk.post(FORM, {**given, "page.title.ja": "ほか", "page.title.en": "More"})
    assert [page["id"] for page in draft()["form"]["pages"]] == ["you", "dog", "more"]
    desk.post(FORM, {"revision": "1", "op": "page-up more"})
    desk.post(FORM, {"revision": "2", "op": "title more", "title.more.ja": "連絡先", "title.more.en": "Contact"})
    assert draft()["form"]["pages"][1]["title"] == {"ja": "連絡先", "en": "Contact"}
    desk.post(FORM, {"revision": "3", "op": "page-remove you"})
    desk.post(FORM, {"revision": "4", "op": "page-remove more"})
    answer = desk.post(FORM, {"revision": "5", "op": "page-remove dog"})
    assert answer.status_code == 400
    assert "1ページ以上" in answer.content.decode()


def test_own_words_and_conditions_of_a_field(desk: Client) -> None:
    address = f"{FORM}dog/applicant.note/"
    given = {
        "revision": "0", "label.ja": "犬のようす", "label.en": "About the dog", "label.easy": "",
        "required.mode": "all", "required.0.field": "household.has_dog", "required.0.operator": "is", "required.0.value": "はい",
        "required.1.field": "applicant.name", "required.1.operator": "is_not", "required.1.value": "犬山",
        "show_if.mode": "any", "show_if.0.field": "applicant.born_on", "show_if.0.operator": "at_least", "show_if.0.value": "2000-01-01",
        "show_if.1.field": "applicant.name", "show_if.1.operator": "known",
    }  # fmt: skip
    assert desk.post(address, given).status_code == 302
    use = draft()["form"]["pages"][1]["fields"][2]
    assert use["label"] == {"ja": "犬のようす", "en": "About the dog"}
    assert use["required"] == {
        "all": [{"field": "household.has_dog", "is": True}, {"not": {"field": "applicant.name", "is": "犬山"}}]
    }
    assert use["show_if"] == {
        "any": [{"field": "applicant.born_on", "at_least": "2000-01-01"}, {"field": "applicant.name", "known": True}]
    }
    html = desk.get(address).content.decode()
    assert 'value="犬山"' in html
    assert '<option value="any" selected>' in html
    back = {"revision": "1", "required.mode": "never", "show_if.mode": "always"}
    assert desk.post(address, back).status_code == 302
    assert draft()["form"]["pages"][1]["fields"][2] == "applicant.note", "as in the bank again"


def test_a_rich_condition_stays_as_it_is(desk: Client) -> None:
    rich = {"any_item": "dogs", "where": {"field": "./old", "is": True}}
    record = records.record()
    record["form"]["pages"][1]["fields"][2] = {"use": "applicant.note", "required": rich}
    records.published(**{**record, "version": 2})
    address = f"{FORM}dog/applicant.note/"
    assert '<option value="other" selected>' in desk.get(address).content.decode()
    desk.post(
        address, {"revision": "0", "required.mode": "other", "show_if.mode": "always", "hint.ja": "あ", "hint.en": "a"}
    )
    assert draft()["form"]["pages"][1]["fields"][2]["required"] == rich


@pytest.mark.parametrize(
    "row",
    [
        {"field": "cat.name", "operator": "is", "value": "x"},
        {"field": "household.has_dog", "operator": "is", "value": "maybe"},
        {"field": "household.has_dog", "operator": "resembles", "value": "yes"},
        {"field": "applicant.name", "operator": "is", "value": ""},
        {"field": "", "operator": "is", "value": "x"},
    ],
)
def test_a_condition_that_cannot_be_is_refused(desk: Client, row: dict[str, str]) -> None:
    given = {f"required.0.{name}": value for name, value in row.items()}
    answer = desk.post(f"{FORM}dog/applicant.note/", {"revision": "0", "required.mode": "all", **given})
    assert answer.status_code == 400
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_a_field_that_is_not_there_is_no_page(desk: Client) -> None:
    assert desk.get(f"{FORM}dog/applicant.name/").status_code == 404
    assert desk.get(f"{FORM}nowhere/applicant.name/").status_code == 404


def texts(**more: str) -> dict[str, str]:
    given = {"revision": "0", "law": "狂犬病予防法", "level": "card", "retention_years": "10"}
    for name in ("name", "summary", "office"):
        given |= {f"{name}.ja": f"{name}の文", f"{name}.en": f"{name} words"}
    return {**given, **more}


def test_texts_are_kept(desk: Client) -> None:
    assert (
        desk.post(f"{DESK}texts/", texts(**{"letter.title.ja": "決定", "letter.title.en": "Decision"})).status_code
        == 302
    )
    kept = draft()
    assert kept["name"] == {"ja": "nameの文", "en": "name words"}
    assert (kept["law"], kept["level"], kept["retention_years"]) == ("狂犬病予防法", "card", 10)
    assert kept["decision"]["letter"]["title"] == {"ja": "決定", "en": "Decision"}
    assert kept["decision"]["letter"]["accepted"] == {"ja": "{name} 様", "en": "Dear {name}"}, (
        "an empty box changes nothing"
    )


@pytest.mark.parametrize(
    "wrong", [{"level": "none"}, {"retention_years": "-1"}, {"retention_years": "９９９９"}, {"name.en": ""}]
)
def test_wrong_texts_are_refused(desk: Client, wrong: dict[str, str]) -> None:
    assert desk.post(f"{DESK}texts/", texts(**wrong)).status_code == 400
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_documents_are_added_changed_and_removed(desk: Client) -> None:
    address = f"{DESK}documents/"
    desk.post(address, {"revision": "0", "op": "add", "document": "photo"})
    given = {
        "revision": "1", "op": "keep photo", "required.photo": "never", "accepts.photo": ["image"],
        "confirmed_by.photo": "氏名、 住所", "reuse_days.photo": "90",
    }  # fmt: skip
    assert desk.post(address, given).status_code == 302
    assert draft()["documents"][1] == {
        "id": "photo", "required": False, "accepts": ["image"], "confirmed_by": ["氏名", "住所"], "reuse_days": 90,
    }  # fmt: skip
    desk.post(address, {"revision": "2", "op": "up photo"})
    assert [item["id"] for item in draft()["documents"]] == ["photo", "id_card"]
    desk.post(address, {"revision": "3", "op": "remove id_card"})
    assert [item["id"] for item in draft()["documents"]] == ["photo"]
    assert desk.post(address, {"revision": "4", "op": "keep photo"}).status_code == 400, "no kind of file is chosen"
    assert desk.post(address, {"revision": "4", "op": "keep gone", "accepts.gone": "pdf"}).status_code == 400


CLOCK = {
    "revision": "0", "online.days": "10", "online.unit": "business", "paper.days": "20", "paper.unit": "calendar",
    "pauses": "yes", "longest_days": "60", "basis.source": "東京都の標準処理期間", "basis.url": "https://example.jp/",
    "basis.checked_on": "2026-11-25", "deadline.event": "applicant.born_on", "deadline.number": "14",
    "deadline.unit": "days", "deadline.counting": "first_day_counts", "deadline.rolls": "yes",
    "deadline.text.ja": "14日以内", "deadline.text.en": "Within 14 days",
}  # fmt: skip


def test_clock_and_deadline_are_kept(desk: Client) -> None:
    assert desk.post(f"{DESK}clock/", CLOCK).status_code == 302
    kept = draft()
    assert kept["clock"] == {
        "online": {"days": 10, "unit": "business"},
        "paper": {"days": 20, "unit": "calendar"},
        "pauses_in_correction": True,
        "longest_days": 60,
        "basis": {"source": "東京都の標準処理期間", "url": "https://example.jp/", "checked_on": "2026-11-25"},
    }
    assert kept["deadline"]["limit"] == {"days": 14}
    assert kept["deadline"]["counting"] == "first_day_counts"
    desk.post(f"{DESK}clock/", {**CLOCK, "revision": "1", "deadline.event": "", "basis.source": ""})
    assert "deadline" not in draft()
    assert draft()["clock"]["basis"] == {"source": "own-assumption"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"online.days": ""},
        {"online.days": "many"},
        {"online.days": "99999"},
        {"online.unit": "weeks"},
        {"basis.url": "javascript:alert(1)"},
        {"basis.checked_on": "yesterday"},
        {"deadline.number": ""},
        {"deadline.counting": "backwards"},
    ],
)
def test_a_wrong_clock_is_refused(desk: Client, wrong: dict[str, str]) -> None:
    assert desk.post(f"{DESK}clock/", {**CLOCK, **wrong}).status_code == 400
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_checks_are_added_changed_and_moved(desk: Client) -> None:
    address = f"{DESK}checks/"
    given = {
        "revision": "0", "op": "add", "new.id": "photo-seen", "new.name.ja": "写真", "new.name.en": "Photo",
        "new.how.ja": "写真を見る", "new.how.en": "Look at it",
    }  # fmt: skip
    assert desk.post(address, given).status_code == 302
    desk.post(address, {"revision": "1", "op": "up photo-seen"})
    assert [item["id"] for item in draft()["checks"]] == ["documents", "photo-seen", "dog"]
    desk.post(address, {"revision": "2", "op": "keep dog", "name.dog.ja": "犬", "name.dog.en": "Dog"})
    assert draft()["checks"][2]["required"] is False
    assert desk.post(address, {"revision": "3", "op": "add", "new.id": "x"}).status_code == 400
    desk.post(address, {"revision": "3", "op": "remove dog"})
    assert [item["id"] for item in draft()["checks"]] == ["documents", "photo-seen"]


def test_the_second_of_two_editors_keeps_what_was_typed(desk: Client, publisher: User) -> None:
    other = Client()
    other.force_login(publisher)
    assert other.post(f"{DESK}texts/", texts(law="先の人の法律")).status_code == 302
    answer = desk.post(f"{DESK}texts/", texts(law="後の人の法律"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "ほかの人が先に変更しました" in html
    assert "後の人の法律" in html
    assert draft()["law"] == "先の人の法律"
    assert 'name="revision" value="1"' in html
    assert desk.post(f"{DESK}texts/", texts(law="後の人の法律", revision="1")).status_code == 302
    assert draft()["law"] == "後の人の法律"


@pytest.mark.parametrize("revision", ["", "-1", "x", "99999999999999", "٣"])
def test_a_forged_revision_saves_nothing(desk: Client, revision: str) -> None:
    assert desk.post(f"{DESK}texts/", texts(revision=revision)).status_code in {409}
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_from_draft_to_the_public_page(desk: Client, publisher: User) -> None:
    desk.post(f"{DESK}texts/", texts())
    html = desk.get(f"{DESK}changes/").content.decode()
    assert "名称 › 日本語" in html
    assert "犬の登録" in html
    assert "最後に直した人" not in html, "who may not publish needs no word about it"
    assert (
        desk.post(f"{DESK}changes/", {"revision": "1", "publish": "1", "effective_from": "2099-01-01"}).status_code
        == 404
    )
    desk.force_login(publisher)
    refused = desk.post(f"{DESK}changes/", {"revision": "1", "publish": "1", "effective_from": "nonsense"}, follow=True)
    assert "公開できません" in refused.content.decode()
    done = desk.post(
        f"{DESK}changes/",
        {"revision": "1", "publish": "1", "effective_from": "2099-01-01", "note": "改正"},
        follow=True,
    )
    assert "版番号：2" in done.content.decode()
    page = desk.get("/procedures/inu-touroku/").content.decode()
    assert "犬の登録" in page
    assert "第2版" in page
    assert "nameの文" in desk.get("/procedures/inu-touroku/?version=2").content.decode()
    assert desk.get("/procedures/inu-touroku/?version=3").status_code == 404


def test_who_edited_last_is_told_that_another_must_publish(client: Client, publisher: User) -> None:
    client.force_login(publisher)
    client.post(f"{DESK}texts/", texts())
    assert "最後に直した人は公開できません" in client.get(f"{DESK}changes/").content.decode()
    answer = client.post(
        f"{DESK}changes/", {"revision": "1", "publish": "1", "effective_from": "2099-01-01"}, follow=True
    )
    assert "最後に直した人は公開できません" in answer.content.decode()
    assert not ProcedureVersion.objects.filter(number=2).exists()


def test_a_draft_is_thrown_away_only_as_it_was_seen(desk: Client) -> None:
    desk.post(f"{DESK}texts/", texts())
    desk.post(f"{DESK}changes/", {"revision": "7", "discard": "1"})
    assert ProcedureVersion.objects.filter(state="draft").exists()
    desk.post(f"{DESK}changes/", {"revision": "1", "discard": "1"})
    assert not ProcedureVersion.objects.filter(state="draft").exists()


def test_a_new_procedure_begins_as_a_copy(desk: Client) -> None:
    given = {"source": "inu-touroku", "owner": "tokyo-hoken", "new_id": "neko-touroku"}
    assert desk.post("/desk/procedures/", given).status_code == 302
    assert desk.get("/desk/procedures/neko-touroku/").status_code == 200
    assert desk.get("/procedures/neko-touroku/").status_code == 404
    for wrong in ("neko-touroku", "paper", "Neko!"):
        desk.post("/desk/procedures/", {**given, "new_id": wrong})
    assert Procedure.objects.count() == 2
    assert desk.post("/desk/procedures/", {**given, "owner": "131199", "new_id": "x"}).status_code == 404


def test_words_of_staff_are_never_markup(desk: Client) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    desk.post(
        f"{DESK}texts/",
        texts(**{"name.ja": nasty, "summary.ja": nasty, "letter.title.ja": nasty, "letter.title.en": "x"}),
    )
    for part in (*PARTS, "changes/"):
        assert nasty not in desk.get(DESK + part).content.decode(), part
