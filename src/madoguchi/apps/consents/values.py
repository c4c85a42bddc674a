"""Values of facts as JSON and as words for a page. It knows types, never attributes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.engines.eligibility import Band


def plain(value: Any) -> Any:
    """Return a value as JSON: days as ISO text, bands as {min, max}, sets as sorted lists."""
    if isinstance(value, Band):
        return {"min": value.low, "max": value.high}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def in_words(value: Any) -> str:
    """Return a value as a person reads it."""
    value = plain(value)
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, dict) and set(value) == {"min", "max"}:
        return f"{'' if value['min'] is None else value['min']}–{'' if value['max'] is None else value['max']}"
    if isinstance(value, dict):
        return "、".join(f"{key} {item}" for key, item in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
