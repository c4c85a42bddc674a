"""Draws facts for people who already have a birth day and a household: work, income, insurance, care, certificates."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from madoguchi.engines.population.households import CHILD, HEAD, OTHER, SPOUSE

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ROLES = ("世帯主", "配偶者", "子", "その他")
CARE = ("なし", "要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5")
CARE_SHARES = (0.14, 0.14, 0.2, 0.17, 0.13, 0.13, 0.09)
INSURANCE = ("国民健康保険", "被用者保険", "後期高齢者医療", "なし")
GRADES = ("なし", "1級", "2級", "3級", "4級", "5級", "6級")
DEGREES = ("なし", "1度", "2度", "3度", "4度")
REASONS = ("なし", "離婚", "死亡", "重度障害", "生死不明", "遺棄", "保護命令", "拘禁", "婚外")
HOMES = ("持ち家", "民間賃貸", "公営住宅", "その他")
_NOTHING = pl.Series([None], dtype=pl.Int64)
TAX_FREE_INCOME_YEN = 450_000


def _words(codes: Ints, words: Sequence[str]) -> pl.Series:
    return pl.Series(list(words), dtype=pl.Enum(list(words))).gather(codes.astype(np.uint32))


def facts_of(
    code: str,
    *,
    births: Ints,
    ages: NDArray[np.float64],
    female: Bools,
    japanese: Bools,
    number: Ints,
    role: Ints,
    guardian: Ints,
    single: Bools,
    rates: Mapping[str, float],
    random: np.random.Generator,
) -> pl.DataFrame:
    """Return the frame of one municipality; rows come sorted by household."""
    draw = _Draw(ages, random, rates)
    adult = ages >= 18
    working = draw.working(role)
    income = draw.income(working)
    unknown_income = random.random(len(ages)) < rates["income_unknown"]
    dependants = np.bincount(guardian[guardian >= 0], minlength=len(ages))
    insurance = draw.insurance(working, guardian)
    columns: dict[str, pl.Series] = {
        "世帯番号": pl.Series(number),
        "続柄": _words(role, ROLES),
        "生年月日": pl.Series(births.astype(np.int32)).cast(pl.Date),
        "性別": _words(np.where(female, 0, 1), ("女", "男")),
        "日本国籍": pl.Series(japanese),
        "国内居住": pl.Series(np.ones(len(ages), dtype=np.bool_)),
        "婚姻中": pl.Series((role == SPOUSE) | ((role == HEAD) & draw.has_spouse(number, role))),
        "妊娠中": pl.Series(female & draw.chance(20, 45, rates["pregnant_20_44"])),
        "就労中": pl.Series(working),
        "公務員": pl.Series(working & (random.random(len(ages)) < rates["public_servants"])),
        "所得": _maybe(income, unknown_income | ~adult),
        "扶養親族等の数": _maybe(dependants, unknown_income | ~adult),
        "医療保険": _words(insurance, INSURANCE),
        "年金受給中": pl.Series(ages >= 65),
        "国民年金第一号": pl.Series((ages >= 20) & (ages < 60) & (insurance == 0)),
        "ひとり親": pl.Series(single & (role == HEAD)),
        "監護": pl.Series(np.bincount(guardian[guardian >= 0], minlength=len(ages)) > 0),
        "施設入所": pl.Series(draw.chance(80, 200, rates["in_facility_80"])),
        "要介護度": _words(draw.care(), CARE),
        "身体障害者手帳": _words(draw.grade(rates["physical_certificate"], len(GRADES)), GRADES),
        "愛の手帳": _words(draw.grade(rates["intellectual_certificate"], len(DEGREES)), DEGREES),
        "精神障害者保健福祉手帳": _words(draw.grade(rates["mental_certificate"], 4), GRADES[:4]),
        "ひとり親事由": _words(draw.reason(single & (role == CHILD)), REASONS),
    }
    columns |= _household_columns(code, number, income, unknown_income & adult, draw)
    frame = pl.DataFrame(columns)
    return frame.with_columns(_guardian_columns(frame, guardian))


def _maybe(values: Ints, unknown: Bools) -> pl.Series:
    """Return whole numbers with unknown ones empty."""
    return pl.Series(values.astype(np.int64)).zip_with(pl.Series(~unknown), _NOTHING.new_from_index(0, len(values)))


def _household_columns(code: str, number: Ints, income: Ints, unknown: Bools, draw: "_Draw") -> dict[str, pl.Series]:
    _, place, sizes = np.unique(number, return_inverse=True, return_counts=True)
    total = np.bincount(place, weights=income).astype(np.int64)
    open_income = np.bincount(place, weights=unknown) > 0
    taxed = np.bincount(place, weights=income > TAX_FREE_INCOME_YEN) > 0
    random = draw.random
    assisted = ~taxed & (random.random(len(sizes)) < draw.rates["public_assistance"])
    shares = [
        1 - draw.rates["rented"] - draw.rates["public_housing"] - 0.04,
        draw.rates["rented"],
        draw.rates["public_housing"],
        0.04,
    ]
    home = random.choice(len(HOMES), len(sizes), p=shares)
    tax_free = _maybe((~taxed)[place].astype(np.int64), (open_income & ~taxed)[place]).cast(pl.Boolean)
    return {
        "世帯.自治体コード": pl.repeat(code, len(number), eager=True),
        "世帯.世帯人数": pl.Series(sizes[place]),
        "世帯.世帯所得": _maybe(total[place], open_income[place]),
        "世帯.住民税非課税": tax_free,
        "世帯.生活保護": pl.Series(assisted[place]),
        "世帯.住居": _words(home[place], HOMES),
    }


_OF_GUARDIAN = (
    "生年月日", "所得", "扶養親族等の数", "監護", "公務員", "ひとり親", "婚姻中", "就労中", "医療保険", "国内居住",
    "国民年金第一号", "身体障害者手帳",
)  # fmt: skip


def _guardian_columns(frame: pl.DataFrame, guardian: Ints) -> list[pl.Series]:
    """Return the guardian's facts beside each child; empty for everybody else."""
    place = _maybe(guardian, guardian < 0).cast(pl.UInt32)
    columns = [frame[name].gather(place).alias(f"申請者.{name}") for name in _OF_GUARDIAN]
    shares = _maybe(np.ones(len(guardian), dtype=np.int64), guardian < 0).cast(pl.Boolean)
    return [*columns, shares.alias("申請者.生計同一")]


class _Draw:
    """Random draws over the ages of one municipality."""

    def __init__(self, ages: NDArray[np.float64], random: np.random.Generator, rates: Mapping[str, float]) -> None:
        self.ages = ages
        self.random = random
        self.rates = rates

    def chance(self, low: int, high: int, share: float) -> Bools:
        chosen: Bools = self.random.random(len(self.ages)) < share
        chosen &= self.ages >= low
        chosen &= self.ages < high
        return chosen

    def working(self, role: Ints) -> Bools:
        found = self.chance(20, 65, self.rates["working_20_64"])
        found &= (role != OTHER) | (self.ages <= 62)
        found |= self.chance(65, 75, self.rates["working_65_74"])
        return found

    def income(self, working: Bools) -> Ints:
        """Return yen a year, in steps of 1,000: workers log-normal around 3 million, pensioners around 0.9 million."""
        count = len(self.ages)
        earned = self.random.lognormal(np.log(3_000_000), 0.65, count)
        pension = np.where(self.ages >= 65, self.random.lognormal(np.log(500_000), 0.8, count), 0)
        return (np.where(working, earned, pension) // 1_000 * 1_000).astype(np.int64)

    def insurance(self, working: Bools, guardian: Ints) -> Ints:
        employee = self.random.random(len(self.ages)) < self.rates["employee_share"]
        kind = np.where(self.ages >= 75, 2, np.where((working | (self.ages < 60)) & employee, 1, 0))
        return np.where(guardian >= 0, kind[guardian], kind)

    def care(self) -> Ints:
        certified = self.chance(65, 75, self.rates["care_65_74"]) | self.chance(75, 85, self.rates["care_75_84"])
        certified |= self.chance(85, 200, self.rates["care_85"])
        return np.where(certified, self.random.choice(np.arange(1, 8), len(self.ages), p=CARE_SHARES), 0)

    def grade(self, share: float, grades: int) -> Ints:
        held = self.random.random(len(self.ages)) < share
        return np.where(held, self.random.integers(1, grades, len(self.ages)), 0)

    def reason(self, lacking: Bools) -> Ints:
        drawn = self.random.choice([1, 2, 8], len(self.ages), p=[0.83, 0.06, 0.11])
        return np.where(lacking, drawn, 0)

    def has_spouse(self, number: Ints, role: Ints) -> Bools:
        married = np.unique(number[role == SPOUSE])
        together: Bools = np.isin(number, married)
        return together
