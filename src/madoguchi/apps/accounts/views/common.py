"""What the pages of this room share: where somebody goes after signing in, and the page of a refusal."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.oidc import flow
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused, Remedy, remedy_of
from madoguchi.apps.accounts.texts import refusal_text
from madoguchi.core.access import Kind

HOMES = {
    Kind.STAFF: "registry:desk",
    Kind.RESIDENT: "accounts:account",
    Kind.BUSINESS: "accounts:account",
}


def home_of(user: User) -> str:
    """Return where an account begins; SIGNED_IN_HOME maps a kind to the name of another page."""
    homes = {**HOMES, **getattr(settings, "SIGNED_IN_HOME", {})}
    return resolve_url(homes[user.kind])


def local_path(request: HttpRequest, target: str) -> str:
    """Return a target of this site, or an empty text; a foreign one is written into the audit trail."""
    if not target:
        return ""
    if len(target) <= 500 and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    ):
        return target
    flow.note_refusal(request, "", Refused(Reason.NEXT_NOT_LOCAL, "next"))
    return ""


def refusal_page(request: HttpRequest, provider_name: str, refused: Refused) -> HttpResponse:
    """Audit a refusal and show what happened, why, and what to do next."""
    number = flow.note_refusal(request, provider_name, refused)
    remedy = remedy_of(refused.reason)
    context = {
        "text": refusal_text(refused.reason),
        "reason": refused.reason.value,
        "number": number,
        "is_signed_in": request.user.is_authenticated,
    }
    return render(request, "accounts/refused.html", context, status=503 if remedy is Remedy.LATER else 400)
