"""Reads of the upkeep room: figures per organisation, what stands about one, everything about one programme."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.apps.upkeep.contracts import CONTRADICTIONS, Check, Figures
from madoguchi.apps.upkeep.models import CheckRun, Finding, Handover, Review, SourcePage
from madoguchi.core.models import Organisation

_ORDER = {"high": 0, "medium": 1, "low": 2}
_SHOWN_REVIEWS = 20
_SHOWN_PAGES = 20


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of all organisations, the day of the records, and when the checks last ran."""

    rows: Sequence[Figures]
    total: Figures
    as_of: date
    checked_at: datetime | None
    sequence: int


def board(today: date) -> Board:
    """Count every organisation that owns a programme or about which a check found something."""
    views: dict[str, list[ProgrammeView]] = defaultdict(list)
    for view in registry.views():
        views[view.organisation_id].append(view)
    found = _counts()
    owners = Organisation.objects.filter(pk__in={*views, *found})
    rows = [_figures(owner, views[owner.pk], found[owner.pk], today) for owner in owners]
    run = CheckRun.objects.filter(pk=1).first()
    return Board(rows, _total(rows), today, run.at if run else None, registry.latest_sequence())


def _counts() -> dict[str, Counter[str]]:
    """Count the findings that stand and are not quiet, by organisation and figure."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in Finding.objects.filter(resolved_at=None):
        if not row.is_quiet and (name := _figure_of(row)):
            counts[row.organisation_id][name] += 1
    return counts


def _figure_of(row: Finding) -> str:
    if row.check_name in {check.value for check in CONTRADICTIONS}:
        return "contradictions"
    if row.check_name == Check.LINKS:
        return "dead_links" if row.code == "link_dead" else ""
    return "duplicates" if row.check_name == Check.DUPLICATES else "gaps"


def _figures(owner: Organisation, views: Sequence[ProgrammeView], found: Counter[str], today: date) -> Figures:
    return Figures(
        organisation_id=owner.pk,
        name_ja=owner.name_ja,
        name_en=owner.name_en,
        kind=owner.kind,
        programmes=len(views),
        overdue=sum(registry.review_due(view, today) for view in views),
        unconfirmed=sum(bool(view.unconfirmed) for view in views),
        unconfirmed_fields=sum(len(view.unconfirmed) for view in views),
        contradictions=found["contradictions"],
        dead_links=found["dead_links"],
        duplicates=found["duplicates"],
        gaps=found["gaps"],
        oldest_check=min((view.checked_on for view in views), default=None),
    )


def _total(rows: Sequence[Figures]) -> Figures:
    sums = {item.name: sum(getattr(row, item.name) for row in rows) for item in fields(Figures) if item.type is int}
    oldest = min((row.oldest_check for row in rows if row.oldest_check), default=None)
    return Figures(organisation_id="", name_ja="", name_en="", kind="", oldest_check=oldest, **sums)


def as_csv(found: Board) -> Iterator[str]:
    """Return the board as CSV, one line per organisation, with the day and the sequence it was made from."""
    names = [item.name for item in fields(Figures)]
    yield _line([*names, "as_of", "registry_sequence", "checks_ran_at"])
    checked = found.checked_at.isoformat() if found.checked_at else ""
    for row in found.rows:
        values = ["" if getattr(row, name) is None else str(getattr(row, name)) for name in names]
        yield _line([*values, found.as_of.isoformat(), str(found.sequence), checked])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """One programme on the page of its organisation."""

    view: ProgrammeView
    is_overdue: bool
    findings: int
    handover: Handover | None
    handover_late: bool


def programmes(organisation_id: str, today: date) -> list[ProgrammeRow]:
    """Return the programmes of an organisation: overdue ones first, then those with findings, then the oldest check."""
    hands = {row.programme_id: row for row in Handover.objects.filter(organisation_id=organisation_id, ended_at=None)}
    counts = Counter(row.programme_id for row in findings(organisation_id) if not row.is_quiet)
    rows = []
    for view in registry.views():
        if view.organisation_id == organisation_id:
            hand = hands.get(view.id)
            late = hand is not None and hand.due_on < today
            rows.append(ProgrammeRow(view, registry.review_due(view, today), counts[view.id], hand, late))
    return sorted(rows, key=lambda row: (not row.is_overdue, -row.findings, row.view.checked_on, row.view.id))


def findings(organisation_id: str) -> list[Finding]:
    """Return what stands about an organisation, the weightiest first, quiet ones last."""
    return _ordered(Finding.objects.filter(organisation_id=organisation_id, resolved_at=None))


def findings_of(organisation_id: str, programme_id: str) -> list[Finding]:
    """Return what stands about one programme."""
    return _ordered(
        Finding.objects.filter(organisation_id=organisation_id, programme_id=programme_id, resolved_at=None)
    )


def _ordered(rows: object) -> list[Finding]:
    found: list[Finding] = list(rows)  # type: ignore[call-overload] # a query set is a list of rows when it is read
    return sorted(
        found, key=lambda row: (row.is_quiet, _ORDER[row.severity], row.check_name, row.programme_id, row.key)
    )


def handover_of(programme_id: str) -> Handover | None:
    """Return in whose hands a programme is."""
    return Handover.objects.filter(programme_id=programme_id, ended_at=None).first()


def reviews_of(programme_id: str) -> list[Review]:
    """Return the last reviews of a programme, newest first."""
    return list(Review.objects.filter(programme_id=programme_id)[:_SHOWN_REVIEWS])


def pages_of(programme_id: str) -> list[SourcePage]:
    """Return the last pages that a programme was compared with, newest first, without their texts."""
    return list(SourcePage.objects.filter(programme_id=programme_id).defer("text")[:_SHOWN_PAGES])
