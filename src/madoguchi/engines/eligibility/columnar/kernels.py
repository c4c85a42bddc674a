"""The loops that must be fast, written once for any rule: packing, and running a schedule of bit operations by block.

Small generic kernels, compiled on first use and kept on disk; none is generated per rule. They know words and numbers,
never a column's meaning.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Codes = NDArray[np.int32]
Longs = NDArray[np.int64]
_F = TypeVar("_F", bound=Callable[..., Any])

ZERO, ONES, KNOWN, LESS, IN, PREFIX, TODAY, GROUP, AND, OR, WITHOUT = range(11)
EMPTY, FULL, MIXED = 0, 1, 2
SAME_AS_LEFT, SAME_AS_RIGHT, COMPUTED = 2, 3, 4
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
NOTHING = np.uint64(0)
BLOCK_WORDS = 128


def kernel(function: _F) -> _F:
    """Compile without the interpreter's lock, so that two cores work at once."""
    compiled: Any = njit(nogil=True, cache=True)(function)
    return cast(_F, compiled)


@kernel
def pack(values: Longs, planes: Words) -> None:
    """Spread whole numbers over planes: bit p of row r goes to bit r % 64 of planes[p, r // 64]."""
    for word in range(planes.shape[1]):
        first = word * 64
        last = min(first + 64, values.shape[0])
        for plane in range(planes.shape[0]):
            bits = np.uint64(0)
            for row in range(first, last):
                bits |= np.uint64((values[row] >> plane) & 1) << np.uint64(row - first)
            planes[plane, word] = bits


@kernel
def ones_in(word: np.uint64) -> np.uint64:
    """Return how many bits are set."""
    x = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def prefix_word(position: int, word: int) -> np.uint64:
    """Return the word whose rows before `position` are set."""
    inside = position - word * 64
    if inside <= 0:
        return NOTHING
    if inside >= 64:
        return ALL
    return (np.uint64(1) << np.uint64(inside)) - np.uint64(1)


@kernel
def _copy(planes: Words, plane: int, start: int, count: int, registers: Words, node: int) -> None:
    for j in range(count):
        registers[node, j] = planes[plane, start + j]


@kernel
def _mask(planes: Words, plane: int, start: int, count: int, registers: Words, node: int) -> None:
    for j in range(count):
        registers[node, j] &= planes[plane, start + j]


@kernel
def _less(
    literal: int, first: int, bits: int, planes: Words, start: int, count: int, registers: Words, node: int, same: int
) -> None:
    """Compare planes with a literal from the highest bit down; `same` is a spare register."""
    for j in range(count):
        registers[node, j] = NOTHING
        registers[same, j] = ALL
    for plane in range(bits - 1, -1, -1):
        place = first + plane
        if (literal >> plane) & 1:
            for j in range(count):
                word = planes[place, start + j]
                registers[node, j] |= registers[same, j] & ~word
                registers[same, j] &= word
        else:
            for j in range(count):
                registers[same, j] &= ~planes[place, start + j]


@kernel
def _equal(
    literal: int, first: int, bits: int, planes: Words, start: int, count: int, registers: Words, node: int, same: int
) -> None:
    """Add the rows whose planes equal a literal to a register."""
    for j in range(count):
        registers[same, j] = ALL
    for plane in range(bits):
        place = first + plane
        if (literal >> plane) & 1:
            for j in range(count):
                registers[same, j] &= planes[place, start + j]
        else:
            for j in range(count):
                registers[same, j] &= ~planes[place, start + j]
    for j in range(count):
        registers[node, j] |= registers[same, j]


@kernel
def _state_of_leaf(codes: Codes, node: int, literals: Longs, positions: Longs, start: int, count: int) -> int:
    """Return whether a leaf is the same for all rows of a block, before anything is computed."""
    op = codes[node, 0]
    if op in (PREFIX, TODAY):
        position = positions[codes[node, 1]]
        return EMPTY if position <= start * 64 else FULL if position >= (start + count) * 64 else MIXED
    if op == KNOWN:
        return FULL if codes[node, 1] == -1 else EMPTY if codes[node, 1] == -2 else MIXED
    if op == LESS:
        literal = literals[codes[node, 4]]
        if literal <= 0:
            return EMPTY
        return FULL if literal >> codes[node, 2] != 0 and codes[node, 3] == -1 else MIXED
    return EMPTY if op == ZERO else FULL if op == ONES else MIXED


@kernel
def _compute_leaf(
    codes: Codes,
    node: int,
    literals: Longs,
    positions: Longs,
    planes: Words,
    derived: Words,
    start: int,
    count: int,
    registers: Words,
    same: int,
) -> None:
    op = codes[node, 0]
    if op == LESS:
        literal = literals[codes[node, 4]]
        if literal >> codes[node, 2] != 0:
            _copy(planes, codes[node, 3], start, count, registers, node)
            return
        _less(literal, codes[node, 1], codes[node, 2], planes, start, count, registers, node, same)
        if codes[node, 3] >= 0:
            _mask(planes, codes[node, 3], start, count, registers, node)
    elif op == IN:
        for j in range(count):
            registers[node, j] = NOTHING
        for place in range(codes[node, 4], codes[node, 4] + codes[node, 5]):
            literal = literals[place]
            _equal(literal, codes[node, 1], codes[node, 2], planes, start, count, registers, node, same)
        if codes[node, 3] >= 0:
            _mask(planes, codes[node, 3], start, count, registers, node)
    elif op == KNOWN:
        _copy(planes, codes[node, 1], start, count, registers, node)
    elif op == GROUP:
        _copy(derived, codes[node, 1], start, count, registers, node)
    else:
        position = positions[codes[node, 1]]
        for j in range(count):
            registers[node, j] = prefix_word(position, start + j)


@kernel
def _state_of_join(op: int, left: int, right: int) -> int:
    """Return 0 or 1 for a constant result, 2 or 3 where it equals the left or right operand, 4 to be computed."""
    if op == AND:
        if left == EMPTY or right == EMPTY:
            return EMPTY
        return SAME_AS_RIGHT if left == FULL else SAME_AS_LEFT if right == FULL else COMPUTED
    if op == OR:
        if left == FULL or right == FULL:
            return FULL
        return SAME_AS_RIGHT if left == EMPTY else SAME_AS_LEFT if right == EMPTY else COMPUTED
    if left == EMPTY or right == FULL:
        return EMPTY
    return SAME_AS_LEFT if right == EMPTY else COMPUTED


@kernel
def _foresee(
    codes: Codes, schedule: Codes, literals: Longs, positions: Longs, start: int, count: int, work: Codes
) -> None:
    """Find out which nodes are constant in a block or equal another; work[0] state, work[1] source, work[2] needed."""
    for node in schedule:
        work[1, node] = node
        work[2, node] = 0
        op = codes[node, 0]
        if op < AND:
            work[0, node] = _state_of_leaf(codes, node, literals, positions, start, count)
            continue
        left, right = codes[node, 1], codes[node, 2]
        shape = _state_of_join(op, work[0, left], work[0, right])
        if shape in (SAME_AS_LEFT, SAME_AS_RIGHT):
            other = left if shape == SAME_AS_LEFT else right
            work[0, node] = work[0, other]
            work[1, node] = work[1, other]
        else:
            work[0, node] = MIXED if shape == COMPUTED else shape


@kernel
def _need(codes: Codes, schedule: Codes, roots: Codes, work: Codes) -> None:
    """Mark the nodes that must be computed, from the roots down."""
    for node in roots:
        if work[0, node] == MIXED:
            work[2, work[1, node]] = 1
    for place in range(schedule.shape[0] - 1, -1, -1):
        node = schedule[place]
        if work[2, node] and codes[node, 0] >= AND:
            for side in range(1, 3):
                operand = codes[node, side]
                if work[0, operand] == MIXED:
                    work[2, work[1, operand]] = 1


@kernel
def _join(op: int, left: int, right: int, count: int, registers: Words, node: int) -> None:
    if op == AND:
        for j in range(count):
            registers[node, j] = registers[left, j] & registers[right, j]
    elif op == OR:
        for j in range(count):
            registers[node, j] = registers[left, j] | registers[right, j]
    else:
        for j in range(count):
            registers[node, j] = registers[left, j] & ~registers[right, j]


@kernel
def _compute(
    codes: Codes,
    schedule: Codes,
    literals: Longs,
    positions: Longs,
    planes: Words,
    derived: Words,
    start: int,
    count: int,
    registers: Words,
    work: Codes,
) -> None:
    """Compute the needed nodes of a block. The last two registers are all ones and a spare."""
    spare, ones = registers.shape[0] - 1, registers.shape[0] - 2
    for node in schedule:
        if not work[2, node]:
            continue
        op = codes[node, 0]
        if op < AND:
            _compute_leaf(codes, node, literals, positions, planes, derived, start, count, registers, spare)
            continue
        left = ones if work[0, codes[node, 1]] == FULL else work[1, codes[node, 1]]
        _join(op, left, work[1, codes[node, 2]], count, registers, node)


@kernel
def _store(
    state: int, registers: Words, node: int, start: int, count: int, tail: np.uint64, out: Words, root: int
) -> int:
    """Write one root's words; return how many bits are set. `tail` masks the last word."""
    last = start + count - 1
    if state != MIXED:
        word = ALL if state == FULL else NOTHING
        for j in range(start, last):
            out[root, j] = word
        out[root, last] = word & tail
        return (count - 1) * 64 * state + int(ones_in(out[root, last]))
    total = np.uint64(0)
    registers[node, count - 1] &= tail
    for j in range(count):
        out[root, start + j] = registers[node, j]
        total += ones_in(registers[node, j])
    return int(total)


@kernel
def run(
    codes: Codes,
    schedule: Codes,
    roots: Codes,
    literals: Longs,
    positions: Longs,
    planes: Words,
    derived: Words,
    size: int,
    registers: Words,
    work: Codes,
    out: Words,
    counts: Longs,
) -> None:
    """Compute the roots for all rows into out[root, word] and count their set bits.

    `schedule` lists the nodes with operands first; `registers` has two rows more than there are nodes.
    """
    words, width = out.shape[1], registers.shape[1]
    registers[registers.shape[0] - 2, :] = ALL
    for start in range(0, words, width):
        count = min(width, words - start)
        _foresee(codes, schedule, literals, positions, start, count, work)
        _need(codes, schedule, roots, work)
        _compute(codes, schedule, literals, positions, planes, derived, start, count, registers, work)
        tail = prefix_word(size, start + count - 1)
        for root in range(roots.shape[0]):
            node = roots[root]
            counts[root] += _store(work[0, node], registers, work[1, node], start, count, tail, out, root)
