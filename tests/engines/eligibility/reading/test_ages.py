"""Ages in words become bounds; lengths of time and figures that are no age are left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility.reading.ages import read_ages, read_births
from madoguchi.engines.eligibility.reading.folding import fold


def ages(text: str) -> list[list[str]]:
    return [[bound.test() for bound in hit.bounds] for hit in read_ages(fold(text).text)]


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("３歳未満", ["年齢 < 3"]),
        ("6歳以下の子", ["年齢 <= 6"]),
        ("65才以上", ["年齢 >= 65"]),
        ("1歳を超える児", ["年齢 > 1"]),
        ("1歳6ヶ月以上", ["月齢 >= 18"]),
        ("1歳半から3歳まで", ["月齢 >= 18", "年齢 <= 3"]),
        ("生後6か月から3歳未満", ["月齢 >= 6", "年齢 < 3"]),
        ("2〜5歳", ["年齢 >= 2", "年齢 <= 5"]),
        ("0歳から2歳まで", ["年齢 <= 2"]),
        ("3〜4か月児", ["月齢 >= 3", "月齢 <= 4"]),
        ("3歳児", ["年齢 = 3"]),
        ("0歳児", ["年齢 < 1"]),
        ("3歳児クラス", ["年度年齢 = 4"]),
        ("3～5歳児クラス", ["年度年齢 >= 4", "年度年齢 <= 6"]),
        ("18歳に達する日以後の最初の3月31日まで", ["年度年齢 <= 18"]),
        ("15歳の年度末まで", ["年度年齢 <= 15"]),
        ("7歳の誕生日の前日まで", ["年齢 < 7"]),
        ("満20歳に達するまで", ["年齢 < 20"]),
        ("就学前", ["年度年齢 <= 6"]),
        ("小学校就学の始期に達するまで", ["年度年齢 <= 6"]),
        ("小学校入学前まで", ["年度年齢 <= 6"]),
        ("小学生", ["年度年齢 >= 7", "年度年齢 <= 12"]),
        ("小学３年生", ["年度年齢 = 9"]),
        ("小学4年生から中学3年生まで", ["年度年齢 >= 10", "年度年齢 <= 15"]),
        ("中学生以下", ["年度年齢 <= 15"]),
        ("小学生以上", ["年度年齢 >= 7"]),
        ("高校生年代まで", ["年度年齢 <= 18"]),
        ("小・中学生", ["年度年齢 >= 7", "年度年齢 <= 15"]),
        ("年少から年長", ["年度年齢 >= 4", "年度年齢 <= 6"]),
        ("今年度40歳になる方", ["年度年齢 = 40"]),
    ],
)
def test_an_age_in_words_becomes_its_bounds(text: str, tests: list[str]) -> None:
    assert ages(text) == [tests]


@pytest.mark.parametrize(
    "text",
    ["区内に6か月以上居住", "引き続き3か月以上", "産後4か月未満の母", "妊娠5か月の方", "18歳到達後も治療が必要", "月120時間以上", "第3子以降", "10人以上"],
)  # fmt: skip
def test_lengths_of_time_and_counts_are_no_ages(text: str) -> None:
    assert ages(text) == []


def test_age_words_are_marked_as_words_since_any_other_age_outweighs_them() -> None:
    hits = read_ages("6歳未満の幼児")
    assert [hit.word_only for hit in hits] == [False, True]


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("令和6年4月1日以降に生まれた", "生年月日 >= '2024-04-01'"),
        ("令和元年5月1日以前に出生した", "生年月日 <= '2019-05-01'"),
        ("平成20年4月2日から平成21年4月1日までに生まれた", "生年月日 >= '2008-04-02' AND 生年月日 <= '2009-04-01'"),
        ("2024年4月1日以降に生まれた", "生年月日 >= '2024-04-01'"),
    ],
)
def test_a_date_of_birth_is_read_in_both_calendars(text: str, test: str) -> None:
    assert [hit.tests for hit in read_births(text)] == [(test,)]


@settings(max_examples=80, deadline=None)
@given(low=st.integers(1, 60), width=st.integers(1, 39), between=st.sampled_from(["歳から", "歳以上", "歳〜"]))
def test_every_range_keeps_its_two_numbers(low: int, width: int, between: str) -> None:
    assert ages(f"{low}{between}{low + width}歳未満の方") == [[f"年齢 >= {low}", f"年齢 < {low + width}"]]


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        alphabet="0123456789０１歳才か月ヶ児小中学年生から以上未満まで第子クラス～〜・、（）()誕生日前就末達する31",
        max_size=40,
    )
)
def test_any_jumble_of_age_words_is_read_without_failing(text: str) -> None:
    folded = fold(text).text
    for hit in read_ages(folded):
        assert 0 <= hit.start < hit.end <= len(folded)
