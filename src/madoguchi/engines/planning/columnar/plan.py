"""The plan of one partition, followed from day to day: the same messages as `telling`, for everybody at once.

A day is `begin(day)`, then whatever changed (`note`, `replace`, `direct`, `choose`, …), then `tell()`. Work is done for
rows that turn or change and for recipients whose day has come; nobody else is touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.planning.columnar import looking, state, turns
from madoguchi.engines.planning.model import Policy, Window

Ints = NDArray[np.int64]
_BITS = 64
_ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the plan must know of one rule. `force` are the days on which it is valid; `topics` bits of topics."""

    id: str
    topics: int
    window: Window = _ALWAYS
    force: Window = _ALWAYS


@dataclass(frozen=True, slots=True)
class Turning:
    """Coming turns in columns: row, rule (place in the plan's rules), day (date ordinal), whether it begins or ends."""

    rows: NDArray[np.int32]
    rules: NDArray[np.int32]
    days: NDArray[np.int32]
    begins: NDArray[np.bool_]

    @classmethod
    def none(cls) -> "Turning":
        """Return no turns."""
        nothing = np.zeros(0, np.int32)
        return cls(nothing, nothing, nothing, nothing > 0)


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of a day. Message n goes to row `recipients[n]` with the items `starts[n]` to `starts[n + 1]`.

    `days` are date ordinals, `reasons` numbers of `Reason`. `looked` is how many recipients were looked at.
    """

    recipients: NDArray[np.int32]
    broke: NDArray[np.bool_]
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    rules: NDArray[np.int16]
    reasons: NDArray[np.int8]
    days: NDArray[np.int32]
    looked: int
    held: int

    def __len__(self) -> int:
        return len(self.recipients)


class Plan:
    """What is to be told in one partition, and what was told. Rows are numbered by the caller and keep their numbers."""

    def __init__(self, rules: Sequence[Ruling], size: int, first_day: date, policy: Policy, *, spare: int = 16) -> None:
        """Begin with nobody told. `spare` rules may be added later. Raise ValueError when there are too many pairs."""
        self.policy, self.rules, self.today = policy, list(rules), first_day
        self._base = first_day.toordinal()
        self._words = (len(rules) + spare + _BITS - 1) // _BITS
        self._check_size(size)
        count = self._words * _BITS
        self._sheet = state.rules_of(count)
        for place in range(len(rules)):
            self._write_rule(place)
        self._people = state.people_of(size, self._words)
        self._turns = state.turns_of(1024, policy.horizon + 2)
        self._table = state.table_of(1024)
        self._items = state.items_of(4096)
        self._limits = state.Limits(
            policy.lead, policy.close_lead, policy.gap, policy.urgent_within, policy.again, policy.horizon
        )
        self._over_rows: list[NDArray[np.int32]] = []
        self._over_pairs: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
        self._over_rules = np.zeros(count, np.bool_)

    @property
    def size(self) -> int:
        """Return how many rows there are."""
        return len(self._people.look)

    @property
    def words(self) -> int:
        """Return how many words of 64 rules a row has."""
        return self._words

    def grow(self, size: int) -> None:
        """Add rows of whom nothing is known, up to so many. Raise ValueError when there are too many pairs."""
        if size <= self.size:
            return
        self._check_size(size)
        more = state.people_of(size - self.size, self._words)
        pairs: Any = zip(self._people, more, strict=True)
        self._people = state.People(*(np.concatenate(both) for both in pairs))

    def begin(self, day: date) -> None:
        """Go on to the next day: what turns on it turns. Raise ValueError for any other day."""
        if day != self.today + timedelta(days=1):
            raise ValueError(f"{day} does not follow {self.today}. Run the days one after the other.")
        self.today = day
        rows, rules = np.empty(1024, np.int32), np.empty(1024, np.int32)
        while (count := turns.happen(self._state, self._now, rows, rules)) < 0:
            rows, rules = np.empty(-count, np.int32), np.empty(-count, np.int32)
        self._over_pairs.append((rows[:count], rules[:count]))
        last = np.minimum(self._sheet.closes, self._sheet.ends)
        self._over_rules |= last == self._now - 1

    def note(self, coming: Turning) -> None:
        """Take over turns that came in sight. Raise ValueError for a day that is past or beyond the horizon."""
        if not len(coming.rows):
            return
        days = coming.days - np.int32(self._base)
        if days.min() <= self._now or days.max() > self._now + self.policy.horizon:
            raise ValueError(
                "A turn is past or beyond the horizon. Give turns from tomorrow to the horizon's last day."
            )
        self._room_for_turns(len(days))
        turns.note(self._state, self._now, coming.rows, coming.rules, days.astype(np.int32), coming.begins)

    def replace(self, rows: NDArray[np.int32], now: NDArray[np.uint64], coming: Turning, *, happened: bool) -> None:
        """Take over what holds of rows today (rows × words) and their turns, after facts changed. `happened`: an event."""
        turns.replace(self._state, self._now, rows, now, happened)
        self._over_rows.append(rows)
        self.note(coming)

    def replace_rules(
        self, changed: Sequence[Ruling], rows: NDArray[np.int32], now: NDArray[np.uint64], coming: Turning
    ) -> None:
        """Take over changed or added rules: for `rows` what holds of these rules now, and their turns.

        Rows for which none of them holds, held or turns need not be given. Raise ValueError when there is no place left.
        """
        mask = np.zeros(self._words, np.uint64)
        for ruling in changed:
            place = self._place_of(ruling)
            mask[place // _BITS] |= np.uint64(1) << np.uint64(place % _BITS)
            self._over_rules[place] = True
            self._sheet.changed[place] = self._now
        turns.replace_rules(self._state, self._now, rows, now, mask)
        self.note(coming)

    def direct(self, rows: NDArray[np.int32], recipients: NDArray[np.int32]) -> None:
        """Say who is told about rows; −1 nobody."""
        turns.direct(self._state, self._now, rows, recipients)

    def choose(
        self, rows: NDArray[np.int32], agreed: NDArray[np.bool_], topics: NDArray[np.uint32], spread: NDArray[np.int32]
    ) -> None:
        """Take over what recipients chose today. `spread`: days after today till which the reason NOW may wait."""
        days = np.where(agreed, self._now, state.FAR).astype(np.int16)
        turns.choose(self._state, self._now, rows, days, spread, topics)

    def rows_with(self, rules: Sequence[str]) -> NDArray[np.int32]:
        """Return the rows for which one of some rules holds today or turns soon."""
        places = [place for place, ruling in enumerate(self.rules) if ruling.id in rules]
        mask = np.zeros(self._words, np.uint64)
        for place in places:
            mask[place // _BITS] |= np.uint64(1) << np.uint64(place % _BITS)
        holding = np.flatnonzero((self._people.now & mask).any(axis=1))
        turning = self._turns.row[np.isin(self._turns.rule, places) & (self._turns.row >= 0)]
        return np.unique(np.concatenate([holding, turning])).astype(np.int32)

    def take_up(self, rows: NDArray[np.int32], rules: NDArray[np.int32], *, on: bool = True) -> None:
        """Note pairs that were applied for, of which nothing is told; `on=False` when that is over."""
        self._room_for_pairs(len(rows))
        turns.take_up(self._state, rows, rules, on)

    def tell(self) -> Messages:
        """End what is over, then return today's messages and remember them. Once a day."""
        self._end()
        due = np.flatnonzero(self._people.look <= self._now).astype(np.int32)
        out = state.out_of(max(1024, len(due)), max(4096, 4 * len(due)))
        place = 0
        while (place := looking.look(self._state, due, place, self._now, self._items, out)) < len(due):
            self._items = state.items_of(max(len(self._items.row), looking.most_items(self._state, due[place])))
            self._room_for_pairs(len(self._items.row))
            if out.counts[0] == len(out.recipient) or out.counts[1] + len(self._items.row) > len(out.row):
                out = _more_room(out)
        messages, items, held = (int(count) for count in out.counts)
        return Messages(
            out.recipient[:messages].copy(),
            out.broke[:messages].copy(),
            np.concatenate([np.zeros(1, np.int32), out.until[:messages]]),
            out.row[:items].copy(),
            out.rule[:items].copy(),
            out.reason[:items].copy(),
            out.day[:items] + np.int32(self._base),
            len(due),
            held,
        )

    def told_on(self, rows: NDArray[np.int32], rules: NDArray[np.int32]) -> Ints:
        """Return the date ordinal on which pairs were first told in their present run; 0 where they were not."""
        days: Ints = turns.told_days(self._state, rows, rules)
        return np.where(days == state.NONE, 0, days + self._base)

    def memory_bytes(self) -> int:
        """Return how much memory the plan's arrays hold."""
        parts = (*self._sheet, *self._people, *self._turns, *self._table, *self._items)
        return sum(part.nbytes for part in parts)

    @property
    def _now(self) -> int:
        return self.today.toordinal() - self._base

    @property
    def _state(self) -> state.State:
        return state.State(self._limits, self._sheet, self._people, self._turns, self._table)

    def _end(self) -> None:
        """End what is over among all that changed today; nothing can be over while nothing is known of any pair."""
        if not self._table.used[0]:
            self._over_pairs, self._over_rows = [], []
        for rows, rules in self._over_pairs:
            turns.end_pairs(self._state, self._now, rows, rules)
        for rows in self._over_rows:
            turns.end_rows(self._state, self._now, rows, len(self.rules))
        if self._over_rules.any():
            turns.end_rules(self._state, self._now, self._over_rules)
        self._over_pairs, self._over_rows = [], []
        self._over_rules[:] = False

    def _place_of(self, ruling: Ruling) -> int:
        place = next((place for place, rule in enumerate(self.rules) if rule.id == ruling.id), len(self.rules))
        if place == self._words * _BITS:
            raise ValueError(f"There is no place left for {ruling.id}. Make the plan with more spare rules.")
        self.rules[place : place + 1] = [ruling]
        self._write_rule(place)
        return place

    def _write_rule(self, place: int) -> None:
        ruling, sheet = self.rules[place], self._sheet
        ends = ((sheet.starts, sheet.ends, ruling.force), (sheet.opens, sheet.closes, ruling.window))
        for first, last, window in ends:
            first[place] = state.NONE if window.opens is None else self._day(window.opens)
            last[place] = state.FAR if window.closes is None else self._day(window.closes)
        sheet.topics[place] = ruling.topics

    def _day(self, day: date) -> int:
        """Return a day in the plan's counting, or the outermost one where it is decades away."""
        return max(state.NONE + 1, min(state.FAR - 1, day.toordinal() - self._base))

    def _check_size(self, size: int) -> None:
        if size * self._words * _BITS >= 2**32:
            raise ValueError(f"{size:,} rows with {self._words * _BITS} rules are too many. Split the partition.")

    def _room_for_turns(self, count: int) -> None:
        used, size = int(self._turns.free[1]), len(self._turns.row)
        if used + count >= size:
            larger = state.turns_of(2 * (used + count), len(self._turns.first_of_day))
            turns.enlarged_turns(self._turns, larger)
            self._turns = larger

    def _room_for_pairs(self, count: int) -> None:
        used, size = int(self._table.used[0]), len(self._table.keys)
        if used + count > size * 6 // 10:
            larger = state.table_of(used + count)
            turns.enlarged_table(self._table, larger)
            self._table = larger


def _more_room(out: state.Out) -> state.Out:
    """Return twice the room, with what was written so far."""
    larger = state.out_of(2 * len(out.recipient), 2 * len(out.row))
    pairs: Any = zip(out, larger, strict=True)
    for old, new in pairs:
        new[: len(old)] = old
    return larger
