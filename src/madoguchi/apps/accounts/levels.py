"""Step-up: pages that need a surer or fresher proof than the session holds send people to prove themselves again.

It compares levels and times; how a proof is made is known to providers and passkeys.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.sessions import caller_of

View = Callable[..., HttpResponseBase]


def is_enough(caller: Caller, level: AssuranceLevel, *, max_age_minutes: int | None, now: datetime) -> bool:
    """Tell whether one of a session's proofs is sure enough and, if asked, fresh enough."""
    proofs = ((caller.level, caller.authenticated_at), *caller.newer)
    return any(
        held >= level and (max_age_minutes is None or now - at <= timedelta(minutes=max_age_minutes))
        for held, at in proofs
    )


def requires_level(
    level: AssuranceLevel | Callable[[User], AssuranceLevel], *, max_age_minutes: int | None = None
) -> Callable[[View], View]:
    """Let a view run only at a level, proven within `max_age_minutes` if given; otherwise ask for the proof and return.

    `level` may be a function of the account, as `factors.surest_level`. Stands below the decorator of `core.access`. A
    form that was sent is not repeated after the proof: the person returns to the page that held it. A script that sent
    JSON gets status 403 with `error` (words) and `next` (the address where the proof is made).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            caller = caller_of(request)
            if caller is None:
                return redirect_to_login(request.get_full_path())
            assert isinstance(request.user, User)
            needed = level if isinstance(level, AssuranceLevel) else level(request.user)
            if is_enough(caller, needed, max_age_minutes=max_age_minutes, now=timezone.now()):
                return view(request, *args, **kwargs)
            address = step_up_address(needed, max_age_minutes=max_age_minutes, next_path=_return_path(request))
            if request.content_type == "application/json":
                return JsonResponse({"error": _("もう一度、本人確認が必要です"), "next": address}, status=403)
            return redirect(address)

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
