"""What a household gets month by month between two days, by the law and the figures of each month.

A right that ends in a month is paid for that month; when it begins is the programme's `months.begins`. Facts that
change on the way are a `History`. Which bank day pays is not known here, only the calendar month.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from madoguchi.engines.eligibility.amounts.model import NOTHING, Amount, AmountError, AmountRule, Begins, Per
from madoguchi.engines.eligibility.amounts.paying import reference_day
from madoguchi.engines.eligibility.amounts.totals import paying, total_on
from madoguchi.engines.eligibility.facts import Household, Person
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import Case, Rulebook

_MOST_MONTHS = 600
_BIRTH = "生年月日"


@dataclass(frozen=True, slots=True)
class History:
    """A household whose facts change: each entry holds from its day on; before the first day the first one holds."""

    entries: tuple[tuple[date, Household], ...]

    def on(self, day: date) -> Household:
        """Return the household as it is on a day."""
        known = [household for start, household in self.entries if start <= day]
        return known[-1] if known else self.entries[0][1]


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """What is paid for one month (its first day)."""

    month: date
    amount: Amount


@dataclass(frozen=True, slots=True)
class PeriodAmount:
    """What is paid for each month of a period, in order, and together."""

    months: tuple[MonthAmount, ...]
    total: Amount


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid in one calendar month (its first day) for which months."""

    month: date
    covers: tuple[date, ...]
    amount: Amount


def amount_over(
    rule: Rule,
    household: Household | History,
    *,
    rulebook: Rulebook,
    start: date,
    end: date,
    claimed: date | None = None,
    arose: date | None = None,
) -> PeriodAmount:
    """Return what the household gets for the months from that of `start` to that of `end`, both included.

    `claimed` is the day of the claim (None = in time, no month is lost); `arose` the day on which the right arose where
    it is not a birth (a move, a divorce). Raise AmountError when the programme pays nothing by the month.
    """
    amount = paying(rule)
    if amount.per is not Per.MONTH:
        raise AmountError(
            f"{rule.name} is paid per {amount.per.value}, not by the month. Ask household_amount instead."
        )
    history = household if isinstance(household, History) else History(((start, household),))
    months = []
    for month in _months(start, end):
        day = reference_day(amount, month)
        now = _living(history.on(day), day)
        case = Case(day, now, now.applicant, rulebook)
        admitted = _Admission(amount, month, claimed, arose)
        months.append(MonthAmount(month, total_on(rule, amount, case, admitted)))
    return PeriodAmount(tuple(months), _sum(item.amount for item in months))


def payments(rule: Rule, period: PeriodAmount) -> tuple[Payment, ...]:
    """Return the paying months of a period by the programme's calendar; raise AmountError when it gives none."""
    paid = paying(rule).months.paid
    if not paid:
        raise AmountError(f"{rule.name} says nothing about its paying months. Add `months.paid` to its amount.")
    groups: dict[date, list[MonthAmount]] = {}
    for item in period.months:
        groups.setdefault(_paying_month(item.month, paid), []).append(item)
    return tuple(
        Payment(month, tuple(item.month for item in items), _sum(item.amount for item in items))
        for month, items in sorted(groups.items())
    )


def fiscal_year_of(year: int) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year (年度: April to March)."""
    return date(year, 4, 1), date(year + 1, 3, 31)


@dataclass(frozen=True, slots=True)
class _Admission:
    """Whether a person's right has begun in a month."""

    amount: AmountRule
    month: date
    claimed: date | None
    arose: date | None

    def __call__(self, person: Person) -> bool:
        begins = self.amount.months.begins
        if begins is Begins.AS_IT_HOLDS:
            return True
        birth = person.facts.get(_BIRTH)
        counted = self._counted(birth if isinstance(birth, date) else None)
        if counted is None:
            return True
        first = counted.replace(day=1)
        return first < self.month if begins is Begins.AFTER_CLAIM else first <= self.month

    def _counted(self, birth: date | None) -> date | None:
        """Return the day from which the law counts: the claim, or the event where the claim came soon enough after it."""
        event = max((day for day in (birth, self.arose) if day), default=None)
        if self.claimed is None or event is None:
            return self.claimed or event
        in_time = self.claimed <= event + timedelta(days=self.amount.months.grace_days)
        return event if in_time else self.claimed


def _months(start: date, end: date) -> Iterator[date]:
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    if count < 1 or count > _MOST_MONTHS:
        raise AmountError(f"From {start} to {end} are {count} months. Ask for 1 to {_MOST_MONTHS} months.")
    for number in range(start.year * 12 + start.month - 1, start.year * 12 + start.month - 1 + count):
        yield date(number // 12, number % 12 + 1, 1)


def _living(household: Household, day: date) -> Household:
    """Return the household without children who are not yet born on a day."""
    born = tuple(child for child in household.children if not _later(child, day))
    return replace(household, children=born)


def _later(child: Person, day: date) -> bool:
    birth = child.facts.get(_BIRTH)
    return isinstance(birth, date) and birth > day


def _sum(amounts: Iterator[Amount]) -> Amount:
    total = NOTHING
    for amount in amounts:
        total = total + amount
    return total


def _paying_month(month: date, paid: Mapping[int, int]) -> date:
    number = paid[month.month]
    return date(month.year + (number < month.month), number, 1)
