"""Reads of the people room: facts on a day as known at a moment, households, the engine's picture of a household.

An ordinary reader never gets where a protected person (支援措置) lives or with whom: it is left out as if unknown. Who
may read is decided by the callers: the person's own pages, and the consents room.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from madoguchi.apps.people import membership, reading, timeline
from madoguchi.apps.people.contracts import (
    FactView,
    HouseholdView,
    MemberView,
    Method,
    PersonRef,
    Sight,
    Subject,
    SubjectKind,
)
from madoguchi.apps.people.models import LifeEvent, Person
from madoguchi.apps.people.reading import StoredFact
from madoguchi.apps.people.vocabulary import NAME, PLACE

NOBODY = UUID(int=0)


def uuid_of(text: object) -> UUID:
    """Return an id as UUID; a text that is none becomes the id of nobody."""
    try:
        return UUID(str(text))
    except ValueError:
        return NOBODY


def person_of_account(account_id: str) -> PersonRef | None:
    """Return the person who signs in with an account, None when there is none."""
    row = Person.objects.filter(account_id=str(account_id), erased_at=None).first()
    return PersonRef(str(row.pk), row.account_id) if row else None


def person(person_id: str) -> PersonRef | None:
    """Return a person by id, None when there is none or she was erased."""
    row = Person.objects.filter(pk=uuid_of(person_id), erased_at=None).first()
    return PersonRef(str(row.pk), row.account_id) if row else None


def accounts_of(person_ids: Iterable[str]) -> dict[str, str]:
    """Return the account of each person who has one and was not erased."""
    wanted = [uuid_of(key) for key in person_ids]
    rows = Person.objects.filter(pk__in=wanted, erased_at=None).exclude(account_id=None).exclude(account_id="")
    return {str(pk): str(account) for pk, account in rows.values_list("pk", "account_id")}


def name_of(person_id: str) -> str:
    """Return a person's name today, to show it to herself or to who acts for her; empty when it is not known."""
    found = facts_of(person_id, [NAME], on=timezone.localdate())
    return str(found[0].value) if found else ""


def facts_of(
    subject: str | Subject,
    attributes: Iterable[str] | None = None,
    *,
    on: date,
    known_at: datetime | None = None,
    sight: Sight = Sight.ORDINARY,
) -> tuple[FactView, ...]:
    """Return what is known of a subject on a day, by attribute in the order asked; unknown ones are left out.

    A plain id is a person's; attributes of households are then those of the household she belongs to on that day.
    `attributes` None asks for all, `known_at` for what had been told by a moment. Raise `vault.VaultError`.
    """
    whose = subject if isinstance(subject, Subject) else Subject.person(subject)
    wanted = None if attributes is None else list(dict.fromkeys(attributes))
    if whose.kind is SubjectKind.HOUSEHOLD:
        found = _household_facts(whose.id, wanted, on, known_at, sight)
    else:
        found = _person_facts(whose.id, wanted, on, known_at, sight)
    names = sorted(found) if wanted is None else [name for name in wanted if name in found]
    return tuple(found[name] for name in names)


def facts_of_person_alone(person_id: str, *, on: date, sight: Sight = Sight.ORDINARY) -> tuple[FactView, ...]:
    """Return every fact of a person herself on a day, nothing of her household."""
    read = reading.of_person(uuid_of(person_id), None, None)
    if read is None:
        return ()
    hidden = read[0] and sight is Sight.ORDINARY
    found = _views(read[1], on)
    return tuple(found[name] for name in sorted(found) if not (hidden and name in PLACE))


def facts_of_household_around(person_id: str, *, on: date, sight: Sight = Sight.ORDINARY) -> tuple[FactView, ...]:
    """Return every fact of the household that a person belongs to on a day, nothing of herself."""
    row = Person.objects.filter(pk=uuid_of(person_id), erased_at=None).first()
    place = membership.place_of(_events(Q(person_id=row.pk)), on) if row else None
    found = _household_facts(place.household_id, None, on, None, sight) if place else {}
    return tuple(found[name] for name in sorted(found))


def _person_facts(
    person_id: str, wanted: Sequence[str] | None, on: date, known_at: datetime | None, sight: Sight
) -> dict[str, FactView]:
    key = uuid_of(person_id)
    read = reading.of_person(key, wanted, known_at)
    if read is None:
        return {}
    hidden = read[0] and sight is Sight.ORDINARY
    found = _views(read[1], on)
    missing = None if wanted is None else [name for name in wanted if name not in found]
    if missing is None or missing:
        place = membership.place_of(_events(Q(person_id=key), known_at), on)
        if place is not None:
            found |= _household_facts(place.household_id, missing, on, known_at, sight)
    return {name: view for name, view in found.items() if not (hidden and name in PLACE)}


def _household_facts(
    household_id: str, wanted: Sequence[str] | None, on: date, known_at: datetime | None, sight: Sight
) -> dict[str, FactView]:
    found = _views(reading.of_household(uuid_of(household_id), wanted, known_at), on)
    if found.keys() & PLACE and sight is Sight.ORDINARY and _shelters(household_id, on):
        return {name: view for name, view in found.items() if name not in PLACE}
    return found


def _views(facts: Iterable[StoredFact], on: date) -> dict[str, FactView]:
    grouped: dict[str, list[StoredFact]] = defaultdict(list)
    for fact in facts:
        grouped[fact.attribute].append(fact)
    found = {}
    for name, rows in grouped.items():
        best = timeline.chosen(rows, on)
        if best is not None:
            fact, value = best
            method = Method(fact.method)
            told = timezone.localdate(fact.obtained_at)
            found[name] = FactView(name, value, fact.source, told, method.verified, method)
    return found


def _events(whose: Q, known_at: datetime | None = None) -> list[LifeEvent]:
    rows = LifeEvent.objects.filter(whose)
    if known_at is None:
        return list(rows.filter(cancelled_at=None))
    return list(rows.filter(Q(cancelled_at=None) | Q(cancelled_at__gt=known_at), obtained_at__lte=known_at))


def events_by_person(person_ids: Iterable[object], known_at: datetime | None = None) -> dict[str, list[LifeEvent]]:
    """Return the events that count, by person."""
    grouped: dict[str, list[LifeEvent]] = defaultdict(list)
    for event in _events(Q(person_id__in=list(person_ids)), known_at):
        grouped[str(event.person_id)].append(event)
    return grouped


def members_of(household_id: str, on: date, known_at: datetime | None = None) -> dict[str, membership.Place]:
    """Return everybody who belongs to a household on a day, protected people included; not for readers."""
    ever = LifeEvent.objects.filter(household_id=uuid_of(household_id)).values_list("person_id", flat=True).distinct()
    places = {key: membership.place_of(events, on) for key, events in events_by_person(ever, known_at).items()}
    return {key: place for key, place in places.items() if place and place.household_id == household_id}


def _shelters(household_id: str, on: date) -> bool:
    """Tell whether a protected person belongs to a household on a day."""
    ever = Person.objects.filter(protected=True, events__household_id=uuid_of(household_id)).distinct()
    ids = list(ever.values_list("pk", flat=True))
    return bool(ids) and any(str(key) in members_of(household_id, on) for key in ids)


def household_of(
    person_id: str, on: date, *, known_at: datetime | None = None, sight: Sight = Sight.ORDINARY
) -> HouseholdView | None:
    """Return the household that a person belongs to on a day, None when it is not known."""
    row = Person.objects.filter(pk=uuid_of(person_id), erased_at=None).first()
    if row is None or (row.protected and sight is Sight.ORDINARY):
        return None
    place = membership.place_of(_events(Q(person_id=row.pk), known_at), on)
    return _household_view(place.household_id, on, known_at, sight) if place else None


def _household_view(household_id: str, on: date, known_at: datetime | None, sight: Sight) -> HouseholdView:
    members = members_of(household_id, on, known_at)
    rows = Person.objects.filter(pk__in=[UUID(key) for key in members])
    left_out = {str(row.pk) for row in rows if row.erased_at or (row.protected and sight is Sight.ORDINARY)}
    views = [MemberView(key, place.role, place.since) for key, place in members.items() if key not in left_out]
    views.sort(key=lambda member: (list(type(member.role)).index(member.role), member.since, member.person_id))
    whole = membership.told_whole(_events(Q(household_id=UUID(household_id)), known_at), household_id, on)
    return HouseholdView(household_id, on, tuple(views), whole and not left_out)
