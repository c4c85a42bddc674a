"""Matches a population against every programme, one municipality at a time, and previews the messages.

Judges rows of the programme's subject: children for 児童, heads for 世帯, everybody for 本人. Only a definite yes would
be told; a maybe never is. Nothing is sent.
"""

import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from madoguchi.apps.outreach.contracts import MatchReport, MessagePreview, ProgrammeCount
from madoguchi.engines.eligibility import Rule, Rulebook, Subject
from madoguchi.engines.eligibility.polars import HOUSEHOLD, ROLE, Plan, compile_polars

PERSON_ID = "住民番号"
_ROWS = {Subject.CHILD: "子", Subject.HOUSEHOLD: "世帯主"}


class PopulationMissing(Exception):
    """There is no population at the path that was given."""


@dataclass(slots=True)
class _Totals:
    residents: int = 0
    with_message: int = 0
    yes: Counter[str] = field(default_factory=Counter)
    maybe: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)


def match_population(
    folder: Path, rules: Sequence[Rule], rulebook: Rulebook, *, as_of: date, out: Path | None = None
) -> MatchReport:
    """Return who gets what on a day; with `out` also one Parquet per municipality (0 no, 1 maybe, 2 yes)."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise PopulationMissing(f"There is no population in {folder.name}. Make one with `madoguchi population`.")
    started = time.monotonic()
    totals = _Totals()
    in_force = [rule for rule in rules if rule.in_force(as_of)]
    for file in files:
        _match_municipality(file, in_force, rulebook, as_of, totals, out)
    seconds = time.monotonic() - started
    counts = tuple(
        ProgrammeCount(rule.id, rule.name, totals.yes[rule.id], totals.maybe[rule.id], totals.judged[rule.id])
        for rule in sorted(in_force, key=lambda rule: (-totals.yes[rule.id], rule.id))
    )
    return MatchReport(
        as_of=as_of.isoformat(),
        residents=totals.residents,
        programmes=len(in_force),
        seconds=round(seconds, 2),
        residents_per_second=round(totals.residents / seconds) if seconds else 0,
        peak_memory_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        residents_with_message=totals.with_message,
        counts=counts,
        messages=tuple(_preview(count) for count in counts if count.yes),
    )


def _match_municipality(
    file: Path, rules: Sequence[Rule], rulebook: Rulebook, as_of: date, totals: _Totals, out: Path | None
) -> None:
    code = file.stem
    local = [rule for rule in rules if rule.covers(code)]
    scan = pl.scan_parquet(file)
    columns = frozenset(scan.collect_schema().names())
    verdicts = [_verdict(rule, Plan(as_of, rulebook, rule.subject, code, columns)) for rule in local]
    frame = scan.select(PERSON_ID, HOUSEHOLD, ROLE, *verdicts).collect()
    totals.residents += frame.height
    ids = [rule.id for rule in local]
    summary = frame.select(
        *[pl.col(key).sum().alias(f"yes {key}") for key in ids],
        *[pl.col(key).null_count().alias(f"maybe {key}") for key in ids],
        pl.any_horizontal(pl.col(ids).fill_null(False)).sum().alias("messages"),
    ).row(0, named=True)
    roles = dict(frame.group_by(ROLE).len().iter_rows())
    totals.with_message += summary["messages"]
    for rule in local:
        totals.yes[rule.id] += summary[f"yes {rule.id}"] or 0
        totals.maybe[rule.id] += summary[f"maybe {rule.id}"]
        role = _ROWS.get(rule.subject)
        totals.judged[rule.id] += frame.height if role is None else roles.get(role, 0)
    if out is not None:
        _write(frame, ids, out / file.name)


def _verdict(rule: Rule, plan: Plan) -> pl.Expr:
    """Return the verdict for rows of the subject; False for all other rows."""
    answer = compile_polars(rule.node, plan)
    role = _ROWS.get(rule.subject)
    concerned = pl.lit(True) if role is None else pl.col(ROLE).cast(pl.String) == role
    return (answer & concerned).alias(rule.id)


def _write(frame: pl.DataFrame, ids: Sequence[str], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = [pl.col(key).cast(pl.Int8).mul(2).fill_null(1).cast(pl.UInt8) for key in ids]
    frame.select(PERSON_ID, *codes).write_parquet(path, compression="lz4")


def _preview(count: ProgrammeCount) -> MessagePreview:
    return MessagePreview(
        count.programme_id,
        count.yes,
        f"「{count.name}」の対象になる見込みです。内容と窓口を確かめてください。",
        f"You are likely to be eligible for “{count.name}”. See what it is and where to apply.",
    )
