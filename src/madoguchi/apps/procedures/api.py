"""The door of the procedures room: versions of procedures, bundles, pages of forms ready to be drawn, answers in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from madoguchi.apps.procedures import catalogue, services
from madoguchi.apps.procedures.contracts import (
    MUNICIPALITY,
    BundleView,
    ErrorLink,
    FileView,
    GroupButton,
    ItemView,
    Line,
    OptionView,
    PageView,
    PartView,
    ProcedurePublished,
    ProcedureView,
    Section,
    SourceNote,
    UnknownBundle,
    UnknownProcedure,
    Widget,
    in_language,
)
from madoguchi.apps.procedures.offices import office_words, organisation_name
from madoguchi.apps.procedures.rendering.buttons import group_button, without_item
from madoguchi.apps.procedures.rendering.pages import page_view
from madoguchi.apps.procedures.rendering.periods import period_words
from madoguchi.apps.procedures.rendering.words import answers_in_words, value_in_words
from madoguchi.apps.procedures.texts import problem_sentence
from madoguchi.core.models import Organisation


def procedure(procedure_id: str, version: int | None = None, *, today: date | None = None) -> ProcedureView:
    """Return a version of a procedure, else the newest published one in force today; raise `UnknownProcedure`.

    A version that a case points at is always found, also when it was replaced or the procedure withdrawn.
    """
    return catalogue.view(procedure_id, version, today=today or timezone.localdate())


def procedures(subject: str | None = None, *, today: date | None = None) -> Sequence[ProcedureView]:
    """Return every procedure in force, by id; `subject` (person | business) leaves out those for others."""
    found = catalogue.in_force(today=today or timezone.localdate())
    return [view for view in found if subject in (None, view.subject)]


def bundle(bundle_id: str, *, today: date | None = None) -> BundleView:
    """Return a bundle, its items in an order that respects needs and gives; raise `UnknownBundle`."""
    return catalogue.bundle(bundle_id, today=today or timezone.localdate())


def bundles(*, today: date | None = None) -> Sequence[BundleView]:
    """Return all bundles in the order of the pack."""
    return catalogue.bundles(today=today or timezone.localdate())


def organisation_for(view: ProcedureView, municipality_code: str = "") -> str:
    """Return the id of the organisation that works on it; "" when it is the municipality and the code is none of ours."""
    if view.authority != MUNICIPALITY:
        return view.authority
    rows = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY, code=municipality_code)
    return rows.values_list("id", flat=True).first() or ""


def bank() -> Mapping[str, Mapping[str, Any]]:
    """Return the current bank of fields in the pack's form; empty before a pack is loaded."""
    try:
        return dict(services.current_bank().fields)
    except UnknownProcedure:
        return {}


__all__ = [
    "MUNICIPALITY",
    "BundleView",
    "ErrorLink",
    "FileView",
    "GroupButton",
    "ItemView",
    "Line",
    "OptionView",
    "PageView",
    "PartView",
    "ProcedurePublished",
    "ProcedureView",
    "Section",
    "SourceNote",
    "UnknownBundle",
    "UnknownProcedure",
    "Widget",
    "answers_in_words",
    "bank",
    "bundle",
    "bundles",
    "group_button",
    "in_language",
    "office_words",
    "organisation_for",
    "organisation_name",
    "page_view",
    "period_words",
    "problem_sentence",
    "procedure",
    "procedures",
    "value_in_words",
    "without_item",
]
