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
def household_truth(kind: int, op: int, number: int, rows: Rows, counted: Words, true: Words, false: Words) -> int:
    """Return 0, 1 or 2 for one household whose members' bits are given; `counted` are the rows that are members."""
    yes, unknown, members = 0, 0, 0
    for row in rows:
        if _bit(counted, row):
            members += 1
            if _bit(true, row):
                yes += 1
            elif not _bit(false, row):
                unknown += 1
    if kind == EXISTS:
        return 2 if yes else 1 if unknown else 0
    if kind == EVERY:
        return 2 if yes == members else 1 if yes + unknown == members else 0
    return _between(yes, yes + unknown, op, number)


@kernel
def judge_household(
    household: int, test: Codes, starts: Rows, members: Rows, counted: Words, inner: Words, derived: Words
) -> None:
    """Judge one household and write both bits to all of its rows. `test` is kind, op, number."""
    rows = members[starts[household] : starts[household + 1]]
    truth = household_truth(test[0], test[1], test[2], rows, counted, inner[0], inner[1])
    for row in rows:
        _put(derived[0], row, truth == 2)
        _put(derived[1], row, truth == 0)


@kernel
def _default(test: Codes) -> int:
    """Return the truth of a household in which nobody is counted with yes or unknown."""
    if test[0] == EXISTS:
        return 0
    return 2 if test[0] == EVERY else _between(0, 0, test[1], test[2])


@kernel
def _households_of(bits: Words, households: Rows, seen: NDArray[np.uint8], found: Rows, count: int) -> int:
    """Add the households of the set rows to `found`, each once; return how many there are."""
    for word in range(bits.shape[0]):
        rest = bits[word]
        while rest != np.uint64(0):
            low = rest & (~rest + np.uint64(1))
            rest ^= low
            household = households[word * 64 + np.int64(ones_in(low - np.uint64(1)))]
            if not seen[household]:
                seen[household] = 1
                found[count] = household
                count += 1
    return count


@kernel
def judge_all(
    test: Codes, households: Rows, starts: Rows, members: Rows, counted: Words, inner: Words, derived: Words
) -> None:
    """Judge every household. `derived` is true and false side; inner likewise, by row.

    Households without a member that can matter get the default answer in one sweep; only the others are looked at.
    """
    default = _default(test)
    every = test[0] == EVERY
    touched = np.empty_like(counted)
    for word in range(counted.shape[0]):
        matters = ~inner[0, word] if every else ~inner[1, word]
        touched[word] = counted[word] & matters
        derived[0, word] = ALL if default == 2 else NOTHING
        derived[1, word] = ALL if default == 0 else NOTHING
    seen = np.zeros(starts.shape[0], dtype=np.uint8)
    found = np.empty(starts.shape[0], dtype=np.int32)
    count = _households_of(touched, households, seen, found, 0)
    for place in range(count):
        judge_household(found[place], test, starts, members, counted, inner, derived)


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
