"""The engine's picture of a household: everything that is known of its members and of itself on a day.

Only attributes that conditions may name go in: no name and no address. What is hidden from readers is hidden here too.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from madoguchi.apps.people import membership, queries
from madoguchi.apps.people.contracts import EventKind, FactView, HouseholdView, Role, Sight
from madoguchi.apps.people.models import LifeEvent
from madoguchi.apps.people.vocabulary import HEADCOUNT, IDENTITY, MARRIED
from madoguchi.engines.eligibility import Household
from madoguchi.engines.eligibility import Person as EnginePerson
from madoguchi.engines.eligibility.facts import Value

_NAMELESS = frozenset(spec.name for spec in IDENTITY)
_PARENTS = (Role.HEAD, Role.SPOUSE)


def eligibility_household(person_id: str, on: date, *, sight: Sight = Sight.ORDINARY) -> Household:
    """Return what matching and the finder need, the person being the applicant (申請者).

    Her children are those born to her, and the children of the household when she or her spouse is its head.
    """
    view = queries.household_of(person_id, on, sight=sight)
    ids = [member.person_id for member in view.members] if view else []
    events = queries.events_by_person({person_id, *ids})
    others = [key for key in ids if key != person_id]
    alive = {key: not membership.is_dead(events.get(key, []), on) for key in others}
    children = [key for key in others if alive[key] and _is_child(key, person_id, view, events)]
    rest = [key for key in others if alive[key] and key not in children]
    complete = view is not None and view.complete
    people = {key: _person(key, on, sight, events.get(key, [])) for key in (person_id, *children, *rest)}
    return Household(
        facts=_household_facts(person_id, view, on, sight),
        applicant=people[person_id],
        children=tuple(people[key] for key in children),
        others=tuple(people[key] for key in rest),
        children_complete=complete,
        members_complete=complete,
    )


def _is_child(key: str, applicant_id: str, view: HouseholdView | None, events: Mapping[str, list[LifeEvent]]) -> bool:
    born = any(e.kind == EventKind.BIRTH and str(e.other_id) == applicant_id for e in events.get(key, []))
    roles = {member.person_id: member.role for member in view.members} if view else {}
    return born or (roles.get(applicant_id) in _PARENTS and roles.get(key) is Role.CHILD)


def _person(person_id: str, on: date, sight: Sight, events: list[LifeEvent]) -> EnginePerson:
    facts = _values(queries.facts_of_person_alone(person_id, on=on, sight=sight))
    if MARRIED not in facts and any(event.kind in (EventKind.MARRIAGE, EventKind.DIVORCE) for event in events):
        spouse = membership.spouse_of(events, on)
        gone = spouse is not None and membership.is_dead(queries.events_by_person([spouse]).get(spouse, []), on)
        if any(event.on <= on for event in events if event.kind in (EventKind.MARRIAGE, EventKind.DIVORCE)):
            facts[MARRIED] = spouse is not None and not gone
    return EnginePerson(facts)


def _household_facts(person_id: str, view: HouseholdView | None, on: date, sight: Sight) -> dict[str, Value]:
    facts = _values(queries.facts_of_household_around(person_id, on=on, sight=sight))
    if view is not None and view.complete:
        facts.setdefault(HEADCOUNT, len(view.members))
    return facts


def _values(views: Iterable[FactView]) -> dict[str, Value]:
    return {view.attribute: view.value for view in views if view.attribute not in _NAMELESS}
