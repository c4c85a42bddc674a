"""Sign-in, sign-out and one's own account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.apps.accounts import api, services
from madoguchi.core import audit
from madoguchi.core.access import public, staff
from madoguchi.core.models import Organisation


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; five failures in 15 minutes block the name for that address."""
    if request.method == "GET":
        return _form(request)
    username, address = request.POST.get("username", "")[:60], str(request.META.get("REMOTE_ADDR", ""))[:45]
    if services.is_blocked(username, address):
        return _form(
            request, _("失敗が続いたため、しばらくサインインできません。15分後にもう一度お試しください。"), 429
        )
    user = authenticate(request, username=username, password=request.POST.get("password", "")[:200])
    if user is None:
        services.note_failure(username, address)
        return _form(request, _("名前かパスワードがちがいます。もう一度入力してください。"), 400)
    login(request, user)
    actor = api.actor_of(user)
    audit.record(actor=actor, organisation_id="", action="sign-in", object_kind="user", object_id=actor.id)
    return redirect(_safe_next(request))


def _form(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    context = {"error": error, "username": request.POST.get("username", "")[:60], "next": request.GET.get("next", "")}
    return render(request, "accounts/sign_in.html", context, status=status)


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url("registry:desk")


@staff
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("サインアウトしました。"))
    return redirect("site:home")


@staff
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own name and roles."""
    user: Any = request.user
    actor = api.actor_of(user)
    organisations = Organisation.objects.in_bulk(list(actor.roles))
    rows = [(organisations[key], sorted(roles)) for key, roles in sorted(actor.roles.items())]
    return render(request, "accounts/account.html", {"actor": actor, "rows": rows})
