"""When a verdict changes by the calendar alone: all other facts stay as they are.

The candidate days come from the tree itself (ages, fixed dates, fiscal years); the condition is judged on each, so the
result is exact and no day is scanned in vain.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from madoguchi.engines.eligibility import ast, dates
from madoguchi.engines.eligibility.ast import Counting, Measure, Node
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import Case, Rulebook, compiled
from madoguchi.engines.eligibility.types import VERDICT_OF, Op, Truth, Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """From this day on the verdict is this one."""

    day: date
    verdict: Verdict


def next_changes(rule: Rule, case: Case, *, years: int = 20) -> list[Change]:
    """Return the days after the case's day on which the verdict changes, within so many years, in order."""
    end = last_day(case.today, years=years)
    days = sorted({day for day in _candidates(rule, case, end) if case.today < day <= end})
    changes: list[Change] = []
    current = _verdict(rule, case, case.today)
    for day in days:
        verdict = _verdict(rule, case, day)
        if verdict is not current:
            changes.append(Change(day, verdict))
            current = verdict
    return changes


def last_day(today: date, *, years: int) -> date:
    """Return the last day that is looked at."""
    return dates.anniversary(today, years * 12)


def _verdict(rule: Rule, case: Case, day: date) -> Verdict:
    truth = compiled(rule.node)(replace(case, today=day)) if rule.in_force(day) else Truth.FALSE
    return VERDICT_OF[truth]


def _candidates(rule: Rule, case: Case, end: date) -> Iterator[date]:
    yield from days_of_validity(rule)
    people = [case.person, *case.household.members]
    births = {birth for person in people if isinstance(birth := person.facts.get(BIRTH), date)}
    yield from turning_days(rule.node, births, case.rulebook)


def days_of_validity(rule: Rule) -> Iterator[date]:
    """Yield the first day of a programme and the first day after it."""
    if rule.effective_from:
        yield rule.effective_from
    if rule.effective_to:
        yield rule.effective_to + timedelta(days=1)


def turning_days(root: Node, births: Collection[date], rulebook: Rulebook) -> Iterator[date]:
    """Yield every day, past or to come, on which an atom of a tree can change for people born on these days."""
    for node in ast.walk(root):
        yield from _turning_days(node, births, rulebook)
        if isinstance(node, ast.SubCondition):
            for (name, _), part in rulebook.subconditions.items():
                if name == node.name:
                    yield from turning_days(part, births, rulebook)


def _turning_days(node: Node, births: Collection[date], rulebook: Rulebook) -> Iterator[date]:
    match node:
        case ast.AsOf(op, day):
            yield from _around(op, day, day + timedelta(days=1))
        case ast.Reached(_, counting, months, op):
            day_of = dates.attained_on if counting is Counting.ATTAINED else dates.anniversary
            for birth in births:
                day = day_of(birth, months)
                yield from _around(op, day, day + timedelta(days=1))
        case ast.Age(_, measure, op, number):
            for birth in births:
                yield from _around(op, _reached_on(measure, birth, number), _reached_on(measure, birth, number + 1))
        case ast.BirthOrder(limit):
            yield from (_reached_on(Measure.FISCAL, birth, limit + 1) for birth in births)
        case ast.Limit(_, _, table):
            versions = rulebook.tables[table].versions if table in rulebook.tables else ()
            yield from (version.start for version in versions)
            yield from (version.end + timedelta(days=1) for version in versions if version.end)
        case _:
            return


def _around(op: Op, reached: date, passed: date) -> tuple[date, ...]:
    """Return the days on which a comparison changes when its value is met on one day and exceeded on another."""
    if op in (Op.LT, Op.GE):
        return (reached,)
    return (passed,) if op in (Op.LE, Op.GT) else (reached, passed)


def _reached_on(measure: Measure, birth: date, number: int) -> date:
    """Return the first day on which an age is reached."""
    if measure is Measure.FISCAL:
        return date(dates.cohort(birth) + number, 4, 1)
    return dates.attained_on(birth, number * (12 if measure is Measure.YEARS else 1))
