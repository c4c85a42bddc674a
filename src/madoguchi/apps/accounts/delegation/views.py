"""Pages of delegation: whom one acts for, what one has granted, offering, accepting, revoking, switching.

Everything works without a script; each change is a form of its own and asks before it ends something.
"""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.delegation import acting as delegation_acting
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.forms import OfferForm
from madoguchi.apps.accounts.delegation.models import DelegationRow
from madoguchi.apps.accounts.delegation.rules import MAX_DAYS, DelegationKind, NotDelegated
from madoguchi.apps.accounts.delegation.texts import kind_text, reason_text, scope_words
from madoguchi.apps.accounts.levels import requires_level
from madoguchi.apps.accounts.sessions import caller_of
from madoguchi.apps.accounts.throttling import by_account
from madoguchi.core.access import person

FRESH_MINUTES = 10


def _caller(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    assert caller is not None
    return caller


def _shown(items: list[delegation.Held]) -> list[dict[str, object]]:
    return [
        {
            "held": item,
            "agent": _name_of_account(item.agent_account_id),
            "name": directory().name_of(item.principal_id),
            "words": scope_words(item.scope),
            "kind": kind_text(item.kind),
        }
        for item in items
    ]


def _name_of_account(account_id: str) -> str:
    """Return the name of the person or business behind an account; empty while nobody is known."""
    principal_id = directory().principal_of(account_id) if account_id else None
    return directory().name_of(principal_id) if principal_id else ""


@person
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show what one has granted and what one holds."""
    caller, today = _caller(request), timezone.localdate()
    context = {
        "granted": _shown(delegation.granted_by(caller.account_id, on=today)),
        "held": _shown(delegation.held_by(caller.account_id, on=today)),
        "wards": [(ward, directory().name_of(ward)) for ward in directory().wards_of(caller.account_id, today)],
    }
    return render(request, "accounts/delegation.html", context)


@person
@requires_level(AssuranceLevel.CARD, max_age_minutes=FRESH_MINUTES)
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Offer a delegation of one's own affairs and show its code."""
    today = timezone.localdate()
    initial = {"key": uuid.uuid4(), "ends_on": (today + timedelta(days=90)).isoformat()}
    form = OfferForm(request.POST or None, directory=directory(), today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = delegation.offer(
                _caller(request),
                scope=form.scope(),
                span=form.span(),
                limits=form.limits(),
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except NotDelegated as problem:
            form.add_error(None, reason_text(problem.reason))
        else:
            return render(request, "accounts/delegation_offered.html", {"offer": made})
    status = 400 if request.method == "POST" else 200
    return render(request, "accounts/delegation_offer.html", {"form": form}, status=status)


@person
@require_http_methods(["GET", "POST"])
@by_account("delegation-code", only_posts=True)
def accept(request: HttpRequest) -> HttpResponse:
    """Type a code, see what it is, accept it."""
    code, caller, now = request.POST.get("code", "")[:60], _caller(request), timezone.now()
    context: dict[str, object] = {"code": code}
    if request.method == "GET":
        return render(request, "accounts/delegation_accept.html", context)
    try:
        if request.POST.get("step") == "accept":
            delegation.accept(caller, code, now=now)
            messages.success(request, _("代理を引き受けました。"))
            return redirect("accounts:acting")
        found = delegation.look_up(caller, code, now=now)
    except NotDelegated as problem:
        return render(
            request, "accounts/delegation_accept.html", {**context, "error": reason_text(problem.reason)}, status=400
        )
    context |= {"offer": found, "words": scope_words(found.scope), "name": directory().name_of(found.principal_id)}
    return render(request, "accounts/delegation_accept.html", context)


@person
@requires_level(AssuranceLevel.CARD)
@require_POST
def take_charge(request: HttpRequest) -> HttpResponse:
    """Act for one's child from today for a year."""
    today = timezone.localdate()
    span = delegation.Span(today, today + timedelta(days=MAX_DAYS[DelegationKind.PARENT] - 1))
    try:
        delegation.take_charge(_caller(request), request.POST.get("principal", ""), span=span, now=timezone.now())
    except NotDelegated as problem:
        messages.error(request, reason_text(problem.reason))
        return redirect("accounts:delegations")
    messages.success(request, _("お子さんの代わりに手続きできるようになりました。"))
    return redirect("accounts:acting")


@person
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, delegation_id: uuid.UUID) -> HttpResponse:
    """Ask, then end a delegation at once."""
    if request.method == "GET":
        return render(request, "accounts/delegation_revoke.html", {"delegation_id": delegation_id})
    try:
        delegation.revoke(_caller(request), str(delegation_id), now=timezone.now())
    except DelegationRow.DoesNotExist as problem:
        raise Http404 from problem
    messages.success(request, _("代理を取り消しました。今からこの代理ではなにもできません。"))
    return redirect("accounts:delegations")


@person
@require_http_methods(["GET", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """Choose for whom one acts in this session."""
    caller, today = _caller(request), timezone.localdate()
    if request.method == "GET":
        items = delegation.held_by(caller.account_id, on=today)
        held = _shown(sorted(items, key=lambda item: item.principal_id))
        return render(request, "accounts/delegation_acting.html", {"held": held})
    try:
        delegation_acting.switch(request, caller, request.POST.get("principal") or None)
    except NotDelegated as problem:
        messages.error(request, reason_text(problem.reason))
    return redirect("accounts:acting")
