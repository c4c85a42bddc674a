"""Locks and rights that every write of the room begins with.

Locks are taken in one order, people by id and then households by id, so that two writes never wait in a circle.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from madoguchi.apps.people import errors, queries
from madoguchi.apps.people.contracts import Sight, Subject
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
    _require_own(actor, organisation_id, [Subject.person(person_id) for person_id in people])


def may_edit(organisation_id: str, person_id: str) -> bool:
    """Tell whether an organisation keeps the records of a person: she lives there, or nobody knows where."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None or queries.person(person_id) is None:
        return False
    return _is_own(organisation, Subject.person(person_id))


def require_edit_of_household(actor: Actor, organisation_id: str, household_id: str) -> None:
    """The same for a household, also when nobody belongs to it any more."""
    _require_own(actor, organisation_id, [Subject.household(household_id)])


def _require_own(actor: Actor, organisation_id: str, subjects: Iterable[Subject]) -> None:
    if actor is SYSTEM:
        return
    require(actor, Permission.EDIT_PEOPLE, organisation_id)
    organisation = Organisation.objects.get(pk=organisation_id)
    if not all(_is_own(organisation, subject) for subject in subjects):
        raise errors.not_found()


def _is_own(organisation: Organisation, subject: Subject) -> bool:
    if organisation.kind != Organisation.Kind.MUNICIPALITY:
        return True
    known = queries.facts_of(subject, [MUNICIPALITY], on=timezone.localdate(), sight=Sight.BREAK_GLASS)
    return not known or known[0].value == organisation.code


def member_ids(household_id: UUID | str) -> list[str]:
    """Return who belongs to a household today, protected people included."""
    return sorted(queries.members_of(str(household_id), timezone.localdate()))
