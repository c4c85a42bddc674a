"""What a person did not have to do."""

from madoguchi.engines.forms import SavedDocument, Savings, calculated, savings
from tests.engines.forms.samples import TODAY, complete, question, sample, small


def test_prefilled_questions_and_documents_are_counted() -> None:
    form = small({"a": question("text", seconds=100), "b": question("text", seconds=50), "c": question("text")})
    papers = [SavedDocument("certificate", 30, 1, 300), SavedDocument("copy", 5)]
    found = savings(form, {"a": "x", "b": "y"}, {"a": "verified", "c": "declared"}, documents=papers)
    assert found == Savings(2, 1, 0.5, 100, 2, 1, 36, 300)


def test_minutes_against_paper() -> None:
    form = small({"a": question("text", seconds=100), "b": question("text", seconds=50)})
    answers = {"a": "x", "b": "y"}
    assert savings(form, answers, {"a": "verified"}, paper={"minutes": 25, "trips": 1}).minutes == 24
    assert savings(form, answers, {}, paper={"minutes": 2}).minutes == 0
    assert savings(form, answers, {}, paper={"minutes": 25, "trips": 2}).trips == 2


def test_questions_of_items_count_each() -> None:
    answers = calculated(sample(), complete(), today=TODAY)
    nothing = savings(sample(), answers, {})
    known = savings(sample(), answers, {"children[0].name": "verified", "children[0].age": "verified", "gone": "x"})
    assert (known.fields_prefilled, known.seconds) == (1, 8)
    assert known.fields_total == nothing.fields_total == 11 + 5 + 4


def test_nothing_asked_is_nothing_saved() -> None:
    assert savings(small({"a": question("text")}), {}, {"a": "verified"}) == Savings(0, 0, 0.0, 0, 0, 0, 0, 0)
