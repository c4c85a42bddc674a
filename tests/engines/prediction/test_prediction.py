"""Predictions keep what they promise on later cases, use what is known and nothing else, and say when they know nothing."""

import json
import time
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.prediction import OPEN, Case, History, Model, PredictionError, fit, predict

from .worlds import CUTS, FIRST_DAY, WORLDS, Truth, Verdict, known_at, simulate, verdict_on

CUT = CUTS[-1]


@cache
def verdict(name: str) -> Verdict:
    return verdict_on(WORLDS[name])


@cache
def stable() -> Truth:
    return simulate(WORLDS["stable"])


@cache
def model() -> Model:
    return fit(known_at(stable(), CUT), as_of=CUT)


def case(**changes: Any) -> Case:
    return replace(Case("childcare", "office-00", "paper", CUT + 1, load=75), **changes)


def history(durations: list[int] | np.ndarray, started: int | np.ndarray = FIRST_DAY, **columns: Any) -> History:
    """Return cases of one procedure and one office; a duration of OPEN is still open."""
    days = np.array(durations)
    starts = np.zeros(len(days), dtype=np.int64) + started
    return History(
        started=starts,
        finished=np.where(days == OPEN, OPEN, starts + days),
        procedure=columns.get("procedure", np.full(len(days), "moving")),
        organisation=np.full(len(days), "office"),
        channel=np.full(len(days), "online"),
        correction=np.zeros(len(days), dtype=np.bool_),
        load=np.zeros(len(days), dtype=np.int64),
        paused_days=np.zeros(len(days), dtype=np.int64),
    )


# What is promised


@pytest.mark.parametrize("name", WORLDS)
def test_four_of_five_later_cases_end_within_the_interval(name: str) -> None:
    found = verdict(name)
    assert len(found.inside) > 1_000
    assert 0.70 <= np.mean(found.inside) <= 0.90, "new cases"
    assert 0.70 <= np.mean(found.waiting_inside) <= 0.90, "cases that wait"


def test_the_promise_is_kept_over_all_worlds_together() -> None:
    found = [verdict(name) for name in WORLDS]
    assert 0.75 <= np.mean([inside for item in found for inside in item.inside]) <= 0.85
    assert 0.75 <= np.mean([inside for item in found for inside in item.waiting_inside]) <= 0.85
    kept = [0.75 <= item.coverage <= 0.85 for item in found]
    assert sum(kept) >= 6


@pytest.mark.parametrize("name", WORLDS)
def test_predictions_lose_less_than_the_quantiles_of_the_last_thirty_days(name: str) -> None:
    found = verdict(name)
    assert np.mean(found.ours) < np.mean(found.peers)


def test_each_bound_loses_less_over_all_worlds_together() -> None:
    ours = np.concatenate([verdict(name).ours for name in WORLDS]).mean(axis=0)
    peers = np.concatenate([verdict(name).peers for name in WORLDS]).mean(axis=0)
    assert (ours < peers).all()


def test_another_level_is_another_promise() -> None:
    half = fit(known_at(stable(), CUT), as_of=CUT, level=0.5)
    narrow, wide = (predict(learnt, case(), on=CUT + 1) for learnt in (half, model()))
    assert narrow is not None
    assert wide is not None
    assert wide.low < narrow.low < narrow.high < wide.high


# What is known


def young_history() -> tuple[History, float]:
    """Cases of about 60 days in a history of 90 days: the long ones are all still open at the cut."""
    chance = np.random.default_rng(7)
    started = FIRST_DAY + np.sort(chance.integers(0, 90, 4_000))
    durations = np.exp(chance.normal(np.log(60), 0.5, 4_000)).astype(int)
    cut = FIRST_DAY + 90
    past = history(durations, started)
    return replace(past, finished=np.where(past.finished > cut, OPEN, past.finished)), float(np.median(durations))


def test_open_cases_count_for_as_long_as_they_are_open() -> None:
    past, truth = young_history()
    cut = FIRST_DAY + 90
    new = Case("moving", "office", "online", cut + 1)
    found = predict(fit(past, as_of=cut), new, on=cut + 1)
    dropped = predict(fit(past.take(past.finished != OPEN), as_of=cut), new, on=cut + 1)
    assert found is not None
    assert dropped is not None
    assert abs(found.middle - new.started - truth) < 0.15 * truth
    assert dropped.middle - new.started < 0.75 * truth, "the survivors alone look much faster than the office is"


def test_what_came_after_the_day_is_not_looked_at() -> None:
    known = known_at(stable(), CUT)
    with_ends = stable().history.take(stable().history.started <= CUT)
    future = replace(known, finished=with_ends.finished)
    later = replace(known.take(slice(0, 500)), started=known.started[:500] + 2_000, finished=np.full(500, OPEN))
    both = History(*(np.concatenate([getattr(future, name), getattr(later, name)]) for name in COLUMNS))
    assert fit(both, as_of=CUT) == model()


COLUMNS = ("started", "finished", "procedure", "organisation", "channel", "correction", "load", "paused_days")


def test_the_same_history_gives_the_same_model() -> None:
    assert fit(known_at(stable(), CUT), as_of=CUT) == model()


def test_the_order_of_the_rows_does_not_matter() -> None:
    known = known_at(stable(), CUT)
    shuffled = fit(known.take(np.random.default_rng(1).permutation(len(known))), as_of=CUT)
    for load in (10, 75, 200):
        found, other = (predict(learnt, case(load=load), on=CUT + 1) for learnt in (model(), shuffled))
        assert found is not None
        assert other is not None
        assert abs(found.high - other.high) <= 1
        assert abs(found.middle - other.middle) <= 1


def test_a_model_is_read_back_from_json() -> None:
    assert Model.from_dict(json.loads(json.dumps(model().to_dict()))) == model()


@given(
    st.sampled_from(["moving", "childcare", "subsidy", "unknown"]),
    st.sampled_from(["office-00", "office-03", "elsewhere"]),
    st.sampled_from(["online", "paper", "telephone"]),
    st.integers(0, 400),
    st.integers(0, 300),
    st.booleans(),
    st.integers(0, 90),
)
def test_an_interval_lies_ahead_and_in_order(
    procedure: str, organisation: str, channel: str, waited: int, load: int, correction: bool, paused: int
) -> None:
    on = CUT + 1 + waited
    given = Case(procedure, organisation, channel, CUT + 1, correction, load, min(paused, waited))
    found = predict(model(), given, on=on)
    assert found is not None
    assert on <= found.low <= found.middle <= found.high


def ends(**changes: Any) -> tuple[int, int, int]:
    waited = changes.pop("waited", 0)
    asked = case(**changes)
    found = predict(model(), asked, on=asked.started + waited)
    assert found is not None
    return found.low - asked.started, found.middle - asked.started, found.high - asked.started


def test_who_has_waited_longer_ends_later() -> None:
    middles = [ends(waited=waited)[1] for waited in (5, 10, 25, 50, 100)]
    assert middles == sorted(middles)
    assert middles[-1] > 100


def test_a_full_office_a_paper_form_and_a_correction_take_longer() -> None:
    assert ends(load=300)[1] > ends(load=20)[1]
    assert ends(channel="paper")[1] > ends(channel="online")[1]
    assert ends(waited=5, correction=True, paused_days=1)[1] > ends(waited=5)[1]


def test_paused_days_beyond_the_usual_are_added_in_full() -> None:
    usual = model().usual_pause["childcare"]
    assert usual > 0
    plain = ends(waited=60, correction=True, paused_days=usual)
    longer = ends(waited=60 + 14, correction=True, paused_days=usual + 14)
    assert longer == tuple(days + 14 for days in plain)


# What is not known


def test_the_smallest_group_that_knows_enough_answers() -> None:
    asked = {"office": case(), "procedure": case(organisation="new office"), "all": case(procedure="new procedure")}
    found = {basis: predict(model(), asked, on=CUT + 1) for basis, asked in asked.items()}
    assert {basis: interval and interval.basis for basis, interval in found.items()} == {name: name for name in asked}
    known = known_at(stable(), CUT)
    ended = known.finished != OPEN
    mine = ended & (known.procedure == "childcare")
    counts = [mine & (known.organisation == "office-00"), mine, ended]
    assert [interval and interval.n for interval in found.values()] == [int(count.sum()) for count in counts]


def test_an_unknown_procedure_is_less_certain_than_a_known_one() -> None:
    known, unknown = ends(), ends(procedure="new procedure")
    assert unknown[2] - unknown[0] > known[2] - known[0]


@pytest.mark.parametrize(("ended", "is_known"), [(0, False), (19, False), (20, True)])
def test_fewer_than_twenty_finished_cases_say_nothing(ended: int, is_known: bool) -> None:
    past = history([10] * ended + [OPEN] * 50, FIRST_DAY)
    learnt = fit(past, as_of=FIRST_DAY + 30)
    found = predict(learnt, Case("moving", "office", "online", FIRST_DAY + 31), on=FIRST_DAY + 31)
    assert (found is not None) is is_known
    assert Model.from_dict(json.loads(json.dumps(learnt.to_dict()))) == learnt


def test_an_empty_history_says_nothing() -> None:
    learnt = fit(history([]), as_of=FIRST_DAY)
    assert predict(learnt, Case("moving", "office", "online", FIRST_DAY), on=FIRST_DAY) is None


def test_an_office_that_always_takes_ten_days_takes_ten_days() -> None:
    past = history([10] * 600, FIRST_DAY + np.arange(600) // 2)
    learnt = fit(past, as_of=FIRST_DAY + 320)
    found = predict(learnt, Case("moving", "office", "online", FIRST_DAY + 321), on=FIRST_DAY + 321)
    assert found is not None
    assert abs(found.middle - FIRST_DAY - 331) <= 1
    assert found.high - found.low <= 3


# What is refused


@pytest.mark.parametrize("level", [0.0, 1.0, -0.2, 80.0])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(PredictionError, match="no share"):
        fit(history([10] * 30), as_of=FIRST_DAY + 30, level=level)


@pytest.mark.parametrize(
    ("column", "values", "named"),
    [
        ("channel", np.array(["online"]), "differ in length"),
        ("finished", np.array([FIRST_DAY, FIRST_DAY - 1, OPEN]), "Case 1 was finished before"),
        ("load", np.array([0, -1, 0]), "below 0"),
        ("paused_days", np.array([0, 0, -5]), "below 0"),
    ],
)
def test_columns_that_cannot_be_are_refused(column: str, values: np.ndarray, named: str) -> None:
    with pytest.raises(PredictionError, match=named):
        replace(history([3, 4, OPEN]), **{column: values})


# What it costs


def test_two_hundred_thousand_cases_are_learnt_within_five_seconds() -> None:
    chance = np.random.default_rng(3)
    count, first = 200_000, date(2023, 4, 1).toordinal()
    started = first + chance.integers(0, 1_000, count)
    procedure, office = chance.integers(0, 100, count), chance.integers(0, 60, count)
    durations = np.exp(np.log(5 + procedure) + chance.normal(0, 0.5, count)).astype(int)
    past = History(
        started,
        started + durations,
        np.char.add("procedure-", procedure.astype(str)),
        np.char.add("office-", office.astype(str)),
        np.where(chance.random(count) < 0.5, "online", "paper"),
        chance.random(count) < 0.2,
        chance.integers(0, 50, count),
        np.zeros(count, dtype=np.int64),
    )
    begun = time.process_time()
    learnt = fit(past, as_of=first + 1_000)
    assert time.process_time() - begun < 5
    asked = [Case(f"procedure-{n % 100}", f"office-{n % 60}", "online", first + 990, load=n % 40) for n in range(500)]
    begun = time.process_time()
    found = [predict(learnt, item, on=first + 1_001) for item in asked]
    assert (time.process_time() - begun) / len(asked) < 0.001
    assert all(found)
