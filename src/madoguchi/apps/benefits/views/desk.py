"""The desk's pages of schemes: how they stand, inviting, beginning a run, granted cases that wait."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.benefits import figures, queries, services, tasks, texts
from madoguchi.apps.benefits.contracts import OPEN_STATES, InvitationState, Month, Waiting
from madoguchi.apps.benefits.models import Recipient, Run, Scheme
from madoguchi.apps.benefits.views import common
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor

MOST_INVITED = 5_000
"""People invited by one click; the page then offers the next."""


@staff
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """List the schemes whose payments the actor prepares or approves."""
    rows = [
        {"scheme": row, "terms": row.terms, "figures": _figures(row), "run": _open_run(row)}
        for row in queries.schemes(common.actor_of(request))
    ]
    return render(request, "benefits/desk/schemes.html", {"rows": rows, "now": timezone.now()})


def _figures(scheme: Scheme) -> list[dict[str, Any]]:
    return [
        {
            "words": texts.figure(one.name),
            "number": one.number,
            "of": one.of,
            "at": one.at,
            "yen": one.yen,
            "source": _("、").join(texts.source(name) for name in one.sources) or texts.source("records"),
        }
        for one in figures.figures_of(scheme)
    ]


def _open_run(scheme: Scheme) -> dict[str, Any] | None:
    row = Run.objects.filter(scheme=scheme, state__in=OPEN_STATES).first()
    return _run_line(row) if row else None


def _run_line(row: Run) -> dict[str, Any]:
    return {"row": row, "month": texts.month((row.year, row.month)), "state": texts.run_state(row.state)}


@staff
@require_http_methods(["GET", "POST"])
def scheme(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """Show a scheme; POST invites, begins a run, or lets a waiting case go on."""
    actor = common.actor_of(request)
    row = common.scheme_of(actor, scheme_id)
    if request.method == "GET":
        return _shown(request, actor, row)
    steps = {"invite": _invite, "draft": _draft, "month": _first_month, "end": _end}
    step = steps.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    return step(request, actor, row)


def _shown(
    request: HttpRequest, actor: Actor, row: Scheme, *, error: str = "", at: str = "", status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    listed = queries.invitation_counts(row.pk)[InvitationState.LISTED]
    runs = queries.runs(row)
    context = {
        "scheme": row,
        "terms": row.terms,
        "figures": _figures(row),
        "recipients": [(texts.recipient_state(s), n) for s, n in queries.recipient_counts(row.pk).items()],
        "listed": listed,
        "at_once": min(listed, MOST_INVITED),
        "runs": [_run_line(run) for run in runs],
        "last_run": str(runs[0].pk) if runs else "none",
        "has_open": any(run.state in OPEN_STATES for run in runs),
        "months": [(f"{year}-{month:02d}", texts.month((year, month)), _covered(row, (year, month)))
                   for year, month in queries.coming_months(row, today)],
        "waiting": [_waiting(one) for one in figures.waiting_grants(row)],
        "typed": request.POST,
        "error": error,
        "at": at,
        "now": timezone.now(),
        "today": today,
        **common.rights(actor, row),
    }  # fmt: skip
    return render(request, "benefits/desk/scheme.html", context, status=status)


def _covered(row: Scheme, paid_in: Month) -> str:
    return texts.months(row.terms.covered(*paid_in))


def _waiting(one: figures.WaitingGrant) -> dict[str, Any]:
    why, what_next = texts.waiting(one.row.waiting)
    return {
        "row": one.row,
        "why": why,
        "next": what_next,
        "blocking": one.blocking if one.row.waiting in (Waiting.TAKEN, Waiting.CHILD_UNKNOWN) else (),
        "asks_month": one.row.waiting == Waiting.NO_MONTH and one.row.starts_on is None,
    }


def _answered(request: HttpRequest, actor: Actor, row: Scheme, error: str, at: str) -> HttpResponse:
    """Go back to the page after a step that was taken; show it again with the reason after one that was not."""
    if error:
        return _shown(request, actor, row, error=error, at=at, status=400)
    return redirect("benefits:desk-scheme", scheme_id=row.pk)


def _invite(request: HttpRequest, actor: Actor, row: Scheme) -> HttpResponse:
    expected = _number(request.POST.get("expected", ""))

    def step() -> str:
        done = services.invite(actor, row.pk, now=timezone.now(), most=min(expected, MOST_INVITED)) if expected else 0
        if not done:
            return _("案内する人はいません。もう案内がすんでいます。")
        return _("%(n)s人を案内しました。") % {"n": done}

    return _answered(request, actor, row, common.tried(request, step), "invite")


def _draft(request: HttpRequest, actor: Actor, row: Scheme) -> HttpResponse:
    newest = Run.objects.filter(scheme=row).first()
    if request.POST.get("last_run", "") != (str(newest.pk) if newest else "none"):
        messages.info(request, _("支払いはもう始まっています。二重には始めていません。"))
        return redirect("benefits:desk-scheme", scheme_id=row.pk)
    chosen, on = _month(request.POST.get("month", "")), _day(request.POST.get("transfer_on", ""))
    if chosen is None:
        return _answered(request, actor, row, _("支払い月を選んでください。"), "month")
    if on is None or (on.year, on.month) != chosen or on < timezone.localdate():
        wrong = _("振込日は、支払い月の中で、今日より前ではない日にしてください。")
        return _answered(request, actor, row, wrong, "transfer_on")
    made: list[Run] = []

    def step() -> str:
        begun = services.draft(actor, row.pk, year=chosen[0], month=chosen[1], transfer_on=on, now=timezone.now())
        tasks.calculate.enqueue(str(begun.pk))
        made.append(begun)
        return _("支払いを始めました。計算が終わるまで、しばらくお待ちください。")

    error = common.tried(request, step)
    if error:
        return _answered(request, actor, row, error, "month")
    return redirect("benefits:desk-run", scheme_id=row.pk, run_id=made[0].pk)


def _first_month(request: HttpRequest, actor: Actor, row: Scheme) -> HttpResponse:
    chosen = _month(request.POST.get("first", ""))
    if chosen is None or not row.terms.starts <= chosen:
        wrong = _("支給を始める月を、%(month)sより後で入れてください。") % {"month": texts.month(row.terms.starts)}
        return _answered(request, actor, row, wrong, "waiting")

    def step() -> str:
        starts_on = date(*chosen, 1)
        taken = services.name_first_month(actor, request.POST.get("case", "")[:64], starts_on)
        return _("月を記録しました。数分のうちに登録します。") if taken else _("この申請の月は、もう決まっています。")

    return _answered(request, actor, row, common.tried(request, step), "waiting")


def _end(request: HttpRequest, actor: Actor, row: Scheme) -> HttpResponse:
    on, number = _day(request.POST.get("on", "")), _number(request.POST.get("recipient", ""))
    if on is None:
        return _answered(request, actor, row, _("支給を終える日を入れてください。"), "waiting")
    mine = Recipient.objects.filter(scheme=row, pk=number).first()
    if mine is None:
        raise Http404

    def step() -> str:
        services.end(actor, mine.pk, on=on)
        return _("前の支給を終えました。数分のうちに、待っている申請を登録します。")

    return _answered(request, actor, row, common.tried(request, step), "waiting")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _month(text: str) -> Month | None:
    found = _day(f"{text}-01")
    return (found.year, found.month) if found else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
