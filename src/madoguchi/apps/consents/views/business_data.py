"""The page of a business account for its own data: everything as a file, and erasure."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from madoguchi.apps.accounts.api import requires_level
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.consents.services import business_accounts
from madoguchi.apps.consents.views import common
from madoguchi.core import audit
from madoguchi.core.access import business

FRESH_MINUTES = 10
"""Erasing cannot be undone, so who asks for it has proved herself just now."""


@business
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Offer everything as a file, and erasure."""
    return render(request, "consents/me/business_data.html")


@business
@require_GET
@requires_level(AssuranceLevel.PASSKEY)
def download(request: HttpRequest) -> HttpResponse:
    """Send everything that is kept as JSON, and leave an audit row."""
    account_id = str(request.user.pk)
    audit.record(
        actor=common.actor_of(request),
        organisation_id="",
        action="business-account.export",
        object_kind="user",
        object_id=account_id,
    )
    body = {"made_at": timezone.now().isoformat(), **business_accounts.export(account_id)}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="my-business-data.json"'
    return response


@business
@require_POST
@requires_level(AssuranceLevel.CARD, max_age_minutes=FRESH_MINUTES)
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the account, once it was ticked; then the session ends."""
    if request.POST.get("sure") != "yes":
        messages.error(request, _("消してよいことを確かめる欄に印をつけてください。まだ何も消していません。"))
        return redirect("consents:business-data")
    business_accounts.erase(common.actor_of(request), str(request.user.pk), now=timezone.now())
    logout(request)
    messages.success(request, _("あなたの情報を消しました。"))
    return redirect("site:home")
