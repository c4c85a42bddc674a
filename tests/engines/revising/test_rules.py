"""The single rules: ages, figures, dates, papers, ways, offices; what holds today, and what is only announced."""

from datetime import date

import pytest

from madoguchi.engines.revising import Field, Page, propose
from madoguchi.engines.revising.ages import atom_text, atoms
from madoguchi.engines.revising.comparing import read_ages
from madoguchi.engines.revising.dates import read_days
from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.money import read_sums, yen_of
from tests.engines.revising.pages import READ_ON, TODAY, changes, doubted, read, record


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和８年４月１日", date(2026, 4, 1)), ("R8.4.1", date(2026, 4, 1)), ("2026年4月1日", date(2026, 4, 1)),
        ("2026/4/1", date(2026, 4, 1)), ("令和 8 年 4 月 1 日", None), ("令和元年5月1日", date(2019, 5, 1)),
        ("令和8年（2026年）4月1日", date(2026, 4, 1)), ("4月1日（水）", date(2026, 4, 1)), ("令和8年2月末日", date(2026, 2, 28)),
    ],
)  # fmt: skip
def test_dates_are_read_in_many_forms(text: str, day: date | None) -> None:
    assert [found.day for found in read_days(fold(text), fiscal=None, near=READ_ON)] == ([day] if day else [])


def test_a_day_without_a_year_takes_it_from_its_fiscal_year_or_the_day_before() -> None:
    assert read_days("2月1日", fiscal=2026, near=READ_ON)[0].day == date(2027, 2, 1)
    assert read_days("令和8年12月1日から1月15日まで", fiscal=None, near=READ_ON)[1].day == date(2027, 1, 15)
    assert read_days("12月1日", fiscal=None, near=READ_ON)[0].day is None


@pytest.mark.parametrize("text", ["令和8年2月30日", "13月1日", "2026/0/10", "令和99年13月45日"])
def test_days_that_no_calendar_has_are_no_days(text: str) -> None:
    assert [found for found in read_days(text, fiscal=None, near=READ_ON) if found.day] == []


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("15,000", 15000),
        ("1万5千", 15000),
        ("1.5万", 15000),
        ("2億", 200_000_000),
        ("48万8千", 488_000),
        ("0", None),
        ("万", None),
        ("9" * 30, None),
    ],
)
def test_figures_are_read_in_many_forms(text: str, yen: int | None) -> None:
    assert yen_of(text) == yen


def test_figures_carry_what_they_are_per_and_for() -> None:
    sums = read_sums("3歳未満は月額15,000円、第3子以降は1人につき月30,000円です。")
    assert [(item.worded(), item.label) for item in sums] == [
        ("月額15,000円", "3歳未満"),
        ("月額30,000円", "第3子以降"),
    ]


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("18歳に達する日以後の最初の3月31日までの児童", "18歳の年度末まで"), ("0歳から15歳の年度末まで", "15歳の年度末まで"),
        ("満65歳以上の方", "65歳以上"), ("20歳未満の児童", "20歳未満"), ("3歳以上6歳未満の児童", "3歳以上6歳未満"),
        ("39歳以下の方", "40歳未満"), ("生後2か月から7歳6か月に至るまでのお子さん", "生後2か月以上7歳6か月未満"), ("未就学児", "6歳の年度末まで"),
        ("中学校卒業までのお子さん", "15歳の年度末まで"), ("小学1年生から中学3年生までのお子さん", "年度年齢7歳以上15歳の年度末まで"),
    ],
)  # fmt: skip
def test_ages_of_the_target_are_read_and_read_back(text: str, ages: str) -> None:
    found = changes(f"対象\n{text}", condition="国内居住")
    assert found["age"] == ages
    assert str(read_ages(ages)) == ages


@pytest.mark.parametrize(
    "condition",
    [
        "年度末まで(18)",
        "年齢 < 20",
        "年齢 BETWEEN 18 AND 39",
        "年度年齢 BETWEEN 7 AND 15",
        "月齢 BETWEEN 2 AND 89",
        "年齢 >= 65",
        "年度年齢 >= 40",
    ],
)
def test_ages_of_a_condition_are_written_as_they_were(condition: str) -> None:
    assert [atom_text(atom.ages) for atom in atoms(condition)] == [condition]


def test_ages_of_other_members_of_the_household_are_not_the_programme_s() -> None:
    assert atoms("申請者.ひとり親 AND 存在(子, 年齢 < 20)") == []


def test_of_an_old_and_a_new_figure_the_one_that_holds_today_counts() -> None:
    table = "支給額\n区分\t令和8年11月まで\t令和8年12月から\n月額\t5,000円\t6,000円"
    assert "amount" not in changes(table)
    assert "amount" in doubted(table)
    assert changes(table, date(2026, 12, 1))["amount"] == "月額6,000円"


def test_a_raise_in_one_sentence_counts_from_its_day() -> None:
    sentence = "令和8年10月1日から手当の月額を5,000円から7,000円に引き上げました。"
    assert changes(sentence)["amount"] == "月額7,000円"
    assert "amount" not in changes(sentence.replace("令和8年", "令和9年"))


def test_several_figures_without_their_groups_are_left_to_a_person() -> None:
    page = "支給額\n単身 月額6,000円\n家族 月額8,000円"
    assert "amount" not in changes(page)
    assert "amount" in doubted(page)


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("出生の日の翌日から30日以内に申請してください。", 30),
        ("出生から２年以内に申請してください。", 730),
        ("出生後五年以内に請求してください。", 1826),
    ],
)
def test_limits_of_days_are_read(sentence: str, days: int) -> None:
    assert changes(sentence)["window.days"] == days


def test_days_of_the_decision_are_no_limit() -> None:
    assert "window.days" not in changes("申請から30日以内に決定し、通知します。")


def test_contradicting_days_are_left_to_a_person() -> None:
    page = "申請期限\n令和9年1月15日まで\n申請期限\n令和9年2月15日まで"
    assert "window.closes" not in changes(page)
    assert "window.closes" in doubted(page)


def test_the_day_of_an_update_is_no_deadline() -> None:
    assert changes("更新日：令和8年11月1日\n申請はお早めに。") == {}


def test_news_of_other_programmes_and_footers_are_not_read() -> None:
    page = "新着情報\n令和8年12月1日\t別の給付金は月額9,000円、令和8年12月25日まで\nCopyright 板橋区 電話 03-9999-9999"
    assert changes(page) == {}


def test_only_the_part_under_the_programme_s_heading_is_read() -> None:
    text = "手当の一覧\n\nあおば手当\n支給額\n月額9,000円\n\nみどり手当\n支給額\n月額6,000円\n\nもみじ手当\n支給額\n月額8,000円"
    found = propose(Page(text, "手当の一覧", READ_ON), record(), today=TODAY)
    assert [change.new for change in found.changes] == ["月額6,000円"]


def test_papers_are_added_removed_or_doubted() -> None:
    page = (
        "必要なもの\n・戸籍謄本\n・住民票の写し（転入した方のみ）\n※マイナンバーの分かるものの提出は不要になりました。"
    )
    found = read(page)
    assert {(change.old, change.new) for change in found.changes} == {(None, "family_register"), ("mynumber", None)}
    assert [doubt.field for doubt in found.doubts] == [Field.DOCUMENTS]


@pytest.mark.parametrize(
    ("sentence", "online"),
    [
        ("電子申請もできます。", True), ("オンラインでの申請は受け付けておりません。", False),
        ("令和8年10月1日から電子申請ができるようになりました。", True), ("令和9年4月1日から電子申請ができるようになります。", None),
    ],
)  # fmt: skip
def test_online_is_said_denied_or_only_announced(sentence: str, online: bool | None) -> None:
    assert changes(f"申請方法\n窓口で申請してください。{sentence}").get("online") is online


def test_an_office_and_its_telephone_are_read_but_not_the_fax_or_the_switchboard() -> None:
    page = (
        "お問い合わせ\n板橋区 こども給付課 手当係\n電話 ０３－３０００－２２２２　FAX 03-3000-3333\n代表 03-3000-4444"
    )
    assert changes(page) == {"office": "こども給付課 手当係", "phone": "03-3000-2222"}


def test_the_end_of_last_year_s_reception_is_not_the_end_of_the_programme() -> None:
    assert "ended" not in changes("令和7年度の受付は終了しました。")
    assert changes("この事業は令和8年9月30日をもって終了しました。") == {"ended": True, "effective_to": "2026-09-30"}


def test_a_rename_is_read_and_the_page_still_counts_as_the_programme_s() -> None:
    text = "わかば手当\n「みどり手当」は、「わかば手当」に名称を変更しました。"
    found = propose(Page(text, "わかば手当", READ_ON), record(), today=TODAY)
    assert [(change.field, change.old, change.new) for change in found.changes] == [
        (Field.NAME, "みどり手当", "わかば手当")
    ]


def test_residence_with_work_or_school_is_a_change_and_a_length_of_residence_a_doubt() -> None:
    assert changes("対象\n区内在住・在勤の方")["residence"] == "区市町村内在住・在勤"
    assert "residence" in doubted("対象\n区内に1年以上お住まいの方")


def test_a_sentence_broken_over_lines_is_read_and_quoted_with_its_break() -> None:
    line = "この手当は、児童の健やかな育ちを支えるため、区内の子育て\n家庭に支給しているもので、支給は偶数月に行っております。\n"
    text = f"みどり手当\n{line * 3}申請は、お子さんの出生の日の翌日から数えて３\n０日以内に行ってください。"
    found = propose(Page(text, "みどり手当", READ_ON), record(), today=TODAY)
    assert [(change.new, "\n" in change.quote) for change in found.changes] == [(30, True)]


def test_a_partial_record_is_filled() -> None:
    found = propose(
        Page("みどり手当\n支給額\n月額5,000円", "みどり手当", READ_ON), {"name": {"ja": "みどり手当"}}, today=TODAY
    )
    assert [(change.field, change.old, change.new) for change in found.changes] == [(Field.AMOUNT, None, "月額5,000円")]


def test_a_record_without_a_name_is_about_nothing() -> None:
    assert propose(Page("みどり手当", "", READ_ON), {}, today=TODAY).about == 0.0
