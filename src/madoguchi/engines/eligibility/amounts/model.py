"""What an amount is made of: cases, formulas, versions over time, which months are paid and when the money comes.

Plain frozen values; they know neither how they are written in a pack nor how they are calculated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from madoguchi.engines.eligibility.ast import AttrRef, Node


class AmountError(ValueError):
    """An amount that cannot be read or asked for: what, why, what to do."""


class Per(StrEnum):
    """For how long one amount is."""

    MONTH = "月"
    YEAR = "年"
    TIME = "回"
    DAY = "日"


class Each(StrEnum):
    """For whom one amount is."""

    CHILD = "児童"
    PERSON = "本人"
    HOUSEHOLD = "世帯"
    UNBORN = "胎児"


class Begins(StrEnum):
    """From which month on a monthly amount is paid."""

    AFTER_CLAIM = "請求の翌月"
    WITH_CLAIM = "請求の月"
    AS_IT_HOLDS = "該当月"
    """Every month in which the condition holds on the day of reference, whenever it was claimed."""


class Rounding(StrEnum):
    """What happens to the part below the rounding unit."""

    DOWN = "切捨て"
    HALF_UP = "四捨五入"


class Reference(StrEnum):
    """On which day of a month the facts are looked at; without one, on the day that is asked about."""

    FIRST = "月初"
    LAST = "月末"


@dataclass(frozen=True, slots=True)
class Amount:
    """A yen amount: exact when `low_yen == high_yen`; None where a bound is not known."""

    low_yen: int | None
    high_yen: int | None

    @property
    def exact(self) -> bool:
        """Tell whether the amount is known to the yen."""
        return self.low_yen is not None and self.low_yen == self.high_yen

    def __add__(self, other: "Amount") -> "Amount":
        """Return the sum; a bound that one side does not know is not known of the sum."""
        return Amount(_sum(self.low_yen, other.low_yen), _sum(self.high_yen, other.high_yen))


NOTHING = Amount(0, 0)
NOT_KNOWN = Amount(None, None)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class Fixed:
    """A published figure, or the two bounds of what is published."""

    low_yen: int | None
    high_yen: int | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """The entry of a table of yen at a number (of dependants, of persons)."""

    table: str
    by: AttrRef


@dataclass(frozen=True, slots=True)
class Linear:
    """start − (of − limit) × rate: the reduction is rounded half up to `round_to` yen, the result kept in [floor, start].

    That is how 児童扶養手当法施行令 第2条の4 rounds: under 5 yen away, 5 yen and more up to 10.
    """

    of: AttrRef
    table: str
    by: AttrRef
    start_yen: int
    floor_yen: int
    rate: Fraction
    round_to: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a number, rounded to `round_to` yen: of a cost (actual cost: rate 1), of months of contributions."""

    of: AttrRef
    rate: Fraction
    round_to: int
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class LesserOf:
    """The least of several formulas, for example the actual cost up to a ceiling (上限)."""

    formulas: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class AmountCase:
    """One case: a condition (None = otherwise) and what it pays."""

    when: Node | None
    pays: "Formula"


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases in order: the first whose condition is true decides."""

    items: tuple[AmountCase, ...]


Formula = Fixed | Lookup | Linear | Share | LesserOf | Cases


@dataclass(frozen=True, slots=True)
class Addition:
    """What each further person adds (加算), from the `first`-th to the `last`-th (None = all after it)."""

    first: int
    last: int | None
    cases: Cases


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that is paid (上限), to one person or to the household together."""

    yen: int
    each: Each


@dataclass(frozen=True, slots=True)
class AmountVersion:
    """The figures of [start, end]. `condition` replaces the programme's where the law of then was another."""

    start: date | None
    end: date | None
    cases: Cases
    additions: tuple[Addition, ...] = ()
    cap: Cap | None = None
    condition: Node | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the version holds on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Multiple:
    """How often the amount is paid: a number that is a fact of the person. Below `least` it says nothing."""

    of: AttrRef
    least: int


@dataclass(frozen=True, slots=True)
class Months:
    """Which months are paid: begin, day of reference, days in which a late claim still counts, paying months.

    `paid` maps a calendar month (1–12) to the calendar month in which its money is paid.
    """

    begins: Begins
    reference: Reference | None
    grace_days: int
    paid: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class AmountRule:
    """The amount of a programme, per 月/年/回/日 and for each 児童/本人/世帯/胎児, with its versions over time."""

    versions: tuple[AmountVersion, ...]
    per: Per
    each: Each
    months: Months
    times: Multiple | None = None

    def on(self, day: date) -> AmountVersion | None:
        """Return the version of a day, or None where the record has no figures."""
        return next((version for version in self.versions if version.covers(day)), None)
