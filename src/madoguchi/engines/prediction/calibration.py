"""Checks on later cases: how far from the promise would the intervals have been, and which levels keep it.

The model is learnt as of several earlier days and judged on what came after them. Where an outcome fell in its predicted
distribution should be even between 0 and 1; where it is not, the levels are moved (conformal prediction by distribution,
Chernozhukov, Wüthrich & Zhu 2021, PNAS 118; with open cases as in Kaplan–Meier).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from madoguchi.engines.prediction import survival
from madoguchi.engines.prediction.effects import Columns, expected, log_ended, log_open, seen_at
from madoguchi.engines.prediction.history import Days, Flags, Numbers
from madoguchi.engines.prediction.tables import Learnt, Tables, learn, tabulate

HALF_LIVES = (30.0, 60.0, 120.0, 240.0, 720.0)
USUAL_HALF_LIFE = 240.0
FRESH, WAITING, CORRECTED = "fresh", "waiting", "corrected"
STATES = (FRESH, WAITING, CORRECTED)
Levels = tuple[float, float, float]
_FEWEST = 60
_MOST = 20_000
_STARTS_BACK = (1.0, 1.5, 2.0, 2.5)
_ENDED_BEFORE = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Later cases in one state: which, how long they had waited, how long they lasted or have lasted."""

    rows: Days
    waited: Days
    events: Flags
    days: Days


@dataclass(frozen=True, slots=True)
class Trial:
    """What was learnt as of an earlier day, and the cases on which it is judged."""

    learnt: Learnt
    groups: dict[str, Group]


@dataclass(frozen=True, slots=True)
class Scores:
    """Where the outcomes fell in their predicted distributions (open cases: beyond), and how likely they were."""

    places: Numbers
    events: Flags
    likelihood: float


def trials(columns: Columns, as_of: int) -> list[Trial]:
    """Go back to several days and learn what could be learnt then; none when too little had ended by then."""
    ended = seen_at(columns, as_of).events
    lasted = (columns.finished - columns.started)[ended]
    horizon = int(np.clip(np.quantile(lasted, 0.9), 14, 120))
    found = []
    for part in _STARTS_BACK:
        day = as_of - int(horizon * part)
        if int(((columns.finished <= day) & ended).sum()) >= _ENDED_BEFORE:
            found.append(Trial(learn(columns, day), _groups(columns, day, as_of, max(14, horizon // 2))))
    return found


def _groups(columns: Columns, day: int, as_of: int, window: int) -> dict[str, Group]:
    now = seen_at(columns, as_of)
    last_day = np.where(now.events, columns.finished, as_of)
    new = (columns.started > day) & (columns.started <= day + window)
    was_open = (columns.started <= day) & (last_day > day)
    masks = {FRESH: new, WAITING: was_open, CORRECTED: was_open & columns.correction}
    groups = {}
    for state, mask in masks.items():
        rows = np.flatnonzero(mask)
        rows = rows[:: len(rows) // _MOST + 1]
        waited = np.maximum(day + 1 - columns.started[rows], 0)
        groups[state] = Group(rows, waited, now.events[rows], (last_day - columns.started)[rows])
    return groups


def judged(columns: Columns, trial: Trial, tables: Tables, state: str) -> Scores:
    """Return how the cases of one state fell out against what had been learnt."""
    group = trial.groups[state]
    office = columns.office[group.rows]
    middle = expected(columns, trial.learnt.effects, group.rows) + trial.learnt.location[office]
    table = tables.corrected if state == CORRECTED else tables.rows
    rows = columns.procedure[group.rows] if state == CORRECTED else tables.row_of_office[office]

    def left(log_days: Numbers) -> Numbers:
        return survival.share_left(table, rows, log_days - middle)

    start = left(log_open(group.waited)) if state != FRESH else np.ones(len(group.rows))
    still_open = left(log_open(group.days + 1))
    ended_that_day = left(log_open(group.days)) - still_open
    chance = np.where(group.events, ended_that_day, still_open) / np.maximum(start, 1e-300)
    middle_of_day = left(log_ended(group.days))
    places = 1 - np.where(group.events, middle_of_day, still_open) / np.maximum(start, 1e-300)
    return Scores(np.clip(places, 0, 1), group.events, float(np.log(np.maximum(chance, 1e-9)).sum()))


def best_half_life(columns: Columns, found: Sequence[Trial]) -> float:
    """Return the half-life under which later outcomes were likeliest."""
    if not found:
        return USUAL_HALF_LIFE
    totals = []
    for half_life in HALF_LIVES:
        tables = [tabulate(columns, trial.learnt, half_life) for trial in found]
        totals.append(
            sum(
                judged(columns, trial, table, state).likelihood
                for trial, table in zip(found, tables, strict=True)
                for state in (FRESH, WAITING)
            )
        )
    return HALF_LIVES[int(np.argmax(totals))]


def levels_of(columns: Columns, found: Sequence[Trial], half_life: float, level: float) -> dict[str, Levels]:
    """Return for each state the levels of the predicted distribution that keep the promise on later cases."""
    tables = [tabulate(columns, trial.learnt, half_life) for trial in found]
    levels = {}
    for state in STATES:
        scores = [judged(columns, trial, table, state) for trial, table in zip(found, tables, strict=True)]
        events = np.concatenate([np.zeros(0, dtype=np.bool_), *(score.events for score in scores)])
        places = np.concatenate([np.zeros(0), *(score.places for score in scores)])
        levels[state] = moved(places, events, level)
    if levels[CORRECTED] == nominal(level):
        levels[CORRECTED] = levels[WAITING]
    return levels


def nominal(level: float) -> Levels:
    """Return the levels of low, middle and high as they would be in a distribution that needs no moving."""
    return ((1 - level) / 2, 0.5, (1 + level) / 2)


def moved(places: Numbers, events: Flags, level: float) -> Levels:
    """Return the levels below which the due shares of outcomes fell; open cases fell somewhere beyond their place."""
    count = int(events.sum())
    if count < _FEWEST:
        return nominal(level)
    order = np.argsort(places, kind="stable")
    at_risk = len(places) - np.arange(len(places))
    left = np.cumprod(1 - events[order] / at_risk)
    wider = min(level * (count + 1) / count, 1.0)

    def place_of(share: float) -> float:
        position = int(np.searchsorted(-left, share - 1, side="left"))
        reached = position < len(left)
        return float(places[order][position]) if reached else max(share, float(places[order][-1]))

    low, middle, high = nominal(wider)
    return place_of(low), place_of(middle), min(place_of(high), 0.999)
