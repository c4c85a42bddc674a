"""What is shown, what counts as an answer, and the way through the pages."""

from typing import Any

import pytest

from madoguchi.engines.forms import (
    calculated,
    first_incomplete,
    next_page,
    pages_shown,
    shown_in,
    visible,
)
from tests.engines.forms.samples import TODAY, complete, question, sample, small, words


def test_without_answers_only_unconditional_questions_are_shown() -> None:
    shown = visible(sample(), {}, today=TODAY)
    assert shown[:3] == ("applicant.name", "applicant.kana", "applicant.born_on")
    assert not {"employer", "public_servant", "income"} & set(shown)
    assert shown[-4:] == ("children", "child_count", "child_total", "proof")


def test_answers_open_and_close_questions_and_pages() -> None:
    form = sample()
    assert "employer" in visible(form, {"status": "employed"}, today=TODAY)
    assert "employer" not in visible(form, {"status": "self"}, today=TODAY)
    assert [page.id for page in pages_shown(form, {}, today=TODAY)] == ["applicant", "children"]
    answers = {"status": "self", "public_servant": False}
    assert [page.id for page in pages_shown(form, answers, today=TODAY)] == ["applicant", "money", "children"]


def test_a_question_behind_a_hidden_question_is_hidden_whatever_was_answered_before() -> None:
    answers = {"status": "none", "public_servant": False, "income": 5_000, "rooms": 2}
    assert not {"public_servant", "income", "rooms"} & set(visible(sample(), answers, today=TODAY))
    assert calculated(sample(), answers, today=TODAY) == {"status": "none"}


def test_shown_on_one_page_and_in_one_item() -> None:
    form, answers = sample(), complete()
    assert shown_in(form, "money", answers, today=TODAY)[0] == "income"
    assert "school" in shown_in(form, "children", answers, today=TODAY, item=("children", 0))
    assert "school" not in shown_in(form, "children", answers, today=TODAY, item=("children", 1))
    assert shown_in(form, "children", answers, today=TODAY, item=("children", 9))[0] == "name"
    with pytest.raises(KeyError):
        shown_in(form, "nowhere", answers, today=TODAY)
    with pytest.raises(KeyError):
        shown_in(form, "money", answers, today=TODAY, item=("children", 0))


def test_calculations_are_filled_and_never_taken_from_the_person() -> None:
    answers = {**complete(), "child_count": 99, "child_total": "a lot"}
    answers["children"][0]["age"] = 99
    result = calculated(sample(), answers, today=TODAY)
    assert (result["child_count"], result["child_total"]) == (2, 12_000)
    assert [child["age"] for child in result["children"]] == [11, 2]


def test_a_calculation_without_its_inputs_has_no_value() -> None:
    assert "child_total" not in calculated(sample(), {"children": [{"name": "x"}]}, today=TODAY)
    fields = {"a": question("integer"), "b": question("text", calculate={"field": "a"})}
    assert calculated(small(fields), {"a": 1}, today=TODAY) == {"a": 1}


def test_calculations_build_on_each_other_in_any_order() -> None:
    fields = {
        "c": question("yen", calculate={"product": [{"field": "b"}, 2]}),
        "b": question("yen", calculate={"sum": [{"field": "a"}, 1]}),
        "a": question("yen"),
    }
    assert calculated(small(fields), {"a": 4}, today=TODAY) == {"a": 4, "b": 5, "c": 10}


def test_hidden_inner_answers_leave_the_item() -> None:
    answers = {"children": [{"name": "x", "born_on": "2024-01-01", "school": "第一小"}]}
    (child,) = calculated(sample(), answers, today=TODAY)["children"]
    assert child == {"name": "x", "born_on": "2024-01-01", "age": 2}


def test_empty_answers_are_no_answers() -> None:
    assert calculated(sample(), {"applicant.name": "", "reasons": [], "proof": []}, today=TODAY) == {}


def test_foreign_keys_stay_for_the_check_to_find() -> None:
    assert calculated(sample(), {"foreign": 1}, today=TODAY) == {"foreign": 1}


def test_a_condition_may_look_at_a_later_page() -> None:
    fields = {"a": question("text", show_if={"field": "b", "is": True}), "b": question("yes_no")}
    form = small(
        fields,
        {"id": "one", "title": words("1"), "fields": ["a"]},
        {"id": "two", "title": words("2"), "fields": ["b"]},
    )
    assert visible(form, {"b": True}, today=TODAY) == ("a", "b")
    assert [page.id for page in pages_shown(form, {}, today=TODAY)] == ["two"]


def test_the_way_through_the_pages() -> None:
    form, answers = sample(), complete()
    following = next_page(form, "applicant", answers, today=TODAY)
    assert following is not None
    assert following.id == "money"
    skipped = next_page(form, "applicant", {"status": "none"}, today=TODAY)
    assert skipped is not None
    assert skipped.id == "children"
    assert next_page(form, "children", answers, today=TODAY) is None
    with pytest.raises(KeyError):
        next_page(form, "nowhere", answers, today=TODAY)


def test_the_first_page_that_is_not_complete() -> None:
    form, answers = sample(), complete()
    assert first_incomplete(form, answers, today=TODAY) is None
    del answers["income"]
    stop = first_incomplete(form, answers, today=TODAY)
    assert stop is not None
    assert stop.id == "money"
    assert first_incomplete(form, {}, today=TODAY) == form.pages[0]


@pytest.mark.parametrize("children", ["x", 3, {"a": 1}, [3], [None], [[1]], [{"name": {"deep": []}}]])
def test_groups_of_wrong_shape_break_nothing(children: Any) -> None:
    answers = {**complete(), "children": children}
    assert "children" in visible(sample(), answers, today=TODAY)
    assert calculated(sample(), answers, today=TODAY)["children"]
