"""What the applicant's pages share: her case by its number, names, the picture of the time it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from madoguchi.apps.cases import who
from madoguchi.apps.cases.contracts import Applicant, CaseMissing, CaseView
from madoguchi.apps.cases.queries import lists, single
from madoguchi.apps.procedures import api as procedures


@dataclass(frozen=True, slots=True)
class Own:
    """An own case with who looks at it, and the version of the procedure that it follows."""

    applicant: Applicant
    view: CaseView
    procedure: procedures.ProcedureView
    now: datetime


def language() -> str:
    """Return the language of the page."""
    return get_language() or "ja"


@contextmanager
def missing_is_404() -> Iterator[None]:
    """Answer 404 for a case or letter that is not the caller's."""
    try:
        yield
    except CaseMissing:
        raise Http404 from None


def own(request: HttpRequest, case_number: str) -> Own:
    """Return the caller's own case of a number; 404 for anybody else's, an unknown and a mistyped one."""
    applicant, now = who.applicant_of(request), timezone.now()
    case_id = lists.case_id_of(case_number)
    if case_id is None:
        raise Http404
    with missing_is_404():
        view = single.case_for_applicant(case_id, applicant=applicant, now=now)
    return Own(applicant, view, procedures.procedure(view.procedure_id, view.version), now)


def office_of(procedure: procedures.ProcedureView, organisation_id: str) -> str:
    """Return the office that has a case."""
    return procedures.office_words(procedure, language(), organisation_id)


def number_in(request: HttpRequest, name: str = "number") -> int:
    """Return the number of the newest action that a form was shown with; 0 when it is none, which is always old."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
