"""Weighs one entry for one record in points, and decides. Every point has its reason, so that a person can follow.

The points are about ten times the log-odds that a thing agrees for the same business and not for another (Fellegi and
Sunter 1969), set by hand and measured in benchmarks/businesses.py. A name alone never reaches a match.
"""

import re
from collections.abc import Iterable, Iterator

from madoguchi.engines.linkage.distance import edits, is_slip
from madoguchi.engines.linkage.model import Decision, Entry, Evidence, Name, Outcome, Place, Reason, Record, Scored
from madoguchi.engines.linkage.names import LegalForm, branch_stems, fold_name

VERSION = "2"
MATCH_POINTS = 100
REVIEW_POINTS = 45
MARGIN_POINTS = 15
SHOWN = 5
_POINTS = {
    Reason.NUMBER_SAME: 120,
    Reason.NUMBER_NEAR: 60,
    Reason.NUMBER_UNLIKE: -40,
    Reason.NUMBER_OTHER: -60,
    Reason.NAME_SAME: 60,
    Reason.NAME_FORMER: 55,
    Reason.NAME_KANA: 55,
    Reason.NAME_SLIP: 55,
    Reason.NAME_NEAR_LONG: 55,
    Reason.NAME_NEAR: 35,
    Reason.NAME_BRANCH: 55,
    Reason.NAME_CUT: 40,
    Reason.NAME_OTHER: -60,
    Reason.FORM_OTHER: -25,
    Reason.BLOCK_SAME: 65,
    Reason.TOWN_SAME: 45,
    Reason.TOWN_FORMER: 45,
    Reason.AREA_SAME: 45,
    Reason.CITY_SAME: 10,
    Reason.PLACE_OTHER: -15,
    Reason.POSTCODE_SAME: 10,
    Reason.REPRESENTATIVE_SAME: 45,
    Reason.REPRESENTATIVE_OTHER: -10,
    Reason.CLOSED: 0,
}
_DIGITS = re.compile(r"[\d一二三四五六七八九十百]+")
_NAME_NEARLY = (
    Reason.NAME_SLIP, Reason.NAME_NEAR_LONG, Reason.NAME_NEAR, Reason.NAME_BRANCH, Reason.NAME_CUT,
)  # fmt: skip
_NAME_KNOWN = (Reason.NAME_SAME, Reason.NAME_FORMER, Reason.NAME_KANA, *_NAME_NEARLY)
_LONG = 4
_VERY_LONG = 8
_CUT = 8
"""A shorter beginning is shared by too many names."""
_PLACE_KNOWN = (Reason.BLOCK_SAME, Reason.TOWN_SAME, Reason.TOWN_FORMER, Reason.AREA_SAME)


def score(record: Record, entry: Entry) -> Scored:
    """Weigh one entry for one record."""
    evidence = tuple(_evidence(record, entry))
    return Scored(entry, sum(item.points for item in evidence), evidence)


def _evidence(record: Record, entry: Entry) -> Iterator[Evidence]:
    reasons = [
        _number(record, entry),
        *_name(record, entry),
        *_place(record.place, entry),
        _representative(record, entry),
        Reason.CLOSED if entry.closed else None,
    ]
    return (Evidence(reason, _POINTS[reason]) for reason in reasons if reason is not None)


def _number(record: Record, entry: Entry) -> Reason | None:
    if not record.number or not entry.number:
        return None
    if record.number == entry.number:
        return Reason.NUMBER_SAME
    if not record.number_is_valid:
        near = edits(record.number, entry.number, limit=1) <= 1
        return Reason.NUMBER_NEAR if near else Reason.NUMBER_UNLIKE
    return Reason.NUMBER_OTHER


def _name(record: Record, entry: Entry) -> Iterator[Reason]:
    if not record.name.core or not (entry.name.core or entry.former_names):
        return
    former = next((name for name in entry.former_names if name.core == record.name.core), None)
    found = _name_alone(record, entry, former)
    yield found
    named = former if found is Reason.NAME_FORMER and former else entry.name
    forms = {record.name.form, named.form}
    if found is not Reason.NAME_OTHER and len(forms) == 2 and LegalForm.OTHER not in forms:
        yield Reason.FORM_OTHER


def _name_alone(record: Record, entry: Entry, former: Name | None) -> Reason:
    core = record.name.core
    if core == entry.name.core:
        return Reason.NAME_SAME
    if former is not None:
        return Reason.NAME_FORMER
    if record.kana and entry.kana and fold_name(record.kana) == fold_name(entry.kana):
        return Reason.NAME_KANA
    if entry.kana and core == fold_name(entry.kana):
        return Reason.NAME_KANA
    found = _name_nearly(core, entry.name.core)
    if found is Reason.NAME_OTHER and any(_near(core, name.core) for name in entry.former_names):
        return Reason.NAME_NEAR
    return found


def _name_nearly(one: str, other: str) -> Reason:
    if _near(one, other):
        if is_slip(one, other):
            return Reason.NAME_SLIP
        return Reason.NAME_NEAR_LONG if min(len(one), len(other)) >= _LONG else Reason.NAME_NEAR
    stems = branch_stems(one)
    if other in stems:
        return Reason.NAME_BRANCH
    if any(len(stem) > _LONG and _near(stem, other) for stem in stems):
        return Reason.NAME_NEAR
    cut = len(one) >= _CUT and other.startswith(one) and not _DIGITS.search(other, len(one))
    return Reason.NAME_CUT if cut else Reason.NAME_OTHER


def _near(one: str, other: str) -> bool:
    """Tell whether a typing error may lie between two names. A changed digit never is one: 第1 is not 第2."""
    if min(len(one), len(other)) < 3 or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    limit = 1 if min(len(one), len(other)) < _VERY_LONG else 2
    return edits(one, other, limit=limit) <= limit


def _place(place: Place, entry: Entry) -> Iterator[Reason]:
    same_post = bool(place.postal_code) and place.postal_code == entry.place.postal_code
    if _same_area(place, entry.place) or (same_post and not place.town and place.code in ("", entry.place.code)):
        yield Reason.AREA_SAME
        return
    if same_post:
        yield Reason.POSTCODE_SAME
    if not place.code or not entry.place.code:
        return
    if place.town and _same_town(place, entry.place):
        same = bool(place.numbers) and place.numbers[:2] == entry.place.numbers[:2]
        yield Reason.BLOCK_SAME if same else Reason.TOWN_SAME
    elif place.town and any(_same_town(place, former) for former in entry.former_places):
        yield Reason.TOWN_FORMER
    elif place.code == entry.place.code:
        yield Reason.CITY_SAME
    else:
        yield Reason.PLACE_OTHER


def _same_town(one: Place, other: Place) -> bool:
    return (one.code, one.town) == (other.code, other.town)


def _same_area(one: Place, other: Place) -> bool:
    """Tell whether two places lie in the same 町 and not in the same town: 丁目 differ, or one names none."""
    if not one.town or one.code != other.code or one.town == other.town:
        return False
    return one.area == other.area


def _representative(record: Record, entry: Entry) -> Reason | None:
    if not record.representative or not entry.representative:
        return None
    same = fold_name(record.representative) == fold_name(entry.representative)
    return Reason.REPRESENTATIVE_SAME if same else Reason.REPRESENTATIVE_OTHER


def decide(record: Record, entries: Iterable[Entry]) -> Decision:
    """Weigh all candidates and say match, review or none. The order of the candidates plays no part."""
    scored = sorted((score(record, entry) for entry in entries), key=lambda item: (-item.points, item.entry.key))
    if not scored or scored[0].points < REVIEW_POINTS:
        return Decision(Outcome.NONE, None, tuple(scored[:SHOWN]))
    best = scored[0]
    rivals = [other for other in scored[1:] if _is_rival(best, other)]
    if rivals:
        best = Scored(best.entry, best.points, (*best.evidence, Evidence(Reason.RIVAL, 0)))
    safe = best.points >= MATCH_POINTS and not rivals and _stands(best) and not _is_neighbour(record, best)
    outcome = Outcome.MATCH if safe else Outcome.REVIEW
    return Decision(outcome, best, (best, *scored[1:SHOWN]))


def _is_rival(best: Scored, other: Scored) -> bool:
    """Tell whether another entry fits nearly as well. A name that is the same has no rival in one nearly so or read so."""
    surely_named = best.has(Reason.NAME_SAME) and other.has(Reason.NAME_KANA, *_NAME_NEARLY)
    return best.points - other.points < MARGIN_POINTS and not surely_named


def _is_neighbour(record: Record, best: Scored) -> bool:
    """Tell whether a name that is only nearly the same stands at another block or 丁目: it may be a neighbour's own name."""
    if not best.has(Reason.NAME_NEAR, Reason.NAME_NEAR_LONG) or best.has(Reason.NUMBER_SAME, Reason.NUMBER_NEAR):
        return False
    other_block = best.has(Reason.TOWN_SAME) and bool(record.place.numbers) and bool(best.entry.place.numbers)
    return best.has(Reason.AREA_SAME) or other_block


def _stands(best: Scored) -> bool:
    """Tell whether more than a name speaks for it: a number with name or place, or a name with place or person."""
    named, placed = best.has(*_NAME_KNOWN), best.has(*_PLACE_KNOWN)
    if best.has(Reason.NUMBER_SAME):
        return named or placed
    known = placed or best.has(Reason.REPRESENTATIVE_SAME) or best.has(Reason.NUMBER_NEAR)
    return named and known and not best.has(Reason.FORM_OTHER, Reason.NUMBER_OTHER)
