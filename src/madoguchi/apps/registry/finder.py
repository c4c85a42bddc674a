"""The finder (質問に答えてさがす): answers in, three lists and the next question out. Keeps nothing.

The engine judges and chooses; this module only brings the registry's rules and the resident's answers together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.book import Book
from madoguchi.apps.registry.catalogue import Shelf
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.engines.eligibility import (
    Amount,
    Finding,
    Household,
    Missing,
    PersonVerdict,
    Question,
    Role,
    Rule,
    Verdict,
    complete,
    household_amount,
    person_of,
    rank_questions,
)
from madoguchi.engines.eligibility.ast import Review
from madoguchi.engines.eligibility.ruleset import Assessment, HouseholdChange, HouseholdVerdict, Outlook, RuleSet
from madoguchi.engines.eligibility.words import category_in_words, change_in_words, reasons_in_words

SKIP = "skip"
MUNICIPALITY = "自治体コード"
Answers = Mapping[str, tuple[str, ...]]


class Entry(NamedTuple):
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
    """What the whole household gets, a range where facts are missing."""
    per: str
    coming: str
    """Until when it stays so, or from when it will be otherwise, by the calendar alone; empty where time changes nothing."""
    coming_birth: date | None
    """Birth date of the child whom `coming` is about, where there are several children."""


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


class Prepared:
    """The rules of a municipality compiled, and their reasons in words. Lives as long as the shelf it was made from."""

    def __init__(self, rules: Sequence[Rule], shelf: Shelf) -> None:
        self.shelf = shelf
        self.ruleset = RuleSet(rules, shelf.book.rulebook)
        self._reasons: dict[tuple[object, ...], tuple[str, ...]] = {}
        self._names: dict[tuple[str, int], tuple[str, ...]] = {}

    def reasons(self, findings: Sequence[Finding], language: str) -> tuple[str, ...]:
        """Return reasons in words. The rule set keeps its findings, so that they are known again by identity."""
        key = (language, *map(id, findings))
        found = self._reasons.get(key)
        if found is None:
            found = reasons_in_words(findings, language=language, vocabulary=self.shelf.book.vocabulary)
            if len(self._reasons) < MOST_WORDINGS:
                self._reasons[key] = found
        return found

    def open_names(self, bits: int, language: str) -> tuple[str, ...]:
        """Return in words what is not known yet."""
        found = self._names.get((language, bits))
        if found is None:
            facts = self.ruleset.facts_of(bits)
            found = tuple(sorted({_fact_name(self.shelf, fact, language) for fact in facts}))
            if len(self._names) < MOST_WORDINGS:
                self._names[language, bits] = found
        return found


MOST_WORDINGS = 50_000
COMING_YEARS = 5
"""A programme that begins later than this is not announced yet."""
_prepared: dict[tuple[str, tuple[str, ...]], Prepared] = {}


def prepared_for(shelf: Shelf, household: Household) -> Prepared:
    """Return the compiled rules that may concern a household; municipalities with the same rules share them."""
    rules = rules_for(shelf, household)
    key = (shelf.stamp, tuple(rule.id for rule in rules))
    found = _prepared.get(key)
    if found is None or found.shelf is not shelf:
        for stale in [other for other, item in list(_prepared.items()) if item.shelf is not shelf]:
            _prepared.pop(stale, None)
        found = _prepared[key] = Prepared(rules, shelf)
    return found


def find(answers: Answers, *, today: date, language: str) -> FinderPage:
    """Judge every programme for the answers and choose the next question."""
    shelf = catalogue.current()
    household, errors = household_of(answers, shelf.book, today=today)
    prepared = prepared_for(shelf, household)
    assessment = prepared.ruleset.assess(household, today=today)
    entries = _entries(prepared, assessment, language)
    asked = {key for key in answers if key not in errors}
    ranked = rank_questions(assessment, shelf.book.questions, asked=asked, implications=shelf.book.implications)
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


def _entries(prepared: Prepared, assessment: Assessment, language: str) -> list[Entry]:
    outlook = Outlook(assessment)
    entries = [
        _entry(prepared, assessment, index, result, outlook.next_change(index), language)
        for index, result in enumerate(assessment.verdicts)
    ]
    return sorted(entries, key=lambda entry: (-entry.programme.value_yen, entry.programme.kana))


def _entry(
    prepared: Prepared,
    assessment: Assessment,
    index: int,
    result: HouseholdVerdict,
    change: HouseholdChange | None,
    language: str,
) -> Entry:
    household, rule = assessment.household, result.rule
    possible = result.verdict is Verdict.POSSIBLE
    announced = change if change and _is_near(change, assessment.today) else None
    return Entry(
        programme=prepared.shelf.views[rule.id],
        verdict=result.verdict,
        about=result.about.role.value if result.about else "",
        about_birth=_birth(household, result.about),
        reasons=prepared.reasons(result.findings, language) if result.about else (_NOBODY[language],),
        unknown=prepared.open_names(assessment.open_bits(index), language) if possible else (),
        review=tuple(_review_classes(result.findings, language)),
        amount=_amount(assessment, result),
        per=_PERIODS[language].get(rule.amount.per, rule.amount.per) if rule.amount else "",
        coming=change_in_words(announced, language=language) if announced else "",
        coming_birth=_birth(household, announced.about) if announced and len(household.children) > 1 else None,
    )


def _is_near(change: HouseholdChange, today: date) -> bool:
    return change.before is not Verdict.INELIGIBLE or change.day.year <= today.year + COMING_YEARS


def _birth(household: Household, about: PersonVerdict | None) -> date | None:
    birth = person_of(household, about).facts.get("生年月日") if about and about.role is Role.CHILD else None
    return birth if isinstance(birth, date) else None


def _amount(assessment: Assessment, result: HouseholdVerdict) -> Amount | None:
    if result.rule.amount is None or result.about is None or result.verdict is Verdict.INELIGIBLE:
        return None
    return household_amount(
        result.rule, assessment.household, today=assessment.today, rulebook=assessment.ruleset.rulebook
    )


_NOBODY = {"ja": "対象になる家族がいません", "en": "No member of the family is concerned"}


_PERIODS: Mapping[str, Mapping[str, str]] = {
    "ja": {},
    "en": {"月": "month", "年": "year", "回": "time", "日": "day"},
}


def _review_classes(findings: Sequence[Finding], language: str) -> list[str]:
    found = (f.atom.category for f in findings if isinstance(f.atom, Review))
    return list(dict.fromkeys(category_in_words(category, language=language) for category in found))


def _fact_name(shelf: Shelf, fact: Missing, language: str) -> str:
    attribute = shelf.book.vocabulary.attributes.get(fact.attribute)
    whose = {"ja": {"子": "子どもの"}, "en": {"子": "child: "}}[language].get(fact.who, "")
    if attribute is None:
        return whose + fact.attribute
    wording = attribute.wordings.get(language)
    return whose + ((wording.label if wording else "") or (attribute.label_en if language == "en" else attribute.name))
