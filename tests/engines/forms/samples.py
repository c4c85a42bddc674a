"""A small form that uses every kind of question, conditions, a group, calculations and rules."""

from datetime import date
from typing import Any

from madoguchi.engines.forms import Form, read_form

TODAY = date(2026, 11, 25)


def words(text: str) -> dict[str, str]:
    """Return a text in both languages that are required."""
    return {"ja": text, "en": f"{text} (en)"}


def question(kind: str, label: str = "質問", **more: Any) -> dict[str, Any]:
    """Return a question of the bank."""
    return {"kind": kind, "label": words(label), **more}


def options(*values: str) -> list[dict[str, Any]]:
    """Return options whose label is their value."""
    return [{"value": value, "label": words(value)} for value in values]


BANK: dict[str, dict[str, Any]] = {
    "applicant.name": question("text", "氏名", schema={"maxLength": 20}, attribute="氏名", seconds=12),
    "applicant.kana": question("kana", "フリガナ"),
    "applicant.born_on": question("date", "生年月日"),
    "applicant.email": question("email", "メール"),
    "applicant.phone": question("phone", "電話"),
    "applicant.postal_code": question("postal_code", "郵便番号"),
    "status": question("choice", "働き方", options=options("employed", "self", "none")),
    "employer": question("text", "勤め先"),
    "reasons": question("choices", "理由", options=options("care", "money", "other")),
    "reason.other": question("longtext", "その他の理由"),
    "income": question("yen", "収入", schema={"maximum": 1_000_000_000}),
    "weight": question("decimal", "体重", schema={"minimum": 0, "maximum": 300}),
    "from_month": question("month", "開始月"),
    "at": question("time", "時刻"),
    "rooms": question("integer", "部屋", schema={"minimum": 1, "maximum": 9}),
    "public_servant": question("yes_no", "公務員"),
    "proof": question("file", "証明", schema={"maxItems": 2}),
    "children": question(
        "group",
        "お子さん",
        group={
            "min": 1,
            "max": 4,
            "item": words("お子さん"),
            "each": "child",
            "fields": {
                "name": question("text", "名前", schema={"maxLength": 20}, seconds=8),
                "born_on": question("date", "生年月日", seconds=6),
                "school": question("text", "学校", show_if={"age": "./born_on", "on": "today", "at_least": 6}),
                "amount": question("yen", "額", required=False),
                "tags": question("choices", "種類", options=options("a", "b"), required=False),
                "paper": question("file", "書類", required=False),
                "age": question("integer", "年齢", calculate={"age": "./born_on", "on": "today"}),
            },
        },
    ),
    "child_count": question("integer", "人数", calculate={"count": "children"}),
    "child_total": question("yen", "合計", calculate={"sum_of": "children", "field": "amount"}),
}

PAGES: list[dict[str, Any]] = [
    {
        "id": "applicant",
        "title": words("申請する方"),
        "fields": [
            "applicant.name",
            {"use": "applicant.kana", "required": False},
            "applicant.born_on",
            {"use": "applicant.email", "required": False},
            {"use": "applicant.phone", "required": False},
            {"use": "applicant.postal_code", "required": False},
            "status",
            {"use": "employer", "show_if": {"field": "status", "is": "employed"}},
            {"use": "public_servant", "show_if": {"field": "status", "in": ["employed", "self"]}},
        ],
    },
    {
        "id": "money",
        "title": words("お金"),
        "show_if": {"field": "public_servant", "is": False},
        "fields": [
            {"use": "income", "required": {"field": "status", "is": "self"}},
            {"use": "reasons", "required": False},
            {"use": "reason.other", "show_if": {"field": "reasons", "is": "other"}},
            {"use": "weight", "required": False},
            {"use": "from_month", "required": False},
            {"use": "at", "required": False},
            {"use": "rooms", "required": False, "show_if": {"field": "income", "at_least": 1_000}},
        ],
    },
    {
        "id": "children",
        "title": words("お子さん"),
        "fields": ["children", "child_count", "child_total", {"use": "proof", "required": False}],
    },
]

RULES: list[dict[str, Any]] = [
    {
        "id": "adult",
        "check": {"age": "applicant.born_on", "on": "today", "at_least": 18},
        "at": "applicant.born_on",
        "message": words("18歳から申請できます"),
    },
    {
        "id": "child-born",
        "check": {"field": "./born_on", "at_most": "today"},
        "at": "children.born_on",
        "message": words("未来の日付です"),
    },
]


def record(**changes: Any) -> dict[str, Any]:
    """Return the record of the sample form."""
    return {"id": "sample", "version": 1, "form": {"pages": PAGES, "rules": RULES, **changes}}


def sample() -> Form:
    """Return the sample form."""
    return read_form(record(), BANK)


def small(fields: dict[str, dict[str, Any]], *pages: dict[str, Any], rules: Any = (), id: str = "small") -> Form:
    """Return a form over own questions: one page with all of them unless pages are given."""
    layout = list(pages) or [{"id": "p", "title": words("p"), "fields": list(fields)}]
    return read_form({"id": id, "version": 1, "form": {"pages": layout, "rules": list(rules)}}, fields)


def complete() -> dict[str, Any]:
    """Return answers of the sample form without a problem."""
    return {
        "applicant.name": "東京花子",
        "applicant.kana": "トウキョウ ハナコ",
        "applicant.born_on": "1990-04-01",
        "applicant.postal_code": "163-8001",
        "status": "self",
        "public_servant": False,
        "income": 2_400_000,
        "reasons": ["care", "other"],
        "reason.other": "一行目\n二行目",
        "weight": "51.5",
        "rooms": 2,
        "children": [
            {"name": "一郎", "born_on": "2015-05-05", "school": "第一小", "amount": 5_000, "tags": ["b"]},
            {"name": "二葉", "born_on": "2024-11-26", "amount": 7_000, "paper": ["f1"]},
        ],
    }
