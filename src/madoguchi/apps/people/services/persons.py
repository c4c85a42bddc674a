"""Registering people, putting them under protection, and finding them by name and birth date.

Nothing here answers differently for a protected person than for one who is not there.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from madoguchi.apps.people import index
from madoguchi.apps.people.contracts import PersonRef, PersonRegistered
from madoguchi.apps.people.models import Person
from madoguchi.apps.people.services import locks
from madoguchi.core import audit, events
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require


@transaction.atomic
def create_person(
    actor: Actor, organisation_id: str, *, now: datetime, account_id: str | None = None, protected: bool = False
) -> PersonRef:
    """Register a person; with an account that already has one, that one is returned."""
    if actor is not SYSTEM:
        require(actor, Permission.EDIT_PEOPLE, organisation_id)
    defaults = {"created_at": now, "protected": protected}
    if account_id is None:
        row, created = Person.objects.create(**defaults), True
    else:
        row, created = Person.objects.get_or_create(account_id=account_id, defaults=defaults)
    if created:
        _note(actor, organisation_id, "person.register", str(row.pk))
        events.publish(PersonRegistered(str(row.pk)))
    return PersonRef(str(row.pk), row.account_id)


@transaction.atomic
def protect(actor: Actor, organisation_id: str, person_ids: Sequence[str], *, now: datetime) -> None:
    """Put people under protection (支援措置): the person and those for whom she asks jointly (併せて支援を求める者).

    From then on nobody but break-glass is told where they live and with whom. 住民基本台帳事務処理要領 第5-10.
    """
    _set_protection(actor, organisation_id, person_ids, protected=True)


@transaction.atomic
def unprotect(actor: Actor, organisation_id: str, person_ids: Sequence[str], *, now: datetime) -> None:
    """End the protection of people; the office has confirmed that they want it."""
    _set_protection(actor, organisation_id, person_ids, protected=False)


def _set_protection(actor: Actor, organisation_id: str, person_ids: Sequence[str], *, protected: bool) -> None:
    rows = locks.lock_people(person_ids)
    locks.require_edit(actor, organisation_id, person_ids)
    changing = [row for row in rows.values() if row.protected is not protected]
    Person.objects.filter(pk__in=[row.pk for row in changing]).update(protected=protected)
    for row in changing:
        _note(actor, organisation_id, "person.protect" if protected else "person.unprotect", str(row.pk))


@transaction.atomic
def find(actor: Actor, organisation_id: str, *, name: str, birth: date) -> tuple[PersonRef, ...]:
    """Return the people of a name and birth date for staff with READ_PEOPLE; the search itself is recorded."""
    require(actor, Permission.READ_PEOPLE, organisation_id)
    found = [row for row in index.people_of(name, birth) if not row.protected]
    _note(actor, organisation_id, "person.find", "", {"found": len(found)})
    return tuple(PersonRef(str(row.pk), row.account_id) for row in found)


def _note(
    actor: Actor, organisation_id: str, action: str, person_id: str, detail: dict[str, int] | None = None
) -> None:
    audit.record(
        actor=actor,
        organisation_id=organisation_id,
        action=action,
        object_kind="person",
        object_id=person_id,
        detail=detail,
    )
