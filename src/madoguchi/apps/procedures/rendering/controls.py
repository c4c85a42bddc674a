"""Small parts of inputs: ids, keyboards of phones, the three parts of a date, which choices are chosen."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.procedures.contracts import PartView, Widget
from madoguchi.engines.forms import Field, Kind

MAX_RADIOS = 7
"""More choices than this are a list to pick from."""
INPUT_TYPES: Mapping[Kind, str] = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.TIME: "time"}
INPUT_MODES: Mapping[Kind, str] = {
    Kind.INTEGER: "numeric",
    Kind.YEN: "numeric",
    Kind.DECIMAL: "decimal",
    Kind.POSTAL_CODE: "numeric",
}
DATE_PARTS: Mapping[Kind, tuple[str, ...]] = {Kind.DATE: ("year", "month", "day"), Kind.MONTH: ("year", "month")}
"""Kinds that are asked in parts, with the names of the parts that the engine reads."""
_LENGTHS: Mapping[Kind, int] = {Kind.INTEGER: 20, Kind.YEN: 20, Kind.DECIMAL: 24, Kind.POSTAL_CODE: 10, Kind.EMAIL: 254}
_SIGNS = re.compile(r"[^A-Za-z0-9]+")


def html_id(path: str) -> str:
    """Return the id of the input of a path: children[0].born_on → f-children-0-born-on."""
    return "f-" + _SIGNS.sub("-", path).strip("-")


def described_by(widget: Widget) -> str:
    """Return the ids of what describes the input: its errors, its hint, where its value comes from."""
    parts = [
        f"{widget.id}-error" if widget.errors else "",
        f"{widget.id}-hint" if widget.hint else "",
        f"{widget.id}-offered" if widget.offered else "",
    ]
    return " ".join(part for part in parts if part)


def as_text(value: Any) -> str:
    """Return an answer as the text of an input."""
    return "" if value is None or isinstance(value, (list, dict)) else str(value)


def maxlength(field: Field) -> int | None:
    """Return how many signs an input takes; None when the question says nothing."""
    stated = field.schema.get("maxLength")
    return int(stated) if stated else _LENGTHS.get(field.kind)


def chosen_values(value: Any) -> frozenset[str]:
    """Return the values of the options that are chosen."""
    if isinstance(value, bool):
        return frozenset({"yes" if value else "no"})
    if isinstance(value, (list, tuple)):
        return frozenset(map(str, value))
    return frozenset() if value in (None, "") else frozenset({str(value)})


def date_parts(widget: Widget, kind: Kind, value: Any) -> tuple[PartView, ...]:
    """Return year, month and day (of a month only the first two) with what was answered or typed."""
    texts = _parts_of(value)
    return tuple(
        PartView(
            name=f"{widget.name}.{part}",
            id=f"{widget.id}-{part}",
            label=label,
            value=text,
            maxlength=8 if part == "year" else 4,
            autocomplete=f"bday-{part}" if widget.autocomplete == "bday" else "",
        )
        for part, label, text in zip(DATE_PARTS[kind], (_("年"), _("月"), _("日")), texts, strict=False)
    )


def _parts_of(value: Any) -> Sequence[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [*map(str, value), "", "", ""]
    parts = [*(str(value).split("-") if value else []), "", "", ""]
    return [part.lstrip("0") for part in parts]
