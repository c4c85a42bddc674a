"""Pages of staff that write about one person: a fact seen in a document, and what happened to a household.

They read nothing; what they write, the people room checks, locks and records. Each form holds a key, so that a second
press of its button changes nothing.
"""

import re
import uuid
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.consents.views import common
from madoguchi.apps.consents.views.desk_people import Desk, desk_of, search_again
from madoguchi.apps.people import api as people
from madoguchi.core.access import staff

MAX_POSTED = 5_000
MAX_NUMBER = 120
_KEY = re.compile(r"[0-9a-f]{32}")


class Unreadable(Exception):
    """A field of the form that cannot be read; says in the reader's words what to do."""


def writing_desk(request: HttpRequest, handle: str) -> Desk | None:
    """Return what a handle opens to somebody who may write; as `desk_of` otherwise."""
    desk = desk_of(request, handle)
    if desk is not None and not desk.may_edit:
        raise Http404
    return desk


def _key(request: HttpRequest) -> str:
    """Return the key of the form that came back, or a fresh one."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else uuid.uuid4().hex


def _paper(request: HttpRequest) -> people.Paper:
    source = request.POST.get("source", "")
    if source and source not in people.document_sources():
        raise Unreadable(_("どこの書類かを選んでください。"))
    return people.Paper(source, request.POST.get("document", ""), request.POST.get("key", ""))


def refusal_words(refusal: people.Refused) -> str:
    """Return why the people room refused, as staff read it."""
    return {
        people.Refusal.WRONG_VALUE: _("この内容は読み取れませんでした。書き方を確かめて、もう一度入力してください。"),
        people.Refusal.INDIVIDUAL_NUMBER: _(
            "マイナンバー（個人番号）のような数字が入っています。マイナンバーは保存しません。消してから、もう一度送ってください。"
        ),
        people.Refusal.CONFLICT: _("この送信は前の送信と重なりました。ページを開き直して、もう一度入力してください。"),
        people.Refusal.NOT_FOUND: _(
            "この組織では、この人の記録を書けません。ほかの自治体に登録があるときは、先にそこでの転出の手続きが必要です。"
        ),
        people.Refusal.NO_HOUSEHOLD: _("その日の世帯が分かりません。先に「転入・世帯に入る」を記録してください。"),
        people.Refusal.NO_DOCUMENT: _("確かめた書類の名前や番号を、80文字までで書いてください。"),
        people.Refusal.BAD_EVENT: _("日付か相手が正しくありません。年と月、入る世帯の人を確かめてください。"),
    }.get(refusal.reason, _("保存できませんでした。ページを開き直して、もう一度入力してください。"))


@staff
@require_http_methods(["GET", "POST"])
def fact(request: HttpRequest, handle: str) -> HttpResponse:
    """Take one fact that staff saw in a document."""
    desk = writing_desk(request, handle)
    if desk is None:
        return search_again(request)
    given = request.POST if request.method == "POST" else request.GET
    attribute, error = given.get("attribute", "")[:80], ""
    if request.method == "POST":
        try:
            _record(request, desk, attribute)
        except Unreadable as problem:
            error = str(problem)
        except people.Refused as refusal:
            error = refusal_words(refusal)
        else:
            messages.success(request, _("書類で確かめた内容を記録しました。"))
            return redirect("consents:desk-person", handle=handle)
    return _fact_page(request, desk, attribute, error)


def _record(request: HttpRequest, desk: Desk, attribute: str) -> None:
    text = request.POST.get("value", "")[:MAX_POSTED]
    day = request.POST.get("valid_from", "")
    valid_from = common.any_day(day) if day else None
    if day and valid_from is None:
        raise Unreadable(_("「この日から」の日付を読み取れませんでした。"))
    people.record_document(
        desk.actor,
        desk.handle.organisation_id,
        desk.handle.person_id,
        attribute,
        people.posted_value(attribute, text),
        paper=_paper(request),
        now=timezone.now(),
        valid_from=valid_from,
    )


def _fact_page(request: HttpRequest, desk: Desk, attribute: str, error: str) -> HttpResponse:
    asked = people.asked(attribute, request.POST.get("value"))
    of_person, of_household = people.attribute_groups()
    context = {
        "desk": desk,
        "asked": asked,
        "of_person": of_person,
        "of_household": of_household,
        "sources": people.document_sources(),
        "source": request.POST.get("source", asked.source if asked else ""),
        "posted": request.POST,
        "key": _key(request),
        "error": error,
    }
    return render(request, "consents/desk/fact.html", context, status=400 if error else 200)


@staff
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, handle: str) -> HttpResponse:
    """Take what happened to a person and her household: a birth, a move in or out, a death."""
    desk = writing_desk(request, handle)
    if desk is None:
        return search_again(request)
    given = request.POST if request.method == "POST" else request.GET
    kind, error = given.get("kind", ""), ""
    if kind and kind not in common.event_words():
        raise Http404
    if request.method == "POST" and kind:
        try:
            done = _cancel(request, desk) if kind == "cancel" else _happen(request, desk, kind)
        except Unreadable as problem:
            error = str(problem)
        except people.Refused as refusal:
            error = refusal_words(refusal)
        else:
            messages.success(request, done)
            return redirect("consents:desk-person", handle=handle)
    roles = [role for role in people.Role if role is not people.Role.HEAD]
    context = {
        "desk": desk,
        "kind": kind,
        "kinds": common.event_words().items(),
        "title": common.event_words().get(kind, ""),
        "roles": [(role.value, people.role_in_words(role)) for role in roles],
        "posted": request.POST,
        "key": _key(request),
        "error": error,
    }
    return render(request, "consents/desk/event.html", context, status=400 if error else 200)


def _cancel(request: HttpRequest, desk: Desk) -> str:
    """Take back the event of the number in the form; return what was done in words."""
    number = request.POST.get("number", "").strip()[:MAX_NUMBER]
    try:
        people.cancel_record(desk.actor, desk.handle.organisation_id, desk.handle.person_id, number, now=timezone.now())
    except people.Refused as refusal:
        if refusal.reason is not people.Refusal.BAD_EVENT:
            raise
        raise Unreadable(_("この番号の記録は、この人にはありません。番号を確かめてください。")) from None
    return _("記録を取り消しました。")


def _happen(request: HttpRequest, desk: Desk, kind: str) -> str:
    """Record what the form tells and return what was done in words; raise `Unreadable` or `people.Refused`."""
    on = common.any_day(request.POST.get("on", ""))
    if on is None:
        raise Unreadable(_("日付を書いてください。"))
    about = (desk.actor, desk.handle.organisation_id, desk.handle.person_id)
    paper, now = _paper(request), timezone.now()
    if kind == "birth":
        people.record_birth(*about, _newborn(request, on), paper=paper, now=now)
    elif kind == "join":
        with_id = _household(request, desk)
        role = _role(request) if with_id else people.Role.HEAD
        people.record_move_in(*about, on=on, role=role, with_id=with_id, paper=paper, now=now)
    elif kind == "leave":
        people.record_move_out(*about, on=on, paper=paper, now=now)
    elif request.POST.get("sure") == "yes":
        people.record_death(*about, on=on, paper=paper, now=now)
    else:
        raise Unreadable(_("確かめる欄に印をつけてください。まだ何も記録していません。"))
    return _("世帯のできごとを記録しました。取り消すときに使う番号：%(number)s") % {"number": paper.record}


def _newborn(request: HttpRequest, born: date) -> people.Newborn:
    name = request.POST.get("name", "").strip()
    if not name:
        raise Unreadable(_("子の氏名を書いてください。"))
    return people.Newborn(name, request.POST.get("kana", "").strip(), born, _role(request))


def _role(request: HttpRequest) -> people.Role:
    try:
        return people.Role(request.POST.get("role", ""))
    except ValueError:
        raise Unreadable(_("続柄を選んでください。")) from None


def _household(request: HttpRequest, desk: Desk) -> str | None:
    """Return who lives in the household that is joined, None for a new one. The search is recorded."""
    name = request.POST.get("name", "").strip()
    if not name:
        return None
    birth = common.past_day(request.POST.get("birth", ""))
    if birth is None:
        raise Unreadable(_("いっしょに住む人の生年月日を書いてください。"))
    found = people.find(desk.actor, desk.handle.organisation_id, name=name, birth=birth)
    if len(found) != 1:
        raise Unreadable(_("いっしょに住む人を一人にしぼれませんでした。氏名と生年月日を確かめてください。"))
    return found[0].id
