"""The door of the registry for other rooms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.apps.registry import catalogue, queries
from madoguchi.apps.registry.checking import Flaw
from madoguchi.apps.registry.contracts import Change, Municipality, ProgrammeView, Text
from madoguchi.apps.registry.examples import UnfitHousehold
from madoguchi.apps.registry.openness import (
    ChangeRecord,
    OrganisationView,
    PostedOutcome,
    Stamp,
    change_records,
    condition_in_words,
    condition_tree,
    judge_posted,
    organisations,
    part,
    programme_of_psid,
    psids,
    stamp,
)
from madoguchi.apps.registry.queries import changes, get, municipalities
from madoguchi.apps.registry.services import Conflict, NotFit
from madoguchi.apps.registry.upkeeping import (
    ImportedView,
    WorkingCopy,
    ages_said,
    ages_said_imported,
    condition_of,
    confirm,
    flaws_of,
    imported,
    save_draft,
    working_copy,
)
from madoguchi.engines.eligibility import Rule, Rulebook


def rules() -> Sequence[Rule]:
    """Return the conditions of all published programmes as the engine wants them."""
    return list(catalogue.current().rules.values())


def rulebook() -> Rulebook:
    """Return income tables, municipal parts and municipalities."""
    return catalogue.current().book.rulebook


def attributes() -> Sequence[Mapping[str, Any]]:
    """Return the attributes of conditions with type, scope, source, words; the same object until the pack changes."""
    return queries.part("attributes")


def programme_names(language: str) -> list[tuple[str, str]]:
    """Return id and name of every published programme in a language, by name."""
    views = catalogue.current().views.values()
    return sorted(((view.id, view.name.in_language(language)) for view in views), key=lambda item: item[1])


def document_names(language: str) -> Mapping[str, str]:
    """Return what documents are called in a language, by their id in the pack."""
    key = {"en": "en", "ja-easy": "easy"}.get(language, "ja")
    return {item["id"]: item["name"].get(key) or item["name"]["ja"] for item in queries.part("documents")}


def views() -> Sequence[ProgrammeView]:
    """Return every published programme, by id."""
    shelf = catalogue.current().views
    return [shelf[key] for key in sorted(shelf)]


def review_due(view: ProgrammeView, today: date) -> bool:
    """Tell whether a record's review date has passed, or it was last checked more than a year ago."""
    return catalogue.review_due(view, today)


def latest_sequence() -> int:
    """Return the newest sequence of the changes feed."""
    return catalogue.latest_sequence()


__all__ = [
    "Change",
    "ChangeRecord",
    "Conflict",
    "Flaw",
    "ImportedView",
    "Municipality",
    "NotFit",
    "OrganisationView",
    "PostedOutcome",
    "ProgrammeView",
    "Stamp",
    "Text",
    "UnfitHousehold",
    "WorkingCopy",
    "ages_said",
    "ages_said_imported",
    "attributes",
    "change_records",
    "changes",
    "condition_in_words",
    "condition_of",
    "condition_tree",
    "confirm",
    "document_names",
    "flaws_of",
    "get",
    "imported",
    "judge_posted",
    "latest_sequence",
    "municipalities",
    "organisations",
    "part",
    "programme_names",
    "programme_of_psid",
    "psids",
    "review_due",
    "rulebook",
    "rules",
    "save_draft",
    "stamp",
    "views",
    "working_copy",
]
