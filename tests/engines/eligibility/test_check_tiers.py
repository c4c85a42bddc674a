"""Cases of amounts with holes or out of reach, tables and dates that do not fit, names between programmes."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Severity
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.check import (
    Period,
    Tier,
    cycles,
    described,
    figure_problems,
    overlapping,
    period_problems,
    required,
    satisfy,
    stands_in,
    tier_problems,
    uncovered,
)
from tests.engines.eligibility.test_check import CHILD, PERSON, read


# --- amounts
def tiers(*texts: str | None, context: str = "TRUE") -> list[tuple[int, str]]:
    cases = [Tier(read(text, CHILD) if text else None) for text in texts]
    problems = tier_problems(read(context, CHILD), cases, CHILD)
    return [(index, problem.message) for index, problem in problems]


def test_a_gap_between_two_tiers_shows_somebody_who_falls_into_it() -> None:
    [(index, message)] = tiers("月齢 < 36", "月齢 >= 37", context="年齢 < 18")
    assert index == 1
    assert "月齢 36" in message
    assert tiers("月齢 < 36", "月齢 >= 36") == []


def test_a_case_behind_a_wider_one_is_never_reached() -> None:
    assert tiers("月齢 < 36", "年齢 < 2", None) == [(1, "Case 2 is never reached: the cases before it take everybody.")]
    assert tiers("年齢 < 2", "月齢 < 36", None) == []


def test_a_range_that_catches_missing_facts_is_left_in_peace() -> None:
    whens = [read(text, CHILD) for text in ("妊娠中 AND 就労中", "妊娠中 AND NOT 就労中", "妊娠中")]
    exact, *_, last = (
        list(tier_problems(tree.Constant(True), [*map(Tier, whens[:2]), Tier(whens[2], bounds), Tier(None)], CHILD))
        for bounds in (False, True)
    )
    assert [index for index, _ in exact] == [2]
    assert last == []
    behind = [Tier(read("月齢 < 36", CHILD)), Tier(read("年齢 < 2", CHILD), bounds_only=True), Tier(None)]
    assert [index for index, _ in tier_problems(tree.Constant(True), behind, CHILD)] == [1]


def test_a_last_case_behind_complete_ones_is_never_reached() -> None:
    assert tiers("年齢 < 3", "年齢 >= 3", None) == [(2, "Case 3 is never reached: the cases before it take everybody.")]


def test_cases_that_nobody_of_the_programme_fulfils_are_told() -> None:
    assert "those whom the programme is for" in tiers("年齢 > 20", None, context="年齢 < 18")[0][1]
    assert "can never be true: [年齢 > 5 AND 年齢 < 3]" in tiers("年齢 > 5 AND 年齢 < 3", None)[0][1]


def test_two_tiers_that_share_a_month_quarrel() -> None:
    [(index, message)] = tiers("月齢 BETWEEN 0 AND 36", "月齢 BETWEEN 36 AND 72", None)
    assert index == 1
    assert "Cases 1 and 2 overlap" in message
    assert "月齢 36" in message
    assert tiers("出生順位(22) >= 3", "月齢 < 36", None) == []


def test_a_witness_reads_as_facts() -> None:
    node = read("申請者.所得 < 100 AND 妊娠中 AND 受給('A') AND 接種済回数('BCG') > 1 AND 要確認('x','所得')", CHILD)
    witness = satisfy(node, CHILD)
    assert witness is not None
    text = described(witness)
    for fact in ("基準日 2026-11-24", "本人.妊娠中 はい", "申請者.所得 0", "A", "BCG=2", "x はい"):
        assert fact in text


# --- tables and dates
def test_versions_that_overlap_or_leave_a_hole_are_told() -> None:
    def messages(*periods: tuple[date, date | None]) -> list[str]:
        return [problem.message for _, problem in period_problems([Period(*period) for period in periods])]

    assert messages((date(2024, 1, 1), date(2024, 3, 31)), (date(2024, 4, 1), None)) == []
    assert messages((date(2024, 1, 1), None), (date(2024, 4, 1), None)) == [
        "Two versions hold at the same time from 2024-04-01 on."
    ]
    assert messages((date(2024, 5, 1), None), (date(2024, 1, 1), date(2024, 3, 31))) == [
        "No version holds from 2024-04-01 to 2024-04-30."
    ]
    assert messages((date(2024, 5, 1), date(2024, 4, 1))) == ["The version ends on 2024-04-01, before it begins."]


def test_limits_that_fall_and_steps_of_nothing_are_told() -> None:
    assert [p.severity for p in figure_problems([100, 90, 120], 10)] == [Severity.ERROR]
    assert [p.severity for p in figure_problems([100, 120], 0)] == [Severity.WARNING]
    assert [p.severity for p in figure_problems([100, 120], -1)] == [Severity.ERROR]
    assert list(figure_problems([100, 120], 20)) == []


_days = st.dates(date(2024, 1, 1), date(2024, 3, 31))
_periods = st.tuples(_days, st.one_of(st.none(), _days)).map(lambda p: Period(p[0], max(p[0], p[1]) if p[1] else None))


@given(st.lists(_periods, max_size=4), _periods)
def test_the_days_without_a_version_are_exactly_those_that_no_version_covers(some: list[Period], whole: Period) -> None:
    def covers(period: Period, day: date) -> bool:
        return (period.start or date.min) <= day and (period.end is None or day <= period.end)

    gaps = uncovered(some, whole)
    for number in range(130):
        day = date(2023, 12, 20) + timedelta(days=number)
        missing = covers(whole, day) and not any(covers(period, day) for period in some)
        assert any(covers(gap, day) for gap in gaps) == missing


@given(_periods, _periods)
def test_two_times_share_the_days_of_both(one: Period, other: Period) -> None:
    shared = overlapping(one, other)
    days = [date(2023, 12, 20) + timedelta(days=number) for number in range(130)]

    def inside(period: Period) -> set[date]:
        return {d for d in days if (period.start or date.min) <= d and (period.end is None or d <= period.end)}

    assert (inside(shared) if shared else set()) == inside(one) & inside(other)


# --- names
def test_a_programme_is_required_only_where_nobody_can_do_without() -> None:
    assert required(read("年齢 < 9 AND (受給('A') OR (受給('A') AND 受給('B')))"), PERSON) == {"A"}
    assert required(read("妊娠中 OR 受給('A')"), PERSON) == frozenset()
    assert required(read("NOT 受給('A')"), PERSON) == frozenset()


def test_rings_are_found_once() -> None:
    assert cycles({"b": {"c"}, "a": {"b"}, "c": {"a"}, "d": {"a"}}) == [("a", "b", "c")]
    assert cycles({"a": {"a"}}) == [("a",)]
    assert cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_a_quoted_part_may_be_some_parts_of_a_conjunction() -> None:
    whole = read("妊娠中 AND 年齢 BETWEEN 5 AND 9 AND (就労中 OR 住民税非課税)")
    for text in ("年齢 BETWEEN 5 AND 9", "就労中", "就労中 OR 住民税非課税", "妊娠中 AND 年齢 >= 5"):
        assert stands_in(read(text), whole)
    for text in ("年齢 BETWEEN 5 AND 8", "妊娠中 OR 就労中", "所得 < 1"):
        assert not stands_in(read(text), whole)
