"""The preview: a version or draft exactly as an applicant sees it, with invented answers; nothing of it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from madoguchi.apps.procedures.catalogue import view_of
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.apps.procedures.rendering.buttons import group_button, without_item
from madoguchi.apps.procedures.rendering.pages import page_view
from madoguchi.apps.procedures.rendering.samples import sample_answers
from madoguchi.apps.procedures.rendering.words import answers_in_words
from madoguchi.apps.procedures.views.common import base_context, language, working_or_404
from madoguchi.core.access import staff
from madoguchi.engines import forms
from madoguchi.engines.forms import Form, FormError, Problem

LANGUAGES = ("ja", "en", "ja-easy")
SALT = "procedures.preview"
CHECK = "check"


@dataclass(frozen=True, slots=True)
class _Step:
    """Where the preview stands: the page shown, the invented answers, what is wrong, a group that gets an item more."""

    page: str
    answers: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    blank: str = ""


@staff
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show one page of the form as an applicant sees it; answers travel signed in the page and are kept nowhere."""
    work = working_or_404(request, procedure_id)
    today = timezone.localdate()
    try:
        view = view_of(work.row)
    except FormError as error:
        context = {**base_context(work, work.record), "defects": error.problems[:20]}
        return render(request, "procedures/desk/preview.html", context)
    asked = request.POST if request.method == "POST" else request.GET
    tongue = asked.get("lang", "") if asked.get("lang") in LANGUAGES else language()
    step = _posted(request, view.form, today) if request.method == "POST" else _first(view.form, request, today)
    context = {
        **base_context(work, work.record),
        "lang": tongue,
        "languages": [("ja", "日本語"), ("en", "English"), ("ja-easy", "やさしい日本語")],
        "step": step.page,
        "pages": _steps(view.form, step.answers, today),
        "answers": signing.dumps(dict(step.answers), salt=SALT, compress=True),
        "inside": _inside(view, step, tongue, today),
    }
    return render(request, "procedures/desk/preview.html", context)


def _first(form: Form, request: HttpRequest, today: date) -> _Step:
    """Return the first page, or the one asked for, without answers."""
    wanted = request.GET.get("page", "")
    ids = [page.id for page in forms.pages_shown(form, {}, today=today)] or [form.pages[0].id]
    return _Step(wanted if wanted in ids else ids[0], {})


def _steps(form: Form, answers: Mapping[str, Any], today: date) -> list[tuple[int, str]]:
    return list(enumerate([page.id for page in forms.pages_shown(form, answers, today=today)], start=1))


def _posted(request: HttpRequest, form: Form, today: date) -> _Step:
    answers = _carried(request)
    if request.POST.get("sample"):
        return _Step(_page_of(request, form), sample_answers(form, today=today))
    wanted = request.POST.get("page", "")
    if wanted == CHECK or wanted not in {page.id for page in form.pages}:
        return _after_check(request, form, answers, today)
    data = {name: request.POST.getlist(name) for name in request.POST}
    new, problems = forms.parse_page(form, wanted, data, answers, today=today)
    button = group_button(form, wanted, data)
    if button is not None:
        added = button.group if button.action == "add" else ""
        return _Step(wanted, without_item(new, button), blank=added)
    if goto := request.POST.get("goto"):
        return _goto(form, goto, new)
    if problems:
        return _Step(wanted, new, problems)
    following = forms.next_page(form, wanted, new, today=today)
    return _Step(following.id if following else CHECK, new)


def _after_check(request: HttpRequest, form: Form, answers: Mapping[str, Any], today: date) -> _Step:
    if goto := request.POST.get("goto"):
        return _goto(form, goto, answers)
    return _Step(CHECK, answers, forms.problems_of(form, answers, today=today))


def _goto(form: Form, page_id: str, answers: Mapping[str, Any]) -> _Step:
    known = {page.id for page in form.pages}
    if page_id != CHECK and page_id not in known:
        raise Http404
    return _Step(page_id, answers)


def _page_of(request: HttpRequest, form: Form) -> str:
    wanted = request.POST.get("page", "")
    return wanted if wanted in {page.id for page in form.pages} else CHECK


def _carried(request: HttpRequest) -> dict[str, Any]:
    """Return the invented answers that the page carried; nothing when somebody changed them."""
    try:
        answers = signing.loads(request.POST.get("answers", ""), salt=SALT)
    except signing.BadSignature:
        return {}
    return answers if isinstance(answers, dict) else {}


def _inside(view: ProcedureView, step: _Step, tongue: str, today: date) -> str:
    """Return what stands in the frame of the phone, in the language of the preview."""
    with override(tongue):
        if step.page == CHECK:
            problems = step.problems or forms.problems_of(view.form, step.answers, today=today)
            sections = answers_in_words(view.form, step.answers, tongue, today=today)
            context: dict[str, Any] = {"sections": sections, "open": len(problems)}
        else:
            drawn = page_view(
                view.form, step.page, step.answers, step.problems, language=tongue, today=today, blank=step.blank
            )
            context = {"page": drawn}
        return render_to_string("procedures/desk/phone.html", {**context, "name": view.name(tongue), "view": view})
