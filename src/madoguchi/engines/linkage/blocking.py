"""Keys under which an entry can be found for a record, so that nobody compares everything with everything.

One typing error in a name leaves its first or its last two characters whole, so town + either pair finds it; a name in
other characters (its reading, two errors) is found by town and block; a wrong town by the whole name. A mistyped number
is looked up as every number that one error away from it could be.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from madoguchi.engines.linkage.distance import edits
from madoguchi.engines.linkage.model import Entry, Name, Place, Record
from madoguchi.engines.linkage.names import branch_stems, fold_name

MAX_CANDIDATES = 200
NUMBER_DIGITS = 13
_MAX_EDITS = 2
_MIN_CUT = 6
_SHORT = 5
"""One error in a name of up to four characters can change its first and its last two; such names go by one."""


class KeyKind(StrEnum):
    """What a key is made of."""

    NUMBER = "number"
    CORE = "core"
    HEAD = "head"
    """Town and the first two characters of the name, of a short name also the first one."""
    TAIL = "tail"
    """Town and the last two characters of the name, of a short name also the last one."""
    BLOCK = "block"
    """Town and the first two block numbers ("8-1")."""
    READING = "reading"
    """Town and the reading (katakana), which a record may also give as its name."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its kind, the place it is bound to (empty: anywhere), the text."""

    kind: KeyKind
    code: str
    town: str
    text: str


def keys_of_record(record: Record) -> Iterator[Key]:
    """Yield the keys to look a record up by."""
    numbers = (record.number,) if record.number_is_valid else numbers_near(record.number)
    yield from (Key(KeyKind.NUMBER, "", "", number) for number in numbers)
    yield from _keys(record.name, (record.place,))
    if record.place.town:
        for text in dict.fromkeys((reading(record.kana), reading(record.name.written))):
            if text:
                yield Key(KeyKind.READING, record.place.code, record.place.town, text)


def reading(text: str) -> str:
    """Return a text as a reading (katakana without blanks), empty when it is none."""
    kana = "".join(unicodedata.normalize("NFKC", text).split())
    kana = "".join(chr(ord(mark) + 0x60) if "ぁ" <= mark <= "ゖ" else mark for mark in kana)
    return kana if all("ァ" <= mark <= "ー" for mark in kana) else ""


def numbers_near(number: str) -> Iterator[str]:
    """Yield what 13 digits become by one digit changed or two neighbours swapped; nothing for another length."""
    if len(number) != NUMBER_DIGITS or not number.isdecimal():
        return
    for place, digit in enumerate(number):
        for other in "0123456789":
            if other != digit:
                yield number[:place] + other + number[place + 1 :]
        if number[place + 1 : place + 2] not in ("", digit):
            yield number[:place] + number[place + 1] + digit + number[place + 2 :]


def keys_of_entry(entry: Entry) -> Iterator[Key]:
    """Yield the keys under which an entry is found: also by what it was called and where it was before."""
    if entry.number:
        yield Key(KeyKind.NUMBER, "", "", entry.number)
    for name in (entry.name, *entry.former_names):
        yield from _keys(name, (entry.place, *entry.former_places))
    text = reading(entry.kana)
    for place in (entry.place, *entry.former_places):
        if text and place.town:
            yield Key(KeyKind.READING, place.code, place.town, text)


def _keys(name: Name, places: Iterable[Place]) -> Iterator[Key]:
    if not name.core:
        return
    yield Key(KeyKind.CORE, "", "", name.core)
    for place in places:
        if place.town:
            for length in (2, 1) if len(name.core) <= _SHORT else (2,):
                yield Key(KeyKind.HEAD, place.code, place.town, name.core[:length])
                yield Key(KeyKind.TAIL, place.code, place.town, name.core[-length:])
            if place.numbers:
                yield Key(KeyKind.BLOCK, place.code, place.town, "-".join(map(str, place.numbers[:2])))


def is_worth_weighing(record: Record, core: str, kana: str = "") -> bool:
    """Tell whether a name found by its place could mean the record's: near, its reading, or one begins with the other.

    Cheap, and never stricter than the weighing itself; it spares the weighing of a whole street.
    """
    own = record.name.core
    if edits(own, core, limit=_MAX_EDITS) <= _MAX_EDITS:
        return True
    if min(len(own), len(core)) > 1 and (own.startswith(core) or (len(own) >= _MIN_CUT and core.startswith(own))):
        return True
    if any(edits(stem, core, limit=1) <= 1 for stem in branch_stems(own)):
        return True
    return bool(kana) and fold_name(kana) in (own, fold_name(record.kana))


class Blocks:
    """Entries by their keys in memory: for tests, for lists of some hundred thousand, for measuring."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        self._places: dict[Key, list[int]] = {}
        for position, entry in enumerate(self._entries):
            for key in set(keys_of_entry(entry)):
                self._places.setdefault(key, []).append(position)

    def find(self, record: Record) -> list[Entry]:
        """Return the entries that share a key with the record and are worth weighing, at most 200 per key."""
        found: dict[int, None] = {}
        for key in keys_of_record(record):
            shared = (position for position in self._places.get(key, ()) if self._is_worth(record, key, position))
            found.update(dict.fromkeys(islice(shared, MAX_CANDIDATES)))
        return [self._entries[position] for position in found]

    def _is_worth(self, record: Record, key: Key, position: int) -> bool:
        entry = self._entries[position]
        return key.kind in (KeyKind.NUMBER, KeyKind.CORE) or any(
            is_worth_weighing(record, name.core, entry.kana) for name in (entry.name, *entry.former_names)
        )
