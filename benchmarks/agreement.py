"""Agreement: scalar and Polars answers for 1,000,000 random pairs of condition and person, unknowns included.

Both back ends run in the same process; the figure is the number of pairs that differ (target: 0) and the speed ratio.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path

from _setup import report

sys.path.insert(0, str(Path(__file__).parents[1]))
PAIRS = int(os.environ.get("BENCH_PAIRS", "1000000"))
TODAY = date(2026, 11, 24)


def _collect(settings, strategy, into: list) -> None:
    from hypothesis import given

    @settings
    @given(strategy)
    def draw(items: list) -> None:
        into.extend(items)

    draw()


def main() -> None:
    import warnings

    warnings.filterwarnings("ignore")
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import strategies as st
    from tests.engines.eligibility.frames import complete, frame_of
    from tests.engines.eligibility.strategies import RULEBOOK, households, nodes

    from madoguchi.engines.eligibility import Case, Subject, Truth, evaluate
    from madoguchi.engines.eligibility.polars import Plan, compile_polars

    answer = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
    trees: dict[Subject, list] = {Subject.CHILD: [], Subject.PERSON: []}
    homes: list = []
    wide = settings(max_examples=120, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    for subject, found in trees.items():
        _collect(wide, st.lists(nodes(subject), min_size=4, max_size=8), found)
    _collect(wide, st.lists(households(), min_size=5, max_size=20), homes)
    frame, people = frame_of([complete(home) for home in homes])
    pairs = different = unknown = 0
    scalar_seconds = polars_seconds = 0.0
    for subject in trees:
        plan = Plan(TODAY, RULEBOOK, subject, None, frozenset(frame.columns))
        rows = [n for n in range(len(people)) if subject is Subject.PERSON or frame["続柄"][n] == "子"]
        for node in trees[subject]:
            if pairs >= PAIRS * (1 if subject is Subject.PERSON else 0.5):
                break
            begun = time.perf_counter()
            column = frame.select(compile_polars(node, plan).alias("x"))["x"].to_list()
            column = column * len(people) if len(column) == 1 else column
            polars_seconds += time.perf_counter() - begun
            begun = time.perf_counter()
            expected = [evaluate(node, Case(TODAY, *people[n], RULEBOOK)) for n in rows]
            scalar_seconds += time.perf_counter() - begun
            different += sum(answer[column[n]] is not truth for n, truth in zip(rows, expected, strict=True))
            unknown += sum(truth is Truth.UNKNOWN for truth in expected)
            pairs += len(rows)
    report(
        "agreement",
        {
            "pairs": pairs,
            "different": different,
            "unknown_share": round(unknown / pairs, 3),
            "polars_over_scalar": round(scalar_seconds / polars_seconds, 1),
        },
    )


if __name__ == "__main__":
    main()
