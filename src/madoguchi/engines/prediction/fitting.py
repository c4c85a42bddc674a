"""Learns a model from past cases: effects, shapes, how fast it must forget, and levels that were checked on later cases."""

import numpy as np

from madoguchi.engines.prediction.calibration import best_half_life, levels_of, trials
from madoguchi.engines.prediction.effects import Columns, coded
from madoguchi.engines.prediction.history import History, Numbers, PredictionError
from madoguchi.engines.prediction.model import Group, Model, Row
from madoguchi.engines.prediction.tables import ENOUGH, Learnt, Tables, learn, tabulate

_DIGITS = 6


def fit(history: History, *, as_of: int, level: float = 0.8) -> Model:
    """Learn from what was known at the end of the day `as_of` (an ordinal); later starts and ends are not looked at.

    `level` is the share of cases that the interval should hold. Cases that are still open count for as long as they have
    been open. A history in which fewer than 20 cases have ended gives a model that predicts nothing. Raises
    PredictionError for a level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise PredictionError(f"The level {level} is no share. Give one between 0 and 1, such as 0.8.")
    ended = (history.started <= as_of) & (history.finished >= 0) & (history.finished <= as_of)
    if int(ended.sum()) < ENOUGH:
        return _nothing(as_of, level, int(ended.sum()))
    columns = coded(history, as_of)
    found = trials(columns, as_of)
    half_life = best_half_life(columns, found)
    learnt = learn(columns, as_of)
    tables = tabulate(columns, learnt, half_life)
    weights = learnt.effects.weights
    channels = len(columns.channels)
    offices = _offices(columns, learnt, tables)
    return Model(
        as_of=as_of,
        level=level,
        half_life=half_life,
        levels=levels_of(columns, found, half_life, level),
        overall=Group(int(learnt.seen.events.sum()), 0.0, _row(tables.rows[-1])),
        procedures=_procedures(columns, learnt, tables),
        offices=offices,
        corrected={str(name): _row(tables.corrected[code]) for code, name in enumerate(columns.procedures)}
        | {"": _row(tables.corrected[-1])},
        usual_pause=_usual_pause(columns),
        channel={str(name): float(weights[code]) for code, name in enumerate(columns.channels)},
        month=_row(weights[channels : channels + 12]),
        weekday=_row(weights[channels + 12 : channels + 19]),
        load=float(weights[channels + 19]),
        usual_load=columns.usual_load | {"": columns.load_overall},
    )


def _row(values: Numbers) -> Row:
    return tuple(round(float(value), _DIGITS) for value in values)


def _procedures(columns: Columns, learnt: Learnt, tables: Tables) -> dict[str, Group]:
    large = learnt.ended_of_procedure >= ENOUGH
    places = np.where(large, learnt.effects.procedure, 0.0)
    return {
        str(name): Group(int(learnt.ended_of_procedure[code]), float(places[code]), _row(tables.rows[code]))
        for code, name in enumerate(columns.procedures)
    }


def _offices(columns: Columns, learnt: Learnt, tables: Tables) -> dict[str, dict[str, Group]]:
    offices: dict[str, dict[str, Group]] = {}
    for code, (procedure, organisation) in enumerate(columns.offices):
        own = tables.row_of_office[code] >= len(columns.procedures)
        row = _row(tables.rows[tables.row_of_office[code]]) if own else ()
        group = Group(int(learnt.ended_of_office[code]), float(learnt.location[code]), row)
        offices.setdefault(procedure, {})[organisation] = group
    return offices


def _usual_pause(columns: Columns) -> dict[str, int]:
    late = columns.correction & (columns.finished >= 0)
    return {
        str(name): int(np.median(columns.paused_days[late & (columns.procedure == code)]))
        for code, name in enumerate(columns.procedures)
        if bool(np.any(late & (columns.procedure == code)))
    }


def _nothing(as_of: int, level: float, n: int) -> Model:
    return Model(as_of, level, 0.0, {}, Group(n, 0.0), {}, {}, {}, {}, {}, (), (), 0.0, {})
