"""Sign-in with its three doors, sign-out, and one's own account."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.apps.accounts import api, identities, services, sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
from madoguchi.apps.accounts.models import SignedInSession, User
from madoguchi.apps.accounts.oidc import flow
from madoguchi.apps.accounts.oidc.discovery import directory_of
from madoguchi.apps.accounts.oidc.refusals import Refused
from madoguchi.apps.accounts.texts import level_text, method_text, provider_label, role_text
from madoguchi.apps.accounts.views.common import home_of, local_path
from madoguchi.core import audit, network
from madoguchi.core.access import Kind, public, signed_in
from madoguchi.core.models import Organisation


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Offer the three doors; a POST is the local form of staff. Five failures in 15 minutes block name and address."""
    if request.method == "GET":
        return _form(request)
    username, address = request.POST.get("username", "")[:60], network.key_of(request)
    if services.is_blocked(username, address):
        return _form(
            request, _("失敗が続いたため、しばらくサインインできません。15分後にもう一度お試しください。"), 429
        )
    user = authenticate(request, username=username, password=request.POST.get("password", "")[:200])
    if not isinstance(user, User) or user.kind != Kind.STAFF:
        services.note_failure(username, address)
        return _form(request, _("名前かパスワードがちがいます。もう一度入力してください。"), 400)
    if getattr(settings, "PASSKEYS_REQUIRED", False) and user.passkeys.exists():
        return _form(request, _("このアカウントは、パスキーでサインインしてください。"), 400)
    sessions.begin(request, user, level=AssuranceLevel.EMAIL, method=Method.PASSWORD, authenticated_at=timezone.now())
    actor = api.actor_of(user)
    audit.record(actor=actor, organisation_id="", action="sign-in", object_kind="user", object_id=actor.id)
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return redirect(local_path(request, target) or home_of(user))


def _form(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    target = request.POST.get("next", "") or request.GET.get("next", "")
    context = {
        "error": error,
        "username": request.POST.get("username", "")[:60],
        "next": target,
        "doors": {kind.value: _doors(kind, target) for kind in Kind},
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _doors(kind: Kind, target: str) -> list[tuple[str, str]]:
    """Return address and label of each provider of a kind."""
    query = f"?{urlencode({'next': target})}" if target else ""
    return [
        (reverse("accounts:provider", args=[provider.name]) + query, provider_label(provider))
        for provider in flow.providers_for(kind)
    ]


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here; where the provider can end its own too, say so and offer it.

    It is a link, not a redirect: a form that leads to another site is blocked by the content security policy.
    """
    user = request.user
    assert isinstance(user, User)
    address, label = _provider_sign_out(request)
    audit.record(
        actor=api.actor_of(user), organisation_id="", action="sign-out", object_kind="user", object_id=str(user.pk)
    )
    sessions.end(request, SignedInSession.End.SIGNED_OUT)
    if address:
        return render(request, "accounts/signed_out.html", {"address": address, "label": label})
    messages.success(request, _("サインアウトしました。"))
    return redirect("site:home")


def _provider_sign_out(request: HttpRequest) -> tuple[str, str]:
    """Return the provider's sign-out address (OpenID Connect RP-Initiated Logout 1.0) and its label, or empty texts."""
    held = request.session.get(sessions.KEY, {})
    provider = flow.providers().get(held.get("provider", ""))
    if provider is None or not held.get("id_token"):
        return "", ""
    try:
        end_session = directory_of(provider).metadata().end_session
    except Refused:
        return "", ""
    if not end_session:
        return "", ""
    fields = {
        "id_token_hint": held["id_token"],
        "client_id": provider.client_id,
        "post_logout_redirect_uri": flow.site_address(request, "/"),
    }
    return f"{end_session}{'&' if '?' in end_session else '?'}{urlencode(fields)}", provider_label(provider)


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own level, linked identities, and for staff the roles."""
    user = request.user
    caller = sessions.caller_of(request)
    assert isinstance(user, User)
    assert caller is not None
    actor = api.actor_of(user)
    organisations = Organisation.objects.in_bulk(list(actor.roles))
    linked = identities.identities_of(user)
    names = {provider.name: provider_label(provider) for provider in flow.providers().values()}
    context = {
        "actor": actor,
        "caller": caller,
        "rows": [
            (organisations[key], [role_text(role) for role in sorted(roles)])
            for key, roles in sorted(actor.roles.items())
        ],
        "level": level_text(caller.level),
        "method": method_text(Method(request.session.get(sessions.KEY, {}).get("method", "unknown"))),
        "identities": [(names.get(item.provider, item.provider), item) for item in linked],
        "linkable": [
            (provider.name, provider_label(provider))
            for provider in flow.providers_for(Kind(user.kind))
            if provider.issuer not in {item.issuer for item in linked}
        ],
    }
    return render(request, "accounts/account.html", context)
