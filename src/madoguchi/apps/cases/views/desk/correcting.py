"""Asking the applicant to correct: the fields and documents to choose from, with the present answers, and a message."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.cases import api, texts
from madoguchi.apps.cases.checks.aid import Finding
from madoguchi.apps.cases.contracts import DOCUMENT_PREFIX, ActionKind, CaseError, CaseMissing, CaseView
from madoguchi.apps.cases.views.desk import shown
from madoguchi.apps.cases.views.desk.case import head
from madoguchi.apps.cases.views.desk.common import (
    MAX_TEXT,
    Trouble,
    case_id_or_404,
    language,
    meanwhile,
    number_in,
    procedure_of,
    trouble_of,
    view_or_404,
)
from madoguchi.apps.cases.who import actor_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core.access import staff
from madoguchi.core.permissions import NotPermitted

DO = "correction"


@staff
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, case_number: str) -> HttpResponse:
    """Choose what the applicant shall correct; POST asks for it."""
    if request.method == "POST":
        return _ask(request, case_number)
    return _page(request, case_number, None)


def _ask(request: HttpRequest, case_number: str) -> HttpResponse:
    try:
        api.ask_correction(
            case_id_or_404(case_number),
            actor=actor_of(request),
            fields=request.POST.getlist("fields"),
            message=request.POST.get("message", ""),
            expected_number=number_in(request),
            now=timezone.now(),
        )
    except (CaseMissing, NotPermitted):
        raise Http404 from None
    except CaseError as refused:
        return _page(request, case_number, trouble_of(request, refused, do=DO))
    messages.success(request, _("訂正をお願いしました。申請者のすべてのページに出ます。"))
    return redirect("cases:desk-case", case_number)


def _page(request: HttpRequest, case_number: str, trouble: Trouble | None) -> HttpResponse:
    view = view_or_404(request, case_number)
    procedure, now, actor = procedure_of(view), timezone.now(), actor_of(request)
    found = () if view.erased else api.findings(view.id, actor=actor, now=now)
    told = dict.fromkeys(key for item in found for key in _keys(item, procedure))
    chosen: Sequence[str] = request.POST.getlist("fields")
    message = request.POST.get("message", "")
    if trouble is None and request.GET.get("from") == "aid":
        chosen, message = list(told), _message(told, procedure)
    refusal = view.may[ActionKind.CORRECTION_ASKED]
    context = {
        **head(view, procedure),
        "groups": _groups(view, procedure, request, set(chosen)),
        "from_aid": bool(told),
        "pauses": (procedure.record.get("clock") or {}).get("pauses_in_correction", True),
        "message": message,
        "maxlength": MAX_TEXT,
        "refused": texts.refusal(refusal) if refusal else "",
        "trouble": trouble,
        "meanwhile": meanwhile(view, trouble.seen) if trouble else (),
    }
    return render(request, "cases/desk/correction.html", context, status=trouble.status if trouble else 200)


def _keys(found: Finding, procedure: ProcedureView) -> Iterator[str]:
    """Yield the fields and documents that a finding is about; hints ask for nothing."""
    if found.kind in ("missing", "invalid"):
        paths = [found.path]
    elif found.kind == "check":
        quoted = [str(item[0]) for item in found.params.get("quotes", ())]
        missing = [f"{DOCUMENT_PREFIX}{key}" for name in ("missing", "refused") for key in found.params.get(name, ())]
        paths = [found.params["field"]] if "field" in found.params else [*quoted, *missing]
    else:
        paths = []
    for path in paths:
        key = path.split("[", 1)[0]
        if key.startswith(DOCUMENT_PREFIX) or (
            key in procedure.form.fields and procedure.form.fields[key].calculate is None
        ):
            yield key


def _message(keys: Mapping[str, None], procedure: ProcedureView) -> str:
    """Return the beginning of a message that names what was found, in the language of the office."""
    lines = [f"・{texts.field_label(key, procedure, 'ja')}" for key in keys]
    return "\n".join(["次のところを確かめて、直してください。", *lines, ""]) if lines else ""


def _groups(view: CaseView, procedure: ProcedureView, request: HttpRequest, chosen: set[str]) -> list[dict[str, Any]]:
    """Return what can be asked for, by page of the form, then documents, each with what stands there now."""
    answers = api.answers_for_staff(view.id, actor=actor_of(request), now=timezone.now())
    found = []
    for section in (
        ()
        if view.erased
        else procedures.answers_in_words(
            procedure.form, answers.answers, language(), today=timezone.localdate(view.opened_at)
        )
    ):
        items: dict[str, dict[str, Any]] = {}
        for line in section.lines:
            key = line.path.split("[", 1)[0]
            if procedure.form.fields[key].calculate is None:
                item = items.setdefault(key, _item(key, texts.field_label(key, procedure, language()), chosen))
                item["lines"].append(_now(line, key))
        found.append({"title": section.title, "items": list(items.values())})
    papers = [_paper(str(item["id"]), view, procedure, chosen) for item in procedure.record.get("documents") or ()]
    if papers:
        found.append({"title": _("書類"), "items": papers})
    return [group for group in found if group["items"]]


def _item(key: str, label: str, chosen: set[str]) -> dict[str, Any]:
    return {"key": key, "label": label, "chosen": key in chosen, "lines": []}


def _now(line: procedures.Line, key: str) -> str:
    """Return the present answer; a sensitive one is not repeated."""
    words = "••••" if line.sensitive and line.words else "、".join(line.words) or _("答えなし")
    return words if line.path == key else f"{line.label}：{words}"


def _paper(document: str, view: CaseView, procedure: ProcedureView, chosen: set[str]) -> dict[str, Any]:
    item = _item(f"{DOCUMENT_PREFIX}{document}", procedure.document_name(document, language()), chosen)
    names = [file.name for file in shown.files_of(view) if file.document == document]
    return {**item, "lines": names or [_("ファイルなし")]}
