"""Random forms over a shared bank of questions, and random answers to them, right and wrong."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from madoguchi.engines.forms import Field, Form, Kind, read_form
from tests.engines.forms.samples import options, question, words

INNER: dict[str, dict[str, Any]] = {
    "name": question("text", schema={"maxLength": 8}),
    "sex": question("choice", options=options("f", "m"), required=False),
    "birth": question("date", show_if={"field": "./sex", "is": "f"}),
    "n": question("integer", required=False, schema={"minimum": 0}),
    "double": question("integer", calculate={"product": [{"field": "./n"}, 2]}),
}
BANK: dict[str, dict[str, Any]] = {
    "a.text": question("text", schema={"maxLength": 6}),
    "a.kind": question("choice", options=options("x", "y", "z")),
    "a.number": question("integer", schema={"minimum": -5, "maximum": 50}),
    "b.flag": question("yes_no"),
    "b.day": question("date"),
    "b.several": question("choices", options=options("p", "q", "r")),
    "c.long": question("longtext"),
    "c.yen": question("yen"),
    "c.size": question("decimal"),
    "c.month": question("month"),
    "d.time": question("time"),
    "d.phone": question("phone"),
    "d.mail": question("email"),
    "d.post": question("postal_code"),
    "d.kana": question("kana"),
    "d.file": question("file"),
    "kids": question("group", group={"min": 1, "max": 3, "item": words("子"), "each": "child", "fields": INNER}),
}
KEYS = list(BANK)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn")), max_size=6)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2030, 1, 1))
RIGHT: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["x", "東京", "abc", "1"]),
    "longtext": st.sampled_from(["x", "一\n二"]),
    "choice": st.sampled_from(["x", "y", "z"]),
    "integer": st.integers(-5, 50),
    "yes_no": st.booleans(),
    "date": DAYS.map(lambda day: day.isoformat()),
    "choices": st.sampled_from([["p"], ["q"], ["p", "r"], ["p", "q", "r"]]),
    "yen": st.integers(0, 10**9),
    "decimal": st.sampled_from(["0", "1.5", "-2.25", "100"]),
    "month": st.sampled_from(["2026-04", "1999-12"]),
    "time": st.sampled_from(["00:00", "23:59"]),
    "phone": st.sampled_from(["03-5321-1111", "09012345678", "+81-3-5321-1111"]),
    "email": st.just("a@example.jp"),
    "postal_code": st.just("163-8001"),
    "kana": st.just("トウキョウ ハナコ"),
    "file": st.sampled_from([["f1"], ["f1", "f2"]]),
}
WRONG: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.just(""), st.just([]), st.integers(), st.booleans(), TEXTS, st.lists(TEXTS, max_size=2),
    st.dictionaries(TEXTS, TEXTS, max_size=1), st.sampled_from([[{}], [3], "a\x00b", "x" * 20, 10**20]),
)  # fmt: skip
SEX = st.sampled_from(["f", "m"])


def conditions(keys: list[str]) -> st.SearchStrategy[Any]:
    """Return conditions that look at some keys."""
    simple = [condition_on(key) for key in keys]
    if not simple:
        return st.booleans()
    leaf = st.one_of(st.just(True), *simple)
    return st.one_of(
        leaf,
        st.builds(lambda part: {"not": part}, leaf),
        st.builds(
            lambda name, parts: {name: parts}, st.sampled_from(["all", "any"]), st.lists(leaf, min_size=1, max_size=2)
        ),
    )


def condition_on(key: str) -> st.SearchStrategy[Any]:
    """Return conditions that look at one key in the ways that its kind allows."""
    kind = BANK[key]["kind"]
    known = st.builds(lambda value: {"field": key, "known": value}, st.booleans())
    match kind:
        case "group":
            counts = st.builds(lambda n: {"count": key, "at_least": n}, st.integers(0, 3))
            items = st.builds(lambda v: {"any_item": key, "where": {"field": "./sex", "is": v}}, SEX)
            return st.one_of(known, counts, items)
        case "choice" | "choices":
            values = [option["value"] for option in BANK[key]["options"]]
            return st.one_of(
                known, st.builds(lambda v: {"field": key, "in": v}, st.lists(st.sampled_from(values), min_size=1))
            )
        case "yes_no":
            return st.one_of(known, st.builds(lambda v: {"field": key, "is": v}, st.booleans()))
        case "integer" | "yen":
            return st.one_of(
                known,
                st.builds(lambda n: {"field": key, "at_least": n}, st.integers(-5, 60)),
                st.builds(lambda n: {"field": key, "is": n}, st.integers(-5, 60)),
            )
        case "date":
            return st.one_of(known, st.builds(lambda n: {"age": key, "on": "today", "at_most": n}, st.integers(0, 90)))
        case _:
            return known


@st.composite
def forms(draw: st.DrawFn, id: str = "f", keys: list[str] | None = None) -> Form:
    """Return a form over the bank whose conditions look only at questions that come earlier in the bank."""
    pool = keys or KEYS
    chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=min(8, len(pool)), unique=True))
    ordered = sorted(chosen, key=KEYS.index)
    entries = []
    for position, key in enumerate(ordered):
        earlier = ordered[:position]
        entry: dict[str, Any] = {"use": key, "required": draw(conditions(earlier))}
        if draw(st.booleans()):
            entry["show_if"] = draw(conditions(earlier))
        if key == "c.yen" and "a.number" in earlier and draw(st.booleans()):
            entry["calculate"] = {"max": [{"field": "a.number"}, 0]}
        entries.append(entry)
    cut = draw(st.integers(1, len(entries)))
    pages = [{"id": "one", "title": words("1"), "fields": entries[:cut]}]
    if entries[cut:]:
        pages.append(
            {"id": "two", "title": words("2"), "fields": entries[cut:], "show_if": draw(conditions(ordered[:cut]))}
        )
    return read_form({"id": id, "version": 1, "form": {"pages": pages}}, BANK)


def value_for(field: Field) -> st.SearchStrategy[Any]:
    """Return right answers to a question."""
    if field.group is not None:
        inner = {key: value_for(one) for key, one in field.group.fields.items() if one.calculate is None}
        return st.lists(st.fixed_dictionaries({}, optional=inner), max_size=field.group.max)
    if field.options:
        values = [option.value for option in field.options]
        one = st.sampled_from(values)
        several = st.sets(one, min_size=1).map(lambda chosen: [value for value in values if value in chosen])
        return several if field.kind is Kind.CHOICES else one
    right = RIGHT[field.kind.value]
    return right.filter(lambda n: n >= 0) if field.schema.get("minimum") == 0 else right


def answers_to(form: Form, *, wrong: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Return answers to some or all questions of a form; `wrong` mixes in answers of any shape."""
    fields = {key: st.one_of(value_for(f), WRONG) if wrong else value_for(f) for key, f in form.fields.items()}
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def forms_with_answers(draw: st.DrawFn, *, wrong: bool = False) -> tuple[Form, dict[str, Any]]:
    """Return a form with answers to it."""
    form = draw(forms())
    return form, draw(answers_to(form, wrong=wrong))
