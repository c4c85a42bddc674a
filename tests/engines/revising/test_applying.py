"""Accepted changes go into the record and the pack's form stays valid; what has no single place is refused with advice."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from madoguchi.apps.registry.schemas import PROGRAMME
from madoguchi.engines.revising import CannotApplyError, Change, Field, Kind, Value, apply
from tests.engines.revising.corpus import freehand
from tests.engines.revising.corpus.build import cases
from tests.engines.revising.corpus.scoring import proposal_of
from tests.engines.revising.pages import read, record


def change(field: Field, old: Value, new: Value, kind: Kind = Kind.REPLACES) -> Change:
    return Change(field, old, new, "q", 0, 1, 0.8, kind)


def applied(field: Field, old: Value, new: Value, kind: Kind = Kind.REPLACES, **parts: Any) -> dict[str, Any]:
    before = record(**parts)
    after = apply(before, [change(field, old, new, kind)])
    assert before == record(**parts), "the record that was given must stay as it was"
    return after


@pytest.mark.parametrize(
    ("condition", "new", "after"),
    [
        ("都内() AND 年度末まで(18)", "15歳の年度末まで", "都内() AND 年度末まで(15)"),
        ("年齢 < 20 OR 生活保護", "18歳未満", "年齢 < 18 OR 生活保護"),
        ("年齢 BETWEEN 18 AND 39", "18歳以上43歳未満", "年齢 BETWEEN 18 AND 42"),
        ("年度年齢 BETWEEN 7 AND 15", "年度年齢7歳以上18歳の年度末まで", "年度年齢 BETWEEN 7 AND 18"),
        ("年齢 >= 20 AND 年齢 < 60 AND 学生", "18歳以上65歳未満", "年齢 >= 18 AND 年齢 < 65 AND 学生"),
        ("NOT (年齢 >= 65)", "70歳以上", "NOT (年齢 >= 70)"),
    ],
)
def test_one_test_of_age_is_rewritten(condition: str, new: str, after: str) -> None:
    assert applied(Field.AGE, None, new, condition=condition)["condition"] == after


@pytest.mark.parametrize("condition", ["都内()", "年度末まで(18) OR (年齢 < 20 AND 手帳)"])
def test_an_age_without_one_single_place_is_refused(condition: str) -> None:
    with pytest.raises(CannotApplyError, match="条件の画面で") as refused:
        applied(Field.AGE, None, "15歳の年度末まで", condition=condition)
    assert refused.value.change.new == "15歳の年度末まで"


def test_a_figure_in_the_text_is_rewritten_in_both_languages() -> None:
    after = applied(Field.AMOUNT, "月額5,000円", "月額6,000円")
    assert after["benefit_text"] == {"ja": "月6,000円です。", "en": "6,000 yen a month."}


def test_a_calculated_amount_is_never_overwritten() -> None:
    with pytest.raises(CannotApplyError, match="新しい版"):
        applied(
            Field.AMOUNT, "月額5,000円", "月額6,000円", amount={"unit": "円", "per": "月", "cases": [{"yen": 5000}]}
        )


def test_windows_papers_and_the_rest_go_to_their_places() -> None:
    accepted = [
        change(Field.CLOSES, None, "2027-01-29"), change(Field.DAYS, 15, 30), change(Field.DOCUMENTS, None, "receipt", Kind.ADDS),
        change(Field.DOCUMENTS, "mynumber", None, Kind.REMOVES), change(Field.ONLINE, None, True),
        change(Field.EFFECTIVE_FROM, None, "2026-10-01"), change(Field.HOW, "窓口", "窓口・郵送"), change(Field.OFFICE, "…", "こども課"),
        change(Field.NAME, "みどり手当", "わかば手当"),
    ]  # fmt: skip
    after = apply(record(), accepted)
    assert (after["window"]["closes"], after["window"]["days"], after["window"]["kind"]) == (
        "2027-01-29",
        30,
        "deadline",
    )
    assert (after["documents"], after["online"], after["effective_from"]) == (["receipt"], True, "2026-10-01")
    assert (after["how"]["ja"], after["office"]["ja"], after["name"]["ja"]) == (
        "窓口、郵送で申請します。",
        "こども課",
        "わかば手当",
    )
    Draft202012Validator(PROGRAMME).validate(after)


def test_a_telephone_number_is_replaced_where_it_stands() -> None:
    assert (
        applied(Field.PHONE, "03-3000-1111", "03-3000-2222")["office"]["ja"]
        == "板橋区 子育て支援課（電話 03-3000-2222）"
    )
    with pytest.raises(CannotApplyError, match="電話番号の場所"):
        applied(Field.PHONE, "03-1", "03-2", office={"ja": "窓口", "en": "Counter"})


def test_a_limit_of_income_is_rewritten_when_there_is_one_figure() -> None:
    assert (
        applied(Field.INCOME_LIMIT, None, "所得1,680,000円以下", condition="所得 <= 1660000")["condition"]
        == "所得 <= 1680000"
    )
    with pytest.raises(CannotApplyError):
        applied(Field.INCOME_LIMIT, None, "所得制限なし", condition="所得 <= 1660000")


def test_an_end_needs_its_day() -> None:
    end = change(Field.ENDED, None, True)
    with pytest.raises(CannotApplyError, match="終了した日"):
        apply(record(), [end])
    assert apply(record(), [end, change(Field.EFFECTIVE_TO, None, "2026-09-30")])["effective_to"] == "2026-09-30"


def test_residence_is_rewritten_only_between_tokyo_and_japan() -> None:
    assert (
        applied(Field.RESIDENCE, "都内在住", "国内在住", condition="都内() AND 学生")["condition"]
        == "国内居住 AND 学生"
    )
    with pytest.raises(CannotApplyError):
        applied(Field.RESIDENCE, "区市町村内在住", "区市町村内在住・在勤")


def test_after_applying_the_page_confirms_the_record() -> None:
    page = "対象\n15歳の年度末までの児童\n支給額\n月額6,000円\n申請\n出生の日の翌日から30日以内に申請してください。"
    after = apply(record(), read(page).changes)
    assert read(page, **after).changes == ()


def test_every_change_of_the_corpus_is_applied_to_a_valid_record_or_refused_with_advice() -> None:
    validator = Draft202012Validator(PROGRAMME)
    done, advice = 0, []
    for case in [*cases("development")[::2], *freehand.cases()]:
        for proposed in proposal_of(case).changes:
            try:
                validator.validate(apply(case.record, [proposed]))
                done += 1
            except CannotApplyError as problem:
                advice.append(str(problem))
    assert done > 80
    assert advice
    assert all(text.endswith("。") for text in advice)
