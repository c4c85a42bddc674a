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
    is_worth_weighing,
    score,
)
from madoguchi.engines.linkage.distance import is_slip

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


@pytest.mark.parametrize(
    ("written", "core", "form"),
    [
        ("株 式 会 社 峰 盛", "峰盛", LegalForm.STOCK),
        ("（ 有 ） 渓 琳", "渓琳", LegalForm.LIMITED),
        ("信達晨テック株式会", "信達晨てつく", LegalForm.OTHER),
        ("Foo Bar (株)", "foobar", LegalForm.STOCK),
    ],
)
def test_blanks_and_cut_forms_do_not_hide_the_name(written: str, core: str, form: LegalForm) -> None:
    assert core_name(written) == (core, form)


@pytest.mark.parametrize("written", ["アシスト新宿支店", "株式会社アシスト本社", "アシスト株式会社東京営業所"])
def test_a_branch_behind_the_name_does_not_hide_it(written: str) -> None:
    scored = score(record(written), entry())
    assert scored.has(Reason.NAME_BRANCH)
    assert decide(record(written), [entry()]).outcome is Outcome.MATCH


def test_a_branch_of_another_name_is_no_branch_of_this_one() -> None:
    for written in ("アシスタント支店", "アシストランス支店", "アシスト関東地方東京支店"):
        assert score(record(written), entry()).has(Reason.NAME_OTHER)


def test_a_long_name_that_was_cut_off_matches_at_the_same_block_only() -> None:
    long = entry("株式会社東京アシスト総合研究所")
    cut = "株式会社東京アシスト総合"
    assert decide(record(cut), [long]).outcome is Outcome.MATCH
    town_only = Place(HERE.code, HERE.town)
    assert decide(record(cut, town_only), [long]).outcome is not Outcome.MATCH
    assert score(record(cut), entry("株式会社東京アシスト総合第２号")).has(Reason.NAME_OTHER)


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("あしすと", "あすしと", True),
        ("あしすと", "あししすと", True),
        ("あしすと", "あしすとと", True),
        ("あしすと", "あしす", False),
        ("あしすと", "あしすど", False),
        ("あしすと", "あしすと", False),
        ("あしすと", "すしあと", False),
    ],
)
def test_a_slip_is_a_swap_or_a_character_typed_twice(one: str, other: str, slip: bool) -> None:
    assert is_slip(one, other) is is_slip(other, one) is slip


@given(st.text("あいう", max_size=6), st.text("あいう", max_size=6))
def test_every_slip_is_one_typing_error(one: str, other: str) -> None:
    if is_slip(one, other):
        assert edits(one, other, limit=3) == 1


@pytest.mark.parametrize("town", ["西新宿五丁目", "西新宿"])
def test_the_same_name_in_another_chome_of_the_same_town_matches(town: str) -> None:
    decision = decide(record(place=Place("13104", town)), [entry()])
    assert decision.outcome is Outcome.MATCH
    assert decision.best is not None
    assert decision.best.has(Reason.AREA_SAME)


def test_a_postal_code_stands_for_the_town_only_where_no_town_is_given() -> None:
    assert score(record(place=Place(postal_code="1600023")), entry()).has(Reason.AREA_SAME)
    contradicting = Place("13102", "銀座一丁目", postal_code="1600023")
    assert not score(record(place=contradicting), entry()).has(Reason.AREA_SAME)


def test_the_form_of_a_former_name_is_compared_with_that_of_its_time() -> None:
    renamed = entry("合同会社新しい名", former_names=(Name.of("株式会社アシスト"),))
    scored = score(record("アシスト株式会社"), renamed)
    assert scored.has(Reason.NAME_FORMER)
    assert not scored.has(Reason.FORM_OTHER)


def test_a_name_that_is_the_same_has_no_rival_in_one_that_is_nearly_so() -> None:
    decision = decide(record("アシスト開発Ｂ"), [entry("アシスト開発Ｂ"), entry("アシスト開発Ａ", number=OTHER_NUMBER)])
    assert decision.outcome is Outcome.MATCH
    assert decision.best is not None
    assert decision.best.entry.number == NUMBER


@pytest.mark.parametrize("typed", ["8000020130002", "8000020103001", "0800020130001"])
def test_a_mistyped_number_finds_its_entry_by_one_error_only(typed: str) -> None:
    given_elsewhere = record("まったく別の名", place=THERE, number=typed)
    found = Blocks([entry()]).find(given_elsewhere)
    assert bool(found) is (edits(typed, NUMBER, limit=1) == 1)


def test_a_mistyped_number_that_is_far_from_this_one_speaks_against_it() -> None:
    scored = score(record(number="8000020130999"), entry())
    assert scored.has(Reason.NUMBER_UNLIKE)
    assert decide(record(number="8000020130999"), [entry()]).outcome is not Outcome.MATCH


def test_the_reading_given_as_a_name_finds_its_entry_in_the_town() -> None:
    known = entry("株式会社安裕", kana="アンユウ")
    other_block = Place(HERE.code, HERE.town, (9, 9))
    for written in ("アンユウ", "あんゆう"):
        assert Blocks([known]).find(record(written, other_block)) == [known]
        assert score(record(written), known).has(Reason.NAME_KANA)


@given(st.text("アイウ一", min_size=1, max_size=5), st.text("アイウ一", min_size=1, max_size=5))
def test_what_is_weighed_as_the_same_name_is_always_worth_weighing(one: str, other: str) -> None:
    made, known = record(one), entry(other)
    if not score(made, known).has(Reason.NAME_OTHER):
        assert is_worth_weighing(made, known.name.core)


@pytest.mark.parametrize(
    ("typed", "name"), [("SAK", "ASK"), ("NnG", "NXG"), ("アトスク", "アスクト"), ("アンシト", "アシント")]
)
def test_one_error_in_a_short_name_does_not_hide_it_from_its_town(typed: str, name: str) -> None:
    town_only = Place(HERE.code, HERE.town)
    found = Blocks([entry(f"株式会社{name}")]).find(record(typed, town_only))
    assert bool(found) is (edits(fold_name(typed), fold_name(name), limit=2) <= 2)


def test_a_typing_error_in_a_former_name_is_one_too() -> None:
    renamed = entry("合同会社新しい名", former_names=(Name.of("株式会社アシスト"),))
    assert score(record("株式会社アシヌト"), renamed).has(Reason.NAME_NEAR)


def test_a_name_that_is_the_same_has_no_rival_that_is_only_read_so() -> None:
    read_so = entry("亜紫主斗株式会社", number=OTHER_NUMBER, kana="アシスト")
    assert decide(record(), [entry(), read_so]).outcome is Outcome.MATCH


def test_a_nearly_equal_name_at_another_block_or_chome_may_be_a_neighbour_and_goes_to_a_person() -> None:
    known = entry("有限会社宮川商店")
    for place in (Place(HERE.code, HERE.town, (21, 15), HERE.postal_code), Place(HERE.code, "西新宿五丁目")):
        assert decide(record("有限会社星川商店", place), [known]).outcome is Outcome.REVIEW
    assert decide(record("有限会社星川商店", Place(HERE.code, HERE.town)), [known]).outcome is Outcome.MATCH
