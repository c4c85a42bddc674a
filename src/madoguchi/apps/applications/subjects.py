"""What an applicant may apply for, and for which children. Who applies, and how far a delegation reaches, cases know."""

from collections.abc import Iterable, Mapping
from datetime import date

from madoguchi.apps.applications.contracts import Applicant
from madoguchi.apps.cases import api as cases
from madoguchi.apps.consents.api import SubjectKind
from madoguchi.apps.people import api as people
from madoguchi.apps.procedures import api as procedures


def out_of_reach(
    applicant: Applicant, views: Iterable[procedures.ProcedureView], on: date
) -> tuple[procedures.ProcedureView, ...]:
    """Return the procedures for which the applicant may not apply: a delegation does not reach, or another kind of subject."""
    return tuple(
        view
        for view in views
        if view.subject != applicant.subject_kind or not cases.delegated_name(applicant, view, on)
    )


def children_by_name(applicant: Applicant, on: date) -> Mapping[str, str]:
    """Return the minor children of an applicant who acts for herself: person id → name."""
    if applicant.subject_kind != SubjectKind.PERSON or applicant.acting_for:
        return {}
    return {child: people.name_of(child) for child in people.children_of(applicant.subject_id, on)}
