"""When a case will be finished: coverage, width and loss in eight made-up worlds, beside the p90 method of a public peer.

The peer promises, per procedure, the 0.9 quantile of the cases closed in the last 30 days. Both learn as of the same days and
are judged on the cases of the 45 days after. `prediction.py stable` measures one world; without a name all. Then the time
to learn from 200,000 cases and to predict one.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from _setup import percentile, report

ROOT = Path(__file__).resolve().parent.parent
CASES, PROCEDURES, OFFICES, DAYS = 200_000, 100, 60, 1_000
ASKED = 2_000


def measure_world(name: str) -> None:
    """Print how predictions fell out in one world."""
    from tests.engines.prediction.worlds import LEVELS, WORLDS, verdict_on

    found = verdict_on(WORLDS[name])

    def losses(values: list[tuple[float, ...]]) -> dict[str, float]:
        means = np.mean(values, axis=0)
        return {str(level): round(float(mean), 2) for level, mean in zip(LEVELS, means, strict=True)}

    report(
        f"prediction:{name}",
        {
            "promised": 0.8,
            "new_cases": len(found.inside),
            "coverage_new": round(float(np.mean(found.inside)), 3),
            "waiting_cases": len(found.waiting_inside),
            "coverage_waiting": round(float(np.mean(found.waiting_inside)), 3),
            "mean_width_days": round(float(np.mean(found.widths)), 1),
            "pinball_days": losses(found.ours),
            "pinball_days_p90_method": losses(found.peers),
            "p90_method_promise_kept": round(float(np.mean(found.peer_promise_kept)), 3),
        },
    )


def large_history() -> Any:
    """Return made-up cases of many procedures and offices; one in seven is still open at the end."""
    from tests.engines.prediction.worlds import FIRST_DAY

    from madoguchi.engines.prediction import History

    chance = np.random.default_rng(3)
    started = FIRST_DAY + chance.integers(0, DAYS, CASES)
    procedure, office = chance.integers(0, PROCEDURES, CASES), chance.integers(0, OFFICES, CASES)
    durations = np.exp(np.log(5 + procedure) + chance.normal(0, 0.5, CASES)).astype(int)
    return History(
        started,
        started + durations,
        np.char.add("procedure-", procedure.astype(str)),
        np.char.add("office-", office.astype(str)),
        np.where(chance.random(CASES) < 0.5, "online", "paper"),
        chance.random(CASES) < 0.2,
        chance.integers(0, 50, CASES),
        np.zeros(CASES, dtype=np.int64),
    )


def measure_speed() -> None:
    """Print how long learning and predicting take."""
    from tests.engines.prediction.worlds import FIRST_DAY

    from madoguchi.engines.prediction import Case, fit, predict

    history, today = large_history(), FIRST_DAY + DAYS
    begun = time.perf_counter()
    model = fit(history, as_of=today)
    learning = time.perf_counter() - begun
    seconds = []
    for number in range(ASKED):
        case = Case(
            f"procedure-{number % PROCEDURES}", f"office-{number % OFFICES}", "online", today - 10, load=number % 40
        )
        begun = time.perf_counter()
        assert predict(model, case, on=today + 1) is not None
        seconds.append(time.perf_counter() - begun)
    report(
        "prediction:speed",
        {
            "cases": CASES,
            "open": int(np.sum(history.finished > today)),
            "groups": PROCEDURES * OFFICES,
            "fit_seconds": round(learning, 2),
            "predict_median_ms": round(percentile(seconds, 0.5) * 1_000, 4),
            "predict_p95_ms": round(percentile(seconds, 0.95) * 1_000, 4),
        },
    )


def main() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tests.engines.prediction.worlds import WORLDS

    for name in sys.argv[1:] or WORLDS:
        measure_world(name)
    if not sys.argv[1:]:
        measure_speed()


if __name__ == "__main__":
    main()
