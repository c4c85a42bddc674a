"""The next day on which the calendar alone changes a household's verdict, for all rules of an assessment.

Looks only at rules that time can change at all, on the days on which one of their atoms turns. Knows no words.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.engines.eligibility.explain import Finding
from madoguchi.engines.eligibility.future import days_of_validity, last_day, turning_days
from madoguchi.engines.eligibility.rules import PersonVerdict
from madoguchi.engines.eligibility.ruleset.gates import Gate, combined, decisive
from madoguchi.engines.eligibility.ruleset.judging import Assessment, Standing
from madoguchi.engines.eligibility.ruleset.scene import BIRTH, Scene
from madoguchi.engines.eligibility.types import Truth, Verdict

YEARS = 20


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """From this day on the household's verdict is this one."""

    day: date
    before: Verdict
    verdict: Verdict
    about: PersonVerdict | None
    """The person who gains (then) or loses (the day before)."""
    cause: Finding | None
    """The one atom that turns; None where it is the programme's validity, or several atoms together."""


class _Day:
    """The gates on a later day, judged as far as they are asked for."""

    def __init__(self, assessment: Assessment, day: date) -> None:
        self.scene: Scene = assessment.scene.on(day)
        self.values = assessment.values.copy()
        self._judged: set[int] = set()

    def value(self, gate: Gate) -> int:
        """Return the value of a gate on the day."""
        if gate.timed and gate.index not in self._judged:
            self._judged.add(gate.index)
            for item in gate.inputs:
                self.value(item)
            judged = gate.judge(self.scene) if gate.judge else combined(gate, self.values, self.scene)
            self.values[gate.index] = judged
        return self.values[gate.index]


class Outlook:
    """What time will bring to a household, if nothing else changes."""

    def __init__(self, assessment: Assessment, *, years: int = YEARS) -> None:
        self._now = assessment
        self._end = last_day(assessment.today, years=years)
        self._births = {
            birth for person in assessment.scene.people if isinstance(birth := person.facts.get(BIRTH), date)
        }
        self._days: dict[date, _Day] = {}
        self._turns: dict[int, list[date]] = {}
        self._loosened: list[int] | None = None

    def next_change(self, index: int) -> HouseholdChange | None:
        """Return the next change of a rule's verdict by its number in the set, None within so many years."""
        days = self._days_of_rule(index)
        before = self._standing(index, self._now.today) if days else None
        for day in sorted(days):
            after = self._standing(index, day)
            if before and after.verdict is not before.verdict:
                return self._change(index, day, before, after)
        return None

    def _days_of_rule(self, index: int) -> set[date]:
        """Return the days to come on which the rule may turn."""
        rule, now = self._now.ruleset.rules[index], self._now.today
        days: set[date] = set()
        if rule.effective_to or (rule.effective_from and rule.effective_from > now):
            days.update(day for day in days_of_validity(rule) if now < day <= self._end)
        if self._may_turn(index):
            for gate in self._now.program.roots[index].timed:
                days.update(self._turning(gate))
        return days

    def _may_turn(self, index: int) -> bool:
        """Tell whether time can change a condition at all: with every atom of time open, it is open too."""
        root = self._now.program.roots[index]
        if not root.timed:
            return False
        if self._loosened is None:
            self._loosened = self._with_time_open()
        subject = self._now.ruleset.subjects[index]
        return self._now.standing(subject, self._loosened[root.index]).verdict is Verdict.POSSIBLE

    def _with_time_open(self) -> list[int]:
        now = self._now
        values = now.values.copy()
        shape = now.scene.shape
        for gate in now.program.plan:
            if gate.timed:
                values[gate.index] = shape.unknown if gate.judge else combined(gate, values, now.scene)
        return values

    def _turning(self, gate: Gate) -> list[date]:
        found = self._turns.get(gate.index)
        if found is None:
            days = turning_days(gate.node, self._births, self._now.ruleset.rulebook)
            found = self._turns[gate.index] = [day for day in days if self._now.today < day <= self._end]
        return found

    def _on(self, day: date) -> _Day:
        """Return the gates on a day."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = _Day(self._now, day)
        return found

    def _standing(self, index: int, day: date) -> Standing:
        if not self._now.ruleset.rules[index].in_force(day):
            return Standing(Verdict.INELIGIBLE, (), -1, None)
        root = self._now.program.roots[index]
        value = self._on(day).value(root) if day > self._now.today else self._now.values[root.index]
        return self._now.standing(self._now.ruleset.subjects[index], value)

    def _change(self, index: int, day: date, before: Standing, after: Standing) -> HouseholdChange:
        gains = _RANK[after.verdict] > _RANK[before.verdict]
        eve = max(day - timedelta(days=1), self._now.today)
        one = after if gains else self._standing(index, eve)
        rule = self._now.ruleset.rules[index]
        cause = None
        if one.about and rule.in_force(day) and rule.in_force(eve):
            cause = self._cause(index, one.column, eve if gains else day)
        return HouseholdChange(day, before.verdict, after.verdict, one.about, cause)

    def _cause(self, index: int, column: int, day: date) -> Finding | None:
        """Return the atom that alone stands in the way on a day."""
        at, root = self._on(day), self._now.program.roots[index]
        at.value(root)
        findings = decisive(root, at.values, at.scene.shape.bits[column])
        return findings[0] if len(findings) == 1 else None


_RANK = {Verdict.INELIGIBLE: Truth.FALSE, Verdict.POSSIBLE: Truth.UNKNOWN, Verdict.ELIGIBLE: Truth.TRUE}
