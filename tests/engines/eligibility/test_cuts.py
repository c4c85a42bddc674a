"""The latest birth day of an age is what counting ages person by person finds, on every day of more than four years."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.eligibility import dates
from madoguchi.engines.eligibility.ast import Counting, Measure
from madoguchi.engines.eligibility.cuts import latest_birth, latest_reached

DAYS = [date(2023, 12, 1) + timedelta(days=n) for n in range(5 * 366)]
AGE = {Measure.YEARS: dates.age_years, Measure.MONTHS: dates.age_months, Measure.FISCAL: dates.fiscal_age}
DAY_OF = {Counting.ATTAINED: dates.attained_on, Counting.ANNIVERSARY: dates.anniversary}
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def wrong_days(latest: Callable[[date], date], holds: Callable[[date, date], bool]) -> list[date]:
    """Return the days on which `holds(birth, today)` is false at the latest birth or true on one of 40 days after."""
    wrong = []
    for today in DAYS:
        last = latest(today)
        if not holds(last, today) or any(holds(last + timedelta(days=n), today) for n in range(1, 41)):
            wrong.append(today)
    return wrong


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("number", [0, 1, 3, 6, 18, 65])
def test_nobody_born_after_the_latest_birth_has_the_age_on_any_day(measure: Measure, number: int) -> None:
    count = AGE[measure]
    assert not wrong_days(
        lambda today: latest_birth(measure, number, today), lambda birth, today: count(birth, today) >= number
    )


@pytest.mark.parametrize("counting", list(Counting))
@pytest.mark.parametrize("months", [0, 1, 2, 6, 12, 90, 240])
def test_for_nobody_born_after_the_latest_birth_has_the_day_come(counting: Counting, months: int) -> None:
    day_of = DAY_OF[counting]
    assert not wrong_days(
        lambda today: latest_reached(counting, months, today), lambda birth, today: day_of(birth, months) <= today
    )


@given(st.sampled_from(list(Measure)), st.integers(0, 130), days, days)
def test_births_are_at_least_an_age_exactly_up_to_the_latest_birth(
    measure: Measure, number: int, birth: date, today: date
) -> None:
    assert (birth <= latest_birth(measure, number, today)) == (AGE[measure](birth, today) >= number)


@given(st.sampled_from(list(Counting)), st.integers(0, 1_500), days, days)
def test_the_day_of_an_age_has_come_exactly_up_to_the_latest_birth(
    counting: Counting, months: int, birth: date, today: date
) -> None:
    assert (birth <= latest_reached(counting, months, today)) == (DAY_OF[counting](birth, months) <= today)


def test_ages_that_nobody_can_have_leave_nobody() -> None:
    assert latest_birth(Measure.YEARS, 9_999, date(2026, 11, 24)) == date.min
    assert latest_reached(Counting.ATTAINED, 999_999, date(2026, 11, 24)) == date.min
