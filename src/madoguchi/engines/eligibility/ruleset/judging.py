"""A set of rules compiled once, and its assessment of one household: verdicts, reasons, open facts, next changes.

An assessment can be carried on after one more answer: only what the new facts touch is judged again. Knows no question
and no words.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import count
from typing import NamedTuple

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Group
from madoguchi.engines.eligibility.explain import Finding, Missing, missing_of_atom, resolved
from madoguchi.engines.eligibility.facts import Household
from madoguchi.engines.eligibility.rules import PersonVerdict, Role, Rule
from madoguchi.engines.eligibility.ruleset.gates import Gate, Gates, Kind, decisive, run
from madoguchi.engines.eligibility.ruleset.scene import BIRTH, SUBJECTS, Scene, Shape
from madoguchi.engines.eligibility.scalar import MUNICIPALITY, Rulebook
from madoguchi.engines.eligibility.types import VERDICT_OF, Verdict


class HouseholdVerdict(NamedTuple):
    """The verdict of one programme for a household, with the person it is about and the atoms that decide."""

    rule: Rule
    verdict: Verdict
    persons: tuple[PersonVerdict, ...]
    in_force: bool
    about: PersonVerdict | None
    """The first person with the best truth; None where nobody of the household is concerned."""
    findings: tuple[Finding, ...]


class Program:
    """The gates of the rules for one municipality."""

    def __init__(self, rules: Iterable[Rule], municipality: str, rulebook: Rulebook) -> None:
        gates = Gates()
        self.roots = [gates.add(resolved(rule.node, municipality, rulebook)) for rule in rules]
        self.plan = gates.plan
        self._touched: dict[frozenset[str], list[Gate]] = {}

    def touched(self, names: frozenset[str]) -> list[Gate]:
        """Return the gates that facts of these names can change, in order."""
        found = self._touched.get(names)
        if found is None:
            found = [gate for gate in self.plan if gate.names is None or gate.names & names]
            self._touched[names] = found
        return found


class RuleSet:
    """Rules that are judged together. Compiling takes some milliseconds; keep it as long as the rules stay the same."""

    def __init__(self, rules: Iterable[Rule], rulebook: Rulebook) -> None:
        self.rules = tuple(rules)
        self.rulebook = rulebook
        self.facts: dict[Missing, int] = {}
        """A bit for each fact that was ever found missing. Threads may share a set: numbers are given once."""
        self._numbers = count()
        self._own_bits: dict[tuple[str, str], int] = {}
        self._local = any(isinstance(part, ast.SubCondition) for rule in self.rules for part in ast.walk(rule.node))
        self._programs: dict[str, Program] = {}
        self.subjects = [SUBJECTS.index(rule.subject) for rule in self.rules]
        self._in_force: tuple[date, list[bool]] = (date.min, [])

    def assess(self, household: Household, *, today: date) -> "Assessment":
        """Judge all rules for a household on a day; reasons, open facts and changes are worked out when asked for."""
        program = self._program(household)
        scene = Scene(household, today, self.rulebook)
        values = [0] * len(program.plan)
        run(program.plan, values, scene)
        return Assessment(self, program, scene, values)

    def judge(self, household: Household, *, today: date) -> tuple[HouseholdVerdict, ...]:
        """Return the verdict of every rule with its reasons, in the order of the rules."""
        return self.assess(household, today=today).verdicts

    def _program(self, household: Household) -> Program:
        municipality = str(household.facts.get(MUNICIPALITY)) if self._local else ""
        program = self._programs.get(municipality)
        if program is None:
            program = self._programs[municipality] = Program(self.rules, municipality, self.rulebook)
        return program

    def in_force(self, today: date) -> list[bool]:
        """Tell of each rule whether it is valid on a day."""
        day, found = self._in_force
        if day != today:
            found = [rule.in_force(today) for rule in self.rules]
            self._in_force = (today, found)
        return found

    def bit(self, fact: Missing) -> int:
        """Return the bit of a fact."""
        found = self.facts.get(fact)
        return found if found is not None else self.facts.setdefault(fact, 1 << next(self._numbers))

    def own_bit(self, role: Role, name: str) -> int:
        """Return the bit of one attribute of a person in a role."""
        key = (role._value_, name)
        found = self._own_bits.get(key)
        if found is None:
            found = self._own_bits[key] = self.bit(Missing(role.value, name))
        return found

    def bits(self, facts: Iterable[Missing]) -> int:
        """Return the bits of facts together."""
        found = 0
        for fact in facts:
            found |= self.bit(fact)
        return found

    def facts_of(self, bits: int) -> frozenset[Missing]:
        """Return the facts whose bits are set."""
        return frozenset(fact for fact, bit in list(self.facts.items()) if bits & bit)


class Standing(NamedTuple):
    """What holds for a household: verdict, persons, and the column of the person it is about (−1 = nobody)."""

    verdict: Verdict
    persons: tuple[PersonVerdict, ...]
    column: int
    about: PersonVerdict | None


class Assessment:
    """All rules for one household on one day."""

    def __init__(self, ruleset: RuleSet, program: Program, scene: Scene, values: list[int]) -> None:
        self.ruleset = ruleset
        self.program = program
        self.scene = scene
        self.values = values
        self._standings: dict[tuple[int, int, int], Standing] = {}
        self._open: dict[tuple[int, int], int] = {}
        self._open_of_rule: dict[int, int] = {}

    @property
    def household(self) -> Household:
        """Return the household that was judged."""
        return self.scene.household

    @property
    def today(self) -> date:
        """Return the day of the judgement."""
        return self.scene.today

    def after(self, household: Household, names: frozenset[str]) -> "Assessment":
        """Return the assessment of the same household when only facts of these names have changed."""
        program = self.ruleset._program(household)
        scene = Scene(household, self.today, self.ruleset.rulebook)
        if program is not self.program or scene.shape is not self.scene.shape:
            return self.ruleset.assess(household, today=self.today)
        values = self.values.copy()
        run(program.touched(names), values, scene)
        return Assessment(self.ruleset, program, scene, values)

    @cached_property
    def verdicts(self) -> tuple[HouseholdVerdict, ...]:
        """Return the verdict of every rule with its reasons, in the order of the rules."""
        in_force = self.ruleset.in_force(self.today)
        return tuple(map(self._verdict, self.ruleset.rules, self.ruleset.subjects, self.program.roots, in_force))

    def _verdict(self, rule: Rule, subject: int, root: Gate, in_force: bool) -> HouseholdVerdict:
        if not in_force:
            return HouseholdVerdict(rule, Verdict.INELIGIBLE, (), False, None, ())
        verdict, persons, column, about = self.standing(subject, self.values[root.index])
        findings = decisive(root, self.values, self.scene.shape.bits[column]) if about else ()
        return HouseholdVerdict(rule, verdict, persons, True, about, findings)

    def standing(self, subject: int, value: int) -> Standing:
        """Return what the value of a rule's gate means for the persons whom its subject concerns."""
        shape = self.scene.shape
        concerned = shape.concerned[subject]
        sure = value & concerned & ~shape.hidden_child
        possible = value >> shape.width & concerned
        key = (concerned, sure, possible)
        found = self._standings.get(key)
        if found is None:
            found = self._standings[key] = _stand(shape, *key)
        return found

    def is_open(self, index: int) -> bool:
        """Tell whether the verdict of a rule is still only possible."""
        value = self.values[self.program.roots[index].index]
        shape = self.scene.shape
        concerned = shape.concerned[self.ruleset.subjects[index]]
        return not value & concerned & ~shape.hidden_child and bool(value >> shape.width & concerned)

    def open_facts(self, index: int) -> frozenset[Missing]:
        """Return the facts that could still decide a rule for somebody of the household."""
        return self.ruleset.facts_of(self.open_bits(index))

    def open_bits(self, index: int) -> int:
        """Return the facts that could still decide a rule, as bits of `RuleSet.facts`."""
        found = self._open_of_rule.get(index)
        if found is None:
            found = self._open_of_rule[index] = self._open_bits(index)
        return found

    def _open_bits(self, index: int) -> int:
        root, shape = self.program.roots[index], self.scene.shape
        if not self.ruleset.rules[index].in_force(self.today):
            return 0
        concerned = shape.concerned[self.ruleset.subjects[index]]
        bits = self._missing(root, concerned & ~shape.hidden_child)
        if self.values[root.index] >> shape.width & concerned & shape.hidden_child:
            bits |= self.ruleset.bit(Missing(Role.CHILD.value, BIRTH))
        return bits

    def _missing(self, gate: Gate, columns: int) -> int:
        value = self.values[gate.index]
        columns &= value >> self.scene.shape.width & ~value
        if not columns:
            return 0
        key = (gate.index, columns)
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = self._missing_in(gate, columns)
        return found

    def _missing_in(self, gate: Gate, columns: int) -> int:
        bits = 0
        if gate.kind is Kind.ATOM:
            for column in columns_of(columns):
                bits |= self._missing_of_atom(gate, column)
            return bits
        if gate.kind is Kind.GROUP:
            return self._missing_in_group(gate)
        for item in gate.inputs:
            bits |= self._missing(item, columns)
        return bits

    def _missing_of_atom(self, gate: Gate, column: int) -> int:
        role = self.scene.shape.roles[column][0]
        if gate.own and gate.own not in self.scene.facts[column]:
            return self.ruleset.own_bit(role, gate.own)
        return self.ruleset.bits(missing_of_atom(gate.node, self.scene.cases[column], role))

    def _missing_in_group(self, gate: Gate) -> int:
        assert isinstance(gate.node, ast.Exists | ast.Every | ast.Count)
        shape, group = self.scene.shape, gate.node.group
        if group is Group.MEMBERS:
            return self._missing(gate.inputs[0], shape.members[group] | shape.maybe[group])
        hidden = self.ruleset.bit(Missing(Role.CHILD, BIRTH)) if shape.hidden_child else 0
        return hidden | self._missing(gate.inputs[0], shape.members[group])


def columns_of(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _stand(shape: Shape, concerned: int, sure: int, possible: int) -> Standing:
    columns = list(columns_of(concerned))
    if not columns:
        return Standing(Verdict.INELIGIBLE, (), -1, None)
    truths = [(sure >> column & 1) + (possible >> column & 1) for column in columns]
    persons = tuple(shape.verdicts[column][truth] for column, truth in zip(columns, truths, strict=True))
    best = truths.index(max(truths))
    return Standing(VERDICT_OF[truths[best]], persons, columns[best], persons[best])
