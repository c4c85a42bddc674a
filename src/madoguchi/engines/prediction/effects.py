"""What makes cases longer or shorter: procedure, office, channel, season, weekday, load — in log days.

Least squares with ridge; cases that are still open enter with the mean of what cases like them last (Buckley & James 1979,
Biometrika 66, 429–436). Time itself is a nuisance here: it keeps a trend out of the other effects and is then left out.
"""

from dataclasses import dataclass

import numpy as np

from madoguchi.engines.prediction import survival
from madoguchi.engines.prediction.history import OPEN, Days, Flags, History, Names, Numbers

SEASON_NEEDS_DAYS = 400
"""A history that is shorter than this cannot tell a month from a trend."""
KNOT_DAYS = 180
MOST_KNOTS = 12
MEMORY_DAYS = 540.0
ROUNDS = 3
RIDGE = 4.0
PROCEDURE_RIDGE = 1.0
OFFICE_RIDGE = 10.0
MOST_ROWS = 50_000
"""Rows from which the weights of the design are learnt: every so many of a longer history."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A history in codes, in the order of its starts."""

    started: Days
    finished: Days
    correction: Flags
    paused_days: Days
    procedure: Days
    office: Days
    """Code of procedure × organisation."""
    procedure_of_office: Days
    design: Numbers
    """Channel, month, weekday, load, then the nuisance of time."""
    lasting: int
    """How many columns of the design are used to predict."""
    procedures: Names
    offices: list[tuple[str, str]]
    channels: Names
    usual_load: dict[str, float]
    load_overall: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of the first `count` cases at the end of a day."""

    count: int
    events: Flags
    log_days: Numbers
    """Of the whole duration where it had ended, else of what had passed."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects in log days."""

    weights: Numbers
    procedure: Numbers
    office: Numbers
    """Of procedure × organisation, on top of the procedure."""


def months_of(days: Days) -> Days:
    """Return the month (0–11) of day ordinals."""
    return np.asarray((days - 719_163).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12)


def weekdays_of(days: Days) -> Days:
    """Return the weekday (0 = Monday) of day ordinals."""
    return np.asarray((days + 6) % 7)


def log_ended(days: Numbers | Days) -> Numbers:
    """Return log days of cases that ended in their `days`-th day: the middle of that day."""
    return np.asarray(np.log(days + 1.5))


def log_open(days: Numbers | Days) -> Numbers:
    """Return log days of cases that were open at the beginning of their `days`-th day."""
    return np.asarray(np.log(days + 1.0))


def coded(history: History, as_of: int) -> Columns:
    """Bring what had begun by `as_of` into codes, sorted by start."""
    known = history.take(np.flatnonzero(history.started <= as_of))
    known = known.take(np.argsort(known.started, kind="stable"))
    procedures, procedure = np.unique(known.procedure.astype(str), return_inverse=True)
    organisations, organisation = np.unique(known.organisation.astype(str), return_inverse=True)
    channels, channel = np.unique(known.channel.astype(str), return_inverse=True)
    pairs, office = np.unique(procedure * len(organisations) + organisation, return_inverse=True)
    of_procedure, of_organisation = pairs // len(organisations), pairs % len(organisations)
    load = np.log1p(known.load.astype(np.float64))
    usual = np.bincount(organisation, load) / np.bincount(organisation)
    lasting = np.column_stack(
        [
            _switches(channel, len(channels)),
            _switches(months_of(known.started), 12) * (np.ptp(known.started) >= SEASON_NEEDS_DAYS),
            _switches(weekdays_of(known.started), 7),
            load - usual[organisation],
        ]
    )
    return Columns(
        started=known.started.astype(np.int64),
        finished=np.where(known.finished > as_of, OPEN, known.finished).astype(np.int64),
        correction=known.correction.astype(np.bool_),
        paused_days=known.paused_days.astype(np.int64),
        procedure=procedure.astype(np.int64),
        office=office.astype(np.int64),
        procedure_of_office=of_procedure.astype(np.int64),
        design=np.column_stack([lasting, _time(known.started)]),
        lasting=lasting.shape[1],
        procedures=procedures,
        offices=[
            (str(procedures[p]), str(organisations[o])) for p, o in zip(of_procedure, of_organisation, strict=True)
        ],
        channels=channels,
        usual_load={str(name): float(value) for name, value in zip(organisations, usual, strict=True)},
        load_overall=float(load.mean()),
    )


def _switches(codes: Days, count: int) -> Numbers:
    return np.asarray(codes[:, None] == np.arange(count), dtype=np.float64)


def _time(started: Days) -> Numbers:
    """Return a broken line with a knot every half year, in years."""
    first, last = int(started[0]), int(started[-1])
    knots = np.arange(first, last + 1, max(KNOT_DAYS, (last - first) // MOST_KNOTS + 1))
    return np.asarray(np.maximum(started[:, None] - knots, 0) / 365.0)


def seen_at(columns: Columns, day: int) -> Seen:
    """Return what was known at the end of a day; what came later is not looked at."""
    count = int(np.searchsorted(columns.started, day, side="right"))
    started, finished = columns.started[:count], columns.finished[:count]
    events = (finished != OPEN) & (finished <= day)
    days = np.where(events, finished, day) - started
    return Seen(count, events, np.where(events, log_ended(days), log_open(days + 1)))


def estimate(columns: Columns, seen: Seen, day: int) -> Effects:
    """Return the effects as they could be known at the end of a day."""
    design, procedure, office = (
        columns.design[: seen.count],
        columns.procedure[: seen.count],
        columns.office[: seen.count],
    )
    memory = 0.5 ** ((day - columns.started[: seen.count]) / MEMORY_DAYS)
    sample = slice(None, None, seen.count // MOST_ROWS + 1)
    sampled = np.ascontiguousarray(design[sample].T)
    weighted = sampled * memory[sample]
    # einsum stays on one core; the threads of a BLAS hold each other up where other processes are busy.
    square = np.einsum("in,jn->ij", sampled, weighted) + RIDGE * np.eye(len(sampled))
    by_procedure = np.bincount(procedure, memory, len(columns.procedures)) + PROCEDURE_RIDGE
    by_office = np.bincount(office, memory, len(columns.offices)) + OFFICE_RIDGE
    centre = float(np.median(seen.log_days))
    effects = Effects(
        np.zeros(design.shape[1]), np.full(len(columns.procedures), centre), np.zeros(len(columns.offices))
    )
    for _ in range(ROUNDS):
        line = np.einsum("nk,k->n", design, effects.weights)
        values = _imputed(seen, line + effects.procedure[procedure] + effects.office[office])
        rest = values - line - effects.office[office]
        middle = centre + np.bincount(procedure, memory * (rest - centre), len(by_procedure)) / by_procedure
        rest = values - line - middle[procedure]
        own = np.bincount(office, memory * rest, len(by_office)) / by_office
        rest = values - middle[procedure] - own[office]
        slopes = np.linalg.solve(square, np.einsum("in,n->i", weighted, rest[sample]))
        effects = Effects(np.asarray(slopes, dtype=np.float64), middle, own)
    return effects


def _imputed(seen: Seen, expected: Numbers) -> Numbers:
    """Return log days, those of open cases replaced by the mean of what cases that got so far last."""
    residuals = seen.log_days - expected
    bins = survival.bins_of(residuals)
    row = survival.survival(survival.hazards_of_all(bins, seen.events, np.ones(seen.count)))[0]
    beyond = np.maximum(survival.mean_beyond(row)[bins], residuals)
    return np.asarray(np.where(seen.events, seen.log_days, expected + beyond))


def expected(columns: Columns, effects: Effects, rows: slice | Days) -> Numbers:
    """Return the lasting effects of cases without those of procedure and office."""
    return np.asarray(np.einsum("nk,k->n", columns.design[rows, : columns.lasting], effects.weights[: columns.lasting]))
