"""Events of life: the first questions, the procedures that apply, and one draft over those that were chosen.

The first answers of somebody who is not signed in lie in the sealed session only, until they begin a draft.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.apps.applications import known, posting, selection, texts
from madoguchi.apps.applications.contracts import Known
from madoguchi.apps.applications.conversation import FIRST
from madoguchi.apps.applications.errors import NotDone
from madoguchi.apps.applications.facts import all_facts, individual_number_in
from madoguchi.apps.applications.services import starting
from madoguchi.apps.applications.views.common import key_in, language, note_of, own, posted, whole_problem
from madoguchi.apps.cases import api as cases
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.registry import api as registry
from madoguchi.core.access import person, public
from madoguchi.engines import forms


@public
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the events of life that have procedures."""
    found = [
        {"id": bundle.id, "name": bundle.name(language()), "summary": bundle.summary(language())}
        for bundle in procedures.bundles()
    ]
    return render(request, "applications/life.html", {"bundles": found})


def _bundle_or_404(bundle_id: str) -> procedures.BundleView:
    try:
        return procedures.bundle(bundle_id)
    except procedures.UnknownBundle:
        raise Http404 from None


def _session_name(bundle_id: str) -> str:
    return f"applications.life.{bundle_id}"


def _facts(request: HttpRequest, form: forms.Form | None) -> known.Facts:
    """Return what is known about the caller, for the first questions and the conditions of programmes."""
    applicant = cases.find_applicant(request)
    if applicant is None:
        return known.Facts()
    asked = known.attributes_of(form) if form else ((), ())
    names = (*asked[0], *asked[1], *(item["name"] for item in registry.attributes()))
    return all_facts(applicant, tuple(dict.fromkeys(names)), timezone.now())


def _answers(request: HttpRequest, bundle_id: str) -> dict[str, Any]:
    found = request.session.get(_session_name(bundle_id))
    return dict(found) if isinstance(found, dict) else {}


@public
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Ask the first questions of an event, then show what applies."""
    bundle = _bundle_or_404(bundle_id)
    form = selection.screening(bundle) if bundle.ask_first else None
    facts, answers = _facts(request, form), _answers(request, bundle.id)
    problems: tuple[forms.Problem, ...] = ()
    if request.method == "POST" and form is not None:
        answers, problems = _posted(request, form, facts)
        if not problems:
            request.session[_session_name(bundle.id)] = answers
            return redirect("applications:event", bundle_id=bundle.id)
        if words := whole_problem(problems):
            messages.error(request, words)
    answered = form is None or bool(request.session.get(_session_name(bundle.id)) is not None)
    context = {
        "bundle": {"id": bundle.id, "name": bundle.name(language()), "summary": bundle.summary(language())},
        "page": _questions(form, answers, problems, facts) if form else None,
        "answered": answered and not problems,
        "offers": _offers(request, bundle, form, answers, facts) if answered and not problems else [],
        "key": uuid.uuid4().hex,
        "applicant": cases.find_applicant(request),
        "signed_in": request.user.is_authenticated,
    }
    return render(request, "applications/event.html", context, status=400 if problems else 200)


def _posted(
    request: HttpRequest, form: forms.Form, facts: known.Facts
) -> tuple[dict[str, Any], tuple[forms.Problem, ...]]:
    today = timezone.localdate()
    fixed = known.verified(_known(form, facts))
    data = posting.with_verified(posting.read(dict(request.POST.lists())), fixed)
    answers, problems = forms.parse_page(form, FIRST, data, {}, today=today)
    wrong = [key for key, value in answers.items() if key not in fixed and individual_number_in(value)]
    kept = {key: value for key, value in answers.items() if key not in wrong}
    return kept, (*problems, *(forms.Problem(key, "pattern") for key in wrong))


def _known(form: forms.Form, facts: known.Facts) -> dict[str, Known]:
    found = {}
    for key, field in form.fields.items():
        fact = facts.own.get(field.attribute) if field.attribute and field.about != known.CHILD else None
        one = known.as_known(field, fact) if fact else None
        if one is not None:
            found[key] = one
    return found


def _questions(
    form: forms.Form, answers: dict[str, Any], problems: tuple[forms.Problem, ...], facts: known.Facts
) -> procedures.PageView:
    found = _known(form, facts)
    shown = known.filled(answers, {key: one for key, one in found.items() if one.verified or key not in answers})
    notes = {key: note_of(form.fields[key], one) for key, one in found.items() if one.verified}
    return procedures.page_view(form, FIRST, shown, problems, language=language(), read_only=notes)


def _offers(
    request: HttpRequest,
    bundle: procedures.BundleView,
    form: forms.Form | None,
    answers: dict[str, Any],
    facts: known.Facts,
) -> list[dict[str, Any]]:
    empty = forms.Form(FIRST, 1, (), {})
    found = selection.offers(bundle, form or empty, answers, facts, today=timezone.localdate())
    names = {offer.id: offer.procedure.name(language()) for offer in found if offer.procedure}
    return [_offer(offer, names) for offer in found]


def _offer(offer: selection.Offer, names: dict[str, str]) -> dict[str, Any]:
    lang, item, view = language(), offer.item, offer.procedure
    words = procedures.in_language
    elsewhere, deadline = item.get("elsewhere") or {}, offer.deadline
    title = view.name(lang) if view else words(elsewhere or item.get("automatic"), lang)
    return {
        "id": offer.id,
        "way": offer.way.value,
        "perhaps": offer.fit is selection.Fit.PERHAPS,
        "name": title,
        "office": procedures.office_words(view, lang) if view else "",
        "why": words(item.get("why"), lang),
        "url": elsewhere.get("url", ""),
        "after": [names[key] for key in offer.after],
        "deadline": deadline,
        "deadline_text": words(deadline.text, lang) if deadline else "",
        "consequence": words(deadline.consequence, lang) if deadline else "",
        "preselected": offer.preselected,
    }


@person
@posted("applications:event")
def begin(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Begin one draft over the procedures that were ticked; only those of the event can be."""
    bundle, applicant = _bundle_or_404(bundle_id), own(request)
    offered = {item["procedure"] for item in bundle.items if item.get("procedure")}
    chosen = [name for name in request.POST.getlist("procedure") if name in offered]
    try:
        draft_id = starting.begin(
            applicant,
            chosen,
            key=key_in(request),
            now=timezone.now(),
            bundle_id=bundle.id,
            answers=_answers(request, bundle.id),
        )
    except NotDone as refusal:
        messages.error(request, texts.refusal(refusal))
        return redirect("applications:event", bundle_id=bundle.id)
    request.session.pop(_session_name(bundle.id), None)
    return redirect("applications:draft", draft_id=draft_id)


@public
@posted("applications:event")
def again(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Forget the first answers of an event and ask anew."""
    bundle = _bundle_or_404(bundle_id)
    request.session.pop(_session_name(bundle.id), None)
    return redirect("applications:event", bundle_id=bundle.id)
