"""Problems of answers: kinds, sizes, required, groups, rules."""

from typing import Any

import pytest

from madoguchi.engines.forms import Problem, calculated, page_problems, problems_of
from tests.engines.forms.samples import TODAY, complete, options, question, sample, small, words


def codes(answers: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in problems_of(sample(), answers, today=TODAY)]


def test_complete_answers_have_no_problem() -> None:
    assert codes(complete()) == []


def test_an_empty_form_asks_for_what_is_required() -> None:
    assert codes({}) == [
        ("applicant.name", "required"),
        ("applicant.born_on", "required"),
        ("status", "required"),
        ("children", "required"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (question("text"), 3, "type"),
        (question("text"), ["x"], "type"),
        (question("text"), "x" * 10_001, "too_long"),
        (question("text", schema={"maxLength": 3}), "abcd", "too_long"),
        (question("text", schema={"minLength": 3}), "ab", "too_short"),
        (question("text", schema={"pattern": "^[0-9]+$"}), "12a", "pattern"),
        (question("text"), "a\x00b", "pattern"),
        (question("text"), "a\nb", "pattern"),
        (question("text"), "a\u202eb", "pattern"),
        (question("longtext"), "a\nb", None),
        (question("longtext"), "a\x07b", "pattern"),
        (question("kana"), "トウキョウ ハナコ", None),
        (question("kana"), "ヴァイオレット・エヴァ", None),
        (question("kana"), "とうきょう", "kana"),
        (question("kana"), " トウ", "kana"),
        (question("date"), "2026-02-28", None),
        (question("date"), "2026-02-29", "date"),
        (question("date"), "2026-2-28", "date"),
        (question("date"), "0026-02-28", "date"),
        (question("date"), "20260228", "date"),
        (question("date"), 20260228, "type"),
        (question("month"), "2026-04", None),
        (question("month"), "2026-13", "date"),
        (question("time"), "23:59", None),
        (question("time"), "24:00", "type"),
        (question("integer"), -5, None),
        (question("integer"), True, "type"),
        (question("integer"), "5", "type"),
        (question("integer"), 5.0, "type"),
        (question("integer"), 2**53, "range_high"),
        (question("integer", schema={"minimum": 1}), 0, "range_low"),
        (question("integer", schema={"maximum": 1}), 2, "range_high"),
        (question("integer", schema={"multipleOf": 5}), 12, "pattern"),
        (question("yen"), -1, "range_low"),
        (question("yen"), 0, None),
        (question("decimal"), "12.5", None),
        (question("decimal"), 12, "type"),
        (question("decimal"), "012.5", "type"),
        (question("decimal"), "1e5", "type"),
        (question("decimal", schema={"maximum": 12}), "12.5", "range_high"),
        (question("choice", options=options("a")), "a", None),
        (question("choice", options=options("a")), "b", "option"),
        (question("choice", options=options("a")), ["a"], "type"),
        (question("choices", options=options("a", "b")), ["b", "a"], None),
        (question("choices", options=options("a")), ["a", "a"], "option"),
        (question("choices", options=options("a")), ["b"], "option"),
        (question("choices", options=options("a")), "a", "type"),
        (question("choices", options=options("a", "b"), schema={"maxItems": 1}), ["a", "b"], "items_max"),
        (question("choices", options=options("a", "b"), schema={"minItems": 2}), ["a"], "items_min"),
        (question("yes_no"), False, None),
        (question("yes_no"), "yes", "type"),
        (question("yes_no"), 1, "type"),
        (question("postal_code"), "163-8001", None),
        (question("postal_code"), "1638001", "postal_code"),
        (question("phone"), "03-5321-1111", None),
        (question("phone"), "09012345678", None),
        (question("phone"), "+81-3-5321-1111", None),
        (question("phone"), "03-5321-111", "phone"),
        (question("phone"), "1234567890", "phone"),
        (question("email"), "hanako@example.jp", None),
        (question("email"), "hanako@example", "email"),
        (question("email"), "hana ko@example.jp", "email"),
        (question("email"), f"{'a' * 60}@{'b' * 200}.jp", "too_long"),
        (question("file"), ["f1", "f2"], None),
        (question("file"), [""], "type"),
        (question("file"), ["x"] * 2, "option"),
        (question("file"), [str(i) for i in range(201)], "items_max"),
        (question("file"), "f1", "type"),
    ],
)
def test_one_answer_of_each_kind(field: dict[str, Any], value: Any, code: str | None) -> None:
    found = problems_of(small({"x": field}), {"x": value}, today=TODAY)
    assert [(problem.path, problem.code) for problem in found] == ([] if code is None else [("x", code)])


def test_problems_carry_the_numbers_for_the_sentence() -> None:
    form = small({"x": question("text", schema={"maxLength": 3}), "n": question("integer", schema={"minimum": 2})})
    assert problems_of(form, {"x": "abcd", "n": 1}, today=TODAY) == (
        Problem("x", "too_long", {"max": 3, "length": 4}),
        Problem("n", "range_low", {"min": 2}),
    )


def test_keys_that_are_no_question_are_refused() -> None:
    answers = {**complete(), "is_admin": True}
    answers["children"][0]["__proto__"] = {"a": 1}
    assert codes(answers) == [("is_admin", "unknown_field"), ("children[0].__proto__", "unknown_field")]


def test_hidden_questions_are_no_problem_whatever_they_hold() -> None:
    answers = {**complete(), "status": "none", "employer": 3, "income": "wrong"}
    assert codes(answers) == []


def test_required_may_depend_on_other_answers() -> None:
    answers = complete()
    del answers["income"]
    assert ("income", "required") in codes(answers)
    answers["status"] = "employed"
    answers["employer"] = "都庁"
    assert ("income", "required") not in codes(answers)


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ([], [("children", "required")]),
        ("x", [("children", "type")]),
        ([{}] * 5, [("children", "items_max")]),
        ([{"name": "x"}], [("children[0].born_on", "required")]),
        (["x"], [("children[0]", "type")]),
        ([{"name": 3, "born_on": "2024-01-01"}], [("children[0].name", "type")]),
        ([{"name": "x", "born_on": "2015-01-01"}], [("children[0].school", "required")]),
        ([{"name": "x", "born_on": "2027-01-01"}], [("children[0].born_on", "rule")]),
    ],
)
def test_groups(children: Any, expected: list[tuple[str, str]]) -> None:
    assert codes({**complete(), "children": children}) == expected


def test_a_group_may_be_empty_when_it_is_not_required() -> None:
    group = {"min": 2, "max": 3, "item": words("x"), "fields": {"a": question("text")}}
    form = small({"g": question("group", group=group, required=False)})
    assert problems_of(form, {}, today=TODAY) == ()
    assert problems_of(form, {"g": []}, today=TODAY) == ()
    assert [p.code for p in problems_of(form, {"g": [{"a": "x"}]}, today=TODAY)] == ["items_min"]


def test_a_broken_rule_tells_its_words_where_it_stands() -> None:
    answers = {**complete(), "applicant.born_on": "2010-01-01"}
    (problem,) = problems_of(sample(), answers, today=TODAY)
    assert (problem.path, problem.code, problem.params["message"]["ja"]) == (
        *("applicant.born_on", "rule", "18歳から申請できます"),
    )


def test_a_rule_waits_for_its_answers() -> None:
    rule = {"id": "r", "check": {"field": "a", "is": "x"}, "at": "a", "message": words("x")}
    form = small({"a": question("text", required=False)}, rules=[rule])
    assert problems_of(form, {}, today=TODAY) == ()
    assert [p.code for p in problems_of(form, {"a": "y"}, today=TODAY)] == ["rule"]


def test_a_rule_sleeps_while_the_question_where_it_is_told_is_hidden() -> None:
    rule = {"id": "r", "check": {"field": "a", "is": "x"}, "at": "b", "message": words("x")}
    fields = {"a": question("text"), "b": question("text", required=False, show_if={"field": "a", "is": "y"})}
    form = small(fields, rules=[rule])
    assert problems_of(form, {"a": "z"}, today=TODAY) == ()
    assert [(p.path, p.code) for p in problems_of(form, {"a": "y"}, today=TODAY)] == [("b", "rule")]


def test_a_rule_of_items_sleeps_in_the_items_that_hide_its_question() -> None:
    fields = {"a": question("text"), "b": question("text", required=False, show_if={"field": "./a", "is": "y"})}
    group = question("group", group={"min": 1, "max": 3, "item": words("x"), "fields": fields})
    rule = {"id": "r", "check": {"field": "./a", "is": "x"}, "at": "g[].b", "message": words("x")}
    form = small({"g": group}, rules=[rule])
    found = problems_of(form, {"g": [{"a": "z"}, {"a": "y"}, {"a": "x"}]}, today=TODAY)
    assert [(p.path, p.code) for p in found] == [("g[1].b", "rule")]


def test_one_page_tells_only_its_own_problems() -> None:
    found = page_problems(sample(), "children", {}, today=TODAY)
    assert [(problem.path, problem.code) for problem in found] == [("children", "required")]
    with pytest.raises(KeyError):
        page_problems(sample(), "nowhere", {}, today=TODAY)


def test_the_list_of_problems_has_an_end() -> None:
    assert len(problems_of(sample(), {f"k{i}": i for i in range(5_000)}, today=TODAY)) == 500


def test_an_empty_text_in_the_place_of_items_is_no_answer() -> None:
    given = {**complete(), "children": ""}
    assert codes(given) == [("children", "required")]
    assert "children" not in calculated(sample(), given, today=TODAY)
