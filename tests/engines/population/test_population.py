"""The synthetic population meets the published table, lives in sound households and is the same for the same seed."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from madoguchi.apps.outreach.populations import marginals_of, rates_of
from madoguchi.engines.population import BANDS, Marginals, PopulationError, generate, scaled

PACK = Path(__file__).parents[3] / "packs" / "tokyo"
AS_OF = date(2026, 1, 1)
FULL = marginals_of(PACK)
RATES = rates_of(PACK)


def people(table: Marginals, seed: int = 1) -> pl.DataFrame:
    return pl.concat([frame for _, frame in generate(table, RATES, seed=seed, as_of=AS_OF)])


@pytest.fixture(scope="module")
def small() -> pl.DataFrame:
    return people(scaled(FULL, 30_000))


def test_the_table_holds_every_resident() -> None:
    assert FULL.total == 14_077_552
    assert len(FULL.table) == 62


def test_one_municipality_at_full_size_equals_the_table_exactly() -> None:
    code = "131016"
    frame = people(Marginals({code: FULL.table[code]}))
    birth = pl.col("生年月日")
    age = (
        AS_OF.year
        - birth.dt.year()
        - ((birth.dt.month() > AS_OF.month) | ((birth.dt.month() == 1) & (birth.dt.day() > 1)))
    )
    counted = frame.with_columns((age // 5 * 5).clip(0, 100).alias("band"))
    for (sex, nationality), expected in FULL.table[code].items():
        mine = counted.filter((pl.col("性別").cast(pl.String) == sex) & (pl.col("日本国籍") == (nationality == "日本")))
        found = dict(mine.group_by("band").len().iter_rows())
        assert [found.get(band, 0) for band in BANDS] == expected.tolist()


def test_a_smaller_population_has_exactly_the_size_that_was_asked(small: pl.DataFrame) -> None:
    assert small.height == 30_000
    assert small["住民番号"].n_unique() == 30_000


def test_every_child_has_a_guardian_at_least_sixteen_years_older(small: pl.DataFrame) -> None:
    children = small.filter(pl.col("続柄").cast(pl.String) == "子")
    gap = (children["生年月日"] - children["申請者.生年月日"]).dt.total_days()
    assert children.height > 3_000
    assert gap.null_count() == 0
    assert (gap >= 16 * 365).mean() > 0.999


def test_every_household_has_one_head(small: pl.DataFrame) -> None:
    heads = small.group_by("世帯番号").agg((pl.col("続柄").cast(pl.String) == "世帯主").sum().alias("heads"))
    assert heads["heads"].to_list() == [1] * heads.height


def test_the_same_seed_gives_the_same_people_and_another_one_others() -> None:
    table = scaled(FULL, 2_000)
    assert people(table).equals(people(table))
    assert not people(table).equals(people(table, seed=2))


@pytest.mark.parametrize("size", [0, -1, 14_077_553])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(PopulationError, match="Choose another"):
        scaled(FULL, size)


def test_scaling_keeps_the_shape() -> None:
    table = scaled(FULL, 140_776)
    share = np.array([counts.sum() for counts in table.table["131199"].values()]).sum() / 140_776
    whole = np.array([counts.sum() for counts in FULL.table["131199"].values()]).sum() / FULL.total
    assert abs(share - whole) < 0.001
