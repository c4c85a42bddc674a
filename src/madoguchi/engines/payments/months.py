"""Entitlement by month: is the child born, alive, resident on the month's day and young enough (018サポート and alike).

One day of each month decides (基準日, the 1st for 018サポート). It knows no amount and no payment.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Month = tuple[int, int]
"""Year and month."""
_LAST = re.compile(r"march_31_after_([1-9][0-9]?)")
_LATEST_SAFE_DAY = 28


class Reason(StrEnum):
    """Why a month is payable or not; the first that applies, in this order."""

    NOT_BORN = "not_born"
    DIED = "died"
    TOO_OLD = "too_old"
    NOT_RESIDENT = "not_resident"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Stay:
    """A time of residence: the day of moving in counts, `until` is the first day on which it is over (None: goes on)."""

    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"A stay from {self.since} cannot end on {self.until}. Correct one of the days.")

    def holds(self, day: date) -> bool:
        """Tell whether the day lies in this stay."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class MonthRule:
    """Which day of a month decides, and how long months are payable.

    `last`: `march_31_after_18` = through the first 31 March on or after the day on which 18 is reached; `none` = no end.
    """

    residence_day: int = 1
    last: str = "march_31_after_18"

    def __post_init__(self) -> None:
        if not 1 <= self.residence_day <= _LATEST_SAFE_DAY:
            raise ValueError(f"Day {self.residence_day} is not in every month. Use 1 to {_LATEST_SAFE_DAY}.")
        if self.last != "none" and not _LAST.fullmatch(self.last):
            raise ValueError(f"{self.last!r} is no end of months. Use march_31_after_18 or none.")

    def last_day(self, born: date) -> date:
        """Return the last day of entitlement by age.

        An age is reached on the day before the birthday (年齢計算ニ関する法律, 民法 第143条), so whoever was born on
        1 April reaches it on 31 March and ends that very day.
        """
        found = _LAST.fullmatch(self.last)
        if found is None:
            return date.max
        early = (born.month, born.day) <= (4, 1)
        return date(born.year + int(found[1]) + (0 if early else 1), 3, 31)


@dataclass(frozen=True, slots=True)
class MonthVerdict:
    """Whether one month is payable, and why."""

    year: int
    month: int
    payable: bool
    reason: Reason


def payable_months(
    born: date,
    residence: Sequence[Stay],
    rule: MonthRule,
    first: Month,
    last: Month,
    died: date | None = None,
) -> tuple[MonthVerdict, ...]:
    """Judge every month from `first` to `last`, both included; none when `last` lies before `first`.

    The day of birth counts (born on the 1st: that month is payable). Whoever died on the deciding day lived on it.
    Raise ValueError for a month that does not exist or a death before birth.
    """
    if died is not None and died < born:
        raise ValueError("A death cannot lie before the birth. Correct one of the days.")
    end = rule.last_day(born)
    verdicts = []
    for year, month in months_between(first, last):
        day = date(year, month, rule.residence_day)
        reason = _reason(day, born, residence, end, died)
        verdicts.append(MonthVerdict(year, month, reason is Reason.RESIDENT, reason))
    return tuple(verdicts)


def _reason(day: date, born: date, residence: Sequence[Stay], end: date, died: date | None) -> Reason:
    if day < born:
        return Reason.NOT_BORN
    if died is not None and died < day:
        return Reason.DIED
    if day > end:
        return Reason.TOO_OLD
    return Reason.RESIDENT if any(stay.holds(day) for stay in residence) else Reason.NOT_RESIDENT


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Give every month from `first` to `last`, both included."""
    for year, month in (first, last):
        if not (1 <= month <= 12 and 1 <= year <= 9999):
            raise ValueError(f"{year}-{month} is no month. Months run from 1 to 12.")
    for number in range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1]):
        yield number // 12, number % 12 + 1
