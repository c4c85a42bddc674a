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
    found = find_applicant(request)
    if found is None:
        raise Http404
    return found


def find_applicant(request: HttpRequest) -> Applicant | None:
    """Return for whom the caller acts; None for strangers, staff, and accounts behind which nobody stands yet.

    Whether a delegation reaches a procedure is asked of `reach`; this decides nothing itself.
    """
    caller = accounts.caller_of(request)
    if caller is None or caller.kind is Kind.STAFF:
        return None
    acting = accounts.acting(request)
    if acting is not None:
        kind = "person" if people.person(acting.principal_id) else "business"
        return Applicant(caller.account_id, kind, acting.principal_id, acting.principal_id)
    if caller.kind is Kind.BUSINESS:
        business = businesses.business_of_account(caller.account_id)
        return Applicant(caller.account_id, "business", business.id) if business else None
    person = people.person_of_account(caller.account_id)
    return Applicant(caller.account_id, "person", person.id) if person else None


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in member of staff with her roles."""
    return accounts.actor_of(request.user)
