"""What an officer does in a case: one address, one action each, then back to the page of the case."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import CaseError, CaseMissing
from madoguchi.apps.cases.views.desk import case as pages
from madoguchi.apps.cases.views.desk.common import (
    Trouble,
    case_id_or_404,
    number_in,
    trouble_of,
    whole_number,
)
from madoguchi.apps.cases.who import actor_of
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted

RESULTS = frozenset({"passed", "failed", "override"})
Given = Mapping[str, str]
Work = Callable[[str, Given, Actor, int, datetime], object]


def _plain(service: Callable[..., int]) -> Work:
    """Return the work of a service that takes nothing but the case."""
    return lambda key, given, actor, number, now: service(key, actor=actor, expected_number=number, now=now)


def _with(service: Callable[..., int], *names: str) -> Work:
    """Return the work of a service that takes texts of the form by their names."""
    return lambda key, given, actor, number, now: service(
        key, actor=actor, expected_number=number, now=now, **{name: given.get(name, "") for name in names}
    )


def _extend(key: str, given: Given, actor: Actor, number: int, now: datetime) -> None:
    days = whole_number(given.get("days", "")) or 0
    api.extend(key, actor=actor, days=days, reason=given.get("reason", ""), expected_number=number, now=now)


def _check(key: str, given: Given, actor: Actor, number: int, now: datetime) -> None:
    result = given["result"]
    api.do_check(
        key,
        actor=actor,
        check_id=given.get("check_id", ""),
        passed=result != "failed",
        words=given.get("words", ""),
        override=result == "override",
        expected_number=number,
        now=now,
    )


def _run_checks(key: str, given: Given, actor: Actor, number: int, now: datetime) -> None:
    api.run_checks(key, actor=actor, now=now)


WORK: Mapping[str, Work] = {
    "take": _plain(api.take),
    "release": _plain(api.release),
    "assign": _with(api.assign, "assignee_id"),
    "accept": _plain(api.accept),
    "suspend": _with(api.suspend, "reason"),
    "resume": _plain(api.resume),
    "extend": _extend,
    "forward": _with(api.forward, "organisation_id", "reason"),
    "note": _with(api.note, "text"),
    "message": _with(api.message_out, "text"),
    "check": _check,
    "run-checks": _run_checks,
    "return": _with(api.return_proposal, "reason"),
    "notify": _plain(api.notify),
    "close": _plain(api.close),
}


def _said(do: str) -> str:
    return {
        "take": _("あなたの担当にしました。"),
        "release": _("担当をはずれました。"),
        "assign": _("担当を決めました。"),
        "accept": _("審査を始めました。"),
        "suspend": _("審査を一時止めました。期限の計算も止まっています。"),
        "resume": _("審査をまた始めました。"),
        "extend": _("期間を延ばしました。申請者にも理由が見えます。"),
        "forward": _("ほかの機関へ送りました。"),
        "note": _("メモを残しました。"),
        "message": _("メッセージを送りました。"),
        "check": _("確認の結果を書きました。"),
        "run-checks": _("自動の確認をやり直しました。"),
        "return": _("案を差し戻しました。"),
        "notify": _("通知書を作りました。申請者のページで受け取れます。"),
        "close": _("手続を終えました。"),
    }[do]


@staff
@require_POST
def act(request: HttpRequest, case_number: str) -> HttpResponse:
    """Do one thing in a case; what is refused shows the case again with the reason and what was typed."""
    key, do = case_id_or_404(case_number), request.POST.get("do", "")
    if do not in WORK:
        raise Http404
    given = {name: str(value) for name, value in request.POST.items()}
    if do == "check" and given.get("result") not in RESULTS:
        return pages.page(request, case_number, Trouble(do, _("確認の結果を選んでください。"), 400, "result", given))
    try:
        WORK[do](key, given, actor_of(request), number_in(request), timezone.now())
    except (CaseMissing, NotPermitted):
        raise Http404 from None
    except CaseError as refused:
        return pages.page(request, case_number, trouble_of(request, refused))
    messages.success(request, _said(do))
    return redirect("cases:desk") if do == "forward" else redirect("cases:desk-case", case_number)
