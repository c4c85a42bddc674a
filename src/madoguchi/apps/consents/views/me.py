"""Pages of the person: her consents, their receipts, and who looked at her facts."""

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.consents import queries, receipts
from madoguchi.apps.consents.models import Revision
from madoguchi.apps.consents.services import consent, questions
from madoguchi.apps.consents.services.terms import RELUCTANT
from madoguchi.apps.consents.views import common
from madoguchi.core.access import person


@person
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    """List what the person decided, and what an organisation asks for."""
    kind, subject = common.kind_of(request), common.subject_of(request)
    chosen = request.GET.get("organisation", "")[:40]
    words = common.state_words()
    rows = queries.standings(subject, kind, timezone.now()) if subject else []
    context = {
        "rows": [(row, words[row.state]) for row in rows],
        "organisations": queries.offering_organisations(kind),
        "chosen": chosen,
        "offers": queries.offers(kind, chosen) if chosen else [],
        "known": bool(subject),
    }
    return render(request, "consents/me/consents.html", context)


@person
@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest, agreement_id: str) -> HttpResponse:
    """Show the terms in words with the person's own decision; take a yes, a no or a withdrawal."""
    subject = common.subject_of(request)
    found = queries.standing_of(subject, agreement_id, common.kind_of(request), timezone.now()) if subject else None
    if found is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, subject, found)
    return _agreement_page(request, subject, found)


def _decide(request: HttpRequest, subject: str, found: queries.Standing) -> HttpResponse:
    key, now, actor = found.agreement.pk, timezone.now(), common.actor_of(request)
    seen = request.POST.get("revision", "")
    try:
        if "grant" in request.POST:
            picked = request.POST.getlist("attribute")
            consent.grant(subject, key, actor=actor, now=now, attributes=picked, seen_hash=seen)
            messages.success(request, _("同意を記録しました。いつでも取り消せます。"))
        elif "refuse" in request.POST:
            consent.refuse(subject, key, actor=actor, now=now, seen_hash=seen)
            messages.success(request, _("同意しないことを記録しました。"))
        elif "withdraw" in request.POST:
            consent.withdraw(subject, key, actor=actor, now=now)
            messages.success(request, _("同意を取り消しました。これからは渡しません。"))
    except consent.TermsChanged:
        return _agreement_page(
            request,
            subject,
            found,
            _("読んでいる間に内容が変わりました。新しい内容を読んで、もう一度選んでください。"),
            409,
        )
    except consent.NotAgreeable:
        return _agreement_page(
            request, subject, found, _("渡してよいものを一つ以上選ぶか、「同意しない」を押してください。"), 400
        )
    return redirect("consents:agreement", agreement_id=key)


def _agreement_page(
    request: HttpRequest, subject: str, found: queries.Standing, error: str = "", status: int = 200
) -> HttpResponse:
    row, record = found.agreement, found.record
    words = queries.attribute_words()
    ticked = set(record.attributes) if record and found.state in ("granted", "expired") else set(row.default_on)
    attributes = [
        (name, words.get(name, {"ja": name}), name in ticked, words.get(name, {}).get("category") in RELUCTANT)
        for name in row.attributes
    ]
    context = {
        "found": found,
        "agreement": row,
        "record": record,
        "state": common.state_words()[found.state],
        "attributes": attributes,
        "history": [_step(item) for item in queries.history(subject, row.pk)],
        "error": error,
    }
    return render(request, "consents/me/agreement.html", context, status=status)


def _step(row: Revision) -> dict[str, Any]:
    """Return one line of the history: when, what, with which attributes."""
    value = json.loads(bytes(row.snapshot))
    return {
        "at": row.at,
        "record_id": row.object_id,
        "state": common.state_words()[value["state"]],
        "attributes": value["attributes"],
    }


def _receipt(request: HttpRequest, record_id: str) -> dict[str, Any]:
    subject = common.subject_of(request)
    found = receipts.receipt_of(subject, record_id, timezone.now()) if subject else None
    if found is None:
        raise Http404
    return found


@person
@require_GET
def receipt(request: HttpRequest, record_id: str) -> HttpResponse:
    """Show the receipt of a consent."""
    found = _receipt(request, record_id)
    words = common.state_words()
    events = [(parse_datetime(item["at"]), words[item["state"]], item["hash"]) for item in found["events"]]
    return render(
        request, "consents/me/receipt.html", {"receipt": found, "state": words[found["state"]], "events": events}
    )


@person
@require_GET
def receipt_file(request: HttpRequest, record_id: str) -> HttpResponse:
    """Give the receipt as a JSON file to keep."""
    found = _receipt(request, record_id)
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="consent-receipt-{found["record_id"]}.json"'
    return answer


@person
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """List who looked at the person's facts, with filters and pages."""
    subject, page, now = common.subject_of(request), common.page_number(request), timezone.now()
    filters, wrong_day = _filters(request)
    rows, total = queries.accesses(subject, filters, now=now, page=page) if subject else ([], 0)
    organisations, purposes = queries.readers_of(subject, now) if subject else ([], [])
    query = request.GET.copy()
    query.pop("page", None)
    basis = common.basis_words()
    context = {
        "rows": [(row, basis[row.entry.basis]) for row in rows],
        "total": total,
        "page": page,
        "pages": -(-total // queries.PAGE),
        "filters": filters,
        "wrong_day": wrong_day,
        "organisations": organisations,
        "purposes": purposes,
        "bases": basis.items(),
        "query_string": query.urlencode(),
    }
    return render(request, "consents/me/accesses.html", context)


def _filters(request: HttpRequest) -> tuple[queries.Filters, bool]:
    since, since_ok = _day(request.GET.get("since", ""))
    until, until_ok = _day(request.GET.get("until", ""))
    basis = request.GET.get("basis", "")
    filters = queries.Filters(
        organisation_id=request.GET.get("organisation", "")[:40],
        purpose_id=request.GET.get("purpose", "")[:60],
        basis=basis if basis in common.basis_words() else "",
        since=since,
        until=until,
    )
    return filters, not (since_ok and until_ok)


def _day(text: str) -> tuple[date | None, bool]:
    if not text:
        return None, True
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, False
    return (day, True) if date(2000, 1, 1) <= day <= date(2200, 1, 1) else (None, False)


@person
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Show one access; take a question about it."""
    subject, now = common.subject_of(request), timezone.now()
    found = queries.access(subject, entry_id, now=now) if subject else None
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            questions.ask(common.actor_of(request), subject, entry_id, text=request.POST.get("text", ""), now=now)
        except questions.QuestionInvalid:
            error = _("質問が空です。知りたいことを書いてください。")
        else:
            messages.success(request, _("質問を送りました。答えはこのページに出ます。"))
            return redirect("consents:access", entry_id=entry_id)
    reasons = common.reason_words()
    context = {
        "row": found,
        "reason": queries.written_reason(found.entry),
        "basis": common.basis_words()[found.entry.basis],
        "withheld": [(item, reasons.get(item["reason"], item["reason"])) for item in found.withheld],
        "error": error,
    }
    return render(request, "consents/me/access.html", context, status=400 if error else 200)
