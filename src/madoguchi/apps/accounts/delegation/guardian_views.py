"""Pages of guardianship: the guardian's own code, and the desk where staff register and end guardians.

Staff see the registrations of their own organisations only; to everybody else they do not exist.
"""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import api
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.delegation import guardians
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.guardian_forms import ALL, GuardianForm
from madoguchi.apps.accounts.delegation.rules import NotDelegated
from madoguchi.apps.accounts.delegation.texts import guardian_text, reason_text, scope_words
from madoguchi.apps.accounts.factors import FRESH_MINUTES
from madoguchi.apps.accounts.levels import requires_level
from madoguchi.apps.accounts.sessions import caller_of
from madoguchi.apps.accounts.throttling import by_account
from madoguchi.core.access import person, staff
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

PER_PAGE = 20
USUAL_DAYS = 365


@person
@require_http_methods(["GET", "POST"])
@requires_level(AssuranceLevel.CARD, max_age_minutes=FRESH_MINUTES)
@by_account("guardian-code", only_posts=True)
def code(request: HttpRequest) -> HttpResponse:
    """Say what a guardian's code is for; a POST makes one and shows it once."""
    caller, status = caller_of(request), 200
    context: dict[str, object] = {}
    assert caller is not None
    if request.method == "POST":
        try:
            context = {"code": guardians.make_code(caller, now=timezone.now())}
        except NotDelegated as problem:
            context, status = {"error": reason_text(problem.reason)}, 400
    return render(request, "accounts/guardian_code.html", context, status=status)


def _editor(request: HttpRequest) -> Actor:
    """Return the member of staff; the page does not exist for one who edits no people."""
    actor = api.actor_of(request.user)
    if not actor.organisations(Permission.EDIT_PEOPLE):
        raise Http404
    return actor


def _organisations(actor: Actor) -> dict[str, str]:
    found = Organisation.objects.in_bulk(actor.organisations(Permission.EDIT_PEOPLE))
    return {key: found[key].name_ja for key in sorted(found)}


@staff
@require_http_methods(["GET", "POST"])
@by_account("desk-guardian", only_posts=True)
def desk(request: HttpRequest) -> HttpResponse:
    """List the guardians that one's organisations registered; register one in two steps, looking and confirming."""
    actor, today = _editor(request), timezone.localdate()
    organisations = _organisations(actor)
    form = GuardianForm(
        request.POST if request.method == "POST" else None,
        organisations=organisations.items(),
        directory=directory(),
        initial={
            "reach": ALL,
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=USUAL_DAYS)).isoformat(),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _second_step(request, actor, form, organisations)
        except NotDelegated as problem:
            form.add_error(None, guardian_text(problem.reason))
    page = Paginator(guardians.registered_by(actor, on=today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, organisations[row.organisation_id], scope_words(row.scope)) for row in page],
    }
    return render(request, "accounts/desk_delegations.html", context, status=400 if form.errors else 200)


def _second_step(request: HttpRequest, actor: Actor, form: GuardianForm, organisations: dict[str, str]) -> HttpResponse:
    """Show whose code it is and what will be registered, or register what was confirmed."""
    entered, typed, now = form.appointment(), form.cleaned_data["code"], timezone.now()
    if request.POST.get("step") == "register":
        guardians.register(actor, typed, entered, now=now)
        messages.success(request, _("後見人を登録しました。"))
        return redirect("accounts:desk-delegations")
    context = {
        "name": guardians.look_up(actor, typed, entered, now=now),
        "entered": entered,
        "organisation": organisations[entered.organisation_id],
        "words": scope_words(entered.scope),
        "hidden": form.hidden(),
    }
    return render(request, "accounts/desk_delegation_confirm.html", context)


@staff
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, delegation_id: uuid.UUID) -> HttpResponse:
    """Ask, then end a guardian's registration at once."""
    actor = _editor(request)
    row = guardians.registered(actor, delegation_id, on=timezone.localdate())
    if row is None:
        raise Http404
    if request.method == "GET":
        context = {
            "row": row,
            "words": scope_words(row.scope),
            "organisation": _organisations(actor)[row.organisation_id],
        }
        return render(request, "accounts/desk_delegation_end.html", context)
    delegation.revoke_by_staff(actor, row.id, organisation_id=row.organisation_id, now=timezone.now())
    messages.success(request, _("後見人の登録を終了しました。今からこの代理ではなにもできません。"))
    return redirect("accounts:desk-delegations")
