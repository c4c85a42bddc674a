"""Records of other systems: read from a CSV file, folded for the engine, kept as cases with what linking found.

The same record twice stays one case; a case that a person decided is never decided again by the engine.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.businesses import sealing, townlist
from madoguchi.apps.businesses.linking.finding import entries_for
from madoguchi.apps.businesses.models import LinkCase
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM
from madoguchi.engines import linkage
from madoguchi.engines.addresses import Level
from madoguchi.engines.identifiers import IdentifierError, corporate_number, normalise

COLUMNS = ("record", "number", "name", "kana", "address", "postal_code", "representative")
_REQUIRED = ("record", "name")
_STATE = {
    linkage.Outcome.MATCH: LinkCase.State.MATCHED,
    linkage.Outcome.REVIEW: LinkCase.State.WAITING,
    linkage.Outcome.NONE: LinkCase.State.UNKNOWN,
}


class RecordsProblem(Exception):
    """A file of records that cannot be read: what, why, what to do."""


@dataclass(slots=True)
class LinkReport:
    """What linking a file did. `read` is the denominator of the four counts."""

    read: int = 0
    matched: int = 0
    waiting: int = 0
    unknown: int = 0
    decided: int = 0
    """Decided by a person before and left alone."""
    rejected: list[str] = field(default_factory=list)


def read_csv(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and cells of each record. Raise RecordsProblem when the heading does not fit."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", errors="replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise RecordsProblem(f"The columns {', '.join(missing)} are missing. Known columns: {', '.join(COLUMNS)}.")
    for cells in reader:
        yield reader.line_num, {name: (cells.get(name) or "").strip() for name in COLUMNS}


def record_of(cells: Mapping[str, str]) -> linkage.Record:
    """Return a record as the engine reads it."""
    digits = normalise(cells.get("number", ""))
    try:
        valid = corporate_number(digits) == digits
    except IdentifierError:
        valid = False
    address = townlist.book().read_whole(cells.get("address", ""), prefecture=townlist.home().name)
    place = linkage.Place(
        address.code,
        address.town,
        address.numbers if address.level is Level.TOWN else (),
        normalise(cells.get("postal_code", "")),
    )
    return linkage.Record(
        key=cells["record"],
        name=linkage.Name.of(cells["name"]),
        place=place,
        number=digits,
        number_is_valid=valid,
        kana=cells.get("kana", ""),
        representative=cells.get("representative", ""),
    )


def decide_record(cells: Mapping[str, str]) -> linkage.Decision:
    """Return what linking says about a record; nothing is kept."""
    record = record_of(cells)
    near = entries_for(record)
    decision = linkage.decide(record, near)
    if decision.outcome is linkage.Outcome.MATCH or not record.place.town:
        return decision
    known = {entry.key for entry in near}
    return linkage.decide(record, [*near, *(e for e in entries_for(record, wider=True) if e.key not in known)])


def link(data: bytes, *, organisation_id: str, source: str, now: datetime) -> LinkReport:
    """Link every record of a file; all of it or nothing."""
    report = LinkReport()
    with transaction.atomic():
        for line, cells in read_csv(data):
            report.read += 1
            if not cells["record"] or not cells["name"]:
                report.rejected.append(f"line {line}: record or name is empty. Give both.")
                continue
            state = link_one(cells, organisation_id=organisation_id, source=source, now=now)
            name = state if state in ("matched", "waiting", "unknown") else "decided"
            setattr(report, name, getattr(report, name) + 1)
        audit.record(
            actor=SYSTEM,
            organisation_id=organisation_id,
            action="businesses.link",
            object_kind="file",
            object_id=source[:100],
            detail={"read": report.read, "matched": report.matched, "waiting": report.waiting},
        )
    return report


@transaction.atomic
def link_one(cells: Mapping[str, str], *, organisation_id: str, source: str, now: datetime) -> str:
    """Link one record and keep its case; return the case's state."""
    case = _case(cells, organisation_id=organisation_id, source=source, now=now)
    if case.state in (LinkCase.State.ACCEPTED, LinkCase.State.REJECTED):
        return str(case.state)
    decision = decide_record(cells)
    sealing.put_content(case, _kept(cells))
    case.state = _STATE[decision.outcome]
    case.candidates = [_shown(item) for item in decision.candidates]
    matched = decision.outcome is linkage.Outcome.MATCH and decision.best is not None
    case.business_id = decision.best.entry.key if matched and decision.best else None
    case.engine_version = linkage.VERSION
    case.save()
    return str(case.state)


def _case(cells: Mapping[str, str], *, organisation_id: str, source: str, now: datetime) -> LinkCase:
    """Return the case of this record, locked; made when it is not there yet."""
    fresh = LinkCase(state=LinkCase.State.UNKNOWN, received_at=now)
    sealing.put_content(fresh, _kept(cells))
    case, _created = LinkCase.objects.select_for_update(of=("self",)).get_or_create(
        organisation_id=organisation_id,
        source=source[:60],
        source_record=cells["record"][:100],
        defaults={
            "id": fresh.pk,
            "sealed": fresh.sealed,
            "key_id": fresh.key_id,
            "state": fresh.state,
            "received_at": now,
        },
    )
    return case


def _kept(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: cells.get(name, "")[:600] for name in COLUMNS}


def _shown(item: linkage.Scored) -> dict[str, Any]:
    evidence = [{"reason": part.reason.value, "points": part.points} for part in item.evidence]
    return {"business": item.entry.key, "points": item.points, "evidence": evidence}
