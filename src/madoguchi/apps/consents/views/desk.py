"""Pages of staff: accesses of their own organisation, questions of persons, emergencies and their review."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.consents import disclosing, queries
from madoguchi.apps.consents.contracts import Basis, Disclosure, Request
from madoguchi.apps.consents.models import AccessQuestion, BreakGlass, DataAgreement
from madoguchi.apps.consents.services import emergencies as service
from madoguchi.apps.consents.services import questions as question_service
from madoguchi.apps.consents.views import common
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted, Permission


def _actor(request: HttpRequest) -> Actor:
    return accounts.actor_of(request.user)


@staff
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """List the accesses by the organisations whose trail the reader may read."""
    actor, page = _actor(request), common.page_number(request)
    if not actor.organisations(Permission.READ_AUDIT):
        raise Http404
    rows, total = queries.staff_accesses(actor, page=page)
    basis = common.desk_basis_words()
    context = {
        "rows": [(row, basis[row.entry.basis]) for row in rows],
        "total": total,
        "page": page,
        "pages": -(-total // queries.PAGE),
    }
    return render(request, "consents/desk/accesses.html", context)


@staff
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions put to the reader's organisations; take answers."""
    actor, error = _actor(request), ""
    if request.method == "POST":
        try:
            number = request.POST.get("question", "")
            if not (number.isascii() and number.isdigit() and len(number) < 19):
                raise Http404
            question_service.answer(actor, int(number), text=request.POST.get("text", ""), now=timezone.now())
        except (AccessQuestion.DoesNotExist, NotPermitted):
            raise Http404 from None
        except question_service.QuestionInvalid:
            error = _("答えが空です。だれが、何のために見たかを書いてください。")
        else:
            messages.success(request, _("答えを送りました。"))
            return redirect("consents:desk-questions")
    context = {"rows": queries.questions(actor), "error": error}
    return render(request, "consents/desk/questions.html", context, status=400 if error else 200)


@staff
@require_http_methods(["GET", "POST"])
def emergencies(request: HttpRequest) -> HttpResponse:
    """List emergencies; open one for somebody whose life is in danger."""
    actor, error = _actor(request), ""
    supervises = bool(actor.organisations(Permission.READ_AUDIT))
    agreements = queries.emergency_agreements(actor)
    if not supervises and not agreements:
        raise Http404
    if request.method == "POST":
        try:
            return _open(request, actor)
        except (NotPermitted, DataAgreement.DoesNotExist):
            raise Http404 from None
        except service.EmergencyInvalid:
            error = _("開けませんでした。対象の番号と、10文字以上の理由を書いてください。")
    context = {"rows": queries.emergencies(actor), "agreements": agreements, "error": error, "now": timezone.now()}
    return render(request, "consents/desk/emergencies.html", context, status=400 if error else 200)


def _open(request: HttpRequest, actor: Actor) -> HttpResponse:
    agreement = DataAgreement.objects.get(pk=request.POST.get("agreement", "")[:120])
    row = service.open_emergency(
        actor,
        agreement.organisation_id,
        agreement.pk,
        request.POST.get("subject", "").strip()[:64],
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    return redirect("consents:desk-emergency", break_glass_id=row.pk)


@staff
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest, break_glass_id: str) -> HttpResponse:
    """Show one emergency: its opener may read while it lives, a supervisor reviews it."""
    actor = _actor(request)
    row = BreakGlass.objects.select_related("agreement__purpose", "organisation").filter(pk=break_glass_id).first()
    if row is None or not (row.actor_id == actor.id or actor.may(Permission.READ_AUDIT, row.organisation_id)):
        raise Http404
    disclosure, error = None, ""
    if request.method == "POST" and "read" in request.POST:
        disclosure = _read(actor, row)
    elif request.method == "POST":
        error = _review(request, actor, row)
        if not error:
            messages.success(request, _("点検の結果を記録しました。"))
            return redirect("consents:desk-emergency", break_glass_id=row.pk)
    return _emergency_page(request, actor, row, disclosure, error)


def _read(actor: Actor, row: BreakGlass) -> Disclosure:
    """Read through the one door. The written reason stays sealed in the emergency and is not copied into the log."""
    asked = Request(
        organisation_id=row.organisation_id,
        actor=actor,
        subject_id=row.subject_id,
        purpose_id=row.agreement.purpose_id,
        attributes=tuple(row.agreement.attributes),
        basis=Basis.BREAK_GLASS,
        case_reference=row.pk,
    )
    try:
        return disclosing.disclose(asked, timezone.now())
    except NotPermitted:
        raise Http404 from None


def _review(request: HttpRequest, actor: Actor, row: BreakGlass) -> str:
    """Record the review; return what is wrong with it, empty when it was taken."""
    outcome = request.POST.get("outcome", "")
    if outcome not in BreakGlass.Outcome.values:
        return _("正しかったかどうかを選んでください。")
    note = request.POST.get("note", "")
    try:
        service.review(actor, row.pk, outcome=BreakGlass.Outcome(outcome), note=note, now=timezone.now())
    except NotPermitted:
        raise Http404 from None
    except service.EmergencyInvalid:
        return _("点検して分かったことを書いてください。")
    return ""


def _emergency_page(
    request: HttpRequest, actor: Actor, row: BreakGlass, disclosure: Disclosure | None, error: str
) -> HttpResponse:
    words, reasons = queries.attribute_words(), common.reason_words()
    values = disclosure.values if disclosure else ()
    withheld = disclosure.withheld if disclosure else ()
    own, kind = row.actor_id == actor.id, row.agreement.subject_kind
    context = {
        "row": row,
        "is_live": row.expires_at > timezone.now(),
        "may_read": own,
        "may_review": not own and row.reviewed_at is None and actor.may(Permission.READ_AUDIT, row.organisation_id),
        "values": [
            (words.get(f.attribute, {"ja": f.attribute}), common.value_words(kind, f.attribute, f.value), f)
            for f in values
        ],
        "withheld": [(words.get(w.attribute, {"ja": w.attribute}), reasons[w.reason.value]) for w in withheld],
        "error": error,
    }
    return render(request, "consents/desk/emergency.html", context, status=400 if error else 200)
