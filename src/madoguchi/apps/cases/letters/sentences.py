"""The fixed sentences of letters, in Japanese as the law asks for them, and the filling of a procedure's own text.

教示: 行政不服審査法 第82条, 行政事件訴訟法 第46条. A letter is Japanese in every language of the pages: it is the act itself.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.apps.cases.objections import months_of
from madoguchi.core.models import Organisation
from madoguchi.engines.calendars import to_wareki

OUTCOMES = {
    "granted": "申請のとおり認めます",
    "partly_granted": "申請の一部を認めます",
    "refused": "認めません",
    "accepted": "届出を受理しました",
}
_PLACE = re.compile(r"\{([a-z_]+)\}")
_CONTEST = re.compile(r"(.+?)への(審査請求|不服申立て)(（.+）)?$")
_PERSONS = (Organisation.Kind.MUNICIPALITY, Organisation.Kind.METROPOLIS, Organisation.Kind.NATION)


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a procedure's text with its places filled; a place without a value becomes empty."""
    return _PLACE.sub(lambda found: values.get(found[1], ""), template)


def day(value: Any) -> str:
    """Return a day as 令和8年4月1日; empty for none."""
    if not value:
        return ""
    return to_wareki(value if isinstance(value, date) else date.fromisoformat(str(value)))


def yen(value: Any) -> str:
    """Return an amount in yen; empty for none."""
    return f"{value:,}円" if isinstance(value, int) and not isinstance(value, bool) else ""


def reasons(record: Mapping[str, Any], ids: tuple[str, ...], words: str) -> list[str]:
    """Return the reasons of a decision in words, each with its law, and the officer's own words last."""
    known = {item["id"]: item for item in (record.get("decision") or {}).get("refusal_reasons") or ()}
    told = [known[key] for key in ids if key in known]
    listed = [item["text"]["ja"] + (f"（{item['law']}）" if item.get("law") else "") for item in told]
    return [*listed, *([words] if words else [])]


def instructions(record: Mapping[str, Any], organisation: Organisation) -> list[str]:
    """Return how the decision may be contested (教示): request for review, then the suit for revocation.

    Where a law leads to the family court alone (戸籍法 第122条), that is all that is said.
    """
    objection = (record.get("decision") or {}).get("objection") or {}
    body, way, note = contested_at(
        (objection.get("to") or {}).get("ja") or f"{organisation.name_ja}の審査庁", organisation
    )
    law = objection.get("law") or "行政不服審査法第18条"
    if way != "審査請求":
        told = f"{note.strip('（）')}。" if note else ""
        return [f"この決定に不服があるときは、{body}に{way}をすることができます（{law}）。{told}"]
    return [
        (
            "この決定に不服があるときは、この決定があったことを知った日の翌日から起算して"
            f"{months_of(record)}か月以内に、{body}{note}に対して"
            f"審査請求をすることができます（{law}）。ただし、この決定の日の翌日から起算して1年を経過したときは、審査請求をすることが"
            "できません。"
        ),
        (
            "この決定の取消しを求める訴えは、この決定があったことを知った日の翌日から起算して6か月以内に、"
            f"{defendant(organisation)}を被告として提起することができます（行政事件訴訟法第14条）。審査請求をしたときは、"
            "その裁決があったことを知った日の翌日から起算して6か月以内です。"
        ),
    ]


def contested_at(to: str, organisation: Organisation) -> tuple[str, str, str]:
    """Return who hears a complaint, what it is called and a note in brackets, from a record's 区市町村長への審査請求（…）.

    A municipality's mayor stands by her office, since the instruction must name the authority (行政不服審査法 第82条).
    """
    found = _CONTEST.match(to)
    if found is None:
        return to, "審査請求", ""
    body, way, note = found.groups()
    if body == "区市町村長" and organisation.kind == Organisation.Kind.MUNICIPALITY:
        body = f"{organisation.name_ja}長"
    return body, way, note or ""


def defendant(organisation: Organisation) -> str:
    """Return the public body against which a suit is directed (行政事件訴訟法 第11条): the office's own municipality or metropolis."""
    place: Organisation | None = organisation
    while place is not None and place.kind not in _PERSONS:
        place = place.parent
    return (place or organisation).name_ja
