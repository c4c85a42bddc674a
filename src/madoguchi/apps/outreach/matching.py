"""Matches a population against every programme, previews the messages, and follows it from day to day.

Judges rows of the programme's subject: children for 児童, heads for 世帯, everybody for 本人. Only a definite yes would
be told; a maybe never is. Nothing is sent.
"""

import resource
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from madoguchi.apps.outreach.contracts import (
    DeltaReport,
    MatchReport,
    MessagePreview,
    ProgrammeCount,
    ProgrammeDelta,
)
from madoguchi.engines.eligibility import Rule, Rulebook, Truth
from madoguchi.engines.eligibility import columnar as engine
from madoguchi.engines.eligibility.columnar import Changes, Population, Residents, Standing, Verdicts
from madoguchi.engines.eligibility.plans import HOUSEHOLD, PERSON, ROLE, ROLE_OF

BIRTH = "生年月日"


class PopulationMissing(Exception):
    """There is no population at the path that was given."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A population in memory, bound to the rules."""

    population: Population
    roles: Mapping[str, int]
    """`municipality role` → residents."""
    load_seconds: float
    compile_seconds: float

    @property
    def residents(self) -> int:
        """Return how many residents there are."""
        return sum(partition.size for partition in self.population.partitions)


def load(folder: Path, rules: Sequence[Rule], rulebook: Rulebook) -> Loaded:
    """Read a population's columns that the rules need; raise PopulationMissing where there is none."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise PopulationMissing(f"There is no population in {folder.name}. Make one with `madoguchi population`.")
    begun = time.perf_counter()
    compiled = engine.compile_rules(rules, rulebook, municipalities=[file.stem for file in files])
    compiling = time.perf_counter() - begun
    begun = time.perf_counter()
    read = engine.in_threads(lambda file: _read(file, compiled.columns), files)
    partitions = [residents for residents, _ in read]
    loading = time.perf_counter() - begun
    begun = time.perf_counter()
    most = engine.most_dependants(partitions)
    if most > compiled.most_dependants:
        codes = [file.stem for file in files]
        compiled = engine.compile_rules(rules, rulebook, municipalities=codes, most_dependants=most)
    population = Population(compiled, partitions)
    roles = {f"{r.municipality} {role}": count for r, found in read for role, count in found.items()}
    return Loaded(population, roles, loading, compiling + time.perf_counter() - begun)


def _read(file: Path, columns: Collection[str]) -> tuple[Residents, dict[str, int]]:
    scan = pl.scan_parquet(file)
    keys = (PERSON, HOUSEHOLD, ROLE, BIRTH)
    wanted = [name for name in scan.collect_schema().names() if name in columns or name in keys]
    frame = scan.select(wanted).collect()
    roles = {str(role): int(count) for role, count in frame.group_by(ROLE).len().iter_rows()}
    return Residents.from_frame(frame, municipality=file.stem, columns=columns), roles


def match_population(
    folder: Path,
    rules: Sequence[Rule],
    rulebook: Rulebook,
    *,
    as_of: date,
    out: Path | None = None,
    keep: Path | None = None,
) -> MatchReport:
    """Return who gets what on a day; with `out` one Parquet per municipality (0 no, 1 maybe, 2 yes), with `keep` bits."""
    in_force = [rule for rule in rules if rule.in_force(as_of)]
    loaded = load(folder, in_force, rulebook)
    started = time.perf_counter()
    verdicts = loaded.population.match(as_of)
    seconds = time.perf_counter() - started
    for found in verdicts:
        if out is not None:
            _write(found, out)
        if keep is not None:
            found.save(keep)
    counts = _counts(in_force, verdicts, loaded)
    return MatchReport(
        as_of=as_of.isoformat(),
        residents=loaded.residents,
        programmes=len(in_force),
        load_seconds=round(loaded.load_seconds, 3),
        compile_seconds=round(loaded.compile_seconds, 3),
        seconds=round(seconds, 3),
        residents_per_second=round(loaded.residents / seconds) if seconds else 0,
        peak_memory_mib=peak_memory_mib(),
        residents_with_message=sum(engine.set_bits(found.anybody()) for found in verdicts),
        counts=counts,
        messages=tuple(_preview(count) for count in counts if count.yes),
    )


def peak_memory_mib() -> float:
    """Return the greatest memory of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _counts(rules: Sequence[Rule], verdicts: Sequence[Verdicts], loaded: Loaded) -> tuple[ProgrammeCount, ...]:
    yes: Counter[str] = Counter()
    no: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    by_id = {rule.id: rule for rule in rules}
    for found in verdicts:
        for name, (true, false) in zip(found.rules, found.counts.tolist(), strict=True):
            yes[name] += true
            no[name] += false
            rows[name] += len(found.persons)
            role = ROLE_OF.get(by_id[name].subject)
            judged[name] += len(found.persons) if role is None else loaded.roles.get(f"{found.municipality} {role}", 0)
    counts = [
        ProgrammeCount(rule.id, rule.name, yes[rule.id], rows[rule.id] - yes[rule.id] - no[rule.id], judged[rule.id])
        for rule in rules
    ]
    return tuple(sorted(counts, key=lambda count: (-count.yes, count.programme_id)))


def _write(found: Verdicts, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = {PERSON: found.persons, **{name: found.truths(name) for name in found.rules}}
    pl.DataFrame(columns).sort(PERSON).write_parquet(folder / f"{found.municipality}.parquet", compression="lz4")


def _preview(count: ProgrammeCount) -> MessagePreview:
    return MessagePreview(
        count.programme_id,
        count.yes,
        f"「{count.name}」の対象になる見込みです。内容と窓口を確かめてください。",
        f"You are likely to be eligible for “{count.name}”. See what it is and where to apply.",
    )


def follow_population(
    folder: Path,
    rules: Sequence[Rule],
    rulebook: Rulebook,
    *,
    since: date,
    as_of: date,
    kept: Path | None = None,
    out: Path | None = None,
    progress: Callable[[date, int, int], None] | None = None,
) -> DeltaReport:
    """Return who became or stopped being eligible after `since`, up to `as_of`, day by day; with `out` as Parquet.

    `kept` holds the bits of `since`; left out, everybody is judged on that day first. Raise ValueError when the kept
    bits are of another day or other rules.
    """
    loaded = load(folder, rules, rulebook)
    standing = Standing(loaded.population, since, kept=None if kept is None else _kept(kept, loaded, since))
    totals: dict[str, Counter[str]] = {"began": Counter(), "ended": Counter(), "unclear": Counter()}
    frames, times = [], []
    for day in _days(since, as_of):
        begun = time.perf_counter()
        changes = standing.advance(day)
        times.append(time.perf_counter() - begun)
        for found in changes:
            _add(totals, found)
        if out is not None:
            frames += [_frame(found, day) for found in changes]
        if progress is not None:
            progress(day, sum(map(Changes.began, changes)), sum(map(Changes.ended, changes)))
    if out is not None:
        pl.concat(frames).write_parquet(out) if frames else _frame_schema().write_parquet(out)
    return DeltaReport(
        since=since.isoformat(),
        as_of=as_of.isoformat(),
        days=len(times),
        residents=loaded.residents,
        began=totals["began"].total(),
        ended=totals["ended"].total(),
        seconds=round(sum(times), 3),
        slowest_day_ms=round(1000 * max(times, default=0), 1),
        programmes=tuple(_deltas(rules, totals)),
    )


def _days(since: date, as_of: date) -> Iterator[date]:
    for number in range(1, (as_of - since).days + 1):
        yield since + timedelta(days=number)


def _kept(folder: Path, loaded: Loaded, since: date) -> list[Verdicts]:
    found = []
    for residents, rules in zip(loaded.population.partitions, loaded.population.rules, strict=True):
        verdicts = Verdicts.load(folder, residents.municipality)
        same = verdicts.as_of == since and verdicts.rules == rules
        if not same or not np.array_equal(verdicts.persons, residents.persons):
            raise ValueError(
                f"The bits kept in {folder.name} are of {verdicts.as_of}, or of other rules or residents. "
                f"Keep them anew with `madoguchi match --as-of {since} --keep {folder.name}`."
            )
        found.append(verdicts)
    return found


def _add(totals: Mapping[str, Counter[str]], found: Changes) -> None:
    began, ended = found.after == Truth.TRUE, found.before == Truth.TRUE
    for key, chosen in (("began", began), ("ended", ended), ("unclear", ~began & ~ended)):
        numbers = np.bincount(found.rule[chosen], minlength=len(found.rules))
        for place in np.flatnonzero(numbers):
            totals[key][found.rules[place]] += int(numbers[place])


def _deltas(rules: Sequence[Rule], totals: Mapping[str, Counter[str]]) -> Iterator[ProgrammeDelta]:
    for rule in rules:
        began, ended, unclear = (totals[key][rule.id] for key in ("began", "ended", "unclear"))
        if began or ended or unclear:
            yield ProgrammeDelta(rule.id, rule.name, began, ended, unclear)


def _frame_schema() -> pl.DataFrame:
    kinds = {PERSON: pl.Int64, "programme": pl.String, "day": pl.Date, "before": pl.UInt8, "after": pl.UInt8}
    return pl.DataFrame(schema=kinds)


def _frame(found: Changes, day: date) -> pl.DataFrame:
    names = pl.Series(list(found.rules), dtype=pl.String).gather(found.rule.astype(np.uint32))
    columns = {PERSON: found.persons, "programme": names, "before": found.before, "after": found.after}
    frame = pl.DataFrame(columns).with_columns(pl.lit(day).alias("day"))
    return frame.select(_frame_schema().columns).cast(_frame_schema().schema)
