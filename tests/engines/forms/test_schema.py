"""The JSON Schema of a form: what it says, what it leaves to data, in which language."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from madoguchi.engines.forms import calculated, json_schema
from tests.engines.forms.samples import TODAY, complete, options, question, sample, small, words


def valid(schema: dict[str, Any], answers: dict[str, Any]) -> bool:
    return Draft202012Validator(schema).is_valid(answers)


def test_the_schema_of_the_sample_is_sound_and_takes_complete_answers() -> None:
    schema = json_schema(sample())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:madoguchi:form:sample:1"
    assert valid(schema, calculated(sample(), complete(), today=TODAY))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("applicant.name", "x" * 21),
        ("applicant.name", 3),
        ("applicant.kana", "はなこ"),
        ("applicant.postal_code", "1638001"),
        ("applicant.born_on", "1990/04/01"),
        ("status", "boss"),
        ("public_servant", "no"),
        ("income", -1),
        ("income", 1_000_000_001),
        ("weight", 51.5),
        ("reasons", ["care", "care"]),
        ("children", []),
        ("children", [{"name": "x", "born_on": "2024-01-01", "extra": 1}]),
        ("children", [{"born_on": "2024-01-01"}]),
        ("proof", ["a", "b", "c"]),
        ("unknown", 1),
        ("employer", "hidden while self-employed"),
    ],
)
def test_wrong_answers_do_not_fit(key: str, value: Any) -> None:
    answers = {**calculated(sample(), complete(), today=TODAY), key: value}
    assert not valid(json_schema(sample()), answers)


def test_conditions_on_values_become_branches() -> None:
    schema = json_schema(sample())
    answers = calculated(sample(), complete(), today=TODAY)
    missing = {key: value for key, value in answers.items() if key != "income"}
    assert not valid(schema, missing), "the self-employed tell their income"
    employed = {**missing, "status": "employed", "employer": "都庁", "rooms": None}
    del employed["rooms"]
    assert valid(schema, employed)
    del employed["employer"]
    assert not valid(schema, employed)


def test_conditions_beyond_the_schema_stand_as_data() -> None:
    inner = json_schema(sample())["properties"]["children"]["items"]["properties"]
    assert inner["school"]["x-show-if"] == {"age": "./born_on", "on": "today", "at_least": 6}
    assert inner["age"]["x-calculate"] == {"age": "./born_on", "on": "today"}
    assert inner["age"]["readOnly"] is True
    fields = {"day": question("date"), "x": question("text", required={"field": "day", "at_most": "today"})}
    assert json_schema(small(fields))["properties"]["x"]["x-required-if"] == {"field": "day", "at_most": "today"}


def test_rules_stand_as_data_with_their_words() -> None:
    adult, born = json_schema(sample(), "en")["x-rules"]
    assert (adult["id"], adult["at"], adult["message"]) == ("adult", "applicant.born_on", "18歳から申請できます (en)")
    assert born["check"] == {"field": "./born_on", "at_most": "today"}


def test_words_come_in_the_language_asked_for_or_in_japanese() -> None:
    schema = json_schema(sample(), "en")["properties"]["status"]
    assert (schema["title"], schema["oneOf"][0]) == ("働き方 (en)", {"const": "employed", "title": "employed (en)"})
    assert json_schema(sample(), "easy")["properties"]["status"]["title"] == "働き方"
    hinted = small({"x": question("text", hint=words("説明"))})
    assert json_schema(hinted)["properties"]["x"]["description"] == "説明"


def test_own_limits_do_not_loosen_those_of_the_kind() -> None:
    form = small({"x": question("email", schema={"maxLength": 300, "pattern": "jp$"})})
    schema = json_schema(form)
    assert schema["properties"]["x"]["maxLength"] == 254
    assert valid(schema, {"x": "a@example.jp"})
    assert not valid(schema, {"x": "a@example.com"})
    assert not valid(schema, {"x": "jp"})


@pytest.mark.parametrize(
    ("condition", "answers", "shown"),
    [
        ({"field": "c", "is": "x"}, {"c": "x"}, True),
        ({"not": {"field": "c", "is": "x"}}, {"c": "y"}, True),
        ({"not": {"field": "c", "is": "x"}}, {}, False),
        ({"field": "m", "is": "p"}, {"m": ["q", "p"]}, True),
        ({"not": {"field": "m", "in": ["p"]}}, {"m": ["q"]}, True),
        ({"field": "n", "at_least": 2}, {"n": 1}, False),
        ({"not": {"field": "n", "at_least": 2}}, {"n": 1}, True),
        ({"not": {"field": "n", "at_least": 2}}, {}, False),
        ({"field": "n", "known": False}, {}, True),
        ({"all": [{"field": "n", "is": 1}, {"field": "c", "known": True}]}, {"n": 1, "c": "x"}, True),
        ({"not": {"all": [{"field": "n", "is": 1}, {"field": "c", "is": "x"}]}}, {"n": 2}, True),
        ({"any": [{"field": "n", "is": 1}, {"field": "c", "is": "x"}]}, {"c": "x"}, True),
        ({"any": [False]}, {"c": "x"}, False),
    ],
)
def test_three_values_mean_the_same_in_the_schema(condition: Any, answers: dict[str, Any], shown: bool) -> None:
    fields = {
        "c": question("choice", options=options("x", "y"), required=False),
        "m": question("choices", options=options("p", "q"), required=False),
        "n": question("integer", required=False),
        "t": question("text", show_if=condition),
    }
    schema = json_schema(small(fields))
    assert valid(schema, {**answers, "t": "x"}) is shown
    assert valid(schema, answers) is not shown
