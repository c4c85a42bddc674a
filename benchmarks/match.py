"""Matching: the whole synthetic population against every programme, after making it (BENCH_RESIDENTS sets the size)."""

import io
import os
import tempfile
import time
from datetime import date
from pathlib import Path

from _setup import report, start

RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", "14077552"))


def main() -> None:
    start()
    from django.core.management import call_command

    from madoguchi.apps.outreach.matching import match_population
    from madoguchi.apps.registry import api as registry

    folder = Path(tempfile.mkdtemp(prefix="madoguchi-population-"))
    begun = time.perf_counter()
    call_command("population", size=RESIDENTS, seed=1, out=str(folder), stdout=io.StringIO())
    made = time.perf_counter() - begun
    found = match_population(folder, registry.rules(), registry.rulebook(), as_of=date(2026, 11, 24), out=None)
    report(
        "match",
        {
            "residents": found.residents,
            "programmes": found.programmes,
            "population_seconds": round(made, 1),
            "match_seconds": found.seconds,
            "residents_per_second": found.residents_per_second,
            "peak_memory_mib": found.peak_memory_mib,
        },
    )


if __name__ == "__main__":
    main()
