"""Receipts (受付票): what was opened when, by which day each office means to decide, what it spared. Numbers only."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.apps.applications import saving
from madoguchi.apps.applications.contracts import CaseLine, ReceiptView
from madoguchi.apps.applications.models import Receipt
from madoguchi.apps.applications.opened import Opened
from madoguchi.apps.cases.contracts import CaseRef
from madoguchi.apps.procedures import api as procedures

Line = dict[str, Any]


def line(ref: CaseRef, view: procedures.ProcedureView, organisation_id: str) -> Line:
    """Return one case as the receipt keeps it."""
    return {
        "case_id": ref.id,
        "number": ref.number,
        "procedure_id": view.id,
        "version": view.version,
        "organisation_id": organisation_id,
        "due_on": ref.due_on.isoformat() if ref.due_on else None,
        "predicted": [day.isoformat() for day in ref.predicted] if ref.predicted else [],
    }


def savings_of(opened: Opened, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the whole sending spared; `asked_once` counts questions that more than one form asks."""
    forms_in_all = sum(len(opened.talk.answers_of(view, opened.answers)) for view in opened.talk.views)
    asked = {key for view in opened.talk.views for key in opened.talk.answers_of(view, opened.answers)}
    return {**saving.summed(parts), "asked_once": forms_in_all - len(asked), "procedures": len(parts)}


def view_of(row: Receipt) -> ReceiptView:
    """Return a receipt as a value."""
    return ReceiptView(
        id=str(row.pk),
        draft_id=str(row.draft_id or ""),
        bundle_id=row.bundle_id,
        at=row.created_at,
        cases=tuple(_case(item) for item in row.cases),
        savings=row.savings,
        acting_for=row.acting_for,
    )


def _case(item: Mapping[str, Any]) -> CaseLine:
    return CaseLine(
        case_id=item["case_id"],
        number=item["number"],
        procedure_id=item["procedure_id"],
        version=item["version"],
        organisation_id=item["organisation_id"],
        due_on=date.fromisoformat(item["due_on"]) if item["due_on"] else None,
        predicted=tuple(date.fromisoformat(day) for day in item["predicted"]),
    )
