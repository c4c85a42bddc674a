"""Posts and answers made to do harm: nothing breaks, nothing is set that is not asked, nothing takes long."""

import json
import time
from typing import Any

import pytest

from madoguchi.engines.forms import FormError, calculated, merge, parse_page, problems_of, read_form
from madoguchi.engines.forms.limits import ITEM_LIMIT, POST_NAMES, TEXT_LIMIT
from tests.engines.forms.samples import BANK, TODAY, complete, question, record, sample, small

KNOWN = set(sample().fields)
HOSTILE_POSTS: dict[str, dict[str, list[str]]] = {
    "huge text": {"children[0].name": ["あ" * 900_000]},
    "text that grows when folded": {"children[0].name": ["\ufdfa" * 9_000]},
    "blanks only": {"children[0].name": [" " * 500_000]},
    "too many names": {f"n{i}": ["x"] for i in range(POST_NAMES + 1)},
    "too many signs": {"children[0].name": ["x" * 400_000] * 3},
    "many texts for one name": {"children[0].name": ["x"] * 100_000},
    "index of a million": {"children[1000000].name": ["x"]},
    "index beyond every number": {f"children[{'9' * 400}].name": ["x"]},
    "negative index": {"children[-1].name": ["x"]},
    "index with a sign": {"children[+1].name": ["x"]},
    "index in other digits": {"children[１].name": ["x"]},
    "index with leading zeros": {"children[007].name": ["x"]},
    "no index": {"children[].name": ["x"]},
    "deep path": {"children[0]" + ".a[0]" * 1_000: ["x"]},
    "the prototype": {"__proto__": ["x"], "children[0].__proto__": ["x"], "constructor.prototype": ["x"]},
    "forged calculation": {"child_total": ["999999"], "children[0].age": ["1"]},
    "forged file": {"proof": ["f-of-somebody"], "children[0].paper": ["f-of-somebody"]},
    "forged other page": {"income": ["1"], "status": ["employed"]},
    "inner name of another": {"children[0].income": ["1"], "children.name": ["x"]},
    "NUL": {"children[0].name": ["a\x00b"], "children\x00[0].name": ["x"]},
    "half surrogate": {"children[0].name": ["\ud800"], "\udfff": ["x"]},
    "turned text": {"children[0].name": ["\u202egpj.exe"]},
    "number with a point": {"children[0].amount": ["1.5"]},
    "number in letters": {"children[0].amount": ["0x10"]},
    "number too long": {"children[0].amount": ["9" * 5_000]},
    "infinite number": {"children[0].amount": ["Infinity"]},
    "many digits of a date": {"children[0].born_on": ["1" * 5_000]},
    "parts of a date": {"children[0].born_on.year": ["９" * 4_000], "children[0].born_on.month": ["-1"]},
    "option that is none": {"children[0].tags": ["a", "z", "a"]},
    "no texts": {"children[0].name": [], "children[0].tags": [], "children[0].born_on.year": []},
    "JSON": {"children": ['[{"name": "x"}]'], "children[0]": ['{"name": "x"}']},
}


@pytest.mark.parametrize("name", HOSTILE_POSTS)
def test_hostile_posts(name: str) -> None:
    before = calculated(sample(), complete(), today=TODAY)
    started = time.process_time()
    answers, problems = parse_page(sample(), "children", HOSTILE_POSTS[name], before, today=TODAY)
    assert time.process_time() - started < 2
    assert set(answers) <= KNOWN
    assert {key: answers[key] for key in before if not key.startswith("child")} == {
        key: value for key, value in before.items() if not key.startswith("child")
    }
    assert answers.get("proof") == before.get("proof")
    children = answers["children"]
    assert len(children) <= ITEM_LIMIT
    assert not {key for child in children for key in child} - set(sample().fields["children"].group.fields)  # type: ignore[union-attr]
    assert all("f-of-somebody" not in child.get("paper", ()) for child in children)
    assert answers.get("child_total") == sum(child["amount"] for child in children if "amount" in child) or not all(
        "amount" in child for child in children
    )
    json.dumps(answers).encode()
    for problem in problems:
        assert len(str(problem.params.get("raw", ""))) <= TEXT_LIMIT
        str(problem.params.get("raw", "")).encode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("huge text", "too_long"),
        ("text that grows when folded", "too_long"),
        ("too many names", "too_big"),
        ("too many signs", "too_big"),
        ("index of a million", "items_max"),
        ("NUL", "pattern"),
        ("half surrogate", "pattern"),
        ("turned text", "pattern"),
        ("number with a point", "type"),
        ("number in letters", "type"),
        ("infinite number", "type"),
        ("many digits of a date", "date"),
        ("parts of a date", "date"),
        ("option that is none", "option"),
    ],
)
def test_what_is_told_about_them(name: str, code: str) -> None:
    _, problems = parse_page(sample(), "children", HOSTILE_POSTS[name], {}, today=TODAY)
    assert code in {problem.code for problem in problems}


def test_a_post_too_big_changes_nothing() -> None:
    before = calculated(sample(), complete(), today=TODAY)
    answers, problems = parse_page(sample(), "children", HOSTILE_POSTS["too many names"], before, today=TODAY)
    assert answers == before
    assert [(problem.path, problem.code) for problem in problems] == [("", "too_big")]


def deep(levels: int) -> Any:
    nested: Any = "x"
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "value",
    [
        None, 0, -1, 1.5, float("nan"), float("inf"), True, "", "\x00", "\ud800", [], {}, [None], [[]], {"a": 1},
        deep(20_000), ["x"] * 10_000, [{}] * 10_000, "x" * 100_000, 10**400, b"x", object(), (1, 2), {"__proto__": 1},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_any_value_in_any_place_is_judged_not_fatal(value: Any) -> None:
    for key in KNOWN:
        answers = {**complete(), key: value}
        found = problems_of(sample(), answers, today=TODAY)
        assert len(found) <= 500
        assert set(calculated(sample(), answers, today=TODAY)) <= KNOWN
    for inner in ("name", "born_on", "amount", "tags", "paper", "age"):
        problems_of(sample(), {**complete(), "children": [{inner: value}]}, today=TODAY)


def test_a_million_items_are_refused_quickly() -> None:
    started = time.process_time()
    found = problems_of(sample(), {**complete(), "children": [{"name": "x"}] * 1_000_000}, today=TODAY)
    assert [(problem.path, problem.code) for problem in found] == [("children", "items_max")]
    assert time.process_time() - started < 2


def test_a_pattern_is_not_tried_on_a_text_that_is_too_long() -> None:
    form = small({"x": question("text", schema={"maxLength": 50, "pattern": "^a*a*a*a*a*b$"})})
    started = time.process_time()
    assert [p.code for p in problems_of(form, {"x": "a" * 9_000}, today=TODAY)] == ["too_long"]
    assert time.process_time() - started < 1


def chain(length: int, *, backwards: bool) -> dict[str, dict[str, Any]]:
    """Return questions that each wait for the one before."""
    fields = {"q0": question("text")}
    for i in range(1, length):
        fields[f"q{i}"] = question("text", show_if={"all": [{"not": {"field": f"q{i - 1}", "known": False}}]})
    return dict(reversed(fields.items())) if backwards else fields


@pytest.mark.parametrize("backwards", [False, True])
def test_a_row_of_waiting_questions_is_followed_or_refused_but_never_runs_out_of_stack(backwards: bool) -> None:
    for length in (2, 10, 20):
        fields = chain(length, backwards=backwards)
        assert problems_of(small(fields), dict.fromkeys(fields, "x"), today=TODAY) == ()
    for length in (50, 100, 1_000):
        with pytest.raises(FormError, match="too long a row"):
            small(chain(length, backwards=backwards))


def test_conditions_that_would_double_with_every_step_are_refused_when_merged() -> None:
    fields = {"q0": question("text")}
    for i in range(1, 24):
        twice = [{"field": f"q{i - 1}", "is": "x"}, {"field": f"q{i - 1}", "is": "y"}]
        fields[f"q{i}"] = question("text", show_if={"any": twice})
    started = time.process_time()
    with pytest.raises(FormError, match="too large when merged"):
        merge([small(fields, id="one"), small(fields, id="two")], id="both")
    assert time.process_time() - started < 2


def test_a_record_with_foreign_shapes_is_a_defect_and_no_crash() -> None:
    shapes: list[Any] = [
        None,
        3,
        "x",
        [],
        [[]],
        {"pages": {"a": 1}},
        {"pages": [{"id": {}, "fields": {}, "title": []}]},
    ]
    for shape in shapes:
        with pytest.raises(ValueError, match="form"):
            read_form({**record(), "form": shape}, BANK)
    with pytest.raises(ValueError, match="bank"):
        read_form(record(), dict.fromkeys(BANK))  # type: ignore[misc]
