"""How long until the end, from cases of which some are still open: binned Kaplan–Meier with partial pooling.

Times are residuals of log durations on one fixed grid. Kaplan & Meier 1958 (J. Am. Stat. Assoc. 53, 457–481); hazards of
small groups lean on those of the larger group around them.
"""

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.prediction.history import Days, Flags, Numbers

LOWEST = -4.0
STEP = 0.04
BINS = 200
TAIL_HAZARD = 1 - np.exp(-2 * STEP)
"""Where no case is left at risk, durations thin out as a power law of exponent 2."""
POOLING = 20.0
"""How many cases of its own weigh as much as the larger group."""
ALONE = 0.01
"""The same where nothing is around the group: the tail fills in only where no case is left at risk."""


def bins_of(residuals: Numbers) -> NDArray[np.int64]:
    """Return the bin of each residual; those outside the grid lie in its first or last bin."""
    return np.clip(((residuals - LOWEST) / STEP).astype(np.int64), 0, BINS - 1)


def hazards(
    bins: Days, events: Flags, weights: Numbers, groups: Days, prior: Numbers, *, pooling: float = POOLING
) -> Numbers:
    """Return groups × bins: the chance to end in a bin for those who reached it.

    `prior` has one row per group, the hazards of the group around it. Groups without cases get their prior.
    """
    count = len(prior)
    cells = groups * BINS + bins
    ended = np.bincount(cells, weights * events, count * BINS).reshape(count, BINS)
    left = np.bincount(cells, weights * ~events, count * BINS).reshape(count, BINS)
    at_risk = (ended + left)[:, ::-1].cumsum(axis=1)[:, ::-1] - left / 2
    return np.asarray((ended + pooling * prior) / (at_risk + pooling))


def hazards_of_all(bins: Days, events: Flags, weights: Numbers) -> Numbers:
    """Return one row: the hazards of a group that nothing is around."""
    nothing_known = np.full((1, BINS), TAIL_HAZARD)
    return hazards(bins, events, weights, np.zeros(len(bins), dtype=np.int64), nothing_known, pooling=ALONE)


def survival(chances: Numbers) -> Numbers:
    """Return groups × (bins + 1): the share not ended at each edge of the grid, 1 at the first."""
    shares = np.cumprod(1 - np.clip(chances, 0, 1 - 1e-9), axis=1)
    return np.concatenate([np.ones((len(shares), 1)), shares], axis=1)


def share_left(table: Numbers, rows: Days, residuals: Numbers) -> Numbers:
    """Return the share not ended at each residual, by the row of the table that holds for it."""
    place = np.clip((residuals - LOWEST) / STEP, 0, BINS)
    below = np.minimum(place.astype(np.int64), BINS - 1)
    logs = np.log(np.maximum(np.stack([table[rows, below], table[rows, below + 1]]), 1e-300))
    return np.asarray(np.exp(logs[0] + (place - below) * (logs[1] - logs[0])))


def residual_at(row: Numbers, share: float) -> float:
    """Return the residual at which only `share` has not ended; the end of the grid where it never falls so low."""
    edge = int(np.searchsorted(-row, -share, side="left"))
    if edge == 0:
        return LOWEST
    if edge > BINS:
        return LOWEST + BINS * STEP
    before, after = np.log(max(row[edge - 1], 1e-300)), np.log(max(row[edge], 1e-300))
    part = 1.0 if before == after else (before - np.log(max(share, 1e-300))) / (before - after)
    return float(LOWEST + (edge - 1 + part) * STEP)


def mean_beyond(row: Numbers) -> Numbers:
    """Return for each bin the mean residual of those who end after its lower edge (for Buckley–James imputation)."""
    centres = LOWEST + STEP * (np.arange(BINS) + 0.5)
    mass = row[:-1] - row[1:]
    mass[-1] += row[-1]
    beyond = mass[::-1].cumsum()[::-1]
    return np.asarray((mass * centres)[::-1].cumsum()[::-1] / np.maximum(beyond, 1e-300))
