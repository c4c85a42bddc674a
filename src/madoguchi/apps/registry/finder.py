"""The finder (質問に答えてさがす): answers in, three lists and the next question out. Keeps nothing.

The engine judges and chooses; this module only brings the registry's rules and the resident's answers together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.book import Book
from madoguchi.apps.registry.catalogue import Shelf
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.engines.eligibility import (
    Amount,
    Case,
    Finding,
    Household,
    Missing,
    Question,
    Role,
    Rule,
    RuleVerdict,
    Truth,
    Verdict,
    amount_for,
    complete,
    describe,
    explain,
    judge,
    open_facts,
    person_of,
    rank_questions,
)

SKIP = "skip"
MUNICIPALITY = "自治体コード"
Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One programme in a list, with its reason in words and what is still unknown."""

    programme: ProgrammeView
    verdict: Verdict
    about: str
    """Which person the reason is about: 申請者, 子 or 世帯員."""
    about_birth: date | None
    reasons: tuple[str, ...]
    unknown: tuple[str, ...]
    review: tuple[str, ...]
    """Classes of clauses that only the office can judge."""
    amount: Amount | None
    per: str


@dataclass(frozen=True, slots=True)
class FinderPage:
    """What the finder shows after some answers."""

    eligible: Sequence[Entry]
    possible: Sequence[Entry]
    ineligible: Sequence[Entry]
    question: Question | None
    answered: int
    errors: Mapping[str, str]
    household: Household

    @property
    def total(self) -> int:
        """Return the denominator: all programmes that were judged."""
        return len(self.eligible) + len(self.possible) + len(self.ineligible)


def household_of(answers: Answers, book: Book, *, today: date) -> tuple[Household, dict[str, str]]:
    """Return the household that the answers describe, and the answers that could not be read by question."""
    household, errors = Household(), {}
    for question in book.questions:
        answer = answers.get(question.id, ())
        if not answer or SKIP in answer:
            continue
        try:
            household = question.apply(answer, household)
        except ValueError as problem:
            errors[question.id] = str(problem)
    return complete(household, book.implications, today=today, rulebook=book.rulebook), errors


def rules_for(shelf: Shelf, household: Household) -> list[Rule]:
    """Return the programmes that may concern the household's municipality."""
    code = household.facts.get(MUNICIPALITY)
    return [rule for rule in shelf.rules.values() if rule.covers(str(code) if code else None)]


def find(answers: Answers, *, today: date, language: str) -> FinderPage:
    """Judge every programme for the answers and choose the next question."""
    shelf = catalogue.current()
    household, errors = household_of(answers, shelf.book, today=today)
    rules = rules_for(shelf, household)
    rulebook = shelf.book.rulebook
    entries = [
        _entry(shelf, judge(rule, household, today=today, rulebook=rulebook), household, today, language)
        for rule in rules
    ]
    entries.sort(key=lambda entry: (-entry.programme.value_yen, entry.programme.kana))
    asked = {key for key in answers if key not in errors}
    ranked = rank_questions(
        rules,
        household,
        shelf.book.questions,
        asked=asked,
        today=today,
        rulebook=rulebook,
        implications=shelf.book.implications,
    )
    return FinderPage(
        eligible=[entry for entry in entries if entry.verdict is Verdict.ELIGIBLE],
        possible=[entry for entry in entries if entry.verdict is Verdict.POSSIBLE],
        ineligible=[entry for entry in entries if entry.verdict is Verdict.INELIGIBLE],
        question=_next(errors, shelf, [item.question for item in ranked]),
        answered=len(asked),
        errors=errors,
        household=household,
    )


def _next(errors: Mapping[str, str], shelf: Shelf, ranked: Sequence[Question]) -> Question | None:
    """Return the question to ask: one answered wrongly first, then the municipality, then the best."""
    by_id = {question.id: question for question in shelf.book.questions}
    wrong = next((by_id[key] for key in errors), None)
    return (
        wrong
        or next((question for question in ranked if question.kind == "municipality"), None)
        or next(iter(ranked), None)
    )


def _entry(shelf: Shelf, result: RuleVerdict, household: Household, today: date, language: str) -> Entry:
    view = shelf.views[result.rule.id]
    if not result.persons:
        return Entry(view, result.verdict, "", None, (_NOBODY[language],), (), (), None, "")
    best = max(result.persons, key=lambda person: (person.truth, person.role is Role.APPLICANT))
    person = person_of(household, best)
    case = Case(today, household, person, shelf.book.rulebook)
    findings = explain(result.rule.node, case)
    birth = person.facts.get("生年月日")
    rule = result.rule
    return Entry(
        programme=view,
        verdict=result.verdict,
        about=best.role.value,
        about_birth=birth if isinstance(birth, date) else None,
        reasons=_reasons(shelf, findings, language),
        unknown=_unknown(shelf, rule, household, today, language) if result.verdict is Verdict.POSSIBLE else (),
        review=tuple(view_class for view_class in _review_classes(findings)),
        amount=amount_for(rule.amount, case) if rule.amount and best.truth is not Truth.FALSE else None,
        per=rule.amount.per if rule.amount else "",
    )


_NOBODY = {"ja": "対象になる家族がいません", "en": "No member of the family is concerned"}


def _review_classes(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(f.atom.category for f in findings if hasattr(f.atom, "category")))


def _reasons(shelf: Shelf, findings: Sequence[Finding], language: str) -> tuple[str, ...]:
    texts = []
    for finding in findings:
        words = describe(finding, language=language, vocabulary=shelf.book.vocabulary)
        holds = finding.truth is Truth.TRUE
        if finding.truth is Truth.UNKNOWN:
            texts.append(words)
        elif finding.negated:
            texts.append(_said(words, not holds, language))
        else:
            texts.append(_said(words, holds, language))
    return tuple(dict.fromkeys(texts))


def _said(words: str, holds: bool, language: str) -> str:
    marks = {"ja": ("○ ", "× "), "en": ("yes: ", "no: ")}[language]
    return (marks[0] if holds else marks[1]) + words


def _unknown(shelf: Shelf, rule: Rule, household: Household, today: date, language: str) -> tuple[str, ...]:
    facts = open_facts(rule, household, today=today, rulebook=shelf.book.rulebook)
    return tuple(sorted({_fact_name(shelf, fact, language) for fact in facts}))


def _fact_name(shelf: Shelf, fact: Missing, language: str) -> str:
    attribute = shelf.book.vocabulary.attributes.get(fact.attribute)
    whose = {"ja": {"子": "子どもの"}, "en": {"子": "child: "}}[language].get(fact.who, "")
    return whose + (attribute.label_en if attribute and language == "en" else fact.attribute)
