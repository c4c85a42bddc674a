"""How the finder asks: an answer becomes facts, and the next question is the one that settles most.

A question is worth the programmes that its likely answers would decide, weighed by their yearly value, less the cost of
asking something sensitive. A question that cannot change anything any more is never asked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.engines.eligibility.answers import Setting, apply_settings
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.explain import BIRTH, Missing, missing
from madoguchi.engines.eligibility.facts import Household
from madoguchi.engines.eligibility.implications import Implication, complete
from madoguchi.engines.eligibility.rules import Role, Rule, concerned, judge
from madoguchi.engines.eligibility.scalar import Case, Rulebook, evaluate
from madoguchi.engines.eligibility.types import Truth, Verdict

Answer = tuple[str, ...]
NONE = "none"
YES, NO = "yes", "no"
_SENSITIVITY_COST = 0.5
_VALUE_UNIT_YEN = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the pack. `kind` is one of those in docs/packs.md."""

    id: str
    kind: str
    settings: tuple[Setting, ...]
    completes: tuple[str, ...]
    sensitivity: int
    asked_when: Node | None
    each_child: bool = False
    """Asked about every child on its own."""
    after: tuple[str, ...] = ()
    """Asked only after these questions: they may spare it."""

    @property
    def facts(self) -> frozenset[Missing]:
        """Return whose facts an answer may give."""
        return frozenset(Missing(item.who, item.attribute) for item in self.settings if item.attribute)

    @classmethod
    def from_pack(cls, record: Mapping[str, Any], *, parse: Callable[[str], Node]) -> "Question":
        """Build a question from a record of `questions.yaml`; `parse` reads `asked_when`."""
        return cls(
            id=record["id"],
            kind=record["kind"],
            settings=tuple(Setting.from_pack(item) for item in record["sets"]),
            completes=tuple(record.get("completes", ())),
            sensitivity=record.get("sensitivity", 0),
            asked_when=parse(record["asked_when"]) if record.get("asked_when") else None,
            each_child=record.get("each_child", False),
            after=tuple(record.get("after", ())),
        )

    def options(self) -> list[str]:
        """Return the ids of the options in order."""
        return list(dict.fromkeys(item.option for item in self.settings if item.option))

    def apply(self, answer: Answer, household: Household) -> Household:
        """Return the household with the facts of an answer. Raise ValueError on an answer that cannot be."""
        return apply_settings(self.kind, self.settings, self.completes, answer, household)

    def likely_answers(self, today: date) -> list[tuple[float, Answer]]:
        """Return a few answers with their rough probability, used only to weigh questions."""
        if self.kind == "birthdate":
            return [
                (0.6, (date(today.year - 40, 6, 1).isoformat(),)),
                (0.4, (date(today.year - 72, 6, 1).isoformat(),)),
            ]
        if self.kind == "birthdates":
            return [(0.7, (NONE,)), (0.3, (date(today.year - 6, 6, 1).isoformat(),))]
        if self.kind == "checklist":
            first = [(0.2, (option,)) for option in self.options()[:1]]
            return [(0.8, (NONE,)), *first]
        if self.kind == "yes_no":
            return [(0.5, (YES,)), (0.5, (NO,))]
        if self.kind == "choice":
            options = self.options()
            return [(1 / min(3, len(options)), (option,)) for option in options[:3]]
        return [(0.5, ("0",)), (0.5, ("3",))] if self.kind == "number" else []


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question with its worth."""

    question: Question
    score: float


def open_facts(rule: Rule, household: Household, *, today: date, rulebook: Rulebook) -> frozenset[Missing]:
    """Return the facts that could still decide a programme for somebody of the household."""
    found: set[Missing] = set()
    if not rule.in_force(today):
        return frozenset()
    for role, index, person in concerned(rule, household):
        if index < 0:
            if evaluate(rule.node, Case(today, household, person, rulebook)) is not Truth.FALSE:
                found.add(Missing(role.value, BIRTH))
            continue
        found |= missing(rule.node, Case(today, household, person, rulebook), role)
    return frozenset(found)


def rank_questions(
    rules: Sequence[Rule],
    household: Household,
    questions: Sequence[Question],
    *,
    asked: Collection[str],
    today: date,
    rulebook: Rulebook,
    implications: Sequence[Implication] = (),
) -> list[Ranked]:
    """Return the questions that can still matter, best first; equal scores keep the pack's order."""

    def after(question: Question, answer: Answer) -> Household:
        return complete(question.apply(answer, household), implications, today=today, rulebook=rulebook)

    def decided(rule: Rule, known: Household) -> bool:
        return judge(rule, known, today=today, rulebook=rulebook).verdict is not Verdict.POSSIBLE

    undecided = {
        rule.id: (rule, open_facts(rule, household, today=today, rulebook=rulebook))
        for rule in rules
        if not decided(rule, household)
    }
    ranked = []
    for question in questions:
        if (
            question.id in asked
            or not set(question.after) <= set(asked)
            or not _may_be_asked(question, household, today, rulebook)
        ):
            continue
        touched = [rule for rule, facts in undecided.values() if facts & question.facts]
        if touched:
            likely = [(share, after(question, answer)) for share, answer in question.likely_answers(today)]
            ranked.append(Ranked(question, _worth(question, touched, likely, decided)))
    return sorted(ranked, key=lambda item: -item.score)


def _may_be_asked(question: Question, household: Household, today: date, rulebook: Rulebook) -> bool:
    if question.asked_when is None:
        return True
    case = Case(today, household, household.applicant, rulebook)
    return evaluate(question.asked_when, case) is Truth.TRUE


def _worth(
    question: Question,
    rules: Sequence[Rule],
    likely: Sequence[tuple[float, Household]],
    decided: Callable[[Rule, Household], bool],
) -> float:
    gains = (share * sum(_weight(rule) for rule in rules if decided(rule, known)) for share, known in likely)
    return 0.05 * len(rules) + sum(gains) - _SENSITIVITY_COST * question.sensitivity


def _weight(rule: Rule) -> float:
    return 1.0 + min(2.0, rule.value_yen / _VALUE_UNIT_YEN / 10)


__all__ = [
    "NO",
    "NONE",
    "YES",
    "Answer",
    "Question",
    "Ranked",
    "Role",
    "open_facts",
    "rank_questions",
]
