"""Matching: 14,077,552 synthetic residents against a registry of the measured shape, beside Polars, DuckDB and numpy.

All four judge the same residents in this run. BENCH_RESIDENTS sets the size; the slower ones judge every
BENCH_BASELINE_EVERY-th municipality (default 4), and their ratio is per resident of those.
"""

import os
import sys
import time
from datetime import date

from _baselines import Numpy, duckdb_counts, polars_counts
from _population import FULL, frame_of, population
from _registry import synthetic_rules
from _setup import percentile, report, start

RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", str(FULL)))
EVERY = int(os.environ.get("BENCH_BASELINE_EVERY", "4"))
TODAY = date(2026, 11, 24)
RUNS = 7


def main() -> None:
    start()
    from madoguchi.apps.outreach.matching import peak_memory_mib
    from madoguchi.apps.registry import api as registry
    from madoguchi.apps.registry import catalogue
    from madoguchi.engines.eligibility.columnar import Population, Residents, compile_rules, in_threads

    rulebook, vocabulary = registry.rulebook(), catalogue.current().book.vocabulary
    folder, made = population(RESIDENTS)
    files = sorted(folder.glob("*.parquet"))
    rules = synthetic_rules(vocabulary, [file.stem for file in files])
    begun = time.perf_counter()
    compiled = compile_rules(rules, rulebook, municipalities=rulebook.municipalities)
    compile_seconds = time.perf_counter() - begun

    def read(file):
        return Residents.from_frame(frame_of(file, compiled.columns), municipality=file.stem, columns=compiled.columns)

    begun = time.perf_counter()
    partitions = in_threads(read, files)
    load_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    everybody = Population(compiled, partitions)
    bind_seconds = time.perf_counter() - begun
    times, verdicts = [], []
    for _ in range(RUNS + 1):  # the first run compiles the kernels where they are not on disk yet
        verdicts = []
        begun = time.perf_counter()
        verdicts = everybody.match(TODAY)
        times.append(time.perf_counter() - begun)
    peak = peak_memory_mib()
    columnar = {
        "residents": sum(partition.size for partition in partitions),
        "rules": len(rules),
        "rules_per_municipality": round(sum(map(len, everybody.rules)) / len(files)),
        "population_seconds": round(made, 1),
        "load_seconds": round(load_seconds, 2),
        "compile_seconds": round(compile_seconds, 3),
        "bind_seconds": round(bind_seconds, 3),
        "first_match_seconds": round(times[0], 3),
        "match_seconds_median": round(percentile(times[1:], 0.5), 3),
        "match_seconds_min": round(min(times[1:]), 3),
        "match_seconds_max": round(max(times[1:]), 3),
        "bitmaps_mb": round(sum(found.bits.nbytes for found in verdicts) / 1e6, 1),
        "peak_memory_mib": peak,
    }
    report("match", columnar)
    _compare(files[::EVERY], rules, rulebook, compiled, verdicts, percentile(times[1:], 0.5) / columnar["residents"])


def _compare(files, rules, rulebook, compiled, verdicts, per_resident: float) -> None:
    expected = {found.municipality: dict(zip(found.rules, found.counts.tolist(), strict=True)) for found in verdicts}
    sizes = {found.municipality: len(found.persons) for found in verdicts}
    columns = set(compiled.columns)
    plain = Numpy(compiled, TODAY)
    ways = {
        "polars": lambda file: polars_counts(file, rules, rulebook, TODAY, columns),
        "duckdb": lambda file: duckdb_counts(file, rules, rulebook, TODAY, columns),
        "numpy": plain.counts,
    }
    for name, way in ways.items():
        seconds, residents, different = 0.0, 0, 0
        for file in files:
            found, took = way(file)
            seconds += took
            residents += sizes[file.stem]
            different += sum(tuple(expected[file.stem][rule]) != tuple(counts) for rule, counts in found.items())
            print(f"{name} {file.stem} {took:.2f} s", file=sys.stderr)
        report(
            f"match by {name}",
            {
                "residents": residents,
                "seconds": round(seconds, 2),
                "seconds_for_all": round(seconds / residents * FULL, 1),
                "times_slower_than_columnar": round(seconds / residents / per_resident, 1),
                "rules_with_other_counts": different,
            },
        )


if __name__ == "__main__":
    main()
