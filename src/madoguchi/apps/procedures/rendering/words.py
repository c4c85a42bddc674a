"""Answers in words: for the page that is checked before sending, the officer's page and letters."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.apps.procedures.contracts import Line, Section, in_language
from madoguchi.engines import forms
from madoguchi.engines.calendars import to_wareki
from madoguchi.engines.forms import Field, Form, Kind

NO_FILES: Mapping[str, Sequence[str]] = {}


def value_in_words(field: Field, value: Any, language: str) -> tuple[str, ...]:
    """Return an answer as lines of text; () when there is none. Values of another type than the field's are shown as text."""
    if value is None or value == "" or value == []:
        return ()
    with override(language):
        if isinstance(value, list):
            return tuple(_one(field, item, language) for item in value)
        return tuple(_one(field, value, language).split("\n"))


def _one(field: Field, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        label = next((option.label for option in field.options if option.value == value), None)
        return in_language(label, language) or str(value)
    if field.kind is Kind.YEN and isinstance(value, int):
        return f"¥{value:,}" if language == "en" else f"{value:,}円"
    if field.kind is Kind.INTEGER and isinstance(value, int):
        return f"{value:,}"
    if field.kind is Kind.DATE:
        return day_in_words(str(value), language)
    if field.kind is Kind.MONTH and language != "en" and str(value)[:4].isdecimal():
        year, _dash, month = str(value).partition("-")
        return f"{year}年{month.lstrip('0')}月"
    return str(value)


def day_in_words(text: str, language: str) -> str:
    """Return an ISO date as 2026年11月25日（令和8年）, in English as it is; other text as it is."""
    try:
        day = date.fromisoformat(text)
        era = to_wareki(day).split("年")[0]
    except ValueError:
        return text
    return text if language == "en" else f"{day.year}年{day.month}月{day.day}日（{era}年）"


def answers_in_words(
    form: Form,
    answers: Mapping[str, Any],
    language: str,
    *,
    today: date | None = None,
    files: Mapping[str, Sequence[str]] = NO_FILES,
) -> tuple[Section, ...]:
    """Return what was answered, page by page: every question that is shown, empty ones too.

    `files` gives the names of uploaded files by path; without it their number is said.
    """
    day = today or timezone.localdate()
    whole = forms.calculated(form, answers, today=day)
    sections = []
    with override(language):
        for page in forms.pages_shown(form, whole, today=day):
            lines: list[Line] = []
            for key in forms.shown_in(form, page.id, whole, today=day):
                lines += _lines(form, page.id, key, whole, language, day, files)
            if lines:
                sections.append(Section(page.id, in_language(page.title, language), tuple(lines)))
    return tuple(sections)


def _lines(
    form: Form,
    page_id: str,
    key: str,
    answers: Mapping[str, Any],
    language: str,
    day: date,
    files: Mapping[str, Sequence[str]],
) -> list[Line]:
    field = form.fields[key]
    if field.group is None:
        return [_line(field, key, "", answers.get(key), language, files)]
    items = answers.get(key) or []
    found = []
    for index, item in enumerate(items):
        legend = f"{in_language(field.group.item, language)} {index + 1}"
        for inner in forms.shown_in(form, page_id, answers, today=day, item=(key, index)):
            path = f"{key}[{index}].{inner}"
            found.append(_line(field.group.fields[inner], path, legend, item.get(inner), language, files))
    return found or [Line(key, in_language(field.label, language), ())]


def _line(field: Field, path: str, legend: str, value: Any, language: str, files: Mapping[str, Sequence[str]]) -> Line:
    label = in_language(field.label, language)
    words = value_in_words(field, value, language)
    if field.kind is Kind.FILE:
        words = tuple(files.get(path, ())) or ((_("%(n)s件") % {"n": len(words)},) if words else ())
    return Line(path, f"{legend} {label}".strip(), words, field.sensitive)
