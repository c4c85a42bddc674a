"""The paper twin: what is answered, dropped, missing, and asked beyond it."""

from typing import Any

import pytest

from madoguchi.engines.forms import PaperCheck, compare_paper
from tests.engines.forms.samples import question, small, words

GROUP = {"min": 1, "max": 3, "item": words("子"), "fields": {"name": question("text"), "born_on": question("date")}}
FIELDS = {
    "applicant.name": question("text"),
    "applicant.age": question("integer", calculate=1),
    "account": question("text", paper=["p9"]),
    "children": question("group", group=GROUP),
}
ITEMS = [
    {"id": "p1", "ja": "氏名", "field": "applicant.name"},
    {"id": "p2", "ja": "児童", "field": "children"},
    {"id": "p9", "ja": "口座"},
]


def check(items: Any = ITEMS, documents: Any = (), fees: Any = (), **paper: Any) -> PaperCheck:
    return compare_paper(small(FIELDS), documents, fees, {"items": items, **paper})


def test_a_form_equal_to_its_paper() -> None:
    found = check(seals=1)
    assert [(item.id, item.field, item.state) for item in found.items] == [
        ("p1", "applicant.name", "answered"),
        ("p2", "children", "answered"),
        ("p9", "account", "answered"),
    ]
    assert (found.equal, found.differences, found.extra_online, found.seals) == (True, 0, (), 1)


def test_an_item_that_no_question_answers_is_missing() -> None:
    found = check([*ITEMS, {"id": "p3", "ja": "続柄", "field": "gone"}, {"id": "p4", "ja": "性別"}])
    assert [item.state for item in found.items[3:]] == ["missing", "missing"]
    assert (found.equal, found.differences) == (False, 2)


def test_an_item_dropped_with_a_reason_is_no_difference() -> None:
    found = check([*ITEMS, {"id": "p3", "ja": "押印", "dropped": {"ja": "押印を求めません"}}])
    assert (found.items[3].state, found.items[3].reason, found.equal) == ("dropped", "押印を求めません", True)


def test_a_question_that_paper_does_not_ask_is_extra() -> None:
    found = check([item for item in ITEMS if item["id"] != "p1"])
    assert (found.extra_online, found.differences) == (("applicant.name",), 1)
    assert check(ITEMS[:2]).extra_online == ("account",)


@pytest.mark.parametrize("written", ["children.name", "children[].name"])
def test_items_may_name_a_question_inside_a_group(written: str) -> None:
    found = check([ITEMS[0], {"id": "p2", "ja": "児童の氏名", "field": written}, ITEMS[2]])
    assert (found.items[1].state, found.extra_online) == ("answered", ("children.born_on",))


def test_documents_are_compared_both_ways() -> None:
    documents = [
        {"id": "a"},
        {"id": "b", "required": {"field": "account", "known": True}},
        {"id": "c", "required": False},
    ]
    found = compare_paper(small(FIELDS), documents, [], {"items": ITEMS, "documents": ["a", "d"]})
    assert (found.documents_missing, found.documents_extra, found.differences) == (("d",), ("b",), 2)


@pytest.mark.parametrize(
    ("fees", "paper_yen", "difference"),
    [
        ([], 0, 0),
        ([], 300, -300),
        ([{"yen": 300}], 300, 0),
        ([{"yen": 300}], 0, 300),
        ([{"yen": 300}, {"yen": 200, "if": {"field": "account", "known": True}}], 500, 0),
        ([{"yen": 300}, {"yen": 200, "if": {"field": "account", "known": True}}], 600, -100),
        ([{"yen": 300}, {"yen": 200, "if": {"field": "account", "known": True}}], 200, 100),
    ],
)
def test_fees(fees: Any, paper_yen: int, difference: int) -> None:
    found = check(fees=fees, fee_yen=paper_yen)
    assert (found.fee_difference, found.equal) == (difference, difference == 0)


def test_an_empty_paper_record_covers_nothing() -> None:
    found = compare_paper(small(FIELDS), [], [], {})
    assert set(found.extra_online) == {"applicant.name", "account", "children.name", "children.born_on"}
