"""Pages of forms as an applicant gets them: inputs, marks, errors with what was typed, sources, groups, three languages."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from madoguchi.apps.procedures import api
from madoguchi.apps.procedures.contracts import PageView, Widget
from madoguchi.apps.procedures.rendering.samples import sample_answers
from madoguchi.engines import forms
from madoguchi.engines.forms import Form, Problem
from tests.procedures import records
from tests.procedures.records import NOW, text

TODAY = NOW.date()
EVERYTHING = {
    **records.RECORD,
    "form": {
        "pages": [
            {
                "id": "all",
                "title": text("ぜんぶ", "All"),
                "fields": [
                    "applicant.name", "applicant.born_on", "applicant.email", "applicant.municipality",
                    "household.has_dog", "dog.count", "dog.colours", "dog.photo", "dog.since",
                    {"use": "dogs", "show_if": {"field": "household.has_dog", "is": True}},
                    {"use": "dog.fee_yen", "calculate": {"product": [{"count": "dogs"}, 3000]}},
                    {"use": "applicant.note", "required": False, "hint": text("なんでも", "Anything")},
                ],
            }
        ]
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def form() -> Form:
    return forms.read_form(EVERYTHING, records.fields())


def drawn(form: Form, answers: dict[str, Any] | None = None, problems: Any = (), **more: Any) -> PageView:
    return api.page_view(form, "all", answers or {}, problems, language=more.pop("language", "ja"), today=TODAY, **more)


def widget(page: PageView, path: str) -> Widget:
    found = [one for one in page.widgets if one.path == path]
    found += [one for group in page.widgets for item in group.items for one in item.widgets if one.path == path]
    return found[0]


def html(page: PageView, language: str = "ja") -> str:
    with override(language):
        return render_to_string("procedures/_errors.html", {"page": page}) + render_to_string(
            "procedures/_page.html", {"page": page}
        )


def test_every_kind_has_its_input(form: Form) -> None:
    page = drawn(form, {"household.has_dog": True, "dogs": [{"name": "ポチ"}]})
    controls = {one.path: one.control for one in page.widgets}
    assert controls == {
        "applicant.name": "input",
        "applicant.born_on": "date",
        "applicant.email": "input",
        "applicant.municipality": "select",
        "household.has_dog": "radios",
        "dog.count": "input",
        "dog.colours": "checkboxes",
        "dog.photo": "file",
        "dog.since": "date",
        "dogs": "group",
        "dog.fee_yen": "read_only",
        "applicant.note": "textarea",
    }
    assert page.has_files
    assert widget(page, "applicant.email").input_type == "email"
    assert widget(page, "dog.count").inputmode == "numeric"
    assert widget(page, "applicant.name").maxlength == 100


def test_hidden_questions_are_not_drawn(form: Form) -> None:
    assert "dogs" not in {one.path for one in drawn(form).widgets}


def test_a_calculated_answer_is_shown_and_not_asked(form: Form) -> None:
    page = drawn(form, {"household.has_dog": True, "dogs": [{"name": "ポチ"}, {"name": "タロウ"}]})
    assert widget(page, "dog.fee_yen").value == "6,000円"
    assert 'name="dog.fee_yen"' not in html(page)


def test_dates_are_three_inputs_with_their_tokens(form: Form) -> None:
    parts = widget(drawn(form, {"applicant.born_on": "1990-01-05"}), "applicant.born_on").parts
    assert [(part.name, part.value, part.autocomplete) for part in parts] == [
        ("applicant.born_on.year", "1990", "bday-year"),
        ("applicant.born_on.month", "1", "bday-month"),
        ("applicant.born_on.day", "5", "bday-day"),
    ]
    months = widget(drawn(form, {"dog.since": "2026-04"}), "dog.since").parts
    assert [(part.name, part.value) for part in months] == [("dog.since.year", "2026"), ("dog.since.month", "4")]


def test_what_was_typed_wrongly_is_shown_again_with_what_to_do(form: Form) -> None:
    typed = {
        "applicant.name": ["犬山"],
        "applicant.born_on.year": ["令和8"],
        "applicant.born_on.month": ["13"],
        "applicant.born_on.day": ["40"],
        "dog.count": ["たくさん"],
        "dog.since.year": ["2026"],
        "dog.since.month": ["99"],
        "applicant.email": ["<script>"],
    }
    answers, problems = forms.parse_page(form, "all", typed, {}, today=TODAY)
    page = drawn(form, answers, problems)
    assert [part.value for part in widget(page, "applicant.born_on").parts] == ["令和8", "13", "40"]
    assert [part.value for part in widget(page, "dog.since").parts] == ["2026", "99"]
    assert widget(page, "dog.count").value == "たくさん"
    assert widget(page, "dog.count").errors == ("「犬の数」は数字で入力してください。",)
    text_of_page = html(page)
    assert "<script>" not in text_of_page
    assert 'href="#f-applicant-born-on-year"' in text_of_page
    assert 'aria-invalid="true"' in text_of_page
    assert 'aria-describedby="f-dog-count-error"' in text_of_page
    assert [error.path for error in page.errors][:2] == ["applicant.born_on", "applicant.email"]


def test_links_of_errors_point_at_something_that_is_there(form: Form) -> None:
    answers = {"household.has_dog": True}
    problems = forms.page_problems(form, "all", answers, today=TODAY)
    page = drawn(form, answers, problems)
    text_of_page = html(page)
    assert len(page.errors) >= 8
    for error in page.errors:
        assert f'id="{error.target}"' in text_of_page, error


def test_ids_are_used_once_and_every_label_finds_its_input(form: Form) -> None:
    import re

    text_of_page = html(drawn(form, {"household.has_dog": True, "dogs": [{"name": "ポチ"}, {}]}))
    ids = re.findall(r'\bid="([^"]+)"', text_of_page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bfor="([^"]+)"', text_of_page)) <= set(ids)
    assert set(" ".join(re.findall(r'aria-describedby="([^"]+)"', text_of_page)).split()) <= set(ids)


def test_a_verified_value_is_shown_with_its_source_and_not_asked(form: Form) -> None:
    note = api.SourceNote("犬山花子", "住民基本台帳", TODAY)
    page = drawn(form, {"applicant.name": "犬山花子"}, read_only={"applicant.name": note})
    text_of_page = html(page)
    assert widget(page, "applicant.name").control == "read_only"
    assert 'name="applicant.name"' not in text_of_page
    assert "住民基本台帳" in text_of_page
    assert "2026年11月25日" in text_of_page


def test_an_offered_value_may_be_changed(form: Form) -> None:
    note = api.SourceNote("犬山花子", "前の申請", TODAY)
    text_of_page = html(drawn(form, {"applicant.name": "犬山花子"}, offered={"applicant.name": note}))
    assert 'name="applicant.name" value="犬山花子"' in text_of_page
    assert "前の申請" in text_of_page
    assert 'aria-describedby="f-applicant-name-offered"' in text_of_page


def test_items_of_a_group_can_be_added_and_removed(form: Form) -> None:
    answers = {"household.has_dog": True, "dogs": [{"name": "ポチ"}, {"name": "タロウ"}]}
    group = widget(drawn(form, answers), "dogs")
    assert [item.legend for item in group.items] == ["犬 1", "犬 2"]
    assert all(item.removable for item in group.items)
    assert group.add_label == "犬を追加する"
    added = api.group_button(form, "all", {"add": ["dogs"]})
    assert added == api.GroupButton("add", "dogs")
    assert len(widget(drawn(form, answers, blank="dogs"), "dogs").items) == 3
    removed = api.group_button(form, "all", {"remove": ["dogs[0]"]})
    assert removed is not None
    assert api.without_item(answers, removed)["dogs"] == [{"name": "タロウ"}]


def test_a_full_group_offers_no_more_and_a_small_one_keeps_its_least(form: Form) -> None:
    full = {"household.has_dog": True, "dogs": [{"name": "a"}] * 3}
    assert widget(drawn(form, full), "dogs").add_label == ""
    assert len(widget(drawn(form, full, blank="dogs"), "dogs").items) == 3
    few = widget(drawn(form, {"household.has_dog": True}), "dogs")
    assert [item.removable for item in few.items] == [False]


@pytest.mark.parametrize(
    "post",
    [
        {"add": ["applicant.name"]},
        {"add": ["cats"]},
        {"remove": ["dogs[-1]"]},
        {"remove": ["dogs[9999999]"]},
        {"remove": ["__proto__[0]"]},
        {"remove": ["dogs"]},
        {},
    ],
)
def test_forged_buttons_do_nothing(form: Form, post: dict[str, list[str]]) -> None:
    button = api.group_button(form, "all", post)
    assert button is None


def test_a_button_for_an_item_that_is_gone_changes_nothing(form: Form) -> None:
    answers = {"dogs": [{"name": "ポチ"}]}
    assert api.without_item(answers, api.GroupButton("remove", "dogs", 5)) == answers


@pytest.mark.parametrize(("language", "words"), [("en", "Name"), ("ja", "氏名"), ("ja-easy", "氏名")])
def test_a_page_speaks_the_language_asked_for(form: Form, language: str, words: str) -> None:
    assert widget(drawn(form, language=language), "applicant.name").label == words


def test_an_optional_choice_can_be_left_open() -> None:
    record = {
        **EVERYTHING,
        "form": {
            "pages": [{"id": "all", "title": text("a"), "fields": [{"use": "household.has_dog", "required": False}]}]
        },
    }
    one = widget(drawn(forms.read_form(record, records.fields())), "household.has_dog")
    assert [(option.value, option.chosen) for option in one.options] == [("yes", False), ("no", False), ("", True)]
    assert not one.required


def test_what_the_page_sends_back_unchanged_is_what_was_answered(form: Form) -> None:
    """Draw, read the inputs as a browser would send them, parse: the answers are the same."""
    answers = forms.calculated(form, sample_answers(form, today=TODAY), today=TODAY)
    page = drawn(form, answers)
    post: dict[str, list[str]] = {}
    todo = list(page.widgets)
    while todo:
        one = todo.pop()
        todo += [inner for item in one.items for inner in item.widgets]
        if one.control in {"input", "textarea"}:
            post[one.name] = [one.value]
        for part in one.parts:
            post[part.name] = [part.value]
        chosen = [option.value for option in one.options if option.chosen]
        if one.options and chosen:
            post[one.name] = chosen
    again, problems = forms.parse_page(form, "all", post, {}, today=TODAY)
    assert {problem.path for problem in problems} <= {"dog.photo"}
    assert again == answers


def test_answers_are_said_in_words(form: Form) -> None:
    answers = {
        "applicant.name": "犬山花子",
        "applicant.born_on": "1990-01-05",
        "household.has_dog": True,
        "dog.colours": ["black", "white"],
        "dog.since": "2026-04",
        "dogs": [{"name": "ポチ", "old": False}],
        "dog.photo": ["id-1"],
        "applicant.note": "一行目\n二行目",
    }
    (section,) = api.answers_in_words(form, answers, "ja", today=TODAY, files={"dog.photo": ["inu.jpg"]})
    words = {line.path: line.words for line in section.lines}
    assert words["applicant.born_on"] == ("1990年1月5日（平成2年）",)
    assert words["household.has_dog"] == ("はい",)
    assert words["dog.colours"] == ("黒", "白")
    assert words["dog.since"] == ("2026年4月",)
    assert words["dogs[0].old"] == ("いいえ",)
    assert words["dog.photo"] == ("inu.jpg",)
    assert words["applicant.note"] == ("一行目", "二行目")
    assert words["dog.fee_yen"] == ("3,000円",)
    assert words["applicant.email"] == ()
    assert {line.label for line in section.lines if line.path == "dogs[0].name"} == {"犬 1 名前"}
    (english,) = api.answers_in_words(form, answers, "en", today=TODAY)
    said = {line.path: line.words for line in english.lines}
    assert said["dog.fee_yen"] == ("¥3,000",)
    assert said["dog.colours"] == ("Black", "White")
    assert said["applicant.born_on"] == ("1990-01-05",)


def test_answers_to_hidden_questions_are_not_said(form: Form) -> None:
    (section,) = api.answers_in_words(form, {"dogs": [{"name": "ポチ"}], "household.has_dog": False}, "ja", today=TODAY)
    assert not [line for line in section.lines if line.path.startswith("dogs")]


CODES = (
    "required",
    "type",
    "too_long",
    "too_short",
    "pattern",
    "option",
    "range_low",
    "range_high",
    "date",
    "kana",
    "postal_code",
    "phone",
    "email",
    "items_min",
    "items_max",
    "too_big",
)


@pytest.mark.parametrize("code", CODES)
def test_every_problem_names_the_question_and_what_to_do(code: str) -> None:
    sentence = api.problem_sentence(Problem("x", code, {"max": 1_000, "min": 1_000}), "氏名")
    assert "「氏名」" in sentence
    assert sentence.endswith(("ください。", "）。"))
    if code in {"too_long", "range_low", "items_max"}:
        assert "1,000" in sentence


def test_a_rule_says_its_own_words() -> None:
    problem = Problem("x", "rule", {"message": text("先の日です。", "It lies ahead.")})
    assert api.problem_sentence(problem, "氏名") == "先の日です。"


def test_an_unknown_problem_is_still_a_sentence() -> None:
    assert "「氏名」" in api.problem_sentence(Problem("x", "new-code"), "氏名")
