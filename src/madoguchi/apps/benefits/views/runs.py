"""The desk's pages of one run: calculation, checks, approval by a second person, the bank's file, its answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.benefits import queries, services, tasks, texts
from madoguchi.apps.benefits.contracts import CancelReason, FindingKind, PaymentState, Returned, RunState
from madoguchi.apps.benefits.errors import Refused
from madoguchi.apps.benefits.models import Run
from madoguchi.apps.benefits.views import common
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted

MAX_RESULT_BYTES = 50 * 1024 * 1024
STEPS = (RunState.DRAFTED, RunState.CALCULATED, RunState.CHECKED, RunState.EXPORTED, RunState.SENT, RunState.SETTLED)


@staff
@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, scheme_id: str, run_id: str) -> HttpResponse:
    """Show a run; POST takes its next step. A form that was sent before, or by somebody else, changes nothing."""
    actor = common.actor_of(request)
    row = common.run_of(actor, scheme_id, run_id)
    if request.method == "GET":
        return _shown(request, actor, row)
    step = ACTIONS.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    if request.POST.get("state", "") != row.state:
        messages.info(request, _("この操作はもう終わっています。二重には行っていません。今の状態を表示しています。"))
        return _back(row)
    error = step(request, actor, row)
    return _shown(request, actor, common.run_of(actor, scheme_id, run_id), error=error) if error else _back(row)


def _back(row: Run) -> HttpResponse:
    return redirect("benefits:desk-run", scheme_id=row.scheme_id, run_id=row.pk)


def _shown(request: HttpRequest, actor: Actor, row: Run, *, error: str = "") -> HttpResponse:
    names = common.names_of(row.scheme)
    state = RunState(row.state)
    context = {
        "run": row,
        "scheme": row.scheme,
        "terms": row.scheme.terms,
        "month": texts.month((row.year, row.month)),
        "last": texts.month(row.last),
        "state": state.value,
        "state_words": texts.run_state(row.state),
        "steps": _steps(state),
        "prepared_by": names.get(row.prepared_by, _("職員")),
        "checked_by": names.get(row.checked_by, _("職員")) if row.checked_by else "",
        "own": row.prepared_by == actor.id,
        "checks": _checks(row),
        "findings": [(kind, texts.finding(kind), number) for kind, number in queries.finding_counts(row)],
        "payments": [(s, texts.payment_state(s), n) for s, n in queries.payment_counts(row).items()],
        "reasons": [(one.value, texts.cancelled(one)) for one in CancelReason],
        "returned": [(one.value, texts.returned(one)) for one in Returned],
        "looked_at": request.POST.getlist("looked_at"),
        "unread": services.unread(row.scheme, timezone.now()) if state is RunState.DRAFTED else 0,
        "error": error,
        **common.rights(actor, row.scheme),
    }
    return render(request, "benefits/desk/run.html", context, status=400 if error else 200)


def _steps(state: RunState) -> list[dict[str, Any]]:
    if state is RunState.CANCELLED:
        return []
    names = (_("計算"), _("確認と承認"), _("振込データ"), _("銀行へ渡す"), _("結果の取り込み"), _("完了"))
    now = STEPS.index(state)
    return [{"name": name, "done": at < now, "now": at == now} for at, name in enumerate(names)]


def _checks(row: Run) -> list[dict[str, Any]]:
    """Return the checks in words: as they are now before the approval, as they were at it afterwards."""
    if row.state == RunState.CALCULATED:
        found = [(one.name, one.state.value, dict(one.numbers)) for one in services.checks_of(row)]
    else:
        found = [(one["name"], one["state"], one["numbers"]) for one in row.checks]
    return [
        {
            "name": name,
            "title": texts.check(name)[0],
            "what": texts.check(name)[1],
            "state": state,
            "words": texts.check_state(state),
            "numbers": [(texts.check_number(key), texts.number(key, number)) for key, number in numbers.items()],
        }
        for name, state, numbers in found
    ]


def _calculate(request: HttpRequest, actor: Actor, row: Run) -> str:
    tasks.calculate.enqueue(str(row.pk))
    messages.info(request, _("計算を続けます。同じ人に二重に支払うことはありません。"))
    return ""


def _recalculate(request: HttpRequest, actor: Actor, row: Run) -> str:
    def step() -> str:
        services.recalculate(actor, str(row.pk))
        tasks.calculate.enqueue(str(row.pk))
        return _("計算し直しています。しばらくお待ちください。")

    return common.tried(request, step)


def _approve(request: HttpRequest, actor: Actor, row: Run) -> str:
    def step() -> str:
        services.approve(actor, str(row.pk), looked_at=request.POST.getlist("looked_at"), now=timezone.now())
        return _("支払いを承認しました。")

    return common.tried(request, step)


def _export(request: HttpRequest, actor: Actor, row: Run) -> str:
    def step() -> str:
        services.export(actor, str(row.pk), now=timezone.now())
        return _("振込データを作りました。")

    return common.tried(request, step)


def _sent(request: HttpRequest, actor: Actor, row: Run) -> str:
    def step() -> str:
        services.mark_sent(actor, str(row.pk), now=timezone.now())
        return _("銀行に渡したことを記録しました。")

    return common.tried(request, step)


def _settle(request: HttpRequest, actor: Actor, row: Run) -> str:
    sent = request.FILES.get("result")
    if sent is None or not sent.size:
        return _("結果のファイルを選んでください。")
    if sent.size > MAX_RESULT_BYTES:
        return _("ファイルが大きすぎます（50MBまで）。銀行の結果ファイルか確かめてください。")
    data = sent.read()

    def step() -> str:
        only = request.POST.get("failures_only") == "1"
        done = services.settle(actor, str(row.pk), data, now=timezone.now(), failures_only=only)
        told = {"paid": done.paid, "failed": done.failed, "waiting": done.waiting, "same": done.unchanged}
        return (
            _(
                "結果を取り込みました。振込ずみ%(paid)s件、振込不能%(failed)s件、前と同じ%(same)s件、結果待ち%(waiting)s件です。"
            )
            % told
        )

    return common.tried(request, step)


def _cancel(request: HttpRequest, actor: Actor, row: Run) -> str:
    chosen = request.POST.get("reason", "")
    if chosen not in list(CancelReason):
        return _("取り消す理由を選んでください。")

    def step() -> str:
        services.cancel(actor, str(row.pk), now=timezone.now(), reason=CancelReason(chosen))
        return _("支払いを取り消しました。対象の月は、次の支払いに入ります。")

    return common.tried(request, step)


ACTIONS: dict[str, Callable[[HttpRequest, Actor, Run], str]] = {
    "calculate": _calculate,
    "recalculate": _recalculate,
    "approve": _approve,
    "export": _export,
    "sent": _sent,
    "settle": _settle,
    "cancel": _cancel,
}


@staff
@require_POST
def file(request: HttpRequest, scheme_id: str, run_id: str) -> HttpResponse:
    """Hand out the bank's file: always the same bytes; who took it is recorded each time."""
    actor = common.actor_of(request)
    row = common.run_of(actor, scheme_id, run_id)
    try:
        _row, data = services.file_of(actor, str(row.pk))
    except NotPermitted:
        raise Http404 from None
    except Refused as refused:
        return _shown(request, actor, row, error=texts.refusal(refused))
    name = f"zengin-{row.scheme_id}-{row.year}-{row.month:02d}-{row.number}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@staff
@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest, scheme_id: str, run_id: str) -> HttpResponse:
    """List the payments of a run in one state with what happens next; POST takes a paid one back (組戻し)."""
    actor = common.actor_of(request)
    row = common.run_of(actor, scheme_id, run_id)
    error = _reverse(request, actor, row) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect(f"{request.path}?state={PaymentState.REVERSED.value}")
    chosen = request.GET.get("state", "") or (PaymentState.PAID if error else PaymentState.FAILED)
    if chosen not in list(PaymentState):
        raise Http404
    page = common.page_number(request)
    found, total = queries.payments(row, PaymentState(chosen), page)
    counts = queries.payment_counts(row)
    context = {
        "run": row,
        "scheme": row.scheme,
        "terms": row.scheme.terms,
        "month": texts.month((row.year, row.month)),
        "tabs": [(s.value, texts.payment_state(s), counts[s]) for s in counts],
        "chosen": str(chosen),
        "chosen_words": texts.payment_state(chosen),
        "rows": [(one, texts.failure(one.failure) if one.failure else "") for one in found],
        "total": total,
        "page": page,
        "pages": max(1, -(-total // queries.PAGE)),
        "returned": [(one.value, texts.returned(one)) for one in Returned],
        "typed": request.POST,
        "error": error,
        **common.rights(actor, row.scheme),
    }
    return render(request, "benefits/desk/payments.html", context, status=400 if error else 200)


def _reverse(request: HttpRequest, actor: Actor, row: Run) -> str:
    text, chosen = request.POST.get("payment", "").strip(), request.POST.get("reason", "")
    known = text.isascii() and text.isdigit() and len(text) <= 20 and int(text) < 2**63
    payment = row.payments.filter(pk=int(text)).first() if known else None
    if payment is None:
        return _("その番号の支払いは、この支払いの中にありません。番号を確かめてください。")
    if chosen not in list(Returned):
        return _("戻された理由を選んでください。")
    before = payment.state

    def step() -> str:
        services.reverse(actor, payment.pk, reason=Returned(chosen), now=timezone.now())
        if before == PaymentState.REVERSED:
            return _("この支払いは、もう組戻しになっています。二重には記録していません。")
        return _("組戻しを記録しました。対象の月は、次の支払いに入ります。")

    return common.tried(request, step)


@staff
@require_GET
def findings(request: HttpRequest, scheme_id: str, run_id: str, kind: str) -> HttpResponse:
    """List the recipients of one kind of finding, by the number of their application."""
    actor = common.actor_of(request)
    row = common.run_of(actor, scheme_id, run_id)
    if kind not in list(FindingKind):
        raise Http404
    page = common.page_number(request)
    found, total = queries.findings(row, kind, page)
    context = {
        "run": row,
        "scheme": row.scheme,
        "terms": row.scheme.terms,
        "month": texts.month((row.year, row.month)),
        "words": texts.finding(kind),
        "rows": found,
        "total": total,
        "page": page,
        "pages": max(1, -(-total // queries.PAGE)),
    }
    return render(request, "benefits/desk/findings.html", context)
