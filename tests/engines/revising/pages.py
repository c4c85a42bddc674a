"""A record and short pages for the tests of single rules."""

from datetime import date
from typing import Any

from madoguchi.engines.revising import Page, Proposal, propose

TODAY = date(2026, 11, 24)
READ_ON = date(2026, 11, 20)


def record(**parts: Any) -> dict[str, Any]:
    """Return an invented programme in the pack's form, with other parts where given."""
    whole: dict[str, Any] = {
        "id": "midori-teate", "kind": "benefit", "name": {"ja": "みどり手当", "en": "Midori allowance", "easy": "みどりの お金"},
        "kana": "みどりてあて", "summary": {"ja": "手当です。", "en": "An allowance.", "easy": "お金です。"}, "organisation": "131199",
        "area": ["131199"], "subject": "児童", "condition": "自治体コード = '131199' AND 年度末まで(18) AND NOT 施設入所",
        "benefit_text": {"ja": "月5,000円です。", "en": "5,000 yen a month."},
        "window": {"kind": "deadline", "ja": "15日以内です。", "en": "Within 15 days.", "days": 15, "from": "出生"},
        "how": {"ja": "窓口で申請します。", "en": "At the counter."}, "online": None, "documents": ["mynumber"],
        "office": {"ja": "板橋区 子育て支援課（電話 03-3000-1111）", "en": "Section"}, "life_events": ["birth"],
        "effective_from": None, "effective_to": None, "sources": [{"title": "板橋区", "url": "https://www.city.itabashi.tokyo.jp/"}],
        "checked_on": "2026-04-01", "review_on": "2027-04-01", "unconfirmed": [],
    }  # fmt: skip
    return whole | parts


def read(body: str, today: date = TODAY, **parts: Any) -> Proposal:
    """Read a page of this programme that says `body`."""
    return propose(Page(f"みどり手当\n{body}", "みどり手当", READ_ON), record(**parts), today=today)


def changes(body: str, today: date = TODAY, **parts: Any) -> dict[str, Any]:
    """Return the proposed changes by field (the last of a field)."""
    return {change.field.value: change.new for change in read(body, today, **parts).changes}


def doubted(body: str, today: date = TODAY, **parts: Any) -> set[str]:
    """Return the fields that are left to a person."""
    return {doubt.field.value for doubt in read(body, today, **parts).doubts}
