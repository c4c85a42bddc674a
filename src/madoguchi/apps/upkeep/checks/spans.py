"""For which ages a test can hold: tried month by month with a person of whom nothing else is known.

So every way of saying an age (年齢, 月齢, 年度末まで, 到達日, …) is measured by the same rod: the engine's own judgement.
"""

from datetime import date, timedelta

from madoguchi.apps.upkeep.checks.model import AgeSpan
from madoguchi.engines.eligibility import Household, Node, Person, Rule, Rulebook, Subject, Verdict, judge

_OLDEST_YEARS = 111
_MONTHLY_YEARS = 25
"""Up to this age every month is tried, afterwards every half year."""
PROBES = (*range(_MONTHLY_YEARS * 12), *range(_MONTHLY_YEARS * 12, _OLDEST_YEARS * 12, 6))
_DAYS_IN_MONTH = 30.436875


def span_of(node: Node, subject: Subject, *, today: date, rulebook: Rulebook) -> AgeSpan | None:
    """Return lowest and highest age in months for which the test can hold.

    None when it never holds, or holds for every age. School years make the upper end depend on the day; both sides of a
    comparison must be measured on one day.
    """
    rule = Rule("span", "span", subject, node)
    fitting = [months for months in PROBES if _can_hold(rule, months, today, rulebook)]
    if not fitting or len(fitting) == len(PROBES):
        return None
    return AgeSpan(fitting[0], None if fitting[-1] == PROBES[-1] else fitting[-1])


def _can_hold(rule: Rule, months: int, today: date, rulebook: Rulebook) -> bool:
    person = Person({"生年月日": today - timedelta(days=round((months + 0.5) * _DAYS_IN_MONTH))})
    is_child = rule.subject is Subject.CHILD
    household = Household(
        applicant=Person() if is_child else person, children=(person,) if is_child else (), children_complete=True
    )
    return judge(rule, household, today=today, rulebook=rulebook).verdict is not Verdict.INELIGIBLE
