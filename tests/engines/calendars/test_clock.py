"""The authority's clock counts the days that count: by hand, by laws, and against a calendar on the wall."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.calendars import BusinessCalendar, ClockError, Mark, Period, Reading, Tick, read_clock

TOKYO = BusinessCalendar()
ALWAYS_OPEN = BusinessCalendar(
    closed_weekdays=frozenset(),
    closed_on_holidays=False,
    open_days=frozenset({date(year, 12, day) for year in range(2025, 2036) for day in (29, 30, 31)})
    | frozenset({date(year, 1, day) for year in range(2025, 2036) for day in (1, 2, 3)}),
)
A, P, R, E, S = Tick.ARRIVED, Tick.PAUSED, Tick.RESUMED, Tick.EXTENDED, Tick.STOPPED


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def marks_of(text: str) -> list[Mark]:
    """Read `A 11-02, P 11-09, E 11-10 5`."""
    parts = (item.split() for item in text.split(", "))
    kinds = {"A": A, "P": P, "R": R, "E": E, "S": S}
    return [Mark(kinds[kind], day(on), *map(int, days)) for kind, on, *days in parts]


CALENDAR_10 = Period(10, "calendar")
BUSINESS_10 = Period(10, "business")
CAPPED = Period(10, "calendar", longest_days=14)

# marks, period, today, what the clock shows, why
CASES: list[tuple[str, Period, str, dict[str, Any], str]] = [
    ("A 11-02", CALENDAR_10, "11-02", {"due": "11-12", "used_days": 0, "left_days": 10}, "day 1 is the day after"),
    ("A 11-02", CALENDAR_10, "11-06", {"used_days": 4, "left_days": 6, "share_used": 0.4}, "four days of ten"),
    ("A 11-02", CALENDAR_10, "11-12", {"left_days": 0, "share_used": 1.0, "overdue": False}, "the last day is in time"),
    ("A 11-02", CALENDAR_10, "11-13", {"left_days": -1, "share_used": 1.1, "overdue": True}, "one day late"),
    ("A 11-04", CALENDAR_10, "11-14", {"due": "11-16", "left_days": 2, "overdue": False}, "14 November is a Saturday"),
    ("A 11-04", CALENDAR_10, "11-17", {"due": "11-16", "left_days": -1, "overdue": True}, "late after the Monday"),
    ("A 11-02", BUSINESS_10, "11-02", {"due": "11-17", "left_days": 10}, "without 3 November and weekends"),
    ("A 11-02", BUSINESS_10, "11-03", {"used_days": 0}, "a holiday is no day"),
    ("A 11-02", BUSINESS_10, "11-10", {"used_days": 5, "left_days": 5, "share_used": 0.5}, "4, 5, 6, 9, 10 November"),
    ("A 11-02", Period(9, "business"), "11-16", {"due": "11-16", "overdue": False}, "the ninth open day"),
    ("A 11-05", Period(2, "business"), "11-07", {"due": "11-09", "left_days": 1}, "6 and 9 November"),
    (
        "A 11-05",
        Period(1, "business"),
        "11-07",
        {"due": "11-06", "left_days": 0, "overdue": True},
        "late on a Saturday",
    ),
    ("A 11-07", BUSINESS_10, "11-09", {"due": "11-20", "used_days": 1}, "arrived online on a Saturday"),
    ("A 12-25", Period(3, "business"), "12-28", {"due": date(2027, 1, 5)}, "28 December, 4 and 5 January"),
    ("A 12-20", CALENDAR_10, "12-20", {"due": date(2027, 1, 4)}, "30 December is closed"),
    # Pauses
    (
        "A 11-02, P 11-05",
        CALENDAR_10,
        "11-05",
        {"used_days": 2, "paused": True, "running": False},
        "the 5th is not used",
    ),
    (
        "A 11-02, P 11-05",
        CALENDAR_10,
        "11-05",
        {"due": "11-13", "paused_days": 1, "left_days": 8},
        "as if it ended today",
    ),
    (
        "A 11-02, P 11-05",
        CALENDAR_10,
        "11-08",
        {"due": "11-16", "paused_days": 4, "left_days": 8},
        "as if it ended today",
    ),
    ("A 11-02, P 11-05, R 11-08", CALENDAR_10, "11-08", {"due": "11-16", "used_days": 2, "running": True}, "the same"),
    (
        "A 11-02, P 11-05, R 11-08",
        CALENDAR_10,
        "11-09",
        {"due": "11-16", "used_days": 3},
        "counting goes on the day after",
    ),
    ("A 11-02, P 11-05, R 11-05", CALENDAR_10, "11-05", {"paused_days": 1, "due": "11-13"}, "answered on the same day"),
    ("A 11-02, P 11-02, R 11-02", CALENDAR_10, "11-02", {"paused_days": 0, "due": "11-12"}, "arrival never counted"),
    ("A 11-02, P 11-02, R 11-04", CALENDAR_10, "11-04", {"paused_days": 2, "due": "11-16"}, "14 November, a Saturday"),
    ("A 11-02, P 11-04, R 11-05, P 11-05, R 11-06", CALENDAR_10, "11-06", {"paused_days": 3}, "a day is paused once"),
    ("A 11-02, P 11-06, R 11-09", BUSINESS_10, "11-09", {"paused_days": 2, "due": "11-19"}, "Friday and Monday"),
    ("A 11-02, P 11-07, R 11-08", BUSINESS_10, "11-09", {"paused_days": 0, "due": "11-17"}, "a weekend takes nothing"),
    (
        "A 11-02, P 11-16",
        CALENDAR_10,
        "11-18",
        {"due": "11-12", "left_days": -3, "overdue": True},
        "late before the pause",
    ),
    (
        "A 11-02, P 11-13",
        CALENDAR_10,
        "11-18",
        {"due": "11-12", "left_days": 0, "overdue": False},
        "paused just in time",
    ),
    # Extensions
    ("A 11-02, E 11-06 5", CALENDAR_10, "11-06", {"due": "11-17", "extended_days": 5, "left_days": 11}, "5 more days"),
    ("A 11-02, E 11-06 5", CALENDAR_10, "11-17", {"share_used": 1.0}, "the share is of all 15 days"),
    ("A 11-02, E 11-06 5", BUSINESS_10, "11-06", {"due": "11-25"}, "5 more open days, without 23 November"),
    (
        "A 11-02, E 11-06 3",
        CAPPED,
        "11-06",
        {"due": "11-16", "extended_days": 3, "longest": "11-16"},
        "Sundays move both",
    ),
    (
        "A 11-02, E 11-06 9",
        CAPPED,
        "11-06",
        {"due": "11-16", "extended_days": 4, "longest": "11-16"},
        "never beyond longest",
    ),
    ("A 11-02, E 11-06 2, E 11-09 9", CAPPED, "11-09", {"extended_days": 4}, "two extensions, one longest"),
    ("A 11-02, P 11-04, E 11-05 1, R 11-06", CAPPED, "11-06", {"due": "11-16", "longest": "11-19"}, "while paused"),
    ("A 11-02", CALENDAR_10, "11-02", {"longest": None, "extended_days": 0}, "no longest period"),
    # The end
    ("A 11-02, S 11-06", CALENDAR_10, "12-20", {"used_days": 4, "left_days": 6, "overdue": False}, "decided in time"),
    ("A 11-02, S 11-06", CALENDAR_10, "12-20", {"running": False, "paused": False}, "stopped"),
    ("A 11-02, S 11-13", CALENDAR_10, "12-20", {"used_days": 11, "left_days": -1, "overdue": True}, "decided late"),
    (
        "A 11-02, P 11-05, S 11-20",
        CALENDAR_10,
        "12-20",
        {"used_days": 2, "paused_days": 16, "paused": False},
        "no answer",
    ),
    (
        "A 11-02, S 11-02",
        CALENDAR_10,
        "11-02",
        {"used_days": 0, "share_used": 0.0, "overdue": False},
        "decided at once",
    ),
]


@pytest.mark.parametrize(("text", "period", "today", "expected", "why"), CASES)
def test_clocks_read_by_hand(text: str, period: Period, today: str, expected: dict[str, Any], why: str) -> None:
    reading = read_clock(marks_of(text), period, TOKYO, day(today))
    for name, value in expected.items():
        wanted = day(value) if isinstance(value, str) else value
        assert getattr(reading, name) == wanted, (name, why)
    assert reading.started == marks_of(text)[0].on


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Mark], date]:
    """Marks that can follow each other, and a today on or after the last."""
    on = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 1_500)))
    marks, paused = [Mark(A, on)], False
    for _ in range(draw(st.integers(0, 7))):
        on += timedelta(days=draw(st.integers(0, 9)))
        if draw(st.booleans()):
            marks.append(Mark(R if paused else P, on))
            paused = not paused
        else:
            marks.append(Mark(E, on, draw(st.integers(1, 12))))
    if draw(st.booleans()):
        on += timedelta(days=draw(st.integers(0, 9)))
        marks.append(Mark(S, on))
    return marks, on + timedelta(days=draw(st.integers(0, 40)))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    days = draw(st.integers(1, 30))
    longest = draw(st.none() | st.integers(days, 60))
    return Period(days, draw(st.sampled_from(["calendar", "business"])), longest)


def counts(marks: Sequence[Mark], on: date, period: Period) -> bool:
    """Tell whether one day counts, from the marks alone."""
    paused = False
    for mark in marks:
        if mark.kind is P and mark.on <= on:
            paused = True
        if mark.kind is R and mark.on < on:
            paused = False
    return not paused and (period.unit == "calendar" or TOKYO.is_open(on))


def crossed_off(marks: Sequence[Mark], period: Period, today: date) -> tuple[date, int, int]:
    """Cross off one day after the other: the day of the last one, how many are used, how many are left (or late)."""
    stop = next((mark.on for mark in marks if mark.kind is S), None)
    end = stop or today
    total = period.days + sum(mark.days for mark in marks)
    total = min(total, period.longest_days or total)
    if sum(mark.kind is P for mark in marks) > sum(mark.kind is R for mark in marks):
        marks = [*marks, Mark(R, end)]
    on, crossed, used, after_due, before_due = marks[0].on, 0, 0, 0, 0
    due = None
    while due is None or on < end:
        on += timedelta(days=1)
        counted = counts(marks, on, period)
        crossed += counted
        used += counted and on <= end
        before_due += counted and on > end and due is None
        after_due += counted and on <= end and due is not None
        if due is None and crossed >= total and TOKYO.is_open(on):
            due = on
    return due, used, before_due - after_due


@given(histories(), periods())
def test_the_clock_agrees_with_crossing_off_days_on_the_wall(history: tuple[list[Mark], date], period: Period) -> None:
    marks, today = history
    reading = read_clock(marks, period, TOKYO, today)
    assert (reading.due, reading.used_days, reading.left_days) == crossed_off(marks, period, today)


@given(histories(), periods())
def test_used_and_left_days_are_the_whole_period(history: tuple[list[Mark], date], period: Period) -> None:
    marks, today = history
    reading = read_clock(marks, period, ALWAYS_OPEN, today)
    assert reading.used_days + reading.left_days == period.days + reading.extended_days
    assert reading.overdue is (reading.left_days < 0)
    assert reading.share_used == reading.used_days / (period.days + reading.extended_days)


@given(histories(), periods())
def test_nothing_passes_the_longest_period(history: tuple[list[Mark], date], period: Period) -> None:
    marks, today = history
    reading = read_clock(marks, period, TOKYO, today)
    assert (reading.longest is None) is (period.longest_days is None)
    assert reading.longest is None or reading.due <= reading.longest


@given(st.integers(1, 60), st.integers(0, 40), st.integers(1, 50), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_pause_moves_the_day_by_exactly_its_days(days: int, before: int, paused: int, arrived: date) -> None:
    period = Period(days, "calendar")
    before = min(before, days - 1)
    first = arrived + timedelta(days=before + 1)
    last = first + timedelta(days=paused - 1)
    plain = read_clock([Mark(A, arrived)], period, ALWAYS_OPEN, last)
    stood = read_clock([Mark(A, arrived), Mark(P, first), Mark(R, last)], period, ALWAYS_OPEN, last)
    assert stood.due == plain.due + timedelta(days=paused)
    assert (stood.paused_days, stood.used_days) == (paused, before)


def running(reading: Reading) -> Reading:
    return replace(reading, paused=False, running=True)


@given(histories(), periods())
def test_an_open_pause_reads_as_if_it_ended_today(history: tuple[list[Mark], date], period: Period) -> None:
    marks, today = history
    reading = read_clock(marks, period, TOKYO, today)
    if reading.paused:
        assert running(reading) == read_clock([*marks, Mark(R, today)], period, TOKYO, today)


@given(histories(), periods(), st.integers(1, 40))
def test_time_only_adds(history: tuple[list[Mark], date], period: Period, days: int) -> None:
    marks, today = history
    now = read_clock(marks, period, TOKYO, today)
    later = read_clock(marks, period, TOKYO, today + timedelta(days=days))
    assert later.used_days >= now.used_days
    assert later.due >= now.due
    assert later.overdue or not now.overdue
    if not now.paused:
        assert later.left_days <= now.left_days
        assert later.due == now.due


@given(histories(), periods(), st.integers(1, 20))
def test_an_extension_never_takes_time_away(history: tuple[list[Mark], date], period: Period, days: int) -> None:
    marks, today = history
    if marks[-1].kind is not S:
        before = read_clock(marks, period, TOKYO, today)
        after = read_clock([*marks, Mark(E, today, days)], period, TOKYO, today)
        assert after.due >= before.due
        assert before.extended_days <= after.extended_days <= before.extended_days + days


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("P 11-02", "no arrival"),
        ("A 11-02, A 11-03", r"Mark 2 \(arrived on 2026-11-03\): the application has arrived already"),
        ("A 11-02, P 11-01", r"Mark 2 \(paused on 2026-11-01\): it lies before"),
        ("A 11-02, R 11-03", r"Mark 2 \(resumed on 2026-11-03\): the clock is not paused"),
        ("A 11-02, P 11-03, P 11-04", r"Mark 3 \(paused on 2026-11-04\): the clock is paused already"),
        ("A 11-02, P 11-03, R 11-04, R 11-05", r"Mark 4 \(resumed on 2026-11-05\): the clock is not paused"),
        ("A 11-02, S 11-03, P 11-04", r"Mark 3 \(paused on 2026-11-04\): the clock was stopped"),
        ("A 11-02, S 11-03, S 11-03", r"Mark 3 \(stopped on 2026-11-03\): the clock was stopped"),
        ("A 11-02, E 11-03", r"Mark 2 \(extended on 2026-11-03\): an extension adds at least 1 day"),
        ("A 11-02, E 11-03 -4", r"Mark 2 \(extended on 2026-11-03\): an extension adds at least 1 day"),
        ("A 11-02, P 11-03 4", r"Mark 2 \(paused on 2026-11-03\): only an extension carries days"),
        ("A 11-02, S 12-02", r"Mark 2 \(stopped on 2026-12-02\): it lies after today"),
        ("A 12-02", r"Mark 1 \(arrived on 2026-12-02\): it lies after today"),
    ],
)
def test_marks_that_cannot_follow_each_other_are_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ClockError, match=named):
        read_clock(marks_of(text), CALENDAR_10, TOKYO, day("11-25"))


def test_no_marks_are_no_clock() -> None:
    with pytest.raises(ClockError, match="no arrival"):
        read_clock([], CALENDAR_10, TOKYO, day("11-25"))


@pytest.mark.parametrize(
    ("values", "named"),
    [((0, "calendar"), "0 days"), ((10, "weeks"), "weeks"), ((10, "business", 9), "longest")],
)
def test_what_is_no_period_is_refused(values: tuple[Any, ...], named: str) -> None:
    with pytest.raises(ClockError, match=named):
        Period(*values)
