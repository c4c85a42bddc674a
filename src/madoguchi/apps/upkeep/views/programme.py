"""Upkeep of one programme: a review without changes, in whose hands it is, pages to compare it with, its findings."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import queries, services
from madoguchi.apps.upkeep.views import common
from madoguchi.core.access import staff
from madoguchi.core.language_model import configured
from madoguchi.core.permissions import Actor, Permission

_NEXT_REVIEW = timedelta(days=365)
_DUE_IN = timedelta(days=30)


@staff
@require_safe
def page(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show everything about keeping one programme true."""
    actor = common.actor_of(request)
    copy = common.programme_of(actor, programme_id, Permission.VIEW_DESK)
    return show(request, actor, copy)


def show(
    request: HttpRequest, actor: Actor, copy: registry.WorkingCopy, *, error: str = "", status: int = 200
) -> HttpResponse:
    """Show the page, with what was typed when a step was refused."""
    if error:
        messages.error(request, error)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "copy": copy,
        "view": registry.get(copy.programme_id),
        "handover": queries.handover_of(copy.programme_id),
        "reviews": queries.reviews_of(copy.programme_id),
        "pages": queries.pages_of(copy.programme_id),
        "findings": common.finding_rows(queries.findings_of(copy.organisation_id, copy.programme_id)),
        "names": common.names_of(copy.organisation_id),
        "editors": accounts.staff_of(copy.organisation_id, Permission.EDIT_PROGRAMME),
        "may_edit": actor.may(Permission.EDIT_PROGRAMME, copy.organisation_id),
        "may_publish": actor.may(Permission.PUBLISH_PROGRAMME, copy.organisation_id),
        "review_on": request.POST.get("review_on") or (today + _NEXT_REVIEW).isoformat(),
        "due_on": request.POST.get("due_on") or (today + _DUE_IN).isoformat(),
        "typed": request.POST,
        "has_model": configured() is not None,
        "today": today,
    }
    return render(request, "upkeep/programme.html", context, status=status)


@staff
@require_http_methods(["POST"])
def review(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Record that somebody looked and nothing changed."""
    actor = common.actor_of(request)
    copy = common.programme_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    given = request.POST
    day = common.day_of(given.get("review_on", ""))

    def step() -> str:
        row = services.record_review(
            actor,
            programme_id,
            version=common.whole(given.get("version", "")),
            revision=common.whole(given.get("revision", "")),
            review_on=day or date.min,
            note=given.get("note", ""),
            public_note=_("事実を確かめました。変更はありません。"),
            today=timezone.localdate(),
            now=timezone.now(),
        )
        if row.published is None:
            return _("確かめた日を下書きに入れました。公開する人が公開すると有効になります。")
        return _("確かめた日を記録し、第%(number)s版として公開しました。") % {"number": row.published}

    return _done(request, actor, copy, common.tried(request, step))


@staff
@require_http_methods(["POST"])
def hand_over(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Put the programme into somebody's hands until a day, or take it out again."""
    actor = common.actor_of(request)
    copy = common.programme_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    given = request.POST

    def step() -> str:
        if given.get("end"):
            services.end_handover(actor, programme_id, now=timezone.now())
            return _("担当を外しました。")
        services.hand_over(
            actor,
            programme_id,
            account_id=given.get("account", ""),
            due_on=common.day_of(given.get("due_on", "")) or date.min,
            today=timezone.localdate(),
            now=timezone.now(),
        )
        return _("担当を決めました。")

    return _done(request, actor, copy, common.tried(request, step))


def _done(request: HttpRequest, actor: Actor, copy: registry.WorkingCopy, error: str) -> HttpResponse:
    if not error:
        return redirect("upkeep:programme", copy.programme_id)
    fresh = common.programme_of(actor, copy.programme_id, Permission.EDIT_PROGRAMME)
    return show(request, actor, fresh, error=error, status=400)
