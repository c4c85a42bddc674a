"""When a verdict changes by the calendar alone: all other facts stay as they are.

The candidate days come from the tree itself (ages, fixed dates, fiscal years); the condition is judged on each, so the
result is exact and no day is scanned in vain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from madoguchi.engines.eligibility import ast, dates
from madoguchi.engines.eligibility.ast import Counting, Measure, Node
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import Case, compiled
from madoguchi.engines.eligibility.types import VERDICT_OF, Truth, Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """From this day on the verdict is this one."""

    day: date
    verdict: Verdict


def next_changes(rule: Rule, case: Case, *, years: int = 20) -> list[Change]:
    """Return the days after the case's day on which the verdict changes, within so many years, in order."""
    end = dates.anniversary(case.today, years * 12)
    days = sorted({day for day in _candidates(rule, case, end) if case.today < day <= end})
    changes: list[Change] = []
    current = _verdict(rule, case, case.today)
    for day in days:
        verdict = _verdict(rule, case, day)
        if verdict is not current:
            changes.append(Change(day, verdict))
            current = verdict
    return changes


def _verdict(rule: Rule, case: Case, day: date) -> Verdict:
    truth = compiled(rule.node)(replace(case, today=day)) if rule.in_force(day) else Truth.FALSE
    return VERDICT_OF[truth]


def _candidates(rule: Rule, case: Case, end: date) -> Iterator[date]:
    if rule.effective_from:
        yield rule.effective_from
    if rule.effective_to:
        yield rule.effective_to + timedelta(days=1)
    people = [case.person, *case.household.members]
    births = {birth for person in people if isinstance(birth := person.facts.get(BIRTH), date)}
    for node in _all_nodes(rule.node, case):
        for day in _turning_days(node, births, case, end):
            yield day
            yield day + timedelta(days=1)


def _all_nodes(root: Node, case: Case) -> Iterator[Node]:
    for node in ast.walk(root):
        yield node
        if isinstance(node, ast.SubCondition):
            for (name, _), part in case.rulebook.subconditions.items():
                if name == node.name:
                    yield from ast.walk(part)


def _turning_days(node: Node, births: set[date], case: Case, end: date) -> Iterator[date]:
    match node:
        case ast.AsOf(_, day):
            yield day
        case ast.Reached(_, counting, months):
            day_of = dates.attained_on if counting is Counting.ATTAINED else dates.anniversary
            yield from (day_of(birth, months) for birth in births)
        case ast.Age(_, Measure.FISCAL) | ast.BirthOrder():
            yield from (date(year, 4, 1) for year in range(case.today.year, end.year + 1))
        case ast.Age(_, measure, _, number):
            step = 12 if measure is Measure.YEARS else 1
            yield from (dates.attained_on(birth, n * step) for birth in births for n in (number, number + 1))
        case ast.Limit(_, _, table):
            versions = case.rulebook.tables[table].versions if table in case.rulebook.tables else ()
            yield from (version.start for version in versions)
            yield from (version.end for version in versions if version.end)
        case _:
            return
