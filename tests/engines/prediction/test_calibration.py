"""The check on later cases moves the levels where they were wrong, looks at nothing that came later, and forgets in time."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from madoguchi.engines.prediction import OPEN, fit, survival
from madoguchi.engines.prediction.calibration import moved, nominal, trials
from madoguchi.engines.prediction.effects import Columns, coded, seen_at
from madoguchi.engines.prediction.tables import learn, tabulate

from .worlds import CUTS, FIRST_DAY, WORLDS, Truth, known_at, simulate

CHANGE = FIRST_DAY + 700
AFTER = CHANGE + 80


@cache
def changed_world() -> Truth:
    return simulate(WORLDS["policy_change"])


@cache
def columns() -> Columns:
    return coded(known_at(changed_world(), AFTER), AFTER)


def test_levels_stay_where_outcomes_fall_evenly() -> None:
    even = np.linspace(0, 1, 5_000)
    assert moved(even, np.ones(5_000, dtype=np.bool_), 0.8) == pytest.approx(nominal(0.8), abs=0.002)


def test_levels_move_to_where_the_outcomes_fell() -> None:
    too_bold = np.linspace(0, 1, 5_000) ** 2
    low, middle, high = moved(too_bold, np.ones(5_000, dtype=np.bool_), 0.8)
    assert (low, middle, high) == pytest.approx((0.01, 0.25, 0.81), abs=0.002)


def test_open_cases_fell_somewhere_beyond_their_place() -> None:
    chance = np.random.default_rng(5)
    places, watched = chance.random(40_000), chance.random(40_000) * 1.5
    ended = places <= watched
    assert moved(np.minimum(places, watched), ended, 0.8) == pytest.approx(nominal(0.8), abs=0.01)
    assert moved(np.minimum(places, watched), np.ones(40_000, dtype=np.bool_), 0.8)[2] < 0.86


def test_few_outcomes_move_nothing() -> None:
    assert moved(np.zeros(59), np.ones(59, dtype=np.bool_), 0.8) == nominal(0.8)


def test_what_an_earlier_day_knew_ends_with_that_day() -> None:
    day = AFTER - 50
    seen = seen_at(columns(), day)
    assert seen.count == int((columns().started <= day).sum())
    ended = columns().finished[: seen.count]
    assert (seen.events == ((ended != OPEN) & (ended <= day))).all()
    open_since = columns().started[: seen.count][~seen.events]
    assert np.exp(seen.log_days[~seen.events]) == pytest.approx(day + 2 - open_since)


def test_what_came_after_an_earlier_day_changes_nothing_learnt_then() -> None:
    day = AFTER - 50
    later = np.where(columns().finished > day, columns().finished + 30, columns().finished)
    other = learn(replace(columns(), finished=later), day)
    assert (other.location == learn(columns(), day).location).all()


def test_later_cases_are_those_that_began_or_lay_open_then() -> None:
    found = trials(columns(), AFTER)
    assert len(found) == 4
    for trial in found:
        fresh, waiting = trial.groups["fresh"], trial.groups["waiting"]
        assert (columns().started[fresh.rows] > trial.learnt.day).all()
        assert (columns().started[waiting.rows] <= trial.learnt.day).all()
        assert (waiting.days >= waiting.waited - 1).all()


def middle_share_below(half_life: float) -> float:
    """Return the middle duration of a case at the office, in parts of its middle under the longest memory."""
    learnt = learn(columns(), AFTER)
    rows = [tabulate(columns(), learnt, days).rows[-1] for days in (half_life, 100_000.0)]
    near, far = (survival.residual_at(row, 0.5) for row in rows)
    return float(np.exp(near - far))


def test_a_short_memory_follows_a_change_of_policy() -> None:
    assert middle_share_below(30.0) < 0.85
    assert middle_share_below(30.0) < middle_share_below(240.0) < 1.0


def test_the_memory_is_shorter_where_things_change_than_where_they_do_not() -> None:
    changing = fit(known_at(changed_world(), AFTER), as_of=AFTER).half_life
    steady = fit(known_at(simulate(WORLDS["stable"]), CUTS[-1]), as_of=CUTS[-1]).half_life
    assert changing <= 120 < 240 <= steady


def test_a_trend_moves_the_levels_of_the_model() -> None:
    learnt = fit(known_at(simulate(WORLDS["trend_up"]), CUTS[-1]), as_of=CUTS[-1])
    assert all(found > due + 0.03 for found, due in zip(learnt.levels["fresh"], nominal(0.8), strict=True))
