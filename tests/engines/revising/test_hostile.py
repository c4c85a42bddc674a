"""Any text is read without an exception, every quotation stands in it, and only a bounded part of a huge one is read."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.revising import Field, Page, Proposal, apply, propose
from madoguchi.engines.revising.applying import CannotApplyError
from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.layout import MOST, parse
from tests.engines.revising.pages import READ_ON, TODAY, record

PIECES = (
    "みどり手当", "対象", "支給額", "申請期間", "必要なもの", "お問い合わせ", "■", "【", "】", "Q1 ", "A1 ", "・",
    "※", "\n", "\n\n", "\t", "。", "、", "：", "（", "）", "「", "」", "18歳", "１８歳", "から", "まで", "以上",
    "未満", "令和8年4月1日", "R8.4.1", "2026/2/30", "13月45日", "4月1日（水）", "令和7年度", "改正前", "改正後",
    "月額", "5,000円", "９９９９９９９円", "1万5千円", "→", "引き上げ", "所得制限", "ありません", "所得", "以下",
    "15日以内", "電子申請", "できます", "できません", "郵送", "窓口", "住民票", "が必要です", "不要です",
    "子育て支援課", "電話", "03-1234-5678", "区内在住", "在学", "終了しました", "をもって", "名称", "変更しました",
    "更新日", "Copyright", "新着情報", "\x00", "\u200b", "\ufeff", "ﾊﾟ", "𠮟", "  ",
)  # fmt: skip
RECORD = record()


def read(text: str, **parts: Any) -> Proposal:
    return propose(Page("みどり手当\n" + text, "みどり手当", READ_ON), record(**parts), today=TODAY)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_jumble_of_phrases_is_read_and_every_quotation_stands_in_it(text: str) -> None:
    page = "みどり手当\n" + text
    found = propose(Page(page, "みどり手当", READ_ON), RECORD, today=TODAY)
    for item in (*found.changes, *found.confirmed, *found.doubts):
        assert item.quote == page[item.start : item.end] != ""
    for change in found.changes:
        assert change.old != change.new
        with suppress(CannotApplyError):
            assert apply(RECORD, [change]) != RECORD


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_read(text: str, title: str) -> None:
    found = propose(Page(text, title, READ_ON), RECORD, today=TODAY)
    assert 0.0 <= found.about <= 1.0
    assert found.about >= 0.5 or found.changes == ()


@given(st.text(max_size=200))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_every_unit_knows_where_it_stands(text: str) -> None:
    folded = fold(text)
    for unit in parse(text).units:
        for place, character in enumerate(unit.text):
            start, end = unit.origin(place, place + 1)
            assert folded[start:end] == character


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 5_000_000, "1" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000, "\t" * 1_000_000,
        "(" * 500_000 + ")" * 500_000, "【" * 500_000, "1," * 500_000 + "円",
        "令和8年4月1日から" * 100_000, "18歳から" * 200_000, "「" * 500_000, "みどり手当\t5,000円\n" * 80_000, "".join(map(chr, range(1, 0x2FF))) * 1_000,
    ],
    ids=["letters", "digits", "spaces", "breaks", "tabs", "brackets", "marks", "commas", "days", "ages", "quotes", "rows", "controls"],
)  # fmt: skip
def test_huge_texts_are_read_only_as_far_as_a_page_goes(text: str) -> None:
    found = read(text)
    assert all(item.end <= MOST for item in (*found.changes, *found.confirmed, *found.doubts))
    assert [doubt.field for doubt in found.doubts][-1] is Field.PROGRAMME


@pytest.mark.parametrize(
    "figure", ["9" * 400 + "円", "99999999億9999万円", "0円", "円", "1.2.3万円", "万円", "-5円", "1,,,,2円"]
)
def test_figures_that_are_none_are_left(figure: str) -> None:
    found = read(f"支給額\n月額{figure}")
    assert all(len(str(change.new)) < 40 for change in found.changes)


@pytest.mark.parametrize(
    "parts",
    [
        {"condition": None}, {"condition": "((("}, {"window": None}, {"window": "text"},
        {"documents": None}, {"benefit_text": None}, {"benefit_text": "月5,000円"},
        {"office": None}, {"how": None}, {"name": {"ja": "みどり手当", "en": None}},
        {"window": {"days": "15", "opens": None}}, {"area": None}, {"amount": {"cases": []}},
        {"amount": {"versions": []}, "benefit_text": None},
    ],
)  # fmt: skip
def test_partial_and_broken_records_are_compared(parts: dict[str, Any]) -> None:
    body = "対象\n15歳の年度末までの児童\n支給額\n月額6,000円\n必要なもの\n・住民票の写し\n申請期間\n令和8年4月1日から令和9年1月29日まで"
    assert read(body, **parts).about > 0.5
