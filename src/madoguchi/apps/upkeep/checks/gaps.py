"""Programmes that at least three other municipalities have and one has not, or has not registered.

The kind of a programme is its number in the universal menu (UM), else its name without the municipality's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from madoguchi.apps.upkeep.checks.model import Entry, Found, normal_name
from madoguchi.apps.upkeep.contracts import Check, Severity

ENOUGH = 3
MOST_SHOWN = 5


def check(
    entries: Sequence[Entry],
    municipalities: Mapping[str, tuple[str, str]],
    *,
    neighbours: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Found]:
    """Yield the gaps of each municipality. `municipalities`: code → (organisation id, name).

    With `neighbours` (code → codes) only these are asked; without, all municipalities of the pack.
    """
    names = [name for _, name in municipalities.values()]
    holders: dict[str, set[str]] = defaultdict(set)
    titles: dict[str, str] = {}
    whole = {normal_name(entry.name) for entry in entries if not entry.codes}
    for entry in entries:
        for key in _keys(entry, names):
            holders[key] |= entry.codes & municipalities.keys()
            titles.setdefault(key, normal_name(entry.name, names))
    for key in sorted(holders):
        if key in whole:
            continue
        for code, (organisation_id, _) in municipalities.items():
            others = holders[key] & set(neighbours.get(code, ()) if neighbours else municipalities) - {code}
            if code not in holders[key] and len(others) >= ENOUGH:
                yield _found(key, titles[key], organisation_id, [municipalities[item][1] for item in sorted(others)])


def _keys(entry: Entry, names: Sequence[str]) -> list[str]:
    """A record counts under its number; a programme without one under its name. Imported names are too manifold."""
    if entry.um is not None:
        return [f"UM{entry.um}"]
    return [] if entry.is_imported else [normal_name(entry.name, names)]


def _found(key: str, title: str, organisation_id: str, others: Sequence[str]) -> Found:
    detail = {"name": title, "count": len(others), "others": list(others[:MOST_SHOWN])}
    return Found(Check.GAPS, organisation_id, "", "gap", Severity.LOW, detail, key)
