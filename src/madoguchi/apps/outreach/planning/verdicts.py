"""Verdicts of one group of residents on a day and their turns up to the horizon, as the planner takes them.

`Ahead` stands at the horizon's last day and moves with the plan; what turns on its way is what comes in sight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from madoguchi.apps.outreach.planning.book import Book
from madoguchi.engines.calendars import attained_on
from madoguchi.engines.eligibility import Truth
from madoguchi.engines.eligibility.columnar import Changes, Population, Residents, Standing
from madoguchi.engines.eligibility.plans import HEAD, ROLE
from madoguchi.engines.planning import Policy
from madoguchi.engines.planning.columnar import Turning, spread_planes

BIRTH = "生年月日"
MAJORITY = 18
EPOCH = date(1970, 1, 1).toordinal()
Ints = NDArray[np.int64]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Members:
    """Who is who, by row of the residents: person numbers, births (days since 1970), row of the household's head or −1."""

    persons: Ints
    births: NDArray[np.int32]
    heads: NDArray[np.int32]


def members_of(frame: pl.DataFrame, residents: Residents) -> Members:
    """Return who is who in a frame, in the order in which the residents were packed."""
    births = frame[BIRTH].to_physical().fill_null(np.iinfo(np.int32).max).to_numpy()
    order = np.argsort(births, kind="stable")
    heads = (frame[ROLE].cast(pl.String) == HEAD).to_numpy()[order]
    of_household = np.full(len(residents.starts) - 1, -1, np.int32)
    rows = np.flatnonzero(heads)
    of_household[residents.households[rows]] = rows
    return Members(residents.persons, births[order].astype(np.int32), of_household[residents.households])


def youngest_adult(day: date) -> int:
    """Return the latest birth (days since 1970) of whoever is of age on a day."""
    birth = date(day.year - MAJORITY, day.month, min(day.day, 28)) + timedelta(days=5)
    while attained_on(birth, years=MAJORITY) > day:
        birth -= DAY
    return birth.toordinal() - EPOCH


@dataclass(frozen=True, slots=True)
class Matched:
    """Residents with their verdicts on a day; `standing` moves on with whoever follows them."""

    residents: Residents
    members: Members
    standing: Standing


def match(frame: pl.DataFrame, municipality: str, book: Book, today: date) -> Matched:
    """Pack and judge the residents of a frame; raise ValueError where somebody has more dependants than the book covers."""
    residents = Residents.from_frame(frame, municipality=municipality, columns=book.compiled.columns)
    return Matched(residents, members_of(frame, residents), Standing(Population(book.compiled, [residents]), today))


def judged_on(book: Book, matched: Matched, today: date) -> Matched:
    """Return the same residents judged by another book on a day."""
    standing = Standing(Population(book.compiled, [matched.residents]), today)
    return Matched(matched.residents, matched.members, standing)


class Ahead:
    """A group of residents followed at the horizon's last day, from the day on which they were matched."""

    def __init__(self, matched: Matched, policy: Policy, places: Mapping[str, int]) -> None:
        """Go on to the horizon's last day. `places`: where the plan has which rule; other rules are left out."""
        self.matched, today = matched, matched.standing.today
        persons = matched.residents.persons
        self._order = np.argsort(persons, kind="stable").astype(np.int32)
        self._sorted = persons[self._order]
        self._now: NDArray[np.uint64] | None = self._held(places)
        days = [today + DAY * number for number in range(1, policy.horizon + 1)]
        self._coming: Turning | None = self.advance(days, places)

    def release(self) -> tuple[NDArray[np.uint64], Turning]:
        """Hand over, once, what holds on the first day (rows × words) and what turns up to the horizon."""
        now, coming = self._now, self._coming
        if now is None or coming is None:
            raise ValueError("The first verdicts were handed over before. Match anew to have them again.")
        self._now = self._coming = None
        return now, coming

    def advance(self, days: Sequence[date], places: Mapping[str, int]) -> Turning:
        """Go on day by day; return what turns, by rows of these residents."""
        return joined([self._turning(self.matched.standing.advance(day)[0], places, day) for day in days])

    def change_rules(self, book: Book) -> None:
        """Take over another book for the days to come."""
        self.matched.standing.change_rules(Population(book.compiled, [self.matched.residents]))

    def _held(self, places: Mapping[str, int]) -> NDArray[np.uint64]:
        residents, verdicts = self.matched.residents, self.matched.standing.verdicts()[0]
        planes = np.zeros((max(places.values(), default=0) + 1, residents.words), np.uint64)
        for number, rule in enumerate(verdicts.rules):
            if rule in places:
                planes[places[rule]] = verdicts.bits[number, 0]
        return spread_planes(planes, residents.size)

    def _turning(self, changes: Changes, places: Mapping[str, int], day: date) -> Turning:
        place = np.array([places.get(rule, -1) for rule in changes.rules], dtype=np.int32)
        rules = place[changes.rule] if len(place) else np.zeros(0, np.int32)
        begins = changes.after == Truth.TRUE
        chosen = (begins | (changes.before == Truth.TRUE)) & (rules >= 0)
        rows = self._order[np.searchsorted(self._sorted, changes.persons[chosen])]
        days = np.full(len(rows), day.toordinal(), np.int32)
        return Turning(rows, rules[chosen], days, begins[chosen])


def joined(parts: Sequence[Turning]) -> Turning:
    """Return all turns in one."""
    if not parts:
        return Turning.none()
    return Turning(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.rules for part in parts]),
        np.concatenate([part.days for part in parts]),
        np.concatenate([part.begins for part in parts]),
    )


def chosen_turns(coming: Turning, rows: NDArray[np.int32], keep: NDArray[np.bool_]) -> Turning:
    """Return some turns, with the plan's rows in the place of the residents'."""
    return Turning(rows[coming.rows[keep]], coming.rules[keep], coming.days[keep], coming.begins[keep])
