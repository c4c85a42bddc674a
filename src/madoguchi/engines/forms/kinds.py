"""What each kind of question takes for an answer: types, sizes and shapes, as codes for the sentence to the person."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.engines.forms.limits import ITEM_LIMIT, NUMBER_LIMIT, TEXT_LIMIT
from madoguchi.engines.forms.model import Field, Kind

Fault = tuple[str, dict[str, Any]]
"""Code of a problem and its parameters."""

TEXTS = frozenset({Kind.TEXT, Kind.LONGTEXT, Kind.KANA, Kind.POSTAL_CODE, Kind.PHONE, Kind.EMAIL})
NUMBERS = frozenset({Kind.INTEGER, Kind.YEN})
LISTS = frozenset({Kind.CHOICES, Kind.FILE})
SHAPES: Mapping[Kind, str] = {
    Kind.KANA: r"^[ァ-ヺー・ヽヾ][ァ-ヺー・ヽヾ ]*$",
    Kind.POSTAL_CODE: r"^[0-9]{3}-[0-9]{4}$",
    Kind.PHONE: r"^(0[0-9-]{8,13}[0-9]|\+[1-9][0-9-]{5,18}[0-9])$",
    Kind.EMAIL: r"^[^\s@<>\x22]{1,64}@[^\s@<>\x22.]+(\.[^\s@<>\x22.]+)+$",
    Kind.DATE: r"^(1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$",
    Kind.MONTH: r"^(1[89]|2[01])[0-9]{2}-(0[1-9]|1[0-2])$",
    Kind.TIME: r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
    Kind.DECIMAL: r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$",
}
"""Regular expressions that mean the same in Python and in JSON Schema (ECMA-262)."""
EMAIL_LIMIT = 254
"""Signs of an address (RFC 3696, erratum 1690)."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd-\uffff]"
)
_HIDDEN_IN_LINE = re.compile("[\t\n]")


def problem_with(field: Field, value: Any) -> Fault | None:
    """Return what is wrong with the answer to a single question (not a group), None when nothing is."""
    return _CHECKS[field.kind](field, value)


def unprintable(text: str, *, lines: bool = False) -> bool:
    """Return whether a text holds control signs, broken encoding, or signs that turn the direction of reading."""
    return bool(_HIDDEN.search(text)) or (not lines and bool(_HIDDEN_IN_LINE.search(text)))


def printable(text: str) -> str:
    """Return the text without the signs that are refused, safe to show again to the person who typed it."""
    return _HIDDEN.sub("", text)


def _type(field: Field) -> Fault:
    return "type", {"expected": field.kind.value}


def _text(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return _type(field)
    longest = min(field.schema.get("maxLength", TEXT_LIMIT), EMAIL_LIMIT if field.kind is Kind.EMAIL else TEXT_LIMIT)
    if len(value) > longest:
        return "too_long", {"max": longest, "length": len(value)}
    if unprintable(value, lines=field.kind is Kind.LONGTEXT):
        return "pattern", {"reason": "control"}
    if len(value) < field.schema.get("minLength", 0):
        return "too_short", {"min": field.schema["minLength"], "length": len(value)}
    return _shape(field, value)


def _shape(field: Field, value: str) -> Fault | None:
    if field.kind in SHAPES and not re.search(SHAPES[field.kind], value):
        return field.kind.value, {}
    if field.kind is Kind.PHONE and not _phone_digits(value):
        return "phone", {}
    if "pattern" in field.schema and not re.search(field.schema["pattern"], value):
        return "pattern", {"pattern": field.schema["pattern"]}
    return None


def _phone_digits(value: str) -> bool:
    digits = sum(sign.isdigit() for sign in value)
    return 8 <= digits <= 15 if value.startswith("+") else digits in (10, 11)


def _date(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return _type(field)
    if not re.fullmatch(SHAPES[field.kind], value):
        return "date", {}
    try:
        date.fromisoformat(value if field.kind is Kind.DATE else f"{value}-01")
    except ValueError:
        return "date", {}
    return None


def _time(field: Field, value: Any) -> Fault | None:
    return None if isinstance(value, str) and re.fullmatch(SHAPES[Kind.TIME], value) else _type(field)


def _whole(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return _type(field)
    return _range(field, Decimal(value))


def _decimal(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str) or not re.fullmatch(SHAPES[Kind.DECIMAL], value):
        return _type(field)
    return _range(field, Decimal(value))


def bounds(field: Field) -> tuple[int, int]:
    """Return the smallest and the largest number a question takes; an amount in yen is not negative unless stated."""
    lowest = 0 if field.kind is Kind.YEN else -NUMBER_LIMIT
    return field.schema.get("minimum", lowest), min(field.schema.get("maximum", NUMBER_LIMIT), NUMBER_LIMIT)


def _range(field: Field, value: Decimal) -> Fault | None:
    low, high = bounds(field)
    if value < low:
        return "range_low", {"min": low}
    if value > high:
        return "range_high", {"max": high}
    step = field.schema.get("multipleOf")
    return ("pattern", {"multiple_of": step}) if step and value % step else None


def _choice(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return _type(field)
    return None if any(option.value == value for option in field.options) else ("option", {})


def _yes_no(field: Field, value: Any) -> Fault | None:
    return None if isinstance(value, bool) else _type(field)


def _list(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return _type(field)
    longest = min(field.schema.get("maxItems", ITEM_LIMIT), ITEM_LIMIT)
    if len(value) > longest:
        return "items_max", {"max": longest, "count": len(value)}
    if len(set(value)) < len(value):
        return "option", {"reason": "twice"}
    if field.kind is Kind.CHOICES and set(value) - {option.value for option in field.options}:
        return "option", {}
    if any(unprintable(one) or not 0 < len(one) <= 200 for one in value):
        return "type", {"expected": field.kind.value}
    if len(value) < field.schema.get("minItems", 0):
        return "items_min", {"min": field.schema["minItems"], "count": len(value)}
    return None


def _group(field: Field, value: Any) -> Fault | None:
    """Return what is wrong with the list itself; its items are checked one by one elsewhere."""
    if not isinstance(value, list | tuple):
        return _type(field)
    longest = min(field.group.max, ITEM_LIMIT) if field.group else ITEM_LIMIT
    return ("items_max", {"max": longest, "count": len(value)}) if len(value) > longest else None


_CHECKS: Mapping[Kind, Callable[[Field, Any], Fault | None]] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(NUMBERS, _whole),
    **dict.fromkeys(LISTS, _list),
    Kind.DATE: _date,
    Kind.MONTH: _date,
    Kind.TIME: _time,
    Kind.DECIMAL: _decimal,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.GROUP: _group,
}
