"""A programme as the engine sees it, and its verdict for a household: per person concerned, then together.

For a child's programme every child is judged, for a person's programme the applicant and the other members, for a
household's programme its head.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from madoguchi.engines.eligibility.amounts import AmountRule
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.facts import UNKNOWN_PERSON, Household, Person
from madoguchi.engines.eligibility.scalar import Case, Rulebook, compiled
from madoguchi.engines.eligibility.types import VERDICT_OF, Subject, Truth, Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """One programme: condition, time of validity, amount. `area` holds municipality codes, None = everywhere."""

    id: str
    name: str
    subject: Subject
    node: Node
    area: frozenset[str] | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    amount: AmountRule | None = None
    value_yen: int = 0
    spans: Mapping[str, str] = field(default_factory=dict)
    """Canonical text of an atom → the wording of the source."""

    def in_force(self, day: date) -> bool:
        """Tell whether the programme is valid on a day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )

    def covers(self, municipality: str | None) -> bool:
        """Tell whether the programme may concern a resident of a municipality (None = not known)."""
        return self.area is None or (municipality is not None and municipality in self.area)


class Role(StrEnum):
    """Which member of the household a person is."""

    APPLICANT = "申請者"
    CHILD = "子"
    OTHER = "世帯員"


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    """The verdict of one programme for one person. `index` counts within the role, from 0; −1 = a member not listed."""

    role: Role
    index: int
    truth: Truth


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """The verdict of one programme for a household."""

    rule: Rule
    verdict: Verdict
    persons: tuple[PersonVerdict, ...]
    in_force: bool = True


def concerned(rule: Rule, household: Household) -> list[tuple[Role, int, Person]]:
    """Return the persons whom a programme may concern."""
    if rule.subject is Subject.HOUSEHOLD:
        return [(Role.APPLICANT, 0, household.applicant)]
    children = [(Role.CHILD, index, child) for index, child in enumerate(household.children)]
    if not household.children_complete:
        children.append((Role.CHILD, -1, UNKNOWN_PERSON))
    if rule.subject is Subject.CHILD:
        return children
    others = [(Role.OTHER, index, other) for index, other in enumerate(household.others)]
    return [(Role.APPLICANT, 0, household.applicant), *children, *others]


def judge(rule: Rule, household: Household, *, today: date, rulebook: Rulebook) -> RuleVerdict:
    """Return the verdict of a programme for a household on a day."""
    if not rule.in_force(today):
        return RuleVerdict(rule, Verdict.INELIGIBLE, (), in_force=False)
    test = compiled(rule.node)
    persons = []
    for role, index, person in concerned(rule, household):
        value = test(Case(today, household, person, rulebook))
        persons.append(PersonVerdict(role, index, Truth(value if index >= 0 else min(value, Truth.UNKNOWN))))
    best = max((person.truth for person in persons), default=Truth.FALSE)
    return RuleVerdict(rule, VERDICT_OF[best], tuple(persons))


def person_of(household: Household, verdict: PersonVerdict) -> Person:
    """Return the person that a verdict is about."""
    if verdict.role is Role.APPLICANT:
        return household.applicant
    if verdict.index < 0:
        return UNKNOWN_PERSON
    return (household.children if verdict.role is Role.CHILD else household.others)[verdict.index]
