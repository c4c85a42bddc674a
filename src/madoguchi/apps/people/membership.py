"""Who belongs to which household on a day, out of dated events in any order. Pure: events in, people out.

On one day the order is: birth, forming, moving out, moving in, marriage, divorce, death; of two reports of the same
kind the one told later counts. Death ends everything after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from madoguchi.apps.people.contracts import EventKind, Method, Role

_ORDER = {
    EventKind.BIRTH: 0,
    EventKind.FORM: 1,
    EventKind.LEAVE: 2,
    EventKind.JOIN: 3,
    EventKind.MARRIAGE: 4,
    EventKind.DIVORCE: 5,
    EventKind.DEATH: 6,
}
_OFFICIAL = frozenset({Method.STAFF, Method.REGISTRY})
ENTERING = frozenset({EventKind.BIRTH, EventKind.FORM, EventKind.JOIN})


class Event(Protocol):
    """What the rules look at."""

    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def person_id(self) -> object: ...
    @property
    def household_id(self) -> object: ...
    @property
    def other_id(self) -> object: ...
    @property
    def role(self) -> str: ...
    @property
    def complete(self) -> bool: ...
    @property
    def method(self) -> str: ...
    @property
    def obtained_at(self) -> datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def source_record(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person belongs on a day."""

    household_id: str
    role: Role
    since: date


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events in the order in which they count."""
    return sorted(events, key=lambda e: (e.on, _ORDER[EventKind(e.kind)], e.obtained_at, e.source, e.source_record))


def place_of(events: Iterable[Event], on: date) -> Place | None:
    """Return where one person belongs on a day; `events` are those of this person.

    Where staff or a register told a household, what she began herself (by declaring, by signing in) no longer counts.
    """
    place: Place | None = None
    for event in in_order(_answered_for([event for event in events if event.on <= on])):
        kind = EventKind(event.kind)
        if kind is EventKind.DEATH:
            return None
        if kind is EventKind.LEAVE and (event.household_id is None or _is(place, event.household_id)):
            place = None
        if kind in ENTERING and event.household_id is not None:
            since = place.since if place and _is(place, event.household_id) else event.on
            place = Place(str(event.household_id), Role(event.role or Role.OTHER), since)
    return place


def _answered_for(events: Sequence[Event]) -> Sequence[Event]:
    told = [event for event in events if event.method in _OFFICIAL]
    return told if any(event.kind in ENTERING for event in told) else events


def _is(place: Place | None, household_id: object) -> bool:
    return place is not None and place.household_id == str(household_id)


def spouse_of(events: Iterable[Event], on: date) -> str | None:
    """Return whom a person is married to on a day by her own events; the spouse's death is not seen here."""
    spouse: str | None = None
    for event in in_order(event for event in events if event.on <= on):
        if event.kind == EventKind.MARRIAGE:
            spouse = str(event.other_id)
        elif event.kind in (EventKind.DIVORCE, EventKind.DEATH):
            spouse = None
    return spouse


def is_dead(events: Iterable[Event], on: date) -> bool:
    """Tell whether a person has died by a day."""
    return any(event.kind == EventKind.DEATH and event.on <= on for event in events)


def told_whole(events: Sequence[Event], household_id: str, on: date) -> bool:
    """Tell whether a source listed everybody of the household by a day, so that later events keep the list whole."""
    return any(
        event.kind == EventKind.FORM and event.complete and str(event.household_id) == household_id and event.on <= on
        for event in events
    )
