"""How much one person (or the household behind a case) is paid on one day, by the figures of that day.

All amounts are whole yen. An unknown condition or number gives a range over what is still possible, never a guess.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from madoguchi.engines.eligibility.amounts.model import (
    NOT_KNOWN,
    NOTHING,
    Amount,
    AmountRule,
    Cases,
    Fixed,
    Formula,
    LesserOf,
    Linear,
    Lookup,
    Reference,
    Rounding,
    Share,
)
from madoguchi.engines.eligibility.ast import AttrRef
from madoguchi.engines.eligibility.scalar import Case, compiled
from madoguchi.engines.eligibility.types import Band, TableVersion, Truth

_MOST_ENTRIES = 100


def amount_for(rule: AmountRule, case: Case) -> Amount:
    """Return what the rule pays for the person of a case; additions and multiples are not in it.

    A monthly amount with a day of reference is that of the case's month, whatever day of the month is asked about.
    """
    case = replace(case, today=reference_day(rule, case.today))
    version = rule.on(case.today)
    return pay(version.cases, case) if version else NOT_KNOWN


def reference_day(rule: AmountRule, day: date) -> date:
    """Return the day on which the facts are looked at for a day: the first or last of its month, or itself."""
    if rule.months.reference is Reference.FIRST:
        return day.replace(day=1)
    if rule.months.reference is Reference.LAST:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day


def pay(formula: Formula, case: Case) -> Amount:
    """Return what a formula gives for a case: exact, or the span of what the facts leave possible."""
    match formula:
        case Fixed(low, high):
            return Amount(low, high)
        case Cases():
            return _first_that_holds(formula, case)
        case Lookup():
            return _looked_up(formula, case)
        case Linear():
            return _along_line(formula, case)
        case Share():
            return _part_of(formula, case)
        case LesserOf(formulas):
            return least([pay(item, case) for item in formulas])


def _first_that_holds(cases: Cases, case: Case) -> Amount:
    possible: list[Amount] = []
    for item in cases.items:
        truth = Truth.TRUE if item.when is None else compiled(item.when)(case)
        if truth == Truth.FALSE:
            continue
        possible.append(pay(item.pays, case))
        if truth == Truth.TRUE:
            return span(possible)
    return span([*possible, NOTHING])


def span(amounts: Iterable[Amount]) -> Amount:
    """Return the range that holds all amounts; a bound that one of them does not know is not known."""
    items = list(amounts)
    lows = [item.low_yen for item in items if item.low_yen is not None]
    highs = [item.high_yen for item in items if item.high_yen is not None]
    return Amount(
        min(lows) if len(lows) == len(items) else None,
        max(highs) if len(highs) == len(items) else None,
    )


def least(amounts: Iterable[Amount]) -> Amount:
    """Return the least of amounts: it is at most every known upper bound, and at least the least lower bound."""
    items = list(amounts)
    lows = [item.low_yen or 0 for item in items]
    highs = [item.high_yen for item in items if item.high_yen is not None]
    return Amount(min(lows), min(highs, default=None))


def number(ref: AttrRef, case: Case) -> Band:
    """Return what is known of a number as a band, open on both sides when nothing is."""
    value = case.of(ref.owner).get(ref.name)
    if isinstance(value, Band):
        return value
    return Band(value, value) if isinstance(value, int) and not isinstance(value, bool) else Band()


def _table(name: str, case: Case, day: date) -> TableVersion | None:
    table = case.rulebook.tables.get(name)
    return table.on(day) if table else None


def _looked_up(lookup: Lookup, case: Case) -> Amount:
    version, count = _table(lookup.table, case, case.today), number(lookup.by, case)
    if version is None or count.low is None or count.high is None or count.high - count.low > _MOST_ENTRIES:
        return NOT_KNOWN
    entries = [version.limit(n) for n in range(count.low, count.high + 1)]
    return Amount(min(entries), max(entries))


def _along_line(line: Linear, case: Case) -> Amount:
    version = _table(line.table, case, case.today)
    income, count = number(line.of, case), number(line.by, case)
    if version is None:
        return Amount(line.floor_yen, line.start_yen)
    low = line.floor_yen if income.high is None else _on_line(line, income.high, version.limit(count.low or 0))
    if income.low is None or (count.high is None and version.step):
        return Amount(low, line.start_yen)
    most = max(version.limits) if count.high is None else version.limit(count.high)
    return Amount(low, _on_line(line, income.low, most))


def _on_line(line: Linear, income: int, limit: int) -> int:
    steps = (income - limit) * line.rate / line.round_to + Fraction(1, 2)
    reduction = steps.numerator // steps.denominator * line.round_to
    return max(line.floor_yen, min(line.start_yen, line.start_yen - reduction))


def _part_of(share: Share, case: Case) -> Amount:
    cost = number(share.of, case)
    return Amount(_rounded(share, cost.low or 0), None if cost.high is None else _rounded(share, cost.high))


def _rounded(share: Share, cost: int) -> int:
    part = max(0, cost) * share.rate / share.round_to
    if share.rounding is Rounding.HALF_UP:
        part += Fraction(1, 2)
    return part.numerator // part.denominator * share.round_to
