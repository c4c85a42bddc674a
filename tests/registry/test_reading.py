"""The reading page: staff see pieces beside the text, accept some, and find them in their own draft."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry import catalogue, reading
from madoguchi.apps.registry.checking import flaws
from madoguchi.apps.registry.models import ImportedRecord, ProgrammeDraft, ProgrammeVersion
from madoguchi.core import language_model
from madoguchi.core.language_model import Failure, LanguageModel, LanguageModelError
from madoguchi.engines.eligibility.reading import AgeLimit, Origin, Record
from madoguchi.engines.eligibility.types import Op

pytestmark = pytest.mark.django_db
ID = "jidou-ikusei-teate"
PAGE = f"/desk/{ID}/reading/"
TEXT = "都内に住所を有する18歳未満の児童で、集団生活に支障のない方"


@pytest.fixture
def desk(client: Client, publisher: User) -> Client:
    client.force_login(publisher)
    return client


def given(**more: str) -> dict[str, str]:
    return {"title": "", "target_persons": TEXT, "conditions": "", "summary": "", "revision": "0"} | more


def draft() -> dict[str, Any]:
    return dict(ProgrammeDraft.objects.get(pk=ID).content)


def test_the_page_begins_with_the_programmes_own_texts(desk: Client) -> None:
    page = desk.get(PAGE).content.decode()
    assert "文章から条件を読み取る" in page
    assert "児童育成手当" in page
    assert not ProgrammeDraft.objects.exists()


def test_pieces_stand_beside_the_marked_text(desk: Client) -> None:
    page = desk.post(PAGE, given(read="1")).content.decode()
    assert "<mark>18歳未満の児童で</mark>" in page
    assert '<code lang="ja">年齢 &lt; 18</code>' in page
    assert "集団生活に支障のない方" in page
    assert page.count('type="checkbox"') == 3
    assert not ProgrammeDraft.objects.exists()


def test_what_is_accepted_goes_into_the_draft_with_its_words(desk: Client) -> None:
    answer = desk.post(PAGE, given(keep="1", **{"piece-0": "1", "piece-1": "1", "check-r1": "1"}))
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/desk/{ID}/")
    kept = draft()
    assert kept["condition"] == "都内() AND 年齢 < 18 AND 要確認('r1', 'その他')"
    assert kept["subject"] == "児童"
    assert {"atom": "年齢 < 18", "ja": "18歳未満の児童で"} in kept["spans"]
    assert [(check["id"], check["class"], check["ja"]) for check in kept["checks"]] == [
        ("r1", "その他", "集団生活に支障のない方")
    ]
    shelf = catalogue.current()
    assert flaws(kept, book=shelf.book, known=catalogue.known(shelf)) == []


def test_what_is_rejected_stays_out(desk: Client) -> None:
    desk.post(PAGE, given(keep="1", **{"piece-1": "1"}))
    kept = draft()
    assert kept["condition"] == "年齢 < 18"
    assert kept["checks"] == []
    assert [span["atom"] for span in kept["spans"]] == ["年齢 < 18"]


def test_nothing_is_published(desk: Client) -> None:
    before = ProgrammeVersion.objects.count()
    desk.post(PAGE, given(keep="1", **{"piece-0": "1"}))
    assert ProgrammeVersion.objects.count() == before


def test_nothing_chosen_is_said_and_nothing_is_kept(desk: Client) -> None:
    answer = desk.post(PAGE, given(keep="1"))
    assert answer.status_code == 400
    assert "どれも選ばれていません" in answer.content.decode()
    assert not ProgrammeDraft.objects.exists()


def test_a_conflict_keeps_what_was_chosen(desk: Client) -> None:
    desk.post(f"/desk/{ID}/", {"keep": "1", "revision": "0", "law": "先の人"})
    answer = desk.post(PAGE, given(keep="1", **{"piece-1": "1"}))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="revision" value="1"' in page
    assert 'name="piece-1" value="1" checked' in page
    assert 'name="piece-0" value="1" checked' not in page
    assert draft()["law"] == "先の人"


def test_the_forms_ages_are_read_and_a_contradiction_is_said(desk: Client) -> None:
    page = desk.post(PAGE, given(read="1", **{"lessThan.years": "3", "lessThan.months": ""})).content.decode()
    assert "食い違っています" in page
    assert '<code lang="ja">年齢 &lt; 3</code>' in page


def test_texts_are_escaped(desk: Client) -> None:
    page = desk.post(PAGE, given(read="1", target_persons="<script>alert(1)</script>の方")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_other_organisations_and_residents_see_nothing(client: Client, publisher: User, desk: Client) -> None:
    assert desk.get("/desk/kodomo-iryou-itabashi/reading/").status_code == 404
    assert desk.post("/desk/kodomo-iryou-itabashi/reading/", given(read="1")).status_code == 404
    assert Client().get(PAGE).status_code == 302


def imported(organisation_id: str) -> ImportedRecord:
    record = {
        "institutionName": {"canonicalName": "子育て応援手当", "shortName": ""},
        "target": {"targetPersons": "市内在住のお子さん", "lessThan": {"targetAge": 3, "targetAgeOfMonths": 6}},
        "area": {"areaCode": "131199;板橋区"},
    }
    return ImportedRecord.objects.create(
        key=organisation_id, organisation_id=organisation_id, psid="psid3.0+1+1+UM1", file="a.json", line=1,
        text=json.dumps(record, ensure_ascii=False), rejected=False, findings=[], imported_at=timezone.now(),
    )  # fmt: skip


def test_a_record_that_was_imported_can_be_taken(desk: Client) -> None:
    own = imported("tokyo-fukushi")
    page = desk.get(PAGE, {"record": str(own.pk)}).content.decode()
    assert "市内在住のお子さん" in page
    assert 'name="lessThan.years" inputmode="numeric" maxlength="3" size="4" value="3"' in page
    assert desk.get(PAGE, {"record": "999999999"}).status_code == 404
    assert desk.get(PAGE, {"record": "x"}).status_code == 404


def test_a_record_of_another_organisation_cannot_be_taken(desk: Client) -> None:
    other = imported("131199" if reading.catalogue.current().organisations.get("131199") else "itabashi")
    assert desk.get(PAGE, {"record": str(other.pk)}).status_code == 404


def test_the_page_is_there_in_english(desk: Client) -> None:
    assert desk.get(f"/en{PAGE}").status_code == 200


# --- with a language model
class FakeModel(LanguageModel):
    """Answers without a network; `said` is its answer or the error it raises."""

    said: Any = {}

    def ask(self, messages: Any) -> dict[str, Any]:
        """Answer what the test wants."""
        if isinstance(self.said, LanguageModelError):
            raise self.said
        return dict(self.said)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Any:
    settings.LLM_URL, settings.LLM_MODEL = "http://127.0.0.1:9/", "local"

    def set_answer(said: Any) -> None:
        monkeypatch.setattr(FakeModel, "said", said, raising=False)
        monkeypatch.setattr(language_model, "LanguageModel", FakeModel)

    return set_answer


GOOD = {"pieces": [{"atom": "NOT 施設入所", "field": "target_persons", "quote": "集団生活に支障のない"}]}


def test_a_models_pieces_are_marked_unticked_and_kept_only_when_accepted(desk: Client, answers: Any) -> None:
    answers(GOOD)
    page = desk.post(PAGE, given(read="1", model="1")).content.decode()
    assert "言語モデルの提案" in page
    assert 'name="piece-2" value="1">' in page
    answer = page.split('name="answer" value="')[1].split('"')[0]
    answers({"pieces": []})
    desk.post(PAGE, given(keep="1", answer=answer, **{"piece-1": "1", "piece-2": "1"}))
    assert draft()["condition"] == "年齢 < 18 AND NOT 施設入所"


def test_a_models_answer_that_was_changed_on_the_way_counts_as_none(desk: Client, answers: Any) -> None:
    answers(GOOD)
    desk.post(PAGE, given(keep="1", answer=json.dumps(GOOD), **{"piece-1": "1", "piece-2": "1"}))
    assert draft()["condition"] == "年齢 < 18"


def test_without_its_tick_the_model_is_not_asked(desk: Client, answers: Any) -> None:
    answers(LanguageModelError(Failure.SLOW, "x", "y"))
    assert "間に合いませんでした" not in desk.post(PAGE, given(read="1")).content.decode()


def test_the_rules_work_whatever_way_the_model_fails(desk: Client, answers: Any) -> None:
    for kind in Failure:
        answers(LanguageModelError(kind, "x", "y"))
        page = desk.post(PAGE, given(read="1", model="1")).content.decode()
        assert "規則で読み取ったものだけを示します" in page, kind
        assert '<code lang="ja">年齢 &lt; 18</code>' in page, kind


def test_refused_proposals_are_shown_with_their_reason(desk: Client, answers: Any) -> None:
    answers({"pieces": [{"atom": "NOT 施設入所", "field": "target_persons", "quote": "どこにもない言葉"}]})
    page = desk.post(PAGE, given(read="1", model="1")).content.decode()
    assert "採らなかったもの" in page
    assert "does not stand in target_persons" in page


def test_records_of_the_published_form_bring_their_ages(pack: object) -> None:
    raw = {"target": {"lessThan": {"targetAge": 7, "targetAgeOfMonths": 6}, "greaterThan": {"targetAge": "5"}}}
    assert reading.record_of_imported(raw).ages == {Op.LT: AgeLimit(7, 6)}


def test_the_packs_programmes_are_scheme_names(pack: object) -> None:
    found = reading.read_record(Record(target_persons="018サポートを受けている方"))
    assert [piece.text for piece in found.proposal.pieces] == ["本人.受給('018サポート')"]
    assert all(piece.origin is Origin.RULE for piece in found.proposal.pieces)
