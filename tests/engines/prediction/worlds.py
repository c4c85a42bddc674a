"""Made-up worlds of cases with one difficulty each, and a judge who knows how every case ended. Seeded, no real data."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from madoguchi.engines.prediction import OPEN, Case, History, Model, fit, predict

FIRST_DAY = date(2023, 4, 1).toordinal()
DAYS = 1_250
CUTS = tuple(FIRST_DAY + 760 + 110 * number for number in range(4))
HELD_OUT_DAYS = 45
LEVELS = (0.1, 0.5, 0.9)


def steady(day: int) -> float:
    return 0.0


@dataclass(frozen=True)
class World:
    """How cases come and how long they last. `trend` is in log days by the day since the beginning."""

    name: str
    trend: Callable[[int], float] = steady
    arrivals_per_day: float = 10.0
    april: float = 1.0
    """How many times more cases come from mid-March to the end of April."""
    load_effect: float = 0.1
    corrections: float = 0.15
    offices: int = 4
    spread: float = 0.45
    heavy: bool = False
    """Noise of Student's t with 3 degrees of freedom instead of the normal one."""
    procedures: dict[str, float] = field(
        default_factory=lambda: {"moving": 8, "childcare": 30, "subsidy": 55, "medical": 18, "permit": 40}
    )


WORLDS = {
    world.name: world
    for world in (
        World("stable"),
        World("trend_up", trend=lambda day: 0.4 * day / 365),
        World("trend_down", trend=lambda day: -0.4 * day / 365),
        World("april_load", april=3.0, load_effect=0.5),
        World("corrections", corrections=0.45),
        World("small_offices", offices=40, arrivals_per_day=8.0),
        World("heavy_tail", heavy=True),
        World("policy_change", trend=lambda day: -0.5 if day >= 700 else 0.0),
    )
}


@dataclass(frozen=True)
class Truth:
    """All cases of a world with their ends, and when a correction was asked for (OPEN: never) and for how long."""

    history: History
    corrected_on: np.ndarray[Any, np.dtype[np.int64]]
    pause: np.ndarray[Any, np.dtype[np.int64]]


def simulate(world: World, seed: int = 1) -> Truth:
    """Let a world run: each case waits longer when its office is fuller than usual."""
    chance = np.random.default_rng([seed, sum(map(ord, world.name))])
    names = list(world.procedures)
    offices = [f"office-{number:02}" for number in range(world.offices)]
    office_effect = {(name, office): chance.normal(0, 0.2) for name in names for office in offices}
    open_until: dict[str, list[int]] = {office: [] for office in offices}
    rows = []
    usual = world.arrivals_per_day * 30 / world.offices
    for number in range(DAYS):
        on = FIRST_DAY + number
        day = date.fromordinal(on)
        busy = world.april if (day.month, day.day) >= (3, 15) and day.month <= 4 else 1.0
        weekend = 0.3 if day.weekday() >= 5 else 1.28
        for _ in range(chance.poisson(world.arrivals_per_day * busy * weekend)):
            name, office = names[chance.integers(len(names))], offices[chance.integers(len(offices))]
            queue = open_until[office]
            while queue and queue[0] <= on:
                heapq.heappop(queue)
            online = chance.random() < 0.5
            noise = chance.standard_t(3) * 0.8 if world.heavy else chance.normal()
            log_days = (
                np.log(world.procedures[name])
                + office_effect[name, office]
                + world.trend(number)
                - 0.2 * online
                + world.load_effect * np.log((1 + len(queue)) / (1 + usual))
                + world.spread * noise
            )
            net = max(int(np.exp(min(log_days, 8.0))), 1)
            corrected = chance.random() < world.corrections
            pause = max(int(np.exp(chance.normal(2.2, 0.6))), 1) if corrected else 0
            asked = on + int(net * chance.uniform(0.1, 0.6)) if corrected else OPEN
            end = on + net + pause
            rows.append((on, end, name, office, "online" if online else "paper", corrected, len(queue), asked, pause))
            heapq.heappush(queue, end)
    started, finished, name_, office_, channel, correction, load, asked_, pause_ = map(
        np.array, zip(*rows, strict=True)
    )
    history = History(started, finished, name_, office_, channel, correction, load, pause_)
    return Truth(history, asked_, pause_)


def known_at(truth: Truth, day: int) -> History:
    """Return the history as an office has it at the end of a day: later starts, ends, corrections are not there."""
    begun = truth.history.started <= day
    history = truth.history.take(begun)
    asked = truth.corrected_on[begun]
    corrected = (asked != OPEN) & (asked <= day)
    return replace(
        history,
        finished=np.where(history.finished > day, OPEN, history.finished),
        correction=corrected,
        paused_days=np.where(corrected, np.clip(day - asked, 0, truth.pause[begun]), 0),
    )


def case_at(truth: Truth, row: int, day: int) -> Case:
    """Return one case as it is known in the morning of a day."""
    history, asked = truth.history, int(truth.corrected_on[row])
    corrected = asked != OPEN and asked < day
    return Case(
        procedure=str(history.procedure[row]),
        organisation=str(history.organisation[row]),
        channel=str(history.channel[row]),
        started=int(history.started[row]),
        correction=corrected,
        load=int(history.load[row]),
        paused_days=min(day - asked, int(truth.pause[row])) if corrected else 0,
    )


@dataclass
class Verdict:
    """How predictions fell out: shares inside, mean width in days, mean pinball loss in days at 0.1, 0.5, 0.9."""

    inside: list[bool] = field(default_factory=list)
    waiting_inside: list[bool] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    ours: list[tuple[float, ...]] = field(default_factory=list)
    peers: list[tuple[float, ...]] = field(default_factory=list)
    peer_promise_kept: list[bool] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return float(np.mean(self.inside + self.waiting_inside))


def pinball(ended: float, quantiles: tuple[float, ...]) -> tuple[float, ...]:
    """Return the loss of three quantiles for one outcome (Koenker & Bassett 1978)."""
    return tuple(
        max(level * (ended - value), (level - 1) * (ended - value))
        for level, value in zip(LEVELS, quantiles, strict=True)
    )


def peer_quantiles(truth: Truth, day: int) -> dict[str, tuple[float, ...]]:
    """Return the quantiles per procedure of the cases closed in the last 30 days, as a public peer promises its 0.9."""
    history = truth.history
    recent = (history.finished <= day) & (history.finished > day - 30)
    return {
        str(name): tuple(
            np.quantile((history.finished - history.started)[recent & (history.procedure == name)], LEVELS)
        )
        for name in np.unique(history.procedure[recent])
    }


def waiting(truth: Truth, day: int) -> Iterator[tuple[int, int]]:
    """Yield (row, day) of cases that are open at the cut, and of all that are open three weeks later."""
    history = truth.history
    for on in (day + 1, day + 21):
        for row in np.flatnonzero((history.started < on) & (history.finished >= on)):
            yield int(row), on


def judge(truth: Truth, model: Model, day: int, verdict: Verdict) -> None:
    """Hold what a model of that day says against how later cases ended."""
    history = truth.history
    peer = peer_quantiles(truth, day)
    new = (history.started > day) & (history.started <= day + HELD_OUT_DAYS)
    for row in np.flatnonzero(new):
        started, ended = int(history.started[row]), int(history.finished[row])
        interval = predict(model, case_at(truth, row, started), on=started)
        assert interval is not None
        verdict.inside.append(interval.low <= ended <= interval.high)
        verdict.widths.append(interval.high - interval.low)
        said = tuple(float(value - started) for value in (interval.low, interval.middle, interval.high))
        verdict.ours.append(pinball(ended - started, said))
        verdict.peers.append(pinball(ended - started, peer[str(history.procedure[row])]))
        verdict.peer_promise_kept.append(ended - started <= peer[str(history.procedure[row])][2])
    for row, on in waiting(truth, day):
        interval = predict(model, case_at(truth, row, on), on=on)
        assert interval is not None
        verdict.waiting_inside.append(interval.low <= int(history.finished[row]) <= interval.high)


def verdict_on(world: World, seed: int = 1) -> Verdict:
    """Learn as of several days and judge each model on the cases after it."""
    truth, verdict = simulate(world, seed), Verdict()
    for day in CUTS:
        judge(truth, fit(known_at(truth, day), as_of=day), day, verdict)
    return verdict
