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
from madoguchi.engines.eligibility.rules import Role, Rule, concerned
from madoguchi.engines.eligibility.ruleset import Assessment
from madoguchi.engines.eligibility.ruleset.atoms import names
from madoguchi.engines.eligibility.scalar import Case, Rulebook, evaluate
from madoguchi.engines.eligibility.types import Truth

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

    def single_answers(self) -> list[Answer]:
        """Return every answer that consists of one choice; none for questions whose answer is a value of its own."""
        if self.kind == "yes_no":
            return [(YES,), (NO,)]
        if self.kind not in ("checklist", "choice"):
            return []
        return [(option,) for option in ([NONE] if self.kind == "checklist" else []) + self.options()]

    @property
    def names(self) -> frozenset[str]:
        """Return the attributes that an answer may set."""
        return frozenset(item.attribute for item in self.settings if item.attribute) | frozenset(self.completes)


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
    assessment: Assessment,
    questions: Sequence[Question],
    *,
    asked: Collection[str],
    implications: Sequence[Implication] = (),
) -> list[Ranked]:
    """Return the questions that can still matter, best first; equal scores keep the pack's order."""
    rules = assessment.ruleset.rules
    undecided = {index: assessment.open_bits(index) for index in range(len(rules)) if assessment.is_open(index)}
    answering = _Answering(assessment, implications)
    ranked = []
    for question in questions:
        if question.id in asked or not set(question.after) <= set(asked):
            continue
        bits = assessment.ruleset.bits(question.facts)
        touched = [index for index, facts in undecided.items() if facts & bits]
        if touched and _may_be_asked(question, assessment):
            gain = _gain(question, touched, answering)
            if gain or answering.matters(question, touched):
                score = 0.05 * len(touched) + gain - _SENSITIVITY_COST * question.sensitivity
                ranked.append(Ranked(question, score))
    return sorted(ranked, key=lambda item: -item.score)


class _Answering:
    """What the household would look like after an answer, judged again only where the answer touches something."""

    def __init__(self, assessment: Assessment, implications: Sequence[Implication]) -> None:
        self.now = assessment
        self._implications = implications
        self._implied = frozenset(name for item in implications for name in (*item.person, *item.household))
        triggers = [names(item.when) for item in implications]
        self._triggers = frozenset(name for found in triggers if found for name in found)
        self._settled = None not in triggers and self._complete(assessment.household) == assessment.household

    def after(self, question: Question, answer: Answer) -> Assessment:
        """Return the assessment after an answer and what follows from it by law."""
        household = question.apply(answer, self.now.household)
        touched = question.names
        if not self._settled or touched & self._triggers or question.kind == "birthdates":
            household = self._complete(household)
            touched |= self._implied
        return self.now.after(household, touched)

    def _complete(self, household: Household) -> Household:
        ruleset = self.now.ruleset
        return complete(household, self._implications, today=self.now.today, rulebook=ruleset.rulebook)

    def matters(self, question: Question, touched: Sequence[int]) -> bool:
        """Tell whether some answer changes what is known: a verdict, or the facts that are still missing."""
        answers = question.single_answers()
        return not answers or any(self._changes(self.after(question, answer), touched) for answer in answers)

    def _changes(self, later: Assessment, touched: Sequence[int]) -> bool:
        return any(not later.is_open(i) or later.open_bits(i) != self.now.open_bits(i) for i in touched)


def _may_be_asked(question: Question, assessment: Assessment) -> bool:
    if question.asked_when is None:
        return True
    household = assessment.household
    case = Case(assessment.today, household, household.applicant, assessment.ruleset.rulebook)
    return evaluate(question.asked_when, case) is Truth.TRUE


def _gain(question: Question, touched: Sequence[int], answering: _Answering) -> float:
    """Return the programmes that the likely answers decide, each weighed by its value."""
    rules = answering.now.ruleset.rules
    gain = 0.0
    for share, answer in question.likely_answers(answering.now.today):
        later = answering.after(question, answer)
        gain += share * sum(_weight(rules[index]) for index in touched if not later.is_open(index))
    return gain


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
