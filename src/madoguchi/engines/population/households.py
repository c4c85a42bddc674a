"""Puts the people of one municipality into households: families with children, couples, people alone, others.

Works on sorted arrays of birth days and never moves a person out of the published cell. Days are counted since 1970.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
YEAR = 365.2425
HEAD, SPOUSE, CHILD, OTHER = 0, 1, 2, 3
MIN_GAP_DAYS = int(16.5 * YEAR)


@dataclass(slots=True)
class Households:
    """Per person: household number, role (head, spouse, child, other), guardian's index (−1 = none)."""

    number: Ints
    role: Ints
    guardian: Ints
    single_parent: NDArray[np.bool_]
    """True for guardians without a partner and for their children."""


def _near(wanted: Ints, available: Ints) -> Ints:
    """Return for each wanted birth day (falling) an own place in `available` (falling): near, never younger."""
    places = np.searchsorted(-available, -wanted, side="left")
    steps = np.arange(len(wanted))
    places = np.maximum.accumulate(places - steps) + steps
    return np.minimum(places, len(available) - len(wanted) + steps)


def _families(births: Ints, chance: float, random: np.random.Generator) -> Ints:
    """Return the family of each child: siblings are children born about two and a half years apart."""
    order = np.argsort(births, kind="stable")
    stride = max(1, round(len(births) / (18 / 2.5)))
    rank = np.empty(len(births), dtype=np.int64)
    rank[order] = np.arange(len(births))
    column, row = rank % stride, rank // stride
    walk = np.lexsort((row, column))
    starts = random.random(len(births)) >= chance
    starts[row[walk] == 0] = True
    family = np.empty(len(births), dtype=np.int64)
    family[walk] = np.cumsum(starts) - 1
    return family


def assign(births: Ints, female: NDArray[np.bool_], adult: NDArray[np.bool_], at_home: NDArray[np.bool_], *,
           rates: dict[str, float], random: np.random.Generator) -> Households:  # fmt: skip
    """Return the households of one municipality. `at_home` marks young adults who live with their parents."""
    count = len(births)
    result = Households(np.full(count, -1), np.full(count, HEAD), np.full(count, -1), np.zeros(count, dtype=np.bool_))
    children = np.flatnonzero(~adult | at_home)
    grown = np.flatnonzero(adult & ~at_home)
    used = _place_children(result, children, grown, births, female, rates, random)
    free = np.setdiff1d(grown, used, assume_unique=True)
    _place_couples_and_singles(result, free, births, female, rates, random)
    return result


def _place_children(result: Households, children: Ints, grown: Ints, births: Ints, female: NDArray[np.bool_],
                    rates: dict[str, float], random: np.random.Generator) -> Ints:  # fmt: skip
    """Give every child a guardian and most guardians a partner; return the adults that were used."""
    if len(children) == 0:
        return np.empty(0, dtype=np.int64)
    family = _families(births[children], rates["next_child_in_family"], random)
    eldest = np.full(family.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(eldest, family, births[children])
    women = grown[female[grown]]
    guardians = _guardians(eldest, women if len(women) >= 2 * len(eldest) else grown, births, random)
    result.guardian[children] = guardians[family]
    result.role[children] = CHILD
    result.number[guardians] = np.arange(len(guardians))
    alone = random.random(len(guardians)) < rates["single_parent_families"]
    partners = _partners(result, guardians[~alone], grown, births, female, random)
    result.single_parent[guardians] = result.number[guardians] >= 0
    result.single_parent[guardians[~alone][: len(partners)]] = False
    result.number[children] = result.number[result.guardian[children]]
    result.single_parent[children] = result.single_parent[result.guardian[children]]
    return np.union1d(guardians, partners)


def _guardians(eldest: Ints, pool: Ints, births: Ints, random: np.random.Generator) -> Ints:
    """Return one adult per family, about 31 years older than the eldest child and never less than 16."""
    gap = np.clip(random.normal(31, 5, len(eldest)), 18, 45) * YEAR
    wanted = eldest - gap.astype(np.int64)
    order = np.argsort(-wanted, kind="stable")
    pool = pool[np.argsort(-births[pool], kind="stable")]
    if len(pool) < len(eldest):
        pool = np.resize(pool[::-1], len(eldest))
    chosen = np.empty(len(eldest), dtype=np.int64)
    chosen[order] = pool[_near(wanted[order], births[pool])]
    too_young = births[chosen] > eldest - MIN_GAP_DAYS
    chosen[too_young] = pool[-1] if births[pool[-1]] <= births[chosen].min() else chosen[np.argmin(births[chosen])]
    return chosen


def _partners(result: Households, guardians: Ints, grown: Ints, births: Ints, female: NDArray[np.bool_],
              random: np.random.Generator) -> Ints:  # fmt: skip
    """Give guardians (one household each) a partner of about their age while there are any; return the partners."""
    guardians = np.unique(guardians)
    men = np.setdiff1d(grown[~female[grown]], guardians)
    guardians = guardians[: len(men)]
    wanted = births[guardians] - (random.normal(1.5, 4, len(guardians)) * YEAR).astype(np.int64)
    order = np.argsort(-wanted, kind="stable")
    men = men[np.argsort(-births[men], kind="stable")]
    partners = men[_near(wanted[order], births[men])] if len(guardians) else men[:0]
    result.number[partners] = result.number[guardians[order]]
    result.role[partners] = SPOUSE
    return partners


def _place_couples_and_singles(result: Households, free: Ints, births: Ints, female: NDArray[np.bool_],
                               rates: dict[str, float], random: np.random.Generator) -> None:  # fmt: skip
    women = free[female[free]]
    wives = women[random.random(len(women)) < rates["couples_without_children"]]
    first = int(result.number.max()) + 1
    result.number[wives] = first + np.arange(len(wives))
    husbands = _partners(result, wives, free, births, female, random)
    alone = np.setdiff1d(free, np.union1d(wives, husbands))
    joins = random.random(len(alone)) >= rates["adults_living_alone"]
    homes = result.number[(result.number >= 0) & (result.role == HEAD)]
    if len(homes) == 0:
        joins[:] = False
    heads = alone[~joins]
    result.number[heads] = int(result.number.max()) + 1 + np.arange(len(heads))
    result.number[alone[joins]] = random.choice(homes, int(joins.sum())) if joins.any() else homes[:0]
    result.role[alone[joins]] = OTHER
