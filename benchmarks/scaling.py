"""Does the cost of matching grow linearly? 1, 3, 7 and 14 million residents, and 1,000 to 8,000 rules over everybody."""

import time
from datetime import date

from _population import FULL, frame_of, population
from _registry import synthetic_rules
from _setup import percentile, report, start

SIZES = (1_000_000, 3_000_000, 7_000_000, FULL)
PER_AREA = {1_000: 16, 2_000: 32, 4_000: 64, 8_000: 129}
TODAY = date(2026, 11, 24)


def main() -> None:
    start()
    from madoguchi.apps.registry import api as registry
    from madoguchi.apps.registry import catalogue

    vocabulary = catalogue.current().book.vocabulary
    for size in SIZES:
        _measure(size, vocabulary, registry.rulebook(), PER_AREA[8_000])
    for per_area in PER_AREA.values():
        _measure(FULL, vocabulary, registry.rulebook(), per_area)


def _measure(size, vocabulary, rulebook, per_area: int) -> None:
    from madoguchi.engines.eligibility.columnar import Population, Residents, compile_rules, in_threads

    folder, _ = population(size)
    files = sorted(folder.glob("*.parquet"))
    rules = synthetic_rules(vocabulary, [file.stem for file in files], per_area=per_area)
    compiled = compile_rules(rules, rulebook, municipalities=rulebook.municipalities)

    def read(file):
        return Residents.from_frame(frame_of(file, compiled.columns), municipality=file.stem, columns=compiled.columns)

    everybody = Population(compiled, in_threads(read, files))
    times = []
    for _ in range(6):
        begun = time.perf_counter()
        everybody.match(TODAY)
        times.append(time.perf_counter() - begun)
    seconds = percentile(times[1:], 0.5)
    pairs = sum(len(names) * found.size for names, found in zip(everybody.rules, everybody.partitions, strict=True))
    report(
        "scaling",
        {
            "residents": size,
            "rules": len(rules),
            "pairs": pairs,
            "match_seconds_median": round(seconds, 3),
            "nanoseconds_per_pair": round(1e9 * seconds / pairs, 4),
        },
    )


if __name__ == "__main__":
    main()
