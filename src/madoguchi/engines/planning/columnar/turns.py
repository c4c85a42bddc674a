"""Kernels that follow what holds: coming turns are noted, happen on their day, or are dropped when facts change."""

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.planning.columnar.pairs import end_if_over, moved, next_turn, place_of, put
from madoguchi.engines.planning.columnar.state import (
    FAR,
    NONE,
    TAKEN,
    Days,
    Longs,
    Rows,
    State,
    Table,
    Turns,
    Words,
    kernel,
)


@kernel
def wake(state: State, row: int, day: int) -> None:
    """Have the recipient of a row looked at on a day at the latest."""
    people = state.people
    recipient = people.recipient[row]
    if recipient >= 0 and people.agreed[recipient] != FAR and day < people.look[recipient]:
        people.look[recipient] = day


@kernel
def _drop_from_row(state: State, place: int) -> None:
    """Take a turn out of its row's list."""
    row = state.turns.row[place]
    before, there = -1, state.people.first_turn[row]
    while there != place:
        before, there = there, state.turns.next_of_row[there]
    if before < 0:
        state.people.first_turn[row] = state.turns.next_of_row[place]
    else:
        state.turns.next_of_row[before] = state.turns.next_of_row[place]


@kernel
def note(state: State, today: int, rows: Rows, rules: Rows, days: Rows, begins: NDArray[np.bool_]) -> None:
    """Note coming turns and have their recipients looked at in time. The caller keeps room in the pool."""
    turns, people, limits = state.turns, state.people, state.limits
    for item in range(rows.shape[0]):
        row, day = rows[item], days[item]
        place = turns.free[0]
        turns.free[0] = turns.next_of_day[place]
        turns.free[1] += 1
        turns.row[place], turns.rule[place], turns.day[place] = row, rules[item], day
        turns.begins[place] = begins[item]
        turns.next_of_row[place] = people.first_turn[row]
        people.first_turn[row] = place
        bucket = day % turns.first_of_day.shape[0]
        turns.next_of_day[place] = turns.first_of_day[bucket]
        turns.first_of_day[bucket] = place
        latest = day - limits.lead if begins[item] else day - 1 - limits.close_lead
        wake(state, row, max(today, latest + limits.gap))


@kernel
def happen(state: State, day: int, rows: Rows, rules: Rows) -> int:
    """Let the turns of a day happen; write the pairs that stopped to hold and return how many.

    Where one begins anew soon, its next run comes in view: the recipient is looked at. A negative number: so much room is
    needed, and nothing was done.
    """
    turns, people = state.turns, state.people
    bucket = day % turns.first_of_day.shape[0]
    count = 0
    place = turns.first_of_day[bucket]
    while place >= 0:
        count += 1
        place = turns.next_of_day[place]
    if count > rows.shape[0]:
        return -count
    count = 0
    place = turns.first_of_day[bucket]
    turns.first_of_day[bucket] = -1
    while place >= 0:
        following, row, rule = turns.next_of_day[place], turns.row[place], turns.rule[place]
        if row >= 0:
            _drop_from_row(state, place)
            mask = np.uint64(1) << np.uint64(rule & 63)
            if turns.begins[place]:
                people.now[row, rule >> 6] |= mask
            else:
                people.now[row, rule >> 6] &= ~mask
                rows[count], rules[count] = row, rule
                count += 1
                if next_turn(state, row, rule, day) >= 0:
                    wake(state, row, day)
        turns.row[place] = -1
        turns.next_of_day[place] = turns.free[0]
        turns.free[0] = place
        turns.free[1] -= 1
        place = following
    return count


@kernel
def replace(state: State, today: int, rows: Rows, now: Words, happened: bool) -> None:
    """Put what holds of rows anew and forget their coming turns; their recipients are looked at today."""
    people, turns = state.people, state.turns
    for item in range(rows.shape[0]):
        row = rows[item]
        people.now[row] = now[item]
        place = people.first_turn[row]
        while place >= 0:
            turns.row[place] = -1
            place = turns.next_of_row[place]
        people.first_turn[row] = -1
        if happened:
            people.event[row] = today
        wake(state, row, today)


@kernel
def replace_rules(state: State, today: int, rows: Rows, now: Words, mask: Words) -> None:
    """Put what holds of some rules (`mask`) anew for rows and forget these rules' turns."""
    people, turns = state.people, state.turns
    for item in range(rows.shape[0]):
        row = rows[item]
        for word in range(mask.shape[0]):
            people.now[row, word] = (people.now[row, word] & ~mask[word]) | (now[item, word] & mask[word])
        before, place = -1, people.first_turn[row]
        while place >= 0:
            rule, following = turns.rule[place], turns.next_of_row[place]
            if (mask[rule >> 6] >> np.uint64(rule & 63)) & np.uint64(1):
                turns.row[place] = -1
                if before < 0:
                    people.first_turn[row] = following
                else:
                    turns.next_of_row[before] = following
            else:
                before = place
            place = following
        wake(state, row, today)


@kernel
def end_pairs(state: State, today: int, rows: Rows, rules: Rows) -> None:
    """End what is over among some pairs."""
    for item in range(rows.shape[0]):
        end_if_over(state, rows[item], rules[item], today)


@kernel
def end_rows(state: State, today: int, rows: Rows, rules: int) -> None:
    """End what is over among all pairs of some rows."""
    for row in rows:
        for rule in range(rules):
            end_if_over(state, row, rule, today)


@kernel
def end_rules(state: State, today: int, chosen: NDArray[np.bool_]) -> None:
    """End what is over among all pairs of some rules."""
    stride = state.people.now.shape[1] * 64
    for place in range(state.table.keys.shape[0]):
        key = int(state.table.keys[place]) - 1
        if key >= 0 and chosen[key % stride]:
            end_if_over(state, key // stride, key % stride, today)


@kernel
def direct(state: State, today: int, rows: Rows, recipients: Rows) -> None:
    """Give rows other recipients; old and new ones are looked at today."""
    people = state.people
    for item in range(rows.shape[0]):
        row, old, new = rows[item], people.recipient[rows[item]], recipients[item]
        if old == new:
            continue
        if old >= 0:
            before, there = -1, people.first_ward[old]
            while there != row:
                before, there = there, people.next_ward[there]
            if before < 0:
                people.first_ward[old] = people.next_ward[row]
            else:
                people.next_ward[before] = people.next_ward[row]
            wake(state, row, today)
        people.recipient[row] = new
        if new >= 0:
            people.next_ward[row] = people.first_ward[new]
            people.first_ward[new] = row
            wake(state, row, today)


@kernel
def choose(state: State, today: int, rows: Rows, agreed: Days, spread: Rows, topics: NDArray[np.uint32]) -> None:
    """Take over what recipients chose; FAR as the day for those who are not told any more."""
    people = state.people
    for item in range(rows.shape[0]):
        row = rows[item]
        people.agreed[row], people.spread[row], people.topics[row] = agreed[item], spread[item], topics[item]
        people.look[row] = FAR if agreed[item] == FAR else today


@kernel
def take_up(state: State, rows: Rows, rules: Rows, on: bool) -> None:
    """Note pairs that a person has applied for (`on`) or no longer receives. The caller keeps room in the table."""
    stride = state.people.now.shape[1] * 64
    for item in range(rows.shape[0]):
        place = put(state.table, int(rows[item]) * stride + rules[item] + 1)
        if on:
            state.table.flags[place] |= np.uint8(TAKEN)
        else:
            state.table.flags[place] &= ~np.uint8(TAKEN)


@kernel
def enlarged_turns(old: Turns, new: Turns) -> None:
    """Copy a pool into a larger one, place by place."""
    size = old.row.shape[0]
    for place in range(size):
        new.row[place], new.rule[place], new.day[place] = old.row[place], old.rule[place], old.day[place]
        new.begins[place] = old.begins[place]
        new.next_of_row[place], new.next_of_day[place] = old.next_of_row[place], old.next_of_day[place]
    new.next_of_day[new.row.shape[0] - 1] = old.free[0]
    new.free[0], new.free[1] = size, old.free[1]
    for bucket in range(old.first_of_day.shape[0]):
        new.first_of_day[bucket] = old.first_of_day[bucket]


@kernel
def enlarged_table(old: Table, new: Table) -> None:
    """Copy a table into a larger one."""
    moved(old, new)


@kernel
def told_days(state: State, rows: Rows, rules: Rows) -> Longs:
    """Return the plan's day on which pairs were first told in their present run; NONE where they were not."""
    stride = state.people.now.shape[1] * 64
    result = np.full(rows.shape[0], NONE, np.int64)
    for item in range(rows.shape[0]):
        place = place_of(state.table, int(rows[item]) * stride + rules[item] + 1)
        if state.table.keys[place] != 0:
            result[item] = state.table.told[place]
    return result
