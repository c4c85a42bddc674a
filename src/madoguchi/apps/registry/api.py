"""The door of the registry for other rooms."""

from collections.abc import Sequence

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.contracts import Change, Municipality, ProgrammeView
from madoguchi.apps.registry.queries import changes, get, municipalities
from madoguchi.engines.eligibility import Rule, Rulebook


def rules() -> Sequence[Rule]:
    """Return the conditions of all published programmes as the engine wants them."""
    return list(catalogue.current().rules.values())


def rulebook() -> Rulebook:
    """Return income tables, municipal parts and municipalities."""
    return catalogue.current().book.rulebook


def latest_sequence() -> int:
    """Return the newest sequence of the changes feed."""
    return catalogue.latest_sequence()


__all__ = [
    "Change",
    "Municipality",
    "ProgrammeView",
    "changes",
    "get",
    "latest_sequence",
    "municipalities",
    "rulebook",
    "rules",
]
