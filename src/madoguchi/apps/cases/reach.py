"""How far a delegation reaches: the procedures that the principal named, by their own id or their programme's."""

from datetime import date

from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.cases.contracts import Applicant
from madoguchi.apps.procedures import api as procedures


def delegated_name(applicant: Applicant, view: procedures.ProcedureView, on: date) -> str:
    """Return the name under which a delegation reaches a procedure: its own id or its programme's; empty for none.

    One's own affairs need no delegation and give the procedure's id.
    """
    if not applicant.acting_for:
        return view.id
    for name in filter(None, (view.id, view.programme)):
        if accounts.may_act(applicant.account_id, applicant.acting_for, accounts.Scope(frozenset({name})), on):
            return str(name)
    return ""


def reaches(applicant: Applicant, procedure_id: str, version: int) -> bool:
    """Tell whether an applicant may see and act in cases of a procedure; in one's own affairs always."""
    if not applicant.acting_for:
        return True
    return bool(delegated_name(applicant, procedures.procedure(procedure_id, version), timezone.localdate()))
