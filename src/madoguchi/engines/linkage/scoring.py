"""Weighs one entry for one record in points, and decides. Every point has its reason, so that a person can follow.

The points are about ten times the log-odds that a thing agrees for the same business and not for another (Fellegi and
Sunter 1969), set by hand and measured in benchmarks/businesses.py. A name alone never reaches a match.
"""

import re
from collections.abc import Iterable, Iterator

from madoguchi.engines.linkage.distance import edits
from madoguchi.engines.linkage.model import Decision, Entry, Evidence, Name, Outcome, Place, Reason, Record, Scored
from madoguchi.engines.linkage.names import LegalForm, fold_name

VERSION = "1"
MATCH_POINTS = 100
REVIEW_POINTS = 45
MARGIN_POINTS = 15
SHOWN = 5
_POINTS = {
    Reason.NUMBER_SAME: 120,
    Reason.NUMBER_NEAR: 30,
    Reason.NUMBER_OTHER: -60,
    Reason.NAME_SAME: 60,
    Reason.NAME_FORMER: 55,
    Reason.NAME_KANA: 55,
    Reason.NAME_NEAR_LONG: 55,
    Reason.NAME_NEAR: 35,
    Reason.NAME_OTHER: -60,
    Reason.FORM_OTHER: -25,
    Reason.BLOCK_SAME: 65,
    Reason.TOWN_SAME: 45,
    Reason.TOWN_FORMER: 45,
    Reason.CITY_SAME: 10,
    Reason.PLACE_OTHER: -15,
    Reason.POSTCODE_SAME: 10,
    Reason.REPRESENTATIVE_SAME: 45,
    Reason.REPRESENTATIVE_OTHER: -10,
    Reason.CLOSED: -5,
}
_DIGITS = re.compile(r"[\d一二三四五六七八九十百]+")
_NAME_KNOWN = (Reason.NAME_SAME, Reason.NAME_FORMER, Reason.NAME_KANA, Reason.NAME_NEAR_LONG, Reason.NAME_NEAR)
_LONG = 6
_VERY_LONG = 8
_PLACE_KNOWN = (Reason.BLOCK_SAME, Reason.TOWN_SAME, Reason.TOWN_FORMER)


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
        return Reason.NUMBER_NEAR if edits(record.number, entry.number, limit=1) <= 1 else None
    return Reason.NUMBER_OTHER


def _name(record: Record, entry: Entry) -> Iterator[Reason]:
    if not record.name.core or not (entry.name.core or entry.former_names):
        return
    found = _name_alone(record, entry)
    yield found
    forms = {record.name.form, entry.name.form}
    if found is not Reason.NAME_OTHER and len(forms) == 2 and LegalForm.OTHER not in forms:
        yield Reason.FORM_OTHER


def _name_alone(record: Record, entry: Entry) -> Reason:
    core = record.name.core
    if core == entry.name.core:
        return Reason.NAME_SAME
    if any(core == former.core for former in entry.former_names):
        return Reason.NAME_FORMER
    if record.kana and entry.kana and fold_name(record.kana) == fold_name(entry.kana):
        return Reason.NAME_KANA
    if entry.kana and core == fold_name(entry.kana):
        return Reason.NAME_KANA
    if not _near(record.name, entry.name):
        return Reason.NAME_OTHER
    return Reason.NAME_NEAR_LONG if min(len(core), len(entry.name.core)) >= _LONG else Reason.NAME_NEAR


def _near(one: Name, other: Name) -> bool:
    """Tell whether a typing error may lie between two names. A changed digit never is one: 第1 is not 第2."""
    if min(len(one.core), len(other.core)) < 3 or _DIGITS.findall(one.core) != _DIGITS.findall(other.core):
        return False
    limit = 1 if min(len(one.core), len(other.core)) < _VERY_LONG else 2
    return edits(one.core, other.core, limit=limit) <= limit


def _place(place: Place, entry: Entry) -> Iterator[Reason]:
    if place.postal_code and place.postal_code == entry.place.postal_code:
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
    rivals = [other for other in scored[1:] if best.points - other.points < MARGIN_POINTS]
    if rivals:
        best = Scored(best.entry, best.points, (*best.evidence, Evidence(Reason.RIVAL, 0)))
    safe = best.points >= MATCH_POINTS and not rivals and _stands(best)
    outcome = Outcome.MATCH if safe else Outcome.REVIEW
    return Decision(outcome, best, (best, *scored[1:SHOWN]))


def _stands(best: Scored) -> bool:
    """Tell whether more than a name speaks for it: a number with name or place, or a name with place or person."""
    named, placed = best.has(*_NAME_KNOWN), best.has(*_PLACE_KNOWN)
    if best.has(Reason.NUMBER_SAME):
        return named or placed
    known = placed or best.has(Reason.REPRESENTATIVE_SAME) or best.has(Reason.NUMBER_NEAR)
    return named and known and not best.has(Reason.FORM_OTHER, Reason.NUMBER_OTHER)
