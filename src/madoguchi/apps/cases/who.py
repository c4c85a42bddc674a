"""Who asks, from a request: the applicant behind an account or the principal she acts for, or a member of staff."""

from django.http import Http404, HttpRequest

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.cases.contracts import Applicant
from madoguchi.apps.people import api as people
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor


def applicant_of(request: HttpRequest) -> Applicant:
    """Return in whose cases the caller may act; 404 for staff and for an account behind which nobody stands."""
    caller = accounts.caller_of(request)
    if caller is None or caller.kind is Kind.STAFF:
        raise Http404
    acting = accounts.acting(request)
    if acting is not None:
        kind = "person" if people.person(acting.principal_id) else "business"
        return Applicant(caller.account_id, kind, acting.principal_id, acting.principal_id)
    if caller.kind is Kind.BUSINESS:
        business = businesses.business_of_account(caller.account_id)
        return Applicant(caller.account_id, "business", _known(business.id if business else None))
    person = people.person_of_account(caller.account_id)
    return Applicant(caller.account_id, "person", _known(person.id if person else None))


def _known(subject_id: str | None) -> str:
    if not subject_id:
        raise Http404
    return subject_id


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in member of staff with her roles."""
    return accounts.actor_of(request.user)
