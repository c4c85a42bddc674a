"""The door of the registry for other rooms."""

from collections.abc import Mapping, Sequence
from typing import Any

from madoguchi.apps.registry import catalogue, queries
from madoguchi.apps.registry.contracts import Change, Municipality, ProgrammeView
from madoguchi.apps.registry.queries import changes, get, municipalities
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


def latest_sequence() -> int:
    """Return the newest sequence of the changes feed."""
    return catalogue.latest_sequence()


__all__ = [
    "Change",
    "Municipality",
    "ProgrammeView",
    "attributes",
    "changes",
    "get",
    "latest_sequence",
    "municipalities",
    "programme_names",
    "rulebook",
    "rules",
]
