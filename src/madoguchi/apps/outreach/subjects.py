"""From a household that a consent opened to what could be told about it: spells of days per programme and person.

Pure but for its arguments: rules, household and days come from the caller, and the engine judges. Only a definite yes
counts, and only for the person herself, her minor children and the household as a whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.engines.eligibility import Case, Person, Rule, Rulebook, Truth, Verdict, evaluate, next_changes
from madoguchi.engines.eligibility import Subject as Whom
from madoguchi.engines.planning.model import Reason, Spell, Subject, Window

HOUSEHOLD = ""
"""What stands for the household as a whole where a person's id would stand."""
DAY = timedelta(days=1)
_YEARS = 1


@dataclass(frozen=True, slots=True)
class Book:
    """What is judged: programmes that are told, with their rules, and what judging needs."""

    views: Mapping[str, ProgrammeView]
    rules: Mapping[str, Rule]
    rulebook: Rulebook


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a programme is told about, asked for each programme: `mine(programme, about)`, `taken(programme, about)`."""

    mine: Callable[[str, str], bool]
    wanted: Callable[[str], bool]
    taken: Callable[[str, str], bool]
    cause: Callable[[str], Reason]


def people_of(matched: MatchedHousehold) -> dict[str, Person]:
    """Return the persons about whom something may be told, by id: herself and her minor children."""
    household = matched.household
    wards = zip(matched.children, household.children, strict=False)
    return {matched.person_id: household.applicant, **dict(wards)}


def case_of(rule: Rule, matched: MatchedHousehold, about: str, book: Book, today: date) -> Case:
    """Return the engine's view of one person of the household on a day."""
    who = matched.household.applicant if about == HOUSEHOLD else people_of(matched)[about]
    return Case(today, matched.household, who, book.rulebook)


def concerned(rule: Rule, matched: MatchedHousehold) -> list[str]:
    """Return about whom a programme may be told."""
    if rule.subject is Whom.HOUSEHOLD:
        return [HOUSEHOLD]
    return list(matched.children) if rule.subject is Whom.CHILD else [matched.person_id, *matched.children]


def spells_of(rule: Rule, case: Case) -> tuple[Spell, ...]:
    """Return the runs of days from today on which a rule surely holds, as far as the calendar alone decides.

    A run that began before today begins yesterday: how long it has been going on is not asked.
    """
    holds = _holds(rule, case, case.today)
    start = None if not holds else case.today - DAY if _holds(rule, case, case.today - DAY) else case.today
    found = []
    for change in next_changes(rule, case, years=_YEARS):
        if change.verdict is Verdict.ELIGIBLE:
            start = start or change.day
        elif start is not None:
            found.append(Spell(start, change.day - DAY))
            start = None
    return (*found, *([Spell(start)] if start is not None else []))


def _holds(rule: Rule, case: Case, day: date) -> bool:
    on_day = Case(day, case.household, case.person, case.rulebook)
    return rule.in_force(day) and evaluate(rule.node, on_day) is Truth.TRUE


def window_of(view: ProgrammeView) -> Window:
    """Return when one can apply, where the record names days. A period counted from an event is left open."""
    window = view.content.get("window") or {}
    days = (window.get(name) for name in ("opens", "closes"))
    opens, closes = (date.fromisoformat(str(day)) if day else None for day in days)
    return Window(opens, closes)


def subjects_of(matched: MatchedHousehold, book: Book, scope: Scope, *, today: date) -> Iterator[Subject]:
    """Yield what could be told about a household: every programme of the book that holds now or within a year."""
    for key, rule in book.rules.items():
        if rule.covers(matched.municipality):
            yield from _subjects(key, rule, matched, book, scope, today)


def _subjects(
    key: str, rule: Rule, matched: MatchedHousehold, book: Book, scope: Scope, today: date
) -> Iterator[Subject]:
    for about in concerned(rule, matched):
        spells = spells_of(rule, case_of(rule, matched, about, book, today))
        if spells and scope.mine(key, about):
            yield Subject(
                programme=key,
                about=about,
                spells=spells,
                window=window_of(book.views[key]),
                cause=scope.cause(key),
                wanted=scope.wanted(key),
                taken_up=scope.taken(key, about),
            )


def book_of(views: Iterable[ProgrammeView], rules: Iterable[Rule], rulebook: Rulebook) -> Book:
    """Return the book of these programmes."""
    chosen = {view.id: view for view in views}
    return Book(chosen, {rule.id: rule for rule in rules if rule.id in chosen}, rulebook)
