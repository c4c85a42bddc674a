"""Judges whole populations: compiles a rule set once, binds it to each partition, runs partitions on all cores.

The as-of date is an argument; the residents and the compiled rules can be used again for another day.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.columnar.binding import Bound, Day, bind
from madoguchi.engines.eligibility.columnar.lowering import Lowering
from madoguchi.engines.eligibility.columnar.program import Pair, Program
from madoguchi.engines.eligibility.columnar.residents import Residents
from madoguchi.engines.eligibility.columnar.verdicts import Verdicts
from madoguchi.engines.eligibility.plans import ROLE
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import Rulebook

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule set as bits: what every municipality's rules need, common parts once."""

    program: Program
    everywhere: Mapping[str, Pair]
    local: Mapping[str, Mapping[str, Pair]]
    """Municipality → rule id → bits, for rules of that area or with municipal parts."""
    elsewhere: Mapping[str, Pair]
    """Bits of the rules with municipal parts where the municipality has none, or is not known."""
    sources: Mapping[str, Rule]
    rulebook: Rulebook
    most_dependants: int

    def pairs(self, municipality: str | None) -> dict[str, Pair]:
        """Return the bits of the rules that may concern a municipality."""
        return {**self.everywhere, **self.elsewhere, **self.local.get(municipality or "", {})}

    def unchanged_since(self, other: "Compiled") -> frozenset[str]:
        """Return the rules that another compiled set judges in the same way."""
        if self.rulebook != other.rulebook:
            return frozenset()
        return frozenset(name for name, rule in self.sources.items() if other.sources.get(name) == rule)

    @property
    def columns(self) -> Collection[str]:
        """Return the columns that any rule reads."""
        return {*self.program.columns, ROLE}


def compile_rules(
    rules: Sequence[Rule], rulebook: Rulebook, *, municipalities: Collection[str], most_dependants: int = 20
) -> Compiled:
    """Turn rules into bits. `most_dependants` is the greatest number that an income table is looked up at."""
    lowering = Lowering(rulebook, most_dependants)
    everywhere: dict[str, Pair] = {}
    elsewhere: dict[str, Pair] = {}
    local: dict[str, dict[str, Pair]] = {}
    for rule in rules:
        municipal = any(isinstance(node, ast.SubCondition) for node in ast.walk(rule.node))
        if rule.area is None and not municipal:
            everywhere[rule.id] = lowering.rule(rule, None)
            continue
        if rule.area is None:
            elsewhere[rule.id] = lowering.rule(rule, None)
        for code in sorted(municipalities if rule.area is None else rule.area):
            local.setdefault(code, {})[rule.id] = lowering.rule(rule, code)
    return Compiled(
        lowering.program, everywhere, local, elsewhere, {rule.id: rule for rule in rules}, rulebook, most_dependants
    )


class Population:
    """Partitions bound to a compiled rule set; raise ValueError where somebody has more dependants than it covers."""

    def __init__(self, compiled: Compiled, partitions: Sequence[Residents]) -> None:
        if (most := most_dependants(partitions)) > compiled.most_dependants:
            raise ValueError(f"Somebody has {most} dependants. Compile the rules with most_dependants={most}.")
        self.compiled = compiled
        self.rules: list[tuple[str, ...]] = []
        self.bound: list[Bound] = []
        for residents in partitions:
            pairs = compiled.pairs(residents.municipality)
            self.rules.append(tuple(pairs))
            self.bound.append(bind(compiled.program, list(pairs.values()), residents))

    @property
    def partitions(self) -> list[Residents]:
        """Return the residents, partition by partition."""
        return [bound.residents for bound in self.bound]

    def rebind(self, place: int, residents: Residents) -> None:
        """Put other residents in the place of a partition."""
        pairs = self.compiled.pairs(residents.municipality)
        self.bound[place] = bind(self.compiled.program, list(pairs.values()), residents)

    def match(self, today: date) -> list[Verdicts]:
        """Return the verdicts of every partition on a day, in the partitions' order."""
        day = Day.of(self.compiled.program, today)
        order = sorted(range(len(self.bound)), key=lambda place: -self.bound[place].residents.size)
        found = in_threads(lambda place: self.judge(place, day), order)
        by_place = dict(zip(order, found, strict=True))
        return [by_place[place] for place in range(len(self.bound))]

    def judge(self, place: int, day: Day, *, kept: Verdicts | None = None, unchanged: Collection[str] = ()) -> Verdicts:
        """Return the verdicts of one partition; rules that are unchanged take their bits from those kept of that day."""
        bound, rules = self.bound[place], self.rules[place]
        residents = bound.residents
        bound.set_day(day)
        bound.judge_groups()
        bits = np.empty((len(rules), 2, residents.words), dtype=np.uint64)
        if kept is None:
            counts = bound.run(bound.schedule, bound.roots, bits.reshape(-1, residents.words))[1]
            return Verdicts(residents.municipality, day.today, rules, residents.persons, bits, counts.reshape(-1, 2))
        counts = np.zeros((len(rules), 2), dtype=np.int64)
        for number, rule in enumerate(rules):
            if rule in unchanged:
                old = kept.rules.index(rule)
                bits[number], counts[number] = kept.bits[old], kept.counts[old]
        anew = [number for number, rule in enumerate(rules) if rule not in unchanged]
        roots = bound.roots.reshape(-1, 2)[anew].reshape(-1)
        found, numbers = bound.run(bound.cone(roots), roots)
        bits[anew], counts[anew] = found.reshape(-1, 2, residents.words), numbers.reshape(-1, 2)
        return Verdicts(residents.municipality, day.today, rules, residents.persons, bits, counts)


def in_threads(work: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
    """Return work done on every item, on all cores; kernels run without the interpreter's lock."""
    if len(items) == 1:
        return [work(items[0])]
    results: dict[int, _R] = {}

    def run(place: int) -> None:
        results[place] = work(items[place])  # kept here alone, so that large results are freed with their last user

    with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        for _ in pool.map(run, range(len(items))):
            pass
    return [results[place] for place in range(len(items))]


def most_dependants(partitions: Sequence[Residents], column: str = "扶養親族等の数") -> int:
    """Return the greatest number of dependants of anybody, for `compile_rules`."""
    found = [residents.highest(name) for residents in partitions for name in (column, f"申請者.{column}")]
    return int(np.max([value for value in found if value is not None], initial=0))
