"""What a household gets from one programme altogether on a day: all persons concerned, additions, multiples, caps.

Who is concerned is judged as everywhere else; a person who is only possibly concerned widens the range downwards to
nothing, a list of children that may be incomplete leaves it open upwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from madoguchi.engines.eligibility.amounts.model import (
    NOT_KNOWN,
    NOTHING,
    Addition,
    Amount,
    AmountError,
    AmountRule,
    AmountVersion,
    Cap,
    Each,
    Multiple,
)
from madoguchi.engines.eligibility.amounts.paying import number, pay, reference_day, span
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.facts import Household, Person
from madoguchi.engines.eligibility.rules import Rule, concerned
from madoguchi.engines.eligibility.scalar import Case, Rulebook, compiled
from madoguchi.engines.eligibility.types import Truth

Admitted = Callable[[Person], bool]


@dataclass(frozen=True, slots=True)
class _Claim:
    """One person concerned: the case, whether it is one, and whether the person is on the list at all."""

    case: Case
    truth: Truth
    listed: bool


def household_amount(rule: Rule, household: Household, *, today: date, rulebook: Rulebook) -> Amount:
    """Return what the household gets from the programme per month, year or time, judged on a day.

    Raise AmountError when the programme pays no money.
    """
    amount = paying(rule)
    return total_on(rule, amount, Case(today, household, household.applicant, rulebook), lambda person: True)


def paying(rule: Rule) -> AmountRule:
    """Return the amount of a programme; raise AmountError when it has none."""
    if rule.amount is None:
        raise AmountError(f"{rule.name} pays no money that is known. Ask only about programmes with `amount`.")
    return rule.amount


def total_on(rule: Rule, amount: AmountRule, case: Case, admitted: Admitted) -> Amount:
    """Return the household's total on the day of a case; persons who are not admitted get nothing."""
    version = amount.on(reference_day(amount, case.today))
    node = _condition(rule, amount, version, case.today)
    if node is None or version is None:
        return NOTHING if node is None else NOT_KNOWN
    claims = [claim for claim in _claims(rule, node, case, admitted) if claim.truth is not Truth.FALSE]
    if not claims:
        return NOTHING
    paid = _to_household if amount.each is Each.HOUSEHOLD else _to_persons
    return _capped(paid(amount, version, claims), version.cap, Each.HOUSEHOLD)


def _condition(rule: Rule, amount: AmountRule, version: AmountVersion | None, day: date) -> Node | None:
    """Return what decides on a day: the law of then where a version has its own; None = nothing is paid."""
    if version and version.condition:
        return version.condition
    earlier_law = version is None and any(item.condition for item in amount.versions)
    return rule.node if rule.in_force(day) or earlier_law else None


def _claims(rule: Rule, node: Node, case: Case, admitted: Admitted) -> list[_Claim]:
    test, found = compiled(node), []
    for _, index, person in concerned(rule, case.household):
        if not admitted(person):
            continue
        own = replace(case, person=person)
        value = test(own) if index >= 0 else min(test(own), Truth.UNKNOWN)
        found.append(_Claim(own, Truth(value), index >= 0))
    return found


def _to_persons(amount: AmountRule, version: AmountVersion, claims: Sequence[_Claim]) -> Amount:
    total = NOTHING
    for claim in claims:
        own = _often(_of_month(amount, version, claim.case), amount.times, claim.case)
        own = _capped(own, version.cap, amount.each)
        total = total + _if_so(own, claim)
    return total


def _of_month(amount: AmountRule, version: AmountVersion, case: Case) -> Amount:
    return pay(version.cases, replace(case, today=reference_day(amount, case.today)))


def _if_so(own: Amount, claim: _Claim) -> Amount:
    """Return the amount as far as the person is concerned; members who are not listed may be any number."""
    if claim.truth is Truth.TRUE:
        return own
    return Amount(0, own.high_yen if claim.listed or own.high_yen == 0 else None)


def _often(own: Amount, times: Multiple | None, case: Case) -> Amount:
    if times is None:
        return own
    count = number(times.of, case)
    low = max(times.least, count.low or 0)
    high = None if count.high is None or count.high < times.least else count.high
    return Amount(_times(own.low_yen, low), _times(own.high_yen, high))


def _times(yen: int | None, count: int | None) -> int | None:
    return None if yen is None or count is None else yen * count


def _to_household(amount: AmountRule, version: AmountVersion, claims: Sequence[_Claim]) -> Amount:
    sure = [claim for claim in claims if claim.truth is Truth.TRUE]
    base = span(_of_month(amount, version, claim.case) for claim in sure or claims)
    day = replace(claims[0].case, today=reference_day(amount, claims[0].case.today))
    most = len(claims) if all(claim.listed for claim in claims) else None
    total = base
    for addition in version.additions:
        total = total + _added(addition, pay(addition.cases, day), sure=len(sure), most=most)
    return total if sure else Amount(0, total.high_yen)


def _added(addition: Addition, one: Amount, *, sure: int, most: int | None) -> Amount:
    low, high = _within(addition, sure), _within(addition, most)
    return Amount(
        0 if low == 0 else _times(one.low_yen, low),
        0 if high == 0 or one.high_yen == 0 else _times(one.high_yen, high),
    )


def _within(addition: Addition, persons: int | None) -> int | None:
    """Return how many of so many persons stand from the first to the last place of an addition."""
    if persons is None or (addition.last is not None and persons > addition.last):
        return None if addition.last is None else addition.last - addition.first + 1
    return max(0, persons - addition.first + 1)


def _capped(own: Amount, cap: Cap | None, each: Each) -> Amount:
    if cap is None or cap.each is not each:
        return own
    return Amount(
        None if own.low_yen is None else min(own.low_yen, cap.yen),
        cap.yen if own.high_yen is None else min(own.high_yen, cap.yen),
    )
