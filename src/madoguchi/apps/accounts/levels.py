"""Step-up: pages that need a surer or fresher proof than the session holds send people to prove themselves again.

It compares levels and times; how a proof is made is known to providers and passkeys.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.sessions import caller_of

View = Callable[..., HttpResponseBase]


def is_enough(caller: Caller, level: AssuranceLevel, *, max_age_minutes: int | None, now: datetime) -> bool:
    """Tell whether a session's proof is sure enough and, if asked, fresh enough."""
    fresh = max_age_minutes is None or now - caller.authenticated_at <= timedelta(minutes=max_age_minutes)
    return caller.level >= level and fresh


def requires_level(level: AssuranceLevel, *, max_age_minutes: int | None = None) -> Callable[[View], View]:
    """Let a view run only at a level, proven within `max_age_minutes` if given; otherwise ask for the proof and return.

    Stands below the decorator of `core.access`. A form that was sent is not repeated after the proof: the person returns
    to the page that held it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            caller = caller_of(request)
            if caller is None:
                return redirect_to_login(request.get_full_path())
            if is_enough(caller, level, max_age_minutes=max_age_minutes, now=timezone.now()):
                return view(request, *args, **kwargs)
            return redirect(step_up_address(level, max_age_minutes=max_age_minutes, next_path=_return_path(request)))

        return wrapper

    return decorate


def step_up_address(level: AssuranceLevel, *, max_age_minutes: int | None, next_path: str) -> str:
    """Return the address where a surer proof is asked for, to come back to `next_path` afterwards."""
    fields = {"level": str(int(level)), "next": next_path}
    if max_age_minutes is not None:
        fields["minutes"] = str(max_age_minutes)
    return f"{reverse('accounts:step-up')}?{urlencode(fields)}"


def _return_path(request: HttpRequest) -> str:
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(referrer)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/"
