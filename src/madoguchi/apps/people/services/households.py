"""Writing what happens to households: forming, births, moves, marriages, divorces, deaths, and taking a wrong one back.

Events are only added; who lives where on a day is worked out when it is read, so they may arrive in any order.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from madoguchi.apps.people import vocabulary
from madoguchi.apps.people.contracts import (
    EventKind,
    Happening,
    HouseholdChanged,
    Provenance,
    Role,
    Subject,
)
from madoguchi.apps.people.errors import Refusal, Refused, not_found
from madoguchi.apps.people.models import Household, LifeEvent
from madoguchi.apps.people.services import locks
from madoguchi.apps.people.services.facts import MAX_SOURCE, record_verified
from madoguchi.core import audit, events
from madoguchi.core.permissions import Actor

_NEEDS_HOUSEHOLD = frozenset({EventKind.FORM, EventKind.BIRTH, EventKind.JOIN})
_NEEDS_OTHER = frozenset({EventKind.MARRIAGE, EventKind.DIVORCE})


@transaction.atomic
def form_household(
    actor: Actor,
    organisation_id: str,
    members: Mapping[str, Role],
    *,
    on: date,
    complete: bool,
    provenance: Provenance,
    now: datetime,
) -> str:
    """Begin a household with its members (person id → role) on a day; return its id, the same for the same record."""
    locks.lock_people(members)
    before = LifeEvent.objects.filter(
        source=provenance.source,
        source_record=provenance.record,
        kind=EventKind.FORM,
        person_id__in=list(members),
    ).first()
    if before is not None:
        return str(before.household_id)
    household = Household.objects.create(created_at=now)
    happenings = [
        Happening(EventKind.FORM, on, person_id, str(household.pk), role, complete=complete)
        for person_id, role in members.items()
    ]
    record_event(actor, organisation_id, happenings, provenance=provenance, now=now)
    return str(household.pk)


@transaction.atomic
def record_event(
    actor: Actor, organisation_id: str, happenings: Sequence[Happening], *, provenance: Provenance, now: datetime
) -> int:
    """Keep what one record tells, all of it or nothing; return how many events are new. A move is a LEAVE and a JOIN.

    Raise `Refused` or `NotPermitted`.
    """
    for happening in happenings:
        _refuse_unsound(happening)
    _refuse_source(provenance)
    concerned = {item.person_id for item in happenings}
    locks.lock_people(concerned | {item.other_id for item in happenings if item.other_id})
    locks.require_edit(actor, organisation_id, concerned)
    for household_id in sorted({item.household_id for item in happenings if item.household_id}):
        locks.lock_household(household_id)
    both_sides = [*happenings, *(_mirror(item) for item in happenings if item.kind in _NEEDS_OTHER)]
    new = sum(_keep(item, provenance, now) for item in both_sides)
    if new:
        _note(actor, organisation_id, happenings)
    return new


def _mirror(item: Happening) -> Happening:
    """Return a marriage or divorce as it stands with the other person."""
    return Happening(item.kind, item.on, str(item.other_id), other_id=item.person_id)


def _keep(item: Happening, provenance: Provenance, now: datetime) -> int:
    row, created = LifeEvent.objects.get_or_create(
        source=provenance.source,
        source_record=provenance.record,
        person_id=item.person_id,
        kind=item.kind,
        defaults={
            "on": item.on,
            "household_id": item.household_id,
            "other_id": item.other_id,
            "role": item.role or "",
            "complete": item.complete,
            "method": provenance.method,
            "obtained_at": now,
        },
    )
    told = (row.on, str(row.household_id) if row.household_id else None, row.role)
    if told != (item.on, item.household_id, item.role or ""):
        raise Refused(
            Refusal.CONFLICT, "This record already told the event otherwise. Cancel it and send it under a new record."
        )
    return int(created)


def _refuse_unsound(item: Happening) -> None:
    if item.kind in _NEEDS_HOUSEHOLD and not (item.household_id and item.role):
        raise Refused(Refusal.BAD_EVENT, f"A {item.kind.value} needs the household and the role there. Add both.")
    if item.kind in _NEEDS_OTHER and item.other_id in (None, item.person_id):
        raise Refused(Refusal.BAD_EVENT, f"A {item.kind.value} needs the other person. Add her id.")
    if item.on < vocabulary.FIRST_DAY:
        raise Refused(Refusal.BAD_EVENT, f"The day lies before {vocabulary.FIRST_DAY}. Check the year.")


def _refuse_source(provenance: Provenance) -> None:
    if not (0 < len(provenance.source) <= MAX_SOURCE and 0 < len(provenance.record) <= MAX_SOURCE):
        raise Refused(Refusal.UNKNOWN_SOURCE, f"Source and record have 1 to {MAX_SOURCE} signs. Shorten them.")
    vocabulary.refuse_record(provenance.record)


@transaction.atomic
def cancel_event(
    actor: Actor, organisation_id: str, person_id: str, kind: EventKind, *, provenance: Provenance, now: datetime
) -> bool:
    """Take a wrong event back; what was known before stays readable as of then. False when it was taken back before."""
    locks.lock_people([person_id])
    locks.require_edit(actor, organisation_id, [person_id])
    same = LifeEvent.objects.filter(source=provenance.source, source_record=provenance.record, kind=kind)
    row = same.filter(person_id=person_id).first()
    if row is None:
        raise not_found()
    sides = same if kind in _NEEDS_OTHER else same.filter(pk=row.pk)
    if not sides.filter(cancelled_at=None).update(cancelled_at=now):
        return False
    household = str(row.household_id) if row.household_id else None
    _note(actor, organisation_id, [Happening(kind, row.on, person_id, household)])
    return True


@transaction.atomic
def move_household(
    actor: Actor,
    organisation_id: str,
    household_id: str,
    *,
    municipality_code: str,
    on: date,
    provenance: Provenance,
    now: datetime,
) -> None:
    """Let a whole household move to another municipality (six-digit code) on a day; its earlier home stays known."""
    record_verified(
        actor,
        organisation_id,
        Subject.household(household_id),
        {vocabulary.MUNICIPALITY: municipality_code},
        provenance=provenance,
        obtained_at=now,
        valid_from=on,
    )


def _note(actor: Actor, organisation_id: str, happenings: Sequence[Happening]) -> None:
    for household_id in sorted({item.household_id for item in happenings if item.household_id}):
        first = min(item.on for item in happenings if item.household_id == household_id)
        events.publish(HouseholdChanged(household_id, first.isoformat()))
    for item in happenings:
        audit.record(
            actor=actor,
            organisation_id=organisation_id,
            action="household.event",
            object_kind="person",
            object_id=item.person_id,
            detail={},
        )
