"""How often the doors of this room may be tried in a minute: by network address for strangers, by account for codes.

The counts lie in the database (`core.limits`), with a keyed hash of the address; nobody can read an address from them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.core import limits, network

View = Callable[..., HttpResponseBase]
CALLS_PER_ACCOUNT = 10


def by_address(door: str) -> Callable[[View], View]:
    """Answer 429 above SIGN_IN_CALLS_PER_MINUTE (setting, default 30) from one network address at this door.

    Stands below the decorators of `core.access` and of the method. A page says how long to wait; JSON gets `error`.
    """
    return _limited(
        lambda request: f"{door}:{network.key_of(request)}",
        lambda: settings.SIGN_IN_CALLS_PER_MINUTE,
    )


def by_account(door: str, *, only_posts: bool = False) -> Callable[[View], View]:
    """Answer 429 above CALLS_PER_ACCOUNT (10) calls a minute of one signed-in account at this door; else as `by_address`."""
    return _limited(lambda request: f"{door}:{request.user.pk}", lambda: CALLS_PER_ACCOUNT, only_posts=only_posts)


def _limited(
    key: Callable[[HttpRequest], str], per_minute: Callable[[], int], *, only_posts: bool = False
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if only_posts and request.method != "POST":
                return view(request, *args, **kwargs)
            found = limits.count(key(request), limit_per_minute=per_minute(), now=timezone.now())
            return view(request, *args, **kwargs) if found.allowed else _too_many(request, found.retry_after_seconds)

        return wrapper

    return decorate


def _too_many(request: HttpRequest, seconds: int) -> HttpResponseBase:
    if request.content_type == "application/json":
        text = _("短い時間に何度も試されたため、止めています。%(seconds)s秒待ってから、もう一度お試しください。")
        return JsonResponse({"error": text % {"seconds": seconds}}, status=429, headers={"Retry-After": str(seconds)})
    answer = render(request, "accounts/too_many.html", {"seconds": seconds}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
