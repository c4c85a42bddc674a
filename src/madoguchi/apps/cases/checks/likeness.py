"""Finds double applications by keyed hashes of the answers, without opening any other case."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from madoguchi.apps.cases import content
from madoguchi.apps.cases.checks.ground import Likes
from madoguchi.apps.cases.checks.kinds import folded
from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.machine import GIVING
from madoguchi.apps.cases.models import Action, Case, Likeness
from madoguchi.apps.procedures import api as procedures
from madoguchi.core import vault


def _context(procedure_id: str, check_id: str) -> str:
    return f"cases.likeness:{procedure_id}:{check_id}"


def _text(check: Mapping[str, Any], answers: Mapping[str, Any]) -> str | None:
    values = [answers.get(key) for key in check["fields"]]
    if any(value is None for value in values):
        return None
    return json.dumps([folded(value) for value in values], ensure_ascii=False, sort_keys=True)


def remember(case: Case, check: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    """Keep the hash of a case's answers for a check; forget it when an answer is missing."""
    text = _text(check, answers)
    if text is None:
        Likeness.objects.filter(case=case, check_id=check["id"]).delete()
        return
    sealer = vault.sealer()
    mark = sealer.fingerprint(text, context=_context(case.procedure_id, check["id"])).hex()
    row = Likeness(case=case, check_id=check["id"], fingerprint=mark, key_id=sealer.key.id)
    Likeness.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["case", "check_id"], update_fields=["fingerprint", "key"]
    )


def likes(case: Case, check: Mapping[str, Any], answers: Mapping[str, Any]) -> Likes:
    """Return other open or granted cases of the procedure with the same answers, opened within the check's days."""
    text = _text(check, answers)
    if text is None:
        return Likes()
    marks = [mark.hex() for mark in vault.fingerprints(text, context=_context(case.procedure_id, check["id"]))]
    found = Case.objects.filter(
        likenesses__fingerprint__in=marks,
        likenesses__check_id=check["id"],
        procedure_id=case.procedure_id,
        opened_at__gte=case.opened_at - timedelta(days=check["within_days"]),
    ).exclude(pk=case.pk)
    standing = [row for row in found.order_by("number") if _stands(row)]
    own = tuple(row.number for row in standing if row.organisation_id == case.organisation_id)
    return Likes(own, len(standing) - len(own))


def _stands(row: Case) -> bool:
    """Tell whether a case is open, or was decided in favour; one that was refused or withdrawn is no double."""
    return State(row.state) in UNDECIDED or row.outcome in GIVING


def _counts() -> dict[int, int]:
    return dict(Likeness.objects.order_by().values_list("key_id").annotate(Count("key_id")))


@transaction.atomic
def _renew(most: int) -> int:
    """Make hashes anew from the sealed answers, since no hash can be turned into another."""
    active = vault.sealer().key.id
    waiting = Likeness.objects.select_for_update(of=("self",)).exclude(key_id=active).select_related("case")
    rows = list(waiting.order_by("pk")[:most])
    for row in rows:
        actions = list(Action.objects.filter(case=row.case).select_related("words").order_by("number"))
        view = procedures.procedure(row.case.procedure_id, row.case.version)
        check = next((item for item in view.record.get("checks", ()) if item["id"] == row.check_id), None)
        found = content.of(actions, view.form)
        if check is None or found.erased:
            row.delete()
        else:
            remember(row.case, check, found.answers)
    return len(rows)


STORE = vault.Store("cases.likeness", _counts, _renew)
