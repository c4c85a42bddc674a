"""For whom the signed-in account applies: itself, a business, or the principal for whom it acts just now.

Whether it may act is asked of delegation for each procedure; this module decides nothing itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.http import HttpRequest

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.applications.contracts import Applicant
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.consents.api import SubjectKind
from madoguchi.apps.people import api as people
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import Kind


def applicant_of(request: HttpRequest) -> Applicant | None:
    """Return for whom the caller applies; None for strangers, staff, and accounts that stand for nobody yet."""
    user = request.user
    if not user.is_authenticated or getattr(user, "kind", Kind.STAFF) == Kind.STAFF:
        return None
    account_id = str(user.pk)
    acting = accounts.acting(request)
    if acting is not None:
        return Applicant(account_id, _kind_of(acting.principal_id), acting.principal_id, acting.principal_id)
    if user.kind == Kind.BUSINESS:
        found = businesses.business_of_account(account_id)
        return Applicant(account_id, SubjectKind.BUSINESS.value, found.id) if found else None
    person = people.person_of_account(account_id)
    return Applicant(account_id, SubjectKind.PERSON.value, person.id) if person else None


def _kind_of(principal_id: str) -> str:
    kind = SubjectKind.PERSON if people.person(principal_id) else SubjectKind.BUSINESS
    return kind.value


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


def out_of_reach(
    applicant: Applicant, views: Iterable[procedures.ProcedureView], on: date
) -> tuple[procedures.ProcedureView, ...]:
    """Return the procedures for which the applicant may not apply: a delegation does not reach, or another kind of subject."""
    return tuple(
        view for view in views if view.subject != applicant.subject_kind or not delegated_name(applicant, view, on)
    )


def children_by_name(applicant: Applicant, on: date) -> Mapping[str, str]:
    """Return the minor children of an applicant who acts for herself: person id → name."""
    if applicant.subject_kind != SubjectKind.PERSON or applicant.acting_for:
        return {}
    return {child: people.name_of(child) for child in people.children_of(applicant.subject_id, on)}
