"""Days as Japanese law and offices count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.calendars import (
    BusinessCalendar,
    Counting,
    DateError,
    age_months,
    age_years,
    attained_on,
    deadline,
    fiscal_age,
    parse_date,
    to_wareki,
)

TOKYO = BusinessCalendar()
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days, st.integers(0, 1_000))
def test_an_age_in_months_begins_on_its_attained_day(birth: date, months: int) -> None:
    day = attained_on(birth, months=months)
    assert age_months(birth, day) >= months > age_months(birth, day - timedelta(days=1))


@given(days, st.integers(0, 100))
def test_years_are_twelve_months(birth: date, years: int) -> None:
    assert attained_on(birth, years=years) == attained_on(birth, months=12 * years)


@given(st.dates(date(1868, 10, 23), date(2100, 12, 31)))
def test_wareki_is_read_back(day: date) -> None:
    assert parse_date(to_wareki(day)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成31年5月1日", date(2019, 5, 1)),
        ("R8.4.1", date(2026, 4, 1)),
        ("H31/4/30", date(2019, 4, 30)),
        ("２０２６／４／１", date(2026, 4, 1)),
        ("2026-04-01", date(2026, 4, 1)),
        ("2026年4月1日", date(2026, 4, 1)),
        (" 昭和 64 年 1 月 7 日 ", date(1989, 1, 7)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["随時", "令和99年13月40日", "2026-02-30", "", "4月1日", "20260401"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateError):
        parse_date(text)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2026, 9, 22), False),  # 国民の休日
    ],
)
def test_offices_close_on_weekends_holidays_and_at_the_turn_of_the_year(day: date, is_open: bool) -> None:
    assert TOKYO.is_open(day) is is_open


def test_single_days_can_be_opened_and_closed() -> None:
    special = BusinessCalendar(open_days=frozenset({date(2026, 11, 28)}), closed_days=frozenset({date(2026, 11, 24)}))
    assert special.is_open(date(2026, 11, 28))
    assert not special.is_open(date(2026, 11, 24))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 40))
def test_adding_open_days_counts_exactly_that_many(start: date, count: int) -> None:
    end = TOKYO.add_business_days(start, count)
    assert TOKYO.is_open(end)
    assert TOKYO.business_days_between(start, end) == count


def test_deadlines_count_from_the_day_that_the_law_names() -> None:
    birth = date(2026, 4, 1)
    assert deadline(birth, days=14, counting=Counting.FIRST_DAY_COUNTS) == date(2026, 4, 14)
    assert deadline(date(2026, 4, 20), days=15, counting=Counting.NEXT_DAY_FIRST) == date(2026, 5, 5)
    rolled = deadline(date(2026, 4, 20), days=15, counting=Counting.NEXT_DAY_FIRST, roll_on=TOKYO)
    assert rolled == date(2026, 5, 7)


def test_ages_at_the_edges() -> None:
    assert age_years(date(1961, 11, 25), date(2026, 11, 24)) == 65
    assert age_years(date(1961, 11, 26), date(2026, 11, 24)) == 64
    assert fiscal_age(date(2008, 4, 1), date(2026, 3, 31)) == 18
    assert fiscal_age(date(2008, 4, 2), date(2026, 3, 31)) == 17
