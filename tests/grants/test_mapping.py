"""Details of jGrants become contents: values as they are, nothing guessed, no markup of others on a page of ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from madoguchi.apps.grants import mapping, plain
from madoguchi.apps.grants.contracts import Attachment, as_json, from_json
from madoguchi.apps.grants.fitting import Aspect, Finding, Fit, Traits, findings, overall

from .fake_jgrants import row


def test_a_detail_is_read_field_by_field() -> None:
    content = mapping.content_of(row(7))
    assert content.id == "a0W000000000000007"
    assert content.purposes == ("新たな事業を行いたい", "設備整備・IT導入をしたい")
    assert content.industries == ("情報通信業", "教育、学習支援業")
    assert content.areas == ("東京都", "大阪府")
    assert content.closes_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert content.max_yen == 1_000_000
    assert content.institution == ""
    assert content.attachments == (
        Attachment("application_guidelines", "公募要領.pdf"),
        Attachment("application_form", "様式 .docx"),
    )
    assert from_json(as_json(content)) == content


def test_markup_becomes_plain_text() -> None:
    html = "<h1>目的</h1><p>1行目<br/>2行目</p><ul><li>機器<li>工事</ul><style>p{}</style>終&amp;わり&#x202e;<img src=x onerror=y>"
    assert plain.text_of(html) == "目的\n\n1行目\n2行目\n\n・機器\n・工事\n終&わり"
    assert plain.text_of("&lt;script&gt;") == "<script>"
    assert plain.text_of("<script><b>x</b></script>y<svg><title>z</title></svg>") == "y"
    assert len(plain.text_of("字" * 50_000)) == plain.MAX_SIGNS
    assert plain.text_of("a < b") == "a < b"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("id", None, "id"), ("id", "../../etc", "id"), ("id", 7, "id"), ("title", "", "title"), ("title", " \u200b", "title"),
        ("title", {"a": 1}, "title"), ("subsidy_max_limit", "たくさん", "subsidy_max_limit"),
        ("subsidy_max_limit", -5, "subsidy_max_limit"), ("acceptance_start_datetime", "明日", "acceptance_start_datetime"),
        ("acceptance_end_datetime", "2020-01-01T00:00:00Z", "acceptance_end_datetime"), ("detail", ["x"], "detail"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_names_the_field(field: str, value: Any, told: str) -> None:
    with pytest.raises(mapping.Unreadable, match=f"^{told}: "):
        mapping.content_of(row(1, **{field: value}))


def test_what_the_source_does_not_say_stays_unsaid() -> None:
    silent = (
        "subsidy_max_limit",
        "industry",
        "target_area_search",
        "acceptance_start_datetime",
        "acceptance_end_datetime",
    )
    content = mapping.content_of(row(1, **dict.fromkeys(silent), application_guidelines=None))
    assert (content.max_yen, content.industries, content.areas, content.opens_at, content.closes_at) == (
        None, (), (), None, None)  # fmt: skip
    assert mapping.content_of(row(1, subsidy_max_limit=0)).max_yen is None


def test_the_period_comes_from_the_rounds_when_the_call_is_silent() -> None:
    rounds = [
        {"acceptance_start_datetime": "2026-12-01T00:00:00Z", "acceptance_end_datetime": "2026-12-20T00:00:00Z"},
        {"acceptance_start_datetime": "2026-11-01T00:00:00Z", "acceptance_end_datetime": "2026-11-20T00:00:00Z"},
    ]
    content = mapping.content_of(row(1, acceptance_start_datetime=None, acceptance_end_datetime=None, workflow=rounds))
    assert content.opens_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert content.closes_at == datetime(2026, 12, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://a.example", "https://", "//a.example", "https://[", "x" * 600]
)
def test_only_https_addresses_become_links(address: str) -> None:
    assert mapping.content_of(row(1, front_subsidy_detail_page_url=address)).page_url == ""


@pytest.mark.parametrize(
    ("text", "band"),
    [("20名以下", (None, 20)), ("９０１名以上", (901, None)), ("従業員数の制約なし", (None, None)), ("", (None, None)),
     ("1,000名以下", (None, 1_000))],
)  # fmt: skip
def test_bands_of_employees(text: str, band: tuple[int | None, int | None]) -> None:
    assert mapping.employees_band(text) == band


HERE = Traits(prefecture="東京都", employees=15, industry="情報通信業")


@pytest.mark.parametrize(
    ("changes", "traits", "aspect", "fit"),
    [
        ({}, HERE, Aspect.EMPLOYEES, Fit.YES),
        ({"target_number_of_employees": "5名以下"}, HERE, Aspect.EMPLOYEES, Fit.NO),
        ({"target_number_of_employees": "901名以上"}, HERE, Aspect.EMPLOYEES, Fit.NO),
        ({"target_number_of_employees": "15名以下"}, HERE, Aspect.EMPLOYEES, Fit.YES),
        ({}, Traits(prefecture="東京都"), Aspect.EMPLOYEES, Fit.UNKNOWN),
        ({"target_number_of_employees": "従業員数の制約なし"}, Traits(), Aspect.EMPLOYEES, Fit.YES),
        ({"target_area_search": "全国"}, Traits(), Aspect.AREA, Fit.YES),
        ({"target_area_search": "全国"}, HERE, Aspect.AREA, Fit.YES),
        ({"target_area_search": "関東・甲信越地方"}, HERE, Aspect.AREA, Fit.YES),
        ({"target_area_search": "近畿地方 / 北海道"}, HERE, Aspect.AREA, Fit.NO),
        ({"target_area_search": "和歌山県"}, Traits(), Aspect.AREA, Fit.UNKNOWN),
        ({"target_area_search": None}, Traits(), Aspect.AREA, Fit.YES),
        ({}, HERE, Aspect.INDUSTRY, Fit.YES),
        ({"industry": "製造業"}, HERE, Aspect.INDUSTRY, Fit.NO),
        ({"industry": "製造業"}, Traits(), Aspect.INDUSTRY, Fit.UNKNOWN),
    ],
)
def test_what_fits_a_business(changes: dict[str, Any], traits: Traits, aspect: Aspect, fit: Fit) -> None:
    found = {item.aspect: item for item in findings(mapping.content_of(row(1, **changes)), traits)}
    assert found[aspect].fit is fit


def test_one_condition_that_fails_decides_and_unknown_is_never_a_yes() -> None:
    def told(*fits: Fit) -> Fit:
        return overall(tuple(Finding(Aspect.AREA, fit, "", "") for fit in fits))

    assert told(Fit.YES, Fit.YES) is Fit.YES
    assert told(Fit.YES, Fit.UNKNOWN) is Fit.UNKNOWN
    assert told(Fit.UNKNOWN, Fit.NO, Fit.YES) is Fit.NO
