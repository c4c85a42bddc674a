"""Deciding: outcome, reasons and values; the letter as it would be; then proposing, or deciding.

Nothing is kept between the steps: what was typed goes along in the form, and the last step checks everything again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.cases import api, letters, texts
from madoguchi.apps.cases.contracts import (
    ActionKind,
    CaseError,
    CaseMissing,
    CaseView,
    CheckResult,
    Invalid,
    Refusal,
    State,
)
from madoguchi.apps.cases.machine import GIVING, REFUSED
from madoguchi.apps.cases.queries.preview import letter_preview
from madoguchi.apps.cases.views.desk import forms, shown
from madoguchi.apps.cases.views.desk.case import head
from madoguchi.apps.cases.views.desk.common import (
    MAX_TEXT,
    Trouble,
    blockers,
    case_id_or_404,
    language,
    meanwhile,
    number_in,
    procedure_of,
    trouble_of,
    view_or_404,
    whole_number,
)
from madoguchi.apps.cases.who import actor_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted

DO, K = "decision", ActionKind
USUAL_OUTCOMES = ("granted", "refused")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_FILLED = frozenset({"name", "procedure", "case", "decided_on", "reasons"})
"""Places of a letter that fill themselves."""
_DAYS = frozenset({"from", "until"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A decision as it was typed. `values` are those of the letter; whole numbers and days are read, the rest is text."""

    outcome: str
    reasons: tuple[str, ...]
    words: str
    values: Mapping[str, Any]
    raw: Mapping[str, str]


def typed_in(request: HttpRequest, procedure: ProcedureView) -> Typed:
    """Return what the form carries; values that the outcome does not give are left out."""
    outcome = request.POST.get("outcome", "")
    raw = {name: request.POST.get(f"value.{name}", "").strip() for name in places_of(procedure)}
    given = {name: text for name, text in raw.items() if text} if outcome in GIVING else {}
    values = {name: _value(name, text) for name, text in given.items()}
    reasons = tuple(request.POST.getlist("reasons")) if outcome not in ("granted", "accepted") else ()
    return Typed(outcome, reasons, request.POST.get("words", ""), values, raw)


def _value(name: str, text: str) -> Any:
    if name != "amount":
        return text
    number = whole_number(text)
    return text if number is None else number


def places_of(procedure: ProcedureView) -> list[str]:
    """Return the values that the letters of a procedure name, in the order amount, from, until, others."""
    letter = procedure.decision.get("letter") or {}
    named = {name for text in letter.values() for name in _PLACE.findall(text.get("ja", ""))} - _FILLED
    if procedure.decision.get("valid"):
        named |= _DAYS
    usual = ["amount", "from", "until"]
    return [*(name for name in usual if name in named), *sorted(named - set(usual))]


def empty_places(outcome: str, values: Mapping[str, Any], procedure: ProcedureView) -> list[str]:
    """Return the values that the letter of a decision in favour names and that are not given.

    A last day follows from the procedure's validity where it sets one.
    """
    if outcome not in GIVING:
        return []
    letter = procedure.decision.get("letter") or {}
    text = (letter.get(outcome) or letter.get("granted") or {}).get("ja", "")
    own = {"until"} if procedure.decision.get("valid") else set()
    named = set(_PLACE.findall(text)) - own
    return [name for name in places_of(procedure) if name in named and values.get(name) in (None, "")]


def check_complete(typed: Typed, procedure: ProcedureView) -> None:
    """Refuse a decision whose letter would have an empty place."""
    for name in empty_places(typed.outcome, typed.values, procedure):
        code = "bad_amount" if name == "amount" else "bad_date" if name in _DAYS else "bad_values"
        raise Invalid(Refusal(code, {"field": name}))


@staff
@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, case_number: str) -> HttpResponse:
    """Show the form of a decision; POST shows the letter, its PDF as a sample, or proposes or decides."""
    step = request.POST.get("step", "")
    if request.method != "POST" or step == "edit":
        return _page(request, case_number)
    work = STEPS.get(step)
    if work is None:
        raise Http404
    try:
        return work(request, case_number, case_id_or_404(case_number), actor_of(request))
    except (CaseMissing, NotPermitted):
        raise Http404 from None
    except CaseError as refused:
        return _page(request, case_number, trouble_of(request, refused, do=DO))


def _letter(request: HttpRequest, case_number: str, key: str, actor: Actor) -> letters.Said:
    """Return the letter of what was typed, or of the proposal."""
    view = view_or_404(request, case_number)
    procedure = procedure_of(view)
    made = view.proposal
    if made is not None and view.state is State.PROPOSED:
        given = Typed(made.outcome, made.reasons, made.words, made.values, {})
    else:
        given = typed_in(request, procedure)
        check_complete(given, procedure)
    return letter_preview(
        key,
        actor=actor,
        outcome=given.outcome,
        reasons=given.reasons,
        words=given.words,
        values=given.values,
        now=timezone.now(),
    )


def _preview(request: HttpRequest, case_number: str, key: str, actor: Actor) -> HttpResponse:
    said = _letter(request, case_number, key, actor)
    return _page(request, case_number, said=said)


def _pdf(request: HttpRequest, case_number: str, key: str, actor: Actor) -> HttpResponse:
    answer = HttpResponse(letters.sample(_letter(request, case_number, key, actor)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="mihon-{key[:8]}.pdf"'
    return answer


def _propose(request: HttpRequest, case_number: str, key: str, actor: Actor) -> HttpResponse:
    return _done(request, case_number, key, actor, api.propose, _("決定の案を出しました。決裁者が確かめます。"))


def _decide(request: HttpRequest, case_number: str, key: str, actor: Actor) -> HttpResponse:
    return _done(request, case_number, key, actor, api.decide, _("決定しました。次に、申請者に通知してください。"))


def _done(
    request: HttpRequest, case_number: str, key: str, actor: Actor, service: Callable[..., int], said: str
) -> HttpResponse:
    procedure = procedure_of(view_or_404(request, case_number))
    given = typed_in(request, procedure)
    check_complete(given, procedure)
    service(
        key,
        actor=actor,
        outcome=given.outcome,
        reasons=given.reasons,
        words=given.words,
        values=given.values,
        expected_number=number_in(request),
        now=timezone.now(),
    )
    messages.success(request, said)
    return redirect("cases:desk-case", case_number)


def _agree(request: HttpRequest, case_number: str, key: str, actor: Actor) -> HttpResponse:
    """Decide as proposed."""
    api.decide(key, actor=actor, expected_number=number_in(request), now=timezone.now())
    messages.success(request, _("決定しました。次に、申請者に通知してください。"))
    return redirect("cases:desk-case", case_number)


Step = Callable[[HttpRequest, str, str, Actor], HttpResponse]
STEPS: Mapping[str, Step] = {
    "preview": _preview, "pdf": _pdf, "propose": _propose, "decide": _decide, "agree": _agree,
}  # fmt: skip


def _page(
    request: HttpRequest, case_number: str, trouble: Trouble | None = None, *, said: letters.Said | None = None
) -> HttpResponse:
    view = view_or_404(request, case_number)
    procedure = procedure_of(view)
    given = typed_in(request, procedure)
    if said is None and view.state is State.PROPOSED:
        said = _proposed_letter(request, view)
    context = {
        **head(view, procedure),
        **choices(view, procedure, given),
        "given": given,
        "said": said,
        "proposal": shown.proposal(view, procedure),
        "empty": _empty(view, procedure),
        "return_form": forms.return_form(view, None),
        **_ways(view),
        "trouble": trouble,
        "meanwhile": meanwhile(view, trouble.seen) if trouble else (),
    }
    return render(request, "cases/desk/decision.html", context, status=trouble.status if trouble else 200)


def _empty(view: CaseView, procedure: ProcedureView) -> list[str]:
    """Return by name what the letter of the proposal leaves empty."""
    made = view.proposal
    if made is None or view.state is not State.PROPOSED:
        return []
    return [shown.value_label(name) for name in empty_places(made.outcome, made.values, procedure)]


def _proposed_letter(request: HttpRequest, view: CaseView) -> letters.Said | None:
    """Return the letter of the proposal; None while a check stands in the way."""
    made = view.proposal
    assert made is not None
    try:
        return letter_preview(
            view.id,
            actor=actor_of(request),
            outcome=made.outcome,
            reasons=made.reasons,
            words=made.words,
            values=made.values,
            now=timezone.now(),
        )
    except CaseError:
        return None


def choices(view: CaseView, procedure: ProcedureView, given: Typed) -> dict[str, Any]:
    """Return what a decision may be: outcomes, reasons with their law, values of the letter, with what was typed."""
    failed = blockers(view, CheckResult.FAILED)
    outcomes = [str(item) for item in procedure.decision.get("outcomes") or USUAL_OUTCOMES]
    return {
        "open_checks": blockers(view, CheckResult.OPEN),
        "failed_checks": failed,
        "outcomes": [
            {"id": item, "words": texts.outcome(item), "chosen": item == given.outcome}
            for item in outcomes
            if not failed or item == REFUSED
        ],
        "reasons": [
            {
                "id": item["id"],
                "words": procedures.in_language(item["text"], language()),
                "law": item.get("law", ""),
                "chosen": item["id"] in given.reasons,
            }
            for item in procedure.decision.get("refusal_reasons") or ()
        ],
        "values": [_input(name, given, procedure) for name in places_of(procedure)],
        "maxlength": MAX_TEXT,
    }


def _input(name: str, given: Typed, procedure: ProcedureView) -> dict[str, Any]:
    fills_itself = name == "until" and bool(procedure.decision.get("valid"))
    return {
        "name": name,
        "label": shown.value_label(name),
        "type": "date" if name in _DAYS else "text",
        "numeric": name == "amount",
        "value": given.raw.get(name, ""),
        "hint": _("空けておくと、この手続の有効な期間から自動で決まります。") if fills_itself else "",
    }


def _ways(view: CaseView) -> dict[str, Any]:
    """Return how the reader may go on, and why not."""
    propose, decide = view.may[K.PROPOSED], view.may[K.DECIDED]
    stopped = decide if view.state is State.PROPOSED else propose and decide
    return {
        "may_propose": propose is None,
        "may_decide": decide is None,
        "why_not_decide": texts.refusal(decide) if decide else "",
        "refused": texts.refusal(stopped) if stopped else "",
    }
