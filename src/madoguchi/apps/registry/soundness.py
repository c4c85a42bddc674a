"""Looks at all records of a pack together: conditions, cases of amounts, tables, dates and the names between them.

Reads files only, needs no database and changes nothing; what a finding means is decided in the engine.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

from madoguchi.apps.registry import contents, crosschecks
from madoguchi.apps.registry.book import Book, as_date
from madoguchi.apps.registry.checking import scope_of
from madoguchi.apps.registry.contents import Finding, Programme, Record, amount_versions, case_lists
from madoguchi.engines.eligibility import ConditionError, Subject, check
from madoguchi.engines.eligibility.check import (
    Located,
    Period,
    Place,
    Scope,
    Tier,
    TooLarge,
    labels,
    locate,
    period_problems,
    satisfy,
    stands_in,
    tier_problems,
)

__all__ = ["Finding", "findings_of", "lines"]
_YEAR = timedelta(days=365)


def findings_of(folder: Path) -> list[Finding]:
    """Return everything that is found in the registry's part of a pack, in the order of its files."""
    pack, findings = contents.read(folder)
    if pack is None:
        return findings
    findings += crosschecks.tables(pack)
    book, problems = contents.book_of(pack)
    if book is None:
        return findings + problems
    programmes = []
    for file, record in pack.programmes:
        programme, unreadable = _programme(file, record, book)
        findings += unreadable
        if programme is not None:
            programmes.append(programme)
            findings += _one(programme, book, pack.day)
    return findings + crosschecks.between(programmes, book, pack)


def lines(findings: Iterable[Finding], *, as_json: bool) -> Iterator[str]:
    """Yield one line per finding, as JSON or for reading; for reading, the last line counts them."""
    counts = [0, 0]
    for finding in findings:
        counts[finding.is_error] += 1
        yield json.dumps(asdict(finding), ensure_ascii=False) if as_json else _line(finding)
    if not as_json:
        yield f"{counts[True]} errors, {counts[False]} warnings."


def _line(finding: Finding) -> str:
    place = f" at {finding.place.position + 1} [{finding.place.quoted}]" if finding.place else ""
    head = f"{'error' if finding.is_error else 'warning'}: {finding.file}: {finding.record}: {finding.field}{place}"
    return f"{head}: {finding.message} {finding.remedy}"


def _programme(file: str, record: Record, book: Book) -> tuple[Programme | None, list[Finding]]:
    """Read all conditions of a record; the programme is None when its own condition cannot be read."""
    read: dict[str, Located] = {}
    findings = []
    for field, text in _texts(record):
        try:
            read[field] = locate(text, subject=Subject(record["subject"]), vocabulary=book.vocabulary)
        except ConditionError as error:
            findings.append(_unreadable(file, record, field, text, error))
    condition = read.pop("condition", None)
    return Programme(file, record, condition, read) if condition else None, findings


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    yield "condition", record["condition"]
    for field, version in amount_versions(record):
        if version.get("condition"):
            yield f"{field}.condition", version["condition"]
        for cases_field, cases in case_lists(field, version):
            for number, case in enumerate(cases):
                if case.get("when"):
                    yield f"{cases_field}.{number}.when", case["when"]


def _unreadable(file: str, record: Record, field: str, text: str, error: ConditionError) -> Finding:
    place = Place(error.position, text[error.position : error.position + 20])
    remedy = error.suggestion or "Correct it; see docs/conditions.md."
    return Finding(True, file, record["id"], field, place, error.message, remedy)


def _one(programme: Programme, book: Book, day: date) -> Iterator[Finding]:
    scope = scope_of(programme.record, book, day=day)
    reviews = labels(programme.record.get("checks") or ())
    for problem in check(programme.condition.node, reviews=reviews, scope=scope):
        yield programme.finding("condition", problem, programme.condition)
    yield from _this_year(programme, scope)
    yield from _dates(programme)
    yield from _amount(programme, scope, day)
    yield from _spans(programme, book)
    yield from crosschecks.review_classes(programme)


def _this_year(programme: Programme, scope: Scope) -> Iterator[Finding]:
    """A condition on fixed dates may hold at some time, and still for nobody in the year that is looked at."""
    year = replace(scope, last_day=scope.first_day + _YEAR)
    node = programme.condition.node
    try:
        if satisfy(node, year) is None and satisfy(node, scope) is not None:
            message = f"Nobody can fulfil this between {year.first_day} and {year.last_day}."
            yield programme.warning("condition", message, "Correct the dates, or end the programme.")
    except TooLarge:
        return


def _dates(programme: Programme) -> Iterator[Finding]:
    start, end = (as_date(programme.record.get(name)) for name in ("effective_from", "effective_to"))
    if start and end and end < start:
        message, remedy = "The programme ends before it begins.", "Correct one of the dates."
        yield Finding(True, programme.file, programme.id, "effective_to", None, message, remedy)


def period_of(record: Record, first: str, last: str) -> Period:
    """Return the time between two fields of a record."""
    return Period(as_date(record.get(first)), as_date(record.get(last)))


def _amount(programme: Programme, scope: Scope, day: date) -> Iterator[Finding]:
    versions = list(amount_versions(programme.record))
    periods = [period_of(version, "from", "to") for _, version in versions]
    for index, problem in period_problems(periods):
        yield programme.finding(versions[index][0], problem)
    for (field, version), period in zip(versions, periods, strict=True):
        context = programme.whens.get(f"{field}.condition", programme.condition)
        when = _in_time(scope, period, day)
        for cases_field, cases in case_lists(field, version):
            yield from _cases(programme, context, cases_field, cases, when)


def _in_time(scope: Scope, period: Period, day: date) -> Scope:
    """Return the scope for a version of the figures: the year from the as-of date on, kept inside its time."""
    first = max(day, period.start) if period.start else day
    if period.end and period.end < first:
        first = max(period.end - _YEAR, period.start or date.min)
    last = first + _YEAR
    return replace(scope, first_day=first, last_day=min(last, period.end) if period.end else last)


def _cases(
    programme: Programme, context: Located, field: str, cases: Sequence[Record], scope: Scope
) -> Iterator[Finding]:
    read = [programme.whens.get(f"{field}.{number}.when") for number, _ in enumerate(cases)]
    if any(case.get("when") and located is None for case, located in zip(cases, read, strict=True)):
        return
    tiers = [
        Tier(located.node if located else None, bounds_only="range" in case)
        for case, located in zip(cases, read, strict=True)
    ]
    for index, problem in tier_problems(context.node, tiers, scope):
        yield programme.finding(f"{field}.{index}", problem, read[index])


def _spans(programme: Programme, book: Book) -> Iterator[Finding]:
    subject = Subject(programme.record["subject"])
    for number, span in enumerate(programme.record.get("spans") or ()):
        field = f"spans.{number}.atom"
        try:
            node = book.read(span["atom"], subject)
        except ConditionError as error:
            message = f"[{span['atom']}] cannot be read: {error.message}"
            yield programme.warning(field, message, error.suggestion or "Copy the part from the condition.")
            continue
        if not any(stands_in(node, located.node) for _, located in programme.trees()):
            message = f"[{span['atom']}] does not stand in the condition."
            yield programme.warning(field, message, "Copy the part from the condition, or remove the span.")
