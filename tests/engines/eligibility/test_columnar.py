"""Packed bits answer as the scalar back end does, for any condition, any household and any day."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Person, Rule, Subject, Truth, Verdict, evaluate, judge
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.columnar import Population, Residents, Verdicts, compile_rules, differences
from madoguchi.engines.eligibility.columnar.verdicts import unpacked
from madoguchi.engines.eligibility.types import Op
from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.strategies import TODAY, WIDE_RULEBOOK, households, nodes

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def numbered(homes: Sequence[Household]) -> tuple[pl.DataFrame, list[tuple[Household, Person]]]:
    frame, people = frame_of(homes)
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("住民番号")), people


def matched(frame: pl.DataFrame, rules: Sequence[Rule], day: date) -> Verdicts:
    compiled = compile_rules(rules, WIDE_RULEBOOK, municipalities=(), most_dependants=8)
    residents = Residents.from_frame(frame, columns=compiled.columns)
    return Population(compiled, [residents]).match(day)[0]


def answers(frame: pl.DataFrame, rules: Sequence[Rule], day: date) -> dict[str, list[int]]:
    """Return the truths of each rule by person number; every municipality is a partition of its own."""
    codes = [str(code) for code in frame["世帯.自治体コード"].unique() if code]
    compiled = compile_rules(rules, WIDE_RULEBOOK, municipalities=codes, most_dependants=8)
    parts = [
        Residents.from_frame(part, municipality=code, columns=compiled.columns)
        for (code,), part in frame.group_by("世帯.自治体コード")
    ]
    found = {rule.id: [-1] * frame.height for rule in rules}
    for verdicts in Population(compiled, parts).match(day):
        for rule in rules:
            for person, truth in zip(verdicts.persons.tolist(), verdicts.truths(rule.id).tolist(), strict=True):
                found[rule.id][person] = truth
    return found


def rules_of(trees: Sequence[Node], subject: Subject) -> list[Rule]:
    return [Rule(str(number), str(number), subject, node) for number, node in enumerate(trees)]


@PROPERTY
@given(
    st.sampled_from([Subject.CHILD, Subject.PERSON]).flatmap(
        lambda subject: st.tuples(
            st.just(subject), st.lists(nodes(subject, whole_language=True), min_size=1, max_size=6)
        )
    ),
    st.lists(households(), min_size=1, max_size=30),
    st.sampled_from([TODAY, date(2027, 3, 31), date(2027, 4, 1), date(2024, 2, 29), date(2027, 2, 28)]),
)
def test_bits_equal_the_scalar_answers(asked: tuple[Subject, list[Node]], homes: list[Household], day: date) -> None:
    subject, trees = asked
    frame, people = numbered([complete(home) for home in homes])
    found = answers(frame, rules_of(trees, subject), day)
    for number, node in enumerate(trees):
        for person, truth in enumerate(found[str(number)]):
            concerned = subject is Subject.PERSON or frame["続柄"][person] == "子"
            expected = evaluate(node, Case(day, *people[person], WIDE_RULEBOOK)) if concerned else Truth.FALSE
            assert Truth(truth) is expected


@PROPERTY
@given(
    st.lists(nodes(Subject.CHILD, whole_language=True), min_size=1, max_size=4),
    st.lists(households(), min_size=1, max_size=20),
)
def test_a_rule_judges_one_household_and_a_population_alike(trees: list[Node], homes: list[Household]) -> None:
    homes = [complete(home) for home in homes]
    frame, _ = numbered(homes)
    rules = rules_of(trees, Subject.CHILD)
    found = answers(frame, rules, TODAY)
    for rule in rules:
        row = 0
        for home in homes:
            best = max(found[rule.id][row : row + len(home.members)])
            verdict = judge(rule, home, today=TODAY, rulebook=WIDE_RULEBOOK).verdict
            assert verdict is [Verdict.INELIGIBLE, Verdict.POSSIBLE, Verdict.ELIGIBLE][best]
            row += len(home.members)


def _ages(number: int) -> Rule:
    return Rule("age", "age", Subject.PERSON, tree.Age(tree.Owner.SELF, tree.Measure.YEARS, Op.GE, number))


def _people(births: Sequence[date | None]) -> pl.DataFrame:
    count = len(births)
    return pl.DataFrame(
        {"住民番号": range(count), "世帯番号": range(count), "続柄": ["世帯主"] * count, "生年月日": births},
        schema_overrides={"生年月日": pl.Date},
    )


@pytest.mark.parametrize("count", [1, 63, 64, 65, 4095, 4096, 4097, 8193])
def test_the_last_word_counts_only_real_rows(count: int) -> None:
    births = [date(2000, 1, 1) + timedelta(days=n) if n % 7 else None for n in range(count)]
    found = matched(_people(births), [_ages(18)], TODAY)
    true, false = (int(np.sum(unpacked(plane, count + 63))) for plane in found.of("age"))
    assert (true, false) == tuple(found.counts[0])
    assert true + false == sum(birth is not None for birth in births)
    assert true == sum(birth is not None and birth <= date(2008, 11, 25) for birth in births)


def test_a_rule_out_of_force_is_false_for_everybody() -> None:
    rule = Rule("old", "old", Subject.PERSON, tree.Constant(True), effective_to=date(2026, 3, 31))
    frame = _people([date(2000, 1, 1), None])
    assert list(matched(frame, [rule], TODAY).truths("old")) == [0, 0]
    assert list(matched(frame, [rule], date(2026, 3, 31)).truths("old")) == [2, 2]


def test_verdicts_can_be_kept_and_compared(tmp_path: object) -> None:
    from pathlib import Path

    frame = _people([date(2008, 11, 25), date(2008, 11, 26), None])
    today, tomorrow = (matched(frame, [_ages(18)], day) for day in (TODAY, TODAY + timedelta(days=1)))
    folder = Path(str(tmp_path))
    today.save(folder)
    kept = Verdicts.load(folder, None)
    assert list(kept.eligible("age")) == [0]
    changes = differences(kept, tomorrow)
    assert [(change.person, change.before, change.after) for change in changes] == [(1, Truth.FALSE, Truth.TRUE)]
    assert (changes.began(), changes.ended()) == (1, 0)


def test_verdicts_of_different_residents_are_not_compared() -> None:
    one, two = (matched(_people([date(2000, 1, 1)] * count), [_ages(18)], TODAY) for count in (1, 2))
    with pytest.raises(ValueError, match="different residents"):
        differences(one, two)


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(KeyError, match="not judged"):
        matched(_people([None]), [_ages(18)], TODAY).of("other")


def test_residents_without_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="住民番号"):
        Residents.from_frame(pl.DataFrame({"世帯番号": [1]}))
