"""Keys under which an entry can be found for a record, so that nobody compares everything with everything.

One typing error in a name leaves its first or its last two characters whole, so town + either pair finds it; a wrong town
is found by the whole name; a wrong digit of a number by nothing here, since the name or the town then speaks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from madoguchi.engines.linkage.model import Entry, Name, Place, Record

MAX_CANDIDATES = 200


class KeyKind(StrEnum):
    """What a key is made of."""

    NUMBER = "number"
    CORE = "core"
    HEAD = "head"
    """Town and the first two characters of the name."""
    TAIL = "tail"
    """Town and the last two characters of the name."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its kind, the place it is bound to (empty: anywhere), the text."""

    kind: KeyKind
    code: str
    town: str
    text: str


def keys_of_record(record: Record) -> Iterator[Key]:
    """Yield the keys to look a record up by."""
    if record.number_is_valid:
        yield Key(KeyKind.NUMBER, "", "", record.number)
    yield from _keys(record.name, (record.place,))


def keys_of_entry(entry: Entry) -> Iterator[Key]:
    """Yield the keys under which an entry is found: also by what it was called and where it was before."""
    if entry.number:
        yield Key(KeyKind.NUMBER, "", "", entry.number)
    for name in (entry.name, *entry.former_names):
        yield from _keys(name, (entry.place, *entry.former_places))


def _keys(name: Name, places: Iterable[Place]) -> Iterator[Key]:
    if not name.core:
        return
    yield Key(KeyKind.CORE, "", "", name.core)
    for place in places:
        if place.town:
            yield Key(KeyKind.HEAD, place.code, place.town, name.core[:2])
            yield Key(KeyKind.TAIL, place.code, place.town, name.core[-2:])


class Blocks:
    """Entries by their keys in memory: for tests, for lists of some hundred thousand, for measuring."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        self._places: dict[Key, list[int]] = {}
        for position, entry in enumerate(self._entries):
            for key in set(keys_of_entry(entry)):
                self._places.setdefault(key, []).append(position)

    def find(self, record: Record) -> list[Entry]:
        """Return the entries that share a key with the record, at most 200 per key."""
        found: dict[int, None] = {}
        for key in keys_of_record(record):
            found.update(dict.fromkeys(self._places.get(key, ())[:MAX_CANDIDATES]))
        return [self._entries[position] for position in found]
