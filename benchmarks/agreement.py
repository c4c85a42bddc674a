"""Agreement: five back ends judge the same random pairs of condition and resident (target: no pair differs).

BENCH_PAIRS pairs (100,000,000 when not set) over two processes; the scalar back end is the one that the others are held
against. Conditions use the whole language, residents have unknown facts, boundary births, empty and partly unknown
households and households of one. PostgreSQL is asked at BENCH_POSTGRES_URL.
"""

import itertools
import multiprocessing
import os
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from _setup import report
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.strategies import TODAY, WIDE_RULEBOOK, households, nodes, persons

from madoguchi.engines.eligibility import Case, Household, Node, Person, Rule, Subject, to_text
from madoguchi.engines.eligibility.plans import AREA, ROLE_OF, Plan
from madoguchi.engines.eligibility.polars import compile_polars
from madoguchi.engines.eligibility.scalar import compiled
from madoguchi.engines.eligibility.sql import Dialect, compile_sql

PAIRS = int(os.environ.get("BENCH_PAIRS", "100000000"))
PROCESSES = 2
HOUSEHOLDS = 4_000
"""Per process: about 14,000 residents."""
BATCH = 50
"""Conditions that are judged together; PostgreSQL joins that many answers into one text."""
POSTGRES_URL = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test")
POSTGRES_TYPES = {pl.Int64: "bigint", pl.Boolean: "boolean", pl.Date: "date", pl.String: "text"}
MOST_DEPENDANTS = 8
NOWHERE = "-"
"""The partition of those whose municipality is not known: no municipal part is written for it."""

Answers = NDArray[np.uint8]
"""Per condition and row of the frame: 0 false, 1 unknown, 2 true."""
Judge = Callable[[Subject, Sequence[Node]], Answers]


class UnavailableError(Exception):
    """A back end that cannot be measured here, and why."""


@dataclass(frozen=True)
class World:
    """The residents of one process, as a frame and as (household, person) per row."""

    frame: pl.DataFrame
    people: Sequence[tuple[Household, Person]]

    def judged(self, subject: Subject) -> NDArray[np.int64]:
        """Return the rows that a subject is about."""
        role = ROLE_OF.get(subject)
        return np.arange(self.frame.height) if role is None else np.flatnonzero(self.frame["続柄"].to_numpy() == role)


# --- back ends: each opener takes the residents in and returns what judges conditions
def scalar(world: World) -> Judge:
    cases = [Case(TODAY, household, person, WIDE_RULEBOOK) for household, person in world.people]

    def judge(subject: Subject, trees: Sequence[Node]) -> Answers:
        rows = world.judged(subject)
        own = [cases[row] for row in rows]
        found = np.zeros((len(trees), len(cases)), dtype=np.uint8)
        for number, node in enumerate(trees):
            test = compiled(node)
            found[number, rows] = [test(case) for case in own]
        return found

    return judge


def columnar(world: World) -> Judge:
    from madoguchi.engines.eligibility.columnar import Population, Residents, compile_rules

    parts = [
        (code, world.frame.filter(pl.col(AREA).eq_missing(pl.lit(code)))) for code in world.frame[AREA].unique().sort()
    ]

    def judge(subject: Subject, trees: Sequence[Node]) -> Answers:
        codes = [code or NOWHERE for code, _ in parts]
        ready = compile_rules(rules_of(trees, subject), WIDE_RULEBOOK, municipalities=codes,
                              most_dependants=MOST_DEPENDANTS)  # fmt: skip
        packed = [
            Residents.from_frame(part, municipality=code or NOWHERE, columns=ready.columns) for code, part in parts
        ]
        found = np.zeros((len(trees), world.frame.height), dtype=np.uint8)
        for verdicts in Population(ready, packed).match(TODAY):
            for number in range(len(trees)):
                found[number, verdicts.persons] = verdicts.truths(f"r{number}")
        return found

    return judge


def polars(world: World) -> Judge:
    def judge(subject: Subject, trees: Sequence[Node]) -> Answers:
        plan = Plan(TODAY, WIDE_RULEBOOK, subject, None, frozenset(world.frame.columns))
        codes = [compile_polars(node, plan).cast(pl.UInt8).mul(2).fill_null(1).alias(str(n)) for n, node in
                 enumerate(trees)]  # fmt: skip
        return world.frame.select("住民番号", *codes).drop("住民番号").to_numpy().T

    return judge


def duckdb(world: World) -> Judge:
    import duckdb as engine

    database = engine.connect(config={"threads": 1})
    database.register("frame", world.frame)
    database.execute("CREATE TABLE residents AS SELECT * FROM frame")

    def judge(subject: Subject, trees: Sequence[Node]) -> Answers:
        statement = statement_of(world, subject, trees, Dialect.DUCKDB)
        codes = ", ".join(f'COALESCE(CAST("r{n}" AS UTINYINT) * 2, 1)::UTINYINT AS "r{n}"' for n in range(len(trees)))
        found = database.execute(f"SELECT {codes} FROM ({statement}) ORDER BY 住民番号").fetchnumpy()  # noqa: S608 # own names
        return np.stack([np.asarray(found[f"r{n}"]) for n in range(len(trees))])

    return judge


def postgres(world: World) -> Judge:
    import psycopg

    try:
        database = psycopg.connect(POSTGRES_URL, connect_timeout=3, autocommit=True)
    except psycopg.OperationalError as problem:
        raise UnavailableError(f"PostgreSQL does not answer at BENCH_POSTGRES_URL: {problem}") from problem
    columns = ", ".join(f'"{name}" {POSTGRES_TYPES[kind.base_type()]}' for name, kind in world.frame.schema.items())
    database.execute(f"CREATE TEMPORARY TABLE residents ({columns})")
    with database.cursor().copy("COPY residents FROM STDIN") as copy:
        for row in world.frame.iter_rows():
            copy.write_row(row)
    database.execute("ANALYZE residents")

    def judge(subject: Subject, trees: Sequence[Node]) -> Answers:
        statement = statement_of(world, subject, trees, Dialect.POSTGRES)
        digits = ", ".join(f'COALESCE("r{n}"::integer * 2, 1)' for n in range(len(trees)))
        query = f"COPY (SELECT concat({digits}) FROM ({statement}) AS answers ORDER BY 住民番号) TO STDOUT"  # noqa: S608 # own names
        with database.cursor().copy(query) as copy:
            lines = np.frombuffer(b"".join(bytes(part) for part in copy), dtype=np.uint8)
        return lines.reshape(world.frame.height, len(trees) + 1)[:, :-1].T - ord("0")

    return judge


BACK_ENDS: dict[str, Callable[[World], Judge]] = {
    "scalar": scalar,
    "columnar": columnar,
    "polars": polars,
    "duckdb": duckdb,
    "postgres": postgres,
}


def rules_of(trees: Sequence[Node], subject: Subject) -> list[Rule]:
    return [Rule(f"r{number}", "", subject, node) for number, node in enumerate(trees)]


def statement_of(world: World, subject: Subject, trees: Sequence[Node], dialect: Dialect) -> str:
    plan = Plan(TODAY, WIDE_RULEBOOK, subject, None, frozenset(world.frame.columns))
    return compile_sql(rules_of(trees, subject), plan, dialect)


# --- random conditions and residents
def drawn(strategy, *, count: int, seed: int) -> list:
    """Return values that Hypothesis draws for a seed."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    found: list = []

    @seeded(seed)
    @settings(max_examples=max(1, count // 8), deadline=None, phases=[Phase.generate], database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.lists(strategy, min_size=8, max_size=8))
    def draw(items: list) -> None:
        found.extend(items)

    draw()
    return found


def world_of(seed: int) -> World:
    """Return residents: people and facts as Hypothesis draws them, put together into many households."""
    chance = random.Random(seed)
    pool = drawn(persons(), count=4_000, seed=seed)
    facts = [household.facts for household in drawn(households(), count=160, seed=seed)]

    def somebody() -> Person:
        return Person(dict(chance.choice(pool).facts))

    homes = [
        Household(
            facts=chance.choice(facts),
            applicant=somebody(),
            children=tuple(somebody() for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 4]))),
            others=tuple(somebody() for _ in range(chance.choice([0, 0, 1, 2]))),
        )
        for _ in range(HOUSEHOLDS)
    ]
    return World(*frame_of([complete(home) for home in homes]))


def batches(seed: int) -> Iterator[tuple[Subject, list[Node]]]:
    """Yield new conditions without end; children's rules twice as often, since only they know 申請者 and 出生順位."""
    subjects = [Subject.CHILD, Subject.PERSON, Subject.CHILD, Subject.HOUSEHOLD]
    seen: set[tuple[Subject, Node]] = set()
    waiting: dict[Subject, list[Node]] = {subject: [] for subject in subjects}
    for turn in itertools.count():
        subject = subjects[turn % len(subjects)]
        for node in drawn(nodes(subject, whole_language=True), count=8 * BATCH, seed=seed + 1_000 * turn):
            if (subject, node) not in seen:
                seen.add((subject, node))
                waiting[subject].append(node)
        while len(waiting[subject]) >= BATCH:
            yield subject, waiting[subject][:BATCH]
            del waiting[subject][:BATCH]


# --- one process
@dataclass
class Tally:
    """What one process found."""

    pairs: int = 0
    conditions: int = 0
    truths: Counter[int] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    unavailable: dict[str, str] = field(default_factory=dict)


def work(process: int, pairs: int) -> Tally:
    """Judge so many pairs with every back end."""
    warnings.filterwarnings("ignore")
    world, tally, judges = world_of(process), Tally(), {}
    for name, opener in BACK_ENDS.items():
        try:
            judges[name] = opener(world)
        except (ImportError, UnavailableError) as problem:
            tally.unavailable[name] = str(problem).strip()
    shown = 0
    for subject, trees in batches(process):
        compare(world, judges, subject, trees, tally)
        if tally.pairs >= pairs:
            return tally
        if tally.pairs * 20 // pairs > shown:
            shown = tally.pairs * 20 // pairs
            print(f"process {process}: {tally.pairs:,} of {pairs:,} pairs", file=sys.stderr, flush=True)
    raise AssertionError("conditions never end")


def compare(world: World, judges: dict[str, Judge], subject: Subject, trees: Sequence[Node], tally: Tally) -> None:
    """Judge a batch and count what differs from the scalar answers, on the rows of the subject."""
    rows = world.judged(subject)
    answers = {}
    for name, judge in judges.items():
        begun = time.perf_counter()
        answers[name] = judge(subject, trees)[:, rows]
        tally.seconds[name] += time.perf_counter() - begun
    tally.pairs += len(rows) * len(trees)
    tally.conditions += len(trees)
    tally.truths.update(dict(zip(*np.unique(answers["scalar"], return_counts=True), strict=True)))
    for name, found in answers.items():
        wrong = found != answers["scalar"]
        if not wrong.any():
            continue
        if not tally.different[name]:
            number, place = np.argwhere(wrong)[0]
            print(f"{name} says {found[number, place]}, scalar {answers['scalar'][number, place]}: "
                  f"{to_text(trees[number])} for {world.people[rows[place]]}", file=sys.stderr)  # fmt: skip
        tally.different[name] += int(wrong.sum())


def main() -> None:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read when a process starts: one core each
    begun = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        tallies = pool.starmap(work, [(process, -(-PAIRS // PROCESSES)) for process in range(PROCESSES)])
    pairs = sum(tally.pairs for tally in tallies)
    truths = sum((tally.truths for tally in tallies), Counter())
    unavailable = tallies[0].unavailable
    measured = [name for name in BACK_ENDS if name not in unavailable]
    report(
        "agreement",
        {
            "pairs": pairs,
            "conditions": sum(tally.conditions for tally in tallies),
            "share": {name: round(truths[code] / pairs, 3) for code, name in enumerate(("false", "unknown", "true"))},
            "different": {name: sum(tally.different[name] for tally in tallies) for name in measured},
            "pairs_per_second_and_core": {
                name: round(pairs / sum(tally.seconds[name] for tally in tallies)) for name in measured
            },
            "not_measured": unavailable,
            "seconds": round(time.perf_counter() - begun, 1),
            "as_of": TODAY.isoformat(),
            "run_on": date.today().isoformat(),  # noqa: DTZ011 # the day of the machine is meant
        },
    )


if __name__ == "__main__":
    main()
