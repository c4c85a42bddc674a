"""One page of the conversation: shown with what is known, sent, kept; buttons for items, children and files without scripts."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.applications import known, posting, steps, subjects, texts
from madoguchi.apps.applications.contracts import Applicant, DraftState
from madoguchi.apps.applications.documents import owner_of
from madoguchi.apps.applications.errors import DraftMissing, NotDone, Reason
from madoguchi.apps.applications.opened import Opened
from madoguchi.apps.applications.services import answering, settling, uploading
from madoguchi.apps.applications.views.common import (
    field_at,
    is_shown,
    language,
    note_of,
    number_in,
    own,
    seconds_since,
    stamp,
    whole_problem,
)
from madoguchi.apps.applications.views.drafts import address_of
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person
from madoguchi.engines import forms

FILE_BUTTON = "file:"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page is shown with besides the draft itself."""

    problems: tuple[forms.Problem, ...] = ()
    conflicts: tuple[str, ...] = ()
    typed: dict[str, Any] | None = None
    """Answers to show instead of the kept ones, after a conflict."""
    blank: str = ""
    refused_files: dict[str, str] = field(default_factory=dict)
    error: str = ""
    more: bool = False
    """The answers brought new questions, and nothing else is missing."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        if self.conflicts:
            return 409
        return 400 if self.problems or self.refused_files or self.error else 200


@person
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, draft_id: str, page_id: str) -> HttpResponse:
    """Show one page of a draft, or keep what was sent and go on."""
    applicant = own(request)
    try:
        opened = settling.open_draft(applicant, draft_id, timezone.now())
        if opened.row.state != DraftState.OPEN:
            return redirect("applications:draft", draft_id=draft_id)
        if page_id not in {one.id for one in opened.form.pages}:
            raise Http404
        if request.method == "POST":
            return _keep(request, applicant, opened, page_id)
    except DraftMissing:
        raise Http404 from None
    if steps.position(steps.steps_of(opened, opened.papers()), page_id) is None:
        return redirect("applications:draft", draft_id=draft_id)
    return _show(request, opened, page_id, Shown())


def _keep(request: HttpRequest, applicant: Applicant, opened: Opened, page_id: str) -> HttpResponse:
    sent = _sent(request, opened.form, page_id)
    if not is_shown(sent.number, opened):
        return _show(request, opened, page_id, Shown(error=texts.refusal(NotDone(Reason.ANSWERS_CHANGED))))
    draft_id = str(opened.row.pk)
    try:
        kept = answering.keep_page(applicant, draft_id, sent, now=timezone.now())
    except NotDone as refusal:
        if refusal.reason is Reason.CLOSED:
            messages.error(request, texts.refusal(refusal))
            return redirect("applications:draft", draft_id=draft_id)
        typed = _typed(opened, sent)
        return _show(request, opened, page_id, Shown(error=texts.refusal(refusal), typed=typed))
    if words := whole_problem(kept.problems):
        return _show(request, kept.opened, page_id, Shown(error=words))
    if kept.conflicts:
        return _show(request, kept.opened, page_id, Shown(conflicts=kept.conflicts, typed=_typed(kept.opened, sent)))
    if _stays(request, sent):
        wrong = tuple(problem for problem in kept.problems if problem.params.get("raw") is not None)
        shown = Shown(wrong, blank=request.POST.get("add", ""), refused_files=dict(kept.refused_files))
        return _show(request, kept.opened, page_id, shown)
    if request.POST.get("later"):
        messages.success(request, _("ここまでの内容を保存しました。"))
        return redirect("applications:drafts")
    if request.POST.get("back"):
        return redirect(_address_before(kept.opened, page_id))
    if kept.problems and not kept.refused_files and _only_new(opened, kept, page_id):
        return _show(request, kept.opened, page_id, Shown(more=True))
    if kept.problems or kept.refused_files:
        shown = Shown(problems=kept.problems, refused_files=dict(kept.refused_files))
        return _show(request, kept.opened, page_id, shown)
    return redirect(address_of(draft_id, steps.after(steps.steps_of(kept.opened, kept.opened.papers()), page_id)))


def _only_new(before: Opened, kept: answering.Kept, page_id: str) -> bool:
    """Tell whether all that is missing are questions that the answers brought, so that nobody could answer them yet."""
    asked = posting.paths_shown(before.form, page_id, before.answers, on=before.today)
    return all(problem.code == "required" and problem.path not in asked for problem in kept.problems)


def _stays(request: HttpRequest, sent: answering.Sent) -> bool:
    """Tell whether a button was pressed that only changes the page."""
    return bool("add" in request.POST or sent.remove or sent.ward or sent.remove_file)


def _address_before(opened: Opened, page_id: str) -> str:
    step = steps.before(steps.steps_of(opened, opened.papers()), page_id)
    return address_of(str(opened.row.pk), step) if step else reverse("applications:drafts")


def _sent(request: HttpRequest, form: forms.Form, page_id: str) -> answering.Sent:
    """Return the sent form with the button that was pressed."""
    data = dict(request.POST.lists())
    button = procedures.group_button(form, page_id, data)
    group, bar, child = request.POST.get("ward", "").partition("|")
    removed = request.POST.get("remove", "")
    return answering.Sent(
        page_id=page_id,
        data=data,
        number=number_in(request),
        uploads=dict(request.FILES.lists()),
        seconds=seconds_since(request.POST.get("opened", "")),
        remove=(button.group, button.index) if button and button.action == "remove" else None,
        ward=(group, child) if bar else None,
        remove_file=removed.removeprefix(FILE_BUTTON) if removed.startswith(FILE_BUTTON) else "",
    )


def _typed(opened: Opened, sent: answering.Sent) -> dict[str, Any]:
    """Return the answers as they were typed, to be shown again though they were not kept."""
    answers, _problems = forms.parse_page(opened.form, sent.page_id, sent.data, opened.answers, today=opened.today)
    return known.filled(answers, opened.verified)


def _show(request: HttpRequest, opened: Opened, page_id: str, shown: Shown) -> HttpResponse:
    now_steps = steps.steps_of(opened, opened.papers())
    place = steps.position(now_steps, page_id) or 1
    view = _view(opened, page_id, shown)
    context = {
        "draft_id": str(opened.row.pk),
        "number": opened.row.number,
        "opened_at": stamp(),
        "page": view,
        "has_files": any(True for _ in uploading.file_paths(opened.form, page_id, opened.answers)),
        "place": place,
        "total": len(now_steps),
        "names": [one.name(language()) for one in opened.talk.views],
        "children": _children(opened, page_id),
        "conflicts": _conflict_words(opened, shown.conflicts),
        "error": shown.error,
        "told": [_label(opened, key) for key in opened.content.told],
        "more": shown.more,
        "is_first": place == 1,
        "has_verified": any(widget.note for widget in view.widgets),
        "failed": bool(view.errors or shown.error or shown.conflicts),
    }
    return render(request, "applications/page.html", context, status=shown.status)


def _view(opened: Opened, page_id: str, shown: Shown) -> procedures.PageView:
    answers = shown.typed if shown.typed is not None else _with_offers(opened, page_id)
    found = known.origins(answers, opened.known)
    notes = {path: note_of(field_at(opened.form, path), one) for path, one in found.items()}
    view = procedures.page_view(
        opened.form,
        page_id,
        answers,
        shown.problems,
        language=language(),
        read_only={path: note for path, note in notes.items() if found[path].verified},
        offered={path: note for path, note in notes.items() if not found[path].verified},
        files=_files(opened, page_id, answers),
        today=opened.today,
        blank=shown.blank,
    )
    return _with_refused(view, shown.refused_files)


def _with_offers(opened: Opened, page_id: str) -> dict[str, Any]:
    """Return the answers with what is offered on a page that was never sent."""
    if page_id in opened.content.saved:
        return dict(opened.answers)
    keys = opened.form.page(page_id).fields
    offered = {key: one for key, one in opened.known.items() if key in keys and key not in opened.answers}
    return known.filled(opened.answers, offered)


def _with_refused(view: procedures.PageView, refused: dict[str, str]) -> procedures.PageView:
    """Return the page with what was refused of uploads as errors of their questions."""
    if not refused:
        return view
    widgets = tuple(_refused_widget(widget, refused) for widget in view.widgets)
    links = tuple(
        procedures.ErrorLink(path, target, refused[path])
        for path, target in ((item.path, item.first_id) for item in _all(widgets))
        if path in refused
    )
    return replace(view, widgets=widgets, errors=(*view.errors, *links))


def _all(widgets: tuple[procedures.Widget, ...]) -> list[procedures.Widget]:
    return [found for one in widgets for found in (one, *(_all(tuple(w for i in one.items for w in i.widgets))))]


def _refused_widget(widget: procedures.Widget, refused: dict[str, str]) -> procedures.Widget:
    items = tuple(
        replace(item, widgets=tuple(_refused_widget(inner, refused) for inner in item.widgets)) for item in widget.items
    )
    if widget.path not in refused:
        return replace(widget, items=items)
    described = f"{widget.id}-error {widget.described_by}".strip()
    return replace(widget, items=items, errors=(*widget.errors, refused[widget.path]), described_by=described)


def _files(opened: Opened, page_id: str, answers: dict[str, Any]) -> dict[str, list[procedures.FileView]]:
    there = {file.id: file for file in files.refs(owner_of(str(opened.row.pk)))}
    return {
        path: [file_view(opened, there[key]) for key in known.value_at(answers, path) or () if key in there]
        for path, _field in uploading.file_paths(opened.form, page_id, answers)
    }


def file_view(opened: Opened, file: files.FileRef) -> procedures.FileView:
    """Return an uploaded file as a page shows it."""
    address = reverse("applications:file", args=[str(opened.row.pk), file.id]) if file.state.usable else ""
    return procedures.FileView(
        name=file.name,
        size=files.size_in_words(file.size),
        state=files.state_in_words(file.state),
        remove=f"{FILE_BUTTON}{file.id}",
        href=address,
    )


def _children(opened: Opened, page_id: str) -> list[dict[str, Any]]:
    """Return for which questions of the page a child of the household can be chosen, and who is chosen."""
    fields = [opened.form.fields[key] for key in opened.form.page(page_id).fields]
    groups = [one.key for one in fields if one.group is not None and one.group.each == known.CHILD]
    if any(one.group is None and one.about == known.CHILD for one in fields):
        groups.append("")
    names = subjects.children_by_name(opened.applicant, opened.today) if groups else {}
    return [
        {
            "label": _label(opened, group) if group else _("お子さん"),
            "choices": [
                {"value": f"{group}|{child}", "name": name, "chosen": child in opened.content.wards.get(group, ())}
                for child, name in names.items()
            ],
            "clear": f"{group}|" if not group and opened.content.wards.get(group) else "",
        }
        for group in groups
        if names
    ]


def _label(opened: Opened, key: str) -> str:
    one = opened.form.fields.get(key)
    return procedures.in_language(one.label, language()) if one else key


def _conflict_words(opened: Opened, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the questions that another window answered otherwise, with that answer in words."""
    found = []
    for key in keys:
        one = opened.form.fields[key]
        words = "、".join(procedures.value_in_words(one, opened.answers.get(key), language())) if not one.group else ""
        found.append((_label(opened, key), words))
    return found
