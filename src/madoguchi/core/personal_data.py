"""Everything that is kept about a person, across rooms: each room registers how it exports and how it erases its part.

This module knows no room and no record; it runs what was registered, all of it in one transaction or none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What a room did not erase: each entry says what stays, why (which law) and until when."""

    kept: tuple[str, ...] = ()


Export = Callable[[str], Mapping[str, Any]]
"""Person id → JSON values; an empty mapping when the room keeps nothing about the person."""
Erase = Callable[[str, datetime], ErasureResult]


@dataclass(frozen=True, slots=True)
class Keeper:
    """How one room hands out and erases what it keeps about a person."""

    export: Export
    erase: Erase


_keepers: dict[str, Keeper] = {}


def register(app_label: str, *, export: Export, erase: Erase) -> None:
    """Add a room that keeps personal data; called once when Django starts. Registering again replaces."""
    _keepers[app_label] = Keeper(export, erase)


def keepers() -> tuple[str, ...]:
    """Return the labels of the rooms that keep personal data, sorted."""
    return tuple(sorted(_keepers))


def export_all(person_id: str) -> dict[str, Any]:
    """Return everything that all rooms keep about a person, by room."""
    found = {label: dict(_keepers[label].export(person_id)) for label in keepers()}
    return {label: part for label, part in found.items() if part}


@transaction.atomic
def erase_all(person_id: str, now: datetime, *, actor: Actor = SYSTEM) -> dict[str, ErasureResult]:
    """Erase a person in all rooms in one transaction, upper rooms first; return what stays, by room."""
    results = {label: _keepers[label].erase(person_id, now) for label in reversed(list(_keepers))}
    kept = {label: len(result.kept) for label, result in results.items()}
    audit.record(
        actor=actor, organisation_id="", action="person.erase", object_kind="person", object_id=person_id, detail=kept
    )
    return results


class _Undo(Exception):
    """Rolls a trial erasure back."""


def preview_erasure(person_id: str, now: datetime) -> dict[str, ErasureResult]:
    """Return what would stay after an erasure: it is carried out and taken back, so the answer is exact."""
    results: dict[str, ErasureResult] = {}
    try:
        with transaction.atomic():
            results.update(erase_all(person_id, now))
            raise _Undo
    except _Undo:
        return results
