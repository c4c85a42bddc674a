"""How far a delegation reaches: the cases of procedures that the principal named, by their own id or their programme's."""

from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.cases.contracts import Applicant
from madoguchi.apps.procedures import api as procedures


def reaches(applicant: Applicant, procedure_id: str, version: int) -> bool:
    """Tell whether an applicant may see and act in cases of a procedure; in one's own affairs always."""
    if not applicant.acting_for:
        return True
    programme = procedures.procedure(procedure_id, version).programme
    return any(
        accounts.may_act(
            applicant.account_id, applicant.acting_for, accounts.Scope(frozenset({name})), timezone.localdate()
        )
        for name in filter(None, (procedure_id, programme))
    )
