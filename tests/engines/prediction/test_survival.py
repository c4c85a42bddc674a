"""Shares not ended are those of Kaplan and Meier; tables are read back at the place where they were asked."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.prediction import survival
from madoguchi.engines.prediction.effects import months_of, weekdays_of
from madoguchi.engines.prediction.history import Numbers


def textbook(times: Numbers, events: "np.ndarray[tuple[int], np.dtype[np.bool_]]", at: float) -> float:
    """Return the product-limit estimate, one end after the other."""
    share = 1.0
    for time in sorted(times[events & (times <= at)]):
        share *= 1 - 1 / np.sum(times >= time)
    return share


@pytest.mark.parametrize("censored", [0.0, 0.3, 0.6])
def test_a_large_group_follows_the_product_limit(censored: float) -> None:
    chance = np.random.default_rng(11)
    lasted = chance.normal(0, 0.6, 4_000)
    watched = np.where(chance.random(4_000) < censored, chance.normal(0, 0.6, 4_000), np.inf)
    times, events = np.minimum(lasted, watched), lasted <= watched
    table = survival.survival(survival.hazards_of_all(survival.bins_of(times), events, np.ones(4_000)))
    for at in (-0.8, -0.4, 0.0, 0.4, 0.8):
        found = survival.share_left(table, np.zeros(1, dtype=np.int64), np.array([at]))[0]
        assert found == pytest.approx(textbook(times, events, at), abs=0.005)


def test_a_small_group_leans_on_the_one_around_it_and_a_large_one_does_not() -> None:
    spread = survival.bins_of(np.linspace(-1, 1, 2_000))
    around = survival.hazards_of_all(spread, np.ones(2_000, dtype=np.bool_), np.ones(2_000))
    middles = []
    for count in (0, 5, 20, 2_000):
        late = survival.bins_of(np.full(count, 1.5))
        own = survival.hazards(
            late, np.ones(count, dtype=np.bool_), np.ones(count), np.zeros(count, dtype=np.int64), around
        )
        middles.append(survival.residual_at(survival.survival(own)[0], 0.5))
    assert middles == sorted(middles)
    assert middles[0] == pytest.approx(0, abs=0.05)
    assert middles[-1] == pytest.approx(1.5, abs=0.05)


@given(st.lists(st.floats(0, 0.3), min_size=survival.BINS, max_size=survival.BINS), st.floats(0.02, 0.98))
def test_a_share_is_found_where_it_is_left(chances: list[float], share: float) -> None:
    row = survival.survival(np.array([chances]))[0]
    place = survival.residual_at(row, share)
    assert survival.LOWEST <= place <= survival.LOWEST + survival.BINS * survival.STEP
    if row[-1] < share:
        left = survival.share_left(row[None, :], np.zeros(1, dtype=np.int64), np.array([place]))[0]
        assert left == pytest.approx(share, abs=1e-6)


def test_the_mean_beyond_a_bin_lies_beyond_it() -> None:
    no_cases = np.zeros(0)
    row = survival.survival(survival.hazards_of_all(survival.bins_of(no_cases), no_cases.astype(np.bool_), no_cases))[0]
    edges = survival.LOWEST + survival.STEP * np.arange(survival.BINS)
    assert (survival.mean_beyond(row) > edges).all()


@given(st.dates())
def test_months_and_weekdays_are_those_of_the_calendar(day: date) -> None:
    ordinal = np.array([day.toordinal()])
    assert (months_of(ordinal)[0] + 1, weekdays_of(ordinal)[0]) == (day.month, day.weekday())
