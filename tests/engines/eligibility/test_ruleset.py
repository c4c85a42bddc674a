"""All rules at once give exactly what each rule gives alone: verdicts, persons, reasons, open facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import (
    Band,
    Case,
    Household,
    Node,
    Person,
    Role,
    Rule,
    Rulebook,
    Subject,
    Verdict,
    explain,
    judge,
    open_facts,
    parse,
    person_of,
)
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.ruleset import HouseholdVerdict, RuleSet
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, VOCABULARY, households, nodes

PART = "手当の所得"
SUBJECTS = list(Subject)


def read(text: str, subject: Subject = Subject.CHILD) -> Node:
    return parse(text, subject=subject, vocabulary=VOCABULARY)


LOCAL = replace(
    RULEBOOK,
    subconditions={
        (PART, "131199"): read("申請者.所得 < 1380000 AND (妊娠中 OR 都内())"),
        (PART, "132080"): read("NOT 年齢 < 6"),
    },
)


def with_bands(household: Household) -> st.SearchStrategy[Household]:
    """Draw the household again, some of its numbers known only between bounds."""

    def blurred(facts: Mapping[str, Any], blur: bool) -> dict[str, Any]:
        wide = {name: Band(value, value + 500_000) for name, value in facts.items() if name == "所得"}
        doses = {"接種記録": {"BCG": Band(0, 1), **facts["接種記録"]}} if "接種記録" in facts else {}
        return {**facts, **(wide | doses if blur else {})}

    return st.lists(st.booleans(), min_size=6, max_size=6).map(
        lambda blur: replace(
            household,
            applicant=Person(blurred(household.applicant.facts, blur[0])),
            children=tuple(Person(blurred(c.facts, b)) for c, b in zip(household.children, blur[1:], strict=False)),
            rest=Person({"妊娠中": False}) if blur[5] else household.rest,
        )
    )


def rules_of(trees: list[tuple[Subject, Node]]) -> list[Rule]:
    return [Rule(str(number), "", subject, node) for number, (subject, node) in enumerate(trees)]


def local(node: Node) -> st.SearchStrategy[Node]:
    """Draw the tree as it is, or together with a part that municipalities fill."""
    part = tree.SubCondition(PART)
    return st.sampled_from([node, tree.conjunction([part, node]), tree.Not(tree.disjunction([node, part])), part])


TREES = st.lists(
    st.sampled_from(SUBJECTS).flatmap(
        lambda subject: st.tuples(st.just(subject), nodes(Subject.CHILD).flatmap(local)),
    ),
    min_size=3,
    max_size=8,
)
HOMES = households().flatmap(with_bands)


def alone(rule: Rule, household: Household, rulebook: Rulebook) -> HouseholdVerdict:
    """Judge one rule by itself, as the ruleset must."""
    found = judge(rule, household, today=TODAY, rulebook=rulebook)
    if not found.persons:
        return HouseholdVerdict(rule, found.verdict, (), found.in_force, None, ())
    best = max(found.persons, key=lambda person: (person.truth, person.role is Role.APPLICANT))
    case = Case(TODAY, household, person_of(household, best), rulebook)
    return HouseholdVerdict(rule, found.verdict, found.persons, True, best, explain(rule.node, case))


@settings(max_examples=40, deadline=None)
@given(TREES, HOMES)
def test_together_and_alone_are_the_same(trees: list[tuple[Subject, Node]], household: Household) -> None:
    rules = rules_of(trees)
    assessment = RuleSet(rules, LOCAL).assess(household, today=TODAY)
    for index, (rule, verdict) in enumerate(zip(rules, assessment.verdicts, strict=True)):
        assert verdict == alone(rule, household, LOCAL)
        assert assessment.is_open(index) is (verdict.verdict is Verdict.POSSIBLE)
        assert assessment.open_facts(index) == open_facts(rule, household, today=TODAY, rulebook=LOCAL)


@settings(max_examples=20, deadline=None)
@given(TREES, HOMES, HOMES)
def test_what_is_carried_on_after_an_answer_equals_what_is_judged_anew(
    trees: list[tuple[Subject, Node]], before: Household, other: Household
) -> None:
    names = frozenset({"所得", "生年月日"})
    told = {name: value for name, value in other.applicant.facts.items() if name in names}
    after = replace(before, applicant=before.applicant.with_facts(told))
    ruleset = RuleSet(rules_of(trees), LOCAL)
    carried = ruleset.assess(before, today=TODAY).after(after, names)
    assert carried.verdicts == ruleset.judge(after, today=TODAY)


@settings(max_examples=40, deadline=None)
@given(TREES, HOMES, HOMES)
def test_one_household_leaves_no_trace_in_the_next(
    trees: list[tuple[Subject, Node]], first: Household, second: Household
) -> None:
    used, fresh = RuleSet(rules_of(trees), LOCAL), RuleSet(rules_of(trees), LOCAL)
    used.judge(first, today=TODAY)
    assert used.judge(second, today=TODAY) == fresh.judge(second, today=TODAY)


def test_a_rule_out_of_force_concerns_nobody_and_comes_back_in_time() -> None:
    rule = Rule("a", "", Subject.PERSON, read("妊娠中", Subject.PERSON), effective_to=date(2026, 11, 23))
    ruleset = RuleSet([rule], RULEBOOK)
    household = Household(applicant=Person({"妊娠中": True}), children_complete=True)
    (ended,) = ruleset.judge(household, today=TODAY)
    assert (ended.verdict, ended.in_force, ended.about) == (Verdict.INELIGIBLE, False, None)
    (before,) = ruleset.judge(household, today=date(2026, 11, 23))
    assert before.verdict is Verdict.ELIGIBLE


def test_a_group_may_look_back_at_the_person() -> None:
    node = read("存在(世帯員, 所得 > 0 AND 本人.妊娠中)", Subject.PERSON)
    other = Person({"所得": 1, "妊娠中": False})
    household = Household(applicant=Person({"妊娠中": True}), others=(other,), children_complete=True)
    rule = Rule("a", "", Subject.PERSON, node)
    (verdict,) = RuleSet([rule], RULEBOOK).judge(household, today=TODAY)
    assert verdict == alone(rule, household, RULEBOOK)
    assert [int(person.truth) for person in verdict.persons] == [2, 0]


def test_equal_parts_are_judged_once_for_all_rules() -> None:
    texts = ["年齢 < 20 AND 妊娠中", "年齢 < 20 AND 就労中", "妊娠中 OR (年齢 < 20 AND 就労中)"]
    ruleset = RuleSet(rules_of([(Subject.PERSON, read(text, Subject.PERSON)) for text in texts]), RULEBOOK)
    plan = ruleset.assess(Household(), today=TODAY).program.plan
    assert len(plan) == 3 + 3
