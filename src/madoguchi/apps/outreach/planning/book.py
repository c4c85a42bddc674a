"""The programmes that are told, compiled for whole populations, with their windows, validity and topics."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.engines.eligibility import Rule, Rulebook
from madoguchi.engines.eligibility.columnar import Compiled, compile_rules
from madoguchi.engines.planning import Policy, Window
from madoguchi.engines.planning.columnar import Ruling

MOST_DEPENDANTS = 30


@dataclass(frozen=True, slots=True)
class Book:
    """What is told: `rules` whatever their validity, `topics` by rule as bits, `windows` where one must apply in time."""

    rules: Mapping[str, Rule]
    rulebook: Rulebook
    compiled: Compiled
    policy: Policy
    topics: Mapping[str, int]
    windows: Mapping[str, Window]
    municipalities: tuple[str, ...]

    def ruling(self, rule: str) -> Ruling:
        """Return what the plan must know of a rule."""
        found = self.rules[rule]
        force = Window(found.effective_from, found.effective_to)
        return Ruling(rule, self.topics.get(rule, 0), self.windows.get(rule, Window()), force)

    def only(self, chosen: Collection[str]) -> "Book":
        """Return the book of some of its rules."""
        return compiled_book(
            [self.rules[rule] for rule in chosen],
            self.rulebook,
            policy=self.policy,
            topics=self.topics,
            windows=self.windows,
            municipalities=self.municipalities,
        )

    def with_changes(
        self, rules: Iterable[Rule], *, windows: Mapping[str, Window], topics: Mapping[str, int] | None = None
    ) -> "Book":
        """Return the book after rules or windows changed or were added; whatever is not named stays."""
        merged = {**self.rules, **{rule.id: rule for rule in rules}}
        return compiled_book(
            list(merged.values()),
            self.rulebook,
            policy=self.policy,
            topics={**self.topics, **(topics or {})},
            windows={**self.windows, **windows},
            municipalities=self.municipalities,
        )


def compiled_book(
    rules: Sequence[Rule],
    rulebook: Rulebook,
    *,
    policy: Policy,
    topics: Mapping[str, int],
    windows: Mapping[str, Window],
    municipalities: Collection[str],
    most_dependants: int = MOST_DEPENDANTS,
) -> Book:
    """Compile the programmes that are told, also those that are valid later or were valid before."""
    codes = tuple(sorted(municipalities))
    compiled = compile_rules(rules, rulebook, municipalities=codes, most_dependants=most_dependants)
    return Book({rule.id: rule for rule in rules}, rulebook, compiled, policy, dict(topics), dict(windows), codes)


def told_rules(rules: Iterable[Rule], told: Collection[str], *, since: date) -> list[Rule]:
    """Return the rules of programmes that are told and not over before a day."""
    return [rule for rule in rules if rule.id in told and (rule.effective_to is None or rule.effective_to >= since)]
