"""Amounts are exact where the facts are, a range where they are not, and a clear error where the record is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import (
    Amount,
    AmountError,
    AmountRule,
    Band,
    Case,
    Household,
    Person,
    Rule,
    Subject,
    amount_for,
    parse,
    parse_amount,
)
from madoguchi.engines.eligibility.amounts.model import Fixed, LesserOf, Linear
from madoguchi.engines.eligibility.amounts.paying import pay
from madoguchi.engines.eligibility.amounts.periods import History, amount_over, fiscal_year_of, payments
from madoguchi.engines.eligibility.amounts.totals import household_amount
from madoguchi.engines.eligibility.ast import AttrRef
from madoguchi.engines.eligibility.types import Owner
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, VOCABULARY, households, nodes

TABLE = next(iter(RULEBOOK.tables))
MONTHLY = {"per": "月", "each": "児童", "cases": [{"yen": 1_000}]}
PAID = {2: [10, 11, 12, 1], 6: [2, 3, 4, 5], 10: [6, 7, 8, 9]}
UNDER_18 = "年度末まで(18)"


def read(data: Mapping[str, Any], subject: Subject = Subject.PERSON) -> AmountRule:
    return parse_amount(
        data,
        parse=lambda text: parse(text, subject=subject, vocabulary=VOCABULARY),
        vocabulary=VOCABULARY,
        subject=subject,
    )


def paid(cases: list[dict[str, Any]], **facts: Any) -> Amount:
    person = Person(facts)
    return amount_for(read({"cases": cases}), Case(TODAY, Household(applicant=person), person, RULEBOOK))


def programme(amount: Mapping[str, Any], condition: str = UNDER_18, **more: Any) -> Rule:
    node = parse(condition, subject=Subject.CHILD, vocabulary=VOCABULARY)
    return Rule("x", "手当", Subject.CHILD, node, amount=read(amount, Subject.CHILD), **more)


def family(*births: date | None, complete: bool = True, **applicant: Any) -> Household:
    children = tuple(Person({"生年月日": birth} if birth else {}) for birth in births)
    return Household(applicant=Person(applicant), children=children, children_complete=complete)


def total(rule: Rule, household: Household, today: date = TODAY) -> Amount:
    return household_amount(rule, household, today=today, rulebook=RULEBOOK)


def exactly(yen: int) -> Amount:
    return Amount(yen, yen)


SIX, NINE, TWELVE = date(2020, 5, 1), date(2017, 5, 1), date(2014, 5, 1)


# --- one person on one day


def test_a_table_gives_its_entry_at_a_number() -> None:
    version = RULEBOOK.tables[TABLE].on(TODAY)
    assert version is not None
    case = [{"table": TABLE, "by": "扶養親族等の数"}]
    assert paid(case, 扶養親族等の数=2) == Amount(version.limit(2), version.limit(2))
    between = paid(case, 扶養親族等の数=Band(0, 2))
    assert (between.low_yen, between.high_yen) == (version.limit(0), version.limit(2))
    assert paid(case) == Amount(None, None)
    assert paid(case, 扶養親族等の数=Band(0, None)) == Amount(None, None)


def test_an_unknown_condition_gives_the_span_of_what_is_possible() -> None:
    cases = [{"when": "妊娠中", "yen": 50_000}, {"yen": 10_000}]
    assert paid(cases, 妊娠中=True) == Amount(50_000, 50_000)
    assert paid(cases, 妊娠中=False).exact
    assert paid(cases) == Amount(10_000, 50_000)


def test_the_actual_cost_is_paid_up_to_a_ceiling() -> None:
    cases: list[dict[str, Any]] = [{"lesser_of": [{"share": {"of": "所得", "rate": "0.7"}}, {"yen": 150_000}]}]
    assert paid(cases, 所得=100_001) == exactly(70_000)
    assert paid(cases, 所得=214_285) == exactly(149_999)
    assert paid(cases, 所得=214_286) == exactly(150_000)
    assert paid(cases) == Amount(0, 150_000)
    assert paid(cases, 所得=Band(100_000, None)) == Amount(70_000, 150_000)


def test_a_share_can_be_rounded_to_the_nearest_yen() -> None:
    half_up = [{"share": {"of": "所得", "rate": "1/480", "rounding": "四捨五入"}}]
    assert [paid(half_up, 所得=cost) for cost in (239, 240, 720)] == [exactly(0), exactly(1), exactly(2)]


def test_the_reduction_is_rounded_not_the_result() -> None:
    line = {"of": "所得", "from": TABLE, "by": "扶養親族等の数", "start": 1_000, "floor": 100, "rate": 0.5}
    at = [paid([{"linear": line}], 扶養親族等の数=0, 所得=1_000_000 + over) for over in (0, 8, 10, 30, 10_000)]
    assert at == [exactly(1_000), exactly(1_000), exactly(990), exactly(980), exactly(100)]


def test_a_line_without_income_or_dependants_gives_its_bounds() -> None:
    line = {"of": "所得", "from": TABLE, "by": "扶養親族等の数", "start": 1_000, "floor": 100, "rate": "0.001"}
    assert paid([{"linear": line}], 扶養親族等の数=0) == Amount(100, 1_000)
    assert paid([{"linear": line}], 所得=1_100_000) == Amount(900, 1_000)
    assert paid([{"linear": line}], 所得=1_100_000, 扶養親族等の数=Band(0, 0)) == exactly(900)
    assert paid([{"linear": line}], 所得=1_500_000, 扶養親族等の数=Band(0, 1)) == Amount(500, 880)
    assert paid([{"linear": line}], 所得=Band(1_100_000, 1_200_000), 扶養親族等の数=0) == Amount(800, 900)


@given(
    low=st.integers(0, 3_000_000),
    more=st.integers(0, 500_000),
    rate=st.fractions(Fraction(1, 1_000), Fraction(1, 10)),
)
@settings(max_examples=150)
def test_more_income_never_pays_more(low: int, more: int, rate: Fraction) -> None:
    income, count = AttrRef(Owner.SELF, "所得"), AttrRef(Owner.SELF, "扶養親族等の数")
    line = Linear(income, TABLE, count, start_yen=48_040, floor_yen=11_340, rate=rate, round_to=10)

    def at(yen: int) -> int:
        person = Person({"所得": yen, "扶養親族等の数": 1})
        amount = pay(line, Case(TODAY, Household(applicant=person), person, RULEBOOK))
        assert amount.exact
        assert amount.low_yen is not None
        return amount.low_yen

    assert 11_340 <= at(low + more) <= at(low) <= 48_040
    assert at(low) % 10 == 0


@given(bounds=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)).map(sorted), min_size=2, max_size=4))
@settings(max_examples=100)
def test_the_least_of_several_lies_below_each_of_them(bounds: list[list[int]]) -> None:
    case = Case(TODAY, Household(), Person(), RULEBOOK)
    amount = pay(LesserOf(tuple(Fixed(low, high) for low, high in bounds)), case)
    assert amount == Amount(min(low for low, _ in bounds), min(high for _, high in bounds))


# --- the household together


def test_each_child_has_its_own_case() -> None:
    rule = programme({"per": "月", "each": "児童", "cases": [{"when": "年齢 < 7", "yen": 15_000}, {"yen": 10_000}]})
    assert total(rule, family(SIX, NINE, TWELVE)) == exactly(35_000)
    assert total(rule, family(SIX, None)) == Amount(15_000, 30_000)
    assert total(rule, family()) == exactly(0)


def test_a_list_that_may_be_incomplete_leaves_the_total_open() -> None:
    assert total(programme(MONTHLY), family(SIX, complete=False)) == Amount(1_000, None)
    assert total(programme(MONTHLY), family(complete=False)) == Amount(0, None)


def test_the_second_and_the_third_child_add_to_what_the_household_gets() -> None:
    tiers = [{"first": 2, "last": 2, "cases": [{"yen": 50}]}, {"first": 3, "cases": [{"yen": 20}]}]
    rule = programme({"per": "月", "each": "世帯", "cases": [{"yen": 1_000}], "additions": tiers})
    births = (SIX, NINE, TWELVE, TWELVE)
    assert [total(rule, family(*births[:n])) for n in range(5)] == [
        exactly(yen) for yen in (0, 1_000, 1_050, 1_070, 1_090)
    ]
    assert total(rule, family(SIX, None)) == Amount(1_000, 1_050)
    assert total(rule, family(SIX, complete=False)) == Amount(1_000, None)
    assert total(rule, family(None)) == Amount(0, 1_000)


def test_a_cap_holds_for_the_household_or_for_each_person() -> None:
    cases = [{"yen": 700}]
    together = programme({"per": "月", "each": "児童", "cases": cases, "cap": {"yen": 1_000, "each": "世帯"}})
    singly = programme({"per": "月", "each": "児童", "cases": cases, "cap": {"yen": 500, "each": "児童"}})
    assert total(together, family(SIX, NINE)) == exactly(1_000)
    assert total(together, family(SIX, complete=False)) == Amount(700, 1_000)
    assert total(singly, family(SIX, NINE)) == exactly(1_000)


def test_a_number_of_times_below_the_least_says_nothing() -> None:
    amount = {"per": "回", "each": "胎児", "times": {"of": "扶養親族等の数", "least": 1}, "cases": [{"yen": 50}]}
    rule = replace(programme(MONTHLY), subject=Subject.HOUSEHOLD, amount=read(amount))
    rule = replace(rule, node=parse("妊娠中", subject=Subject.HOUSEHOLD, vocabulary=VOCABULARY))
    numbers = (3, 0, None, Band(1, 2))
    assert [total(rule, family(妊娠中=True, 扶養親族等の数=number)) for number in numbers] == [
        exactly(150), Amount(50, None), Amount(50, None), Amount(50, 100),
    ]  # fmt: skip


def test_a_programme_without_money_says_so() -> None:
    with pytest.raises(AmountError, match="pays no money"):
        total(replace(programme(MONTHLY), amount=None), family(SIX))


# --- months, claims, versions


def over(rule: Rule, household: Household | History, start: date, end: date, **claim: date) -> list[int | None]:
    period = amount_over(rule, household, rulebook=RULEBOOK, start=start, end=end, **claim)
    assert all(item.amount.exact for item in period.months)
    return [item.amount.low_yen for item in period.months]


def after_claim(**more: Any) -> dict[str, Any]:
    return {**MONTHLY, "months": {"begins": "請求の翌月", "as_of": "月初", **more}}


def test_money_begins_in_the_month_after_the_claim_and_ends_with_the_right() -> None:
    rule = programme(after_claim(), condition="年齢 < 9")
    leaving = family(date(2017, 12, 20))
    assert over(rule, leaving, date(2026, 9, 1), date(2027, 1, 1), claimed=date(2026, 9, 30)) == [
        0,
        1_000,
        1_000,
        1_000,
        0,
    ]


@pytest.mark.parametrize(
    ("claimed", "months"), [(date(2026, 5, 16), [0, 1_000, 1_000]), (date(2026, 6, 1), [0, 0, 1_000])]
)
def test_a_claim_soon_after_the_birth_counts_from_the_birth(claimed: date, months: list[int]) -> None:
    rule = programme(after_claim(grace_days=15))
    assert over(rule, family(date(2026, 5, 1)), date(2026, 5, 1), date(2026, 7, 31), claimed=claimed) == months


def test_a_claim_soon_after_a_move_counts_from_the_move() -> None:
    rule = programme(after_claim(grace_days=15))
    days = {"claimed": date(2026, 6, 10), "arose": date(2026, 5, 26)}
    assert over(rule, family(SIX), date(2026, 5, 1), date(2026, 7, 1), **days) == [0, 1_000, 1_000]
    assert over(rule, family(SIX), date(2026, 5, 1), date(2026, 7, 1), claimed=days["claimed"]) == [0, 0, 1_000]


def test_money_may_begin_in_the_month_of_the_claim() -> None:
    rule = programme({**MONTHLY, "months": {"begins": "請求の月"}})
    assert over(rule, family(SIX), date(2026, 5, 1), date(2026, 7, 1), claimed=date(2026, 6, 30)) == [0, 1_000, 1_000]


def test_facts_of_the_first_day_count_where_the_rule_says_so() -> None:
    rule = programme({**MONTHLY, "months": {"begins": "該当月", "as_of": "月初"}}, condition="都内()")
    here, away = (replace(family(SIX), facts={"自治体コード": code}) for code in ("131199", "270000"))
    moved = History(((date(2026, 4, 1), away), (date(2026, 6, 1), here), (date(2026, 8, 2), away)))
    assert over(rule, moved, date(2026, 5, 1), date(2026, 9, 1)) == [0, 1_000, 1_000, 1_000, 0]
    last = programme({**MONTHLY, "months": {"begins": "該当月", "as_of": "月末"}}, condition="都内()")
    assert over(last, moved, date(2026, 5, 1), date(2026, 9, 1)) == [0, 1_000, 1_000, 0, 0]


def test_a_child_is_counted_from_its_birth() -> None:
    rule = programme({**MONTHLY, "months": {"begins": "該当月", "as_of": "月初"}})
    assert over(rule, family(date(2026, 6, 1), date(2026, 6, 2)), date(2026, 5, 1), date(2026, 7, 1)) == [
        0,
        1_000,
        2_000,
    ]


def test_past_months_are_paid_by_the_figures_and_the_law_of_then() -> None:
    versions = [
        {"from": "2026-01-01", "to": "2026-02-28", "condition": "年度末まで(3)", "cases": [{"yen": 1}]},
        {"from": "2026-03-01", "to": "2026-03-31", "cases": [{"yen": 10}]},
        {"from": "2026-04-01", "cases": [{"yen": 100}]},
    ]
    rule = programme({"per": "月", "each": "児童", "versions": versions}, effective_from=date(2026, 3, 1))
    assert over(rule, family(SIX), date(2026, 1, 1), date(2026, 4, 1)) == [0, 0, 10, 100]
    assert over(rule, family(date(2023, 5, 1)), date(2026, 2, 1), date(2026, 4, 1)) == [1, 10, 100]
    before = amount_over(rule, family(SIX), rulebook=RULEBOOK, start=date(2025, 12, 1), end=date(2025, 12, 1))
    assert before.total == Amount(None, None)


def test_a_programme_pays_nothing_before_it_begins() -> None:
    rule = programme(MONTHLY, effective_from=date(2026, 6, 1), effective_to=date(2026, 7, 31))
    assert over(rule, family(SIX), date(2026, 5, 1), date(2026, 8, 1)) == [0, 1_000, 1_000, 0]


def test_months_are_paid_out_in_the_months_of_the_calendar() -> None:
    rule = programme({**MONTHLY, "months": {"begins": "該当月", "paid": PAID}})
    start, end = fiscal_year_of(2026)
    year = amount_over(rule, family(SIX), rulebook=RULEBOOK, start=start, end=end)
    assert [(item.month, item.amount.low_yen) for item in payments(rule, year)] == [
        (date(2026, 6, 1), 2_000), (date(2026, 10, 1), 4_000), (date(2027, 2, 1), 4_000), (date(2027, 6, 1), 2_000),
    ]  # fmt: skip
    with pytest.raises(AmountError, match="paying months"):
        payments(programme(MONTHLY), year)


def test_only_monthly_money_is_counted_by_months() -> None:
    once = programme({"per": "回", "each": "児童", "cases": [{"yen": 1}]})
    with pytest.raises(AmountError, match="paid per 回"):
        amount_over(once, family(SIX), rulebook=RULEBOOK, start=TODAY, end=TODAY)
    with pytest.raises(AmountError, match="Ask for 1 to"):
        amount_over(programme(MONTHLY), family(SIX), rulebook=RULEBOOK, start=TODAY, end=date(2020, 1, 1))


# --- properties


def forgetful(person: Person, kept: frozenset[str]) -> Person:
    return Person({name: value for name, value in person.facts.items() if name in kept})


def knowing_less(household: Household, kept: frozenset[str]) -> Household:
    return replace(
        household,
        facts={name: value for name, value in household.facts.items() if name in kept},
        applicant=forgetful(household.applicant, kept),
        children=tuple(forgetful(child, kept) for child in household.children),
        others=tuple(forgetful(other, kept) for other in household.others),
    )


def random_rules() -> st.SearchStrategy[Rule]:
    line = {
        "of": "申請者.所得",
        "from": TABLE,
        "by": "申請者.扶養親族等の数",
        "start": 900,
        "floor": 90,
        "rate": "0.0007",
    }
    share = {"lesser_of": [{"share": {"of": "所得", "rate": "0.001"}}, {"yen": 500}]}
    forms = st.sampled_from([{"yen": 700}, {"linear": line}, share, {"range": {"min": 10, "max": 400}}])

    def build(node: Any, whens: list[Any], pays: list[Any], each: str, capped: bool) -> Rule:
        amount: dict[str, Any] = {"per": "月", "each": each, "cases": [dict(item) for item in pays]}
        if each == "世帯":
            amount["additions"] = [{"first": 2, "cases": [{"yen": 30}]}]
        if capped:
            amount["cap"] = {"yen": 1_200, "each": "世帯"}
        rule = read(amount, Subject.CHILD)
        version = rule.versions[0]
        items = tuple(replace(item, when=when) for item, when in zip(version.cases.items, whens, strict=False))
        cases = replace(version.cases, items=(*items, *version.cases.items[len(items) :]))
        rule = replace(rule, versions=(replace(version, cases=cases),))
        return Rule("x", "手当", Subject.CHILD, node, amount=rule)

    conditions = st.lists(nodes(Subject.CHILD), max_size=2)
    return st.builds(
        build, nodes(Subject.CHILD), conditions, st.lists(forms, min_size=1, max_size=3), st.sampled_from(["児童", "世帯"]),
        st.booleans(),
    )  # fmt: skip


NAMES = (
    "生年月日",
    "妊娠中",
    "就労中",
    "所得",
    "扶養親族等の数",
    "医療保険",
    "自治体コード",
    "住民税非課税",
    "世帯所得",
)


@given(rule=random_rules(), household=households(), kept=st.frozensets(st.sampled_from(NAMES)))
@settings(max_examples=250, deadline=None)
def test_learning_a_fact_never_leaves_the_range(rule: Rule, household: Household, kept: frozenset[str]) -> None:
    less, more = total(rule, knowing_less(household, kept)), total(rule, household)
    assert (less.low_yen or 0) <= (more.low_yen or 0)
    assert less.high_yen is None or (more.high_yen is not None and more.high_yen <= less.high_yen)


@given(rule=random_rules(), household=households(), cut=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_period_is_the_sum_of_its_parts(rule: Rule, household: Household, cut: int) -> None:
    def part(first: int, last: int) -> Amount:
        start, end = date(2026, first, 1), date(2026, last, 1)
        return amount_over(rule, household, rulebook=RULEBOOK, start=start, end=end).total

    assert part(1, 6) == part(1, cut) + part(cut + 1, 6)


# --- what is refused


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([], "no cases"),
        ([{}], "needs one of"),
        ([{"yen": 1, "range": {"min": 1, "max": 2}}], "needs one of"),
        ([{"yen": -1}], "no amount"),
        ([{"yen": True}], "no amount"),
        ([{"range": {"min": 2, "max": 1}}], "Swap them"),
        ([{"table": "無い表", "by": "扶養親族等の数"}], "Unknown table"),
        ([{"table": TABLE}], "needs `by`"),
        ([{"table": TABLE, "by": "無い"}], "Unknown attribute"),
        ([{"table": TABLE, "by": "医療保険"}], "is no number"),
        ([{"lesser_of": [{"yen": 1}]}], "two or more"),
        ([{"lesser_of": [{"yen": 1}, {"lesser_of": [{"yen": 1}, {"yen": 2}]}]}], "inside another"),
        ([{"share": {"of": "所得", "rate": "x"}}], "no rate"),
        ([{"share": {"of": "所得", "rate": "1/0"}}], "no rate"),
        ([{"share": {"of": "所得", "rate": 0}}], "not above 0"),
        ([{"share": {"of": "所得", "rate": 1, "round": 0}}], "no rounding unit"),
    ],
)
def test_a_wrong_amount_says_what_to_do(cases: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(AmountError, match=said):
        paid(cases)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"per": "週"}, "no `per`"),
        ({"each": "犬"}, "no `each`"),
        ({"months": {"begins": "いつか"}}, "months.begins"),
        ({"months": {"paid": {6: [1, 2]}}}, "every month 1 to 12"),
        ({"additions": [{"first": 2, "cases": [{"yen": 1}]}]}, "each: 世帯"),
        ({"each": "世帯", "additions": [{"first": 1, "cases": [{"yen": 1}]}]}, "2 or more"),
        ({"versions": [{"from": "2026-13-01", "cases": [{"yen": 1}]}]}, "YYYY-MM-DD"),
        ({"versions": [{"from": "2026-02-01", "to": "2026-01-01", "cases": [{"yen": 1}]}]}, "before it begins"),
        ({"versions": [{"from": "2026-01-01", "cases": [{"yen": 1}]}] * 2}, "overlap"),
    ],
)
def test_a_wrong_record_says_what_to_do(change: dict[str, Any], said: str) -> None:
    with pytest.raises(AmountError, match=said):
        read({**MONTHLY, **change})
