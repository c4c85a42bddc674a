"""Taking many cases oneself, each in its own transaction; one that is refused does not stop the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from madoguchi.apps.cases.contracts import BulkResult, CaseError, CaseMissing, Invalid, Refusal
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.services.deciding import MAX_BULK
from madoguchi.apps.cases.services.examining import take
from madoguchi.core.permissions import Actor, NotPermitted


def take_many(
    case_ids: Sequence[str], *, actor: Actor, now: datetime, expected_numbers: Mapping[str, int]
) -> tuple[BulkResult, ...]:
    """Take many cases; say of each what became of it. One that the actor may not see is told like one that is not there."""
    if len(case_ids) > MAX_BULK:
        raise Invalid(Refusal("too_many_cases", {"field": "case_ids", "most": MAX_BULK}))
    return tuple(_one(case_id, actor, now, expected_numbers.get(case_id)) for case_id in case_ids)


def _one(case_id: str, actor: Actor, now: datetime, expected: int | None) -> BulkResult:
    error = ""
    try:
        take(case_id, actor=actor, expected_number=expected, now=now)
    except (NotPermitted, CaseMissing):
        return BulkResult(case_id, "", False, str(CaseError(Refusal("missing"))))
    except CaseError as refused:
        error = str(refused)
    return BulkResult(case_id, Case.objects.values_list("number", flat=True).get(pk=case_id), not error, error)
