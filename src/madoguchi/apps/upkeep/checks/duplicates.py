"""Records that are there twice: the same or nearly the same name at one place, by one owner."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from madoguchi.apps.upkeep.checks.model import Entry, Found, normal_name, of_entry, overlaps
from madoguchi.apps.upkeep.contracts import Check, Severity

NEARLY = 0.75
"""Share of pairs of letters that two names have in common (Jaccard)."""
SHORTEST = 4


def check(entries: Sequence[Entry], municipalities: Collection[str]) -> Iterator[Found]:
    """Yield each pair once, at the record whose id comes later. Programmes and imported records are compared apart."""
    groups: dict[tuple[bool, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[(entry.is_imported, entry.organisation_id)].append(entry)
    for group in groups.values():
        names = {entry.id: normal_name(entry.name, municipalities) for entry in group}
        pairs = {key: _pairs(name) for key, name in names.items()}
        for one, other in combinations(sorted(group, key=lambda item: item.id), 2):
            if overlaps(one, other) and (code := _same(names, pairs, one, other)):
                yield _found(code, one, other)


def _same(names: dict[str, str], pairs: dict[str, frozenset[str]], one: Entry, other: Entry) -> str:
    """Return how two records are alike, empty when they are not."""
    first, second = names[one.id], names[other.id]
    if first == second:
        return "name_same"
    mine, theirs = pairs[one.id], pairs[other.id]
    if min(len(first), len(second)) < SHORTEST or not mine or not theirs or _digits(first) != _digits(second):
        return ""
    if len(mine & theirs) / len(mine | theirs) >= NEARLY:
        return "name_near"
    same_number = one.um is not None and one.um == other.um
    return (
        "um_same"
        if same_number and not one.is_imported and one.content.get("kind") == other.content.get("kind")
        else ""
    )


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[at : at + 2] for at in range(len(name) - 1))


def _digits(name: str) -> str:
    """Names that differ in a number (1歳児健診, 3歳児健診) are two programmes."""
    return "".join(letter for letter in name if letter.isdigit() or letter in "一二三四五六七八九十第")


def _found(code: str, one: Entry, other: Entry) -> Found:
    severity = Severity.MEDIUM if code == "name_same" else Severity.LOW
    return of_entry(
        other, Check.DUPLICATES, code, severity, about=one.id, other=one.id, other_name=one.name, name=other.name
    )
