"""Reads of the registry: one programme, search with filters, lists of the pack, the desk, history, coverage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from madoguchi.apps.registry import catalogue, searchindex
from madoguchi.apps.registry.contracts import Change, Municipality, ProgrammeView, SearchHit, SearchPage
from madoguchi.apps.registry.models import ChangeEntry, Programme, ProgrammeVersion
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines import search as engine
from madoguchi.engines.eligibility import Household, Person, Rule, Subject, Verdict, judge, machine_decidable

MAX_LIMIT = 200
_DAYS_INTO_A_YEAR = (2, 50, 100, 180, 240, 300, 360)


def get(programme_id: str) -> ProgrammeView | None:
    """Return a published programme, None when there is none of that id."""
    return catalogue.current().views.get(programme_id)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a resident narrows a search by. `age` in years, `municipality` a six-digit code."""

    municipality: str = ""
    life_event: str = ""
    kind: str = ""
    age: int | None = None


def search(text: str, filters: Filters, *, today: date, limit: int = 20, offset: int = 0) -> SearchPage:
    """Return the programmes that answer the words and filters; no words list the most valuable first."""
    shelf = catalogue.current()
    allowed = {view.id for view in shelf.views.values() if _passes(view, shelf.rules[view.id], filters, today)}
    synonyms = [list(group) for group in shelf.part("synonyms")]
    query = engine.parse_query(text, synonyms=synonyms)
    if query.words:
        found = [key for key in searchindex.candidates(query.token_set()) if key in allowed]
        hits = engine.rank(query, (shelf.documents[key] for key in found))
    else:
        ordered = sorted(allowed, key=lambda key: (-shelf.views[key].value_yen, key))
        hits = [engine.Hit(key, 0.0) for key in ordered]
    page = [SearchHit(shelf.views[hit.id], hit.score) for hit in hits[offset : offset + min(limit, MAX_LIMIT)]]
    return SearchPage(page, len(hits), query.text, query.truncated)


def _passes(view: ProgrammeView, rule: Rule, filters: Filters, today: date) -> bool:
    if filters.municipality and view.area is not None and filters.municipality not in view.area:
        return False
    if filters.life_event and filters.life_event not in view.life_events:
        return False
    if filters.kind and view.kind != filters.kind:
        return False
    return filters.age is None or _fits_age(rule, filters.age, today)


def _fits_age(rule: Rule, age: int, today: date) -> bool:
    """Tell whether somebody of that age could be meant: nothing else is known of her."""
    births = [today - timedelta(days=round(age * 365.2425) + days) for days in _DAYS_INTO_A_YEAR]
    for birth in births:
        person = Person({"生年月日": birth})
        child = rule.subject is Subject.CHILD
        household = Household(
            applicant=Person() if child else person, children=(person,) if child else (), children_complete=True
        )
        verdict = judge(rule, household, today=today, rulebook=catalogue.current().book.rulebook)
        if verdict.verdict is not Verdict.INELIGIBLE:
            return True
    return False


def municipalities() -> list[Municipality]:
    """Return the municipalities in official order."""
    rows = catalogue.current().organisations.values()
    kind = Organisation.Kind.MUNICIPALITY
    return [Municipality(row.code, row.name_ja, row.name_en, row.kana) for row in rows if row.kind == kind]


def part(name: str) -> Sequence[Mapping[str, Any]]:
    """Return one list of the pack: life_events, documents, questions, attributes …"""
    return catalogue.current().part(name)


def documents(ids: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return the named documents in the order given."""
    by_id = {item["id"]: item for item in part("documents")}
    return [by_id[key] for key in ids if key in by_id]


def changes(*, since: int, limit: int = 100) -> list[Change]:
    """Return the entries of the changes feed after a sequence, oldest first."""
    rows = ChangeEntry.objects.filter(sequence__gt=since).order_by("sequence")[: min(limit, 1_000)]
    return [Change(row.sequence, row.programme_id, row.version, row.kind, row.at) for row in rows]


def history(programme_id: str) -> list[ProgrammeVersion]:
    """Return the versions of a programme, newest first."""
    return list(ProgrammeVersion.objects.filter(programme_id=programme_id).order_by("-number"))


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One programme on a staff member's desk."""

    view: ProgrammeView
    has_draft: bool
    review_due: bool


def desk(actor: Actor, *, today: date) -> list[DeskRow]:
    """Return the programmes of the actor's organisations, those that need a review first."""
    mine = set(actor.organisations(Permission.VIEW_DESK))
    drafts = set(Programme.objects.filter(organisation_id__in=mine, draft__isnull=False).values_list("id", flat=True))
    rows = [
        DeskRow(view, view.id in drafts, catalogue.review_due(view, today))
        for view in catalogue.current().views.values()
        if view.organisation_id in mine
    ]
    return sorted(rows, key=lambda row: (not row.review_due, not row.has_draft, row.view.kana))


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs between two records."""

    field: str
    old: Any
    new: Any


def differences(old: Any, new: Any, field: str = "") -> list[Difference]:
    """Return the fields that differ, deepest first known names joined by dots."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = list(dict.fromkeys([*old, *new]))
        inner = (differences(old.get(key), new.get(key), f"{field}.{key}".lstrip(".")) for key in keys)
        return [item for found in inner for item in found]
    return [] if old == new else [Difference(field, old, new)]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the registry is decided by machine, confirmed and fresh; `programmes` is the denominator."""

    programmes: int
    machine_decidable: int
    fully_confirmed: int
    review_due: int
    municipalities_with_own: int
    as_of: date


def coverage(*, today: date) -> Coverage:
    """Count the registry."""
    shelf = catalogue.current()
    views = list(shelf.views.values())
    own = {code for view in views if view.area for code in view.area}
    return Coverage(
        programmes=len(views),
        machine_decidable=sum(machine_decidable(shelf.rules[view.id].node) for view in views),
        fully_confirmed=sum(not view.unconfirmed for view in views),
        review_due=sum(catalogue.review_due(view, today) for view in views),
        municipalities_with_own=len(own),
        as_of=today,
    )
