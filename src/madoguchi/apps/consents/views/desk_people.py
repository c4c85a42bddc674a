"""Pages of staff for people: search by name and birth date, and facts of one person through the one door.

Looking at a page shows nothing of a person; her facts are read by a press of a button, and that stands in the log. Whom a
page is about stands in its address as a sealed handle (`handles`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.consents import disclosing, handles, queries
from madoguchi.apps.consents.contracts import Basis, Disclosure, Request
from madoguchi.apps.consents.handles import Handle
from madoguchi.apps.consents.models import DataAgreement
from madoguchi.apps.consents.views import common
from madoguchi.apps.people import api as people
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted, Permission

MAX_NAME = 200
MAX_CASE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was typed; `error` says what is wrong with it, empty when it can be carried out."""

    agreement: DataAgreement | None
    name: str
    birth: date | None
    case: str
    error: str = ""


@staff
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Ask for purpose, name, birth date and case; after a search show how many fit, and nothing else of them."""
    actor = accounts.actor_of(request.user)
    if not actor.organisations(Permission.READ_PEOPLE):
        raise Http404
    agreements = queries.people_agreements(actor)
    context = {
        "agreements": [(row, common.desk_basis_words()[row.lawful_basis]) for row in agreements],
        "may_unprotect": bool(queries.protecting_organisations(actor)),
    }
    if request.method == "POST":
        asked = _asked(request, agreements)
        context |= {"asked": asked, "error": asked.error}
        if not asked.error:
            context["matches"] = _matches(actor, asked, timezone.now())
    return render(request, "consents/desk/people.html", context, status=400 if context.get("error") else 200)


def _asked(request: HttpRequest, agreements: list[DataAgreement]) -> Asked:
    chosen = request.POST.get("agreement", "")
    agreement = next((row for row in agreements if row.pk == chosen), None)
    name = request.POST.get("name", "").strip()[:MAX_NAME]
    birth = common.past_day(request.POST.get("birth", ""))
    case = request.POST.get("case", "").strip()[:MAX_CASE]
    error = ""
    if agreement is None:
        error = _("組織と目的を選んでください。")
    elif not name:
        error = _("氏名を書いてください。")
    elif birth is None:
        error = _("生年月日を書いてください。今日までの日付です。")
    elif agreement.lawful_basis == Basis.LAW and not case:
        error = _("法律にもとづいて見るときは、事案の番号を書いてください。")
    return Asked(agreement, name, birth, case, error)


def _matches(actor: Actor, asked: Asked, now: datetime) -> list[str]:
    """Search, which is recorded, and return a handle for each person that was found."""
    agreement = asked.agreement
    if agreement is None or asked.birth is None:
        return []
    found = people.find(actor, agreement.organisation_id, name=asked.name, birth=asked.birth)
    return [
        handles.sealed(Handle(agreement.organisation_id, agreement.pk, ref.id, asked.case, now), actor.id)
        for ref in found
    ]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who stands at the desk, about whom, and under which agreement."""

    actor: Actor
    address: str
    handle: Handle
    agreement: DataAgreement

    @property
    def may_edit(self) -> bool:
        """Tell whether the member of staff may write about people of this organisation."""
        return self.actor.may(Permission.EDIT_PEOPLE, self.handle.organisation_id)


def desk_of(request: HttpRequest, address: str) -> Desk | None:
    """Return what a handle opens; None when its half hour is over. 404 when it opens nothing for this reader."""
    actor = accounts.actor_of(request.user)
    handle = handles.opened(address, actor.id)
    if handle is None or not actor.may(Permission.READ_PEOPLE, handle.organisation_id):
        raise Http404
    if not handle.is_live(timezone.now()):
        return None
    held = DataAgreement.objects.select_related("organisation", "purpose").filter(pk=handle.agreement_id, active=True)
    agreement = held.first()
    if agreement is None or people.person(handle.person_id) is None:
        raise Http404
    return Desk(actor, address, handle, agreement)


def search_again(request: HttpRequest) -> HttpResponse:
    """Send back to the search when the half hour is over."""
    messages.warning(request, _("さがしてから30分が過ぎました。もう一度さがしてください。"))
    return redirect("consents:desk-people")


@staff
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Offer what can be done for one person; with POST read her facts through the one door."""
    desk = desk_of(request, handle)
    if desk is None:
        return search_again(request)
    protecting = {row.pk for row in queries.protecting_organisations(desk.actor)}
    context: dict[str, Any] = {
        "desk": desk,
        "basis": common.desk_basis_words()[desk.agreement.lawful_basis],
        "may_protect": desk.handle.organisation_id in protecting,
    }
    if request.method == "POST":
        context |= _read(desk)
    return render(request, "consents/desk/person.html", context)


def _read(desk: Desk) -> dict[str, Any]:
    handle, agreement = desk.handle, desk.agreement
    asked = Request(
        organisation_id=handle.organisation_id,
        actor=desk.actor,
        subject_id=handle.person_id,
        purpose_id=agreement.purpose_id,
        attributes=tuple(agreement.attributes),
        basis=Basis(agreement.lawful_basis),
        case_reference=handle.case_reference,
    )
    try:
        return in_rows(disclosing.disclose(asked, timezone.now()))
    except NotPermitted:
        raise Http404 from None


def in_rows(disclosure: Disclosure) -> dict[str, Any]:
    """Return a disclosure as the page shows it: values with their words, what is withheld with its reason."""
    words, reasons = queries.attribute_words(), common.reason_words()
    return {
        "read": True,
        "values": [
            (words.get(fact.attribute, {"ja": fact.attribute}), people.value_in_words(fact.attribute, fact.value), fact)
            for fact in disclosure.values
        ],
        "withheld": [
            (words.get(item.attribute, {"ja": item.attribute}), reasons[item.reason.value])
            for item in disclosure.withheld
        ],
        "retention_days": disclosure.retention_days,
    }
