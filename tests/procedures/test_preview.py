"""The preview and the paper check: as an applicant sees it, in three languages, with invented answers that nobody keeps."""

import re
from typing import Any

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures import api
from madoguchi.apps.procedures.models import Procedure, ProcedureVersion
from madoguchi.apps.procedures.papercheck import compare
from madoguchi.core.models import AuditEntry
from tests.procedures import records

pytestmark = pytest.mark.django_db
DESK = "/desk/procedures/inu-touroku/"
PREVIEW = f"{DESK}preview/"


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def carried(html: str) -> dict[str, str]:
    """Return the hidden inputs of the preview."""
    return dict(re.findall(r'<input type="hidden" name="(page|answers)" value="([^"]*)"', html))


def test_a_form_is_walked_from_page_to_page(desk: Client) -> None:
    first = desk.get(PREVIEW).content.decode()
    assert 'name="applicant.name"' in first
    wrong = desk.post(PREVIEW, {**carried(first), "applicant.name": ""}).content.decode()
    assert "「氏名」が空です" in wrong
    assert carried(wrong)["page"] == "you"
    typed = {
        "applicant.name": "犬山花子", "applicant.born_on.year": "H2", "applicant.born_on.month": "1",
        "applicant.born_on.day": "5",
    }  # fmt: skip
    second = desk.post(PREVIEW, {**carried(first), **typed}).content.decode()
    assert carried(second)["page"] == "dog"
    assert 'name="dogs[0].name"' not in second
    third = desk.post(PREVIEW, {**carried(second), "household.has_dog": "yes", "add": "dogs"}).content.decode()
    assert 'name="dogs[0].name"' in third
    last = desk.post(
        PREVIEW, {**carried(third), "household.has_dog": "yes", "dogs[0].name": "ポチ", "dogs[0].old": "no"}
    ).content.decode()
    assert carried(last)["page"] == "check"
    assert "1990年1月5日" in last
    assert "ポチ" in last
    assert "まだ直すところ" not in last


def test_sample_answers_fill_the_form(desk: Client) -> None:
    html = desk.post(PREVIEW, {"page": "check", "sample": "1"}).content.decode()
    assert "見本" in html
    assert "まだ直すところ" not in html


@pytest.mark.parametrize(("language", "words"), [("en", "Name"), ("ja", "氏名"), ("ja-easy", "氏名")])
def test_the_preview_speaks_three_languages(desk: Client, language: str, words: str) -> None:
    html = desk.get(PREVIEW, {"lang": language}).content.decode()
    inside = html[html.index('class="phone"') :]
    assert words in inside
    assert ('lang="en"' in inside[:60]) == (language == "en")


@pytest.mark.parametrize(
    "forged",
    [
        {"answers": "x"},
        {"answers": ""},
        {"page": "nowhere"},
        {"page": "you", "goto": "__proto__"},
        {"page": "you", "remove": "dogs[99]"},
        {"page": "dog", "remove": "dogs[99]"},
        {"lang": "xx"},
        {"page": "you", "applicant.name": "\x00\ud800".encode("utf-8", "replace").decode()},
        {"page": "you", "applicant.name": "x" * 20_000},
    ],
)
def test_forged_posts_break_nothing(desk: Client, forged: dict[str, str]) -> None:
    assert desk.post(PREVIEW, forged).status_code in {200, 404}


def test_forged_answers_are_dropped(desk: Client) -> None:
    first = carried(desk.post(PREVIEW, {"page": "you", "sample": "1"}).content.decode())
    changed = first["answers"][:-2] + ("aa" if first["answers"][-2:] != "aa" else "bb")
    html = desk.post(PREVIEW, {"page": "you", "answers": changed, "goto": "check"}).content.decode()
    assert "まだ直すところ" in html


def test_the_preview_keeps_nothing(desk: Client) -> None:
    before = (AuditEntry.objects.count(), ProcedureVersion.objects.count())
    desk.post(PREVIEW, {"page": "you", "sample": "1"})
    assert (AuditEntry.objects.count(), ProcedureVersion.objects.count()) == before


def test_a_draft_that_cannot_be_read_says_why(desk: Client) -> None:
    record = records.record()
    record["form"]["pages"][0]["fields"].append("cat.name")
    row = ProcedureVersion.objects.get()
    ProcedureVersion.objects.create(
        procedure=row.procedure, record=record, content_hash="x", bank=row.bank, effective_from=row.effective_from,
        origin="editor", state="draft", revision=1, edited_by="x", edited_at=row.edited_at,
    )  # fmt: skip
    html = desk.get(PREVIEW).content.decode()
    assert "試せません" in html
    assert "cat.name" in html
    assert desk.get(f"{DESK}paper/").status_code == 200
    assert desk.get(f"{DESK}form/").status_code == 200


def test_the_invented_form_is_equal_to_its_paper(procedure: Procedure) -> None:
    comparison = compare(api.procedure("inu-touroku"), "ja")
    assert comparison.check.equal
    assert (comparison.answered, comparison.dropped, comparison.missing) == (5, 1, 0)
    assert {item.id: item.reason for item in comparison.items}["p6"] == "押印はいらない"
    assert comparison.items[0].field == "氏名"


def paper(**changes: Any) -> Any:
    return {**records.RECORD["paper"], **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": [*records.RECORD["paper"]["items"], {"id": "p9", "ja": "血統書"}]}, "血統書"),
        ({"items": records.RECORD["paper"]["items"][1:]}, "紙にない項目"),
        ({"documents": []}, "紙にない書類"),
        ({"documents": ["id_card", "photo"]}, "オンラインにない書類"),
        ({"fee_yen": 500}, "2,500円"),
    ],
)
def test_every_difference_from_paper_is_shown(desk: Client, changes: dict[str, Any], words: str) -> None:
    records.published(version=2, paper=paper(**changes))
    html = desk.get(f"{DESK}paper/").content.decode()
    assert "紙の様式とのちがいが1件あります" in html
    assert words in html
    listed = desk.get("/desk/procedures/paper/").content.decode()
    assert "1件のうち0件が紙と等価です" in listed
    assert "ちがい1件" in listed


def test_the_paper_check_shows_what_is_equal(desk: Client) -> None:
    html = desk.get(f"{DESK}paper/").content.decode()
    assert "紙の様式と等価です" in html
    assert "押印はいらない" in html
    assert "公開ページとはくらべていません" in html
    assert "1件のうち1件が紙と等価です" in desk.get("/desk/procedures/paper/").content.decode()
