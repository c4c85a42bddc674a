"""The person's pages: agree, choose topics, see what would be told and what was told, stop; one message with its rating."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.outreach import queries, reasons, terms, texts
from madoguchi.apps.outreach.errors import NotAgreed, NotYours, OutOfRange, UnknownTopic
from madoguchi.apps.outreach.models import Enrolment
from madoguchi.apps.outreach.services import common, enrolling, looking, rating
from madoguchi.apps.people import api as people
from madoguchi.core.access import resident

MOST_TOPICS = 50


def _ids(request: HttpRequest) -> tuple[str, str]:
    """Return person and account; an account behind which nobody stands yet has an empty person."""
    account_id = str(request.user.pk)
    found = people.person_of_account(account_id)
    return (found.id if found else ""), account_id


@resident
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Show consent, topics and what was told; take the choice of topics, or show what would be told now."""
    person_id, account_id = _ids(request)
    if not person_id:
        return render(request, "outreach/mine.html", {"nobody": True})
    if request.method == "GET":
        return _page(request, person_id, account_id)
    if "preview" in request.POST:
        return _page(request, person_id, account_id, preview=True)
    return _choose(request, person_id, account_id)


def _choose(request: HttpRequest, person_id: str, account_id: str) -> HttpResponse:
    picked = request.POST.getlist("topic")[:MOST_TOPICS]
    try:
        row = enrolling.choose(person_id, account_id, picked, now=timezone.now())
    except NotAgreed:
        return _page(
            request, person_id, account_id, error=_("まだ同意がありません。同意してから、話題を選んでください。")
        )
    except UnknownTopic:
        return _page(request, person_id, account_id, error=_("その話題はありません。下の一覧から選んでください。"))
    if row is None:
        messages.success(request, _("話題を一つも選んでいないので、お知らせを止めました。"))
    else:
        messages.success(request, _("話題を保存しました。使える制度が見つかると、お知らせします。"))
    return redirect("outreach:mine")


def _page(
    request: HttpRequest, person_id: str, account_id: str, *, error: str = "", preview: bool = False
) -> HttpResponse:
    try:
        found = queries.mine(person_id, account_id, timezone.now())
    except terms.TermsMissing:
        raise Http404 from None
    context: dict[str, Any] = {
        "mine": found,
        "state": texts.state(found.consent.state if found.consent else "none"),
        "error": error,
        "preview": _preview(found.enrolment) if preview and found.enrolment and found.agreed else None,
    }
    return render(request, "outreach/mine.html", context, status=400 if error else 200)


def _preview(enrolment: Enrolment) -> dict[str, Any]:
    """Return what would be told today and later, in words. The look stands in the person's access log."""
    shown = looking.preview(enrolment, now=timezone.now())
    if shown is None:
        return {"today": [], "later": []}
    look, today, later = shown
    words = common.vocabulary()

    def line(item: Any) -> dict[str, Any]:
        child = reasons.child_words(item.about, look.matched)
        why = reasons.reason_line(item, look.matched, look.book, words, today=look.today)
        return {"view": look.book.views[item.programme], "child": child, "why": why, "first": item.first}

    return {"today": [line(item) for item in today], "later": [line(item) for item in later]}


@resident
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Stop everything in one step: no more messages, the consent is withdrawn."""
    person_id, account_id = _ids(request)
    if not person_id:
        raise Http404
    enrolling.stop(person_id, account_id, now=timezone.now())
    messages.success(request, _("お知らせを止め、同意を取り消しました。まだ届いていないものも送りません。"))
    return redirect("outreach:mine")


@resident
@require_GET
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show one message: each programme with its reason and the way to it, and the questions at its foot."""
    account_id = str(request.user.pk)
    found = queries.message(account_id, message_id)
    if found is None:
        raise Http404
    rating.opened(account_id, message_id, on=timezone.localdate())
    context = {"line": found, "rated": queries.rating(message_id), "steps": texts.steps()}
    return render(request, "outreach/message.html", context)


@resident
@require_POST
def rate(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Keep what the reader says of a message: one tap, or the five steps with a word."""
    try:
        rating.rate(str(request.user.pk), message_id, now=timezone.now(), **_said(request))
    except NotYours:
        raise Http404 from None
    except OutOfRange:
        messages.error(request, _("満足度は、5つの中から選んでください。"))
    else:
        messages.success(request, _("ありがとうございます。お答えは、いつでも変えられます。"))
    return redirect("outreach:message", message_id=message_id)


def _said(request: HttpRequest) -> dict[str, Any]:
    """Return what a form says: `useful` yes or no; or `satisfaction`, which may be left out, with `word`."""
    said: dict[str, Any] = {}
    if request.POST.get("useful") in ("yes", "no"):
        said["useful"] = request.POST["useful"] == "yes"
    step = request.POST.get("satisfaction", "")
    if step:
        said["satisfaction"] = int(step) if step.isascii() and step.isdecimal() and len(step) == 1 else 0
    if "word" in request.POST:
        said["word"] = request.POST["word"]
    return said
