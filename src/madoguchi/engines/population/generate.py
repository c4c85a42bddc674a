"""Makes the people of each municipality: birth days within the published bands, households, then facts.

Columns carry the attribute names of conditions; `申請者.` before the facts of a child's guardian, `世帯.` before those of
the household. An empty value is unknown. Facts that nobody would hold about a resident are not made at all.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from madoguchi.engines.population import households
from madoguchi.engines.population.facts import facts_of
from madoguchi.engines.population.marginals import BANDS, Marginals

YEAR = 365.2425
EPOCH = date(1970, 1, 1).toordinal()
OLDEST = 110


def generate(
    marginals: Marginals, rates: Mapping[str, float], *, seed: int, as_of: date
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield (municipality code, residents) for each municipality of the table.

    The frame has one row per resident, sorted by household, role and birth (eldest child first). Cells of the table are met exactly on `as_of`.
    """
    first_id = 1
    first_household = 1
    for code, cells in sorted(marginals.table.items()):
        if sum(int(counts.sum()) for counts in cells.values()) == 0:
            continue
        random = np.random.default_rng([seed, zlib.crc32(code.encode())])
        frame = _municipality(code, cells, rates, random, as_of)
        frame = frame.with_columns(
            (pl.int_range(pl.len(), dtype=pl.Int64) + first_id).alias("住民番号"),
            (pl.col("世帯番号") + first_household).alias("世帯番号"),
        )
        yield code, frame
        first_id += frame.height
        first_household = int(frame["世帯番号"].max() or 0) + 1  # type: ignore[arg-type] # a column of integers


def _people(
    cells: Mapping[tuple[str, str], NDArray[np.int64]], random: np.random.Generator, as_of: date
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return birth days, female?, Japanese? of everybody in the table's cells."""
    births, female, japanese = [], [], []
    today = as_of.toordinal() - EPOCH
    for (sex, nationality), counts in sorted(cells.items()):
        for band, count in zip(BANDS, counts, strict=True):
            top = min(band + 5, OLDEST) if band < BANDS[-1] else OLDEST
            oldest, youngest = _born_before(as_of, top) + 1, _born_before(as_of, band) if band else today
            births.append(random.integers(oldest, youngest + 1, int(count)))
            female.append(np.full(int(count), sex == "女"))
            japanese.append(np.full(int(count), nationality == "日本"))
    return np.concatenate(births), np.concatenate(female), np.concatenate(japanese)


def _born_before(as_of: date, years: int) -> int:
    """Return the last birth day of somebody who has had that many birthdays."""
    try:
        day = as_of.replace(year=as_of.year - years)
    except ValueError:
        day = date(as_of.year - years, 2, 28)
    return day.toordinal() - EPOCH


def _municipality(
    code: str,
    cells: Mapping[tuple[str, str], NDArray[np.int64]],
    rates: Mapping[str, float],
    random: np.random.Generator,
    as_of: date,
) -> pl.DataFrame:
    births, female, japanese = _people(cells, random, as_of)
    shuffled = random.permutation(len(births))
    births, female, japanese = births[shuffled], female[shuffled], japanese[shuffled]
    ages = (as_of.toordinal() - EPOCH - births) / YEAR
    adult = ages >= 18
    at_home = adult & (ages < 23) & (random.random(len(births)) < rates["young_adults_with_parents"])
    homes = households.assign(births, female, adult, at_home, rates=dict(rates), random=random)
    order = np.lexsort((births, homes.role, homes.number))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    guardian = homes.guardian[order]
    guardian = np.where(guardian >= 0, place[guardian], -1)
    return facts_of(
        code,
        births=births[order],
        ages=ages[order],
        female=female[order],
        japanese=japanese[order],
        number=homes.number[order],
        role=homes.role[order],
        guardian=guardian,
        single=homes.single_parent[order],
        rates=rates,
        random=random,
    )
