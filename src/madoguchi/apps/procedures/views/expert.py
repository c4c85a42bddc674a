"""The expert way: the whole record as YAML, read with limits; what is wrong is shown with its line."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.procedures import safeyaml, services
from madoguchi.apps.procedures.checking import Flaw, flaws
from madoguchi.apps.procedures.knowing import known_for
from madoguchi.apps.procedures.queries import Working
from madoguchi.apps.procedures.safeyaml import Unreadable
from madoguchi.apps.procedures.views.common import actor_of, base_context, revision_of, working_or_404
from madoguchi.core.access import staff
from madoguchi.core.permissions import NotPermitted

TEMPLATE = "procedures/desk/yaml.html"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its line in the text (0: not known)."""

    line: int
    place: str
    message: str


@staff
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show the record as YAML with what is wrong; POST checks it and, with `keep`, keeps it as draft."""
    if request.method == "GET":
        work = working_or_404(request, procedure_id)
        text = safeyaml.write(work.record)
        return _shown(request, work, text, _findings(text, flaws(work.record, known_for(work.row))))
    work = working_or_404(request, procedure_id, to_edit=True)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        record = safeyaml.read(text)
        found = flaws(record, known_for(work.row))
    except Unreadable as problem:
        return _shown(request, work, text, [Finding(problem.line, "-", str(problem))], status=400)
    if not request.POST.get("keep"):
        return _shown(request, work, text, _findings(text, found))
    return _kept(request, work, text, record)


def _kept(request: HttpRequest, work: Working, text: str, record: Any) -> HttpResponse:
    if not isinstance(record, dict):
        return _shown(request, work, text, [Finding(1, "-", _("1つの記録（項目: 値）ではありません。"))], status=400)
    try:
        services.save_draft(
            actor_of(request), work.procedure.pk, record, revision=revision_of(request), now=timezone.now()
        )
    except NotPermitted:
        raise Http404 from None
    except services.Conflict:
        messages.error(
            request,
            _(
                "ほかの人が先に変更しました。まだ保存していません。入力は下に残しています。もう一度保存すると上書きします。"
            ),
        )
        return _shown(request, working_or_404(request, work.procedure.pk), text, [], status=409)
    except services.NotFit as problem:
        return _shown(request, work, text, _findings(text, problem.flaws), status=400)
    except (ValueError, UnicodeError):
        return _shown(request, work, text, [Finding(0, "-", _("使えない記号があります。"))], status=400)
    messages.success(request, _("下書きを保存しました。"))
    return redirect("procedures:desk-yaml", work.procedure.pk)


def _findings(text: str, found: "list[Flaw] | tuple[Flaw, ...]") -> list[Finding]:
    return [Finding(safeyaml.line_of(text, flaw.field), flaw.field, f"{flaw.message} {flaw.remedy}") for flaw in found]


def _shown(
    request: HttpRequest, work: Working, text: str, findings: list[Finding], *, status: int = 200
) -> HttpResponse:
    lines = text.count("\n") + 1
    context = {**base_context(work, work.record), "text": text, "findings": findings, "rows": min(40, max(12, lines))}
    return render(request, TEMPLATE, context, status=status)
