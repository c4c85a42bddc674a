"""Drafts begin once, answers are kept page by page, what is verified is never asked and never forged, sending happens once."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from madoguchi.apps.applications.contracts import Standing
from madoguchi.apps.applications.opened import open_row, row_of
from madoguchi.apps.applications.services import answering, starting
from tests.applications.world import NOW, Family

pytestmark = pytest.mark.django_db


def begin(who: Family, *names: str, key: str = "k", **more: Any) -> str:
    return starting.begin(who.applicant, names, key=key, now=NOW, **more)


def keep(who: Family, draft: str, page: str, data: Mapping[str, Any], **more: Any) -> answering.Kept:
    number = more.pop("number", row_of(who.applicant, draft).number)
    lists: dict[str, Sequence[str]] = {key: [value] if isinstance(value, str) else value for key, value in data.items()}
    return answering.keep_page(who.applicant, draft, answering.Sent(page, lists, number, **more), now=NOW)


def test_a_second_press_begins_no_second_draft(hanako: Family) -> None:
    assert begin(hanako, "simple") == begin(hanako, "simple")


def test_what_is_verified_is_known_with_its_source(hanako: Family) -> None:
    opened = open_row(row_of(hanako.applicant, begin(hanako, "simple")), NOW)
    name = opened.known["applicant.name"]
    assert (name.value, name.source, name.standing) == ("調布 花子", "住民基本台帳", Standing.VERIFIED)
    assert opened.answers == {"applicant.name": "調布 花子"}


def test_a_forged_value_for_a_verified_question_is_ignored(hanako: Family) -> None:
    draft = begin(hanako, "simple")
    kept = keep(hanako, draft, "simple-only", {"applicant.name": "偽名", "applicant.reason": "理由です"})
    assert not kept.problems
    assert kept.opened.answers == {"applicant.name": "調布 花子", "applicant.reason": "理由です"}
