"""Reads a model for one case: between which days it should be finished, given that it was not finished before today."""

import math

import numpy as np

from madoguchi.engines.prediction import survival
from madoguchi.engines.prediction.calibration import CORRECTED, FRESH, WAITING
from madoguchi.engines.prediction.effects import months_of, weekdays_of
from madoguchi.engines.prediction.history import Basis, Case, Interval, Numbers
from madoguchi.engines.prediction.model import Group, Model, Row
from madoguchi.engines.prediction.tables import ENOUGH


def predict(model: Model, case: Case, *, on: int) -> Interval | None:
    """Return the interval for a case that was not finished before the day `on` (an ordinal).

    The interval ends no earlier than `on`. A case without a correction so far is read like all cases, corrected or not:
    it may still come to that. Paused days beyond what is usual for the procedure are added in full. None when fewer than
    20 finished cases are behind it: unknown stays unknown.
    """
    basis, group, row = _behind(model, case)
    if group.n < ENOUGH:
        return None
    usual = model.usual_pause.get(case.procedure, 0) if case.correction else 0
    pause = max(case.paused_days - usual, 0)
    waited = max(on - case.started - pause, 0)
    state = CORRECTED if case.correction else WAITING if on > case.started else FRESH
    if case.correction:
        row = model.corrected.get(case.procedure, model.corrected[""])
    middle = _place(model, case) + _effects(model, case)
    shares = np.array(row)
    still_open = _share_left(shares, math.log(waited + 1.0) - middle) if state != FRESH else 1.0
    first, centre, last = (_days(shares, middle, still_open * (1 - level)) for level in model.levels[state])
    # A day belongs to the interval when its middle does, as in the check on later cases.
    low, centre, high = math.ceil(first - 0.5), math.floor(centre), math.floor(last - 0.5)
    begun = case.started + pause
    first_day, middle_day, last_day = (max(begun + days, on) for days in (min(low, centre), centre, max(high, centre)))
    return Interval(first_day, middle_day, last_day, group.n, basis)


def _behind(model: Model, case: Case) -> tuple[Basis, Group, Row]:
    """Return the smallest group with enough finished cases."""
    procedure = model.procedures.get(case.procedure)
    office = model.offices.get(case.procedure, {}).get(case.organisation)
    if procedure and office and office.row:
        return "office", office, office.row
    if procedure and procedure.n >= ENOUGH:
        return "procedure", procedure, procedure.row
    return "all", model.overall, procedure.row if procedure else model.overall.row


def _place(model: Model, case: Case) -> float:
    office = model.offices.get(case.procedure, {}).get(case.organisation)
    group = office or model.procedures.get(case.procedure) or model.overall
    return group.location


def _effects(model: Model, case: Case) -> float:
    day = np.array([case.started])
    usual = model.usual_load.get(case.organisation, model.usual_load[""])
    return (
        model.channel.get(case.channel, 0.0)
        + model.month[int(months_of(day)[0])]
        + model.weekday[int(weekdays_of(day)[0])]
        + model.load * (math.log1p(case.load) - usual)
    )


def _share_left(row: Numbers, residual: float) -> float:
    return float(survival.share_left(row[None, :], np.zeros(1, dtype=np.int64), np.array([residual]))[0])


def _days(row: Numbers, middle: float, share: float) -> float:
    """Return the days since the start after which only `share` is still open."""
    return max(math.exp(survival.residual_at(row, share) + middle) - 1, 0.0)
