"""Locks and rights that every write of the room begins with.

Locks are taken in one order, people by id and then households by id, so that two writes never wait in a circle.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from madoguchi.apps.people import errors, queries
from madoguchi.apps.people.contracts import Sight
from madoguchi.apps.people.models import Household, Person
from madoguchi.apps.people.vocabulary import MUNICIPALITY
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require


def lock_people(person_ids: Iterable[str]) -> dict[str, Person]:
    """Lock people that are there and not erased; refuse when one is missing."""
    wanted = {queries.uuid_of(key) for key in person_ids}
    rows = Person.objects.select_for_update().filter(pk__in=wanted, erased_at=None)
    found = {str(row.pk): row for row in rows.order_by("pk")}
    if len(found) != len(wanted):
        raise errors.not_found()
    return found


def lock_household(household_id: str) -> Household:
    """Lock a household; refuse when it is not there."""
    row = Household.objects.select_for_update().filter(pk=queries.uuid_of(household_id)).first()
    if row is None:
        raise errors.not_found()
    return row


def require_edit(actor: Actor, organisation_id: str, people: Iterable[str]) -> None:
    """Let staff edit people of their own municipality, or whose municipality is not known; the system may all.

    A person of another municipality is answered like one who is not there, protected or not.
    """
    if actor is SYSTEM:
        return
    require(actor, Permission.EDIT_PEOPLE, organisation_id)
    organisation = Organisation.objects.get(pk=organisation_id)
    if organisation.kind != Organisation.Kind.MUNICIPALITY:
        return
    for person_id in people:
        known = queries.facts_of(person_id, [MUNICIPALITY], on=timezone.localdate(), sight=Sight.BREAK_GLASS)
        if known and known[0].value != organisation.code:
            raise errors.not_found()


def member_ids(household_id: UUID | str) -> list[str]:
    """Return who belongs to a household today, protected people included."""
    return sorted(queries.members_of(str(household_id), timezone.localdate()))
