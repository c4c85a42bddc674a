"""What the columnar planner keeps of one partition, as plain arrays that kernels change in place.

Days are counted from the plan's first day. `rows` are people; a *pair* is a row and a rule, a *recipient* the row of the
person who is told (a child's or a household's items go to the head).
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

FAR, NONE = 32_000, -32_000
"""Days that never come, and that never were."""
EVENT, RULE, OPENS, BEGINS, NOW, CLOSES = 1, 2, 3, 4, 5, 0
"""Numbers of `Reason`."""
REMINDED, TAKEN = 1, 2
"""Flags of a pair."""

Days = NDArray[np.int16]
Rows = NDArray[np.int32]
Longs = NDArray[np.int64]
Words = NDArray[np.uint64]
_F = TypeVar("_F", bound=Callable[..., Any])


def kernel(function: _F) -> _F:
    """Compile without the interpreter's lock, so that two cores work at once."""
    compiled: Any = njit(nogil=True, cache=True)(function)
    return cast(_F, compiled)


class Limits(NamedTuple):
    """The policy's numbers, as in `Policy`."""

    lead: int
    close_lead: int
    gap: int
    urgent_within: int
    again: int
    horizon: int


class Rules(NamedTuple):
    """Per rule: days within which it is in force and within which one can apply, topics as bits, last day it changed."""

    starts: Days
    ends: Days
    opens: Days
    closes: Days
    topics: NDArray[np.uint32]
    changed: Days


class People(NamedTuple):
    """Per row. What stands for a recipient is read at the recipient's own row."""

    now: Words
    """Rows × words: which rules hold today."""
    event: Days
    """Last day on which something happened to the person or the household."""
    recipient: Rows
    """Row of who is told; −1 nobody."""
    first_ward: Rows
    next_ward: Rows
    """Linked lists: a recipient's rows."""
    first_turn: Rows
    """A row's turns: a linked list of `Turns`."""
    agreed: Days
    """Day of the latest choice of a recipient; FAR for those who are not told."""
    spread: NDArray[np.int8]
    """Days after `agreed` till which NOW may wait."""
    topics: NDArray[np.uint32]
    look: Days
    """The next day on which something may have to leave."""
    sent: Days
    broke: Days


class Turns(NamedTuple):
    """Coming days on which a rule begins or stops to hold for a row: a pool, linked by row and by day."""

    row: Rows
    """−1 when what it said no longer holds."""
    rule: Days
    day: Days
    begins: NDArray[np.bool_]
    next_of_row: Rows
    next_of_day: Rows
    first_of_day: Rows
    """By day, modulo its length."""
    free: Rows
    """`free[0]`: head of the list of free places (linked by `next_of_day`); `free[1]`: how many are in use."""


class Table(NamedTuple):
    """What is known of pairs, as an open hash table: 0 is an empty key."""

    keys: NDArray[np.uint32]
    told: Days
    ended: Days
    flags: NDArray[np.uint8]
    used: Longs


class Items(NamedTuple):
    """Room for the items of one recipient while she is looked at."""

    row: Rows
    rule: Rows
    reason: Rows
    day: Rows
    first: Rows
    last: Rows
    end: Rows


class Out(NamedTuple):
    """Messages: recipient, whether the gap was broken, where its items end; items: row, rule, reason, day."""

    recipient: Rows
    broke: NDArray[np.bool_]
    until: Rows
    row: Rows
    rule: Days
    reason: NDArray[np.int8]
    day: Days
    counts: Longs
    """Messages, items, and items held, so far."""


class State(NamedTuple):
    """Everything of one partition."""

    limits: Limits
    rules: Rules
    people: People
    turns: Turns
    table: Table


def rules_of(count: int) -> Rules:
    """Return so many rules that are always in force, of no topic."""

    def filled(value: int) -> Days:
        return np.full(count, value, np.int16)

    return Rules(filled(NONE), filled(FAR), filled(NONE), filled(FAR), np.zeros(count, np.uint32), filled(NONE))


def table_of(size: int) -> Table:
    """Return an empty table with room for at least so many pairs."""
    room = 1 << max(10, int(2 * size - 1).bit_length())
    return Table(
        np.zeros(room, np.uint32),
        np.full(room, NONE, np.int16),
        np.full(room, NONE, np.int16),
        np.zeros(room, np.uint8),
        np.zeros(1, np.int64),
    )


def turns_of(size: int, days: int) -> Turns:
    """Return an empty pool for so many turns on so many coming days."""
    free = np.arange(1, size + 1, dtype=np.int32)
    free[-1] = -1
    return Turns(
        row=np.full(size, -1, np.int32),
        rule=np.zeros(size, np.int16),
        day=np.zeros(size, np.int16),
        begins=np.zeros(size, np.bool_),
        next_of_row=np.full(size, -1, np.int32),
        next_of_day=free,
        first_of_day=np.full(days, -1, np.int32),
        free=np.array([0, 0], dtype=np.int32),
    )


def people_of(size: int, words: int) -> People:
    """Return people of whom nothing is known."""

    def filled(value: int, kind: Any = np.int16) -> Any:
        return np.full(size, value, kind)

    return People(
        now=np.zeros((size, words), np.uint64),
        event=filled(NONE),
        recipient=filled(-1, np.int32),
        first_ward=filled(-1, np.int32),
        next_ward=filled(-1, np.int32),
        first_turn=filled(-1, np.int32),
        agreed=filled(FAR),
        spread=filled(0, np.int8),
        topics=filled(0, np.uint32),
        look=filled(FAR),
        sent=filled(NONE),
        broke=filled(NONE),
    )


def items_of(size: int) -> Items:
    """Return room for so many items."""
    return Items(*(np.empty(size, np.int32) for _ in Items._fields))


def out_of(messages: int, items: int) -> Out:
    """Return room for so many messages and items."""
    return Out(
        np.empty(messages, np.int32),
        np.empty(messages, np.bool_),
        np.empty(messages, np.int32),
        np.empty(items, np.int32),
        np.empty(items, np.int16),
        np.empty(items, np.int8),
        np.empty(items, np.int16),
        np.zeros(3, np.int64),
    )
