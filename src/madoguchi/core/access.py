"""Every route says who may call it. A guard test walks all routes and refuses one that says nothing."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]


class Access(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    STAFF = "staff"


def public(view: View) -> View:
    """Declare that anybody may call the view; nothing about the caller is stored."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    wrapper.access = Access.PUBLIC  # type: ignore[attr-defined] # read by the route guard
    return wrapper


def staff(view: View) -> View:
    """Declare that only signed-in staff may call the view; others are sent to the sign-in page."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse):
            response.headers["Cache-Control"] = "no-store"
        return response

    wrapper.access = Access.STAFF  # type: ignore[attr-defined] # read by the route guard
    return wrapper
