"""Writing what staff see at a counter: one fact of a document, a birth, a move, a death. Each sending counts once.

The key of a form is part of the record's number, so the same form sent twice tells the same record. It finds the household
of a person by itself, so that who writes need not read it.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from madoguchi.apps.people import membership, queries, vocabulary
from madoguchi.apps.people.contracts import (
    EventKind,
    Happening,
    Method,
    Newborn,
    Paper,
    Provenance,
    Role,
    Subject,
)
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.models import LifeEvent, Person
from madoguchi.apps.people.services import households, locks
from madoguchi.apps.people.services.facts import record_verified
from madoguchi.apps.people.services.persons import create_person
from madoguchi.apps.people.vocabulary import BIRTH_DATE, KANA, NAME, RESIDENT_REGISTER
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor

MAX_REFERENCE = 80
NOTICE_DAYS = 90
"""A move is told beforehand (転出届, 住民基本台帳法 第24条); births and deaths are not."""
_KEY = re.compile(r"[0-9a-f]{32}")


@transaction.atomic
def record_document(
    actor: Actor,
    organisation_id: str,
    person_id: str,
    attribute: str,
    value: Any,
    *,
    paper: Paper,
    now: datetime,
    valid_from: date | None = None,
) -> None:
    """Write one fact that a document told about a person, or about the household she belongs to today.

    Raise `Refused` or `NotPermitted`.
    """
    row = _locked(actor, organisation_id, person_id)
    spec = vocabulary.spec_of(attribute, vocabulary.specs())
    whole = spec.household
    subject = Subject.household(_home(row, timezone.localdate(now))) if whole else Subject.person(str(row.pk))
    record_verified(
        actor,
        organisation_id,
        subject,
        {attribute: value},
        provenance=_provenance(paper),
        obtained_at=now,
        valid_from=valid_from,
    )


@transaction.atomic
def record_birth(
    actor: Actor, organisation_id: str, parent_id: str, child: Newborn, *, paper: Paper, now: datetime
) -> str:
    """Register a child born into the parent's household; return the child's id, the same for the same sending.

    A child of somebody under protection is under protection from the first day. Raise `Refused` or `NotPermitted`.
    """
    parent = _locked(actor, organisation_id, parent_id)
    _refuse_later(child.born, now)
    provenance = _provenance(paper)
    held = _held(provenance, EventKind.BIRTH).filter(other=parent).first()
    if held is not None:
        child_id, home = str(held.person_id), str(held.household_id)
    else:
        home = _home(parent, child.born)
        child_id = create_person(actor, organisation_id, now=now, protected=parent.protected).id
    born = Happening(EventKind.BIRTH, child.born, child_id, home, child.role, other_id=str(parent.pk))
    households.record_event(actor, organisation_id, [born], provenance=provenance, now=now)
    values: dict[str, Any] = {NAME: child.name, BIRTH_DATE: child.born}
    values |= {KANA: child.kana} if child.kana else {}
    record_verified(actor, organisation_id, Subject.person(child_id), values, provenance=provenance, obtained_at=now)
    return child_id


@transaction.atomic
def record_move_in(
    actor: Actor,
    organisation_id: str,
    person_id: str,
    *,
    on: date,
    role: Role,
    with_id: str | None,
    paper: Paper,
    now: datetime,
) -> None:
    """Let a person move into the household of somebody else, or begin one as its head (`with_id` None).

    A household that begins at a municipality's counter lies in that municipality. Raise `Refused` or `NotPermitted`.
    """
    locks.lock_people([person_id, *([with_id] if with_id else [])])
    row = _locked(actor, organisation_id, person_id)
    _refuse_later(on, now, days=NOTICE_DAYS)
    provenance = _provenance(paper)
    if with_id is None:
        _begin(actor, organisation_id, row, on, provenance, now)
        return
    if with_id == str(row.pk):
        raise Refused(Refusal.BAD_EVENT, "A person cannot move in with herself. Name somebody of the other household.")
    other = _locked(actor, organisation_id, with_id)
    held = _held(provenance, EventKind.JOIN).filter(person=row).first()
    home = str(held.household_id) if held else _home(other, on)
    joined = Happening(EventKind.JOIN, on, str(row.pk), home, role)
    households.record_event(actor, organisation_id, [joined], provenance=provenance, now=now)


def _begin(actor: Actor, organisation_id: str, row: Person, on: date, provenance: Provenance, now: datetime) -> None:
    members = {str(row.pk): Role.HEAD}
    home = households.form_household(
        actor, organisation_id, members, on=on, complete=False, provenance=provenance, now=now
    )
    if not _held(provenance, EventKind.FORM).filter(person=row, on=on).exists():
        raise Refused(Refusal.CONFLICT, "This record already told the move for another day. Load the page again.")
    office = Organisation.objects.get(pk=organisation_id)
    if office.kind == Organisation.Kind.MUNICIPALITY:
        households.move_household(
            actor, organisation_id, home, municipality_code=office.code, on=on, provenance=provenance, now=now
        )


@transaction.atomic
def record_move_out(
    actor: Actor, organisation_id: str, person_id: str, *, on: date, paper: Paper, now: datetime
) -> None:
    """Let a person leave the household she belongs to on that day. Raise `Refused` or `NotPermitted`."""
    row = _locked(actor, organisation_id, person_id)
    _refuse_later(on, now, days=NOTICE_DAYS)
    _end(actor, organisation_id, row, EventKind.LEAVE, on, _provenance(paper), now)


@transaction.atomic
def record_death(actor: Actor, organisation_id: str, person_id: str, *, on: date, paper: Paper, now: datetime) -> None:
    """Record a person's death, in a household or not. Raise `Refused` or `NotPermitted`."""
    row = _locked(actor, organisation_id, person_id)
    _refuse_later(on, now)
    _end(actor, organisation_id, row, EventKind.DEATH, on, _provenance(paper), now)


@transaction.atomic
def cancel_record(actor: Actor, organisation_id: str, person_id: str, record: str, *, now: datetime) -> None:
    """Take back an event of a person, or of her child, that staff recorded under that number (`Paper.record`).

    An office takes back only what happened in a household of its own municipality. Repeating changes nothing. A child
    whose birth is taken back stays registered, in no household. Raise `Refused`, also where there is no such event, or
    `NotPermitted`.
    """
    row = _locked(actor, organisation_id, person_id)
    told = LifeEvent.objects.filter(source=RESIDENT_REGISTER, source_record=record, method=Method.STAFF)
    event = told.filter(Q(person=row) | Q(other=row, kind=EventKind.BIRTH)).first()
    if event is None:
        raise Refused(Refusal.BAD_EVENT, "There is no event of that number for this person. Check the number.")
    if event.household_id is not None:
        locks.require_edit_of_household(actor, organisation_id, str(event.household_id))
    households.cancel_event(
        actor,
        organisation_id,
        str(event.person_id),
        EventKind(event.kind),
        provenance=Provenance(RESIDENT_REGISTER, record, Method.STAFF),
        now=now,
    )


def _end(
    actor: Actor,
    organisation_id: str,
    row: Person,
    kind: EventKind,
    on: date,
    provenance: Provenance,
    now: datetime,
) -> None:
    held = _held(provenance, kind).filter(person=row).first()
    home = _home_if_any(row, on) if held is None else str(held.household_id) if held.household_id else None
    if home is None and kind is EventKind.LEAVE:
        raise _no_home()
    ended = Happening(kind, on, str(row.pk), home)
    households.record_event(actor, organisation_id, [ended], provenance=provenance, now=now)


def _locked(actor: Actor, organisation_id: str, person_id: str) -> Person:
    key = str(queries.uuid_of(person_id))
    row = locks.lock_people([key])[key]
    locks.require_edit(actor, organisation_id, [key])
    return row


def _home_if_any(row: Person, on: date) -> str | None:
    place = membership.place_of(queries.events_by_person([row.pk]).get(str(row.pk), []), on)
    return place.household_id if place else None


def _home(row: Person, on: date) -> str:
    home = _home_if_any(row, on)
    if home is None:
        raise _no_home()
    return home


def _no_home() -> Refused:
    return Refused(
        Refusal.NO_HOUSEHOLD, "No household of this person is known on that day. Record that she moved in first."
    )


def _held(provenance: Provenance, kind: EventKind) -> Any:
    return LifeEvent.objects.filter(source=provenance.source, source_record=provenance.record, kind=kind)


def _provenance(paper: Paper) -> Provenance:
    reference = " ".join(paper.reference.split())
    if not 0 < len(reference) <= MAX_REFERENCE:
        raise Refused(Refusal.NO_DOCUMENT, f"Name the document that was seen, in 1 to {MAX_REFERENCE} signs.")
    if not _KEY.fullmatch(paper.key):
        raise Refused(Refusal.CONFLICT, "The key of this form is not one that was given out. Load the page again.")
    return Provenance(paper.source or RESIDENT_REGISTER, paper.record, Method.STAFF)


def _refuse_later(on: date, now: datetime, *, days: int = 0) -> None:
    if on > timezone.localdate(now) + timedelta(days=days):
        raise Refused(Refusal.BAD_EVENT, "The day has not come yet. Check the year and the month.")
