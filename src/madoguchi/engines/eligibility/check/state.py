"""What is still possible for every fact after some literals, and whether one day remains on which all of it fits.

Facts of words and numbers are narrowed alone; births are narrowed for all as-of days at once; orders of births and
limits of income tables, which tie facts together, are settled at the end.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.check.births import Calendar, Days
from madoguchi.engines.eligibility.check.formula import (
    AsOfDay,
    Born,
    Bound,
    Choice,
    Elder,
    Formula,
    Variable,
    Within,
)
from madoguchi.engines.eligibility.check.limits import fitting_numbers
from madoguchi.engines.eligibility.types import IncomeTable, TableVersion


@dataclass(frozen=True, slots=True)
class Fit:
    """One day and one value for every fact that matters."""

    day: date
    choices: dict[Variable, str | bool]
    numbers: dict[Variable, int]
    births: dict[str, date]
    younger: frozenset[str]
    """Children who are listed after the person judged."""


@dataclass(frozen=True, slots=True)
class State:
    """What is still possible. Values are shared between states and never changed in place."""

    calendar: Calendar
    tables: dict[str, IncomeTable]
    judged: str
    alive: NDArray[np.bool_]
    choices: dict[Variable, frozenset[str | bool]] = field(default_factory=dict)
    numbers: dict[Variable, tuple[int, int]] = field(default_factory=dict)
    births: dict[str, tuple[Days, Days]] = field(default_factory=dict)
    elders: tuple[Elder, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def narrowed(self, literal: Formula) -> "State | None":
        """Return the state after one more literal, or None when nothing is possible any more."""
        match literal:
            case Choice(variable, allowed):
                left = self.choices.get(variable, allowed) & allowed
                return replace(self, choices={**self.choices, variable: left}) if left else None
            case Within(variable, low, high):
                before = self.numbers.get(variable, (low, high))
                span = max(before[0], low), min(before[1], high)
                return replace(self, numbers={**self.numbers, variable: span}) if span[0] <= span[1] else None
            case Born():
                return self._born(literal)
            case AsOfDay(low, high):
                days = self.calendar.ordinals
                return self._if_alive(self.alive & (days >= low) & (days <= high))
            case Elder(slot, younger):
                if Elder(slot, not younger) in self.elders:
                    return None
                both = {person: self._span(person) for person in (slot, self.judged)}
                births = {**self.births, **both}
                return replace(self, births=births, elders=(*self.elders, literal))
            case Bound():
                return replace(self, bounds=(*self.bounds, literal))
            case _:
                raise TypeError(f"{type(literal).__name__} is no literal. Teach `state` how to narrow by it.")

    def _span(self, slot: str) -> tuple[Days, Days]:
        return self.births.get(slot, (self.calendar.oldest, self.calendar.ordinals))

    def _born(self, literal: Born) -> "State | None":
        low, high = self._span(literal.slot)
        last = literal.last if isinstance(literal.last, int) else self.calendar.last_births(literal.last)
        span = (np.maximum(low, last + 1), high) if literal.after else (low, np.minimum(high, last))
        alive = self.alive & (span[0] <= span[1])
        if not alive.any():
            return None
        return replace(self, births={**self.births, literal.slot: span}, alive=alive)

    def _if_alive(self, alive: NDArray[np.bool_]) -> "State | None":
        return replace(self, alive=alive) if alive.any() else None

    def fit(self) -> Fit | None:
        """Return a day and values that fit all literals, or None when there are none."""
        births, alive = self._ordered()
        for days, versions in self._by_versions(alive):
            numbers = fitting_numbers(self.numbers, self.bounds, versions)
            if numbers is not None:
                return self._fit_on(days, births, numbers)
        return None

    def _ordered(self) -> tuple[dict[str, tuple[Days, Days]], NDArray[np.bool_]]:
        """Settle who is older: the judged is not older than any elder, and older than any younger child."""
        if not self.elders:
            return self.births, self.alive
        low, high = self._span(self.judged)
        for literal in self.elders:
            other = self._span(literal.slot)
            if literal.younger:
                high = np.minimum(high, other[1] - 1)
            else:
                low = np.maximum(low, other[0])
        return {**self.births, self.judged: (low, high)}, self.alive & (low <= high)

    def _by_versions(self, alive: NDArray[np.bool_]) -> list[tuple[int, dict[str, TableVersion]]]:
        """Return one living day for each way in which the tables stand; days without a valid version are left out."""
        names = sorted({bound.table for bound in self.bounds})
        living = np.flatnonzero(alive)
        if not names:
            return [(int(living[0]), {})] if len(living) else []
        found: dict[tuple[TableVersion | None, ...], int] = {}
        for index in living:
            day = self.calendar.days[index]
            found.setdefault(tuple(self.tables[name].on(day) for name in names), int(index))
        return [
            (index, {name: version for name, version in zip(names, standing, strict=True) if version})
            for standing, index in found.items()
            if None not in standing
        ]

    def _fit_on(self, index: int, spans: dict[str, tuple[Days, Days]], numbers: dict[Variable, int]) -> Fit:
        births = {slot: int(high[index]) for slot, (_, high) in spans.items()}
        judged = births.get(self.judged, 0)
        for literal in self.elders:
            low, high = spans[literal.slot]
            value = max(int(low[index]), judged + 1) if literal.younger else min(int(high[index]), judged)
            births[literal.slot] = value
        return Fit(
            day=self.calendar.days[index],
            choices={variable: min(allowed, key=str) for variable, allowed in self.choices.items()},
            numbers=numbers,
            births={slot: date.fromordinal(ordinal) for slot, ordinal in births.items()},
            younger=frozenset(literal.slot for literal in self.elders if literal.younger),
        )
