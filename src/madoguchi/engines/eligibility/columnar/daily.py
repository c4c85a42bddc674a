"""Kernels that follow verdicts from one day to the next: only words in which an age begins or ends are judged again.

They work on one 64-row word at a time through the cone of nodes of each rule touched, and record every bit that changed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.columnar.groups import Rows, judge_household, order_household
from madoguchi.engines.eligibility.columnar.kernels import (
    ALL,
    AND,
    GROUP,
    KNOWN,
    LESS,
    NOTHING,
    ONES,
    OR,
    PREFIX,
    TODAY,
    Codes,
    Longs,
    Words,
    kernel,
    ones_in,
    prefix_word,
)


class Lists(NamedTuple):
    """Many lists in one: list n is items[starts[n]:starts[n + 1]]."""

    starts: Rows
    items: Rows


class State(NamedTuple):
    """One partition as the kernels see it; `bits` is rules × 2 × words and changes in place, as do the groups' words."""

    size: int
    known_births: int
    codes: Codes
    roots: Codes
    literals: Longs
    positions: Longs
    planes: Words
    fixed: Words
    """Words of leaves that only change when facts do."""
    place: Rows
    """Where a leaf's words stand in `fixed`; −1 = elsewhere."""
    cones: Lists
    """Nodes of each rule, then of each household test, operands first."""
    tests: Codes
    """Household tests × (kind, op, number, counted, order position)."""
    inner_roots: Codes
    inner: Words
    """Tests × 2 × words."""
    derived: Words
    counted: Words
    households: Rows
    starts: Rows
    members: Rows
    rules_of_test: Lists
    bits: Words
    counts: Longs
    values: Words
    """Scratch: one word per node."""


class Found(NamedTuple):
    """Changes so far: rule, row, truth before × 3 + truth after; `count[0]` of them are filled."""

    rule: Rows
    row: Rows
    truths: NDArray[np.uint8]


@kernel
def _plane_word(state: State, node: int, word: int) -> np.uint64:
    """Compare a column with a literal in one word."""
    codes = state.codes
    literal, bits = state.literals[codes[node, 4]], codes[node, 2]
    known = ALL if codes[node, 3] == -1 else state.planes[codes[node, 3], word]
    if literal <= 0:
        return NOTHING
    if literal >> bits != 0:
        return known
    less, same = NOTHING, ALL
    for plane in range(bits - 1, -1, -1):
        row = state.planes[codes[node, 1] + plane, word]
        if (literal >> plane) & 1:
            less |= same & ~row
            same &= row
        else:
            same &= ~row
    return less & known


@kernel
def _one_of_word(state: State, node: int, word: int) -> np.uint64:
    """Compare a column with a list of literals in one word."""
    codes = state.codes
    found = NOTHING
    for place in range(codes[node, 4], codes[node, 4] + codes[node, 5]):
        same = ALL
        for plane in range(codes[node, 2]):
            row = state.planes[codes[node, 1] + plane, word]
            same &= row if (state.literals[place] >> plane) & 1 else ~row
        found |= same
    return found & (ALL if codes[node, 3] == -1 else state.planes[codes[node, 3], word])


@kernel
def refresh_fixed(state: State, node: int, words: Rows) -> None:
    """Compare a column again in some words, after its facts changed."""
    for word in words:
        if state.codes[node, 0] == LESS:
            state.fixed[state.place[node], word] = _plane_word(state, node, word)
        else:
            state.fixed[state.place[node], word] = _one_of_word(state, node, word)


@kernel
def _leaf_word(state: State, node: int, word: int) -> np.uint64:
    op, a = state.codes[node, 0], state.codes[node, 1]
    if state.place[node] >= 0:
        kept: np.uint64 = state.fixed[state.place[node], word]
        return kept
    if op in (PREFIX, TODAY):
        return prefix_word(state.positions[a], word)
    if op == LESS:
        return _plane_word(state, node, word)
    if op == GROUP:
        derived: np.uint64 = state.derived[a, word]
        return derived
    if op == KNOWN:
        return ALL if a == -1 else NOTHING if a == -2 else state.planes[a, word]
    return ALL if op == ONES else NOTHING


@kernel
def _judge_word(state: State, cone: int, word: int) -> None:
    """Compute every node of a cone for one word."""
    codes, values = state.codes, state.values
    for place in range(state.cones.starts[cone], state.cones.starts[cone + 1]):
        node = state.cones.items[place]
        op = codes[node, 0]
        if op < AND:
            values[node] = _leaf_word(state, node, word)
            continue
        left, right = values[codes[node, 1]], values[codes[node, 2]]
        values[node] = left & right if op == AND else left | right if op == OR else left & ~right


@kernel
def _grown(found: Found, room: int) -> Found:
    size = max(room, 2 * found.rule.shape[0])
    rule, row, truths = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint8)
    for place in range(found.rule.shape[0]):
        rule[place], row[place], truths[place] = found.rule[place], found.row[place], found.truths[place]
    return Found(rule, row, truths)


@kernel
def _truth(true: np.uint64, false: np.uint64, bit: np.uint64) -> int:
    return 2 if true & bit else 0 if false & bit else 1


@kernel
def put_word(
    state: State, rule: int, word: int, true: np.uint64, false: np.uint64, found: Found, count: int
) -> tuple[Found, int]:
    """Replace one word of a rule's verdicts and record what changed."""
    tail = prefix_word(state.size, word)
    true, false = true & tail, false & tail
    old_true, old_false = state.bits[rule, 0, word], state.bits[rule, 1, word]
    changed = (true ^ old_true) | (false ^ old_false)
    if changed == NOTHING:
        return found, count
    state.bits[rule, 0, word], state.bits[rule, 1, word] = true, false
    state.counts[rule, 0] += np.int64(ones_in(true)) - np.int64(ones_in(old_true))
    state.counts[rule, 1] += np.int64(ones_in(false)) - np.int64(ones_in(old_false))
    if count + 64 > found.rule.shape[0]:
        found = _grown(found, count + 64)
    while changed != NOTHING:
        bit = changed & (~changed + np.uint64(1))
        changed ^= bit
        found.rule[count] = rule
        found.row[count] = word * 64 + np.int64(ones_in(bit - np.uint64(1)))
        found.truths[count] = 3 * _truth(old_true, old_false, bit) + _truth(true, false, bit)
        count += 1
    return found, count


@kernel
def refresh(state: State, rule: int, word: int, found: Found, count: int) -> tuple[Found, int]:
    """Judge one word of a rule again."""
    _judge_word(state, rule, word)
    true, false = state.values[state.roots[2 * rule]], state.values[state.roots[2 * rule + 1]]
    return put_word(state, rule, word, true, false, found, count)


@kernel
def refresh_words(state: State, rules: Rows, words: Rows, found: Found, count: int) -> tuple[Found, int]:
    """Judge several words of several rules again."""
    for word in words:
        for rule in rules:
            found, count = refresh(state, rule, word, found, count)
    return found, count


@kernel
def refresh_shifted(
    state: State, before: Longs, is_age: NDArray[np.bool_], rules_of: Lists, found: Found, count: int
) -> tuple[Found, int]:
    """Judge the words between each old and new position again, for the rules that depend on that position."""
    for place in range(before.shape[0]):
        low, high = min(before[place], state.positions[place]), max(before[place], state.positions[place])
        if low == high or not is_age[place]:
            continue
        for word in range(low >> 6, ((high - 1) >> 6) + 1):
            for item in range(rules_of.starts[place], rules_of.starts[place + 1]):
                found, count = refresh(state, rules_of.items[item], word, found, count)
    return found, count


@kernel
def refresh_inner(state: State, test: int, word: int) -> None:
    """Judge the members' condition of a household test again in one word."""
    rules = state.bits.shape[0]
    _judge_word(state, rules + test, word)
    for side in range(2):
        state.inner[test, side, word] = state.values[state.inner_roots[2 * test + side]]


@kernel
def refresh_household(state: State, test: int, household: int, found: Found, count: int) -> tuple[Found, int]:
    """Test one household again and judge its members' words for every rule that uses the test."""
    code = state.tests[test]
    derived = state.derived[2 * test : 2 * test + 2]
    counted = state.counted[code[3]]
    if code[4] >= 0:
        first = state.positions[code[4]]
        order_household(household, code, first, state.known_births, state.starts, state.members, counted, derived)
    else:
        judge_household(household, code, state.starts, state.members, counted, state.inner[test], derived)
    for member in range(state.starts[household], state.starts[household + 1]):
        word = state.members[member] >> 6
        for item in range(state.rules_of_test.starts[test], state.rules_of_test.starts[test + 1]):
            found, count = refresh(state, state.rules_of_test.items[item], word, found, count)
    return found, count


@kernel
def refresh_tests(
    state: State, before: Longs, is_age: NDArray[np.bool_], positions_of: Lists, found: Found, count: int
) -> tuple[Found, int]:
    """Follow household tests through the positions that moved: first the members' bits, then the households."""
    for test in range(state.tests.shape[0]):
        for phase in range(2):
            for item in range(positions_of.starts[test], positions_of.starts[test + 1]):
                place = positions_of.items[item]
                low, high = min(before[place], state.positions[place]), max(before[place], state.positions[place])
                if low == high or not is_age[place]:
                    continue
                if phase == 0 and state.tests[test, 4] < 0:
                    for word in range(low >> 6, ((high - 1) >> 6) + 1):
                        refresh_inner(state, test, word)
                elif phase == 1:
                    for row in range(low, high):
                        found, count = refresh_household(state, test, state.households[row], found, count)
    return found, count


@kernel
def replace_rule(state: State, rule: int, new: Words, found: Found, count: int) -> tuple[Found, int]:
    """Replace all words of a rule by newly computed ones (true and false side)."""
    for word in range(new.shape[1]):
        found, count = put_word(state, rule, word, new[0, word], new[1, word], found, count)
    return found, count


@kernel
def values_of(first: int, bits: int, planes: Words, size: int) -> Longs:
    """Return a column's values (in its own counting) by row."""
    result = np.zeros(size, dtype=np.int64)
    for row in range(size):
        for plane in range(bits):
            bit = (planes[first + plane, row >> 6] >> np.uint64(row & 63)) & np.uint64(1)
            result[row] |= np.int64(bit) << plane
    return result


@kernel
def set_values(first: int, bits: int, known: int, planes: Words, rows: Rows, values: Longs) -> None:
    """Write a column's values for some rows; −1 is unknown."""
    for item in range(rows.shape[0]):
        row, value = rows[item], values[item]
        word, mask = row >> 6, np.uint64(1) << np.uint64(row & 63)
        for plane in range(bits):
            if value > 0 and (value >> plane) & 1:
                planes[first + plane, word] |= mask
            else:
                planes[first + plane, word] &= ~mask
        if known >= 0:
            if value >= 0:
                planes[known, word] |= mask
            else:
                planes[known, word] &= ~mask


def nothing_found(room: int = 1024) -> Found:
    """Return an empty record of changes."""
    return Found(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8))
