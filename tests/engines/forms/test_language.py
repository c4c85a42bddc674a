"""Conditions in three values, calculations in whole numbers, and the reader of both."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.forms import FormError, as_data, holds, keys_of, read_condition, read_expression, value_of
from madoguchi.engines.forms.language.ast import AllOf, AnyOf, Is, Not

TODAY = date(2026, 11, 25)
ANSWERS: dict[str, Any] = {
    "name": "花子",
    "yes": True,
    "one": 1,
    "born": "2008-11-26",
    "weight": "2.5",
    "several": ["a", "b"],
    "empty": "",
    "none": [],
    "time": "09:05",
    "children": [{"born": "2020-01-01", "yen": 100, "kind": "x"}, {"born": "2025-01-01", "yen": 50}],
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (True, True),
        (False, False),
        ({"field": "name", "is": "花子"}, True),
        ({"field": "name", "in": ["a", "花子"]}, True),
        ({"field": "name", "is": "x"}, False),
        ({"field": "yes", "is": True}, True),
        ({"field": "one", "is": True}, False),
        ({"field": "yes", "is": 1}, False),
        ({"field": "several", "is": "b"}, True),
        ({"field": "several", "in": ["c", "d"]}, False),
        ({"field": "gone", "is": "x"}, False),
        ({"not": {"field": "gone", "is": "x"}}, False),
        ({"not": {"field": "name", "is": "x"}}, True),
        ({"field": "gone", "known": False}, True),
        ({"field": "empty", "known": True}, False),
        ({"field": "none", "known": True}, False),
        ({"not": {"field": "gone", "known": True}}, True),
        ({"any": [{"field": "gone", "is": "x"}, {"field": "yes", "is": True}]}, True),
        ({"all": [{"field": "gone", "is": "x"}, {"field": "yes", "is": True}]}, False),
        ({"not": {"all": [{"field": "gone", "is": "x"}, {"field": "yes", "is": False}]}}, True),
        ({"field": "one", "at_least": 1}, True),
        ({"field": "one", "at_least": 1, "at_most": 1}, True),
        ({"field": "one", "at_most": 0}, False),
        ({"field": "weight", "at_least": 2, "at_most": 3}, True),
        ({"field": "weight", "at_least": 3}, False),
        ({"field": "name", "at_least": 1}, False),
        ({"not": {"field": "name", "at_least": 1}}, False),
        ({"field": "time", "at_most": "12:00"}, True),
        ({"field": "born", "at_most": "today"}, True),
        ({"field": "born", "at_least": "2009-01-01"}, False),
        ({"field": "born", "at_most": date(2010, 1, 1)}, True),
        ({"age": "born", "on": "today", "at_least": 18}, True),
        ({"age": "born", "on": "2026-11-24", "at_least": 18}, False),
        ({"age": "born", True: "today", "at_least": 18}, True),
        ({"age": "born", "true": "today", "is": 18}, True),
        ({"count": "children", "at_least": 2}, True),
        ({"count": "gone", "at_most": 5}, False),
        ({"any_item": "children", "where": {"age": "./born", "on": "today", "at_most": 2}}, True),
        ({"any_item": "children", "where": {"field": "./kind", "is": "y"}}, False),
        ({"not": {"any_item": "children", "where": {"field": "./yen", "at_least": 1_000}}}, True),
        ({"not": {"any_item": "children", "where": {"field": "./kind", "is": "y"}}}, False),
        ({"value": {"days": ["born", "today"]}, "at_least": 6_573}, True),
        ({"value": {"sum_of": "children", "field": "yen"}, "is": 150}, True),
        ({"days": ["2026-11-11", "today"], "at_most": 14}, True),
        ({"days": ["2026-11-10", "today"], "at_most": 14}, False),
    ],
)
def test_conditions(condition: Any, expected: bool) -> None:
    assert holds(read_condition(condition), ANSWERS, today=TODAY) is expected


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2008-11-26", "2026-11-25", 18),  # the day before the birthday
        ("2008-11-26", "2026-11-24", 17),
        ("2008-02-29", "2026-02-28", 18),  # no 29 February: the month's last day (民法143条2項)
        ("2008-02-29", "2026-02-27", 17),
        ("2008-02-29", "2028-02-28", 20),
        ("2026-11-25", "2026-11-25", 0),
        ("2008-04-01", "2015-03-31", 7),  # the reason why a child born on 1 April starts school with the older year
        ("2008-01-01", "2008-12-31", 1),
    ],
)
def test_age_in_law(born: str, on: str, years: int) -> None:
    assert value_of(read_expression({"age": born, "on": on}), {}, today=TODAY) == years


def test_nobody_has_an_age_before_birth() -> None:
    assert value_of(read_expression({"age": "2027-01-01"}), {}, today=TODAY) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (5, 5),
        ("text", "text"),
        ({"field": "one"}, 1),
        ({"field": "several"}, None),
        ({"sum": [1, {"field": "one"}]}, 2),
        ({"sum": [1, {"field": "gone"}]}, None),
        ({"sum": [1, {"field": "yes"}]}, None),
        ({"product": [3, 4, {"field": "one"}]}, 12),
        ({"minus": [10, 3]}, 7),
        ({"min": [3, {"field": "one"}]}, 1),
        ({"max": [3, {"field": "one"}]}, 3),
        ({"max": ["2026-01-01", {"field": "born"}]}, "2026-01-01"),
        ({"min": ["today", {"field": "born"}]}, "2008-11-26"),
        ({"count": "children"}, 2),
        ({"count": "none"}, 0),
        ({"count": "gone"}, None),
        ({"sum_of": "children", "field": "yen"}, 150),
        ({"sum_of": "none", "field": "yen"}, 0),
        ({"sum_of": "children", "field": "kind"}, None),
        ({"days": ["2026-11-01", "today"]}, 24),
        ({"days": ["name", "today"]}, None),
        ({"join": [{"field": "name"}, "様"], "with": " "}, "花子 様"),
        ({"join": ["today", {"field": "one"}]}, "today1"),
        ({"join": [{"field": "gone"}, "様"]}, None),
        ({"if": {"field": "yes", "is": True}, "then": 1, "else": 2}, 1),
        ({"if": {"field": "gone", "is": True}, "then": 1, "else": 2}, 2),
        ({"if": {"field": "gone", "is": True}, "then": 1}, None),
        ({"product": [2**52, 2**52]}, None),
    ],
)
def test_calculations(expression: Any, expected: Any) -> None:
    assert value_of(read_expression(expression), ANSWERS, today=TODAY) == expected


def test_a_key_of_the_same_item_needs_an_item() -> None:
    condition = read_condition({"field": "./yen", "at_least": 100})
    assert holds(condition, ANSWERS, today=TODAY, item=("children", 0))
    assert not holds(condition, ANSWERS, today=TODAY, item=("children", 1))
    assert not holds(condition, ANSWERS, today=TODAY, item=("children", 9))
    assert not holds(condition, ANSWERS, today=TODAY)


def test_groups_of_wrong_shape_are_unknown_or_empty() -> None:
    for children in (None, "x", 3, {"a": 1}):
        assert not holds(read_condition({"count": "children", "at_most": 9}), {"children": children}, today=TODAY)
    where = read_condition({"not": {"any_item": "children", "where": {"field": "./yen", "known": True}}})
    assert holds(where, {"children": ["x", 3]}, today=TODAY)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "condition"),
        ("text", "condition"),
        (None, "condition"),
        ({"field": "a"}, "condition"),
        ({"field": "a", "is": 1, "known": True}, "condition"),
        ({"field": "a", "equals": 1}, "condition"),
        ({"field": "", "is": 1}, "condition.field"),
        ({"field": "a", "is": 1.5}, "condition.is"),
        ({"field": "a", "is": None}, "condition.is"),
        ({"field": "a", "in": []}, "condition.in"),
        ({"field": "a", "in": "abc"}, "condition.in"),
        ({"field": "a", "known": 1}, "condition.known"),
        ({"all": []}, "condition.all"),
        ({"any": {"field": "a"}}, "condition.any"),
        ({"all": [True], "any": [True]}, "condition"),
        ({"any_item": "g"}, "condition"),
        ({"any_item": 3, "where": True}, "condition.any_item"),
        ({"not": {"field": "a"}}, "condition.not"),
        ({"field": "a", "at_least": {"sum": ["x"]}}, "condition.at_least.sum"),
        ({"value": {"unknown": 1}, "is": 1}, "condition.value"),
    ],
)
def test_bad_conditions_name_their_place(data: Any, place: str) -> None:
    with pytest.raises(FormError) as caught:
        read_condition(data)
    assert caught.value.problems[0].place == place
    assert caught.value.problems[0].remedy


@pytest.mark.parametrize(
    "data",
    [
        {"sum": []},
        {"sum": [True]},
        {"days": ["a"]},
        {"join": ["a"], "with": 3},
        {"if": True},
        {"plus": [1, 2]},
        {"sum_of": "g"},
        {"sum": [1], "with": ","},
        1.5,
        None,
        2**60,
        [1, 2],
    ],
)
def test_bad_calculations_are_refused(data: Any) -> None:
    with pytest.raises(FormError):
        read_expression(data)


def test_deep_nesting_is_refused_without_running_out_of_stack() -> None:
    deep: Any = True
    for _ in range(5_000):
        deep = {"not": deep}
    with pytest.raises(FormError, match="nested too deeply"):
        read_condition(deep)


def test_all_defects_are_told_at_once() -> None:
    with pytest.raises(FormError) as caught:
        read_condition({"all": [{"field": "a"}, {"field": "b", "is": 1.5}, {"nothing": 1}]})
    assert [problem.place for problem in caught.value.problems] == [
        "condition.all[0]",
        "condition.all[1].is",
        "condition.all[2]",
    ]


def test_keys_looked_at() -> None:
    condition = read_condition(
        {
            "all": [
                {"any_item": "children", "where": {"field": "./kind", "is": "x"}},
                {"value": {"sum_of": "members", "field": "yen"}, "at_least": {"field": "limit"}},
                {"age": "born", "on": "day", "at_least": 1},
                {"field": "./own", "known": True},
            ]
        }
    )
    assert keys_of(condition) == {
        *("children", "children[].kind", "members", "members[].yen", "limit", "born", "day", "./own"),
    }


LEAVES = st.one_of(
    st.booleans(),
    st.builds(lambda key, value: {"field": key, "is": value}, st.sampled_from("abc"), st.sampled_from(["x", 1, True])),
    st.builds(lambda key, known: {"field": key, "known": known}, st.sampled_from("abc"), st.booleans()),
    st.builds(lambda key, low: {"field": key, "at_least": low}, st.sampled_from("abc"), st.integers(-3, 3)),
    st.builds(lambda key: {"age": key, "on": "today", "at_most": 9}, st.sampled_from("abc")),
    st.builds(lambda parts: {"value": {"sum": parts}, "at_most": 4}, st.lists(st.integers(-3, 3), min_size=1)),
    st.just({"any_item": "g", "where": {"field": "./a", "is": "x"}}),
    st.just({"value": {"if": {"field": "a", "known": True}, "then": "x", "else": {"join": ["y"]}}, "is": "x"}),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)
VALUES = st.one_of(st.none(), st.sampled_from(["x", "y", "2020-02-29", "1.5"]), st.integers(-5, 5), st.booleans())
GIVEN = st.fixed_dictionaries(
    {"a": VALUES, "b": VALUES, "c": VALUES, "g": st.lists(st.fixed_dictionaries({"a": VALUES}), max_size=2)}
)


@given(CONDITIONS)
def test_what_is_read_is_written_back(data: Any) -> None:
    condition = read_condition(data)
    assert read_condition(as_data(condition)) == condition


@given(CONDITIONS, CONDITIONS, GIVEN)
def test_the_laws_of_de_morgan_hold_in_three_values(first: Any, second: Any, answers: dict[str, Any]) -> None:
    left, right = read_condition(first), read_condition(second)
    neither = Not(AnyOf((left, right)))
    both_not = AllOf((Not(left), Not(right)))
    assert holds(neither, answers, today=TODAY) == holds(both_not, answers, today=TODAY)
    assert not (holds(left, answers, today=TODAY) and holds(Not(left), answers, today=TODAY))


@given(GIVEN, st.sampled_from("abc"), VALUES)
def test_more_answers_never_turn_true_into_false_without_known(given_: dict[str, Any], key: str, value: Any) -> None:
    """Filling in what was unknown keeps what was certain: the order of information of Kleene's logic."""
    parts = tuple(read_condition({"field": name, "is": "x"}) for name in "abc")
    condition = AllOf((AnyOf(parts[:2]), Not(parts[2])))
    before = {name: answer for name, answer in given_.items() if name != key}
    if holds(condition, before, today=TODAY):
        assert holds(condition, {**before, key: value}, today=TODAY)
    if holds(Not(condition), before, today=TODAY):
        assert holds(Not(condition), {**before, key: value}, today=TODAY)
    assert isinstance(parts[0], Is)
