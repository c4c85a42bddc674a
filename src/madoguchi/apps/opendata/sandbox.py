"""The sandbox: invented households to try a matching with, and a judge that compares. Keeps nothing of what is posted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import PostedOutcome

MOST_BODY_LETTERS = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One invented household in the form that `match` takes."""

    id: str
    ja: str
    en: str
    household: Mapping[str, Any]


def _born(years: int, today: date) -> str:
    return date(today.year - years, 5, 10).isoformat()


def samples(today: date) -> list[Sample]:
    """Return the invented households, with ages fixed relative to today. Nobody of them exists."""
    home = {"自治体コード": "131199", "住民税非課税": False, "生活保護": False}
    adult = {"国内居住": True, "監護": True, "生計同一": True}
    child = {"国内居住": True, "施設入所": False}
    return [
        Sample(
            "family-with-baby",
            "0歳の子どもがいる夫婦（見本）",
            "Couple with a baby (invented)",
            {
                "facts": home,
                "applicant": {"生年月日": _born(33, today), **adult, "ひとり親": False, "所得": 4_000_000},
                "children": [{"生年月日": _born(1, today), **child, "ひとり親事由": "なし"}],
            },
        ),
        Sample(
            "single-parent",
            "ひとり親と7歳の子ども（見本）",
            "Single parent with a child of 7 (invented)",
            {
                "facts": home,
                "applicant": {
                    "生年月日": _born(36, today), **adult, "ひとり親": True, "所得": 1_500_000, "扶養親族等の数": 1,
                },
                "children": [{"生年月日": _born(7, today), **child, "ひとり親事由": "離婚"}],
            },
        ),
        Sample(
            "aged-75",
            "75歳、要介護2（見本）",
            "75 years old, care level 2 (invented)",
            {
                "facts": {**home, "住民税非課税": True},
                "applicant": {"生年月日": _born(75, today), **adult, "要介護度": "要介護2", "年金受給中": True},
                "children": [],
            },
        ),
        Sample(
            "little-known",
            "住所だけが分かる世帯（見本）",
            "Household of which only the place is known (invented)",
            {"facts": {"自治体コード": "131199"}, "children_complete": False, "members_complete": False},
        ),
    ]  # fmt: skip


def match(household: Mapping[str, Any], *, today: date, language: str) -> list[PostedOutcome]:
    """Judge a household against the registry; raise Invalid. Nothing of it is kept or written to a log."""
    text = json.dumps(household, ensure_ascii=False)
    if len(text) > MOST_BODY_LETTERS:
        raise Invalid(f"The household has more than {MOST_BODY_LETTERS} letters.", field="household")
    try:
        return registry.judge_posted(text, today=today, language=language)
    except registry.UnfitHousehold as problem:
        where = f"household: {problem.name}" if problem.name else "household"
        raise Invalid(
            "The household cannot be read. Names and types stand in /api/v1/attributes, examples in "
            "/api/v1/sandbox/households.",
            field=where,
        ) from None
