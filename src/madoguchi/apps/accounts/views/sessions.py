"""The pages of one's sessions: staying signed in, seeing where one is signed in, ending what one does not know."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.models import SignedInSession, User
from madoguchi.apps.accounts.texts import level_text, method_text
from madoguchi.apps.accounts.views.common import home_of, local_path
from madoguchi.core.access import signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def session_list(request: HttpRequest) -> HttpResponse:
    """List one's live sessions; end one (`session`) or all others."""
    user = request.user
    assert isinstance(user, User)
    current = sessions.row_id_of(request)
    if request.method == "POST":
        ended = _end(user, request.POST.get("session", ""), current)
        messages.success(request, _("サインインを終了しました。") if ended else _("終了するサインインはありません。"))
        return redirect("accounts:sessions")
    rows = [
        (item, level_text(item.level), method_text(item.method))
        for item in sessions.live_sessions(user, current_row_id=current)
    ]
    return render(request, "accounts/sessions.html", {"rows": rows, "others": len(rows) > 1})


def _end(user: User, chosen: str, current: str | None) -> int:
    """End one of the account's other sessions by its id, or all others when none is named."""
    if not chosen:
        return sessions.end_others(user, keep=current)
    known = {item.id for item in sessions.live_sessions(user)} - {current}
    return sessions.end_others(user, only=chosen) if chosen in known else 0


@signed_in
@require_http_methods(["GET", "POST"])
def stay(request: HttpRequest) -> HttpResponse:
    """Show until when the session lasts; a POST stays signed in (up to the absolute limit) and goes back."""
    user, row = request.user, _row(request)
    assert isinstance(user, User)
    if request.method == "GET" or row is None:
        ends = sessions.ends_of(row) if row else None
        target = local_path(request, request.GET.get("next", ""))
        return render(request, "accounts/session.html", {"ends": ends, "next": target})
    row.seen_at = timezone.now()
    row.save(update_fields=["seen_at"])
    ends = sessions.ends_of(row)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"ends": int(ends.at.timestamp()), "warn": int(ends.warn_at.timestamp())})
    return redirect(local_path(request, request.POST.get("next", "")) or home_of(user))


def _row(request: HttpRequest) -> SignedInSession | None:
    row_id = sessions.row_id_of(request)
    return SignedInSession.objects.filter(pk=row_id, user=request.user.pk, ended_at=None).first() if row_id else None
