"""What follows by law from what is known: a child of ten has no pension insurance, nobody under 18 is married.

An implication only fills facts that are unknown; what was told always stays. Applied where people are asked, so that
nobody is asked what the law already answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.facts import Household, Person, Value, value_from_json
from madoguchi.engines.eligibility.scalar import Case, Rulebook, evaluate
from madoguchi.engines.eligibility.types import Truth


@dataclass(frozen=True, slots=True)
class Implication:
    """When the condition holds for a person, these facts follow: the person's own, or the household's."""

    id: str
    when: Node
    person: Mapping[str, Value]
    household: Mapping[str, Value]

    @classmethod
    def from_pack(cls, record: Mapping[str, Any], *, parse: Callable[[str], Node]) -> "Implication":
        """Build an implication from a record of `implications.yaml`."""
        facts = {
            name: {key: value_from_json(value) for key, value in (record.get(name) or {}).items()}
            for name in ("person", "household")
        }
        return cls(record["id"], parse(record["when"]), facts["person"], facts["household"])


def complete(
    household: Household, implications: Sequence[Implication], *, today: date, rulebook: Rulebook
) -> Household:
    """Return the household with every fact that follows; earlier implications feed later ones."""
    for implication in implications:
        household = _follow(household, implication, today, rulebook)
    return household


def _follow(household: Household, implication: Implication, today: date, rulebook: Rulebook) -> Household:
    def holds(person: Person) -> bool:
        return evaluate(implication.when, Case(today, household, person, rulebook)) is Truth.TRUE

    def filled(person: Person) -> Person:
        if implication.person.keys() <= person.facts.keys() or not holds(person):
            return person
        return Person({**implication.person, **person.facts})

    facts = household.facts
    if implication.household and not implication.household.keys() <= facts.keys() and holds(household.applicant):
        facts = {**implication.household, **facts}
    return replace(
        household,
        facts=facts,
        applicant=filled(household.applicant),
        children=tuple(map(filled, household.children)),
        others=tuple(map(filled, household.others)),
    )
