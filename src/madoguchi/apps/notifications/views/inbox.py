"""The inbox: messages of the signed-in account, newest first, and one message with the part that its room adds."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from madoguchi.apps.notifications import hooks, inbox
from madoguchi.apps.notifications.models import Message
from madoguchi.core.access import person

PAGE = 20
MAX_PAGE = 500


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@person
@require_GET
def messages_of(request: HttpRequest) -> HttpResponse:
    """Show a page of messages; those that were not read say so in words."""
    account, now, page = str(request.user.pk), timezone.now(), _page_number(request)
    rows = inbox.inbox(account, _language(), now=now, start=(page - 1) * PAGE, most=PAGE + 1)
    context = {
        "rows": rows[:PAGE],
        "page": page,
        "more": len(rows) > PAGE,
        "unread": inbox.unread(account, now=now),
    }
    return render(request, "notifications/inbox.html", context)


@person
@require_GET
def message(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Show one message and note that it was read. Somebody else's message is not there."""
    account, now = str(request.user.pk), timezone.now()
    view = inbox.message(account, str(notice_id), _language(), now=now)
    if view is None:
        raise Http404
    inbox.mark_read(account, [view.id], now=now)
    context = {
        "view": view,
        "link": _in_language(view.link),
        "footer": hooks.footer_of(request, view),
    }
    return render(request, "notifications/message.html", context)


@person
@require_POST
def all_read(request: HttpRequest) -> HttpResponse:
    """Note that every message was read."""
    account, now = str(request.user.pk), timezone.now()
    waiting = Message.objects.filter(account_id=account, read_at=None, not_before__lte=now)
    inbox.mark_read(account, [str(key) for key in waiting.values_list("pk", flat=True)], now=now)
    messages.success(request, _("すべて読んだことにしました。"))
    return redirect("notifications:inbox")


def _in_language(link: str) -> str:
    """Return a path of the platform, which was kept without a language, as one in the language of the page."""
    wanted = _language()
    with translation.override(settings.LANGUAGE_CODE):
        return translate_url(link, wanted) if link else ""


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1
    return min(max(number, 1), MAX_PAGE)
