"""Who is the legal representative of whom, as far as a register or staff told it. Names nobody, only ids.

In a resident record a member is described towards its head (続柄): 子 is the head's own or adopted child, a spouse's child is
described otherwise (住民基本台帳事務処理要領 第2-1-(2)-エ). So a head answers for children of that role, and a spouse only for
children at whose birth she or he was told as a parent. Parental authority ends at 18 (民法 第4条, 第818条).
"""

from collections.abc import Mapping
from datetime import date

from madoguchi.apps.people import membership, queries
from madoguchi.apps.people.contracts import EventKind, Method, Role, Sight
from madoguchi.apps.people.models import LifeEvent
from madoguchi.apps.people.vocabulary import BIRTH_DATE
from madoguchi.engines.calendars import age_years

ADULT_AGE = 18
_TOLD = (Method.REGISTRY, Method.STAFF)


def children_of(person_id: str, on: date) -> Mapping[str, str]:
    """Return the minor children for whom a person may act on a day: child's id → reference of the record that says so.

    Nobody is returned where the household or the child's birth date was only declared, or somebody is protected: who
    hides from a parent must not be found, or acted for, through a household record.
    """
    household = queries.household_of(person_id, on)
    if household is None:
        return {}
    own = next(member for member in household.members if member.person_id == person_id)
    told = LifeEvent.objects.filter(household_id=household.id, cancelled_at=None, method__in=_TOLD, on__lte=on)
    entered = {
        str(row.person_id): row
        for row in membership.in_order(told.filter(kind__in=[kind.value for kind in membership.ENTERING]))
    }
    if person_id not in entered:
        return {}
    children = [m for m in household.members if m.role is Role.CHILD and m.person_id in entered]
    return {
        child.person_id: f"{entered[child.person_id].source} {entered[child.person_id].source_record}"
        for child in children
        if _is_minor(child.person_id, on) and (own.role is Role.HEAD or _is_parent(child.person_id, person_id))
    }


def guardians_of(child_id: str, on: date) -> tuple[str, ...]:
    """Return who may act for a minor child on a day, the household's head first; nobody where `children_of` tells nobody."""
    household = queries.household_of(child_id, on)
    if household is None:
        return ()
    adults = [member for member in household.members if member.role in (Role.HEAD, Role.SPOUSE)]
    in_order = sorted(adults, key=lambda member: member.role is not Role.HEAD)
    return tuple(member.person_id for member in in_order if child_id in children_of(member.person_id, on))


def _is_minor(person_id: str, on: date) -> bool:
    found = queries.facts_of(person_id, [BIRTH_DATE], on=on, sight=Sight.ORDINARY)
    born = found[0].value if found and found[0].verified else None
    return isinstance(born, date) and age_years(born, on) < ADULT_AGE


def _is_parent(child_id: str, person_id: str) -> bool:
    births = LifeEvent.objects.filter(
        person_id=child_id,
        other_id=queries.uuid_of(person_id),
        kind=EventKind.BIRTH,
        cancelled_at=None,
        method__in=_TOLD,
    )
    return births.exists()
