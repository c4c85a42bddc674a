"""One small invented procedure with its bank of fields, for tests that must not depend on the big pack."""

import copy
from datetime import UTC, datetime
from typing import Any

from madoguchi.apps.procedures import services
from madoguchi.apps.procedures.models import FieldBank, Procedure
from madoguchi.core.models import Organisation

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def text(ja: str, en: str = "English") -> dict[str, str]:
    return {"ja": ja, "en": en}


FIELDS: dict[str, dict[str, Any]] = {
    "applicant.name": {
        "kind": "text",
        "label": text("氏名", "Name"),
        "schema": {"maxLength": 100},
        "attribute": "氏名",
    },
    "applicant.born_on": {"kind": "date", "label": text("生年月日", "Date of birth"), "autocomplete": "bday"},
    "applicant.email": {"kind": "email", "label": text("メールアドレス", "E-mail")},
    "applicant.municipality": {
        "kind": "choice",
        "label": text("区市町村", "Municipality"),
        "options": "municipalities",
    },
    "household.has_dog": {"kind": "yes_no", "label": text("犬がいますか", "Do you have a dog?")},
    "dog.count": {"kind": "integer", "label": text("犬の数", "Number of dogs"), "schema": {"minimum": 1}},
    "dog.fee_yen": {"kind": "yen", "label": text("手数料", "Fee")},
    "dog.colours": {
        "kind": "choices",
        "label": text("犬の色", "Colours"),
        "options": [{"value": "black", "label": text("黒", "Black")}, {"value": "white", "label": text("白", "White")}],
    },
    "dog.photo": {"kind": "file", "label": text("写真", "Photo")},
    "dog.since": {"kind": "month", "label": text("飼い始めた月", "Since")},
    "dogs": {
        "kind": "group",
        "label": text("犬", "Dogs"),
        "group": {
            "min": 1,
            "max": 3,
            "item": text("犬", "Dog"),
            "fields": {
                "name": {"kind": "text", "label": text("名前", "Name"), "schema": {"maxLength": 20}},
                "old": {"kind": "yes_no", "label": text("10歳以上ですか", "Ten or older?")},
            },
        },
    },
    "applicant.note": {"kind": "longtext", "label": text("備考", "Remark"), "required": False},
}
RECORD: dict[str, Any] = {
    "id": "inu-touroku",
    "version": 1,
    "effective_from": "2026-04-01",
    "kind": "notification",
    "subject": "person",
    "level": "email",
    "name": {"ja": "犬の登録", "en": "Dog registration", "easy": "犬の とうろく"},
    "summary": text("犬を登録します。", "Registers a dog."),
    "authority": "tokyo-hoken",
    "office": text("動物の係", "Animals section"),
    "law": "狂犬病予防法 第4条",
    "needs": [],
    "gives": ["dog-record"],
    "form": {
        "pages": [
            {"id": "you", "title": text("あなた", "You"), "fields": ["applicant.name", "applicant.born_on"]},
            {
                "id": "dog",
                "title": text("犬", "Dog"),
                "fields": [
                    "household.has_dog",
                    {"use": "dogs", "show_if": {"field": "household.has_dog", "is": True}},
                    {"use": "applicant.note", "required": False},
                ],
            },
        ],
        "rules": [
            {
                "id": "born",
                "check": {"field": "applicant.born_on", "at_most": "2026-11-25"},
                "at": "applicant.born_on",
                "message": text("生年月日が先の日です。", "The day lies ahead."),
            }
        ],
    },
    "documents": [{"id": "id_card", "required": True, "accepts": ["pdf", "image"], "confirmed_by": ["氏名"]}],
    "fees": [{"id": "fee", "name": text("登録料", "Fee"), "yen": 3000}],
    "deadline": {
        "event": "applicant.born_on",
        "limit": {"days": 30},
        "counting": "next_day_first",
        "rolls": True,
        "law": "狂犬病予防法 第4条",
    },
    "clock": {"online": {"days": 5, "unit": "business"}, "basis": {"source": "own-assumption"}},
    "checks": [
        {"id": "documents", "kind": "documents", "name": text("書類", "Documents"), "required": True},
        {
            "id": "dog",
            "kind": "rule",
            "name": text("犬がいる", "There is a dog"),
            "holds": {"field": "household.has_dog", "is": True},
            "else": text("犬がいません。", "No dog."),
            "required": True,
        },
    ],
    "decision": {
        "four_eyes": False,
        "outcomes": ["accepted", "refused"],
        "refusal_reasons": [{"id": "no-dog", "text": text("犬がいない", "No dog"), "law": "第4条"}],
        "letter": {"title": text("通知", "Notice"), "accepted": text("{name} 様", "Dear {name}")},
        "objection": {"months": 3, "to": text("知事", "The governor")},
    },
    "retention_years": 5,
    "paper": {
        "title": {"ja": "犬の登録申請書"},
        "source": {"title": "見本", "unconfirmed": True},
        "items": [
            {"id": "p1", "ja": "氏名", "field": "applicant.name"},
            {"id": "p2", "ja": "生年月日", "field": "applicant.born_on"},
            {"id": "p3", "ja": "犬の有無", "field": "household.has_dog"},
            {"id": "p4", "ja": "犬", "field": "dogs"},
            {"id": "p5", "ja": "備考", "field": "applicant.note"},
            {"id": "p6", "ja": "印", "dropped": {"ja": "押印はいらない"}},
        ],
        "documents": ["id_card"],
        "seals": 1,
        "fee_yen": 3000,
        "minutes": 15,
        "trips": 1,
    },
}
DOCUMENTS = {"id_card": text("本人確認書類", "Identity document"), "photo": text("顔写真", "Photograph")}


def record(**changes: Any) -> dict[str, Any]:
    """Return a copy of the invented record with some parts changed."""
    return {**copy.deepcopy(RECORD), **changes}


def fields() -> dict[str, dict[str, Any]]:
    """Return a copy of the bank with the choice of municipalities filled in."""
    found = copy.deepcopy(FIELDS)
    found["applicant.municipality"]["options"] = [
        {"value": f"{number:06}", "label": text(f"市{number}", f"City {number}")} for number in range(9)
    ]
    return found


def organisations() -> None:
    """Make the organisations that the tests need."""
    rows = (
        ("tokyo", "metropolis", "東京都", "130001"),
        ("tokyo-hoken", "bureau", "東京都保健医療局", ""),
        ("tokyo-digital", "bureau", "東京都デジタルサービス局", ""),
        ("131199", "municipality", "板橋区", "131199"),
    )
    for pk, kind, name, code in rows:
        Organisation.objects.get_or_create(pk=pk, defaults={"kind": kind, "name_ja": name, "name_en": pk, "code": code})


def bank() -> FieldBank:
    """Keep the bank."""
    return services.keep_bank(fields(), DOCUMENTS, now=NOW)


def published(**changes: Any) -> Procedure:
    """Publish the invented record as the pack would, and return its procedure."""
    organisations()
    content = record(**changes)
    services.publish_from_pack(content, bank=bank(), now=NOW)
    return Procedure.objects.get(pk=content["id"])
