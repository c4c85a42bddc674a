"""Standing verdicts follow days, facts and rules exactly as judging everybody again would."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Person, Rule, Subject, Truth, evaluate, parse
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.columnar import (
    Changes,
    NeedsPacking,
    Population,
    Residents,
    Standing,
    Verdicts,
    compile_rules,
    differences_by_person,
)
from madoguchi.engines.eligibility.types import Op, Owner
from tests.engines.eligibility.frames import complete
from tests.engines.eligibility.strategies import TODAY, VOCABULARY, WIDE_RULEBOOK, households, nodes
from tests.engines.eligibility.test_columnar import numbered, rules_of

PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_DAYS = st.sampled_from(
    [
        TODAY,
        date(2027, 2, 27),
        date(2027, 2, 28),
        date(2027, 3, 1),
        date(2027, 3, 31),
        date(2027, 4, 1),
        date(2028, 2, 29),
    ]
)
Key = tuple[int, str, int, int]


def population(frame: pl.DataFrame, rules: Sequence[Rule], residents: Residents | None = None) -> Population:
    compiled = compile_rules(rules, WIDE_RULEBOOK, municipalities=(), most_dependants=8)
    return Population(compiled, [residents or Residents.from_frame(frame)])


def copied(verdicts: Verdicts) -> Verdicts:
    return Verdicts(
        verdicts.municipality,
        verdicts.as_of,
        verdicts.rules,
        verdicts.persons,
        verdicts.bits.copy(),
        verdicts.counts.copy(),
    )


def listed(changes: Changes) -> set[Key]:
    found = [(change.person, change.rule, int(change.before), int(change.after)) for change in changes]
    assert len(found) == len(set(found))
    return set(found)


def same(left: Verdicts, right: Verdicts) -> bool:
    return np.array_equal(left.bits, right.bits) and np.array_equal(left.counts, right.counts)


_ASKED = st.sampled_from([Subject.CHILD, Subject.PERSON]).flatmap(
    lambda subject: st.lists(nodes(subject, whole_language=True), min_size=1, max_size=5).map(
        lambda trees: rules_of(trees, subject)
    )
)


@PROPERTY
@given(_ASKED, st.lists(households(), min_size=1, max_size=40), st.lists(_DAYS, min_size=1, max_size=4))
def test_the_delta_of_days_is_the_difference_of_two_full_runs(
    rules: list[Rule], homes: list[Household], days: list[date]
) -> None:
    frame, _ = numbered([complete(home) for home in homes])
    standing = Standing(population(frame, rules), TODAY)
    for day in days:
        before = copied(standing.verdicts()[0])
        changes = standing.advance(day)[0]
        full = population(frame, rules).match(day)[0]
        assert same(standing.verdicts()[0], full)
        assert listed(changes) == listed(differences_by_person(before, full))


def test_every_day_of_a_year_is_followed() -> None:
    births = [date(2024, 1, 1) + timedelta(days=n) for n in range(800)]
    frame = pl.DataFrame(
        {"住民番号": range(800), "世帯番号": [n // 3 for n in range(800)], "続柄": ["子"] * 800, "生年月日": births}
    )
    texts = [
        "月齢 < 4",
        "年齢 >= 1 AND 年齢 < 3",
        "存在(子, 月齢 < 6)",
        "出生順位(2) >= 2",
        "基準日 <= 到達日(7, '月')",
    ]
    rules = [
        Rule(text, text, Subject.CHILD, parse(text, subject=Subject.CHILD, vocabulary=VOCABULARY)) for text in texts
    ]
    standing = Standing(population(frame, rules), TODAY)
    for number in range(1, 366):
        standing.advance(TODAY + timedelta(days=number))
        if number % 30 == 0 or number > 360:
            assert same(standing.verdicts()[0], population(frame, rules).match(standing.today)[0])


def test_a_rule_that_begins_and_ends_is_followed() -> None:
    rule = Rule(
        "r", "r", Subject.PERSON, tree.Constant(True), effective_from=date(2026, 12, 1), effective_to=date(2026, 12, 31)
    )
    frame, _ = numbered([complete(Household())])
    standing = Standing(population(frame, [rule]), TODAY)
    assert listed(standing.advance(date(2026, 12, 1))[0]) == {(0, "r", 0, 2)}
    assert listed(standing.advance(date(2026, 12, 31))[0]) == set()
    assert listed(standing.advance(date(2027, 1, 1))[0]) == {(0, "r", 2, 0)}


@PROPERTY
@given(_ASKED, st.lists(households(), min_size=2, max_size=30), st.data())
def test_changed_facts_touch_what_judging_again_would_change(
    rules: list[Rule], homes: list[Household], data: st.DataObject
) -> None:
    frame, _ = numbered([complete(home) for home in homes])
    standing = Standing(population(frame, rules), TODAY)
    rows = data.draw(st.lists(st.integers(0, frame.height - 1), min_size=1, max_size=5, unique=True))
    donor = data.draw(st.lists(st.integers(0, frame.height - 1), min_size=len(rows), max_size=len(rows)))
    fixed = ("住民番号", "世帯番号", "続柄", "生年月日")
    changed = frame[donor].with_columns(*[frame[name].gather(rows).alias(name) for name in fixed])
    later = frame.with_columns(
        *[frame[name].scatter(rows, changed[name]).alias(name) for name in frame.columns if name not in fixed]
    )
    before = copied(standing.verdicts()[0])
    full = population(later, rules).match(TODAY)[0]
    try:
        changes = standing.change_facts(changed)
    except NeedsPacking:
        assert same(standing.verdicts()[0], before)
        changes = standing.replace(Residents.from_frame(later))
    assert same(standing.verdicts()[0], full)
    assert listed(changes) == listed(differences_by_person(before, full))
    tomorrow = date(2027, 4, 1)
    standing.advance(tomorrow)
    assert same(standing.verdicts()[0], population(later, rules).match(tomorrow)[0])


def _flag(name: str) -> Node:
    return tree.Flag(tree.AttrRef(Owner.SELF, name))


def _two_people() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "住民番号": [7, 9],
            "世帯番号": [1, 1],
            "続柄": ["世帯主", "子"],
            "生年月日": [date(1990, 1, 1), date(2020, 1, 1)],
            "就労中": [True, False],
            "所得": [1000, None],
        }
    )


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"住民番号": 8}, "not known"),
        ({"生年月日": date(1991, 1, 1)}, "birth day"),
        ({"所得": 5_000_000}, "所得"),
        ({"就労中": None}, "就労中"),
        ({"続柄": "配偶者"}, "続柄"),
    ],
)
def test_facts_that_do_not_fit_are_refused_whole(changed: dict[str, object], word: str) -> None:
    frame = _two_people()
    rule = Rule("w", "w", Subject.PERSON, _flag("就労中"))
    standing = Standing(population(frame, [rule]), TODAY)
    row = frame[:1].with_columns(pl.lit(False).alias("就労中"))
    row = row.with_columns(**{name: pl.lit(value, dtype=frame.schema[name]) for name, value in changed.items()})
    with pytest.raises(NeedsPacking, match=word):
        standing.change_facts(row)
    assert list(standing.verdicts()[0].eligible("w")) == [7]


def test_births_and_moves_come_in_with_the_municipality_packed_anew() -> None:
    frame = _two_people()
    rule = Rule("minor", "minor", Subject.PERSON, tree.Age(Owner.SELF, tree.Measure.YEARS, Op.LT, 18))
    standing = Standing(population(frame, [rule]), TODAY)
    born = pl.DataFrame(
        {"住民番号": [11], "世帯番号": [1], "続柄": ["子"], "生年月日": [TODAY], "就労中": [False], "所得": [None]},
        schema=frame.schema,
    )
    changes = standing.replace(Residents.from_frame(pl.concat([frame[:1], born])))
    assert listed(changes) == {(9, "minor", 2, 0), (11, "minor", 0, 2)}


@PROPERTY
@given(_ASKED, _ASKED, st.lists(households(), min_size=1, max_size=20))
def test_changed_rules_are_judged_and_the_others_are_kept(
    old: list[Rule], new: list[Rule], homes: list[Household]
) -> None:
    frame, _ = numbered([complete(home) for home in homes])
    residents = Residents.from_frame(frame)
    standing = Standing(population(frame, old, residents), TODAY)
    before = copied(standing.verdicts()[0])
    later = [old[0], *[Rule(f"new {rule.id}", rule.name, rule.subject, rule.node) for rule in new]]
    changes = standing.change_rules(population(frame, later, residents))[0]
    full = population(frame, later).match(TODAY)[0]
    assert same(standing.verdicts()[0], full)
    assert listed(changes) == listed(differences_by_person(before, full))


def test_a_municipality_that_is_not_there_is_told() -> None:
    standing = Standing(population(_two_people(), [Rule("w", "w", Subject.PERSON, _flag("就労中"))]), TODAY)
    with pytest.raises(ValueError, match="131199"):
        standing.change_facts(_two_people(), municipality="131199")


def test_standing_goes_on_from_kept_verdicts() -> None:
    frame = _two_people()
    rules = [Rule("minor", "minor", Subject.PERSON, tree.Age(Owner.SELF, tree.Measure.YEARS, Op.LT, 18))]
    kept = population(frame, rules).match(TODAY)
    standing = Standing(population(frame, rules), TODAY, kept=kept)
    changes = standing.advance(date(2037, 12, 31))[0]
    assert [(change.person, change.before, change.after) for change in changes] == [(9, Truth.TRUE, Truth.FALSE)]


def test_birth_intervals_are_exact_on_every_day_of_a_whole_life() -> None:
    births = [date(2024, 2, 29), date(2026, 8, 31), date(2026, 4, 1), date(2026, 4, 2), date(2026, 12, 31)]
    texts = [
        "月齢 >= 3 AND 月齢 < 7",
        "年度年齢 BETWEEN 6 AND 12",
        "基準日 <= 到達日(90, '月')",
        "年齢 >= 65 OR 年齢 < 1",
    ]
    rules = [
        Rule(text, text, Subject.PERSON, parse(text, subject=Subject.PERSON, vocabulary=VOCABULARY)) for text in texts
    ]
    count = len(births)
    frame = pl.DataFrame(
        {"住民番号": range(count), "世帯番号": range(count), "続柄": ["世帯主"] * count, "生年月日": births}
    )
    day = date(2027, 1, 1)
    standing = Standing(population(frame, rules), day)
    people = [Person({"生年月日": birth}) for birth in births]
    held = {(person, rule.id): _truth(rule, people[person], day) for person in range(count) for rule in rules}
    while day < date(2102, 1, 1):
        day += timedelta(days=1)
        for change in standing.advance(day)[0]:
            assert held[change.person, change.rule] is change.before
            held[change.person, change.rule] = change.after
        if day.day in (1, 2, 27, 28, 29, 30, 31):
            assert held == {(p, rule.id): _truth(rule, people[p], day) for p in range(count) for rule in rules}


def _truth(rule: Rule, person: Person, day: date) -> Truth:
    return evaluate(rule.node, Case(day, Household(applicant=person), person, WIDE_RULEBOOK))
