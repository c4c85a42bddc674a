"""Shapes of the distribution around the effects: one row per procedure and office, recent cases first.

A case weighs by the age of its start, halved every half-life. This is the same as weighing every day on which a case was
open by the age of that day, so that the rows say how fast the offices work now, finished or not.
"""

from dataclasses import dataclass

import numpy as np

from madoguchi.engines.prediction import survival
from madoguchi.engines.prediction.effects import Columns, Effects, Seen, estimate, expected, seen_at
from madoguchi.engines.prediction.history import Days, Flags, Numbers

ENOUGH = 20
"""Finished cases without which a group has no say of its own."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Effects as they could be known at the end of a day, and how many cases had ended by then."""

    day: int
    seen: Seen
    effects: Effects
    ended_of_procedure: Days
    ended_of_office: Days
    location: Numbers
    """Per procedure × organisation, log days; 0 where the procedure is too small for a place of its own."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Shares not ended, by row: procedures, then large offices, then all; and the same for corrected cases."""

    rows: Numbers
    row_of_office: Days
    """For each procedure × organisation the row that holds for it."""
    corrected: Numbers
    """Procedures, then all."""


def learn(columns: Columns, day: int) -> Learnt:
    """Learn the effects from what was known at the end of a day."""
    seen = seen_at(columns, day)
    effects = estimate(columns, seen, day)
    ended_of_procedure = np.bincount(columns.procedure[: seen.count], seen.events, len(columns.procedures))
    ended_of_office = np.bincount(columns.office[: seen.count], seen.events, len(columns.offices))
    place = effects.procedure[columns.procedure_of_office] + effects.office
    known = ended_of_procedure[columns.procedure_of_office] >= ENOUGH
    return Learnt(
        day,
        seen,
        effects,
        ended_of_procedure.astype(np.int64),
        ended_of_office.astype(np.int64),
        np.where(known, place, 0.0),
    )


def tabulate(columns: Columns, learnt: Learnt, half_life: float) -> Tables:
    """Return the rows under one half-life (days)."""
    seen = learnt.seen
    weights = 0.5 ** ((learnt.day - columns.started[: seen.count]) / half_life)
    plain = seen.log_days - expected(columns, learnt.effects, slice(0, seen.count))
    office, procedure = columns.office[: seen.count], columns.procedure[: seen.count]
    bins = survival.bins_of(plain - learnt.location[office])
    overall = survival.hazards_of_all(survival.bins_of(plain), seen.events, weights)
    large = learnt.ended_of_procedure >= ENOUGH
    placed = large[procedure]
    typical = survival.hazards_of_all(bins[placed], seen.events[placed], weights[placed])
    by_procedure = survival.hazards(bins, seen.events, weights, procedure, np.where(large[:, None], typical, overall))
    offices = np.flatnonzero((learnt.ended_of_office >= ENOUGH) & large[columns.procedure_of_office])
    code = np.full(len(columns.offices), -1)
    code[offices] = np.arange(len(offices))
    own = code[office] >= 0
    around = by_procedure[columns.procedure_of_office[offices]]
    by_office = survival.hazards(bins[own], seen.events[own], weights[own], code[office[own]], around)
    late = columns.correction[: seen.count]
    corrected = _corrected(bins[late], seen.events[late], weights[late], procedure[late], by_procedure, overall)
    return Tables(
        survival.survival(np.concatenate([by_procedure, by_office, overall])),
        np.where(code >= 0, code + len(by_procedure), columns.procedure_of_office),
        survival.survival(corrected),
    )


def _corrected(
    bins: Days, events: Flags, weights: Numbers, procedure: Days, by_procedure: Numbers, overall: Numbers
) -> Numbers:
    """Return the rows of corrected cases; where too few were corrected, those of all cases stand in."""
    if int(events.sum()) < ENOUGH:
        return np.concatenate([by_procedure, overall])
    typical = survival.hazards_of_all(bins, events, weights)
    own = survival.hazards(bins, events, weights, procedure, np.repeat(typical, len(by_procedure), axis=0))
    return np.concatenate([own, typical])
