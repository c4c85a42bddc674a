"""The rules for one recipient: reasons and days, few messages, nothing twice, nothing late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.planning import Memory, Policy, Reason, Spell, Subject, Window, due, items, remember

TODAY = date(2027, 1, 10)
POLICY = Policy()


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def subject(*spells: tuple[int, int | None], **changes: object) -> Subject:
    found = tuple(Spell(day(start), None if end is None else day(end)) for start, end in spells)
    return replace(Subject("p", "a", found), **changes)


def found(one: Subject, memory: Memory | None = None, *, offset: int = 0) -> list[tuple[str, int, int, int]]:
    """Return reason, day, first and last (counted from today) of what could be told."""
    made = items([one], memory or Memory(), today=TODAY, policy=POLICY, offset=offset)
    return [(i.reason.name, (i.day - TODAY).days, (i.first - TODAY).days, (i.last - TODAY).days) for i in made]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (subject((-5, None)), [("NOW", 0, 0, 0)]),
        (subject((-5, None), cause=Reason.EVENT), [("EVENT", 0, 0, 0)]),
        (subject((20, None)), [("BEGINS", 20, 6, 13)]),
        (subject((3, None)), [("BEGINS", 3, 0, 0)]),
        (subject((-5, None), window=Window(opens=day(10))), [("OPENS", 10, 0, 3)]),
        (subject((12, None), window=Window(opens=day(10))), [("BEGINS", 12, 0, 5)]),
        (subject((40, None)), []),
        (subject((-5, -1)), []),
        (subject((-5, 4), window=Window(opens=day(5))), []),
        (subject((-5, None), wanted=False), []),
        (subject((-5, None), taken_up=True), []),
        (subject((-5, 2), (30, None)), [("NOW", 0, 0, 0)]),
        (subject((-5, 60)), [("NOW", 0, 0, 0), ("CLOSES", 60, 30, 37)]),
    ],
)
def test_what_is_told_why_and_between_which_days(one: Subject, expected: list[tuple[str, int, int, int]]) -> None:
    assert found(one) == expected


def test_a_first_message_may_wait_some_days_but_not_beyond_the_last() -> None:
    assert found(subject((-5, None)), offset=4) == [("NOW", 0, 0, 4)]
    assert found(subject((-5, 2)), offset=4) == [("NOW", 0, 0, 2)]
    with pytest.raises(ValueError, match="below spread"):
        found(subject((-5, 2)), offset=POLICY.spread)


def test_the_last_day_is_reminded_of_once_and_not_soon_after_the_first_telling() -> None:
    told = Memory(told={("p", "a", False): day(-60)})
    assert found(subject((-90, 10)), told) == [("CLOSES", 10, 0, 0)]
    assert found(subject((-90, 28)), told) == [("CLOSES", 28, 0, 5)]
    assert found(subject((-90, 28)), Memory(told={("p", "a", False): day(-15)})) == []
    assert found(subject((-90, 28)), Memory(told={**told.told, ("p", "a", True): day(-1)})) == []


def test_what_ended_and_begins_anew_waits() -> None:
    memory = Memory(ended={("p", "a"): day(-170)})
    assert found(subject((-1, None)), memory) == [("NOW", 0, 10, 17)]
    assert found(subject((-1, 9)), memory) == []


def test_what_is_no_longer_in_sight_is_over() -> None:
    memory = Memory(told={("p", "a", False): day(-9), ("p", "a", True): day(-3)})
    nothing = due([], memory, today=TODAY, policy=POLICY)
    for one, over in ((subject((-9, 0)), False), (subject((-9, -1)), True), (subject((-9, -1), (20, None)), False)):
        after = remember(memory, nothing, [one], today=TODAY, policy=POLICY)
        assert after.ended == ({("p", "a"): day(-9)} if over else {})
        assert bool(after.told) is not over
    assert remember(memory, nothing, [], today=TODAY, policy=POLICY).ended


def test_the_gap_is_broken_only_before_a_last_day_and_only_once() -> None:
    one = subject((0, 2), cause=Reason.EVENT)
    memory = Memory(sent=(day(-1),))
    urgent = due(items([one], memory, today=TODAY, policy=POLICY), memory, today=TODAY, policy=POLICY)
    assert (len(urgent.tell), urgent.broke_gap) == (1, True)
    again = replace(memory, broke=(day(-20),))
    held = due(items([one], again, today=TODAY, policy=POLICY), again, today=TODAY, policy=POLICY)
    assert (held.tell, [item.programme for item in held.held]) == ((), ["p"])
    waits = replace(one, spells=(Spell(TODAY, day(9)),))
    later = due(items([waits], memory, today=TODAY, policy=POLICY), memory, today=TODAY, policy=POLICY)
    assert (later.tell, later.held, later.look_again) == ((), (), day(6))


courses = st.lists(st.integers(0, 150), min_size=1, max_size=4, unique=True).map(sorted)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, list[int]]]:
    """Programmes of one person: the day on which it is known, and days on which it begins or stops to hold."""
    return draw(st.lists(st.tuples(st.integers(0, 100), courses), min_size=1, max_size=9))


def seen(life: list[tuple[int, list[int]]], today: int) -> Iterator[Subject]:
    for number, (known, turns) in enumerate(life):
        spells = [
            Spell(day(start), None if end is None or end > today + POLICY.horizon else day(end - 1))
            for start, end in zip(turns[::2], [*turns[1::2], None], strict=False)
            if start <= today + POLICY.horizon
        ]
        if known <= today:
            yield Subject(str(number), "a", tuple(spells), cause=Reason.EVENT)


@given(lives())
def test_over_the_days_nothing_is_told_twice_late_or_too_often(life: list[tuple[int, list[int]]]) -> None:
    memory, sent, broke = Memory(), [], []
    for number in range(160):
        subjects = list(seen(life, number))
        before = memory
        decision = due(
            items(subjects, memory, today=day(number), policy=POLICY), memory, today=day(number), policy=POLICY
        )
        memory = remember(memory, decision, subjects, today=day(number), policy=POLICY)
        for item in decision.tell:
            assert item.key not in before.told
            assert item.end is None or item.end >= day(number)
            turns = life[int(item.programme)][1]
            at = number if item.reason is Reason.EVENT else (item.day - TODAY).days
            assert sum(turn <= at for turn in turns) % 2 == 1
        if decision.tell:
            assert not sent or number - sent[-1] >= POLICY.gap or decision.broke_gap
            broke += [number] if decision.broke_gap else []
            sent.append(number)
    assert all(later - earlier >= POLICY.urgent_within for earlier, later in pairwise(broke))
    assert all(sum(first <= other < first + 28 for other in sent) <= 28 // POLICY.gap + 1 for first in sent)


@given(courses, st.lists(st.integers(0, 150), max_size=12, unique=True).map(sorted))
def test_what_is_planned_in_time_never_breaks_the_gap(turns: list[int], others: list[int]) -> None:
    """Everything is known beforehand and begins at least a lead from now: windows are always open long enough."""
    life = [(0, [turn + POLICY.lead + 1]) for turn in others] + [(0, [turn + POLICY.lead + 1 for turn in turns[:1]])]
    memory = Memory()
    for number in range(200):
        subjects = list(seen(life, number))
        made = items(subjects, memory, today=day(number), policy=POLICY)
        decision = due(made, memory, today=day(number), policy=POLICY)
        assert not decision.broke_gap
        assert not decision.held
        for item in decision.tell:
            assert item.reason is Reason.BEGINS
            assert POLICY.lead - POLICY.gap <= (item.day - day(number)).days <= POLICY.lead
        memory = remember(memory, decision, subjects, today=day(number), policy=POLICY)
    assert len(memory.told) == len(life)


@given(lives())
def test_looking_only_on_the_days_named_tells_the_same(life: list[tuple[int, list[int]]]) -> None:
    """When nothing new comes to be known, the days between two looks would have told nothing."""
    steady = [(0, turns[:1]) for _, turns in life]
    told: list[list[tuple[int, str, Reason]]] = []
    for daily in (True, False):
        memory, look, out = Memory(), 0, []
        for number in range(160):
            if not daily and number < look:
                continue
            subjects = list(seen(steady, number))
            made = items(subjects, memory, today=day(number), policy=POLICY)
            decision = due(made, memory, today=day(number), policy=POLICY)
            assert decision.look_again is not None
            look = (decision.look_again - TODAY).days
            memory = remember(memory, decision, subjects, today=day(number), policy=POLICY)
            out += [(number, item.programme, item.reason) for item in decision.tell]
        told.append(sorted(out))
    assert told[0] == told[1]
