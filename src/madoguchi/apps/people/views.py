"""The person's own pages: what is known about her and from whom, declaring, everything as a file, erasure.

Only the signed-in resident sees them, and only herself; what is hidden for protection is hidden here too.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.accounts.api import requires_level
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.people import forms, queries, report, services, vocabulary, words
from madoguchi.apps.people.contracts import FactView, HouseholdView, Method
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.vocabulary import ACCOUNT, NAME, Spec
from madoguchi.core import audit, personal_data
from madoguchi.core.access import resident
from madoguchi.core.permissions import Actor

MAX_POSTED = 5_000
FRESH_MINUTES = 10
"""Erasing cannot be undone, so who asks for it has proved herself just now."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as the page shows it."""

    attribute: str
    label: str
    value: str
    source: str
    method: str
    as_of: Any
    verified: bool


def _account_id(request: HttpRequest) -> str:
    return str(request.user.pk)


def _person_id(request: HttpRequest) -> str | None:
    found = queries.person_of_account(_account_id(request))
    return found.id if found else None


@resident
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Show who I am, my household, and everything that is known with source, date and mark."""
    person_id = _person_id(request)
    if person_id is None:
        return render(request, "people/waiting.html")
    today, known = timezone.localdate(), vocabulary.specs()
    views = queries.facts_of(person_id, on=today)
    rows = [_row(view, known) for view in views]
    told = {view.attribute for view in views}
    open_ones = [spec for spec in known.values() if spec.name not in told and spec.name not in ACCOUNT]
    context = {
        "name": next((view.value for view in views if view.attribute == NAME), ""),
        "verified": [row for row in rows if row.verified],
        "declared": [row for row in rows if not row.verified],
        "members": _members(queries.household_of(person_id, today), person_id),
        "open_person": [(spec.name, words.label(spec)) for spec in open_ones if not spec.household],
        "open_household": [(spec.name, words.label(spec)) for spec in open_ones if spec.household],
    }
    return render(request, "people/me.html", context)


def _row(view: FactView, known: Mapping[str, Spec]) -> Row:
    spec = known.get(view.attribute)
    name = words.label(spec) if spec else view.attribute
    source = "" if view.method in (Method.SELF, Method.CREDENTIAL) else view.source
    shown = words.value(view.value, spec)
    return Row(view.attribute, name, shown, source, words.method(view.method), view.as_of, view.verified)


def _members(household: HouseholdView | None, person_id: str) -> list[tuple[str, Any, bool]]:
    if household is None:
        return []
    return [(words.role(item.role), item.since, item.person_id == person_id) for item in household.members]


@resident
@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest, attribute: str) -> HttpResponse:
    """Ask for one fact and keep what is declared; a key in the form keeps a second press from counting twice."""
    person_id, spec = _person_id(request), vocabulary.specs().get(attribute)
    if person_id is None or spec is None or spec.name in ACCOUNT:
        raise Http404
    if request.method == "GET":
        return _ask(request, person_id, spec)
    text = request.POST.get("value", "")[:MAX_POSTED]
    value = None if request.POST.get("withdraw") else forms.parsed(spec, text)
    try:
        key = request.POST.get("key", "")
        services.declare(_account_id(request), {spec.name: value}, key=key, now=timezone.now())
    except Refused as refusal:
        return _ask(request, person_id, spec, error=_refusal_text(refusal), posted=text)
    messages.success(request, _("保存しました。"))
    return redirect("people:me")


def _ask(
    request: HttpRequest, person_id: str, spec: Spec, *, error: str = "", posted: str | None = None
) -> HttpResponse:
    found = queries.facts_of(person_id, [spec.name], on=timezone.localdate())
    if found and found[0].verified:
        return render(request, "people/read_only.html", {"row": _row(found[0], {spec.name: spec})})
    current = found[0].value if found else None
    context = {
        "attribute": spec.name,
        "label": words.label(spec),
        "field": forms.field_of(spec, current, posted),
        "known": bool(found),
        "error": error,
        "key": request.POST.get("key") or uuid.uuid4().hex,
    }
    return render(request, "people/declare.html", context, status=400 if error else 200)


def _refusal_text(refusal: Refused) -> str:
    return {
        Refusal.WRONG_VALUE: _("この内容は読み取れませんでした。書き方を確かめて、もう一度入力してください。"),
        Refusal.INDIVIDUAL_NUMBER: _(
            "マイナンバー（個人番号）のような数字が入っています。マイナンバーは保存しません。消してから、もう一度送ってください。"
        ),
        Refusal.READ_ONLY: _(
            "この項目は役所で確認ずみのため、ここでは変えられません。まちがいがあれば窓口に知らせてください。"
        ),
        Refusal.CONFLICT: _("この送信は前の送信と重なりました。ページを開き直して、もう一度入力してください。"),
    }.get(refusal.reason, _("保存できませんでした。ページを開き直して、もう一度入力してください。"))


@resident
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Offer everything as a file, and say what an erasure would leave."""
    person_id = _person_id(request)
    if person_id is None:
        return render(request, "people/waiting.html")
    kept = personal_data.preview_erasure(person_id, timezone.now())
    staying = [line for result in kept.values() for line in result.kept]
    return render(request, "people/data.html", {"staying": staying})


@resident
@require_GET
@requires_level(AssuranceLevel.PASSKEY)
def download_json(request: HttpRequest) -> HttpResponse:
    """Send everything that is kept as JSON."""
    person_id = _exported(request, "json")
    body = {"made_at": timezone.now().isoformat(), **personal_data.export_all(person_id)}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@resident
@require_GET
@requires_level(AssuranceLevel.PASSKEY)
def download_pdf(request: HttpRequest) -> HttpResponse:
    """Send everything that is kept as an accessible PDF."""
    person_id = _exported(request, "pdf")
    named = queries.facts_of(person_id, [NAME], on=timezone.localdate())
    language = "en" if get_language() == "en" else "ja"
    name = str(named[0].value) if named else ""
    now = timezone.localtime()
    document = report.as_pdf(personal_data.export_all(person_id), name=name, now=now, language=language)
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.pdf"'
    return response


def _exported(request: HttpRequest, form: str) -> str:
    """Return the person of the request and leave an audit row of the export."""
    person_id = _person_id(request)
    if person_id is None:
        raise Http404
    audit.record(
        actor=Actor(_account_id(request), ""),
        organisation_id="",
        action="person.export",
        object_kind="person",
        object_id=person_id,
        detail={"form": form},
    )
    return person_id


@resident
@require_POST
@requires_level(AssuranceLevel.CARD, max_age_minutes=FRESH_MINUTES)
def erase(request: HttpRequest) -> HttpResponse:
    """Erase me, once I have ticked that I want it; then the session ends."""
    person_id = _person_id(request)
    if person_id is None:
        raise Http404
    if request.POST.get("sure") != "yes":
        messages.error(request, _("消してよいことを確かめる欄に印をつけてください。まだ何も消していません。"))
        return redirect("people:data")
    personal_data.erase_all(person_id, timezone.now(), actor=Actor(_account_id(request), ""))
    logout(request)
    messages.success(request, _("あなたの情報を消しました。"))
    return redirect("site:home")
