"""Plans a whole population, municipality by municipality, and follows the plan from day to day."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from madoguchi.apps.outreach.matching import PopulationMissing, peak_memory_mib
from madoguchi.apps.outreach.planning.book import Book
from madoguchi.apps.outreach.planning.municipal import Happened, MunicipalPlan
from madoguchi.apps.outreach.planning.preferences import Preferences
from madoguchi.apps.outreach.planning.verdicts import DAY, Matched, match
from madoguchi.engines.eligibility.columnar import in_threads
from madoguchi.engines.eligibility.plans import HOUSEHOLD, PERSON, ROLE
from madoguchi.engines.planning import Reason
from madoguchi.engines.planning.columnar import Messages

KEYS = (PERSON, HOUSEHOLD, ROLE, "生年月日")
_NOBODY = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a plan told over some days. `looked` counts recipients looked at; `seconds` is planning without reading."""

    as_of: str
    days: int
    residents: int
    programmes: int
    recipients: int
    messages: int
    items: Mapping[str, int]
    gaps_broken: int
    held: int
    looked: int
    seconds: float
    slowest_day_seconds: float
    peak_memory_mib: float
    label: str = "合成データ (synthetic residents and choices)"


@dataclass(frozen=True, slots=True)
class Day:
    """Messages of a day by municipality, and how long they took."""

    day: date
    messages: Mapping[str, Messages]
    seconds: float


def read_frame(file: Path, columns: Collection[str]) -> pl.DataFrame:
    """Return the columns of a municipality's residents that planning needs."""
    scan = pl.scan_parquet(file)
    return scan.select([name for name in scan.collect_schema().names() if name in columns or name in KEYS]).collect()


def files_of(folder: Path) -> list[Path]:
    """Return a population's files, the largest first; raise PopulationMissing where there is none."""
    files = sorted(folder.glob("*.parquet"), key=lambda file: -file.stat().st_size)
    if not files:
        raise PopulationMissing(f"There is no population in {folder.name}. Make one with `madoguchi population`.")
    return files


def matched_file(file: Path, book: Book, today: date) -> Matched:
    """Read and judge one municipality."""
    return match(read_frame(file, book.compiled.columns), file.stem, book, today)


class PopulationPlan:
    """The plans of all municipalities on one day."""

    def __init__(self, plans: Sequence[MunicipalPlan], today: date) -> None:
        self.plans = {plan.municipality: plan for plan in plans}
        self.today = today

    @classmethod
    def of(cls, folder: Path, book: Book, wishes: Preferences, today: date) -> "PopulationPlan":
        """Read, judge and plan every municipality of a folder, on all cores."""

        def planned(file: Path) -> MunicipalPlan:
            return MunicipalPlan(matched_file(file, book, today), book, wishes)

        return cls(in_threads(planned, files_of(folder)), today)

    @property
    def residents(self) -> int:
        """Return how many residents there are or were."""
        return sum(plan.plan.size for plan in self.plans.values())

    def tell(self) -> Day:
        """Return today's messages. Once a day."""
        begun = time.perf_counter()
        found = in_threads(lambda plan: plan.tell(), [*self.plans.values()])
        return Day(self.today, dict(zip(self.plans, found, strict=True)), time.perf_counter() - begun)

    def next_day(
        self,
        happened: Mapping[str, Happened] | None = None,
        *,
        chose: Mapping[str, Collection[int]] | None = None,
        book: Book | None = None,
        changed: Sequence[str] = (),
    ) -> Day:
        """Go on to the next day and return its messages.

        `happened`: by municipality what changed in households; `chose`: persons who chose anew; `book` and `changed`:
        rules or windows that are new. Only rows and recipients that any of this concerns, or whose day has come, are
        touched.
        """
        begun = time.perf_counter()
        self.today += DAY
        day = self.today

        def follow(plan: MunicipalPlan) -> Messages:
            plan.begin(day)
            if book is not None:
                plan.change_rules(book, [*changed])
            if happened is not None and plan.municipality in happened:
                plan.happen(happened[plan.municipality])
            persons = (chose or {}).get(plan.municipality, ())
            if persons:
                plan.choose(np.array(sorted(persons), dtype=np.int64))
            return plan.tell()

        found = in_threads(follow, [*self.plans.values()])
        return Day(day, dict(zip(self.plans, found, strict=True)), time.perf_counter() - begun)


def frame_of(plan: MunicipalPlan, messages: Messages, day: date) -> pl.DataFrame:
    """Return messages as rows, one per item: message number, recipient, person concerned, programme, reason, its day."""
    lengths = np.diff(messages.starts)
    numbers = np.repeat(np.arange(len(messages), dtype=np.int32), lengths)
    names = pl.Series(plan.rules, dtype=pl.String)
    columns = {
        "message": numbers,
        "recipient": plan.persons[messages.recipients][numbers],
        "about": plan.persons[messages.rows],
        "programme": names.gather(messages.rules.astype(np.uint32)),
        "reason": pl.Series([reason.name for reason in Reason], dtype=pl.String).gather(
            messages.reasons.astype(np.uint32)
        ),
        "reason_day": pl.Series(messages.days - date(1970, 1, 1).toordinal(), dtype=pl.Int32).cast(pl.Date),
        "broke_gap": messages.broke[numbers],
    }
    return pl.DataFrame(columns).with_columns(pl.lit(day).alias("day"))


class Tally:
    """Counts what is told over days."""

    def __init__(self) -> None:
        self.items: Counter[str] = Counter()
        self.messages = self.broke = self.held = self.looked = 0
        self._told: dict[str, NDArray[np.int32]] = {}

    def add(self, day: Day) -> None:
        """Count a day."""
        for code, found in day.messages.items():
            counts = np.bincount(found.reasons, minlength=len(Reason))
            self.items.update({reason.name: int(counts[reason]) for reason in Reason})
            self.messages += len(found)
            self.broke += int(found.broke.sum())
            self.held += found.held
            self.looked += found.looked
            self._told[code] = np.union1d(self._told.get(code, _NOBODY), found.recipients)

    @property
    def recipients(self) -> int:
        """Return how many were told something."""
        return sum(len(told) for told in self._told.values())


def plan_population(
    folder: Path,
    book: Book,
    wishes: Preferences,
    *,
    as_of: date,
    days: int = 1,
    out: Path | None = None,
    progress: Callable[[date, int], None] | None = None,
) -> PlanReport:
    """Plan from a day on and return what is told in so many days; with `out` one Parquet per municipality."""
    begun = time.perf_counter()
    population = PopulationPlan.of(folder, book, wishes, as_of)
    prepared = time.perf_counter() - begun
    tally, times = Tally(), []
    frames: dict[str, list[pl.DataFrame]] = {code: [] for code in population.plans}
    for number in range(days):
        day = population.tell() if number == 0 else population.next_day()
        times.append(day.seconds)
        tally.add(day)
        for code, found in day.messages.items() if out is not None else ():
            frames[code].append(frame_of(population.plans[code], found, day.day))
        if progress is not None:
            progress(day.day, sum(map(len, day.messages.values())))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for code, parts in frames.items():
            pl.concat(parts).write_parquet(out / f"{code}.parquet", compression="lz4")
    return PlanReport(
        as_of=as_of.isoformat(),
        days=days,
        residents=population.residents,
        programmes=len(book.rules),
        recipients=tally.recipients,
        messages=tally.messages,
        items=dict(tally.items),
        gaps_broken=tally.broke,
        held=tally.held,
        looked=tally.looked,
        seconds=round(prepared + sum(times), 2),
        slowest_day_seconds=round(max(times, default=0.0), 2),
        peak_memory_mib=peak_memory_mib(),
    )
