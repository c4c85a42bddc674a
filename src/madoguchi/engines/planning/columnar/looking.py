"""The kernel that looks at recipients: the rules of `telling`, on arrays. Only recipients whose day has come are given."""

import numpy as np

from madoguchi.engines.planning.columnar.pairs import place_in_word, place_of, put, run_of
from madoguchi.engines.planning.columnar.state import (
    BEGINS,
    CLOSES,
    EVENT,
    FAR,
    NONE,
    NOW,
    OPENS,
    REMINDED,
    RULE,
    TAKEN,
    Items,
    Out,
    Rows,
    State,
    Words,
    kernel,
)


@kernel
def _cause(state: State, row: int, rule: int, recipient: int) -> int:
    """Return why a pair is looked at: the latest of event, rule and choice; the earlier named where they are of one day."""
    event, changed = state.people.event[row], state.rules.changed[rule]
    agreed = state.people.agreed[recipient]
    if event != NONE and event >= changed and event >= agreed:
        return EVENT
    return RULE if changed != NONE and changed >= agreed else NOW


@kernel
def _first_telling(
    state: State, row: int, rule: int, recipient: int, today: int, ended: int, found: Items, count: int
) -> int:
    """Write the first telling of a pair, if there is one; return how many items there are then."""
    limits = state.limits
    start, end, opens = run_of(state, row, rule, today)
    if start == FAR:
        return count
    if start <= today:
        reason, day, first, last = _cause(state, row, rule, recipient), today, today, today
        if reason == NOW:
            last = max(today, int(state.people.agreed[recipient]) + int(state.people.spread[recipient]))
    else:
        reason, day = OPENS if opens else BEGINS, start
        first = max(today, start - limits.lead)
        last = max(first, start - limits.lead + limits.gap)
    if ended != NONE:
        first, last = max(first, ended + limits.again), max(last, ended + limits.again + limits.gap)
    last = min(last, end)
    if first > last:
        return count
    return _write(found, count, row, rule, reason, day, first, last, end)


@kernel
def _reminder(state: State, row: int, rule: int, today: int, told: int, found: Items, count: int) -> int:
    """Write the reminder of a pair that was told, if there is one; return how many items there are then."""
    limits = state.limits
    end = run_of(state, row, rule, today)[1]
    early = end - limits.close_lead
    if end == FAR or early <= told + limits.lead:
        return count
    first = max(today, early)
    return _write(found, count, row, rule, CLOSES, end, first, max(first, early + limits.gap), end)


@kernel
def _write(
    found: Items, count: int, row: int, rule: int, reason: int, day: int, first: int, last: int, end: int
) -> int:
    found.row[count], found.rule[count], found.reason[count], found.day[count] = row, rule, reason, day
    found.first[count], found.last[count], found.end[count] = first, last, end
    return count + 1


@kernel
def _gather(state: State, recipient: int, today: int, mask: Words, found: Items) -> int:
    """Write every item of a recipient; return how many. −1: no room."""
    people, table = state.people, state.table
    words = people.now.shape[1]
    count = 0
    row = people.first_ward[recipient]
    while row >= 0:
        mask[:] = people.now[row]
        turn = people.first_turn[row]
        while turn >= 0:
            rule = state.turns.rule[turn]
            mask[rule >> 6] |= np.uint64(1) << np.uint64(rule & 63)
            turn = state.turns.next_of_row[turn]
        for word in range(words):
            left = mask[word]
            while left != np.uint64(0):
                bit = left & (~left + np.uint64(1))
                left ^= bit
                rule = word * 64 + place_in_word(bit)
                if not state.rules.topics[rule] & people.topics[recipient]:
                    continue
                if count == found.row.shape[0]:
                    return -1
                place = place_of(table, int(row) * words * 64 + rule + 1)
                known = table.keys[place] != 0
                if not known or (not table.flags[place] & TAKEN and table.told[place] == NONE):
                    ended = int(table.ended[place]) if known else NONE
                    count = _first_telling(state, row, rule, recipient, today, ended, found, count)
                elif not table.flags[place] & (REMINDED | TAKEN):
                    count = _reminder(state, row, rule, today, int(table.told[place]), found, count)
        row = people.next_ward[row]
    return count


@kernel
def _may_leave(state: State, recipient: int, today: int, found: Items, count: int) -> tuple[bool, bool, int]:
    """Return whether a message leaves, whether it breaks the gap, and how many items are held."""
    sent, broke, limits = int(state.people.sent[recipient]), int(state.people.broke[recipient]), state.limits
    reopens = today if sent == NONE else sent + limits.gap
    pressing, urgent = 0, 0
    for item in range(count):
        if found.first[item] <= today and found.last[item] <= today:
            pressing += 1
            urgent += found.end[item] < reopens
    if pressing == 0:
        return False, False, 0
    if today >= reopens:
        return True, False, 0
    breaks = bool(urgent > 0 and sent < today and (broke == NONE or broke + limits.urgent_within <= today))
    return breaks, breaks, 0 if breaks else urgent


@kernel
def _next_look(state: State, today: int, reopens: int, found: Items, count: int, told: bool) -> int:
    """Return the next day on which an item may press; `told`: those that were ripe have left."""
    limits = state.limits
    result = FAR
    for item in range(count):
        if told and found.first[item] <= today:
            early = found.end[item] - limits.close_lead
            if found.reason[item] != CLOSES and found.end[item] != FAR and early > today + limits.lead:
                result = min(result, max(early + limits.gap, reopens))
        elif found.end[item] > today:
            last = found.last[item] if found.end[item] < reopens else max(found.last[item], reopens)
            result = min(result, max(last, today + 1))
    return result


@kernel
def _tell(state: State, recipient: int, today: int, broke: bool, found: Items, count: int, out: Out) -> None:
    """Write a message of all ripe items and remember it."""
    stride = state.people.now.shape[1] * 64
    message, item = out.counts[0], out.counts[1]
    for place in range(count):
        if found.first[place] > today:
            continue
        out.row[item], out.rule[item] = found.row[place], found.rule[place]
        out.reason[item], out.day[item] = found.reason[place], found.day[place]
        item += 1
        there = put(state.table, int(found.row[place]) * stride + found.rule[place] + 1)
        if found.reason[place] == CLOSES:
            state.table.flags[there] |= np.uint8(REMINDED)
        else:
            state.table.told[there] = today
    out.recipient[message], out.broke[message], out.until[message] = recipient, broke, item
    out.counts[0], out.counts[1] = message + 1, item
    state.people.sent[recipient] = today
    if broke:
        state.people.broke[recipient] = today


@kernel
def look(state: State, recipients: Rows, begin: int, today: int, found: Items, out: Out) -> int:
    """Look at recipients from place `begin` on; return the place where room ran out, or their number."""
    room = state.table.keys.shape[0] * 7 // 10
    mask = np.zeros(state.people.now.shape[1], np.uint64)
    for place in range(begin, len(recipients)):
        recipient = recipients[place]
        if state.people.agreed[recipient] == FAR:
            state.people.look[recipient] = FAR
            continue
        count = _gather(state, recipient, today, mask, found)
        full = count < 0 or out.counts[0] == out.recipient.shape[0] or out.counts[1] + count > out.row.shape[0]
        if full or state.table.used[0] + count > room:
            return place
        leaves, broke, held = _may_leave(state, recipient, today, found, count)
        if leaves:
            _tell(state, recipient, today, broke, found, count, out)
        out.counts[2] += held
        sent = int(state.people.sent[recipient])
        reopens = today if sent == NONE else sent + state.limits.gap
        state.people.look[recipient] = _next_look(state, today, reopens, found, count, leaves)
    return len(recipients)


@kernel
def most_items(state: State, recipient: int) -> int:
    """Return how many items a recipient can have at the most."""
    count = 0
    row = state.people.first_ward[recipient]
    while row >= 0:
        count += state.people.now.shape[1] * 64
        row = state.people.next_ward[row]
    return count
