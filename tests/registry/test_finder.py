"""The finder settles most programmes in a few questions and never contradicts what is true of the household."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import yaml

from madoguchi.apps.registry.finder import SKIP, household_of
from madoguchi.core.packs import plain
from madoguchi.engines.eligibility import (
    Band,
    Household,
    Person,
    Question,
    Rule,
    Verdict,
    household_from_json,
    judge,
    rank_questions,
)
from tests.registry.tokyo import PACK, Tokyo, tokyo

__all__ = ["tokyo"]
TODAY = date(2026, 11, 24)
MUNICIPALITY = "131199"
QUESTIONS = 8
MUST_BE_DECIDED = 0.95


def households() -> dict[str, Household]:
    """Return the sample households with everything that is true of them."""
    data = plain(yaml.safe_load((PACK / "samples" / "finder_households.yaml").read_text(encoding="utf-8")))
    base = data["defaults"]
    return {
        item["id"]: household_from_json(
            {
                "facts": base["facts"] | item.get("facts", {}),
                "applicant": {"監護": False, "生計同一": False} | base["applicant"] | item["applicant"],
                "children": [base["child"] | child for child in item.get("children", [])],
            }
        )
        for item in data["households"]
    }


def holds(known: object, said: Any) -> bool:
    """Tell whether what an option says is what is true."""
    if isinstance(said, Mapping) and {"min", "max"} & said.keys():
        number = known if isinstance(known, int) else -1
        return (said.get("min") is None or said["min"] <= number) and (said.get("max") is None or number <= said["max"])
    if isinstance(said, Mapping):
        return isinstance(known, Mapping) and all(known.get(series) == doses for series, doses in said.items())
    if isinstance(said, list):
        return isinstance(known, frozenset) and (set(said) <= known if said else not known)
    return known == said


def people(question: Question, truth: Household) -> list[tuple[str, Mapping[str, Person]]]:
    """Return the marks of a question and whom an answer with that mark is about."""
    if question.each_child and len(truth.children) > 1:
        return [(f"@{n}", {"子": child}) for n, child in enumerate(truth.children)]
    child = {"子": truth.children[0]} if truth.children else {}
    return [("", {"申請者": truth.applicant, "世帯": Person(truth.facts), **child})]


def ticked(question: Question, option: str, whom: Mapping[str, Person]) -> bool:
    """Tell whether somebody for whom the facts are true would choose an option."""
    entries = [item for item in question.settings if item.option == option and item.attribute and item.who in whom]
    sure = [item for item in entries if item.value is not None]
    if sure:
        return all(holds(whom[item.who].facts.get(item.attribute), item.value) for item in sure)
    return any(not holds(whom[item.who].facts.get(item.attribute, item.otherwise), item.otherwise) for item in entries)


def truthful_answer(question: Question, truth: Household) -> tuple[str, ...]:
    """Return the answer that is true of the household."""
    if question.kind == "birthdates":
        return tuple(str(child.facts["生年月日"]) for child in truth.children) or ("none",)
    if question.kind in ("checklist", "choice"):
        chosen = [
            option + mark
            for mark, whom in people(question, truth)
            for option in question.options()
            if ticked(question, option, whom)
        ]
        if question.kind == "choice" and not question.each_child:
            chosen = chosen[:1]
        return tuple(chosen) or (("none",) if question.kind == "checklist" else (SKIP,))
    first = question.settings[0]
    value = truth.facts.get(first.attribute) if first.who == "世帯" else truth.applicant.facts.get(first.attribute)
    options = [option for option in question.options() if ticked(question, option, people(question, truth)[0][1])]
    return (SKIP,) if value is None else (str(value), *options)


@dataclass(frozen=True, slots=True)
class Talk:
    """What was asked and what was known after each answer."""

    asked: str
    known: Household


def converse(town: Tokyo, rules: list[Rule], truth: Household) -> Iterator[Talk]:
    """Ask as the finder does, the best question first, and answer truthfully until nothing is left to ask."""
    answers: dict[str, tuple[str, ...]] = {}
    known = Household()
    by_id = {question.id: question for question in town.book.questions}
    while True:
        ranked = rank_questions(
            rules,
            known,
            town.book.questions,
            asked=answers,
            today=TODAY,
            rulebook=town.book.rulebook,
            implications=town.book.implications,
        )
        if not ranked:
            return
        asked = "municipality" if not answers else ranked[0].question.id
        answers[asked] = truthful_answer(by_id[asked], truth)
        known, errors = household_of(answers, town.book, today=TODAY)
        assert not errors
        yield Talk(asked, known)


def verdict(town: Tokyo, rule: Rule, household: Household) -> Verdict:
    return judge(rule, household, today=TODAY, rulebook=town.book.rulebook).verdict


def test_nineteen_of_twenty_are_decided_in_eight_questions_and_none_wrongly(tokyo: Tokyo) -> None:
    rules = [rule for rule in tokyo.rules.values() if rule.covers(MUNICIPALITY)]
    left: Counter[str] = Counter()
    samples = households()
    assert len(samples) >= 50
    for name, truth in samples.items():
        real = {rule.id: verdict(tokyo, rule, truth) for rule in rules}
        for number, talk in enumerate(converse(tokyo, rules, truth), start=1):
            found = {rule.id: verdict(tokyo, rule, talk.known) for rule in rules}
            wrong = {key: said for key, said in found.items() if said not in (Verdict.POSSIBLE, real[key])}
            assert not wrong, (name, talk.asked, {key: (said, real[key]) for key, said in wrong.items()})
            if number == QUESTIONS:
                left.update(key for key, said in found.items() if said is Verdict.POSSIBLE)
    share = 1 - left.total() / (len(samples) * len(rules))
    assert share >= MUST_BE_DECIDED, f"{share:.1%} decided within {QUESTIONS} questions; open: {left.most_common(30)}"


def test_each_child_has_its_own_answer(tokyo: Tokyo) -> None:
    by_id = {question.id: question for question in tokyo.book.questions}
    answers = {"children": ("2015-05-01", "2024-05-01"), "child_health": ("severe@1",)}
    household, errors = household_of(answers, tokyo.book, today=TODAY)
    assert not errors
    assert [child.facts["常時介護が必要な重度障害"] for child in household.children] == [False, True]
    with pytest.raises(ValueError, match="names no child"):
        by_id["child_health"].apply(("severe@7",), household)


def test_what_the_law_says_is_not_asked(tokyo: Tokyo) -> None:
    answers = {"children": ("2020-05-01",), "birthdate": ("1940-01-01",), "income": ("exempt",)}
    household, _ = household_of(answers, tokyo.book, today=TODAY)
    assert household.applicant.facts["医療保険"] == "後期高齢者医療"
    assert household.children[0].facts["婚姻中"] is False
    told, _ = household_of({**answers, "work": ("national",)}, tokyo.book, today=TODAY)
    assert told.applicant.facts["医療保険"] == "国民健康保険"


def test_a_band_of_doses_decides_only_what_it_settles(tokyo: Tokyo) -> None:
    rule = tokyo.rules["vaccine-5in1"]
    for doses, expected in ((Band(0, 3), Verdict.ELIGIBLE), (Band(2, 5), Verdict.POSSIBLE), (4, Verdict.INELIGIBLE)):
        child = Person({"生年月日": date(2026, 1, 1), "接種記録": {"五種混合": doses}})
        household = Household(children=(child,), children_complete=True)
        assert verdict(tokyo, rule, household) is expected
