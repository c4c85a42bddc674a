"""Teaches Django the language やさしい日本語 (`ja-easy`), which its own list does not know."""

from django.conf.locale import LANG_INFO


def register() -> None:
    """Add `ja-easy` to Django's language information; falls back to Japanese."""
    LANG_INFO["ja-easy"] = {
        "bidi": False,
        "code": "ja-easy",
        "name": "Easy Japanese",
        "name_local": "やさしい日本語",
        "fallback": ["ja"],
    }
