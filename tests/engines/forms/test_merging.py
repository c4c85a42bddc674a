"""Conversations over several forms: one question once, and each form keeps its meaning."""

from typing import Any

import pytest

from madoguchi.engines.forms import (
    Form,
    FormError,
    merge,
    page_problems,
    pages_shown,
    problems_of,
    project,
    read_form,
    visible,
)
from tests.engines.forms.samples import BANK, TODAY, options, question, words


def form(id: str, *fields: Any, rules: Any = (), bank: dict[str, Any] | None = None, **page: Any) -> Form:
    pages = [{"id": "main", "title": words(id), "fields": list(fields), **page}]
    return read_form({"id": id, "version": 1, "form": {"pages": pages, "rules": list(rules)}}, {**BANK, **(bank or {})})


def paths(form_: Form, answers: dict[str, Any]) -> set[str]:
    return {problem.path for problem in problems_of(form_, answers, today=TODAY)}


def test_each_question_is_asked_once_where_it_stands_first() -> None:
    birth = form("birth", "applicant.name", "applicant.born_on")
    aid = form("aid", "applicant.born_on", "income")
    conversation = merge([birth, aid], id="both")
    assert [(page.id, page.fields) for page in conversation.form.pages] == [
        ("birth-main", ("applicant.name", "applicant.born_on")),
        ("aid-main", ("income",)),
    ]
    assert conversation.uses == {
        "applicant.name": ("birth",),
        "applicant.born_on": ("birth", "aid"),
        "income": ("aid",),
    }
    assert conversation.pages == {"birth-main": ("birth", "aid"), "aid-main": ("aid",)}


def test_a_page_whose_questions_were_all_asked_disappears() -> None:
    conversation = merge([form("a", "status", "income"), form("b", "income")], id="both")
    assert [page.id for page in conversation.form.pages] == ["a-main"]


def test_the_first_page_asks_what_decides() -> None:
    members = [form("a", "applicant.name", "status"), form("b", "income")]
    conversation = merge(members, id="both", first=["income", "status", "nowhere", "income"], first_title=words("先に"))
    first, rest = conversation.form.pages
    assert (first.id, first.fields, first.title["ja"]) == ("ask_first", ("income", "status"), "先に")
    assert rest.fields == ("applicant.name",)


def test_required_when_any_form_requires_it() -> None:
    loose, strict = form("a", {"use": "income", "required": False}), form("b", "income")
    assert paths(merge([loose], id="x").form, {}) == set()
    assert paths(merge([loose, strict], id="x").form, {}) == {"income"}


def test_required_only_while_the_form_that_requires_it_shows_it() -> None:
    always = form("a", "status", {"use": "income", "required": False})
    sometimes = form("b", "status", {"use": "income", "show_if": {"field": "status", "is": "self"}})
    both = merge([always, sometimes], id="x").form
    assert paths(both, {"status": "none"}) == set()
    assert paths(both, {"status": "self"}) == {"income"}
    assert "income" in visible(both, {"status": "none"}, today=TODAY)


def test_shown_when_any_form_shows_it() -> None:
    one = form("a", "status", {"use": "income", "show_if": {"field": "status", "is": "self"}})
    two = form("b", "status", {"use": "income", "show_if": {"field": "status", "is": "employed"}})
    both = merge([one, two], id="x").form
    shown = {value: "income" in visible(both, {"status": value}, today=TODAY) for value in ("self", "employed", "none")}
    assert shown == {"self": True, "employed": True, "none": False}


def test_a_question_hidden_in_a_form_is_unanswered_to_it_even_where_another_asks_it() -> None:
    """Form b asks for the employer only after it has asked for the income; form a asks for the income of everybody."""
    everybody = form("a", "income")
    narrow = form(
        "b",
        "status",
        {"use": "income", "show_if": {"field": "status", "is": "self"}},
        {"use": "employer", "show_if": {"field": "income", "at_least": 1}},
        {"use": "rooms", "show_if": {"field": "income", "known": False}},
    )
    conversation = merge([everybody, narrow], id="x")
    answers = {"status": "none", "income": 5}
    assert visible(conversation.form, answers, today=TODAY) == ("income", "status", "rooms")
    assert visible(narrow, project(conversation, narrow, answers), today=TODAY) == ("status", "rooms")
    assert "employer" in visible(conversation.form, {"status": "self", "income": 5}, today=TODAY)


def test_conditions_of_pages_go_with_their_questions() -> None:
    first = form("a", "status")
    second = form("b", "status", "income", bank=None)
    paged = read_form(
        {
            "id": "c",
            "version": 1,
            "form": {
                "pages": [
                    {"id": "p", "title": words("p"), "fields": ["status"]},
                    {"id": "q", "title": words("q"), "fields": ["rooms"], "show_if": {"field": "status", "is": "self"}},
                ]
            },
        },
        BANK,
    )
    both = merge([first, second, paged], id="x").form
    assert [page.id for page in pages_shown(both, {"status": "none"}, today=TODAY)] == ["a-main", "b-main"]
    assert [page.id for page in pages_shown(both, {"status": "self"}, today=TODAY)] == ["a-main", "b-main", "c-q"]


def test_rules_of_all_forms_hold_and_equal_ones_are_told_once() -> None:
    adult = {
        "id": "adult",
        "check": {"age": "applicant.born_on", "on": "today", "at_least": 18},
        "at": "applicant.born_on",
        "message": words("18歳から"),
    }
    rich = {"id": "rich", "check": {"field": "income", "at_most": 10}, "at": "income", "message": words("10円まで")}
    one, two = (
        form("a", "applicant.born_on", rules=[adult]),
        form("b", "applicant.born_on", "income", rules=[adult, rich]),
    )
    both = merge([one, two], id="x").form
    assert [rule.id for rule in both.rules] == ["a/adult", "b/rich"]
    found = problems_of(both, {"applicant.born_on": "2020-01-01", "income": 11}, today=TODAY)
    assert [(problem.path, problem.code) for problem in found] == [("applicant.born_on", "rule"), ("income", "rule")]
    assert len(page_problems(both, "b-main", {"income": 11}, today=TODAY)) == 1


def test_a_rule_sleeps_while_its_own_form_hides_the_question() -> None:
    rule = {"id": "r", "check": {"field": "income", "at_most": 10}, "at": "income", "message": words("x")}
    hides = form("a", "status", {"use": "income", "show_if": {"field": "status", "is": "self"}}, rules=[rule])
    both = merge([hides, form("b", "income")], id="x").form
    assert paths(both, {"status": "none", "income": 11}) == set()
    assert paths(both, {"status": "self", "income": 11}) == {"income"}


def test_what_one_form_calculates_and_another_asks_is_asked() -> None:
    calculates = form("a", "rooms", {"use": "income", "calculate": {"product": [{"field": "rooms"}, 100]}})
    both = merge([calculates, form("b", "income")], id="x")
    assert both.form.fields["income"].calculate is None
    answers = {"rooms": 2, "income": 7}
    assert paths(both.form, answers) == set()
    assert merge([calculates], id="y").form.fields["income"].calculate is not None


def test_a_rule_over_other_answers_sleeps_with_the_question_where_it_is_told() -> None:
    rule = {"id": "r", "check": {"field": "rooms", "at_most": 3}, "at": "income", "message": words("x")}
    hides = form("a", "status", "rooms", {"use": "income", "show_if": {"field": "status", "is": "self"}}, rules=[rule])
    both = merge([hides, form("b", "income")], id="x").form
    assert paths(both, {"status": "none", "income": 1, "rooms": 4}) == set()
    assert paths(both, {"status": "self", "income": 1, "rooms": 4}) == {"income"}


def test_a_form_that_calculates_does_not_make_the_others_ask_more_and_keeps_to_its_own_value() -> None:
    calculates = form(
        "a",
        "rooms",
        {"use": "income", "calculate": {"product": [{"field": "rooms"}, 100]}},
        {"use": "employer", "show_if": {"field": "income", "at_least": 200}},
    )
    asks = form("b", "status", {"use": "income", "show_if": {"field": "status", "is": "self"}})
    both = merge([calculates, asks], id="x").form
    assert visible(both, {"rooms": 1, "status": "none"}, today=TODAY) == ("rooms", "status")
    assert visible(both, {"rooms": 1, "status": "self", "income": 999}, today=TODAY) == ("rooms", "income", "status")
    assert "employer" in visible(both, {"rooms": 2, "status": "self", "income": 1}, today=TODAY)


def test_limits_of_both_forms_hold() -> None:
    wide = {
        "x": question("integer", schema={"minimum": 0, "maximum": 9}),
        "c": question("choice", options=options("a", "b")),
    }
    narrow = {"x": question("integer", schema={"minimum": 2}), "c": question("choice", options=options("b"))}
    both = merge([form("a", "x", "c", bank=wide), form("b", "x", "c", bank=narrow)], id="z").form
    assert both.fields["x"].schema == {"minimum": 2, "maximum": 9}
    assert [option.value for option in both.fields["c"].options] == ["b"]


def test_groups_are_merged_question_by_question() -> None:
    def kids(**fields: Any) -> dict[str, Any]:
        group = {
            "min": 1,
            "max": 3,
            "item": words("子"),
            "each": "child",
            "fields": {"name": question("text"), **fields},
        }
        return {"kids": question("group", group=group)}

    one = form("a", "kids", bank=kids(school=question("text", required=False)))
    two = form("b", "status", "kids", bank=kids(born=question("date"), school=question("text")))
    both = merge([one, two], id="x").form
    assert paths(both, {"status": "none", "kids": [{"name": "x"}]}) == {"kids[0].born", "kids[0].school"}
    same = merge([form("a", "kids", bank=kids()), form("b", "kids", bank=kids())], id="x").form
    assert paths(same, {"kids": [{"name": "x"}]}) == set()


def test_one_key_for_different_questions_is_refused() -> None:
    with pytest.raises(FormError, match="different kinds"):
        merge([form("a", "x", bank={"x": question("text")}), form("b", "x", bank={"x": question("date")})], id="z")


def test_forms_that_wait_for_each_other_are_refused() -> None:
    rooms = {"field": "rooms", "is": 1}
    one = form(
        "a",
        "rooms",
        {"use": "status", "show_if": rooms},
        {"use": "income", "show_if": {"field": "status", "is": "self"}},
    )
    two = form(
        "b",
        "rooms",
        {"use": "income", "show_if": rooms},
        {"use": "status", "show_if": {"field": "income", "at_least": 1}},
    )
    with pytest.raises(FormError, match=r"wait for each other: (income → status|status → income)"):
        merge([one, two], id="x")
    always = merge([one, two, form("c", "status")], id="x").form
    assert visible(always, {"rooms": 2}, today=TODAY) == ("rooms", "status")


def test_pages_of_the_same_name_stay_apart() -> None:
    one = read_form(
        {"id": "a-b", "version": 1, "form": {"pages": [{"id": "c", "title": words("x"), "fields": ["status"]}]}}, BANK
    )
    two = read_form(
        {"id": "a", "version": 1, "form": {"pages": [{"id": "b-c", "title": words("x"), "fields": ["rooms"]}]}}, BANK
    )
    assert [page.id for page in merge([one, two], id="z").form.pages] == ["a-b-c", "a-b-c-2"]


def test_a_projection_holds_only_the_keys_of_its_form() -> None:
    one, two = form("a", "status"), form("b", "income")
    conversation = merge([one, two], id="x")
    answers = {"status": "none", "income": 1, "foreign": 2}
    assert project(conversation, one, answers) == {"status": "none"}
    assert project(conversation, two, answers) == {"income": 1}


def test_nothing_to_merge_is_an_empty_conversation() -> None:
    assert merge([], id="none").form.pages == ()
