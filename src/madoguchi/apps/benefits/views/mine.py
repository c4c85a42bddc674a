"""The page of who is paid: what was paid, what is coming, into which account, and a new account where one failed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.accounts.api import requires_level
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.benefits import queries, services, texts
from madoguchi.apps.benefits.contracts import Account, PaymentState
from madoguchi.apps.benefits.models import Scheme
from madoguchi.apps.people import api as people
from madoguchi.core.access import person
from madoguchi.core.permissions import Actor
from madoguchi.engines.payments import AccountKind, account_faults

FRESH_MINUTES = 10
"""An account for money is changed only by who has proved herself just now."""
FIELDS = ("bank_code", "branch_code", "kind", "number", "holder")
MAX_SIGNS = 60


def _person_id(request: HttpRequest) -> str:
    found = people.person_of_account(str(request.user.pk))
    return found.id if found else ""


@person
@require_GET
def benefits(request: HttpRequest) -> HttpResponse:
    """Show the benefits of the signed-in person, each with its payments."""
    person_id = _person_id(request)
    rows = [_benefit(one) for one in queries.benefits_of(person_id, timezone.localdate())]
    return render(request, "benefits/mine.html", {"rows": rows})


def _benefit(one: queries.BenefitOf) -> dict[str, Any]:
    return {
        "benefit": one,
        "terms": one.scheme.terms,
        "child": people.name_of(one.subject_id),
        "state": texts.recipient_state(one.state),
        "since": texts.month_of(one.since),
        "next": texts.month(one.next_payment) if one.next_payment else "",
        "payments": [_payment(paid) for paid in one.payments],
    }


def _payment(paid: queries.PaidTo) -> dict[str, Any]:
    return {
        "paid": paid,
        "months": texts.months(paid.months),
        "state": texts.own_state(paid.state),
        "failed": paid.state is PaymentState.FAILED,
        "done": paid.state is PaymentState.PAID,
        "why": texts.failure(paid.failure) if paid.failure else "",
    }


@person
@require_http_methods(["GET", "POST"])
@requires_level(AssuranceLevel.CARD, max_age_minutes=FRESH_MINUTES)
def account(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """Let a payee name another account; payments that failed are then paid with the next run."""
    person_id = _person_id(request)
    row = next((one for one in queries.schemes_paid_to(person_id) if one.pk == scheme_id), None)
    if row is None:
        raise Http404
    if request.method == "GET":
        return _form(request, row, {}, [])
    typed = {name: request.POST.get(name, "").strip()[:MAX_SIGNS] for name in FIELDS}
    found = [texts.account_fault(fault) for fault in account_faults(**typed)]
    if found:
        return _form(request, row, typed, found)
    actor = Actor(str(request.user.pk), "")
    services.correct_account(actor, person_id, Account(**typed), scheme_id=row.pk)
    messages.success(request, _("口座を変えました。次の支払いから、この口座に振り込みます。"))
    return redirect("benefits:mine")


def _form(request: HttpRequest, row: Scheme, typed: dict[str, str], errors: list[tuple[str, str]]) -> HttpResponse:
    labels = {
        "bank_code": (_("金融機関コード"), _("4けたの数字です。通帳やキャッシュカードに書いてあります。"), 4),
        "branch_code": (_("支店コード"), _("3けたの数字です。"), 3),
        "number": (_("口座番号"), _("7けたの数字です。短いときは、前に0を付けてください。"), 7),
        "holder": (_("口座名義（カタカナ）"), _("ご本人の名義に限ります。姓と名の間は空けてください。"), MAX_SIGNS),
    }
    wrong = dict(errors)
    fields = [
        {
            "name": name,
            "label": label,
            "hint": hint,
            "most": most,
            "value": typed.get(name, ""),
            "error": wrong.get(name),
        }
        for name, (label, hint, most) in labels.items()
    ]
    kinds = [
        (AccountKind.ORDINARY.value, _("普通")),
        (AccountKind.CHECKING.value, _("当座")),
        (AccountKind.SAVINGS.value, _("貯蓄")),
    ]
    context = {
        "scheme": row,
        "terms": row.terms,
        "fields": fields,
        "kinds": kinds,
        "kind": typed.get("kind", ""),
        "kind_error": wrong.get("kind"),
        "errors": errors,
    }
    return render(request, "benefits/account.html", context, status=400 if errors else 200)
