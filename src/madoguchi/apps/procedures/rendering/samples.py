"""Invented answers that fill a form, so that staff can look through it; the same form gives the same answers."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from madoguchi.engines import forms
from madoguchi.engines.forms import Field, Form, Kind

ROUNDS = 8
"""Answers show further questions: after so many rounds a form is taken as filled."""
_DIGITS = re.compile(r"(?:\[0-9\]|\\d)(?:\{(\d{1,2})(?:,\d*)?\}|\+)?")
"""A run of digits in a pattern, with how many of them."""
_TEXTS: Mapping[Kind, str] = {
    Kind.TEXT: "見本",
    Kind.LONGTEXT: "見本の文章です。",
    Kind.KANA: "ミホン タロウ",
    Kind.TIME: "10:30",
    Kind.DECIMAL: "1",
    Kind.POSTAL_CODE: "163-8001",
    Kind.PHONE: "03-5321-1111",
    Kind.EMAIL: "mihon@example.jp",
}


def sample_answers(form: Form, *, today: date) -> dict[str, Any]:
    """Return invented answers to every question that is shown; files stay empty, patterns may refuse a text."""
    answers: dict[str, Any] = {}
    for _ in range(ROUNDS):
        shown = [key for key in forms.visible(form, answers, today=today) if key not in answers]
        new = {key: _value(form, form.fields[key], answers, today) for key in shown}
        new = {key: value for key, value in new.items() if value is not None}
        if not new:
            break
        answers |= new
    return answers


def _value(form: Form, field: Field, answers: Mapping[str, Any], today: date) -> Any:
    if field.calculate is not None or field.kind is Kind.FILE:
        return None
    if field.group is not None:
        return [_item(form, field, answers, today) for _ in range(max(1, field.group.min))]
    if field.kind is Kind.DATE:
        return _day(field, today).isoformat()
    if field.kind is Kind.MONTH:
        return today.isoformat()[:7]
    if field.kind in (Kind.INTEGER, Kind.YEN):
        return int(field.schema.get("minimum", 1))
    if field.kind is Kind.YES_NO:
        return True
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        value = field.options[0].value if field.options else None
        return [value] if field.kind is Kind.CHOICES and value else value
    return _text(field)


def _day(field: Field, today: date) -> date:
    """Return an adult's birthday for a birthday of an applicant, else a day of last week."""
    adult = field.autocomplete == "bday" and field.about == "applicant"
    return today.replace(year=today.year - 35, day=1) if adult else today - timedelta(days=7)


def _text(field: Field) -> str:
    if field.kind is Kind.DECIMAL:
        return str(field.schema.get("minimum", _TEXTS[field.kind]))
    text, pattern = _TEXTS[field.kind], str(field.schema.get("pattern", ""))
    digits = _DIGITS.sub(lambda found: "1" * int(found[1] or 1), pattern.strip("^$"))
    if pattern and re.fullmatch(pattern, digits):
        return digits
    least, most = int(field.schema.get("minLength", 0)), int(field.schema.get("maxLength", len(text)))
    return (text * (least // len(text) + 1))[: max(least, min(most, len(text)), 1)]


def _item(form: Form, field: Field, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    item: dict[str, Any] = {}
    group = field.group
    page = next(page.id for page in form.pages if field.key in page.fields)
    for _ in range(ROUNDS if group else 0):
        now = {**answers, field.key: [item]}
        shown = forms.shown_in(form, page, now, today=today, item=(field.key, 0))
        new = {key: _value(form, group.fields[key], now, today) for key in shown if group and key not in item}
        new = {key: value for key, value in new.items() if value is not None}
        if not new:
            break
        item |= new
    return item
