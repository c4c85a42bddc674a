"""Kernels about one pair: what is known of it, and the first run of days on which its programme can be had."""

import numpy as np

from madoguchi.engines.planning.columnar.state import FAR, NONE, REMINDED, State, Table, Words, kernel


@kernel
def place_of(table: Table, key: int) -> int:
    """Return where a pair's key stands, or the empty place where it would stand (then `keys[place]` is 0)."""
    mask = table.keys.shape[0] - 1
    mixed = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    place: int = int(mixed) & mask
    while table.keys[place] != 0 and table.keys[place] != key:
        place = (place + 1) & mask
    return place


@kernel
def put(table: Table, key: int) -> int:
    """Return the place of a pair's key, taking one if it has none. The caller keeps room."""
    place = place_of(table, key)
    if table.keys[place] == 0:
        table.keys[place] = key
        table.used[0] += 1
    return place


@kernel
def moved(old: Table, new: Table) -> None:
    """Copy everything into a larger table."""
    for place in range(old.keys.shape[0]):
        if old.keys[place] != 0:
            there = put(new, old.keys[place])
            new.told[there] = old.told[place]
            new.ended[there] = old.ended[place]
            new.flags[there] = old.flags[place]


@kernel
def place_in_word(bit: np.uint64) -> int:
    """Return the place of a word's only set bit."""
    x = bit - np.uint64(1)
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def holds(now: Words, row: int, rule: int) -> bool:
    """Tell whether a rule holds for a row today."""
    return bool((now[row, rule >> 6] >> np.uint64(rule & 63)) & np.uint64(1))


@kernel
def next_turn(state: State, row: int, rule: int, after: int) -> int:
    """Return a pair's next turn after a day, −1 when there is none."""
    turns = state.turns
    best, found = FAR, -1
    place = state.people.first_turn[row]
    while place >= 0:
        day = turns.day[place]
        if turns.rule[place] == rule and day > after and day < best:
            best, found = day, place
        place = turns.next_of_row[place]
    return found


@kernel
def run_of(state: State, row: int, rule: int, today: int) -> tuple[int, int, bool]:
    """Return first and last day of a pair's first run that is not over, and whether the window opens it.

    The first day is FAR when there is no run. It may lie beyond the horizon, and the last day be FAR (none in sight).
    """
    rules = state.rules
    on = holds(state.people.now, row, rule)
    start, cursor = NONE, today
    while True:
        turn = next_turn(state, row, rule, cursor)
        if turn < 0 and not on:
            return FAR, FAR, False
        day = FAR if turn < 0 else int(state.turns.day[turn])
        if on:
            own = max(start, int(rules.starts[rule]))
            first = max(own, int(rules.opens[rule]))
            last = min(day - 1 if turn >= 0 else FAR, min(int(rules.ends[rule]), int(rules.closes[rule])))
            if last >= max(first, today):
                return first, last, bool(rules.opens[rule] > own)
            if turn < 0:
                return FAR, FAR, False
        on, start, cursor = not on, day, day


@kernel
def end_if_over(state: State, row: int, rule: int, today: int) -> None:
    """Move what was told about a pair to what is over, when no run is in sight any more."""
    table = state.table
    place = place_of(table, int(row) * state.people.now.shape[1] * 64 + rule + 1)
    if table.keys[place] == 0 or table.told[place] == NONE:
        return
    if run_of(state, row, rule, today)[0] > today + state.limits.horizon:
        table.ended[place] = table.told[place]
        table.told[place] = NONE
        table.flags[place] &= ~np.uint8(REMINDED)


@kernel
def spread_planes(planes: Words, size: int) -> Words:
    """Turn planes of rules (rules × words of 64 rows) into words of rows (rows × words of 64 rules)."""
    result = np.zeros((size, (planes.shape[0] + 63) // 64), np.uint64)
    for rule in range(planes.shape[0]):
        mask = np.uint64(1) << np.uint64(rule & 63)
        for word in range(planes.shape[1]):
            left = planes[rule, word]
            while left != np.uint64(0):
                bit = left & (~left + np.uint64(1))
                left ^= bit
                result[word * 64 + place_in_word(bit), rule >> 6] |= mask
    return result
