"""Values of facts as words for a page. It knows types, never attributes."""

from typing import Any

from django.utils.translation import gettext as _

from madoguchi.core.jsonable import plain


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
