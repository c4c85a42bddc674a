"""The longest town of a list that an address begins with, what follows it, and what was not understood.

Rule (notes of the register's measurements): within one municipality, fold both sides, write 丁目 in kanji, take the
longest town that is a prefix. Short forms ("西新宿2-8-1") are read when the list has that 丁目.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from madoguchi.engines.addresses.folding import fold_address
from madoguchi.engines.addresses.numbers import block_numbers, to_kanji

_CHOME_TOWN = re.compile(r"(.+?)([一二三四五六七八九十]+)丁目$")
_SHORT = re.compile(r"(\d{1,2})(?:-|の|番|$)")


class Level(StrEnum):
    """How far an address was understood."""

    TOWN = "town"
    """A town of the list."""
    AREA = "area"
    """The name that several 丁目 share, without a 丁目 that the list knows."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality: its five-digit code (JIS X 0402) and its name as addresses write it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Town:
    """One town of the list: five-digit municipality code and official name (西新宿二丁目)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts. `town` is the official spelling; empty when the level is NONE."""

    code: str
    town: str
    level: Level
    rest: str
    """What follows the town, folded: block numbers and building."""
    numbers: tuple[int, ...] = ()
    """Block numbers in order (番, 号, room)."""
    unread: str = ""
    """What was not understood: the whole text without a town, else what stands behind the block numbers."""


@dataclass(slots=True)
class _Shelf:
    """The towns of one municipality by their folded names."""

    towns: dict[str, str] = field(default_factory=dict)
    areas: dict[str, dict[str, str]] = field(default_factory=dict)
    """Folded area → folded 丁目 → official town."""
    longest: int = 0


class TownBook:
    """A list of towns, ready to read addresses. Build once, share freely: it is never changed afterwards."""

    def __init__(self, towns: Iterable[Town], municipalities: Iterable[Municipality] = ()) -> None:
        self._shelves: dict[str, _Shelf] = {}
        for town in towns:
            self._add(town)
        by_length = sorted(municipalities, key=lambda item: -len(item.name))
        self._municipalities = [(fold_address(item.name), item.code) for item in by_length]

    def _add(self, town: Town) -> None:
        shelf = self._shelves.setdefault(town.code, _Shelf())
        folded = fold_address(town.name)
        shelf.towns.setdefault(folded, town.name)
        shelf.longest = max(shelf.longest, len(folded))
        chome = _CHOME_TOWN.match(folded)
        if chome:
            shelf.areas.setdefault(chome[1], {})[chome[2]] = town.name
            shelf.longest = max(shelf.longest, len(chome[1]))

    def codes(self) -> frozenset[str]:
        """Return the municipality codes that have towns."""
        return frozenset(self._shelves)

    def read(self, code: str, street: str) -> Address:
        """Read an address without prefecture and municipality, in the municipality of that five-digit code."""
        folded = fold_address(street)
        shelf = self._shelves.get(code)
        if shelf is None or not folded:
            return Address(code, "", Level.NONE, folded, unread=folded)
        area: Address | None = None
        for length in range(min(shelf.longest, len(folded)), 0, -1):
            head = folded[:length]
            chomes = shelf.areas.get(head)
            short = _with_chome(code, folded[length:], chomes) if chomes else None
            if short is not None:
                return short
            if head in shelf.towns:
                return _address(code, shelf.towns[head], Level.TOWN, folded[length:])
            if chomes and area is None:
                area = _address(code, head, Level.AREA, folded[length:])
        return area or Address(code, "", Level.NONE, folded, unread=folded)

    def read_whole(self, text: str, *, prefecture: str = "") -> Address:
        """Read an address that may begin with the prefecture and the municipality; without the latter, no town."""
        folded = fold_address(text).removeprefix(fold_address(prefecture))
        for name, code in self._municipalities:
            if folded.startswith(name):
                return self.read(code, folded[len(name) :])
            inside = folded.find(name)
            if 0 < inside <= 4 and folded[inside - 1] in "都郡庁島":
                return self.read(code, folded[inside + len(name) :])
        return Address("", "", Level.NONE, folded, unread=folded)


def _with_chome(code: str, rest: str, chomes: Mapping[str, str]) -> Address | None:
    """Read "2-8-1" behind the name of an area as its 二丁目, when there is one."""
    short = _SHORT.match(rest)
    if short is None or not 1 <= int(short[1]) <= 99:
        return None
    town = chomes.get(to_kanji(int(short[1])))
    if town is None or rest[short.end(1) : short.end(1) + 1] == "番":
        return None
    return _address(code, town, Level.TOWN, rest[short.end() :])


def _address(code: str, town: str, level: Level, rest: str) -> Address:
    tail = rest.lstrip("-")
    numbers, unread = block_numbers(tail)
    return Address(code, town, level, tail, numbers, unread)
