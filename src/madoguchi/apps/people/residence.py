"""In which times a person lived in an area, out of dated facts and events. It tells times only, never an address.

Only what a register or staff told counts. The area is named by how its municipality codes begin (東京都: 13).
"""

from collections.abc import Iterator
from datetime import date

from madoguchi.apps.people import membership, queries, reading, timeline
from madoguchi.apps.people.contracts import EventKind, Method, ResidenceView
from madoguchi.apps.people.models import LifeEvent
from madoguchi.apps.people.reading import StoredFact
from madoguchi.apps.people.vocabulary import BIRTH_DATE, MUNICIPALITY

Changes = list[tuple[date, bool]]


def birth_of(person_id: str, until: date) -> date | None:
    """Return the birth date that a register or staff told, to find out whom an application names; for no other reader."""
    read = reading.of_person(queries.uuid_of(person_id), [BIRTH_DATE], None)
    return _born(read[1], until) if read else None


def residence_of(person_id: str, area: str, until: date) -> ResidenceView | None:
    """Return birth, times of residence in an area and death as known up to a day; None while birth or place is unknown.

    The caller has passed the door of consents for birth date and municipality. Protected people have times like
    everybody: times do not tell where. Raise `vault.VaultError`.
    """
    key = queries.uuid_of(person_id)
    read = reading.of_person(key, [BIRTH_DATE, MUNICIPALITY], None)
    if read is None:
        return None
    born = _born([fact for fact in read[1] if fact.attribute == BIRTH_DATE], until)
    own = [fact for fact in read[1] if fact.attribute == MUNICIPALITY]
    events = queries.events_by_person([key]).get(str(key), [])
    homes = {
        home: reading.of_household(home, [MUNICIPALITY], None)
        for home in {event.household_id for event in events}
        if home
    }
    told = {str(home): facts for home, facts in homes.items()}
    if born is None or not any(_official(fact) for facts in (own, *told.values()) for fact in facts):
        return None
    days = _days(born, until, events, [fact for facts in (own, *told.values()) for fact in facts])
    living = [event for event in events if event.kind != EventKind.DEATH]  # whoever died on a day lived on it
    changes = [(day, _inside(own, told, living, area, day)) for day in days]
    died = [event.on for event in events if event.kind == EventKind.DEATH and event.on <= until]
    return ResidenceView(born, tuple(_times(changes)), min(died, default=None))


def _official(fact: StoredFact) -> bool:
    return Method(fact.method).verified


def _born(facts: list[StoredFact], until: date) -> date | None:
    best = timeline.chosen(facts, until)
    return best[1] if best and _official(best[0]) and isinstance(best[1], date) else None


def _days(born: date, until: date, events: list[LifeEvent], facts: list[StoredFact]) -> list[date]:
    """Return every day on which the answer may change."""
    bounds = [day for fact in facts for day in (fact.valid_from, fact.valid_to) if day]
    return sorted({born, *(day for day in (*bounds, *(event.on for event in events)) if born <= day <= until)})


def _inside(
    own: list[StoredFact], told: dict[str, list[StoredFact]], events: list[LifeEvent], area: str, day: date
) -> bool:
    place = membership.place_of(events, day)
    best = timeline.chosen(own, day) or (timeline.chosen(told.get(place.household_id, []), day) if place else None)
    return best is not None and _official(best[0]) and str(best[1]).startswith(area)


def _times(changes: Changes) -> Iterator[tuple[date, date | None]]:
    since: date | None = None
    for day, inside in changes:
        if inside and since is None:
            since = day
        elif not inside and since is not None:
            yield since, day
            since = None
    if since is not None:
        yield since, None
