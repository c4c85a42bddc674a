"""The daily delta on 14,077,552 synthetic residents over 365 days, compared with the difference of two full runs.

BENCH_DAYS and BENCH_RESIDENTS set the size. Equal means: the standing bits equal a full run's bit by bit on every day,
and the changes that were reported are as many as the bits that differ from the full run of the day before.
"""

import os
import sys
import time
from datetime import date, timedelta

import numpy as np
from _population import FULL, frame_of, population
from _registry import synthetic_rules
from _setup import percentile, report, start

DAYS = int(os.environ.get("BENCH_DAYS", "365"))
RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", str(FULL)))
TODAY = date(2026, 11, 24)


def main() -> None:
    start()
    from madoguchi.apps.outreach.matching import peak_memory_mib
    from madoguchi.apps.registry import api as registry
    from madoguchi.apps.registry import catalogue
    from madoguchi.engines.eligibility.columnar import Population, Residents, Standing, compile_rules, in_threads

    rulebook, vocabulary = registry.rulebook(), catalogue.current().book.vocabulary
    folder, _ = population(RESIDENTS)
    files = sorted(folder.glob("*.parquet"))
    rules = synthetic_rules(vocabulary, [file.stem for file in files])
    compiled = compile_rules(rules, rulebook, municipalities=rulebook.municipalities)

    def read(file):
        return Residents.from_frame(frame_of(file, compiled.columns), municipality=file.stem, columns=compiled.columns)

    partitions = in_threads(read, files)
    begun = time.perf_counter()
    standing = Standing(Population(compiled, partitions), TODAY)
    prepared = time.perf_counter() - begun
    peak = peak_memory_mib()
    again = Population(compiled, partitions)
    before = again.match(TODAY)
    standing.advance(TODAY)  # compiles the kernels where they are not on disk yet
    times, changed, wrong = [], 0, 0
    for number in range(1, DAYS + 1):
        day = TODAY + timedelta(days=number)
        begun = time.perf_counter()
        changes = standing.advance(day)
        times.append(1000 * (time.perf_counter() - begun))
        full = again.match(day)
        for place, (old, new, found) in enumerate(zip(before, full, changes, strict=True)):
            wrong += not np.array_equal(new.bits, standing.partitions[place].state.bits)
            wrong += _differing(old.bits, new.bits) != len(found)
        before = full
        changed += sum(map(len, changes))
        print(f"{day} {times[-1]:.1f} ms, {wrong} wrong", file=sys.stderr)
    report(
        "delta",
        {
            "residents": sum(partition.size for partition in partitions),
            "rules": len(rules),
            "days": DAYS,
            "prepare_seconds": round(prepared, 2),
            "p50_ms": round(percentile(times, 0.5), 1),
            "p95_ms": round(percentile(times, 0.95), 1),
            "max_ms": round(max(times), 1),
            "days_over_50_ms": sum(ms > 50 for ms in times),
            "slowest_day": (TODAY + timedelta(days=1 + times.index(max(times)))).isoformat(),
            "changes": changed,
            "municipality_days_that_differ_from_full_runs": wrong,
            "peak_memory_mib": peak,
        },
    )


def _differing(old: np.ndarray, new: np.ndarray) -> int:
    return int(np.bitwise_count((old[:, 0] ^ new[:, 0]) | (old[:, 1] ^ new[:, 1])).sum())


if __name__ == "__main__":
    main()
