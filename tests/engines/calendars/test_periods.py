"""Legal limits end on the day that the law names: cases counted by hand, and laws that hold for every day."""

import random
from calendar import monthrange
from datetime import date, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.calendars import BusinessCalendar, Counting, Limit, LimitError, days_left, last_day, read_limit

TOKYO = BusinessCalendar()
LIBRARY = BusinessCalendar(closed_weekdays=frozenset({0}), closed_on_holidays=False)
SATURDAY_OPEN = BusinessCalendar(open_days=frozenset({date(2026, 11, 28)}))
CLOSED_MONDAY = BusinessCalendar(closed_days=frozenset({date(2026, 11, 30)}))
FOUNDATION_DAY = BusinessCalendar(closed_days=frozenset({date(2026, 10, 1)}))
LONG_NEW_YEAR = BusinessCalendar(year_end=((12, 28), (1, 4)))

DAY_1 = Counting.FIRST_DAY_COUNTS
NEXT = Counting.NEXT_DAY_FIRST
ROLLS = True
STAYS = False

# event, length, counting, rolls, office, last day, why
CASES = [
    # 出生届: 14 days, the day of birth is day 1 (戸籍法 43条, 49条)
    ("2026-04-01", {"days": 14}, DAY_1, STAYS, TOKYO, "2026-04-14", "day 1 is 1 April, day 14 is 14 April"),
    ("2026-04-20", {"days": 14}, DAY_1, STAYS, TOKYO, "2026-05-03", "over the end of April"),
    ("2026-04-20", {"days": 14}, DAY_1, ROLLS, TOKYO, "2026-05-07", "3 May is a Sunday, 4 to 6 May are holidays"),
    ("2026-02-15", {"days": 14}, DAY_1, STAYS, TOKYO, "2026-02-28", "ends with February"),
    ("2026-02-16", {"days": 14}, DAY_1, STAYS, TOKYO, "2026-03-01", "no 29 February in 2026"),
    ("2024-02-16", {"days": 14}, DAY_1, STAYS, TOKYO, "2024-02-29", "29 February in 2024"),
    ("2024-02-29", {"days": 14}, DAY_1, STAYS, TOKYO, "2024-03-13", "born on 29 February"),
    ("2026-12-19", {"days": 14}, DAY_1, STAYS, TOKYO, "2027-01-01", "over the turn of the year"),
    ("2026-12-19", {"days": 14}, DAY_1, ROLLS, TOKYO, "2027-01-04", "New Year's Day; 2 and 3 January are closed"),
    ("2026-12-31", {"days": 14}, DAY_1, STAYS, TOKYO, "2027-01-13", "born on the last day of the year"),
    ("2026-11-14", {"days": 14}, DAY_1, ROLLS, TOKYO, "2026-11-27", "a Friday: nothing to move"),
    # 死亡届: 7 days from the day on which it was known (戸籍法 86条)
    ("2026-11-20", {"days": 7}, DAY_1, ROLLS, TOKYO, "2026-11-26", "a Thursday"),
    ("2026-12-25", {"days": 7}, DAY_1, STAYS, TOKYO, "2026-12-31", "ends with the year"),
    ("2026-12-25", {"days": 7}, DAY_1, ROLLS, TOKYO, "2027-01-04", "31 December is closed"),
    # 国外の出生: 3 months, the day of birth is day 1 (戸籍法 49条)
    ("2026-04-01", {"months": 3}, DAY_1, STAYS, TOKYO, "2026-06-30", "whole months from the first"),
    ("2026-05-15", {"months": 3}, DAY_1, STAYS, TOKYO, "2026-08-14", "the day before 15 August"),
    ("2026-11-30", {"months": 3}, DAY_1, STAYS, TOKYO, "2027-02-28", "no 30 February: the month's last day"),
    ("2023-11-29", {"months": 3}, DAY_1, STAYS, TOKYO, "2024-02-28", "29 February exists: the day before"),
    ("2023-11-30", {"months": 3}, DAY_1, STAYS, TOKYO, "2024-02-29", "no 30 February: the month's last day"),
    ("2026-12-01", {"months": 3}, DAY_1, STAYS, TOKYO, "2027-02-28", "December, January, February"),
    ("2026-01-31", {"months": 3}, DAY_1, STAYS, TOKYO, "2026-04-30", "no 31 April"),
    # 児童手当 15日特例: the day after is day 1
    ("2026-04-20", {"days": 15}, NEXT, STAYS, TOKYO, "2026-05-05", "day 1 is 21 April"),
    ("2026-04-20", {"days": 15}, NEXT, ROLLS, TOKYO, "2026-05-07", "5 and 6 May are holidays"),
    ("2026-04-01", {"days": 15}, NEXT, STAYS, TOKYO, "2026-04-16", "day 1 is 2 April"),
    ("2026-02-13", {"days": 15}, NEXT, STAYS, TOKYO, "2026-02-28", "ends with February"),
    ("2026-02-14", {"days": 15}, NEXT, STAYS, TOKYO, "2026-03-01", "no 29 February in 2026"),
    ("2024-02-14", {"days": 15}, NEXT, STAYS, TOKYO, "2024-02-29", "29 February in 2024"),
    ("2026-12-17", {"days": 15}, NEXT, ROLLS, TOKYO, "2027-01-04", "1 January is closed"),
    # 転入, 国保: 14 days; the shortest limits
    ("2026-04-01", {"days": 14}, NEXT, STAYS, TOKYO, "2026-04-15", "one day later than where the day itself counts"),
    ("2026-11-25", {"days": 1}, NEXT, STAYS, TOKYO, "2026-11-26", "the next day"),
    ("2026-11-25", {"days": 1}, DAY_1, STAYS, TOKYO, "2026-11-25", "the same day"),
    # 健保 被扶養者: 5 days over a weekend
    ("2026-11-25", {"days": 5}, NEXT, STAYS, TOKYO, "2026-11-30", "days of the weekend count"),
    ("2026-11-24", {"days": 5}, NEXT, STAYS, TOKYO, "2026-11-29", "a Sunday"),
    ("2026-11-24", {"days": 5}, NEXT, ROLLS, TOKYO, "2026-11-30", "moved from Sunday to Monday"),
    ("2026-11-25", {"business_days": 5}, NEXT, STAYS, TOKYO, "2026-12-02", "26, 27, 30 November, 1, 2 December"),
    # 在留資格の取得: 30 days
    ("2026-04-01", {"days": 30}, NEXT, STAYS, TOKYO, "2026-05-01", "April has 30 days"),
    ("2026-04-01", {"days": 30}, DAY_1, STAYS, TOKYO, "2026-04-30", "April has 30 days"),
    ("2026-01-30", {"days": 30}, NEXT, STAYS, TOKYO, "2026-03-01", "30 days are not a month"),
    ("2024-01-30", {"days": 30}, NEXT, STAYS, TOKYO, "2024-02-29", "with 29 February"),
    ("2026-12-01", {"days": 60}, NEXT, STAYS, TOKYO, "2027-01-30", "30 days of December, 30 of January"),
    ("2026-12-01", {"days": 60}, NEXT, ROLLS, TOKYO, "2027-02-01", "30 January is a Saturday"),
    ("2026-01-01", {"days": 365}, NEXT, STAYS, TOKYO, "2027-01-01", "a common year"),
    ("2024-01-01", {"days": 365}, NEXT, STAYS, TOKYO, "2024-12-31", "a leap year has 366"),
    # Months, the day after is day 1 (民法 143条)
    ("2026-01-27", {"months": 1}, NEXT, STAYS, TOKYO, "2026-02-27", "the day before 28 February"),
    ("2026-01-28", {"months": 1}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is the 29th, no 29 February"),
    ("2026-01-29", {"months": 1}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is the 30th, no 30 February"),
    ("2026-01-30", {"months": 1}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is the 31st, no 31 February"),
    ("2026-01-31", {"months": 1}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is 1 February: the whole month"),
    ("2024-01-28", {"months": 1}, NEXT, STAYS, TOKYO, "2024-02-28", "the day before 29 February"),
    ("2024-01-29", {"months": 1}, NEXT, STAYS, TOKYO, "2024-02-29", "day 1 is the 30th: the month's last day"),
    ("2024-01-31", {"months": 1}, NEXT, STAYS, TOKYO, "2024-02-29", "the whole of February"),
    ("2026-02-28", {"months": 1}, NEXT, STAYS, TOKYO, "2026-03-31", "day 1 is 1 March: the whole of March"),
    ("2024-02-28", {"months": 1}, NEXT, STAYS, TOKYO, "2024-03-28", "day 1 is 29 February"),
    ("2024-02-29", {"months": 1}, NEXT, STAYS, TOKYO, "2024-03-31", "day 1 is 1 March"),
    ("2026-03-30", {"months": 1}, NEXT, STAYS, TOKYO, "2026-04-30", "day 1 is the 31st, no 31 April"),
    ("2026-04-30", {"months": 1}, NEXT, STAYS, TOKYO, "2026-05-31", "the whole of May"),
    ("2026-12-31", {"months": 1}, NEXT, STAYS, TOKYO, "2027-01-31", "the whole of January"),
    ("2026-11-30", {"months": 3}, NEXT, STAYS, TOKYO, "2027-02-28", "December, January, February"),
    ("2026-08-31", {"months": 6}, NEXT, STAYS, TOKYO, "2027-02-28", "September to February"),
    # 審査請求: 3 months from the day after it was known (行政不服審査法 18条)
    ("2026-11-25", {"months": 3}, NEXT, ROLLS, TOKYO, "2027-02-25", "a Thursday"),
    ("2026-06-30", {"months": 3}, NEXT, STAYS, TOKYO, "2026-09-30", "July, August, September"),
    # Months, the day itself is day 1
    ("2026-01-31", {"months": 1}, DAY_1, STAYS, TOKYO, "2026-02-28", "no 31 February"),
    ("2026-02-01", {"months": 1}, DAY_1, STAYS, TOKYO, "2026-02-28", "the whole of February"),
    ("2026-01-15", {"months": 1}, DAY_1, STAYS, TOKYO, "2026-02-14", "the day before 15 February"),
    ("2026-01-01", {"months": 12}, DAY_1, STAYS, TOKYO, "2026-12-31", "the whole year"),
    # 出産育児一時金: 2 years, the day after birth is day 1 (健康保険法 193条)
    ("2026-04-01", {"years": 2}, NEXT, STAYS, TOKYO, "2028-04-01", "day 1 is 2 April 2026"),
    ("2026-04-01", {"years": 2}, NEXT, ROLLS, TOKYO, "2028-04-03", "1 April 2028 is a Saturday"),
    ("2026-03-31", {"years": 2}, NEXT, STAYS, TOKYO, "2028-03-31", "whole years from 1 April"),
    ("2024-02-29", {"years": 2}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is 1 March 2024"),
    ("2024-02-28", {"years": 2}, NEXT, STAYS, TOKYO, "2026-02-28", "day 1 is 29 February, which 2026 lacks"),
    ("2024-02-28", {"years": 4}, NEXT, STAYS, TOKYO, "2028-02-28", "day 1 is 29 February, which 2028 has"),
    ("2024-02-29", {"years": 4}, NEXT, STAYS, TOKYO, "2028-02-29", "day 1 is 1 March"),
    ("2026-12-31", {"years": 2}, NEXT, STAYS, TOKYO, "2028-12-31", "whole years from 1 January"),
    ("2026-11-25", {"years": 5}, NEXT, STAYS, TOKYO, "2031-11-25", "five years"),
    ("2026-04-01", {"years": 1}, DAY_1, STAYS, TOKYO, "2027-03-31", "a fiscal year"),
    ("2024-02-29", {"years": 1}, DAY_1, STAYS, TOKYO, "2025-02-28", "no 29 February in 2025"),
    # 育児休業給付: to the end of the month in which four months end
    ("2026-07-10", {"end_of_month_after_months": 4}, NEXT, STAYS, TOKYO, "2026-11-30", "10 November"),
    ("2026-07-10", {"end_of_month_after_months": 4}, DAY_1, STAYS, TOKYO, "2026-11-30", "9 November"),
    ("2026-07-01", {"end_of_month_after_months": 4}, NEXT, STAYS, TOKYO, "2026-11-30", "1 November"),
    ("2026-07-01", {"end_of_month_after_months": 4}, DAY_1, STAYS, TOKYO, "2026-10-31", "31 October"),
    ("2026-10-31", {"end_of_month_after_months": 4}, NEXT, STAYS, TOKYO, "2027-02-28", "28 February"),
    ("2023-10-31", {"end_of_month_after_months": 4}, NEXT, STAYS, TOKYO, "2024-02-29", "29 February"),
    ("2026-08-31", {"end_of_month_after_months": 4}, NEXT, ROLLS, TOKYO, "2027-01-04", "31 December is closed"),
    ("2026-06-15", {"end_of_month_after_months": 4}, NEXT, ROLLS, TOKYO, "2026-11-02", "31 October is a Saturday"),
    ("2026-02-10", {"end_of_month_after_months": 0}, NEXT, STAYS, TOKYO, "2026-02-28", "the month of the event"),
    ("2026-03-01", {"end_of_month_after_months": 0}, DAY_1, STAYS, TOKYO, "2026-03-31", "the month of the event"),
    # Holidays in a row
    (
        "2026-04-24",
        {"business_days": 10},
        NEXT,
        STAYS,
        TOKYO,
        "2026-05-14",
        "Golden Week: 27, 28, 30 April, 1, 7 May …",
    ),
    ("2026-09-18", {"business_days": 1}, NEXT, STAYS, TOKYO, "2026-09-24", "敬老の日, 国民の休日, 秋分の日"),
    ("2026-09-18", {"business_days": 1}, DAY_1, STAYS, TOKYO, "2026-09-18", "a Friday, and day 1"),
    ("2026-09-19", {"business_days": 1}, DAY_1, STAYS, TOKYO, "2026-09-24", "a Saturday: the first open day is day 1"),
    ("2026-09-17", {"business_days": 3}, NEXT, STAYS, TOKYO, "2026-09-25", "18, 24, 25 September"),
    ("2026-09-05", {"days": 14}, NEXT, ROLLS, TOKYO, "2026-09-24", "19 September, five closed days"),
    ("2026-11-02", {"business_days": 20}, NEXT, STAYS, TOKYO, "2026-12-02", "without 3 and 23 November"),
    ("2027-01-07", {"business_days": 5}, NEXT, STAYS, TOKYO, "2027-01-15", "without 成人の日"),
    ("2026-02-07", {"days": 14}, NEXT, ROLLS, TOKYO, "2026-02-24", "Saturday, Sunday, 天皇誕生日"),
    ("2026-03-05", {"days": 15}, NEXT, ROLLS, TOKYO, "2026-03-23", "春分の日 on a Friday"),
    # The turn of the year
    ("2026-12-14", {"days": 14}, NEXT, ROLLS, TOKYO, "2026-12-28", "the last open day of the year"),
    ("2026-12-15", {"days": 14}, NEXT, ROLLS, TOKYO, "2027-01-04", "29 December is closed"),
    ("2026-12-28", {"business_days": 1}, NEXT, STAYS, TOKYO, "2027-01-04", "the first open day of the year"),
    ("2026-12-28", {"business_days": 1}, DAY_1, STAYS, TOKYO, "2026-12-28", "day 1 is an open day"),
    ("2026-12-25", {"business_days": 5}, NEXT, STAYS, TOKYO, "2027-01-07", "28 December, 4 to 7 January"),
    ("2027-12-16", {"days": 14}, NEXT, ROLLS, TOKYO, "2028-01-04", "30 December is closed"),
    # Closing days of the organisation
    ("2026-11-24", {"days": 5}, NEXT, ROLLS, LIBRARY, "2026-11-29", "open on Sundays"),
    ("2026-11-25", {"days": 5}, NEXT, ROLLS, LIBRARY, "2026-12-01", "closed on Mondays"),
    ("2026-11-26", {"business_days": 5}, NEXT, STAYS, LIBRARY, "2026-12-02", "27, 28, 29 November, 1, 2 December"),
    ("2026-11-25", {"days": 3}, NEXT, ROLLS, SATURDAY_OPEN, "2026-11-28", "this Saturday is open"),
    ("2026-11-25", {"days": 3}, NEXT, ROLLS, TOKYO, "2026-11-30", "elsewhere it is not"),
    ("2026-11-25", {"days": 5}, NEXT, ROLLS, CLOSED_MONDAY, "2026-12-01", "this Monday is closed"),
    ("2026-09-16", {"days": 15}, NEXT, ROLLS, FOUNDATION_DAY, "2026-10-02", "closed on 都民の日"),
    ("2026-12-13", {"days": 15}, NEXT, ROLLS, LONG_NEW_YEAR, "2027-01-05", "closed from 28 December to 4 January"),
]


@pytest.mark.parametrize(("event", "length", "counting", "rolls", "office", "expected", "why"), CASES)
def test_limits_counted_by_hand(
    event: str,
    length: dict[str, int],
    counting: Counting,
    rolls: bool,
    office: BusinessCalendar,
    expected: str,
    why: str,
) -> None:
    limit = read_limit({"limit": length, "counting": counting.value, "rolls": rolls})
    assert last_day(date.fromisoformat(event), limit, office) == date.fromisoformat(expected), why


def test_enough_cases_are_counted_by_hand() -> None:
    assert len({case[:5] for case in ((e, str(length), c, r, str(o)) for e, length, c, r, o, _, _ in CASES)}) >= 60


events = st.dates(date(2000, 1, 1), date(2060, 12, 31))
countings = st.sampled_from(Counting)
UNITS = {"days": 400, "business_days": 60, "months": 40, "years": 10, "end_of_month_after_months": 40}


@st.composite
def limits(draw: st.DrawFn, *, rolls: bool | None = None) -> Limit:
    unit = draw(st.sampled_from(list(UNITS)))
    value = draw(st.integers(1, UNITS[unit]))
    moves = draw(st.booleans()) if rolls is None else rolls
    return Limit(**{unit: value}, counting=draw(countings), rolls=moves)


def changed(limit: Limit, *, longer: int = 0, rolls: bool | None = None) -> Limit:
    unit = next(unit for unit in UNITS if getattr(limit, unit) is not None)
    moves = limit.rolls if rolls is None else rolls
    return Limit(**{unit: getattr(limit, unit) + longer}, counting=limit.counting, rolls=moves)


@given(events, st.integers(1, 2_000))
def test_where_the_next_day_is_the_first_days_end_one_day_later(event: date, days: int) -> None:
    same, after = (last_day(event, Limit(days=days, counting=counting), None) for counting in (DAY_1, NEXT))
    assert after == same + timedelta(days=1)


@given(events, limits())
def test_no_limit_ends_before_its_event(event: date, limit: Limit) -> None:
    assert last_day(event, limit, TOKYO) >= event


@given(events, st.integers(0, 400), limits())
def test_a_later_event_never_ends_earlier(event: date, days: int, limit: Limit) -> None:
    assert last_day(event, limit, TOKYO) <= last_day(event + timedelta(days=days), limit, TOKYO)


@given(events, st.integers(0, 30), limits())
def test_a_longer_limit_never_ends_earlier(event: date, longer: int, limit: Limit) -> None:
    assert last_day(event, limit, TOKYO) <= last_day(event, changed(limit, longer=longer), TOKYO)


@given(events, limits(rolls=True))
def test_a_moved_last_day_is_the_first_open_one(event: date, limit: Limit) -> None:
    plain = last_day(event, changed(limit, rolls=False), TOKYO)
    moved = last_day(event, limit, TOKYO)
    assert TOKYO.is_open(moved)
    assert not any(TOKYO.is_open(plain + timedelta(days=number)) for number in range((moved - plain).days))


@given(events, st.integers(1, 48))
def test_the_end_of_the_month_is_that_of_the_same_day_so_many_months_later(event: date, months: int) -> None:
    last = last_day(event, Limit(end_of_month_after_months=months), None)
    assert (last.year * 12 + last.month) - (event.year * 12 + event.month) == months
    assert (last + timedelta(days=1)).day == 1


HOLIDAYS = {day for year in range(2020, 2042) for day, _ in jpholiday.year_holidays(year)}


def naive_open(day: date) -> bool:
    at_year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < 5 and day not in HOLIDAYS and not at_year_end


def naive(event: date, unit: str, length: int, counting: Counting) -> date:
    """Cross off one day after the other, as on a calendar on the wall."""
    first = event if counting is DAY_1 else event + timedelta(days=1)
    day, crossed, month = first, 0, 0
    while True:
        tomorrow = day + timedelta(days=1)
        if unit == "months":
            at_month_end = tomorrow.day == 1
            month_of_tomorrow = month + at_month_end
            whole = tomorrow.day == first.day and month_of_tomorrow == length
            lacking = month == length and at_month_end and first.day > monthrange(day.year, day.month)[1]
            if whole or lacking:
                return day
            month = month_of_tomorrow
        else:
            crossed += unit == "days" or naive_open(day)
            if crossed == length:
                return day
        day = tomorrow


@pytest.mark.parametrize(("unit", "longest"), [("days", 400), ("business_days", 60), ("months", 30)])
def test_counting_agrees_with_crossing_off_days_on_the_wall(unit: str, longest: int) -> None:
    chance = random.Random(20261125)
    for _ in range(1_700):
        event = date(2020, 1, 1) + timedelta(days=chance.randrange(365 * 18))
        length, counting = chance.randint(1, longest), chance.choice(list(Counting))
        expected = naive(event, unit, length, counting)
        assert last_day(event, Limit(**{unit: length}, counting=counting), TOKYO) == expected, (event, unit, length)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, "limit"),
        ({"limit": 14}, "limit: 14"),
        ({"limit": {}}, "none"),
        ({"limit": {"days": 14, "months": 1}}, "days, months"),
        ({"limit": {"weeks": 2}}, "weeks"),
        ({"limit": {"days": 0}}, "days: 0"),
        ({"limit": {"days": -3}}, "days: -3"),
        ({"limit": {"days": "14"}}, "days: '14'"),
        ({"limit": {"days": 1.5}}, "days: 1.5"),
        ({"limit": {"days": True}}, "days: True"),
        ({"limit": {"years": 101}}, "years: 101"),
        ({"limit": {"days": 14}, "counting": "birthday"}, "counting: 'birthday'"),
        ({"limit": {"days": 14}, "rolls": "yes"}, "rolls: 'yes'"),
    ],
)
def test_what_is_no_limit_is_refused_by_name(data: dict[str, object], named: str) -> None:
    with pytest.raises(LimitError) as caught:
        read_limit(data)
    assert named in str(caught.value)


def test_a_limit_reads_only_its_own_keys_and_takes_the_law_where_nothing_is_said() -> None:
    read = read_limit({"event": "child.born_on", "limit": {"days": 15}, "law": "児童手当法 8条", "consequence": {}})
    assert read == Limit(days=15, counting=Counting.NEXT_DAY_FIRST, rolls=False)


@pytest.mark.parametrize("limit", [Limit(business_days=5), Limit(days=5, rolls=True)])
def test_open_days_are_never_guessed(limit: Limit) -> None:
    with pytest.raises(LimitError, match="no calendar"):
        last_day(date(2026, 11, 25), limit, None)


@pytest.mark.parametrize("limit", [Limit(days=14), Limit(months=1), Limit(years=1), Limit(business_days=30)])
def test_a_limit_beyond_the_last_year_is_refused(limit: Limit) -> None:
    with pytest.raises(LimitError, match="years 1 to 9999"):
        last_day(date(9999, 12, 30), limit, TOKYO)


def test_days_left_are_nought_on_the_last_day() -> None:
    last = date(2026, 12, 1)
    assert [days_left(last, last + timedelta(days=shift)) for shift in (-7, 0, 2)] == [7, 0, -2]
