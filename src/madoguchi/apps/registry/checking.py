"""Is a programme record fit to be published? Form, condition, amount, references; each finding with a remedy."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator

from madoguchi.apps.registry import schemas
from madoguchi.apps.registry.book import Book, as_date
from madoguchi.apps.registry.contents import amount_versions, case_lists
from madoguchi.engines.eligibility import AmountError, ConditionError, Severity, Subject
from madoguchi.engines.eligibility.check import Scope, impossible, refusals

_VALIDATOR = Draft202012Validator(schemas.PROGRAMME)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a record."""

    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a record may refer to."""

    organisations: Collection[str]
    documents: Collection[str]
    life_events: Collection[str]
    municipalities: Collection[str]


def flaws(content: Mapping[str, Any], *, book: Book, known: Known) -> list[Flaw]:
    """Return everything that keeps a record from being published."""
    found = [
        Flaw(
            ".".join(map(str, error.absolute_path)) or "-", f"{error.message[:200]}.", "See docs/packs.md for the form."
        )
        for error in _VALIDATOR.iter_errors(content)
    ]
    return found or [*_condition(content, book), *_references(content, known), *_dates(content)]


def _condition(content: Mapping[str, Any], book: Book) -> Iterable[Flaw]:
    try:
        node = book.read(content["condition"], Subject(content["subject"]))
        reviews = [item["id"] for item in content.get("checks") or ()]
        for problem in refusals(node, reviews=reviews, scope=scope_of(content, book)):
            if problem.severity is Severity.ERROR:
                yield Flaw("condition", problem.message, problem.remedy)
    except ConditionError as error:
        yield Flaw("condition", f"{error.message} (position {error.position + 1})", error.suggestion or "Correct it.")
    try:
        book.amount(content)
        yield from _amount_cases(content, book)
    except (AmountError, ConditionError) as error:
        yield Flaw("amount", str(error), "See docs/conditions.md, Amounts.")
    except (KeyError, TypeError, AttributeError):
        yield Flaw("amount", "The amount does not have the form that is described.", "See docs/conditions.md, Amounts.")


def _amount_cases(content: Mapping[str, Any], book: Book) -> Iterable[Flaw]:
    scope = scope_of(content, book)
    for field, version in amount_versions(content):
        for _, cases in case_lists(field, version):
            for case in cases:
                node = book.read(case["when"], Subject(content["subject"])) if case.get("when") else None
                if node is not None:
                    yield from (
                        Flaw("amount", problem.message, problem.remedy)
                        for problem in impossible(node, scope)
                        if problem.severity is Severity.ERROR
                    )


def scope_of(content: Mapping[str, Any], book: Book, *, day: date | None = None) -> Scope:
    """Return what a record's condition is checked against: the year from a day on, or from when the programme begins.

    Without a day, the day on which the record was compared with its sources is taken.
    """
    start, end = (_day(content.get(field)) for field in ("effective_from", "effective_to"))
    first = day or _day(content.get("checked_on")) or Scope().first_day
    first = max(first, start or first)
    if end and end < first:
        first = start or end
    return Scope(
        subject=Subject(content["subject"]),
        vocabulary=book.vocabulary,
        rulebook=book.rulebook,
        area=frozenset(content["area"]) if isinstance(content["area"], list) else None,
        first_day=first,
    )


def _day(value: object) -> date | None:
    """Return a day, None for one that does not exist in the calendar; that is told elsewhere."""
    try:
        return as_date(value)
    except ValueError:
        return None


def _references(content: Mapping[str, Any], known: Known) -> Iterable[Flaw]:
    area = content["area"] if isinstance(content["area"], list) else []
    pairs = (
        ("organisation", [content["organisation"]], known.organisations),
        ("documents", content.get("documents") or [], known.documents),
        ("life_events", content["life_events"], known.life_events),
        ("area", area, known.municipalities),
    )
    for field, used, allowed in pairs:
        for name in used:
            if name not in allowed:
                yield Flaw(field, f"{name!r} is not in the pack.", "Add it to the pack or correct the id.")


def _dates(content: Mapping[str, Any]) -> Iterable[Flaw]:
    for field in ("checked_on", "review_on", "effective_from", "effective_to"):
        try:
            as_date(content.get(field))
        except ValueError:
            yield Flaw(field, f"{content[field]!r} does not exist in the calendar.", "Write YYYY-MM-DD.")
            return
    start, end = as_date(content.get("effective_from")), as_date(content.get("effective_to"))
    if start and end and end < start:
        yield Flaw("effective_to", "The programme ends before it begins.", "Correct one of the dates.")
