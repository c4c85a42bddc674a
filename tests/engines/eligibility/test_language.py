"""Conditions read as documented; everything outside the language is refused with position and a way out."""

import pytest
from hypothesis import given

from madoguchi.engines.eligibility import ConditionError, Node, Subject, from_json, parse, to_json, to_text
from madoguchi.engines.eligibility import ast as tree
from tests.engines.eligibility.strategies import VOCABULARY, nodes


def read(text: str, subject: Subject = Subject.CHILD) -> Node:
    return parse(text, subject=subject, vocabulary=VOCABULARY)


@given(nodes())
def test_text_and_json_give_the_same_tree_back(node: Node) -> None:
    assert from_json(to_json(node)) == node
    assert read(to_text(node)) == read(to_text(read(to_text(node))))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("所得 < 622万", "6220000"),
        ("年齢 >= 18歳", "Write 18"),
        ("3歳未満 = TRUE", "mixes a number"),
        ("所得 IS NULL", "unknown by itself"),
        ("所得 LIKE '1%'", "LIKE"),
        ("妊娠中; DROP TABLE x", "Only one condition"),
        ("所得 + 1 < 3", "Arithmetic"),
        ("所得 < -1", "Arithmetic"),
        ("所得 = ?", "Parameters"),
        ("所得 = @x", "Parameters"),
        ("所得::int = 1", "Casts"),
        ("所得 < 1 AS x", "name for a value"),
        ("所徳 < 1", "Did you mean 所得"),
        ("医療保険 = '国民健康保健'", "Did you mean 国民健康保険"),
        ("医療保険 > 'なし'", "no order"),
        ("妊娠中 = 1", "true or false"),
        ("児童.申請者.所得 < 1", "one prefix"),
        ("申請者.住民税非課税", "belongs to the household"),
        ("世帯.所得 < 1", "belongs to a person"),
        ("存在(孫, 年齢 < 3)", "no collection"),
        ("存在(子, 存在(子, 年齢 < 3))", "inside another"),
        ("EXISTS(子, 年齢 < 3)", "存在"),
        ("所得 < 限度額表('無い', 扶養親族等の数)", "Unknown income table"),
        ("要確認('x', '色')", "Unknown class"),
        ("基準日 BETWEEN 到達日(2,'週') AND 到達日(3,'月')", "no unit"),
        ("基準日 >= '2026-13-40'", "no date"),
        ("(妊娠中", "Expected ')'"),
        ("妊娠中 就労中", "left over"),
        ("妊娠中 AND", "cannot begin"),
        ("", "empty"),
        ("医療保険 = '国民", "never closed"),
        ("妊娠中() ", "Unknown function"),
        ("受給中の制度 = 'A'", "is a list"),
        ("年齢 BETWEEN 3", "two bounds"),
        ("NOT " * 60 + "妊娠中", "nested deeper"),
        ("年齢 >= 1.5", "left over"),
    ],
)
def test_outside_the_language_is_refused_with_a_way_out(text: str, word: str) -> None:
    with pytest.raises(ConditionError) as caught:
        read(text)
    assert word in str(caught.value)
    assert 0 <= caught.value.position <= len(text)


def test_an_error_points_at_the_place_in_the_original_text() -> None:
    with pytest.raises(ConditionError) as caught:
        read("年齢 ≧ ３ AND 所徳 < 1")
    assert caught.value.position == "年齢 ≧ ３ AND 所徳 < 1".index("所徳")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("月齢 ≧ ３", "月齢 >= 3"),
        ("（妊娠中）　ＡＮＤ　就労中", "妊娠中 AND 就労中"),
        ("年齢 BETWEEN 3 AND 5", "年齢 >= 3 AND 年齢 <= 5"),
        ("年度末まで(18)", "年度年齢 <= 18"),
        ("就学前年度()", "年度年齢 = 6"),
        ("妊娠中 = FALSE", "NOT 妊娠中"),
        ("妊娠中 <> TRUE", "NOT 妊娠中"),
        ("児童.年齢 != 3", "年齢 <> 3"),
        ("基準日 >= 到達日(2,'年')", "基準日 >= 到達日(24, '月')"),
    ],
)
def test_other_spellings_mean_the_same(written: str, plain: str) -> None:
    assert read(written) == read(plain)


def test_a_text_that_is_too_long_is_refused_at_once() -> None:
    with pytest.raises(ConditionError, match="at most 10,000"):
        read("妊娠中 AND " * 1_000_000)


def test_receiving_means_the_child_or_the_applicant_for_a_childs_programme() -> None:
    assert read("受給('A')") == tree.Receives(tree.Owner.EITHER, "A")
    assert read("受給('A')", Subject.PERSON) == tree.Receives(tree.Owner.SELF, "A")
