"""Posts of one page: spellings, dates in parts, groups, and what cannot be set."""

from typing import Any

import pytest

from madoguchi.engines.forms import parse_page, post_of
from madoguchi.engines.forms.folding import folded
from tests.engines.forms.samples import TODAY, complete, options, question, sample, small, words

ONE = "x"


def read(field: dict[str, Any], post: dict[str, list[str]], before: dict[str, Any] | None = None) -> Any:
    form = small({ONE: field})
    return parse_page(form, "p", post, before or {}, today=TODAY)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  東京　花子  ", "東京 花子"),
        ("text", "ＡＢＣ１２３", "ABC123"),
        ("text", "ﾄｳｷｮｳ", "トウキョウ"),
        ("text", "神田\ufa19\ufa11", "神田\ufa19\ufa11"),
        ("longtext", "一\r\n二\r三", "一\n二\n三"),
        ("kana", "とうきょう　はなこ", "トウキョウ ハナコ"),
        ("kana", "ﾊﾅｺ", "ハナコ"),
        ("date", "2026-04-01", "2026-04-01"),
        ("date", "2026/4/1", "2026-04-01"),
        ("date", "２０２６年４月１日", "2026-04-01"),
        ("date", "20260401", "2026-04-01"),
        ("date", "令和8年4月1日", "2026-04-01"),
        ("date", "R8.4.1", "2026-04-01"),
        ("date", "令和元年5月1日", "2019-05-01"),
        ("date", "s64-1-7", "1989-01-07"),
        ("date", "昭和63年12月31日", "1988-12-31"),
        ("date", "大正15年12月24日", "1926-12-24"),
        ("date", "明治45年7月29日", "1912-07-29"),
        ("date", "平成35年4月1日", "2023-04-01"),
        ("month", "2026年4月", "2026-04"),
        ("month", "R8/4", "2026-04"),
        ("time", "9:05", "09:05"),
        ("time", "９時５分", "09:05"),
        ("integer", "1,234", 1234),
        ("integer", "－５", -5),
        ("yen", "￥12,000円", 12_000),
        ("decimal", "3,000.50", "3000.50"),
        ("decimal", "007", "7"),
        ("decimal", "0.5", "0.5"),
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("postal_code", "〒１６３８００１", "163-8001"),
        ("postal_code", "163ー8001", "163-8001"),
        ("phone", "(03) 5321－1111", "03-5321-1111"),
        ("email", "Hanako@EXAMPLE.jp", "Hanako@example.jp"),
    ],
)
def test_one_spelling_is_kept(kind: str, text: str, value: Any) -> None:
    assert read(question(kind), {ONE: [text]}) == ({ONE: value}, ())


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("date", "2026-02-30", "date"),
        ("date", "昨日", "date"),
        ("date", "26-4-1", "date"),
        ("date", "令和元年4月30日", "date"),
        ("date", "元年4月30日", "date"),
        ("date", "R0.4.1", "date"),
        ("month", "2026-13", "date"),
        ("time", "25:00", "type"),
        ("integer", "1.5", "type"),
        ("integer", "1e3", "type"),
        ("integer", "٣", "type"),
        ("integer", "9" * 20, "range_high"),
        ("yen", "-1", "range_low"),
        ("yen", "百円", "type"),
        ("decimal", "1.2.3", "type"),
        ("decimal", "NaN", "type"),
        ("yes_no", "maybe", "type"),
        ("postal_code", "123", "postal_code"),
        ("phone", "110", "phone"),
        ("email", "hanako", "email"),
        ("kana", "花子", "kana"),
    ],
)
def test_a_wrong_text_leaves_no_answer_and_comes_back_as_it_was_typed(kind: str, text: str, code: str) -> None:
    answers, (problem,) = read(question(kind), {ONE: [text]}, {ONE: "old"})
    assert answers == {}
    assert (problem.path, problem.code, problem.params["raw"]) == (ONE, code, text)


def test_a_date_in_three_parts() -> None:
    parts = {"x.year": ["令和8"], "x.month": ["4月"], "x.day": ["０１"]}
    assert read(question("date"), parts) == ({ONE: "2026-04-01"}, ())
    assert read(question("month"), {"x.year": ["R8"], "x.month": ["4"]}) == ({ONE: "2026-04"}, ())
    answers, (problem,) = read(question("date"), {**parts, "x.day": ["31"]})
    assert (answers, problem.code, problem.params["parts"]) == ({}, "date", ("令和8", "4月", "31"))
    _, (problem,) = read(question("date"), {"x.year": ["2026"], "x.month": [""], "x.day": [""]})
    assert (problem.code, problem.params["raw"]) == ("date", "2026--")
    _, (problem,) = read(question("date"), {"x.year": [""], "x.month": [""], "x.day": [""]})
    assert problem.code == "required"


def test_choices_follow_the_order_of_the_options_and_can_all_be_unticked() -> None:
    field = question("choices", options=options("a", "b", "c"), required=False)
    assert read(field, {ONE: ["c", "a"]}) == ({ONE: ["a", "c"]}, ())
    assert read(field, {}, {ONE: ["a"]}) == ({}, ())
    answers, (problem,) = read(field, {ONE: ["a", "z"]})
    assert (answers, problem.code, problem.params["raw"]) == ({}, "option", "a, z")


def test_an_emptied_question_loses_its_answer_and_one_not_posted_keeps_it() -> None:
    field = question("text", required=False)
    assert read(field, {ONE: [""]}, {ONE: "old"}) == ({}, ())
    assert read(field, {ONE: ["　"]}, {ONE: "old"}) == ({}, ())
    assert read(field, {}, {ONE: "old"}) == ({ONE: "old"}, ())


def test_the_last_of_several_texts_counts() -> None:
    assert read(question("yes_no"), {ONE: ["no", "yes"]}) == ({ONE: True}, ())


def test_only_questions_of_the_page_can_be_set() -> None:
    before = complete()
    post = {"applicant.name": ["別の人"], "income": ["1"], "child_total": ["9"], "csrfmiddlewaretoken": ["t"]}
    answers, _ = parse_page(sample(), "applicant", post, before, today=TODAY)
    assert answers["applicant.name"] == "別の人"
    assert answers["income"] == 2_400_000
    assert "csrfmiddlewaretoken" not in answers
    answers, _ = parse_page(sample(), "children", {"child_total": ["9"], "proof": ["f9"]}, before, today=TODAY)
    assert "proof" not in answers


def test_fixed_values_and_files_are_not_the_persons_to_set() -> None:
    before = {**complete(), "proof": ["f1"]}
    post = {"children[0].name": ["偽"], "children[0].born_on": ["1990-01-01"], "children[0].amount": ["1"]}
    fixed = {"children[0].name", "children[0].born_on", "children[1].name"}
    answers, problems = parse_page(sample(), "children", {**post, "proof": ["f9"]}, before, today=TODAY, fixed=fixed)
    first, second = answers["children"]
    assert (first["name"], first["born_on"], first["amount"]) == ("一郎", "2015-05-05", 1)
    assert (second["name"], second["paper"]) == ("二葉", ["f1"])
    assert (answers["proof"], problems) == (["f1"], ())
    answers, _ = parse_page(sample(), "applicant", {"status": ["none"]}, before, today=TODAY, fixed={"status"})
    assert answers["status"] == "self"
    answers, _ = parse_page(sample(), "children", {"children[0].name": [""]}, before, today=TODAY, fixed={"children"})
    assert len(answers["children"]) == 2


def test_answers_on_the_same_page_open_and_close_each_other() -> None:
    post = {"status": ["employed"], "employer": ["都庁"], "public_servant": ["no"]}
    answers, problems = parse_page(sample(), "applicant", post, {}, today=TODAY)
    assert (answers["employer"], answers["public_servant"]) == ("都庁", False)
    assert {problem.path for problem in problems} == {"applicant.name", "applicant.born_on"}
    answers, _ = parse_page(sample(), "applicant", {**post, "status": ["none"]}, answers, today=TODAY)
    assert not {"employer", "public_servant"} & set(answers)


def test_a_wrong_text_of_a_hidden_question_is_no_problem() -> None:
    post = {"status": ["none"], "public_servant": ["perhaps"]}
    _, problems = parse_page(sample(), "applicant", post, complete(), today=TODAY)
    assert problems == ()


def test_groups_grow_shrink_and_drop_empty_items() -> None:
    def children(post: dict[str, list[str]], before: Any = ()) -> Any:
        return parse_page(sample(), "children", post, {"children": list(before)}, today=TODAY)[0]["children"]

    one = {"children[0].name": ["一郎"], "children[0].born_on": ["2024-01-01"]}
    assert children(one) == [{"name": "一郎", "born_on": "2024-01-01", "age": 2}]
    third = {"children[1].name": [""], "children[1].born_on": [""], "children[2].name": ["三郎"]}
    assert [child["name"] for child in children({**one, **third})] == ["一郎", "三郎"]
    assert len(children(one, complete()["children"])) == 1
    assert children({"children[0].name": [""]}, [{"name": "一郎"}]) == []


def test_files_of_an_item_stay_with_it() -> None:
    before = {"children": [{"name": "一郎", "paper": ["f1"]}, {"name": "二葉", "paper": ["f2"]}]}
    post = {"children[0].name": ["太郎"], "children[1].name": [""], "children[1].paper": ["f9"]}
    answers, _ = parse_page(sample(), "children", post, before, today=TODAY)
    assert answers["children"] == [{"name": "太郎", "paper": ["f1"]}, {"paper": ["f2"]}]


def test_problems_of_items_follow_the_items_that_are_left() -> None:
    post = {
        "children[0].name": [""],
        "children[0].born_on": [""],
        "children[1].name": ["二葉"],
        "children[1].born_on": ["2024-13-01"],
        "children[1].amount": ["たくさん"],
    }
    answers, problems = parse_page(sample(), "children", post, {}, today=TODAY)
    assert answers["children"] == [{"name": "二葉"}]
    assert {(p.path, p.code, p.params.get("raw")) for p in problems} == {
        ("children[0].born_on", "date", "2024-13-01"),
        ("children[0].amount", "type", "たくさん"),
    }


def test_an_item_with_only_a_wrong_text_is_kept() -> None:
    answers, problems = parse_page(sample(), "children", {"children[0].amount": ["?"]}, {}, today=TODAY)
    assert answers["children"] == [{}]
    assert {problem.path for problem in problems} == {f"children[0].{key}" for key in ("name", "born_on", "amount")}


def test_a_date_of_an_item_in_parts() -> None:
    post = {f"children[0].born_on.{part}": [text] for part, text in (("year", "R6"), ("month", "1"), ("day", "2"))}
    answers, _ = parse_page(sample(), "children", post, {}, today=TODAY)
    assert answers["children"] == [{"born_on": "2024-01-02", "age": 2}]


def test_rules_are_told_on_their_page() -> None:
    post = {"applicant.born_on": ["2010-01-01"]}
    _, problems = parse_page(sample(), "applicant", post, complete(), today=TODAY)
    assert [(problem.path, problem.code) for problem in problems] == [("applicant.born_on", "rule")]


def test_a_page_written_and_read_again_is_the_same() -> None:
    form, answers = sample(), parse_page(sample(), "children", {}, complete(), today=TODAY, fixed={"children"})[0]
    for page in form.pages:
        post = {name: list(texts) for name, texts in post_of(form, page.id, answers, today=TODAY).items()}
        assert parse_page(form, page.id, post, answers, today=TODAY) == (answers, ())


def test_a_post_writes_what_the_person_may_set_and_no_more() -> None:
    post = post_of(sample(), "children", complete(), today=TODAY)
    assert post["children[0].tags"] == ("b",)
    assert post["children[1].amount"] == ("7000",)
    assert not [name for name in post if name.endswith((".age", ".paper", "child_total", "proof"))]


def test_unknown_pages_are_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        parse_page(sample(), "nowhere", {}, {}, today=TODAY)


@pytest.mark.parametrize("text", ["﨑\u3000", "ｶﾞ", "①", "\ufb01", "e\u0301", "\ufa19\u3099", "が"])
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_a_group_beside_another_of_similar_name() -> None:
    def group(label: str) -> dict[str, Any]:
        return question("group", label, group={"item": words(label), "fields": {"a": question("text")}})

    form = small({"kid": group("子"), "kids": group("子ら")})
    answers, _ = parse_page(form, "p", {"kids[0].a": ["x"], "kid[1].a": ["y"]}, {}, today=TODAY)
    assert answers == {"kid": [{"a": "y"}], "kids": [{"a": "x"}]}
