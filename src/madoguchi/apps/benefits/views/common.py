"""What the desk's pages share: who acts, the scheme and run of an address, how a step that was refused is told."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.benefits import queries, texts
from madoguchi.apps.benefits.errors import Refusal, Refused
from madoguchi.apps.benefits.models import Run, Scheme
from madoguchi.core.permissions import Actor, NotPermitted, Permission

MAX_PAGE = 10_000


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; raise Http404 for staff who neither prepare nor approve payments."""
    actor = accounts.actor_of(request.user)
    if not any(actor.organisations(right) for right in queries.RIGHTS):
        raise Http404
    return actor


def scheme_of(actor: Actor, scheme_id: str) -> Scheme:
    """Return a scheme that the actor may see; raise Http404 otherwise."""
    try:
        return queries.scheme(actor, scheme_id)
    except Refused:
        raise Http404 from None


def run_of(actor: Actor, scheme_id: str, run_id: Any) -> Run:
    """Return a run of a scheme that the actor may see; raise Http404 otherwise."""
    try:
        row = queries.run(actor, run_id)
    except Refused:
        raise Http404 from None
    if row.scheme_id != scheme_id:
        raise Http404
    return row


def rights(actor: Actor, scheme: Scheme) -> dict[str, bool]:
    """Return what the actor may do for a scheme."""
    return {
        "may_prepare": actor.may(Permission.PREPARE_PAYMENTS, scheme.organisation_id),
        "may_approve": actor.may(Permission.APPROVE_PAYMENTS, scheme.organisation_id),
    }


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for, 1 where the address names none."""
    text = request.GET.get("page", "")
    return min(int(text), MAX_PAGE) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 and int(text) else 1


def names_of(scheme: Scheme) -> dict[str, str]:
    """Return the names of the scheme's staff by id."""
    found = [accounts.staff_of(scheme.organisation_id, right) for right in queries.RIGHTS]
    return dict(pair for part in found for pair in part)


def tried(request: HttpRequest, step: Callable[[], str]) -> str:
    """Take a step and tell what it did; return why it was refused, empty when it was taken.

    A right that is missing looks as if there were no such page.
    """
    try:
        done = step()
    except NotPermitted:
        raise Http404 from None
    except Refused as refused:
        in_line = refused.reason is Refusal.WRONG_FILE and refused.detail.isdigit()
        line = _("ファイルの%(n)s行目を見てください。") % {"n": refused.detail} if in_line else ""
        return texts.refusal(refused) + line
    messages.success(request, done)
    return ""
