"""Candidates from the database: what one record finds however it is mistaken, and what it must not find."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.apps.businesses.linking.finding import entries_for
from madoguchi.apps.businesses.linking.records import decide_record, record_of
from madoguchi.engines.linkage import Outcome, Reason
from tests.businesses.conftest import Load
from tests.businesses.rows import number, row

NAMES = {
    1: {"name": "株式会社アシスト電機", "furigana": "アシストデンキ"},
    2: {"name": "株式会社安裕", "furigana": "アンユウ", "streetNumber": "西新宿２丁目９番１号"},
    3: {"name": "ＡＳＫ合同会社", "kind": "305"},
    4: {"name": "株式会社秘密商会", "hihyoji": "1"},
    5: {"name": "株式会社消えた商会", "process": "99"},
}
ELSEWHERE = "中央区銀座1-1-1"


@pytest.fixture
def register(load: Load) -> None:
    former = {"name": "有限会社古い電機店", "kind": "302", "latest": "0", "updateDate": "2019-01-05"}
    moved = {"latest": "0", "updateDate": "2019-01-06", "cityName": "中央区", "cityCode": "102"}
    rows = [row(base, **cells) for base, cells in NAMES.items()]
    load([*rows, row(1, **former), row(2, **{**NAMES[2], **moved, "streetNumber": "銀座１丁目７番"})])


def found(name: str, address: str = "新宿区西新宿2-8-1", given: str = "") -> list[str]:
    cells = {"record": "r", "name": name, "address": address, "number": given}
    return [entry.number for entry in entries_for(record_of(cells))]


def mistyped(base: int) -> str:
    """Return the number with its last two digits swapped, or the last one changed when they are equal."""
    text = number(base)
    return text[:-2] + text[-1] + text[-2] if text[-1] != text[-2] else text[:-1] + "0"


@pytest.mark.parametrize(
    ("name", "address", "base"),
    [
        ("アシスト電機", "", 1), ("アシヌト電機", "新宿区西新宿2-8-1", 1), ("古い電機店", "", 1),
        ("アンユウ", "新宿区西新宿2-1-1", 2), ("安祐", "新宿区西新宿2-9-1", 2), ("安佑裕", "新宿区西新宿2-9-1", 2),
        ("安裕", "中央区銀座1-7", 2), ("SAK", "新宿区西新宿2丁目", 3), ("アシスト電機新宿支店", "新宿区西新宿2-8", 1),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("register")
def test_a_mistaken_record_still_finds_its_business(name: str, address: str, base: int) -> None:
    assert number(base) in found(name, address)


@pytest.mark.usefixtures("register")
def test_a_mistyped_number_finds_its_business_without_name_and_place() -> None:
    assert found("なにか", ELSEWHERE, mistyped(1)) == [number(1)]


@pytest.mark.usefixtures("register")
def test_names_that_cannot_mean_it_are_not_weighed() -> None:
    assert found("まるでちがう名の工業") == []


@pytest.mark.usefixtures("register")
def test_withheld_numbers_are_found_by_their_number_only_and_deleted_ones_never() -> None:
    assert found("秘密商会") == []
    assert found("秘密商会", given=number(4)) == [number(4)]
    assert found("消えた商会", given=number(5)) == []


@pytest.mark.usefixtures("register")
def test_a_wrong_chome_with_a_typing_error_is_found_at_the_second_look() -> None:
    cells = {"record": "r", "name": "アシヌト電機", "address": "新宿区西新宿5-1-1"}
    assert entries_for(record_of(cells)) == []
    decision = decide_record(cells)
    assert decision.outcome is Outcome.REVIEW
    assert decision.best is not None
    assert decision.best.entry.number == number(1)
    assert decision.best.has(Reason.AREA_SAME)


@pytest.mark.usefixtures("register")
def test_one_record_costs_a_fixed_number_of_queries() -> None:
    townless = {"record": "r", "name": "アシスト電機", "address": ""}
    decide_record(townless)  # the list of towns is read once per process
    with CaptureQueriesContext(connection) as seen:
        decide_record({"record": "r", "name": "アシスト電機", "address": "新宿区西新宿2-8-1"})
    assert len(seen) <= 12
