"""The plan of one municipality: its verdicts ahead joined with what people chose and what they were told.

Households whose facts change leave the large pack and are judged in a small one beside it, which is packed anew with each
change; so a birth, a death, a move or an income costs as much as the households that ever changed, not the municipality.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from madoguchi.apps.outreach.planning.book import Book
from madoguchi.apps.outreach.planning.preferences import Preferences
from madoguchi.apps.outreach.planning.verdicts import (
    DAY,
    Ahead,
    Matched,
    Members,
    chosen_turns,
    joined,
    judged_on,
    match,
    youngest_adult,
)
from madoguchi.engines.eligibility.plans import PERSON
from madoguchi.engines.planning.columnar import Messages, Plan, Turning

Ints = NDArray[np.int64]
Rows = NDArray[np.int32]
_NOBODY = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Happened:
    """What changed in a municipality: whole households as they are now, and who is no longer there (death, move)."""

    households: pl.DataFrame
    gone: Ints


class MunicipalPlan:
    """One municipality's plan. Rows of the plan are those of the first pack; newcomers follow."""

    def __init__(self, matched: Matched, book: Book, wishes: Preferences) -> None:
        """Look ahead from the day that was matched, and ask what everybody chose; nobody has been told anything."""
        residents, members, today = matched.residents, matched.members, matched.standing.today
        self.municipality, self._book, self._wishes = str(residents.municipality), book, wishes
        ids = [*book.compiled.pairs(residents.municipality)]
        self._places = {rule: place for place, rule in enumerate(ids)}
        self._main = Ahead(matched, book.policy, self._places)
        self._left = np.zeros(residents.size, np.bool_)
        """Rows of the large pack that are judged beside it, or gone."""
        self._all = np.arange(residents.size, dtype=np.int32)
        self._beside: Ahead | None = None
        self._beside_frame: pl.DataFrame | None = None
        self._beside_rows = np.zeros(0, np.int32)
        self.persons = residents.persons
        self._births, self._heads = members.births, members.heads
        self._rows: dict[int, int] | None = None
        self.plan = Plan([book.ruling(rule) for rule in ids], residents.size, today, book.policy)
        now, coming = self._main.release()
        self.plan.replace(self._all, _wide(now, self.plan.words), coming, happened=False)
        self.plan.direct(self._all, self._recipients(self._all, today))
        self._choose(self._all)

    @property
    def rules(self) -> list[str]:
        """Return the ids of the plan's rules, by place."""
        return [ruling.id for ruling in self.plan.rules]

    def begin(self, day: date) -> None:
        """Go on to the next day: turns come in sight, children come of age."""
        self.plan.begin(day)
        last = [day + DAY * self._book.policy.horizon]
        coming = self._main.advance(last, self._places)
        self.plan.note(chosen_turns(coming, self._all, ~self._left[coming.rows]))
        if self._beside is not None:
            coming = self._beside.advance(last, self._places)
            self.plan.note(chosen_turns(coming, self._beside_rows, np.ones(len(coming.rows), np.bool_)))
        adult, before = youngest_adult(day), youngest_adult(day - DAY)
        grown = np.flatnonzero((self._births > before) & (self._births <= adult)).astype(np.int32)
        self.plan.direct(grown, grown)

    def happen(self, happened: Happened) -> None:
        """Take over what changed today, after `begin`. Persons who are not known are newcomers."""
        day = self.plan.today
        gone = self.rows_of(happened.gone)
        self._leave(gone[gone >= 0])
        touched = pl.concat([happened.households[PERSON], pl.Series(PERSON, happened.gone, pl.Int64)])
        before = happened.households.clear() if self._beside_frame is None else self._beside_frame
        kept = before.filter(~pl.col(PERSON).is_in(touched.implode()))
        self._beside_frame = pl.concat([kept, happened.households])
        self._judge_beside(self._beside_frame, happened.households[PERSON].to_numpy(), day)

    def choose(self, persons: Ints) -> None:
        """Ask anew what persons chose, when they changed it."""
        self._choose(self.rows_of(persons), again=True)

    def change_rules(self, book: Book, changed: list[str]) -> None:
        """Take over a book in which some rules are new, changed or have another window."""
        self._book, day = book, self.plan.today
        only = book.only(changed)
        mine = [*only.compiled.pairs(self.municipality)]
        for rule in mine:
            self._places.setdefault(rule, len(self._places))
        self._main.change_rules(book)
        groups = [(self._main, self._all, ~self._left)]
        if self._beside is not None:
            self._beside.change_rules(book)
            groups.append((self._beside, self._beside_rows, np.ones(len(self._beside_rows), np.bool_)))
        now, parts = np.zeros((self.plan.size, self.plan.words), np.uint64), []
        for group, rows, judged in groups:
            held, coming = Ahead(judged_on(only, group.matched, day), book.policy, self._places).release()
            now[rows[judged]] = _wide(held, self.plan.words)[judged]
            parts.append(chosen_turns(coming, rows, judged[coming.rows]))
        coming = joined(parts)
        rulings = [book.ruling(rule) for rule in mine]
        rows = np.unique(np.concatenate([np.flatnonzero(now.any(axis=1)), coming.rows, self.plan.rows_with(mine)]))
        self.plan.replace_rules(rulings, rows.astype(np.int32), now[rows], coming)

    def tell(self) -> Messages:
        """Return today's messages."""
        return self.plan.tell()

    def rows_of(self, persons: Ints) -> Rows:
        """Return the plan's rows of persons; −1 for those who are not known."""
        if self._rows is None:
            self._rows = {int(person): row for row, person in enumerate(self.persons)}
        return np.array([self._rows.get(int(person), -1) for person in persons], dtype=np.int32)

    def _choose(self, rows: Rows, *, again: bool = False) -> None:
        """Take over choices. A first message may wait some days, a new choice is answered at once."""
        chosen = self._wishes.of(self.persons[rows])
        spread = np.zeros(len(rows), np.int32) if again else chosen.spread
        self.plan.choose(rows, chosen.agreed, chosen.topics, spread)

    def _recipients(self, rows: Rows, day: date) -> Rows:
        adult = self._births[rows] <= youngest_adult(day)
        unknown = self._births[rows] == _NOBODY
        result: Rows = np.where(adult | unknown, rows, self._heads[rows]).astype(np.int32)
        return result

    def _leave(self, rows: Rows) -> None:
        """Forget rows of persons who are no longer there: nothing holds, nobody is told."""
        self._left[rows[rows < len(self._left)]] = True
        self.plan.replace(rows, np.zeros((len(rows), self.plan.words), np.uint64), Turning.none(), happened=True)
        self.plan.direct(rows, np.full(len(rows), -1, np.int32))
        nothing = np.zeros(len(rows), np.int32)
        self.plan.choose(rows, nothing > 0, nothing.astype(np.uint32), nothing)
        self._births[rows] = _NOBODY

    def _judge_beside(self, frame: pl.DataFrame, changed: Ints, day: date) -> None:
        """Pack the households beside anew; take over those that changed today."""
        if not frame.height:
            self._beside, self._beside_rows = None, np.zeros(0, np.int32)
            return
        matched = match(frame, self.municipality, self._book, day)
        residents, members = matched.residents, matched.members
        self._beside = Ahead(matched, self._book.policy, self._places)
        held, coming = self._beside.release()
        self._newcomers(residents.persons)
        rows = self._beside_rows = self.rows_of(residents.persons)
        fresh = np.isin(residents.persons, changed)
        self._left[rows[rows < len(self._left)]] = True
        mine = rows[fresh]
        arrived = mine[self._births[mine] == _NOBODY]
        self._take_over(members, rows, fresh, day)
        coming = chosen_turns(coming, rows, fresh[coming.rows])
        self.plan.replace(mine, _wide(held, self.plan.words)[fresh], coming, happened=True)
        self._choose(arrived)

    def _newcomers(self, persons: Ints) -> None:
        """Give persons who are not known rows."""
        unknown = persons[self.rows_of(persons) < 0]
        first, size = self.plan.size, self.plan.size + len(unknown)
        self.plan.grow(size)
        self.persons = np.concatenate([self.persons, unknown])
        self._births = np.concatenate([self._births, np.full(len(unknown), _NOBODY, np.int32)])
        self._heads = np.concatenate([self._heads, np.full(len(unknown), -1, np.int32)])
        if self._rows is not None:
            self._rows |= {int(person): first + place for place, person in enumerate(unknown)}

    def _take_over(self, members: Members, rows: Rows, fresh: NDArray[np.bool_], day: date) -> None:
        """Take over births and heads of the households that changed, and who is told about them."""
        mine = rows[fresh]
        heads = members.heads[fresh]
        self._births[mine] = members.births[fresh]
        self._heads[mine] = np.where(heads < 0, -1, rows[heads])
        self.plan.direct(mine, self._recipients(mine, day))


def _wide(now: NDArray[np.uint64], words: int) -> NDArray[np.uint64]:
    """Return words of rows with as many words as the plan has."""
    if now.shape[1] == words:
        return now
    result = np.zeros((len(now), words), np.uint64)
    result[:, : now.shape[1]] = now
    return result
