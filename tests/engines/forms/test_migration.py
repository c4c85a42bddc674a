"""Drafts survive a new version of their form."""

from typing import Any

import pytest

from madoguchi.engines.forms import Migration, migrate
from tests.engines.forms.samples import TODAY, complete, options, question, sample, small, words


def moved(old: dict[str, Any], new: dict[str, Any], value: Any) -> Migration:
    return migrate({"x": value}, small({"x": old}), small({"x": new}), today=TODAY)


def test_a_complete_draft_keeps_all_of_its_answers() -> None:
    found = migrate(complete(), sample(), sample(), today=TODAY)
    assert found.dropped == ()
    assert found.to_ask == ()
    assert set(complete()) <= set(found.answers)
    assert "children[0].school" in found.kept


def test_a_question_that_is_gone_is_told_and_a_new_one_is_asked() -> None:
    old, new = (
        small({"a": question("text"), "b": question("text")}),
        small({"b": question("text"), "c": question("text")}),
    )
    found = migrate({"a": "1", "b": "2"}, old, new, today=TODAY)
    assert (found.answers, found.kept) == ({"b": "2"}, ("b",))
    assert (found.dropped, found.to_ask) == ((("a", "removed"),), ("c",))


def test_what_was_missing_before_is_not_blamed_on_the_new_version() -> None:
    form = small({"a": question("text"), "b": question("text")})
    assert migrate({"a": "1"}, form, form, today=TODAY).to_ask == ()


@pytest.mark.parametrize(
    ("old", "new", "value", "expected", "reason"),
    [
        (question("text"), question("longtext"), "x", "x", None),
        (question("integer"), question("yen"), 5, 5, None),
        (question("integer"), question("text"), 5, "5", None),
        (question("integer"), question("decimal"), 5, "5", None),
        (question("text"), question("integer"), "5", None, "kind"),
        (question("text"), question("date"), "soon", None, "kind"),
        (question("yes_no"), question("text"), True, None, "kind"),
        (question("choice", options=options("a", "b")), question("choice", options=options("a")), "b", None, "option"),
        (question("choice", options=options("a")), question("choices", options=options("a")), "a", ["a"], None),
        (question("choices", options=options("a")), question("choice", options=options("a")), ["a"], "a", None),
        (
            question("choices", options=options("a", "b")),
            question("choice", options=options("a", "b")),
            ["a", "b"],
            None,
            "kind",
        ),
        (
            question("choices", options=options("a", "b")),
            question("choices", options=options("a")),
            ["a", "b"],
            ["a"],
            "option",
        ),
        (question("text"), question("choice", options=options("a")), "a", "a", None),
        (question("yes_no"), question("choice", options=options("a")), True, None, "kind"),
    ],
)
def test_kinds_that_change(old: Any, new: Any, value: Any, expected: Any, reason: str | None) -> None:
    found = moved(old, new, value)
    assert found.answers.get("x") == expected
    assert found.dropped == (() if reason is None else (("x", reason),))


def test_an_answer_beyond_a_new_limit_stays_to_be_corrected() -> None:
    found = moved(question("text"), question("text", schema={"maxLength": 2}), "abc")
    assert (found.answers, found.dropped, found.to_ask) == ({"x": "abc"}, (), ("x",))


def test_an_answer_no_longer_asked_in_this_case_is_dropped() -> None:
    old = small({"a": question("yes_no"), "b": question("text")})
    new = small({"a": question("yes_no"), "b": question("text", show_if={"field": "a", "is": True})})
    found = migrate({"a": False, "b": "x"}, old, new, today=TODAY)
    assert (found.answers, found.dropped) == ({"a": False}, (("b", "hidden"),))


def group(**fields: Any) -> dict[str, Any]:
    return question("group", group={"min": 1, "max": 3, "item": words("x"), "fields": fields})


def test_items_of_groups_move_question_by_question() -> None:
    old = group(name=question("text"), sex=question("choice", options=options("f", "m")), note=question("text"))
    new = group(name=question("text"), sex=question("choice", options=options("f")), born=question("date"))
    found = moved(old, new, [{"name": "一", "sex": "m", "note": "n"}, {"name": "二", "sex": "f", "note": "n"}])
    assert found.answers == {"x": [{"name": "一"}, {"name": "二", "sex": "f"}]}
    assert set(found.dropped) == {("x[0].sex", "option"), ("x[0].note", "removed"), ("x[1].note", "removed")}
    assert found.kept == ("x[0].name", "x[1].name", "x[1].sex")
    assert set(found.to_ask) == {"x[0].sex", "x[0].born", "x[1].born"}


def test_a_single_question_that_became_a_group_is_asked_again() -> None:
    found = moved(question("text"), group(name=question("text")), "x")
    assert (found.answers, found.dropped, found.to_ask) == ({"x": []}, (("x", "kind"),), ("x",))


def test_what_is_calculated_now_is_neither_kept_nor_lost() -> None:
    old = small({"a": question("integer"), "b": question("integer")})
    new = small({"a": question("integer"), "b": question("integer", calculate={"sum": [{"field": "a"}, 1]})})
    found = migrate({"a": 1, "b": 9}, old, new, today=TODAY)
    assert (found.answers, found.dropped) == ({"a": 1, "b": 2}, ())
