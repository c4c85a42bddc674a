"""The letter of a decision that nobody has made yet, for the officer who is about to: the same words, marked as a sample."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.cases import letters
from madoguchi.apps.cases.machine import Decision, blocked
from madoguchi.apps.cases.services import writing
from madoguchi.apps.cases.services.deciding import chosen
from madoguchi.core import audit
from madoguchi.core.permissions import Actor


@transaction.atomic
def letter_preview(
    case_id: str,
    *,
    actor: Actor,
    outcome: str,
    reasons: Sequence[str] = (),
    words: str = "",
    values: Mapping[str, Any] | None = None,
    now: datetime,
) -> letters.Said:
    """Return what the letter would say; the reading is recorded and nothing else is written.

    Raise what deciding would raise: `NotPermitted` or `CaseMissing`, `Invalid`, `NotAllowed` while checks stand in the way.
    """
    desk = writing.sit_down(case_id, now=now)
    by = writing.staff(actor, desk.case.organisation_id)
    data, told = chosen(desk, outcome, reasons, words, values)
    desk.stop(blocked(desk.status, outcome))
    until = data["valid_until"]
    today = timezone.localdate(now)
    made = Decision(outcome, tuple(data["reasons"]), by.who.id, today, 0, today.fromisoformat(until) if until else None)
    audit.record(
        actor=actor,
        organisation_id=desk.case.organisation_id,
        action="case.read",
        object_kind="case",
        object_id=str(desk.case.pk),
        detail={"what": "preview"},
    )
    return letters.decision_said(desk.case, desk.rows, desk.status, desk.procedure, made, told)
