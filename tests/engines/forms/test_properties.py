"""Laws that hold for every form and all answers."""

import re
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from madoguchi.engines.forms import (
    Form,
    SavedDocument,
    as_data,
    calculated,
    first_incomplete,
    json_schema,
    merge,
    migrate,
    page_problems,
    pages_shown,
    parse_page,
    post_of,
    problems_of,
    project,
    savings,
    visible,
)
from tests.engines.forms.samples import TODAY
from tests.engines.forms.strategies import BANK, KEYS, answers_to, forms, forms_with_answers

quick = settings(deadline=None, max_examples=70, suppress_health_check=[HealthCheck.too_slow])
Given = tuple[Form, dict[str, Any]]


@quick
@given(forms_with_answers(wrong=True))
def test_hidden_questions_leave_no_answer_and_no_problem(given_: Given) -> None:
    form, answers = given_
    shown = set(visible(form, answers, today=TODAY))
    assert set(calculated(form, answers, today=TODAY)) <= shown
    assert {re.split(r"[.\[]", p.path)[0] for p in problems_of(form, answers, today=TODAY)} <= {
        re.split(r"[.\[]", key)[0] for key in shown
    }
    hidden = {key: value for key, value in answers.items() if key in shown}
    assert problems_of(form, hidden, today=TODAY) == problems_of(form, answers, today=TODAY)


@quick
@given(forms_with_answers(wrong=True))
def test_what_counts_counts_again_unchanged(given_: Given) -> None:
    form, answers = given_
    once = calculated(form, answers, today=TODAY)
    assert calculated(form, once, today=TODAY) == once
    assert visible(form, once, today=TODAY) == visible(form, answers, today=TODAY)
    assert problems_of(form, once, today=TODAY) == problems_of(form, answers, today=TODAY)


@quick
@given(forms_with_answers(wrong=True))
def test_the_whole_has_the_problems_of_its_pages(given_: Given) -> None:
    form, answers = given_
    by_page = [page_problems(form, page.id, answers, today=TODAY) for page in form.pages]
    assert tuple(problem for page in by_page for problem in page) == problems_of(form, answers, today=TODAY)
    shown = pages_shown(form, answers, today=TODAY)
    stop = first_incomplete(form, answers, today=TODAY)
    assert (stop is None) == (problems_of(form, answers, today=TODAY) == ())
    assert stop is None or stop in shown


@quick
@given(forms_with_answers())
def test_a_page_written_and_posted_is_the_same(given_: Given) -> None:
    form, raw = given_
    answers = without_empty_items(calculated(form, raw, today=TODAY))
    for page in form.pages:
        post = {name: list(texts) for name, texts in post_of(form, page.id, answers, today=TODAY).items()}
        again, problems = parse_page(form, page.id, post, answers, today=TODAY)
        assert without_empty_groups(again) == without_empty_groups(answers)
        assert problems == page_problems(form, page.id, again, today=TODAY)


def without_empty_items(answers: dict[str, Any]) -> dict[str, Any]:
    """Leave out items without content: a page does not keep them."""
    return {key: [item for item in value if item] if key == "kids" else value for key, value in answers.items()}


def without_empty_groups(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if value != []}


@quick
@given(st.data(), forms())
def test_any_post_gives_answers_of_the_page_only(data: st.DataObject, form: Form) -> None:
    before = calculated(form, data.draw(answers_to(form)), today=TODAY)
    names = st.sampled_from([*KEYS, *(f"kids[{i}].{k}" for i in (0, 1, 9) for k in ("name", "sex", "birth", "double"))])
    post = data.draw(st.dictionaries(names, st.lists(st.text(max_size=5), max_size=2), max_size=8))
    page = data.draw(st.sampled_from(form.pages))
    answers, problems = parse_page(form, page.id, post, before, today=TODAY)
    assert set(answers) <= set(form.fields)
    elsewhere = {key for key in before if key not in page.fields}
    assert all(
        answers[key] == before[key] for key in elsewhere if key in answers and form.fields[key].calculate is None
    )
    typed = [
        p for p in problems_of(form, answers, today=TODAY) if p.code in ("type", "unknown_field", "option", "date")
    ]
    assert not typed, "whatever was posted, what is kept has the right type"
    assert {p.path for p in page_problems(form, page.id, answers, today=TODAY)} <= {p.path for p in problems}


@quick
@given(forms_with_answers(wrong=True))
def test_answers_without_a_problem_fit_the_schema(given_: Given) -> None:
    form, answers = given_
    schema = json_schema(form)
    Draft202012Validator.check_schema(schema)
    counted = calculated(form, answers, today=TODAY)
    fits = Draft202012Validator(schema).is_valid(counted)
    fine = problems_of(form, answers, today=TODAY) == ()
    event(f"fine: {fine}")
    assert fits or not fine


@quick
@given(forms(), st.data())
def test_the_schema_finds_what_is_missing_or_hidden_where_it_can_say_so(form: Form, data: st.DataObject) -> None:
    schema = json_schema(form)
    answers = data.draw(answers_to(form))
    silent = "x-show-if" in str(schema) or "x-required-if" in str(schema)
    if silent or any(problem.code == "required" for problem in problems_of(form, answers, today=TODAY)) is False:
        return
    counted = calculated(form, answers, today=TODAY)
    event("missing")
    assert not Draft202012Validator(schema).is_valid({key: v for key, v in counted.items() if v != []})


@quick
@given(forms_with_answers())
def test_moving_to_the_same_form_keeps_everything(given_: Given) -> None:
    form, raw = given_
    answers = calculated(form, raw, today=TODAY)
    moved = migrate(answers, form, form, today=TODAY)
    assert (moved.answers, moved.dropped, moved.to_ask) == (answers, (), ())


@quick
@given(forms("old"), forms("new"), st.data())
def test_moving_loses_nothing_without_saying_so(old: Form, new: Form, data: st.DataObject) -> None:
    answers = data.draw(answers_to(old))
    moved = migrate(answers, old, new, today=TODAY)
    told = set(moved.kept) | {path for path, _ in moved.dropped}
    own = {key for key in answers if key not in new.fields or new.fields[key].calculate is None}
    assert {key for key in own if key != "kids"} <= told
    assert set(moved.answers) <= set(new.fields)
    assert not set(moved.kept) & {path for path, _ in moved.dropped}


@quick
@given(forms("one"), forms("two"), forms("three"), st.data())
def test_a_conversation_is_complete_when_each_of_its_forms_is(
    one: Form, two: Form, three: Form, data: st.DataObject
) -> None:
    members = [one, two, three]
    conversation = merge(members, id="all", first=data.draw(st.lists(st.sampled_from(KEYS), max_size=2)))
    asked = [key for page in conversation.form.pages for key in page.fields]
    assert sorted(asked) == sorted({key for form in members for key in form.fields}), "each question once"
    answers = data.draw(answers_to(conversation.form))
    each = [problems_of(form, project(conversation, form, answers), today=TODAY) for form in members]
    whole = problems_of(conversation.form, answers, today=TODAY)
    event(f"complete: {whole == ()}")
    assert {problem.path for problem in whole} == {problem.path for problems in each for problem in problems}
    shown = {
        key
        for form in members
        for key in visible(form, project(conversation, form, answers), today=TODAY)
        if (form.fields[key].calculate is None) is (conversation.form.fields[key].calculate is None)
    }
    assert set(visible(conversation.form, answers, today=TODAY)) == shown


@quick
@given(forms())
def test_a_conversation_of_one_asks_the_same(form: Form) -> None:
    conversation = merge([form], id="all")
    assert set(conversation.uses) == set(form.fields)
    assert set(conversation.uses.values()) == {(form.id,)}
    assert [page.fields for page in conversation.form.pages] == [page.fields for page in form.pages]
    assert all(as_data(f.show_if) is not None for f in conversation.form.fields.values())


@quick
@given(forms_with_answers(), st.data())
def test_savings_stay_within_their_bounds(given_: Given, data: st.DataObject) -> None:
    form, raw = given_
    answers = calculated(form, raw, today=TODAY)
    filled = data.draw(st.dictionaries(st.sampled_from([*KEYS, "kids[0].name", "kids[1].n", "x"]), st.just("verified")))
    papers = [SavedDocument(f"d{i}", minutes=30, trips=1, fee_yen=300) for i in range(data.draw(st.integers(0, 3)))]
    paper = data.draw(st.none() | st.fixed_dictionaries({"minutes": st.integers(0, 60), "trips": st.integers(0, 2)}))
    found = savings(form, answers, filled, documents=papers, paper=paper)
    assert 0 <= found.fields_prefilled <= found.fields_total
    assert 0 <= found.share <= 1
    assert found.fields_prefilled <= len(filled)
    assert 0 <= found.seconds <= found.fields_total * 10
    assert found.documents == len(papers)
    assert found.fee_yen == 300 * len(papers)
    assert 30 * len(papers) <= found.minutes <= 30 * len(papers) + max(60, found.seconds)
    assert len(papers) <= found.trips <= len(papers) + 2


def test_the_random_forms_use_every_kind() -> None:
    assert len({field["kind"] for field in BANK.values()}) == 17
