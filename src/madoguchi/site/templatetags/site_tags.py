"""Small helpers of templates: texts in the reader's language, the same page in another language, yen, 和暦."""

from datetime import date
from typing import Any

from django import template
from django.urls import translate_url
from django.utils.translation import get_language

from madoguchi.engines.calendars import to_wareki

register = template.Library()


@register.filter
def text(value: Any) -> str:
    """Return a `Text` in the language of the page."""
    return str(value.in_language(get_language() or "ja")) if value else ""


@register.filter
def in_language(value: Any) -> str:
    """Return a mapping {ja, en, easy} in the language of the page, falling back to Japanese."""
    key = {"en": "en", "ja-easy": "easy"}.get(get_language() or "ja", "ja")
    return str(value.get(key) or value.get("ja", "")) if value else ""


@register.simple_tag
def html_lang(code: str) -> str:
    """Return the tag for HTML's `lang` attribute: やさしい日本語 is Japanese."""
    return "en" if code == "en" else "ja"


@register.simple_tag(takes_context=True)
def language_url(context: dict[str, Any], code: str) -> str:
    """Return the address of this page in another language, its query included."""
    return translate_url(context["request"].get_full_path(), code)


@register.filter
def yen(value: int | None) -> str:
    """Return an amount with separators in the language of the page."""
    if value is None:
        return ""
    return f"¥{value:,}" if get_language() == "en" else f"{value:,}円"


@register.filter
def day(value: date | None) -> str:
    """Return a day: 2026年11月24日（令和8年） or 2026-11-24."""
    if value is None:
        return ""
    if get_language() == "en":
        return value.isoformat()
    return f"{value.year}年{value.month}月{value.day}日（{to_wareki(value).split('年')[0]}年）"
