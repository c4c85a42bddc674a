"""The rule book of a pack: vocabulary, income tables, municipal parts and questions as the engine wants them.

Built from plain lists, whether they come from files (checking) or from rows (serving); knows no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.engines.eligibility import (
    AmountRule,
    ConditionError,
    Implication,
    Node,
    Question,
    Rule,
    Rulebook,
    Subject,
    Vocabulary,
    parse,
    parse_amount,
    to_text,
)

Parts = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that reading and judging conditions needs besides the conditions."""

    vocabulary: Vocabulary
    rulebook: Rulebook
    questions: tuple[Question, ...]
    implications: tuple[Implication, ...]

    def read(self, text: str, subject: Subject) -> Node:
        """Read a condition; raise ConditionError."""
        return parse(text, subject=subject, vocabulary=self.vocabulary)

    def amount(self, content: Mapping[str, Any]) -> AmountRule | None:
        """Read the amount of a programme, None when it pays no money; raise AmountError or ConditionError."""
        if not content.get("amount"):
            return None
        subject = Subject(content["subject"])
        return parse_amount(
            content["amount"], parse=lambda text: self.read(text, subject), vocabulary=self.vocabulary, subject=subject
        )

    def rule(self, content: Mapping[str, Any]) -> Rule:
        """Build the engine's rule of a programme."""
        subject = Subject(content["subject"])
        area = content["area"]
        return Rule(
            id=content["id"],
            name=content["name"]["ja"],
            subject=subject,
            node=self.read(content["condition"], subject),
            area=None if isinstance(area, str) else frozenset(area),
            effective_from=as_date(content.get("effective_from")),
            effective_to=as_date(content.get("effective_to")),
            amount=self.amount(content),
            value_yen=content.get("value_yen") or 0,
            spans=self._spans(content, subject),
        )

    def _spans(self, content: Mapping[str, Any], subject: Subject) -> dict[str, str]:
        spans = {}
        for item in content.get("spans") or ():
            try:
                spans[to_text(self.read(item["atom"], subject))] = item["ja"]
            except ConditionError:
                spans[item["atom"]] = item["ja"]
        return spans


def as_date(value: object) -> date | None:
    """Return an ISO text or date as a date."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def build(parts: Parts, municipalities: Sequence[str]) -> Book:
    """Build the book; raise ValueError or ConditionError naming the record that is wrong."""
    tables = [_with_dates(record) for record in parts.get("income_tables", ())]
    vocabulary = Vocabulary.from_pack(attributes=parts["attributes"], municipalities=municipalities, tables=tables)
    subconditions = {}
    for record in parts.get("subconditions", ()):
        node = parse(record["condition"], subject=Subject(record.get("subject", "児童")), vocabulary=vocabulary)
        subconditions[(record["name"], record["municipality"])] = node

    def read(text: str) -> Node:
        return parse(text, subject=Subject.PERSON, vocabulary=vocabulary)

    questions = tuple(Question.from_pack(record, parse=read) for record in parts["questions"])
    implications = tuple(Implication.from_pack(record, parse=read) for record in parts.get("implications", ()))
    named = {fact.attribute for question in questions for fact in question.facts}
    named |= {name for item in implications for name in (*item.person, *item.household)}
    if unknown := sorted(named - vocabulary.attributes.keys()):
        raise ValueError(f"Questions or implications set {', '.join(unknown)}, which attributes.yaml does not list.")
    rulebook = Rulebook(vocabulary.tables, subconditions, frozenset(municipalities))
    return Book(vocabulary, rulebook, questions, implications)


def _with_dates(record: Mapping[str, Any]) -> dict[str, Any]:
    versions = [{**item, "from": as_date(item["from"]), "to": as_date(item.get("to"))} for item in record["versions"]]
    return {**record, "versions": versions}
