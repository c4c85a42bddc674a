"""A model's answer is taken piece by piece: parsed, quoted word by word, one test each; the rest is refused with a reason."""

from typing import Any

import pytest

from madoguchi.engines.eligibility.reading import Origin, Proposal, Record, read
from madoguchi.engines.eligibility.reading.accepting import accepted
from madoguchi.engines.eligibility.reading.suggestions import Suggestions, judge, question, with_suggestions
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
RECORD = Record(target_persons="区内在住で、双子のいるご家庭。日中お一人で育児をしている妊婦", municipality="131199")


@pytest.fixture
def proposal(tokyo: Tokyo) -> Proposal:
    return read(RECORD, tokyo.book.vocabulary)


def judged(answer: dict[str, Any], proposal: Proposal, tokyo: Tokyo) -> Suggestions:
    return judge(answer, RECORD, proposal, tokyo.book.vocabulary)


def piece(**more: object) -> dict[str, object]:
    return {"atom": "世帯.世帯人数 >= 2", "field": "target_persons", "quote": "双子のいるご家庭"} | more


def test_a_quoted_single_test_is_taken_and_marked(proposal: Proposal, tokyo: Tokyo) -> None:
    found = judged({"pieces": [piece()]}, proposal, tokyo)
    assert [(item.text, item.origin, item.rule) for item in found.pieces] == [
        ("世帯.世帯人数 >= 2", Origin.MODEL, "model")
    ]
    assert not found.refused


@pytest.mark.parametrize(
    "wrong",
    [
        piece(quote="三つ子のいるご家庭"),
        piece(quote=""),
        piece(quote=7),
        piece(field="remarks"),
        piece(atom="世帯.世帯人数 >= 2 AND 妊娠中"),
        piece(atom="要確認('x', '世帯')"),
        piece(atom="TRUE"),
        piece(atom="貯金 > 100"),
        piece(atom="妊娠中; DROP TABLE"),
        piece(atom=None),
    ],
)
def test_anything_else_is_refused_with_its_reason(wrong: dict[str, object], proposal: Proposal, tokyo: Tokyo) -> None:
    found = judged({"pieces": [wrong]}, proposal, tokyo)
    assert not found.pieces
    assert len(found.refused) == 1
    assert found.refused[0].reason


@pytest.mark.parametrize(
    "answer", [{}, {"pieces": None}, {"pieces": "all"}, {"pieces": ["x", 3]}, {"checks": {"a": 1}}]
)
def test_an_answer_of_another_form_brings_nothing(answer: dict[str, Any], proposal: Proposal, tokyo: Tokyo) -> None:
    found = judged(answer, proposal, tokyo)
    assert not found.pieces
    assert not found.checks


def test_what_the_rules_know_is_not_proposed_again(proposal: Proposal, tokyo: Tokyo) -> None:
    known = piece(atom="妊娠中", quote="妊婦")
    assert judged({"pieces": [known]}, proposal, tokyo) == Suggestions()


def test_checks_need_a_known_class_and_a_quotation(proposal: Proposal, tokyo: Tokyo) -> None:
    good = {"class": "就労", "field": "target_persons", "quote": "日中お一人で"}
    bad = [{**good, "class": "気分"}, {**good, "quote": "夜間"}]
    found = judged({"checks": [good, *bad]}, proposal, tokyo)
    assert [(check.category, check.origin) for check in found.checks] == [("就労", Origin.MODEL)]
    assert len(found.refused) == 2


def test_the_condition_stays_that_of_the_rules_until_staff_accept(proposal: Proposal, tokyo: Tokyo) -> None:
    both = with_suggestions(proposal, judged({"pieces": [piece()]}, proposal, tokyo))
    assert both.text == proposal.text
    node = accepted(both, [item for item in both.pieces if item.origin is Origin.MODEL], [])
    assert node == both.pieces[-1].atom


def test_the_question_holds_the_texts_the_names_and_what_is_known(proposal: Proposal, tokyo: Tokyo) -> None:
    system, user = question(RECORD, proposal, tokyo.book.vocabulary)
    assert "妊娠中(bool)" in system["content"]
    assert RECORD.target_persons in user["content"]
    assert "世帯.自治体コード = '131199'" in user["content"]


def test_a_flood_of_proposals_is_cut(proposal: Proposal, tokyo: Tokyo) -> None:
    flood = [piece(atom=f"世帯.世帯人数 >= {number}") for number in range(1_000)]
    assert len(judged({"pieces": flood}, proposal, tokyo).pieces) == 40
