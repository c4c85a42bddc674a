"""Example households against which staff see a condition while they write it. Invented people, labelled as such."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.apps.registry.book import Book
from madoguchi.engines.eligibility import (
    Attribute,
    Band,
    Household,
    Person,
    Rule,
    Subject,
    Verdict,
    Vocabulary,
    household_from_json,
    judge,
)
from madoguchi.engines.eligibility.facts import Value
from madoguchi.engines.eligibility.types import Kind


@dataclass(frozen=True, slots=True)
class Example:
    """One invented household."""

    ja: str
    en: str
    household: Household


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of a condition for an example."""

    example: Example
    verdict: Verdict


def examples(today: date) -> Sequence[Example]:
    """Return the invented households, with ages fixed relative to today."""
    home: dict[str, Value] = {"自治体コード": "131199", "住民税非課税": False, "生活保護": False}

    def born(years: int) -> date:
        return date(today.year - years, 5, 10)

    def adult(years: int, **facts: bool | int | str) -> Person:
        return Person({"生年月日": born(years), "国内居住": True, "監護": True, "生計同一": True, **facts})

    def child(years: int, **facts: bool | int | str) -> Person:
        return Person({"生年月日": born(years), "国内居住": True, "施設入所": False, **facts})

    def family(applicant: Person, *children: Person, **facts: bool | int | str) -> Household:
        return Household({**home, **facts}, applicant, children, (), children_complete=True, members_complete=True)

    return (
        Example(
            "25歳の会社員、ひとり暮らし",
            "Employee of 25, alone",
            family(adult(25, 所得=2_500_000, 医療保険="被用者保険")),
        ),
        Example(
            "妊娠中の30歳、夫婦", "Pregnant at 30, couple", family(adult(30, 妊娠中=True, 婚姻中=True, 胎児の数=1))
        ),
        Example(
            "0歳児のいる夫婦",
            "Couple with a baby",
            family(adult(33, ひとり親=False, 所得=4_000_000), child(0, ひとり親事由="なし")),
        ),
        Example(
            "ひとり親、7歳と4歳、所得150万円",
            "Single parent, children of 7 and 4, income 1.5 million yen",
            family(
                adult(36, ひとり親=True, 所得=1_500_000, 扶養親族等の数=2),
                child(7, ひとり親事由="離婚"),
                child(4, ひとり親事由="離婚"),
            ),
        ),
        Example(
            "子ども3人の家族",
            "Family of three children",
            family(adult(45, 所得=6_000_000), child(16), child(12), child(8)),
        ),
        Example(
            "75歳と要介護2、非課税",
            "75 with care level 2, tax-exempt",
            family(adult(75, 要介護度="要介護2", 年金受給中=True), 住民税非課税=True),
        ),
        Example(
            "身体障害者手帳1級の40歳",
            "40, physical disability grade 1",
            family(adult(40, 身体障害者手帳="1級", 所得=1_000_000)),
        ),
        Example("何も分からない世帯", "Household of whom nothing is known", Household()),
    )


class UnfitHousehold(ValueError):
    """A pasted household that cannot be judged: `name` is the attribute that does not fit, empty for the whole text."""

    def __init__(self, name: str = "") -> None:
        super().__init__(f"The household cannot be read{f': {name}' if name else ''}. Write it as the example shows.")
        self.name = name


MOST_MEMBERS = 20
MOST_CHARACTERS = 20_000


def pasted(text: str, vocabulary: Vocabulary) -> Household:
    """Return the household that a JSON text describes (docs: `household_from_json`); raise UnfitHousehold."""
    try:
        data = json.loads(text[: MOST_CHARACTERS + 1])
        household = household_from_json(data)
        people = household.members
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UnfitHousehold from None
    complete = (household.children_complete, household.members_complete)
    if len(people) > MOST_MEMBERS or not all(isinstance(flag, bool) for flag in complete):
        raise UnfitHousehold
    for facts, of_household in [(household.facts, True), *((person.facts, False) for person in people)]:
        for name, value in facts.items():
            attribute = vocabulary.attributes.get(name)
            if attribute is None or attribute.household is not of_household or not _fits(attribute, value):
                raise UnfitHousehold(str(name))
    return household


def _fits(attribute: Attribute, value: Value) -> bool:
    """Tell whether a value is of the attribute's type."""
    match attribute.kind:
        case Kind.BOOL:
            return isinstance(value, bool)
        case Kind.DATE:
            return isinstance(value, date)
        case Kind.ENUM:
            return isinstance(value, str) and value in attribute.values
        case Kind.SET:
            return _fits_set(value)
        case _:
            return isinstance(value, Band | int) and not isinstance(value, bool) and _is_ordered(value)


def _fits_set(value: Value) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(n, Band | int) and _is_ordered(n) for n in value.values())
    return isinstance(value, frozenset) and all(isinstance(item, str) for item in value)


def _is_ordered(value: Band | int) -> bool:
    bounds = (value.low, value.high) if isinstance(value, Band) else (value, value)
    if not all(bound is None or (isinstance(bound, int) and 0 <= bound <= MOST) for bound in bounds):
        return False
    low, high = bounds
    return low is None or high is None or low <= high


MOST = 10_000_000_000


def try_out(text: str, subject: Subject, *, book: Book, today: date) -> list[Outcome]:
    """Return the verdict of a condition for every example; raise ConditionError when it cannot be read."""
    rule = Rule("draft", "", subject, book.read(text, subject))
    return [
        Outcome(example, judge(rule, example.household, today=today, rulebook=book.rulebook).verdict)
        for example in examples(today)
    ]
