"""Coming changes are those that judging every single day would find, no more and no fewer, and are said in words."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import (
    Case,
    Change,
    Household,
    Node,
    Person,
    Rule,
    Subject,
    Truth,
    Verdict,
    evaluate,
    judge,
    next_changes,
    parse,
)
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.ruleset import HouseholdChange, Outlook, RuleSet
from madoguchi.engines.eligibility.types import VERDICT_OF, Op, Owner
from madoguchi.engines.eligibility.words import change_in_words
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, VOCABULARY, births, households, nodes

DAYS = 800


def rule_of(node: Node, subject: Subject = Subject.CHILD) -> Rule:
    return Rule("a", "", subject, node)


def read(text: str, subject: Subject = Subject.CHILD) -> Node:
    return parse(text, subject=subject, vocabulary=VOCABULARY)


def outlook(rule: Rule, household: Household, *, today: date = TODAY) -> HouseholdChange | None:
    return Outlook(RuleSet([rule], RULEBOOK).assess(household, today=today)).next_change(0)


def near(birth: date, node: Node) -> Node:
    """Ask for an age that this birth date reaches soon, so that something happens within the days that are tried."""
    years = TODAY.year - birth.year
    measure = tree.Age(Owner.SELF, tree.Measure.YEARS, Op.GE, years + 1)
    return tree.disjunction([tree.conjunction([measure, node]), tree.Not(measure)])


@settings(max_examples=40, deadline=None)
@given(nodes(), households(), births)
def test_a_person_changes_exactly_on_the_days_that_are_named(node: Node, household: Household, birth: date) -> None:
    person = Person({"生年月日": birth})
    household = replace(household, children=(*household.children, person))
    node = near(birth, node)
    found = next_changes(rule_of(node), Case(TODAY, household, person, RULEBOOK), years=2)
    days = [TODAY + timedelta(days=n) for n in range(DAYS)]
    end = date(TODAY.year + 2, TODAY.month, TODAY.day)
    verdicts = [VERDICT_OF[evaluate(node, Case(day, household, person, RULEBOOK))] for day in days if day <= end]
    scanned = [
        Change(day, after)
        for day, (before, after) in zip(days[1:], pairwise(verdicts), strict=False)
        if before is not after
    ]
    assert found == scanned


@settings(max_examples=40, deadline=None)
@given(nodes(), households(), st.sampled_from(list(Subject)))
def test_the_next_change_of_a_household_is_the_first_on_any_of_its_days(
    node: Node, household: Household, subject: Subject
) -> None:
    rule = replace(rule_of(node, subject), effective_to=date(2031, 3, 31))
    found = outlook(rule, household)
    now = judge(rule, household, today=TODAY, rulebook=RULEBOOK).verdict
    if found is None:
        for years in range(1, 20):
            later = date(TODAY.year + years, 6, 1)
            assert judge(rule, household, today=later, rulebook=RULEBOOK).verdict is now
        return
    eve = found.day - timedelta(days=1)
    assert judge(rule, household, today=found.day, rulebook=RULEBOOK).verdict is found.verdict is not now
    for day in (eve, TODAY + (eve - TODAY) / 2):
        assert judge(rule, household, today=day, rulebook=RULEBOOK).verdict is now is found.before


@settings(max_examples=40, deadline=None)
@given(nodes(), households())
def test_with_one_child_the_household_changes_when_the_child_does(node: Node, household: Household) -> None:
    assume(household.children)
    child = household.children[0]
    household = replace(household, children=(child,), children_complete=True)
    changes = next_changes(rule_of(node), Case(TODAY, household, child, RULEBOOK))
    found = outlook(rule_of(node), household)
    assert (Change(found.day, found.verdict) if found else None) == (changes[0] if changes else None)


@pytest.mark.parametrize(
    ("text", "birth", "ja", "en"),
    [
        (
            "年度末まで(18)", date(2008, 4, 2),
            "18歳の年度末（2027-03-31）まで", "until the end of the school year of age 18 (2027-03-31)",
        ),
        (
            "年度年齢 >= 7", date(2020, 5, 1),
            "7歳になる年度の初め（2027-04-01）から", "from the start of the school year of age 7 (2027-04-01)",
        ),
        (
            "年齢 < 20", date(2007, 1, 15),
            "20歳になる前日（2027-01-13）まで", "until the day before the age of 20 years (2027-01-13)",
        ),
        ("年齢 >= 18", date(2008, 12, 1), "18歳になる日（2026-11-30）から", "from the age of 18 years (2026-11-30)"),
        (
            "基準日 >= 到達日(2,'月')", date(2026, 11, 1),
            "生後2か月になる日（2026-12-31）から", "from the age of 2 months (2026-12-31)",
        ),
        (
            "基準日 <= 到達日(12,'月')", date(2026, 11, 1),
            "1歳になる日（2027-10-31）まで", "until the age of 1 year (2027-10-31)",
        ),
        ("基準日 >= DATE '2027-04-01'", date(2010, 1, 1), "2027-04-01 から", "from 2027-04-01"),
        (
            "年度末まで(18) AND 要確認('x','所得')", date(2008, 4, 2),
            "18歳の年度末（2027-03-31）まで", "until the end of the school year of age 18 (2027-03-31)",
        ),
        (
            "年齢 < 18 OR 所得 < 1000000", date(2009, 1, 15),
            "2027-01-13 まで（その後は確認が必要）", "until 2027-01-13, then to be checked",
        ),
        (
            "年齢 >= 18 AND 所得 < 1000000", date(2009, 1, 15),
            "18歳になる日（2027-01-14）から対象になる可能性", "from the age of 18 years (2027-01-14), perhaps",
        ),
    ],
)  # fmt: skip
def test_a_change_is_said_by_what_happens_on_its_day(text: str, birth: date, ja: str, en: str) -> None:
    household = Household(children=(Person({"生年月日": birth}),), children_complete=True)
    change = outlook(rule_of(read(text)), household)
    assert change is not None
    assert change_in_words(change, language="ja") == ja
    assert change_in_words(change, language="en") == en


def test_the_last_child_ends_it_and_the_first_begins_it() -> None:
    elder, younger = Person({"生年月日": date(2009, 5, 1)}), Person({"生年月日": date(2013, 5, 1)})
    household = Household(children=(elder, younger), children_complete=True)
    ends = outlook(rule_of(read("年度末まで(18)")), household)
    begins = outlook(rule_of(read("年齢 >= 18")), household)
    assert ends is not None
    assert begins is not None
    assert (ends.day, ends.about and ends.about.index) == (date(2032, 4, 1), 1)
    assert (begins.day, begins.about and begins.about.index) == (date(2027, 4, 30), 0)
    assert begins.cause is not None
    assert begins.cause.truth is Truth.FALSE
    assert begins.before is Verdict.INELIGIBLE


def test_validity_alone_ends_a_programme() -> None:
    rule = replace(rule_of(tree.Constant(True), Subject.HOUSEHOLD), effective_to=date(2027, 3, 31))
    change = outlook(rule, Household())
    assert change is not None
    assert change_in_words(change, language="ja") == "2027-03-31 まで"
    assert change.cause is None
