"""Deadlines and processing periods in words, in the language that is active."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.procedures.contracts import ProcedureView, in_language

OWN_ASSUMPTION = "own-assumption"


def period_words(period: Mapping[str, Any] | None) -> str:
    """Return a standard processing period (標準処理期間) in words; "" when none is set."""
    if not period or not period.get("days"):
        return ""
    days = {"n": period["days"]}
    return _("開庁日で%(n)s日") % days if period.get("unit") == "business" else _("%(n)s日") % days


def is_sourced(clock: Mapping[str, Any]) -> bool:
    """Tell whether the period was read somewhere; otherwise it is shown as 目安."""
    return bool(clock["basis"]["source"] != OWN_ASSUMPTION)


def deadline_words(view: ProcedureView) -> str:
    """Return until when one must apply: the record's own words, else the rule itself; "" when there is no limit."""
    deadline = view.deadline
    if deadline is None:
        return ""
    language = get_language() or "ja"
    own = in_language(deadline.get("text"), language)
    if own:
        return own
    field = view.form.fields.get(deadline["event"])
    event = in_language(field.label, language) if field else deadline["event"]
    unit, number = next(iter(deadline["limit"].items()))
    return _limit_sentences(event, number)[unit]


def _limit_sentences(event: str, number: int) -> dict[str, str]:
    words = {"event": event, "n": number}
    return {
        "days": _("「%(event)s」から%(n)s日以内") % words,
        "business_days": _("「%(event)s」から%(n)s開庁日以内") % words,
        "months": _("「%(event)s」から%(n)sか月以内") % words,
        "years": _("「%(event)s」から%(n)s年以内") % words,
        "end_of_month_after_months": _("「%(event)s」の%(n)sか月後の月末まで") % words,
    }
