"""Findings of checks and of the reviewer's aid in words. They quote fields and values; for staff only."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.cases.texts import names
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView, in_language


def finding(code: str, params: Mapping[str, Any], view: ProcedureView, language: str) -> str:
    """Return what a check found, with the fields and values it looked at."""
    if code == "said":
        return str(params["text"])
    shown = _shown(params, view, language)
    if code == "rule_broken" and params.get("otherwise"):
        return in_language(params["otherwise"], language) + _quoted(shown["quotes"])
    return str(_words()[code] % shown) + _quoted(shown["quotes"])


def _words() -> dict[str, str]:
    return {
        "rule_holds": _("条件のとおりです。"),
        "rule_broken": _("条件に合いません。"),
        "rule_unknown": _("答えが足りないので、条件に合うかわかりません。担当者が確かめてください。"),
        "fact_same": _("確認ずみの情報（%(source)s）と同じです。"),
        "fact_differs": _("確認ずみの情報（%(source)s）とちがいます。そちらでは「%(told)s」です。"),
        "fact_unverified": _("%(attribute)sは、確認ずみの情報と比べていません。担当者が確かめてください。"),
        "fact_not_declared": _("%(field)sの答えがありません。担当者が確かめてください。"),
        "duplicate_none": _("同じ内容の申請は、%(days)s日以内にありません。"),
        "duplicate_found": _(
            "同じ内容の申請があります：%(numbers)s（ほかの機関に%(elsewhere)s件）。二重でないか確かめてください。"
        ),
        "duplicate_unknown": _(
            "%(fields)sの答えがないので、同じ申請があるか調べられません。担当者が確かめてください。"
        ),
        "documents_there": _("必要な書類がそろっています。"),
        "documents_missing": _("書類が足りません：%(missing)s。受け取れなかった書類：%(refused)s。"),
        "documents_waiting": _("ウイルスの検査を待っている書類があります：%(waiting)s。"),
        "person_needed": _("担当者がまだ確かめていません。"),
    }


def _shown(params: Mapping[str, Any], view: ProcedureView, language: str) -> dict[str, Any]:
    none = _("なし")
    documents = {
        key: "、".join(view.document_name(item, language) for item in params.get(key, ())) or none
        for key in ("missing", "refused", "waiting")
    }
    fields = [names.field_label(key, view, language) for key in params.get("fields", ())]
    return {
        **params,
        **documents,
        "field": names.field_label(params.get("field", ""), view, language),
        "fields": "、".join(fields),
        "numbers": "、".join(params.get("numbers", ())) or none,
        "quotes": [quote(key, value, view, language) for key, value in params.get("quotes", ())],
    }


def quote(key: str, value: Any, view: ProcedureView, language: str) -> str:
    """Return a field with its value in words."""
    item = view.form.fields.get(key)
    told = (
        _("答えなし") if value is None or item is None else "、".join(procedures.value_in_words(item, value, language))
    )
    return f"{names.field_label(key, view, language)}＝{told}"


def _quoted(quotes: list[str]) -> str:
    return f"［{'、'.join(quotes)}］" if quotes else ""


def aid(kind: str, code: str, params: Mapping[str, Any], view: ProcedureView, language: str) -> str:
    """Return a finding of the reviewer's aid in words."""
    if kind == "check":
        return finding(code, params, view, language)
    if kind == "hint":
        return _hints()[code]
    if code == "document":
        return _("必要な書類がありません。")
    if code == "required":
        return _("必要な答えがありません。")
    return _("答えの形か、決まりに合わないところがあります。")


def _hints() -> dict[str, str]:
    return {
        "urgent": _("急いでいると読めます。早めに確かめてください。"),
        "danger": _("身の危険があると読めます。連絡のしかたと住所の扱いに気をつけてください。"),
        "health": _("体や介護について書かれています。ほかに使える制度がないか確かめてください。"),
        "language": _("ことばの助けが必要と読めます。通訳ややさしい日本語を用意してください。"),
        "question": _("質問があります。メッセージで答えてください。"),
        "other_application": _("ほかの申請について書かれています。重なりがないか確かめてください。"),
    }
