"""Verdicts follow Kleene's logic and Japanese ages; more facts never flip a definite answer."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.eligibility import (
    Band,
    Case,
    Household,
    Node,
    Person,
    Subject,
    Truth,
    evaluate,
    explain,
    missing,
    parse,
)
from madoguchi.engines.eligibility.dates import age_months, age_years, attained_on, fiscal_age
from madoguchi.engines.eligibility.rules import Role
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, VOCABULARY, births, households, nodes, persons


def truth(text: str, household: Household, person: Person | None = None, subject: Subject = Subject.CHILD) -> Truth:
    node = parse(text, subject=subject, vocabulary=VOCABULARY)
    return evaluate(node, Case(TODAY, household, person or household.applicant, RULEBOOK))


def child(birth: date | None) -> Person:
    return Person({"生年月日": birth} if birth else {})


@given(nodes(), households(), persons(), st.data())
def test_more_facts_never_flip_a_definite_answer(
    node: Node, household: Household, extra: Person, data: st.DataObject
) -> None:
    person = household.children[0] if household.children else household.applicant
    before = evaluate(node, Case(TODAY, household, person, RULEBOOK))
    richer_applicant = Person({**extra.facts, **household.applicant.facts})
    richer = replace(household, applicant=richer_applicant)
    if person is household.applicant:
        person = richer_applicant
    after = evaluate(node, Case(TODAY, richer, person, RULEBOOK))
    assert before is Truth.UNKNOWN or before is after


@given(nodes(), households())
def test_an_unknown_answer_names_what_is_missing_unless_only_a_person_can_tell(
    node: Node, household: Household
) -> None:
    case = Case(TODAY, household, household.applicant, RULEBOOK)
    if evaluate(node, case) is not Truth.UNKNOWN:
        assert not missing(node, case, Role.APPLICANT)


@given(nodes(), households())
def test_the_explanation_alone_gives_the_verdict(node: Node, household: Household) -> None:
    case = Case(TODAY, household, household.applicant, RULEBOOK)
    verdict = evaluate(node, case)
    findings = explain(node, case)
    assert findings
    shown = {2 - finding.truth if finding.negated else int(finding.truth) for finding in findings}
    assert shown == {int(verdict)}


@given(births, st.integers(0, 1_200))
def test_an_age_is_reached_on_its_attained_day_and_not_before(birth: date, months: int) -> None:
    day = attained_on(birth, months)
    assert age_months(birth, day) >= months
    before = date.fromordinal(day.toordinal() - 1)
    assert age_months(birth, before) < months
    if months % 12 == 0:
        assert age_years(birth, day) >= months // 12 > age_years(birth, before)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2008, 4, 1), date(2026, 3, 31), 18),
        (date(2008, 4, 1), date(2026, 4, 1), 19),
        (date(2008, 4, 2), date(2027, 3, 31), 18),
        (date(2008, 4, 2), date(2027, 4, 1), 19),
        (date(2020, 4, 1), date(2026, 4, 1), 7),
        (date(2020, 4, 2), date(2026, 4, 1), 6),
    ],
)
def test_fiscal_ages_split_at_the_second_of_april(birth: date, on: date, age: int) -> None:
    assert fiscal_age(birth, on) == age


@pytest.mark.parametrize(
    ("birth", "months", "day"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 1, 15), 2, date(2026, 3, 14)),
        (date(2026, 1, 15), 90, date(2033, 7, 14)),
        (date(1961, 11, 25), 65 * 12, date(2026, 11, 24)),
    ],
)
def test_ages_are_reached_on_the_day_before_the_anniversary(birth: date, months: int, day: date) -> None:
    assert attained_on(birth, months) == day


def test_groups_keep_the_unknown() -> None:
    known, unknown = child(date(1990, 1, 1)), child(None)
    some = Household(children=(known, unknown), children_complete=True)
    assert truth("存在(子, 月齢 < 216)", some) is Truth.UNKNOWN
    young = Household(children=(child(date(2025, 1, 1)), unknown), children_complete=True)
    assert truth("全員(子, 月齢 < 216)", young) is Truth.UNKNOWN
    assert truth("存在(子, 月齢 < 216)", young) is Truth.TRUE
    assert truth("人数(子, 月齢 < 216) >= 3", young) is Truth.FALSE


def test_empty_groups_are_decided_only_when_the_list_is_complete() -> None:
    complete, open_list = Household(children_complete=True), Household(children_complete=False)
    assert truth("存在(子, 年齢 < 3)", complete) is Truth.FALSE
    assert truth("全員(子, 年齢 < 3)", complete) is Truth.TRUE
    assert truth("人数(子, 年齢 < 3) = 0", complete) is Truth.TRUE
    for text in ("存在(子, 年齢 < 3)", "全員(子, 年齢 < 3)", "人数(子, 年齢 < 3) = 0"):
        assert truth(text, open_list) is Truth.UNKNOWN


def test_income_bands_decide_when_they_lie_on_one_side_of_the_limit() -> None:
    text = "申請者.所得 < 限度額表('手当', 申請者.扶養親族等の数)"
    for band, dependants, expected in [
        (Band(0, 999_999), None, Truth.TRUE),
        (Band(0, 1_000_000), None, Truth.UNKNOWN),
        (Band(0, 1_000_000), 1, Truth.TRUE),
        (Band(1_380_000, None), 1, Truth.FALSE),
        (1_379_999, 1, Truth.TRUE),
        (1_380_000, 1, Truth.FALSE),
        (9_000_000, None, Truth.UNKNOWN),
    ]:
        facts = {"所得": band} | ({} if dependants is None else {"扶養親族等の数": dependants})
        assert truth(text, Household(applicant=Person(facts)), child(None)) is expected


def test_birth_order_counts_siblings_up_to_the_age_limit() -> None:
    eldest, second, third = child(date(2005, 5, 1)), child(date(2015, 5, 1)), child(date(2020, 5, 1))
    family = Household(children=(eldest, second, third), children_complete=True)
    assert truth("出生順位(22) >= 3", family, third) is Truth.TRUE
    assert truth("出生順位(18) >= 3", family, third) is Truth.FALSE
    assert truth("出生順位(22) = 1", family, eldest) is Truth.TRUE
    open_family = replace(family, children_complete=False)
    assert truth("出生順位(22) >= 3", open_family, second) is Truth.UNKNOWN


def test_received_programmes_are_unknown_until_told() -> None:
    kid = child(date(2020, 1, 1))
    assert truth("受給('A')", Household(children=(kid,)), kid) is Truth.UNKNOWN
    told = Household(applicant=Person({"受給中の制度": frozenset({"A"})}), children=(kid,))
    assert truth("受給('A')", told, kid) is Truth.TRUE
