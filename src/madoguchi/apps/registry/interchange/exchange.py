"""Takes registry files in and gives them out again. Every record is kept as it stood, the rejected ones too.

The same record imported twice stays one row; a changed one is a new row, and the newest of a PSID is the one exported.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.registry.interchange import form, programmes
from madoguchi.apps.registry.interchange.form import Finding, Level
from madoguchi.apps.registry.interchange.reading import Raw, read
from madoguchi.apps.registry.models import ImportedRecord
from madoguchi.core import audit
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import SYSTEM

_BATCH = 500


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One finding with its place: file, line of the record, PSID."""

    file: str
    line: int
    psid: str
    level: str
    field: str
    message: str
    remedy: str


@dataclass(slots=True)
class ImportReport:
    """What an import did. `read` is the denominator: accepted + rejected + unchanged."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    lines: list[ReportLine] = field(default_factory=list)


def import_file(name: str, data: bytes, *, now: datetime) -> ImportReport:
    """Import one file; all of it or, when the machine stops, nothing."""
    report = ImportReport()
    owners = {row.code: row.pk for row in Organisation.objects.exclude(code="")}
    with transaction.atomic():
        waiting: list[ImportedRecord] = []
        for raw in read(data, name=name):
            waiting.append(_row(name, raw, owners, report, now))
            if len(waiting) == _BATCH:
                _store(waiting, report)
                waiting = []
        _store(waiting, report)
        summary = {key: value for key, value in asdict(report).items() if key != "lines"}
        audit.record(
            actor=SYSTEM,
            organisation_id="",
            action="registry.import",
            object_kind="file",
            object_id=name[-100:],
            detail=summary,
        )
    return report


def _row(name: str, raw: Raw, owners: dict[str, str], report: ImportReport, now: datetime) -> ImportedRecord:
    report.read += 1
    found = [*raw.trouble]
    code = psid = ""
    if raw.record is not None:
        found += form.findings(raw.record, codes=owners.keys())
        code, psid = form.area_code(raw.record), form.psid(raw.record)
    report.lines += [_line(name, raw.line, psid, finding) for finding in found]
    rejected = any(finding.level is Level.ERROR for finding in found)
    text = raw.text if raw.record is None or name.lower().endswith(".json") else _plain(raw.record)
    return ImportedRecord(
        key=hashlib.sha256(text.encode()).hexdigest(),
        organisation_id=owners.get(code),
        psid=psid[:100],
        file=name[-200:],
        line=raw.line,
        text=text,
        rejected=rejected,
        findings=[asdict(finding) for finding in found],
        imported_at=now,
    )


def _line(name: str, line: int, psid: str, finding: Finding) -> ReportLine:
    return ReportLine(name, line, psid, finding.level.value, finding.field, finding.message, finding.remedy)


def _plain(record: Any) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _store(rows: list[ImportedRecord], report: ImportReport) -> None:
    fresh = {row.key: row for row in rows}
    known = set(ImportedRecord.objects.filter(key__in=fresh).values_list("key", flat=True))
    new = [row for key, row in fresh.items() if key not in known]
    ImportedRecord.objects.bulk_create(new, ignore_conflicts=True)
    report.rejected += sum(row.rejected for row in new)
    report.accepted += sum(not row.rejected for row in new)
    report.unchanged += len(rows) - len(new)


def own() -> Iterator[str]:
    """Return the platform's own programmes as records."""
    return map(_plain, programmes.records())


def newest(*, rejected: bool = False) -> Iterator[str]:
    """Return the texts of the records to export in the order they came in: of a PSID the newest; rejected ones on request only."""
    rows = ImportedRecord.objects.filter(rejected=rejected).order_by("id")
    latest: dict[str, int] = {}
    for pk, psid in rows.values_list("id", "psid"):
        latest[psid or f"#{pk}"] = pk
    chosen = set(latest.values())
    return (row.text for row in rows.iterator(chunk_size=_BATCH) if row.pk in chosen)


def as_json(texts: Iterable[str]) -> Iterator[str]:
    """Return the published form in pieces; each text is one record, imported ones exactly as they came in."""
    yield "[\n"
    for number, text in enumerate(texts):
        yield (",\n" if number else "") + text
    yield "\n]\n"


def as_csv(texts: Iterable[str]) -> Iterator[str]:
    """Return one row per record and one column per field, lists as JSON; fields not known come last."""
    records = [dict(form.flatten(json.loads(text))) for text in texts]
    extra = sorted({path for record in records for path in record} - set(form.FIELDS))
    columns = [*form.FIELDS, *extra]
    yield _csv_line(columns)
    for record in records:
        yield _csv_line([_cell(record.get(path)) for path in columns])


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def report_csv(report: ImportReport) -> Iterator[str]:
    """Return the findings as CSV, one line each."""
    yield _csv_line(["file", "line", "psid", "level", "field", "message", "remedy"])
    for item in report.lines:
        yield _csv_line([str(value) for value in asdict(item).values()])
