"""Pages of staff for protection (支援措置): beginning it for a person who was found, ending it by the number in her file.

Nothing here tells whether somebody is protected.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.consents import queries
from madoguchi.apps.consents.views.desk_people import Desk, search_again
from madoguchi.apps.consents.views.desk_records import refusal_words, writing_desk
from madoguchi.apps.people import api as people
from madoguchi.core.access import staff
from madoguchi.core.permissions import NotPermitted


@staff
@require_http_methods(["GET", "POST"])
def protect(request: HttpRequest, handle: str) -> HttpResponse:
    """Put a person under protection once staff have ticked that it was asked for; show the number that ends it."""
    desk = writing_desk(request, handle)
    if desk is None:
        return search_again(request)
    organisation = desk.handle.organisation_id
    if organisation not in {row.pk for row in queries.protecting_organisations(desk.actor)}:
        raise Http404
    context: dict[str, Any] = {"desk": desk}
    if request.method == "POST":
        context["error"] = _protect(request, desk)
        context["number"] = "" if context["error"] else desk.handle.person_id
    return render(request, "consents/desk/protect.html", context, status=400 if context.get("error") else 200)


def _protect(request: HttpRequest, desk: Desk) -> str:
    """Begin the protection; return what is wrong, empty when it was done."""
    if request.POST.get("sure") != "yes":
        return _("確かめる欄に印をつけてください。まだ何も記録していません。")
    try:
        people.protect(desk.actor, desk.handle.organisation_id, [desk.handle.person_id], now=timezone.now())
    except people.Refused as refusal:
        return refusal_words(refusal)
    return ""


@staff
@require_http_methods(["GET", "POST"])
def unprotect(request: HttpRequest) -> HttpResponse:
    """End a protection by the number in the case file: whoever is protected is found by no search."""
    actor, error = accounts.actor_of(request.user), ""
    organisations = queries.protecting_organisations(actor)
    if not organisations:
        raise Http404
    if request.method == "POST":
        number = request.POST.get("number", "").strip()[:64]
        if request.POST.get("sure") != "yes":
            error = _("確かめる欄に印をつけてください。まだ何も記録していません。")
        else:
            try:
                people.unprotect(actor, request.POST.get("organisation", ""), [number], now=timezone.now())
            except NotPermitted:
                raise Http404 from None
            except people.Refused:
                error = _("この番号の人は、この組織の記録にありません。番号を確かめてください。")
            else:
                messages.success(request, _("支援措置を終えました。"))
                return redirect("consents:desk-people")
    context = {"organisations": organisations, "posted": request.POST, "error": error}
    return render(request, "consents/desk/unprotect.html", context, status=400 if error else 200)
