"""Verdicts of a partition as packed bits: a true and a false plane per rule; unknown is neither.

They can be kept on disk, counted, combined with each other and compared. They know rule ids and rows, never a condition.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.types import Truth

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`bits` is rules × 2 × words (0 true, 1 false); `counts` rules × 2; rows as in the partition's residents."""

    municipality: str | None
    as_of: date
    rules: tuple[str, ...]
    persons: Ints
    bits: Words
    counts: Ints

    def of(self, rule: str) -> tuple[Words, Words]:
        """Return the true and false plane of a rule; raise KeyError when it was not judged here."""
        if rule not in self.rules:
            raise KeyError(f"{rule} was not judged for {self.municipality}. It may not cover that municipality.")
        place = self.rules.index(rule)
        return self.bits[place, 0], self.bits[place, 1]

    def truths(self, rule: str) -> NDArray[np.uint8]:
        """Return 0, 1 or 2 per row."""
        true, false = (unpacked(plane, len(self.persons)) for plane in self.of(rule))
        result: NDArray[np.uint8] = 1 + true - false
        return result

    def eligible(self, rule: str) -> Ints:
        """Return the person numbers for whom a rule is true."""
        return self.persons[np.flatnonzero(unpacked(self.of(rule)[0], len(self.persons)))]

    def anybody(self) -> Words:
        """Return the rows for which at least one rule is true."""
        result: Words = np.bitwise_or.reduce(self.bits[:, 0], axis=0)
        return result

    def save(self, folder: Path) -> None:
        """Write the bits as a memory-mappable array with a description beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        name = self.municipality or "all"
        np.save(folder / f"{name}.bits.npy", self.bits)
        np.save(folder / f"{name}.persons.npy", self.persons)
        about = {
            "municipality": self.municipality,
            "as_of": self.as_of.isoformat(),
            "rules": self.rules,
            "counts": self.counts.tolist(),
        }
        (folder / f"{name}.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, municipality: str | None) -> "Verdicts":
        """Read what `save` wrote; the bits stay on disk until they are used."""
        name = municipality or "all"
        about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return cls(
            about["municipality"],
            date.fromisoformat(about["as_of"]),
            tuple(about["rules"]),
            np.load(folder / f"{name}.persons.npy", mmap_mode="r"),
            np.load(folder / f"{name}.bits.npy", mmap_mode="r"),
            np.array(about["counts"], dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that became another one."""

    person: int
    rule: str
    before: Truth
    after: Truth


@dataclass(frozen=True, slots=True)
class Changes:
    """Many changes in columns: place of the rule in `rules`, person number, truth before and after."""

    municipality: str | None
    rules: tuple[str, ...]
    rule: NDArray[np.int32]
    persons: Ints
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.persons)

    def __iter__(self) -> Iterator[Change]:
        for place, person, before, after in zip(self.rule, self.persons, self.before, self.after, strict=True):
            yield Change(int(person), self.rules[place], Truth(int(before)), Truth(int(after)))

    def began(self) -> int:
        """Return how many became eligible."""
        return int((self.after == Truth.TRUE).sum())

    def ended(self) -> int:
        """Return how many stopped being eligible."""
        return int((self.before == Truth.TRUE).sum())


def unpacked(plane: Words, size: int) -> NDArray[np.uint8]:
    """Return one byte (0 or 1) per row of a plane."""
    return np.unpackbits(np.ascontiguousarray(plane).view(np.uint8), bitorder="little")[:size]


def set_bits(plane: Words) -> int:
    """Return how many bits of a plane are set."""
    return int(np.bitwise_count(plane).sum())


def differences(before: Verdicts, after: Verdicts) -> Changes:
    """Return what differs between two verdicts of the same rows; a rule only one of them has counts as false there."""
    if len(before.persons) != len(after.persons) or not np.array_equal(before.persons, after.persons):
        raise ValueError("The two verdicts are of different residents. Compare verdicts of one population.")
    rules = tuple(dict.fromkeys((*before.rules, *after.rules)))
    parts = [_rule_differences(before, after, rule, place) for place, rule in enumerate(rules)]
    columns: Sequence[Ints] = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [_NONE] * 4
    return Changes(
        after.municipality,
        rules,
        columns[0].astype(np.int32),
        columns[1],
        columns[2].astype(np.uint8),
        columns[3].astype(np.uint8),
    )


def differences_by_person(before: Verdicts, after: Verdicts, *, skip: Collection[str] = ()) -> Changes:
    """Return what differs, person by person; who or what is only on one side counts as false on the other."""
    rules = tuple(rule for rule in dict.fromkeys((*before.rules, *after.rules)) if rule not in skip)
    persons = np.union1d(before.persons, after.persons)
    places: list[Ints] = []
    for place, rule in enumerate(rules):
        old, new = _truths_of(before, rule, persons), _truths_of(after, rule, persons)
        rows = np.flatnonzero(old != new)
        places.append(np.stack([np.full(len(rows), place), persons[rows], old[rows], new[rows]]))
    found = np.concatenate(places, axis=1) if places else np.zeros((4, 0), dtype=np.int64)
    truths = found[2:].astype(np.uint8)
    return Changes(after.municipality, rules, found[0].astype(np.int32), found[1], truths[0], truths[1])


def _truths_of(verdicts: Verdicts, rule: str, persons: Ints) -> Ints:
    result = np.zeros(len(persons), dtype=np.int64)
    if rule in verdicts.rules:
        result[np.searchsorted(persons, verdicts.persons)] = verdicts.truths(rule)
    return result


_NONE = np.zeros(0, dtype=np.int64)


def _rule_differences(before: Verdicts, after: Verdicts, rule: str, place: int) -> tuple[Ints, Ints, Ints, Ints]:
    old = before.truths(rule) if rule in before.rules else np.zeros(len(before.persons), dtype=np.uint8)
    new = after.truths(rule) if rule in after.rules else np.zeros(len(after.persons), dtype=np.uint8)
    rows = np.flatnonzero(old != new)
    return np.full(len(rows), place), after.persons[rows], old[rows].astype(np.int64), new[rows].astype(np.int64)
