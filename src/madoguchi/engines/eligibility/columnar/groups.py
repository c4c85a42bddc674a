"""Household tests as bits: how many members fulfil a condition, and a child's place among the siblings.

A test has one answer per household (or per child); it is written to every row of the household, so that it can be
combined like any other bit. Unknown members count as neither.
"""

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.columnar.kernels import ALL, NOTHING, Codes, Words, kernel, ones_in
from madoguchi.engines.eligibility.types import Op

EXISTS, EVERY, COUNT, ORDER = range(4)
KINDS = {"exists": EXISTS, "every": EVERY, "count": COUNT}
EQ, NE, LT, LE, GT, GE = range(6)
OPS = {Op.EQ: EQ, Op.NE: NE, Op.LT: LT, Op.LE: LE, Op.GT: GT, Op.GE: GE}
Rows = NDArray[np.int32]
Counts = NDArray[np.uint16]


@kernel
def _between(low: int, high: int, op: int, number: int) -> int:
    """Compare a count that lies between `low` and `high` with a number: 0 false, 1 unknown, 2 true."""
    if op in (NE, EQ):
        same = 2 if low == high and low == number else 0 if high < number or low > number else 1
        return same if op == EQ else 2 - same
    if op in (LT, GE):
        less = 2 if high < number else 0 if low >= number else 1
        return less if op == LT else 2 - less
    up_to = 2 if high <= number else 0 if low > number else 1
    return up_to if op == LE else 2 - up_to


@kernel
def _bit(words: Words, row: int) -> int:
    return int((words[row >> 6] >> np.uint64(row & 63)) & np.uint64(1))


@kernel
def _put(words: Words, row: int, on: bool) -> None:
    mask = np.uint64(1) << np.uint64(row & 63)
    if on:
        words[row >> 6] |= mask
    else:
        words[row >> 6] &= ~mask


@kernel
def _truth_of(test: Codes, decisive: int, unknown: int) -> int:
    """Return the truth of a household by how many members decide (yes; for `every`: no) and are unknown."""
    if test[0] == EXISTS:
        return 2 if decisive else 1 if unknown else 0
    if test[0] == EVERY:
        return 0 if decisive else 1 if unknown else 2
    return _between(decisive, decisive + unknown, test[1], test[2])


@kernel
def household_truth(test: Codes, rows: Rows, counted: Words, true: Words, false: Words) -> int:
    """Return 0, 1 or 2 for one household whose members' bits are given; `counted` are the rows that are members."""
    decisive, unknown = 0, 0
    for row in rows:
        if _bit(counted, row):
            yes, no = _bit(true, row), _bit(false, row)
            decisive += no if test[0] == EVERY else yes
            unknown += 1 - yes - no
    return _truth_of(test, decisive, unknown)


@kernel
def judge_household(
    household: int, test: Codes, starts: Rows, members: Rows, counted: Words, inner: Words, derived: Words
) -> None:
    """Judge one household and write both bits to all of its rows. `test` is kind, op, number."""
    rows = members[starts[household] : starts[household + 1]]
    truth = household_truth(test, rows, counted, inner[0], inner[1])
    for row in rows:
        _put(derived[0], row, truth == 2)
        _put(derived[1], row, truth == 0)


@kernel
def _count_bits(
    bits: np.uint64, word: int, households: Rows, side: int, counts: Counts, found: Rows, known: int
) -> int:
    """Count a word's set rows for their households; add households met for the first time to `found`."""
    while bits != NOTHING:
        low = bits & (~bits + np.uint64(1))
        bits ^= low
        household = households[word * 64 + int(ones_in(low - np.uint64(1)))]
        if counts[household, 0] == 0 and counts[household, 1] == 0:
            found[known] = household
            known += 1
        counts[household, side] += 1
    return known


@kernel
def judge_all(
    test: Codes, households: Rows, starts: Rows, members: Rows, counted: Words, inner: Words, derived: Words
) -> None:
    """Judge every household. `derived` is true and false side; inner likewise, by row.

    Households without a member that can matter get the default answer in one sweep; only the others are looked at.
    """
    default = _truth_of(test, 0, 0)
    decides = 1 if test[0] == EVERY else 0
    counts = np.zeros((starts.shape[0], 2), dtype=np.uint16)
    found = np.empty(starts.shape[0], dtype=np.int32)
    known = 0
    for word in range(counted.shape[0]):
        derived[0, word] = ALL if default == 2 else NOTHING
        derived[1, word] = ALL if default == 0 else NOTHING
        true, false = inner[0, word], inner[1, word]
        known = _count_bits(counted[word] & inner[decides, word], word, households, 0, counts, found, known)
        known = _count_bits(counted[word] & ~true & ~false, word, households, 1, counts, found, known)
    for place in range(known):
        household = found[place]
        truth = _truth_of(test, counts[household, 0], counts[household, 1])
        if truth != default:
            for row in members[starts[household] : starts[household + 1]]:
                _put(derived[0], row, truth == 2)
                _put(derived[1], row, truth == 0)


@kernel
def order_household(
    household: int, test: Codes, first: int, known: int, starts: Rows, members: Rows, children: Words, derived: Words
) -> None:
    """Write whether each child's place among the siblings fits. Rows from `first` to `known` are of the counted ages.

    Rows are sorted by birth, so that of two children the one with the lower row is the elder.
    """
    rows = members[starts[household] : starts[household + 1]]
    unknown, others = 0, 0
    for row in rows:
        if _bit(children, row):
            others += 1
            unknown += row >= known
    for row in rows:
        truth = 1
        if _bit(children, row):
            before = 0
            for other in rows:
                before += _bit(children, other) and first <= other < known and other < row
            truth = (
                _between(1, others, test[1], test[2])
                if row >= known
                else _between(before + 1, before + 1 + unknown, test[1], test[2])
            )
        _put(derived[0], row, truth == 2)
        _put(derived[1], row, truth == 0)


@kernel
def order_all(
    test: Codes, first: int, known: int, starts: Rows, members: Rows, children: Words, derived: Words
) -> None:
    """Judge the children of every household."""
    for household in range(starts.shape[0] - 1):
        order_household(household, test, first, known, starts, members, children, derived)


def test_code(kind: str, op: Op, number: int) -> NDArray[np.int32]:
    """Return a test as numbers: kind, operator, number."""
    return np.array([KINDS.get(kind, ORDER), OPS[op], number], dtype=np.int32)
