"""What is wrong with an answer, in words: what happened and what to do, in the language that is active."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.procedures.contracts import in_language
from madoguchi.engines.forms import Problem


def problem_sentence(problem: Problem, label: str) -> str:
    """Return one sentence or two for a problem of the question `label`; a rule of the form says its own words."""
    if problem.code == "rule":
        return in_language(problem.params.get("message"), get_language() or "ja")
    words = _SENTENCES.get(_code(problem))
    if words is None:
        return _("「%(label)s」の答えを読み取れません。入力し直してください。") % {"label": label}
    return words() % {"label": label, "limit": _limit(problem.params)}


def _code(problem: Problem) -> str:
    if problem.code == "type" and problem.params.get("expected") in {"integer", "yen", "decimal"}:
        return "number"
    return "control" if problem.params.get("reason") == "control" else problem.code


def _limit(params: Mapping[str, Any]) -> str:
    """Return the bound that was passed, with separators for numbers."""
    value = next(
        (params[name] for name in ("limit", "bound", "max", "min", "maximum", "minimum") if name in params), ""
    )
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


_SENTENCES = {
    "required": lambda: _("「%(label)s」が空です。答えてください。"),
    "type": lambda: _("「%(label)s」の形がちがいます。例にならって入力し直してください。"),
    "number": lambda: _("「%(label)s」は数字で入力してください。"),
    "too_long": lambda: _("「%(label)s」が長すぎます。%(limit)s字までにしてください。"),
    "too_short": lambda: _("「%(label)s」が短すぎます。%(limit)s字以上で入力してください。"),
    "pattern": lambda: _("「%(label)s」の書き方がちがいます。例にならって入力し直してください。"),
    "option": lambda: _("「%(label)s」は、並んでいる中から選んでください。"),
    "range_low": lambda: _("「%(label)s」は%(limit)s以上にしてください。"),
    "range_high": lambda: _("「%(label)s」は%(limit)s以下にしてください。"),
    "date": lambda: _("「%(label)s」は、こよみにある日付ではありません。年、月、日を確かめてください。"),
    "kana": lambda: _("「%(label)s」は、カタカナで入力してください。"),
    "postal_code": lambda: _("「%(label)s」は、7けたの数字で入力してください（例：163-8001）。"),
    "phone": lambda: _("「%(label)s」は、市外局番から数字で入力してください（例：03-5321-1111）。"),
    "email": lambda: _("「%(label)s」の形がちがいます。name@example.jp のように入力してください。"),
    "items_min": lambda: _("「%(label)s」が足りません。%(limit)s件以上にしてください。"),
    "items_max": lambda: _("「%(label)s」が多すぎます。%(limit)s件までにしてください。"),
    "unknown_field": lambda: _("この手続きにない項目が送られました。ページを開き直してください。"),
    "too_big": lambda: _("「%(label)s」が大きすぎます。短くしてください。"),
    "control": lambda: _("「%(label)s」に使えない記号があります。消して入力し直してください。"),
}
