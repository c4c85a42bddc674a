"""When a noisy record means a business of the register, when a person must look, when it means none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.linkage import (
    Blocks,
    Entry,
    LegalForm,
    Name,
    Outcome,
    Place,
    Reason,
    Record,
    core_name,
    decide,
    edits,
    fold_name,
    score,
)

HERE = Place("13104", "西新宿二丁目", (8, 1), "1600023")
THERE = Place("13102", "銀座一丁目", (3, 9), "1040061")
NUMBER = "8000020130001"
OTHER_NUMBER = "7000012050002"


def record(name: str = "アシスト株式会社", place: Place = HERE, number: str = "", **more: str) -> Record:
    return Record("r1", Name.of(name), place, number, number in (NUMBER, OTHER_NUMBER), **more)


def entry(name: str = "アシスト株式会社", place: Place = HERE, number: str = NUMBER, **more: object) -> Entry:
    return Entry(f"e-{number}", Name.of(name), place, number, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "core", "form"),
    [
        ("株式会社アシスト", "あしすと", LegalForm.STOCK),
        ("㈱アシスト", "あしすと", LegalForm.STOCK),
        ("アシスト（有）", "あしすと", LegalForm.LIMITED),
        ("(同)ＡＢＣ　Ｄｅｆ", "abcdef", LegalForm.LLC),
        ("株式會社髙島屋", "高島屋", LegalForm.STOCK),
        ("医療法人社団渡邊医院", "渡辺医院", LegalForm.MEDICAL),
        ("Foo Co., Ltd.", "foo", LegalForm.OTHER),
        ("株式会社", "株式会社", LegalForm.OTHER),
    ],
)
def test_the_legal_form_is_taken_off_however_it_is_written(written: str, core: str, form: LegalForm) -> None:
    assert core_name(written) == (core, form)


@given(st.text(st.characters(max_codepoint=0x9FFF, categories=["L", "N", "P"]), max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold_name(text)
    assert fold_name(once) == once


@given(st.text("あいう", max_size=7), st.text("あいう", max_size=7))
def test_distance_is_symmetric_and_bounded_by_its_limit(one: str, other: str) -> None:
    assert edits(one, other, limit=3) == edits(other, one, limit=3)
    assert edits(one, other, limit=1) == min(edits(one, other, limit=7), 2)


@pytest.mark.parametrize(
    ("one", "other", "count"), [("あしすと", "あしすど", 1), ("あしすと", "しあすと", 1), ("あ", "あいう", 2)]
)
def test_a_swap_is_one_error(one: str, other: str, count: int) -> None:
    assert edits(one, other, limit=3) == count


def test_a_number_with_the_name_matches_wherever_it_says_to_be() -> None:
    decision = decide(record(number=NUMBER, place=THERE), [entry()])
    assert decision.outcome is Outcome.MATCH


def test_a_number_with_another_name_and_place_goes_to_a_person() -> None:
    decision = decide(record("まったく別の商店", place=THERE, number=NUMBER), [entry()])
    assert decision.outcome is not Outcome.MATCH


@given(
    st.sampled_from(["アシスト", "株式会社アシスト", "アシスト株式会社"]),
    st.sampled_from([Place(), THERE, Place("13104")]),
)
def test_a_name_alone_never_matches(name: str, place: Place) -> None:
    decision = decide(record(name, place), [entry()])
    assert decision.outcome is not Outcome.MATCH


def test_name_and_town_match_without_a_number() -> None:
    assert decide(record("(株)アシスト"), [entry()]).outcome is Outcome.MATCH


def test_name_and_representative_match_where_the_place_is_unknown() -> None:
    decision = decide(record(place=Place(), representative="山田 太郎"), [entry(representative="山田太郎")])
    assert decision.outcome is Outcome.MATCH


def test_two_that_fit_alike_go_to_a_person_in_any_order() -> None:
    twins = [entry(), entry(number=OTHER_NUMBER)]
    for order in (twins, twins[::-1]):
        decision = decide(record(), order)
        assert decision.outcome is Outcome.REVIEW
        assert decision.best is not None
        assert decision.best.has(Reason.RIVAL)


def test_another_legal_form_at_the_same_address_is_another_business() -> None:
    assert decide(record("アシスト合同会社"), [entry()]).outcome is not Outcome.MATCH


def test_a_digit_in_a_name_is_never_a_typing_error() -> None:
    scored = score(record("第１アシスト合同会社"), entry("第２アシスト合同会社"))
    assert scored.has(Reason.NAME_OTHER)


def test_a_typing_error_in_a_long_name_matches_in_the_same_town() -> None:
    decision = decide(record("東京アシステッド工業"), [entry("株式会社東京アシスデッド工業")])
    assert decision.outcome is Outcome.MATCH


def test_an_old_address_that_the_register_remembers_matches() -> None:
    decision = decide(record(place=THERE), [entry(former_places=(THERE,))])
    assert decision.outcome is Outcome.MATCH
    assert decision.best is not None
    assert decision.best.has(Reason.TOWN_FORMER)


def test_a_name_with_characters_shown_as_images_is_never_compared() -> None:
    hidden = Entry("e", Name.of("＿天美株式会社", comparable=False), HERE, NUMBER)
    assert not score(record("天美株式会社"), hidden).has(Reason.NAME_SAME, Reason.NAME_NEAR, Reason.NAME_NEAR_LONG)
    assert list(Blocks([hidden]).find(record("＿天美株式会社"))) == []


def test_another_valid_number_is_never_overruled_by_the_name() -> None:
    assert decide(record(number=OTHER_NUMBER), [entry()]).outcome is not Outcome.MATCH


def test_a_wrong_digit_in_the_number_leaves_the_rest_to_decide() -> None:
    decision = decide(record(number="8000020130002", place=THERE), [entry()])
    assert decision.best is not None
    assert decision.best.has(Reason.NUMBER_NEAR)


def test_nothing_alike_gives_none() -> None:
    decision = decide(record("無関係商店", place=THERE), [entry()])
    assert decision.outcome is Outcome.NONE
    assert decision.best is None


@pytest.mark.parametrize("typed", ["アシスド電機", "アジスト電機", "アシスト電気", "アシト電機", "シアスト電機"])
def test_one_typing_error_does_not_hide_an_entry_from_its_town(typed: str) -> None:
    blocks = Blocks([entry("株式会社アシスト電機")])
    assert blocks.find(record(typed))


def test_points_are_the_sum_of_their_reasons() -> None:
    scored = score(record(number=NUMBER), entry())
    assert scored.points == sum(item.points for item in scored.evidence)
