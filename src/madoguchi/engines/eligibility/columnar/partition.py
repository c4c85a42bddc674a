"""One municipality's standing verdicts: which rule depends on which day, fact and household, and the kernels' state."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.ast import Group
from madoguchi.engines.eligibility.columnar import daily, kernels
from madoguchi.engines.eligibility.columnar.binding import Bound, Day
from madoguchi.engines.eligibility.columnar.residents import NEVER, Column, local_values
from madoguchi.engines.eligibility.columnar.verdicts import Changes, Verdicts
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.plans import HOUSEHOLD, PERSON

if TYPE_CHECKING:
    import polars as pl

Rows = NDArray[np.int32]
Ints = NDArray[np.int64]

_MANY = 400
"""An age that moves over more than one in so many rows (a school cohort on 1 April) is judged for everybody."""


class NeedsPacking(ValueError):
    """Facts changed in a way that the packed columns cannot take over."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What depends on what, by local numbers. Cones are those of the rules, then those of the household tests."""

    cones: list[list[int]]
    rules_of_position: Mapping[int, list[int]]
    rules_of_literal: Mapping[int, list[int]]
    rules_of_test: Mapping[int, list[int]]
    positions_of_test: Mapping[int, list[int]]
    literals_of_test: Mapping[int, list[int]]
    readers: Mapping[int, list[int]]
    """First plane or known plane of a column → cones that read it."""

    @classmethod
    def of(cls, bound: Bound) -> "Uses":
        """Walk every rule's and every test's nodes once."""
        rules = len(bound.roots) // 2
        roots = [bound.roots[2 * n : 2 * n + 2] for n in range(rules)] + [test.roots for test in bound.tests]
        cones = [bound.cone(found).tolist() for found in roots]
        position: dict[int, list[int]] = defaultdict(list)
        literal: dict[int, list[int]] = defaultdict(list)
        test: dict[int, list[int]] = defaultdict(list)
        reads: dict[int, list[int]] = defaultdict(list)
        dated = set(bound.dated[:, 0].tolist())
        for number, cone in enumerate(cones):
            for op, a, _, known, place, _ in {tuple(code) for code in bound.codes[cone].tolist()}:
                if op in (kernels.PREFIX, kernels.TODAY):
                    position[a].append(number)
                elif op == kernels.GROUP:
                    _add(test[a // 2], number)
                elif op in (kernels.LESS, kernels.IN, kernels.KNOWN):
                    for plane in (a, known) if op != kernels.KNOWN else (a,):
                        _add(reads[plane], number)
                    if op == kernels.LESS and place in dated:
                        literal[place].append(number)
        return cls(
            cones,
            _below(position, rules),
            _below(literal, rules),
            test,
            _from(position, rules, {n: t.order_position for n, t in enumerate(bound.tests)}),
            _from(literal, rules, {}),
            reads,
        )


def _add(numbers: list[int], number: int) -> None:
    if not numbers or numbers[-1] != number:
        numbers.append(number)


def _below(users: Mapping[int, list[int]], rules: int) -> dict[int, list[int]]:
    return {key: [number for number in numbers if number < rules] for key, numbers in users.items()}


def _from(users: Mapping[int, list[int]], rules: int, extra: Mapping[int, int]) -> dict[int, list[int]]:
    """Return test → what it uses."""
    result: dict[int, list[int]] = defaultdict(list)
    for key, numbers in users.items():
        for number in numbers:
            if number >= rules:
                result[number - rules].append(key)
    for test, key in extra.items():
        if key >= 0:
            result[test].append(key)
    return result


def _lists(users: Mapping[int, Sequence[int]], count: int) -> daily.Lists:
    items = [list(users.get(number, ())) for number in range(count)]
    starts = np.cumsum([0, *map(len, items)]).astype(np.int32)
    return daily.Lists(starts, np.array([item for found in items for item in found], dtype=np.int32))


class Partition:
    """Verdicts of one municipality that follow days and facts in place."""

    def __init__(self, bound: Bound, verdicts: Verdicts) -> None:
        """Take over the bits of `verdicts`, which must be of the day that the bound stands at."""
        self.bound = bound
        self.rules = verdicts.rules
        self.uses = Uses.of(bound)
        self._births_of: dict[int, tuple[Ints, Rows]] = {}
        comparisons = np.flatnonzero(bound.codes[:, 0] == kernels.LESS)
        self._node_of_literal = dict(zip(bound.codes[comparisons, 4].tolist(), comparisons.tolist(), strict=True))
        self._positions_of_test = _lists(self.uses.positions_of_test, len(bound.tests))
        self._rules_of_position = _lists(self.uses.rules_of_position, len(bound.slots))
        self._by_person = np.argsort(bound.residents.persons)
        bits = verdicts.bits if verdicts.bits.flags.writeable else np.array(verdicts.bits)
        self.state = self._state(bits, np.array(verdicts.counts))

    def verdicts(self, today: date) -> Verdicts:
        """Return the verdicts as they stand; the bits change with the next day."""
        residents = self.bound.residents
        return Verdicts(
            residents.municipality, today, self.rules, residents.persons, self.state.bits, self.state.counts
        )

    def _state(self, bits: NDArray[np.uint64], counts: Ints) -> daily.State:
        bound, uses, residents = self.bound, self.uses, self.bound.residents
        inner = bound.judge_groups()
        fixed, place = self._fixed()
        tests = [[*test.code, 0 if test.group is Group.CHILDREN else 1, test.order_position] for test in bound.tests]
        inner_roots = [root for test in bound.tests for root in (test.roots if len(test.roots) else (0, 0))]
        return daily.State(
            size=residents.size,
            known_births=len(residents.births),
            codes=bound.codes,
            roots=bound.roots,
            literals=bound.literals,
            positions=bound.positions,
            planes=residents.planes,
            fixed=fixed,
            place=place,
            cones=_lists(dict(enumerate(uses.cones)), len(uses.cones)),
            tests=np.array(tests, dtype=np.int32).reshape(-1, 5),
            inner_roots=np.array(inner_roots, dtype=np.int32),
            inner=inner,
            derived=bound.derived,
            counted=bound.counted,
            households=residents.households,
            starts=residents.starts,
            members=residents.members,
            rules_of_test=_lists(uses.rules_of_test, len(bound.tests)),
            bits=bits,
            counts=counts,
            values=np.zeros(len(bound.codes), dtype=np.uint64),
        )

    def _fixed(self) -> tuple[NDArray[np.uint64], Rows]:
        """Return the words of the comparisons that no day changes, and where each node's stand."""
        codes, dated = self.bound.codes, set(self.bound.dated[:, 0].tolist())
        leaves = [
            node
            for node, code in enumerate(codes.tolist())
            if code[0] == kernels.IN or (code[0] == kernels.LESS and code[4] not in dated)
        ]
        place = np.full(len(codes), -1, dtype=np.int32)
        place[leaves] = np.arange(len(leaves), dtype=np.int32)
        nodes = np.array(leaves, dtype=np.int32)
        return self.bound.run(nodes, nodes)[0], place

    def advance(self, before: Day, day: Day) -> Changes:
        """Move from one day to another."""
        positions, literals = self.bound.positions.copy(), self.bound.literals.copy()
        self.bound.set_day(day)
        is_age = day.is_birth[self.bound.slots]
        width = np.abs(positions - self.bound.positions)
        whole = (width > 0) & (~is_age | (width > max(64, self.bound.residents.size // _MANY)))
        anew = self._everything_of_days(np.flatnonzero(whole).tolist(), literals)
        positions = np.where(whole, self.bound.positions, positions)
        found, count = daily.nothing_found(), 0
        if (width > 0).any():
            found, count = daily.refresh_tests(self.state, positions, is_age, self._positions_of_test, found, count)
            found, count = daily.refresh_shifted(self.state, positions, is_age, self._rules_of_position, found, count)
        for place in self._moved_literals(literals):
            words = self._words_between(place, literals[place])
            found, count = daily.refresh_words(self.state, self._rules_of_literal(place), words, found, count)
        return self._changes(*self._judge_anew(sorted(anew), found, count))

    def _moved_literals(self, before: Ints) -> list[int]:
        """Return the places of the guardians' birth days that moved."""
        return [place for place in self.bound.dated[:, 0].tolist() if before[place] != self.bound.literals[place]]

    def _rules_of_literal(self, place: int) -> Rows:
        return np.array(self.uses.rules_of_literal.get(place, []), dtype=np.int32)

    def _everything_of_days(self, days: Iterable[int], literals: Ints) -> set[int]:
        """Return the rules to be judged for everybody, since a day passed that is no birth's or an age moved over many."""
        places = set(days)
        rules = {rule for place in places for rule in self.uses.rules_of_position.get(place, [])}
        dated = set(self._moved_literals(literals))
        for number in range(len(self.bound.tests)):
            if places & set(self.uses.positions_of_test.get(number, ())) or dated & set(
                self.uses.literals_of_test.get(number, ())
            ):
                self.bound.judge_group(number, self.state.inner)
                rules |= set(self.uses.rules_of_test.get(number, ()))
        return rules

    def _judge_anew(self, rules: list[int], found: daily.Found, count: int) -> tuple[daily.Found, int]:
        """Judge rules for everybody, parts that they share once."""
        if rules:
            schedule = np.unique(np.concatenate([self.uses.cones[rule] for rule in rules])).astype(np.int32)
            bits = self.bound.run(schedule, self.bound.roots.reshape(-1, 2)[rules].reshape(-1))[0]
            for number, rule in enumerate(rules):
                found, count = daily.replace_rule(self.state, rule, bits[2 * number : 2 * number + 2], found, count)
        return found, count

    def _words_between(self, place: int, before: int) -> Rows:
        """Return the words of the rows whose guardian's birth lies between an old and the new literal."""
        _, first, bits, known, _, _ = self.bound.codes[self._node_of_literal[place]].tolist()
        if first not in self._births_of:
            self._births_of[first] = self._sorted_values(first, bits, known)
        values, rows = self._births_of[first]
        low, high = np.searchsorted(values, sorted((before, int(self.bound.literals[place]))))
        return np.unique(rows[low:high] >> 6)

    def _sorted_values(self, first: int, bits: int, known: int) -> tuple[Ints, Rows]:
        residents = self.bound.residents
        values = daily.values_of(first, bits, residents.planes, residents.size)
        rows = np.arange(residents.size) if known < 0 else residents.rows_of(residents.planes[known])
        order = np.argsort(values[rows], kind="stable")
        return values[rows][order], rows[order].astype(np.int32)

    def _changes(self, found: daily.Found, count: int) -> Changes:
        """Return one change per person and rule: the first truth and the last one, where they differ."""
        rule, row, truths = found.rule[:count], found.row[:count], found.truths[:count]
        key = rule.astype(np.int64) * self.bound.residents.size + row
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        last = np.append(first[1:], count) - 1
        begin, end = order[first], order[last] if count else order
        before, after = truths[begin] // 3, truths[end] % 3
        kept = begin[before != after]
        persons = self.bound.residents.persons[row[kept]]
        differ = before != after
        return Changes(
            self.bound.residents.municipality, self.rules, rule[kept], persons, before[differ], after[differ]
        )

    def change_facts(self, frame: "pl.DataFrame") -> Changes:
        """Take over whole rows of known persons; raise NeedsPacking before anything is changed."""
        rows = self._rows_of(frame)
        new = {
            name: (column, local_values(column, frame[name]))
            for name, column in self.bound.residents.columns.items()
            if name in frame.columns and name != BIRTH
        }
        self._refuse_what_does_not_fit(frame, rows, new)
        touched: set[int] = set()
        for column, values in new.values():
            touched |= self._write(column, rows, values)
        return self._judge_rows(np.unique(rows).astype(np.int32), touched)

    def _rows_of(self, frame: "pl.DataFrame") -> Rows:
        persons = self.bound.residents.persons
        wanted = frame[PERSON].to_numpy()
        place = np.searchsorted(persons, wanted, sorter=self._by_person)
        rows = self._by_person[np.minimum(place, len(persons) - 1)]
        if not np.array_equal(persons[rows], wanted):
            raise NeedsPacking("A person is not known in this municipality. Pack the municipality anew.")
        return rows.astype(np.int32)

    def _refuse_what_does_not_fit(
        self, frame: "pl.DataFrame", rows: Rows, new: Mapping[str, tuple[Column, Ints]]
    ) -> None:
        residents = self.bound.residents
        births = np.zeros(residents.size, dtype=np.int64)
        births[: len(residents.births)] = residents.births
        given = frame[BIRTH].to_physical() if BIRTH in frame.columns else None
        if given is not None and not np.array_equal(births[rows], given.fill_null(0).to_numpy()):
            raise NeedsPacking("A birth day changed. Pack the municipality anew.")
        local = residents.households[rows]
        if len(np.unique(local)) != len(np.unique(np.stack([local, frame[HOUSEHOLD].to_numpy()]), axis=1)[0]):
            raise NeedsPacking("A household changed. Pack the municipality anew.")
        for name, (column, values) in new.items():
            if values.max(initial=0) > column.most or (column.known == -1 and values.min(initial=0) < 0):
                raise NeedsPacking(
                    f"{name} has a value that the packed column cannot hold. Pack the municipality anew."
                )
        missing = [name for name in self.bound.wanted if name in frame.columns and name not in residents.columns]
        if any(frame[name].null_count() < frame.height for name in missing):
            raise NeedsPacking(f"{', '.join(missing)} was not known of anybody before. Pack the municipality anew.")

    def _write(self, column: Column, rows: Rows, values: Ints) -> set[int]:
        """Write a column's new values; return the cones that read it when one differs."""
        residents = self.bound.residents
        old = daily.values_of(column.first, column.bits, residents.planes, residents.size)[rows]
        if column.known >= 0:
            bits = residents.planes[column.known][rows >> 6] >> (rows & 63).astype(np.uint64)
            old = np.where(bits & np.uint64(1), old, -1)
        differ = old != values
        if not differ.any() or column.known == NEVER:
            return set()
        daily.set_values(column.first, column.bits, column.known, residents.planes, rows[differ], values[differ])
        self._births_of.pop(column.first, None)
        planes = [*range(column.first, column.first + max(column.bits, 1)), column.known]
        return {cone for plane in planes for cone in self.uses.readers.get(plane, ())}

    def _judge_rows(self, rows: Rows, cones: set[int]) -> Changes:
        """Judge the rows again for the rules and tests of these cones."""
        words = np.unique(rows >> 6).astype(np.int32)
        self._refresh_fixed(words)
        found, count = daily.nothing_found(), 0
        first_test = len(self.bound.roots) // 2
        for test in sorted(cone - first_test for cone in cones if cone >= first_test):
            for word in words:
                daily.refresh_inner(self.state, test, word)
            for household in np.unique(self.bound.residents.households[rows]):
                found, count = daily.refresh_household(self.state, test, household, found, count)
        rules = np.array(sorted(cone for cone in cones if cone < first_test), dtype=np.int32)
        found, count = daily.refresh_words(self.state, rules, words, found, count)
        return self._changes(found, count)

    def _refresh_fixed(self, words: Rows) -> None:
        for node in np.flatnonzero(self.state.place >= 0).tolist():
            daily.refresh_fixed(self.state, node, words)
