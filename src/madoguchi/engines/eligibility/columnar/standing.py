"""Verdicts of a whole population that are kept and followed: a new day, changed facts and changed rules touch only what
depends on them, and every change comes back as who, which rule, before, after.

For fixed facts a rule is a union of birth intervals; rows are sorted by birth, so a new day moves each interval's ends
over a few rows, and only those rows are judged again.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from madoguchi.engines.eligibility.columnar.binding import Day
from madoguchi.engines.eligibility.columnar.matching import Population, in_threads
from madoguchi.engines.eligibility.columnar.partition import Partition
from madoguchi.engines.eligibility.columnar.residents import Residents
from madoguchi.engines.eligibility.columnar.verdicts import Changes, Verdicts, differences_by_person

if TYPE_CHECKING:
    import polars as pl


class Standing:
    """A population's verdicts on a day. Each method that changes something returns what became different."""

    def __init__(self, population: Population, today: date, *, kept: Sequence[Verdicts] | None = None) -> None:
        """Judge everybody on a day, or go on from verdicts that were kept of that day."""
        self.population = population
        self._day = Day.of(population.compiled.program, today)
        verdicts = population.match(today) if kept is None else kept
        self.partitions = in_threads(self._partition, list(enumerate(verdicts)))

    @property
    def today(self) -> date:
        """Return the day of the verdicts."""
        return self._day.today

    def verdicts(self) -> list[Verdicts]:
        """Return the verdicts of every partition as they stand now; they change with the next call."""
        return [partition.verdicts(self.today) for partition in self.partitions]

    def advance(self, today: date) -> list[Changes]:
        """Move to another day; return the changes by partition."""
        day = Day.of(self.population.compiled.program, today)
        before, self._day = self._day, day
        return in_threads(lambda partition: partition.advance(before, day), self.partitions)

    def change_facts(self, rows: "pl.DataFrame", *, municipality: str | None = None) -> Changes:
        """Take over residents as they are now: whole rows of the frame, for known persons of one municipality.

        Raise NeedsPacking when the municipality must be packed anew (then use `replace`): a birth, a household or a
        person changed, or a value is outside what the packed column can hold. Nothing has changed then.
        """
        return self.partitions[self._place(municipality)].change_facts(rows)

    def replace(self, residents: Residents) -> Changes:
        """Take over a municipality packed anew; persons who are new or gone count as not eligible before or after."""
        place = self._place(residents.municipality)
        old = self.partitions[place].verdicts(self.today)
        self.population.rebind(place, residents)
        new = self.population.judge(place, self._day)
        self.partitions[place] = self._partition((place, new))
        return differences_by_person(old, new)

    def change_rules(self, population: Population) -> list[Changes]:
        """Take over another rule set for the same residents; only rules that differ are judged."""
        old, self.population = self.population, population
        self._day = Day.of(population.compiled.program, self.today)
        return [self._change_rules(place, old) for place in range(len(self.partitions))]

    def _change_rules(self, place: int, old: Population) -> Changes:
        kept = self.partitions[place].verdicts(self.today)
        same = self.population.compiled.unchanged_since(old.compiled) & set(kept.rules)
        new = self.population.judge(place, self._day, kept=kept, unchanged=same)
        self.partitions[place] = self._partition((place, new))
        return differences_by_person(kept, new, skip=same)

    def _partition(self, item: tuple[int, Verdicts]) -> Partition:
        place, verdicts = item
        bound = self.population.bound[place]
        bound.set_day(self._day)
        return Partition(bound, verdicts)

    def _place(self, municipality: str | None) -> int:
        codes = [partition.bound.residents.municipality for partition in self.partitions]
        if municipality not in codes:
            raise ValueError(f"There are no residents of {municipality} here; known are {len(codes)} municipalities.")
        return codes.index(municipality)
