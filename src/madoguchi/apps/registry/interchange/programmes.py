"""Gives the platform's own programmes in the published registry form, so that others can read them as they read that.

What the form has no field for (the machine-readable condition) stands in words under `target.conditions`. An age bound is
given only where the condition as a whole demands it; everything not known is null.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.catalogue import Shelf
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.apps.registry.interchange.form import BOUNDS
from madoguchi.core.models import Organisation
from madoguchi.engines.eligibility import Node, Rule, parts_in_words
from madoguchi.engines.eligibility.ast import Age, And, Measure
from madoguchi.engines.eligibility.types import Op, Owner
from madoguchi.engines.identifiers import Psid

OTHER_UM = 120
"""Universal-menu number of what has none of its own (その他)."""
BRANCHES = 999_999_999
"""How many branch numbers there are: nine digits, so that a reader may keep one in 32 bits."""
_BOUND = dict(zip((Op.LT, Op.LE, Op.GE, Op.GT), BOUNDS, strict=True))
_UNIT = {Measure.YEARS: "targetAge", Measure.MONTHS: "targetAgeOfMonths"}


def branch_of(programme_id: str) -> int:
    """Return the branch number of a programme: made from its id alone, so it never moves when others come or go."""
    return int.from_bytes(hashlib.sha256(programme_id.encode()).digest()[:8]) % BRANCHES + 1


def psid_of(view: ProgrammeView, place: Organisation) -> Psid:
    """Return the number of a programme in one place (the metropolis or a municipality)."""
    return Psid("3.0", place.corporate_number, branch_of(view.id), view.content.get("um") or OTHER_UM)


def places_of(shelf: Shelf, view: ProgrammeView) -> list[Organisation]:
    """Return where a programme holds: the metropolis, or each municipality of its own."""
    rows = [row for row in shelf.organisations.values() if row.code and row.corporate_number]
    if view.area:
        by_code = {row.code: row for row in rows}
        return [by_code[code] for code in view.area if code in by_code]
    return [row for row in rows if row.kind == Organisation.Kind.METROPOLIS][:1]


def records() -> Iterator[dict[str, Any]]:
    """Return one record per programme and area (the metropolis, or each municipality of its own)."""
    shelf = catalogue.current()
    for key in sorted(shelf.views):
        view = shelf.views[key]
        for place in places_of(shelf, view):
            yield _record(shelf, view, shelf.rules[key], place)


def _record(shelf: Shelf, view: ProgrammeView, rule: Rule, place: Organisation) -> dict[str, Any]:
    psid = str(psid_of(view, place))
    day = view.checked_on.isoformat()
    return {
        "institutionName": {"canonicalName": view.name.ja, "shortName": None},
        "summary": view.summary.ja,
        "target": {**_ages(rule.node), "targetPersons": None, "conditions": _in_words(shelf, rule.node)},
        "support": {"description": view.benefit.ja, "monetarySupport": None, "materiallySupport": None},
        "procedureMethod": view.how.ja,
        "procedurePeriod": {**_period(view.content["window"]), "conditions": view.window.ja},
        "electronicSubmission": view.online,
        "belongings": None,
        "procedureCounter": view.office.ja,
        "relatedLink": [{"uri": source.url, "title": source.title} for source in view.sources],
        "area": {"areaCode": f"{place.code};{place.name_ja}", "areaText": None},
        "class": 1,
        "remarks": _doubts(view),
        "basicInformation": {"psid": psid, "organization": place.corporate_number, "institutionType": None},
        "updateDate": day,
        "odInformation": {"updateDate": day, "updater": view.organisation_name.ja, "content": None},
        "regulation": {"regulationName": view.law or None, "regulationArticle": None},
    }


def _ages(node: Node) -> dict[str, dict[str, int | None]]:
    ages: dict[str, dict[str, int | None]] = {bound: dict.fromkeys(_UNIT.values()) for bound in BOUNDS}
    for atom in node.items if isinstance(node, And) else (node,):
        if isinstance(atom, Age) and atom.owner is Owner.SELF and atom.measure in _UNIT and atom.op in _BOUND:
            ages[_BOUND[atom.op]][_UNIT[atom.measure]] = atom.number
    return ages


def _in_words(shelf: Shelf, node: Node) -> str:
    return "\n".join(parts_in_words(node, language="ja", vocabulary=shelf.book.vocabulary))


def _period(window: Mapping[str, Any]) -> dict[str, Any]:
    return {"fromYMD": window.get("opens"), "toYMD": window.get("closes")}


def _doubts(view: ProgrammeView) -> str | None:
    return f"確認中の項目：{'、'.join(view.unconfirmed)}" if view.unconfirmed else None
