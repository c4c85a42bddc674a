"""A page of a form as widgets ready to be drawn by `procedures/_page.html`, without JavaScript.

Every date is three inputs (year, month, day): birthdays and long past days need no calendar to leaf through, a phone shows
its number pad, and the year may be written in the Japanese era (R8, 令和8).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.apps.procedures.contracts import (
    ErrorLink,
    FileView,
    ItemView,
    OptionView,
    PageView,
    SourceNote,
    Widget,
    in_language,
)
from madoguchi.apps.procedures.rendering import controls
from madoguchi.apps.procedures.rendering.controls import html_id
from madoguchi.apps.procedures.rendering.words import value_in_words
from madoguchi.apps.procedures.texts import problem_sentence
from madoguchi.engines import forms
from madoguchi.engines.forms import Field, Form, Kind, Problem

NO_NOTES: Mapping[str, SourceNote] = {}
NO_FILES: Mapping[str, Sequence[FileView]] = {}


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What all widgets of one page share."""

    form: Form
    page_id: str
    answers: Mapping[str, Any]
    problems: Mapping[str, Sequence[Problem]]
    language: str
    read_only: Mapping[str, SourceNote]
    offered: Mapping[str, SourceNote]
    files: Mapping[str, Sequence[FileView]]
    today: date
    blank: str


def page_view(
    form: Form,
    page_id: str,
    answers: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    *,
    language: str,
    read_only: Mapping[str, SourceNote] = NO_NOTES,
    offered: Mapping[str, SourceNote] = NO_NOTES,
    files: Mapping[str, Sequence[FileView]] = NO_FILES,
    today: date | None = None,
    blank: str = "",
) -> PageView:
    """Return a page as widgets. Paths in `read_only` are shown with their source and not asked; KeyError: no such page.

    `problems` carry what was typed (`params["raw"]`), which is shown again. `blank` names a group that gets one empty item
    more, because its add button was pressed.
    """
    day = today or timezone.localdate()
    by_path: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_path[problem.path].append(problem)
    page = form.page(page_id)
    with override(language):
        whole = forms.calculated(form, answers, today=day)
        drawing = _Drawing(form, page_id, whole, by_path, language, read_only, offered, files, day, blank)
        shown = forms.shown_in(form, page_id, whole, today=day)
        widgets = tuple(_widget(drawing, form.fields[key], key, whole.get(key)) for key in shown)
        return PageView(page.id, in_language(page.title, language), widgets, _links(widgets))


def _links(widgets: Sequence[Widget]) -> tuple[ErrorLink, ...]:
    """Return the errors of a page in the order of its questions, each with the input that it is about."""
    found = []
    for widget in widgets:
        found += [ErrorLink(widget.path, widget.first_id, text) for text in widget.errors]
        for item in widget.items:
            found += _links(item.widgets)
    return tuple(found)


def _widget(drawing: _Drawing, field: Field, path: str, value: Any) -> Widget:
    label = in_language(field.label, drawing.language)
    problems = drawing.problems.get(path, ())
    plain = Widget(
        path=path,
        name=path,
        id=html_id(path),
        kind=field.kind.value,
        control="input",
        label=label,
        hint=in_language(field.hint, drawing.language),
        required=forms.holds(field.required, drawing.answers, today=drawing.today, item=_item_of(path)),
        autocomplete=field.autocomplete,
        errors=tuple(problem_sentence(problem, label) for problem in problems),
        offered=drawing.offered.get(path),
        files=tuple(drawing.files.get(path, ())),
    )
    plain = replace(plain, described_by=controls.described_by(plain))
    note = drawing.read_only.get(path)
    if note is not None:
        return replace(plain, control="read_only", value=note.value, note=note, offered=None)
    if field.calculate is not None:
        words = value_in_words(field, value, drawing.language)
        return replace(plain, control="read_only", value="、".join(words), required=False)
    if field.group is not None:
        return _group(drawing, plain, field, path, value)
    return _input(plain, field, _raw(problems, value), drawing.language)


def _item_of(path: str) -> tuple[str, int] | None:
    group, bracket, rest = path.partition("[")
    return (group, int(rest.partition("]")[0])) if bracket else None


def _raw(problems: Sequence[Problem], value: Any) -> Any:
    """Return what was typed, when it was wrong (of a date its parts), else the answer."""
    for problem in problems:
        if problem.params.get("raw") is not None:
            return problem.params.get("parts") or problem.params["raw"]
    return value


def _input(widget: Widget, field: Field, value: Any, language: str) -> Widget:
    if field.kind in controls.DATE_PARTS:
        return replace(widget, control="date", parts=controls.date_parts(widget, field.kind, value))
    if field.kind in (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO):
        return _choice(widget, field, value, language)
    if field.kind is Kind.FILE:
        return replace(widget, control="file")
    control = "textarea" if field.kind is Kind.LONGTEXT else "input"
    return replace(
        widget,
        control=control,
        value=controls.as_text(value),
        input_type=controls.INPUT_TYPES.get(field.kind, "text"),
        inputmode=controls.INPUT_MODES.get(field.kind, ""),
        maxlength=controls.maxlength(field),
        unit=_("円") if field.kind is Kind.YEN else "",
    )


def _choice(widget: Widget, field: Field, value: Any, language: str) -> Widget:
    chosen = controls.chosen_values(value)
    if field.kind is Kind.YES_NO:
        named = [("yes", _("はい")), ("no", _("いいえ"))]
    else:
        named = [(option.value, in_language(option.label, language)) for option in field.options]
    control = (
        "checkboxes" if field.kind is Kind.CHOICES else "radios" if len(named) <= controls.MAX_RADIOS else "select"
    )
    if control == "radios" and not widget.required:
        named.append(("", _("答えない")))
    options = tuple(
        OptionView(
            item, words, f"{widget.id}-{number}", item in chosen or (not item and not chosen and control == "radios")
        )
        for number, (item, words) in enumerate(named, start=1)
    )
    return replace(widget, control=control, options=options)


def _group(drawing: _Drawing, widget: Widget, field: Field, path: str, value: Any) -> Widget:
    group = field.group
    if group is None:
        return widget
    items = [item if isinstance(item, Mapping) else {} for item in value or ()]
    items += [{}] * max(0, group.min - len(items))
    if drawing.blank == path and len(value or ()) >= group.min and len(items) < group.max:
        items.append({})
    word = in_language(group.item, drawing.language) or widget.label
    shown = {**drawing.answers, path: items}
    inside = replace(drawing, answers=shown)
    views = tuple(
        _item(inside, group.fields, path, index, f"{word} {index + 1}", len(items) > group.min)
        for index in range(len(items))
    )
    add = _("%(item)sを追加する") % {"item": word} if len(items) < group.max else ""
    return replace(widget, control="group", items=views, add_label=add)


def _item(
    drawing: _Drawing, fields: Mapping[str, Field], path: str, index: int, legend: str, removable: bool
) -> ItemView:
    shown = forms.shown_in(drawing.form, drawing.page_id, drawing.answers, today=drawing.today, item=(path, index))
    item = drawing.answers[path][index]
    widgets = tuple(_widget(drawing, fields[key], f"{path}[{index}].{key}", item.get(key)) for key in shown)
    return ItemView(index, f"{path}[{index}]", legend, widgets, removable)
