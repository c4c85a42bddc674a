"""Loads published files into the register: statements are kept, the newest one of each number becomes the business.

Any order and repetition of the same files gives the same register, since the current state is the greatest statement of a
total order (`Row.rank`), never the one that came last. A file is taken in whole or not at all.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from madoguchi.apps.businesses import feed, searchindex, townlist
from madoguchi.apps.businesses.contracts import BusinessChanged
from madoguchi.apps.businesses.models import Business, ChangeEntry, FormerState, RejectedRow, Statement
from madoguchi.apps.businesses.register import bulk, files, writing
from madoguchi.apps.businesses.register.files import Line
from madoguchi.apps.businesses.register.rows import LATEST, Row
from madoguchi.core import audit, events
from madoguchi.core.permissions import SYSTEM

CHUNK = 20_000
MAX_REJECTED_KEPT = 10_000
_TABLES = tuple(model._meta.db_table for model in (Business, Statement, ChangeEntry, FormerState))


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was kept apart."""

    line: int
    field: str
    reason: str
    remedy: str


@dataclass(slots=True)
class LoadReport:
    """What loading one file did. `read` is the denominator: rows = new statements + known ones + rejected."""

    file: str
    read: int = 0
    statements: int = 0
    known: int = 0
    rejected: int = 0
    changed: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    latest_doubled: int = 0
    """Numbers with more than one row that the file calls the newest: the file is damaged or is several joined."""
    rejections: list[Rejection] = field(default_factory=list)


def load_file(path: Path, *, now: datetime) -> LoadReport:
    """Take one file in. Raise FileProblem when it cannot be read; then nothing was changed."""
    if not path.is_file():
        raise files.FileProblem(f"{path.name} is not there. Check the path.")
    report = LoadReport(path.name)
    place = townlist.home()
    defaults = {"prefectureCode": place.code, "prefectureName": place.name}
    with transaction.atomic():
        counter = feed.lock()
        first = counter.value + 1
        writer = writing.Writer(counter, townlist.book(), place.code, now, empty=not Statement.objects.exists())
        lines = files.read(path, defaults=defaults)
        chunk = list(islice(lines, CHUNK))
        large = writer.empty and len(chunk) == CHUNK
        with bulk.without_indexes([*_TABLES, searchindex.TABLE]) if large else nullcontext():
            _take(chunk, lines, writer, report, now)
        feed.save(counter)
        if report.changed:
            events.publish(BusinessChanged(first, counter.value))
        _note(report)
    if report.statements > CHUNK:
        bulk.analyze([*_TABLES, searchindex.TABLE] if bulk.is_postgres() else _TABLES)
    return report


def _take(chunk: list[Line], lines: Iterator[Line], writer: writing.Writer, report: LoadReport, now: datetime) -> None:
    doubled = _Doubled()
    while chunk:
        rows = [line.row for line in chunk if isinstance(line.row, Row)]
        doubled.see(rows)
        new = writer.write(rows)
        report.read += len(chunk)
        report.statements += new
        report.known += len(rows) - new
        _keep_apart(chunk, report, now)
        chunk = list(islice(lines, CHUNK))
    report.latest_doubled = len(doubled.numbers)
    report.changes = {kind.value: count for kind, count in sorted(writer.changes.items())}
    report.changed = sum(writer.changes.values())


class _Doubled:
    """Numbers that one file calls newest more than once (a file of the feed has exactly one such row per number)."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self._seen: dict[str, str] = {}

    def see(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.latest == LATEST and self._seen.setdefault(row.number, row.digest) != row.digest:
                self.numbers.add(row.number)


def _keep_apart(chunk: Iterable[Line], report: LoadReport, now: datetime) -> None:
    found = [_rejected(line, report.file, now) for line in chunk if not isinstance(line.row, Row)]
    report.rejected += len(found)
    room = max(0, MAX_REJECTED_KEPT - len(report.rejections))
    report.rejections += [Rejection(row.line, row.field, row.reason, row.remedy) for row in found[:room]]
    RejectedRow.objects.bulk_create(found[:room], ignore_conflicts=True, batch_size=500)


def _rejected(line: Line, file: str, now: datetime) -> RejectedRow:
    assert not isinstance(line.row, Row)
    text = line.text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    key = hashlib.sha256(f"{file}\n{line.line}\n{text}".encode()).hexdigest()
    flaw = line.row
    return RejectedRow(
        key=key,
        file=file[-200:],
        line=line.line,
        field=flaw.field,
        reason=flaw.reason[:300],
        remedy=flaw.remedy[:300],
        text=text[:5_000],
        rejected_at=now,
    )


def _note(report: LoadReport) -> None:
    detail: dict[str, Any] = {key: value for key, value in asdict(report).items() if key != "rejections"}
    audit.record(
        actor=SYSTEM,
        organisation_id="",
        action="businesses.load",
        object_kind="file",
        object_id=report.file[-100:],
        detail=detail,
    )
