"""Runs all checks and keeps what they find: first seen, last seen, resolved. Several runners store one after another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import links
from madoguchi.apps.upkeep.checks import ages, amounts, dates, duplicates, entries, gaps, sources
from madoguchi.apps.upkeep.checks.model import Entry, Found
from madoguchi.apps.upkeep.models import CheckRun, Finding
from madoguchi.core.models import Organisation

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What a run looked at and kept. `programmes` + `imported` is the denominator."""

    programmes: int
    imported: int
    found: int
    new: int
    resolved: int
    by_check: Mapping[str, int]


def municipalities() -> dict[str, tuple[str, str]]:
    """Return code → (organisation id, name) of the pack's municipalities."""
    rows = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).exclude(code="")
    return {row.code: (row.pk, row.name_ja) for row in rows}


def find(
    records: Sequence[Entry],
    *,
    today: date,
    places: Mapping[str, tuple[str, str]],
    states: Mapping[str, links.LinkState],
) -> Iterator[Found]:
    """Yield what all checks find in these records."""
    names = [name for _, name in places.values()]
    for entry in records:
        yield from ages.check(entry)
        yield from dates.check(entry, today)
        yield from amounts.check_own(entry)
        yield from sources.check(entry, states)
    yield from amounts.check_higher(records, names)
    yield from duplicates.check(records, names)
    yield from gaps.check(records, places)


def run(*, today: date, now: datetime) -> Report:
    """Look at every published programme and imported record, and keep what is found."""
    sequence = registry.latest_sequence()
    own, others = list(entries.programmes(today)), list(entries.imported())
    found = list(find([*own, *others], today=today, places=municipalities(), states=links.states()))
    return _store(found, now=now, sequence=sequence, programmes=len(own), imported=len(others))


@transaction.atomic
def _store(found: Iterable[Found], *, now: datetime, sequence: int, programmes: int, imported: int) -> Report:
    CheckRun.objects.get_or_create(pk=1)
    board = CheckRun.objects.select_for_update().get(pk=1)
    fresh = {item.key: item for item in found}
    known = {row.key: row for row in Finding.objects.filter(key__in=fresh)}
    for key, row in known.items():
        _seen_again(row, fresh[key], now)
    fields = ["last_seen", "resolved_at", "detail", "severity", "record_hash", "first_seen"]
    Finding.objects.bulk_update(known.values(), fields, batch_size=_BATCH)
    new = [_row(item, now) for key, item in fresh.items() if key not in known]
    Finding.objects.bulk_create(new, batch_size=_BATCH)
    gone = Finding.objects.filter(resolved_at=None).exclude(key__in=fresh).update(resolved_at=now)
    board.at, board.sequence, board.programmes = now, sequence, programmes
    board.imported, board.found = imported, len(fresh)
    board.save()
    counts: dict[str, int] = {}
    for item in fresh.values():
        counts[item.check.value] = counts.get(item.check.value, 0) + 1
    return Report(programmes, imported, len(fresh), len(new), gone, counts)


def _seen_again(row: Finding, item: Found, now: datetime) -> None:
    """A finding that came back after it was resolved begins anew."""
    if row.resolved_at is not None:
        row.first_seen, row.resolved_at = now, None
    row.last_seen, row.detail = now, dict(item.detail)
    row.severity, row.record_hash = item.severity.value, item.record_hash


def _row(item: Found, now: datetime) -> Finding:
    return Finding(
        check_name=item.check.value,
        key=item.key,
        organisation_id=item.organisation_id,
        programme_id=item.entry_id,
        code=item.code,
        detail=dict(item.detail),
        severity=item.severity.value,
        record_hash=item.record_hash,
        first_seen=now,
        last_seen=now,
    )
