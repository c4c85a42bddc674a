"""Months of 018サポート: golden cases by hand, and every month equal to a reference that walks day by day."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.payments import MonthRule, Reason, Stay, payable_months

RULE = MonthRule()
ALWAYS = (Stay(date(2000, 1, 1)),)
BORN = date(2020, 6, 15)


def months(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(part[:4]), int(part[5:])) for part in text.split())


def paid(born: date, stays: Sequence[Stay], first: str, last: str, died: date | None = None) -> str:
    verdicts = payable_months(born, stays, RULE, months(first)[0], months(last)[0], died)
    return " ".join(f"{item.year}-{item.month:02d}" for item in verdicts if item.payable)


def stay(since: str, until: str | None = None) -> Stay:
    return Stay(date.fromisoformat(since), date.fromisoformat(until) if until else None)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2026-04-01", "2026-04 2026-05 2026-06"),
        ("2026-04-02", "2026-05 2026-06"),
        ("2026-03-31", "2026-04 2026-05 2026-06"),
        ("2026-04-30", "2026-05 2026-06"),
        ("2026-05-01", "2026-05 2026-06"),
        ("2026-05-02", "2026-06"),
        ("2026-05-31", "2026-06"),
        ("2026-06-01", "2026-06"),
        ("2026-06-02", ""),
        ("2026-07-01", ""),
        ("2024-02-29", "2026-04 2026-05 2026-06"),
    ],
)
def test_the_month_of_birth_counts_for_those_born_on_the_first_only(born: str, expected: str) -> None:
    assert paid(date.fromisoformat(born), ALWAYS, "2026-04", "2026-06") == expected


@pytest.mark.parametrize(
    ("born", "last"),
    [
        ("2008-03-31", "2026-03"),
        ("2008-04-01", "2026-03"),  # reaches 18 on 31 March 2026
        ("2008-04-02", "2027-03"),
        ("2008-02-29", "2026-03"),
        ("2008-12-31", "2027-03"),
        ("2009-01-01", "2027-03"),
        ("2009-03-31", "2027-03"),
        ("2009-04-01", "2027-03"),
        ("2009-04-02", "2028-03"),
        ("2007-04-02", "2026-03"),
        ("2007-04-01", "2025-03"),
        ("2010-01-15", "2028-03"),
    ],
)
def test_the_last_month_is_the_march_of_the_eighteenth_school_year(born: str, last: str) -> None:
    assert paid(date.fromisoformat(born), ALWAYS, "2024-04", "2030-03").split()[-1] == last


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([stay("2026-05-01")], "2026-05 2026-06 2026-07"),  # moves in on the 1st
        ([stay("2026-05-02")], "2026-06 2026-07"),
        ([stay("2026-04-30")], "2026-05 2026-06 2026-07"),
        ([stay("2000-01-01", "2026-05-01")], "2026-04"),  # moves out on the 1st
        ([stay("2000-01-01", "2026-05-02")], "2026-04 2026-05"),
        ([stay("2000-01-01", "2026-04-30")], "2026-04"),
        ([stay("2000-01-01", "2026-04-01")], ""),
        ([stay("2000-01-01", "2026-04-02")], "2026-04"),
        ([stay("2000-01-01", "2026-05-10"), stay("2026-05-20")], "2026-04 2026-05 2026-06 2026-07"),  # out and back
        ([stay("2000-01-01", "2026-05-20"), stay("2026-06-02")], "2026-04 2026-05 2026-07"),
        ([stay("2000-01-01", "2026-05-20"), stay("2026-06-01")], "2026-04 2026-05 2026-06 2026-07"),
        ([stay("2026-05-02", "2026-05-30")], ""),  # in and out within one month
        ([stay("2026-05-01", "2026-05-02")], "2026-05"),
        ([stay("2026-05-01", "2026-05-01")], ""),  # no day at all
        ([stay("2000-01-01", "2026-05-15"), stay("2026-05-15")], "2026-04 2026-05 2026-06 2026-07"),  # within Tokyo
        ([stay("2000-01-01", "2026-06-01"), stay("2026-06-01")], "2026-04 2026-05 2026-06 2026-07"),
        ([stay("2026-04-10", "2026-04-20"), stay("2026-04-25", "2026-05-03")], "2026-05"),  # twice in a month
        ([], ""),
        ([stay("2026-08-01")], ""),
        ([stay("2026-06-01"), stay("2000-01-01", "2026-04-15")], "2026-04 2026-06 2026-07"),  # any order
    ],
)
def test_residence_on_the_first_decides(stays: list[Stay], expected: str) -> None:
    assert paid(BORN, stays, "2026-04", "2026-07") == expected


@pytest.mark.parametrize(
    ("died", "expected"),
    [
        ("2026-05-01", "2026-04 2026-05"),  # lived on the 1st
        ("2026-04-30", "2026-04"),
        ("2026-05-02", "2026-04 2026-05"),
        ("2026-05-31", "2026-04 2026-05"),
        ("2026-06-01", "2026-04 2026-05 2026-06"),
        ("2026-03-31", ""),
        ("2026-12-31", "2026-04 2026-05 2026-06"),
    ],
)
def test_months_end_with_death(died: str, expected: str) -> None:
    assert paid(BORN, ALWAYS, "2026-04", "2026-06", date.fromisoformat(died)) == expected


@pytest.mark.parametrize(
    ("born", "stays", "died", "reason"),
    [
        (date(2026, 5, 2), ALWAYS, None, Reason.NOT_BORN),
        (BORN, ALWAYS, date(2026, 4, 30), Reason.DIED),
        (date(2008, 4, 1), ALWAYS, None, Reason.TOO_OLD),
        (BORN, (), None, Reason.NOT_RESIDENT),
        (BORN, ALWAYS, None, Reason.RESIDENT),
    ],
)
def test_every_verdict_has_its_reason(born: date, stays: Sequence[Stay], died: date | None, reason: Reason) -> None:
    (verdict,) = payable_months(born, stays, RULE, (2026, 5), (2026, 5), died)
    assert (verdict.reason, verdict.payable) == (reason, reason is Reason.RESIDENT)


def test_another_deciding_day_and_no_end_by_age() -> None:
    rule = MonthRule(residence_day=15, last="none")
    verdicts = payable_months(date(1990, 1, 1), [stay("2026-05-15")], rule, (2026, 4), (2026, 6))
    assert [item.payable for item in verdicts] == [False, True, True]


@pytest.mark.parametrize("bad", [{"residence_day": 0}, {"residence_day": 29}, {"last": "march"}])
def test_rules_that_make_no_sense_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Use"):
        MonthRule(**bad)  # type: ignore[arg-type]


def test_days_that_contradict_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        stay("2026-05-02", "2026-05-01")
    with pytest.raises(ValueError, match="death"):
        payable_months(BORN, ALWAYS, RULE, (2026, 4), (2026, 4), date(2020, 6, 14))
    with pytest.raises(ValueError, match="no month"):
        payable_months(BORN, ALWAYS, RULE, (2026, 13), (2027, 1))
    assert payable_months(BORN, ALWAYS, RULE, (2026, 5), (2026, 4)) == ()


def age_on(born: date, day: date) -> int:
    """Completed years, counted day by day from birth: an age is reached at the end of the day before the birthday."""
    tomorrow = day + timedelta(days=1)
    return tomorrow.year - born.year - ((tomorrow.month, tomorrow.day) < (born.month, born.day))


def reference(born: date, stays: Sequence[Stay], died: date | None, first: date, last: date) -> list[tuple[int, int]]:
    """Walk every day from birth: alive, resident, before the first 31 March on which 18 is reached."""
    found, day, over = [], born, False
    while day <= last:
        alive = died is None or day <= died
        there = any(s.since <= day and (s.until is None or s.until > day) for s in stays)
        if day.day == 1 and day >= first and alive and there and not over:
            found.append((day.year, day.month))
        over = over or ((day.month, day.day) == (3, 31) and age_on(born, day) >= 18)
        day += timedelta(days=1)
    return found


days = st.dates(date(2005, 1, 1), date(2012, 12, 31))


@st.composite
def stays_of(draw: st.DrawFn) -> list[Stay]:
    edges = sorted(draw(st.lists(st.dates(date(2022, 1, 1), date(2027, 12, 31)), max_size=7)))
    made = [Stay(since, until) for since, until in zip(edges[::2], edges[1::2], strict=False)]
    return [*made, Stay(edges[-1])] if len(edges) % 2 else made


@given(born=days, stays=stays_of(), died=st.none() | st.dates(date(2022, 1, 1), date(2028, 12, 31)))
def test_every_month_equals_a_walk_day_by_day(born: date, stays: list[Stay], died: date | None) -> None:
    verdicts = payable_months(born, stays, RULE, (2023, 1), (2027, 12), died)
    got = [(item.year, item.month) for item in verdicts if item.payable]
    assert got == reference(born, stays, died, date(2023, 1, 1), date(2027, 12, 31))
    assert len(verdicts) == 60
