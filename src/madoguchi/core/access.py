"""Every route says who may call it. A guard test walks all routes and refuses one that says nothing.

It knows the kind of a signed-in account (staff, resident, business), never what that account may do.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]


class Kind(StrEnum):
    """Whose account it is."""

    STAFF = "staff"
    RESIDENT = "resident"
    BUSINESS = "business"


class Access(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    STAFF = "staff"
    RESIDENT = "resident"
    BUSINESS = "business"
    PERSON = "person"
    SIGNED_IN = "signed_in"


KINDS: dict[Access, frozenset[Kind]] = {
    Access.STAFF: frozenset({Kind.STAFF}),
    Access.RESIDENT: frozenset({Kind.RESIDENT}),
    Access.BUSINESS: frozenset({Kind.BUSINESS}),
    Access.PERSON: frozenset({Kind.RESIDENT, Kind.BUSINESS}),
    Access.SIGNED_IN: frozenset(Kind),
}


def public(view: View) -> View:
    """Declare that anybody may call the view; nothing about the caller is stored."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    wrapper.access = Access.PUBLIC  # type: ignore[attr-defined] # read by the route guard
    return wrapper


def staff(view: View) -> View:
    """Declare that only signed-in staff may call the view."""
    return _only(view, Access.STAFF)


def resident(view: View) -> View:
    """Declare that only signed-in residents may call the view."""
    return _only(view, Access.RESIDENT)


def business(view: View) -> View:
    """Declare that only somebody signed in for a business may call the view."""
    return _only(view, Access.BUSINESS)


def person(view: View) -> View:
    """Declare that signed-in residents and businesses may call the view, staff not."""
    return _only(view, Access.PERSON)


def signed_in(view: View) -> View:
    """Declare that anybody who is signed in may call the view."""
    return _only(view, Access.SIGNED_IN)


def _only(view: View, access: Access) -> View:
    """Send strangers to the sign-in page; to an account of another kind the page does not exist."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        from django.contrib.auth.views import redirect_to_login  # needs the account model, which needs Kind

        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if Kind(getattr(request.user, "kind", Kind.STAFF)) not in KINDS[access]:
            raise Http404
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse):
            response.headers["Cache-Control"] = "no-store"
        return response

    wrapper.access = access  # type: ignore[attr-defined] # read by the route guard
    return wrapper
