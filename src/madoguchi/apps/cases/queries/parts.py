"""Parts of a view of one case, made from its actions: entries, checks, decisions, letters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from madoguchi.apps.cases import texts, words
from madoguchi.apps.cases.contracts import (
    ActionKind,
    CheckResult,
    CheckView,
    CorrectionView,
    DecisionView,
    Entry,
    LetterRef,
    Party,
)
from madoguchi.apps.cases.letters import UPHELD
from madoguchi.apps.cases.machine import Check, Decision, Status
from madoguchi.apps.cases.models import Action, Case, Letter
from madoguchi.apps.procedures.contracts import ProcedureView

_KEPT_FROM_ENTRIES = frozenset(
    {"answers", "sources", "documents", "confirmed", "file_ids", "savings", "sha256", "changes"}
)
"""Words that have a place of their own, or are not for reading."""


def entry(row: Action) -> Entry:
    """Return one action as an entry of a timeline, for staff."""
    told = {key: value for key, value in words.of(row).items() if key not in _KEPT_FROM_ENTRIES}
    return Entry(
        number=row.number,
        kind=ActionKind(row.kind),
        at=row.at,
        party=Party(row.party),
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        public=row.public,
        data=row.data,
        words=told,
    )


def checks(status: Status, view: ProcedureView, rows: Sequence[Action]) -> tuple[CheckView, ...]:
    """Return every check of the procedure with its newest finding in words."""
    by_number = {row.number: row for row in rows}
    return tuple(
        _check(record, status, view, by_number)
        for record in view.record.get("checks") or ()
        if record["id"] in status.checks
    )


def _check(record: Mapping[str, Any], status: Status, view: ProcedureView, rows: Mapping[int, Action]) -> CheckView:
    known = status.checks[record["id"]]
    return CheckView(
        id=record["id"],
        kind=record["kind"],
        name=record["name"],
        how=record.get("how") or {},
        required=record["id"] in status.required,
        result=known.result,
        words=_finding(record["id"], known, view, rows),
        overridden=known.overridden,
        by=rows[known.number].actor_name if known.number else "",
    )


def _finding(check_id: str, known: Check, view: ProcedureView, rows: Mapping[int, Action]) -> str:
    if not known.number:
        return (
            texts.finding("person_needed", {}, view, get_language() or "ja") if known.result is CheckResult.OPEN else ""
        )
    told = words.of(rows[known.number]).get("checks", {}).get(check_id)
    return texts.finding(told["code"], told["params"], view, get_language() or "ja") if told else ""


def correction(status: Status, rows: Sequence[Action]) -> CorrectionView | None:
    """Return the correction that is asked for, with the office's message."""
    asked = status.correction
    if asked is None:
        return None
    message = words.of(rows[asked.number - 1]).get("message", "")
    return CorrectionView(asked.number, asked.fields, message, asked.asked_on)


def decision(made: Decision | None, rows: Sequence[Action]) -> DecisionView | None:
    """Return a proposed or made decision with its words."""
    if made is None:
        return None
    row = rows[made.number - 1]
    told = words.of(row)
    return DecisionView(
        outcome=made.outcome,
        reasons=made.reasons,
        words=told.get("reason", ""),
        values=told.get("values", {}),
        by=made.by,
        by_name=row.actor_name,
        on=made.on,
        number=made.number,
    )


def letters(case: Case) -> tuple[LetterRef, ...]:
    """Return the letters of a case, newest first; those whose bytes were removed are left out."""
    found = list(Letter.objects.filter(case=case, sealed__isnull=False).defer("sealed").order_by("-number"))
    return tuple(LetterRef(str(row.pk), row.kind, row.made_at, row.size, not _is_replaced(row, found)) for row in found)


def _is_replaced(row: Letter, all_of_case: Sequence[Letter]) -> bool:
    """Tell whether a later letter took the place of one: the same kind, or a review that succeeded."""
    later = [other for other in all_of_case if other.number > row.number]
    return any(other.kind == row.kind or other.outcome == UPHELD for other in later)
