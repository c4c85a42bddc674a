"""Writing facts: checked against the vocabulary, sealed, never overwritten; the same record told twice is kept once.

A verified fact cannot be declared away by the person: who thinks that it is wrong asks the office that answers for it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.people import index, membership, queries, timeline, vocabulary
from madoguchi.apps.people.contracts import (
    EventKind,
    FactsChanged,
    FactValue,
    Method,
    Provenance,
    Role,
    Sight,
    Subject,
    SubjectKind,
)
from madoguchi.apps.people.errors import Refusal, Refused, not_found
from madoguchi.apps.people.models import Fact, Household, LifeEvent, Person
from madoguchi.apps.people.sealing import put, value_of
from madoguchi.apps.people.services import locks
from madoguchi.apps.people.vocabulary import BIRTH_DATE, DECLARED_SOURCE, NAME, PLACE, Spec
from madoguchi.core import audit, events, vault
from madoguchi.core.permissions import SYSTEM, Actor

MAX_SOURCE = 120
MAX_KEY = 60


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which a value holds: the first one, and the first one on which it no longer does; None is open."""

    first: date | None = None
    end: date | None = None


@transaction.atomic
def record_verified(
    actor: Actor,
    organisation_id: str,
    subject: Subject,
    values: Mapping[str, Any],
    *,
    provenance: Provenance,
    obtained_at: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> tuple[str, ...]:
    """Write what a register, a document or a sign-in told; return the ids of the facts in the order of `values`.

    The same source record again returns the same facts. Raise `Refused` or `NotPermitted`.
    """
    _lock(subject)
    concerned = [subject.id] if subject.kind is SubjectKind.PERSON else locks.member_ids(subject.id)
    locks.require_edit(actor, organisation_id, concerned)
    known = vocabulary.specs()
    _check_provenance(provenance, vocabulary.sources(known))
    if not provenance.method.verified:
        raise Refused(Refusal.UNKNOWN_SOURCE, "A verified fact needs a source other than the person. Use `declare`.")
    checked = {name: _checked(name, value, known, subject.kind) for name, value in values.items()}
    period = Period(valid_from, valid_to)
    return tuple(_write(actor, organisation_id, subject, checked, provenance, period, obtained_at))


@transaction.atomic
def declare(account_id: str, values: Mapping[str, Any], *, key: str, now: datetime) -> tuple[str, ...]:
    """Keep what a person says about herself and her household from today on; None takes a declaration back.

    `key` names the sending: the same key again changes nothing. Raise `Refused`; then nothing is kept.
    """
    row = Person.objects.select_for_update().filter(account_id=account_id, erased_at=None).first()
    if row is None:
        raise not_found()
    if not 0 < len(key) <= MAX_KEY:
        raise Refused(Refusal.CONFLICT, f"The key of a sending has 1 to {MAX_KEY} signs. Load the page again.")
    known, today = vocabulary.specs(), timezone.localdate(now)
    sending = hashlib.sha256(f"{row.pk}:{key}".encode()).hexdigest()[:40]
    provenance = Provenance(DECLARED_SOURCE, f"sending {sending}", Method.SELF)
    actor, written = Actor(account_id, ""), []
    for kind in SubjectKind:
        part = {name: value for name, value in values.items() if _kind(name, known) is kind}
        if part:
            subject = _own_subject(row, kind, today, now)
            checked = {name: _checked(name, value, known, kind) for name, value in part.items()}
            _refuse_verified(row, checked, today)
            written += _write(actor, "", subject, checked, provenance, Period(today), now)
    return tuple(written)


def _kind(name: str, known: Mapping[str, Spec]) -> SubjectKind:
    return SubjectKind.HOUSEHOLD if vocabulary.spec_of(name, known).household else SubjectKind.PERSON


def _own_subject(row: Person, kind: SubjectKind, today: date, now: datetime) -> Subject:
    if kind is SubjectKind.PERSON:
        return Subject.person(str(row.pk))
    return Subject.household(own_household(row, today, now, Method.SELF))


def own_household(row: Person, today: date, now: datetime, method: Method) -> str:
    """Return the household of a locked person, and begin one with her as head when none is known."""
    place = membership.place_of(queries.events_by_person([row.pk]).get(str(row.pk), []), today)
    if place is not None:
        locks.lock_household(place.household_id)
        return place.household_id
    household = Household.objects.create(created_at=now)
    LifeEvent.objects.create(
        kind=EventKind.FORM,
        on=today,
        person=row,
        household=household,
        role=Role.HEAD,
        source=DECLARED_SOURCE,
        source_record=f"{row.pk}:{household.pk}",
        method=method,
        obtained_at=now,
    )
    return str(household.pk)


def _refuse_verified(row: Person, names: Iterable[str], today: date) -> None:
    """Refuse to declare what is verified; where she is protected her place stays unseen, so it is taken like any."""
    for fact in queries.facts_of(str(row.pk), names, on=today, sight=Sight.BREAK_GLASS):
        if fact.verified and not (row.protected and fact.attribute in PLACE):
            raise Refused(
                Refusal.READ_ONLY,
                f"{fact.attribute} was confirmed by {fact.source} on {fact.as_of}, so it cannot be changed here. "
                "Ask that office to correct it.",
                attribute=fact.attribute,
            )


def _lock(subject: Subject) -> None:
    if subject.kind is SubjectKind.PERSON:
        locks.lock_people([subject.id])
    else:
        locks.lock_household(subject.id)


def _checked(name: str, value: Any, known: Mapping[str, Spec], kind: SubjectKind) -> FactValue | None:
    spec = vocabulary.spec_of(name, known)
    if spec.household is not (kind is SubjectKind.HOUSEHOLD):
        whose = "a household" if spec.household else "a person"
        raise Refused(Refusal.WRONG_SUBJECT, f"{name} is a fact of {whose}. Write it there.", attribute=name)
    return vocabulary.checked(spec, value)


def _check_provenance(provenance: Provenance, registers: frozenset[str]) -> None:
    for text in (provenance.source, provenance.record):
        if not 0 < len(text) <= MAX_SOURCE:
            raise Refused(Refusal.UNKNOWN_SOURCE, f"Source and record have 1 to {MAX_SOURCE} signs. Shorten them.")
        vocabulary.refuse_record(text)
    named_freely = provenance.method is Method.CREDENTIAL
    if not named_freely and provenance.source not in registers:
        listed = ", ".join(sorted(registers))
        raise Refused(
            Refusal.UNKNOWN_SOURCE, f"{provenance.source[:40]} is no source of the pack. Use one of {listed}."
        )


def _write(
    actor: Actor,
    organisation_id: str,
    subject: Subject,
    values: Mapping[str, FactValue | None],
    provenance: Provenance,
    period: Period,
    obtained_at: datetime,
) -> list[str]:
    """Insert the facts that are new, order each attribute anew, leave one audit row and one event."""
    earlier = {
        fact.attribute: fact
        for fact in Fact.objects.filter(
            source=provenance.source, source_record=provenance.record, attribute__in=list(values)
        )
    }
    for name, fact in earlier.items():
        _refuse_other(fact, subject, values[name], period)
    sealer = vault.sealer()
    fresh = {
        name: _fact(subject, name, value, provenance, period, obtained_at, organisation_id or actor.id, sealer)
        for name, value in values.items()
        if name not in earlier
    }
    if fresh:
        _insert(fresh.values())
        _reorder(subject, fresh)
        _note(actor, organisation_id, subject, len(fresh), provenance.method)
    return [str((earlier.get(name) or fresh[name]).pk) for name in values]


def _refuse_other(fact: Fact, subject: Subject, value: FactValue | None, period: Period) -> None:
    same = str(fact.person_id or fact.household_id) == subject.id and value_of(fact) == value
    if not same or (fact.valid_from, fact.valid_to) != (period.first, period.end):
        raise Refused(
            Refusal.CONFLICT,
            f"This record already told {fact.attribute} otherwise. Send a correction under a record of its own.",
            attribute=fact.attribute,
        )


def _fact(
    subject: Subject,
    name: str,
    value: FactValue | None,
    provenance: Provenance,
    period: Period,
    obtained_at: datetime,
    recorded_by: str,
    sealer: vault.Sealer,
) -> Fact:
    personal = subject.kind is SubjectKind.PERSON
    fact = Fact(
        person_id=queries.uuid_of(subject.id) if personal else None,
        household_id=None if personal else queries.uuid_of(subject.id),
        attribute=name,
        source=provenance.source,
        source_record=provenance.record,
        method=provenance.method,
        assurance=provenance.assurance,
        valid_from=period.first,
        valid_to=period.end,
        obtained_at=obtained_at,
        recorded_by=recorded_by,
    )
    put(fact, value, sealer)
    return fact


def _insert(facts: Iterable[Fact]) -> None:
    try:
        with transaction.atomic():
            Fact.objects.bulk_create(facts)
    except IntegrityError:
        raise Refused(
            Refusal.CONFLICT, "This record was told for somebody else in the same moment. Check the record's number."
        ) from None


def _reorder(subject: Subject, names: Iterable[str]) -> None:
    """Say of each fact which one takes its place; only these two columns of a fact ever change."""
    rows = Fact.objects.filter(attribute__in=list(names))
    personal = subject.kind is SubjectKind.PERSON
    rows = rows.filter(person_id=subject.id) if personal else rows.filter(household_id=subject.id)
    facts = list(rows)
    changed = []
    for fact in facts:
        follower = timeline.successor(fact, [other for other in facts if other.attribute == fact.attribute])
        if fact.superseded_by_id != (follower.pk if follower else None):
            fact.superseded_by = follower
            fact.superseded_at = follower.obtained_at if follower else None
            changed.append(fact)
    Fact.objects.bulk_update(changed, ["superseded_by", "superseded_at"])
    if personal and {NAME, BIRTH_DATE} & set(names):
        index.refresh(subject.id)


def _note(actor: Actor, organisation_id: str, subject: Subject, count: int, method: Method) -> None:
    audit.record(
        actor=actor,
        organisation_id=organisation_id,
        action="facts.declare" if method is Method.SELF else "facts.record",
        object_kind=subject.kind,
        object_id=subject.id,
        detail={"facts": count, "method": method.value},
    )
    events.publish(FactsChanged(subject.kind.value, subject.id))


def record_as_system(
    subject: Subject, values: Mapping[str, Any], *, provenance: Provenance, obtained_at: datetime, first: date | None
) -> tuple[str, ...]:
    """Write what another part of this room was told; the same checks as `record_verified`."""
    return record_verified(
        SYSTEM, "", subject, values, provenance=provenance, obtained_at=obtained_at, valid_from=first
    )
