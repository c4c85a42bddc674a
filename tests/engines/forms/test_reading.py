"""Reading forms: what comes out, and every defect with its place."""

import copy
from typing import Any

import pytest

from madoguchi.engines.forms import TRUE, FormError, Kind, read_form
from madoguchi.engines.forms.checks import unknown_keys
from madoguchi.engines.forms.language.reading import read_condition
from tests.engines.forms.samples import BANK, PAGES, options, question, record, sample, words


def test_the_sample_form_is_read_in_order() -> None:
    form = sample()
    assert [page.id for page in form.pages] == ["applicant", "money", "children"]
    assert list(form.fields)[:2] == ["applicant.name", "applicant.kana"]
    assert {field.kind for field in form.fields.values()} == set(Kind)
    name = form.fields["applicant.name"]
    assert (name.required, name.attribute, name.seconds, name.about) == (TRUE, "氏名", 12, "applicant")
    group = form.fields["children"].group
    assert group is not None
    assert (group.min, group.max, group.each) == (1, 4, "child")


def test_a_page_changes_words_and_conditions_but_not_the_kind() -> None:
    changed = {"use": "applicant.name", "label": words("届出人"), "required": False, "paper": "p1"}
    form = read_form({"id": "a", "version": 2, "form": {"pages": [page("p", [changed])]}}, BANK)
    field = form.fields["applicant.name"]
    assert (field.label["ja"], field.paper, field.kind) == ("届出人", ("p1",), Kind.TEXT)
    assert field.required != TRUE


def page(name: str, fields: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": words(name), "fields": fields, **more}


def defects(pages: Any, bank: dict[str, Any] | None = None, rules: Any = ()) -> str:
    with pytest.raises(FormError) as caught:
        read_form({"id": "f", "version": 1, "form": {"pages": pages, "rules": list(rules)}}, {**BANK, **(bank or {})})
    assert all(problem.place and problem.message and problem.remedy for problem in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ([], "the form has no page"),
        ("text", "no list"),
        ([3], "a page is a mapping"),
        ([page("p", [])], "the page asks nothing"),
        ([page("P Q", ["status"])], "no id of a page"),
        ([page("p", ["status"]), page("p", ["rooms"])], "two pages are called p"),
        ([page("p", ["nothing"])], "nothing is not in the bank"),
        ([page("p", ["status", "status"])], "status stands twice on this page"),
        ([page("p", ["status"]), page("q", ["status"])], "status stands on page p already"),
        ([page("p", [{"label": words("x")}])], "named by its key"),
        ([page("p", [{"use": "status", "requried": False}])], "requried is unknown here"),
        ([page("p", ["status"], shown_if=True)], "shown_if is unknown here"),
        ([{"id": "p", "fields": ["status"]}], "form.pages[0].title: the words are missing"),
        ([page("p", [{"use": "status", "label": {"ja": "x"}}])], "the words in en are missing"),
        ([page("p", [{"use": "status", "show_if": {"field": "gone", "is": "x"}}])], "gone is no question"),
        ([page("p", [{"use": "status", "show_if": {"field": "./x", "is": "x"}}])], "only inside a group"),
        ([page("p", ["status", {"use": "employer", "show_if": {"field": "status", "is": "boss"}}])], "no option of"),
        ([page("p", ["rooms", {"use": "employer", "show_if": {"field": "rooms", "is": "1"}}])], "never answers rooms"),
        ([page("p", ["at", {"use": "employer", "show_if": {"field": "at", "is": True}}])], "never answers at"),
        (
            [page("p", ["public_servant", {"use": "employer", "show_if": {"field": "public_servant", "is": "yes"}}])],
            "never answers public_servant",
        ),
        (
            [page("p", ["public_servant", {"use": "employer", "show_if": {"field": "public_servant", "at_least": 1}}])],
            "has no order",
        ),
        ([page("p", ["rooms", {"use": "employer", "show_if": {"age": "rooms", "at_least": 1}}])], "rooms is no date"),
        ([page("p", ["rooms", {"use": "employer", "show_if": {"count": "rooms", "is": 1}}])], "rooms is no group"),
        (
            [page("p", ["children", {"use": "income", "calculate": {"sum_of": "children", "field": "name"}}])],
            "name is no whole number of children",
        ),
        (
            [
                page(
                    "p",
                    [
                        "children",
                        {"use": "status", "show_if": {"any_item": "children", "where": {"field": "name", "is": "x"}}},
                    ],
                )
            ],
            "name is no question",
        ),
        ([page("p", [{"use": "status", "show_if": {"field": "status", "known": True}}])], "status → status"),
        (
            [
                page("p", [{"use": "employer", "show_if": {"field": "rooms", "is": 1}}]),
                page("q", [{"use": "rooms", "show_if": {"field": "employer", "known": True}}]),
            ],
            "depend on themselves: employer → rooms → employer",
        ),
        ([page("p", ["rooms"], show_if={"field": "rooms", "is": 1})], "rooms → rooms"),
        ([page("p", [{"use": "rooms", "calculate": {"sum": [{"field": "rooms"}, 1]}}])], "rooms → rooms"),
        ([page("p", [{"use": "proof", "calculate": "x"}])], "a file is not calculated"),
        ([page("p", [{"use": "status", "required": "yes"}])], "is no condition"),
    ],
)
def test_defects_of_pages(pages: Any, message: str) -> None:
    assert message in defects(pages)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (question("colour"), "'colour' is no kind"),
        ({"kind": "text"}, "the words are missing"),
        (question("choice"), "the options do not fit the kind"),
        (question("text", options=options("a")), "the options do not fit the kind"),
        (question("choice", options=options("a", "a")), "two options have the same value"),
        (question("choice", options=[{"value": 1, "label": words("1")}]), "1 is no value of an option"),
        (question("choice", options=[{"value": "a"}]), "options[0].label: the words are missing"),
        (question("choice", options="municipalities"), "the options do not fit the kind"),
        (question("text", schema={"maxLenght": 3}), "the keyword is not supported"),
        (question("text", schema={"maxLength": "3"}), "is no whole number"),
        (question("integer", schema={"minimum": 0.5}), "is no whole number"),
        (question("integer", schema={"multipleOf": 0}), "is no whole number from 1"),
        (question("text", schema={"pattern": "("}), "is no regular expression"),
        (question("text", schema={"pattern": "(a+)+$"}), "can take very long"),
        (question("text", schema="x"), "the schema is no mapping"),
        (question("text", about="neighbour"), "'neighbour' is nobody"),
        (question("text", seconds=-1), "is no whole number from 0"),
        (question("text", attribute=3), "3 is no text"),
        (question("text", paper=[3]), "no list of ids"),
        (question("group"), "the group has no questions"),
        (question("group", group={"item": words("x"), "fields": {}}), "the group has no questions"),
        (
            question("group", group={"item": words("x"), "min": 3, "max": 2, "fields": {"a": question("text")}}),
            "impossible",
        ),
        (question("group", group={"item": words("x"), "max": 201, "fields": {"a": question("text")}}), "0 to 200"),
        (question("group", group={"item": words("x"), "fields": {"a.b": question("text")}}), "'a.b' is no key"),
        (question("group", group={"item": words("x"), "fields": {"__proto__": question("text")}}), "is no key"),
        (question("group", group={"fields": {"a": question("text")}}), "group.item: the words are missing"),
        (
            question("group", group={"item": words("x"), "fields": {"a": question("group", group={"fields": {}})}}),
            "a group inside a group",
        ),
        (
            question(
                "group",
                group={
                    "item": words("x"),
                    "fields": {
                        "a": question("text", show_if={"field": "./b", "known": True}),
                        "b": question("text", show_if={"field": "./a", "known": True}),
                    },
                },
            ),
            "x[].",
        ),
        (
            question(
                "group", group={"item": words("x"), "fields": {"a": question("text", show_if={"count": "x", "is": 1})}}
            ),
            "x → x",
        ),
    ],
)
def test_defects_of_questions(field: dict[str, Any], message: str) -> None:
    assert message in defects([page("p", ["x"])], {"x": field})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"id": "r"}, "a rule needs id, check, at and message"),
        ({"id": "r", "check": True, "at": "gone", "message": words("x")}, "gone is no question"),
        ({"id": "r", "check": True, "at": "children.gone", "message": words("x")}, "children.gone is no question"),
        ({"id": "r", "check": True, "at": "status"}, "form.rules[0].message"),
        ({"id": "r", "check": {"field": "x", "is": "y"}, "at": "status", "message": words("x")}, "x is no question"),
        ({"id": "r", "check": {"field": "./name", "is": "y"}, "at": "status", "message": words("x")}, "inside a group"),
        ({"id": "r", "check": True, "at": "status", "message": words("x"), "extra": 1}, "extra is unknown"),
    ],
)
def test_defects_of_rules(rule: dict[str, Any], message: str) -> None:
    assert message in defects([page("p", ["status", "children"])], rules=[rule])


def test_two_rules_need_two_names() -> None:
    rule = {"id": "r", "check": True, "at": "status", "message": words("x")}
    assert "two rules are called r" in defects([page("p", ["status"])], rules=[rule, rule])


def test_keys_that_would_share_a_name_in_a_post_are_refused() -> None:
    bank = {"day": question("date"), "day.year": question("integer"), "children.name": question("text")}
    assert "a part of the date day" in defects([page("p", ["day", "day.year"])], bank)
    assert "the group children asks this in every item" in defects([page("p", ["children", "children.name"])], bank)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, "the form has no id"),
        ({"version": 0}, "0 is no version"),
        ({"version": True}, "True is no version"),
        ({"form": None}, "the form is missing"),
        ({"form": {"pages": PAGES, "page": []}}, "page is unknown here"),
    ],
)
def test_defects_of_the_record(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FormError, match=message):
        read_form({**record(), **change}, BANK)


def test_every_defect_is_listed_at_once() -> None:
    text = defects([page("p", ["nothing", {"use": "status", "show_if": {"field": "a"}}]), page("p", [])])
    assert text.count("\n") >= 3


def test_reading_changes_neither_record_nor_bank() -> None:
    before, bank = copy.deepcopy(record()), copy.deepcopy(BANK)
    read_form(record(), BANK)
    assert (record(), BANK) == (before, bank)


def test_keys_unknown_to_a_form_are_named() -> None:
    looked = {
        "all": [
            {"field": "status", "is": "x"},
            {"field": "gone", "is": 1},
            {"any_item": "children", "where": {"field": "./no", "is": 1}},
        ]
    }
    assert unknown_keys(sample(), read_condition(looked)) == ("children[].no", "gone")
