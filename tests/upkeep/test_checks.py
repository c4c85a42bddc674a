"""Checks find what contradicts, is past, doubled, dead or missing, leave the rest alone, and remember what they found."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry import services as registry_services
from madoguchi.apps.registry.interchange import exchange
from madoguchi.apps.upkeep import links, services, texts
from madoguchi.apps.upkeep.checks import ages, amounts, dates, duplicates, gaps, running, sources
from madoguchi.apps.upkeep.checks.model import AgeSpan, Entry, Found, normal_name
from madoguchi.apps.upkeep.contracts import Severity
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import CheckRun, Finding
from madoguchi.core.permissions import Actor, NotPermitted
from tests.upkeep.conftest import ID

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
PLACES = {f"13{n}00{n}": (f"13{n}00{n}", f"見本{n}市") for n in range(1, 7)}
NAMES = [name for _, name in PLACES.values()]


def entry(key: str = "a", name: str = "見本手当", **more: Any) -> Entry:
    given = {
        "organisation_id": "131001", "owner_kind": "municipality", "summary": "", "benefit": "", "codes": frozenset({"131001"}),
        "um": None, "content": {"kind": "benefit"}, **more,
    }  # fmt: skip
    return Entry(id=key, name=name, **given)


def codes(found: Any) -> list[str]:
    return [item.code for item in found]


# Ages


def test_an_upper_age_of_the_words_that_the_condition_does_not_have_is_found() -> None:
    found = list(ages.check(entry(said=(AgeSpan(0, 179),), structured=AgeSpan(0, 215), quote="15歳未満")))
    assert codes(found) == ["age_upper"]
    assert found[0].severity is Severity.HIGH
    what, why, todo = texts.finding(found[0].code, found[0].detail)
    assert "14歳11か月まで" in why
    assert what
    assert todo


@pytest.mark.parametrize(
    ("said", "structured", "quote"),
    [
        ((AgeSpan(0, 179),), AgeSpan(0, 180), "15歳未満"),
        ((AgeSpan(0, 223), AgeSpan(0, 239)), AgeSpan(0, 239), "18歳の年度末、障害は20歳未満"),
        ((AgeSpan(780, None),), AgeSpan(720, None), "65歳以上の人など"),
        ((AgeSpan(0, 179),), AgeSpan(36, 179), "15歳未満"),
        ((), AgeSpan(0, 10), ""),
        ((AgeSpan(0, 10),), None, "x"),
    ],
    ids=["one day apart", "one of two", "others too", "lower not said", "nothing said", "no ages"],
)
def test_words_that_agree_or_state_no_limit_are_left_alone(
    said: tuple[AgeSpan, ...], structured: AgeSpan | None, quote: str
) -> None:
    assert codes(ages.check(entry(said=said, structured=structured, quote=quote))) == []


def test_a_difference_within_a_school_year_is_light() -> None:
    found = list(ages.check(entry(said=(AgeSpan(240, None),), structured=AgeSpan(236, None), quote="20歳以上")))
    assert [(item.code, item.severity) for item in found] == [("age_lower", Severity.LOW)]


# Days


@pytest.mark.parametrize(
    ("field", "content", "expected"),
    [
        ("", {"window": {"closes": "2026-11-30"}}, ["field_past"]),
        ("", {"window": {"closes": "2026-12-01"}}, []),
        ("", {"effective_to": "2026-03-31"}, ["field_past"]),
        ("", {"effective_to": None, "window": None}, []),
        ("令和7年度の申請を受け付けます。", {}, ["year_past"]),
        ("令和8年度の申請を受け付けます。", {}, []),
        ("２０２５年度分", {}, ["year_past"]),
        ("令和7年度から始まった制度です。", {}, []),
        ("令和8年3月31日（火）まで受け付けます。", {}, ["text_past"]),
        ("2026年12月1日まで", {}, []),
        ("令和6年10月1日から変わりました。", {}, []),
        ("令和99年13月45日まで", {}, []),
    ],
)
def test_what_is_past_is_found_and_what_began_in_the_past_is_not(
    field: str, content: dict[str, Any], expected: list[str]
) -> None:
    assert codes(dates.check(entry(content=content, texts={"summary": field}), TODAY)) == expected


@given(st.text(max_size=200))
def test_any_text_is_looked_at(text: str) -> None:
    list(dates.check(entry(texts={"summary": text}), TODAY))
    assert all(yen >= 0 for yen in amounts.figures(text))
    normal_name(text, NAMES)


# Amounts


def test_sums_are_read_as_people_write_them() -> None:
    text = "月15,000円、１万５千円、3.5万円、2億円、100円以上、1,000,000円"
    assert amounts.figures(text) == [15_000, 15_000, 35_000, 200_000_000, 100, 1_000_000]


def test_a_sum_that_the_own_amount_does_not_hold_is_found() -> None:
    amount = {"cases": [{"yen": 13_500}]}
    assert codes(amounts.check_own(entry(benefit="月14,000円", content={"amount": amount}))) == ["amount_own"]
    assert codes(amounts.check_own(entry(benefit="月13,500円", content={"amount": amount}))) == []
    assert codes(amounts.check_own(entry(benefit="金額は窓口で", content={"amount": amount}))) == []


def test_an_addition_in_words_is_no_contradiction() -> None:
    amount = {"cases": [{"yen": 110_500}, {"yen": 70_500}]}
    assert codes(amounts.check_own(entry(benefit="月70,500円、最後の年は40,000円増", content={"amount": amount}))) == []


def test_a_municipal_sum_that_differs_from_the_higher_rule_is_found() -> None:
    rule = entry("r", "見本手当", owner_kind="bureau", codes=frozenset(), benefit="月13,500円", organisation_id="tokyo")
    other = entry("m", "見本1市の見本手当", benefit="月15,000円")
    same = entry("n", "見本2市 見本手当", benefit="月13,500円")
    found = list(amounts.check_higher([rule, other, same], NAMES))
    assert [(item.entry_id, item.code) for item in found] == [("m", "amount_higher")]
    assert "15,000円" in texts.finding(found[0].code, found[0].detail)[1]


# Doubles


def test_the_same_and_nearly_the_same_name_at_one_place_is_found_once() -> None:
    records = [
        entry("a", "見本1市 子ども医療費助成"), entry("b", "子ども医療費・助成"), entry("c", "子ども医療費助成制度"),
        entry("d", "1歳児健診"), entry("e", "3歳児健診"), entry("f", "子ども医療費助成", codes=frozenset({"132002"})),
    ]  # fmt: skip
    found = [(item.entry_id, item.detail["other"], item.code) for item in duplicates.check(records, NAMES)]
    assert found == [("b", "a", "name_same"), ("c", "a", "name_near"), ("c", "b", "name_near")]


def test_one_number_twice_is_a_light_finding_among_programmes_only() -> None:
    pair = [entry("a", "はじめての支度金", um=21), entry("b", "おくりもの", um=21)]
    assert codes(duplicates.check(pair, NAMES)) == ["um_same"]
    imported = [
        entry("a", "はじめての支度金", um=21, is_imported=True),
        entry("b", "おくりもの", um=21, is_imported=True),
    ]
    assert codes(duplicates.check(imported, NAMES)) == []


# Gaps


def holders(*numbers: int, **more: Any) -> list[Entry]:
    return [entry(f"k{n}", f"見本{n}市 子ども医療費助成", codes=frozenset({f"13{n}00{n}"}), **more) for n in numbers]


def test_what_three_others_have_is_a_gap_of_the_rest() -> None:
    found = list(gaps.check(holders(1, 2, 3), PLACES))
    assert [item.organisation_id for item in found] == ["134004", "135005", "136006"]
    assert found[0].detail["count"] == 3
    assert "もっていない、または登録されていません" in texts.finding("gap", found[0].detail)[0]


def test_what_two_have_is_no_gap() -> None:
    assert codes(gaps.check(holders(1, 2), PLACES)) == []


def test_with_a_list_of_neighbours_only_they_are_asked() -> None:
    near = {"134004": ["131001", "132002", "133003"], "135005": ["136006"]}
    assert [item.organisation_id for item in gaps.check(holders(1, 2, 3), PLACES, neighbours=near)] == ["134004"]


def test_a_number_names_the_kind_whatever_the_name() -> None:
    records = [*holders(1, 2, um=21), entry("x", "ちがう名前", um=21, codes=frozenset({"133003"}), is_imported=True)]
    assert {item.organisation_id for item in gaps.check(records, PLACES)} == {"134004", "135005", "136006"}


def test_what_the_whole_metropolis_has_is_nobodys_gap() -> None:
    whole = entry("t", "子ども医療費助成", codes=frozenset(), owner_kind="bureau")
    assert codes(gaps.check([*holders(1, 2, 3), whole], PLACES)) == []


# Links


def test_dead_and_moved_sources_are_found() -> None:
    states = {
        "d": links.LinkState("d", TODAY, 3, status=404), "m": links.LinkState("m", TODAY, 0, "https://new.example.jp/"),
        "s": links.LinkState("s", TODAY, 2), "f": links.LinkState("f", TODAY, 0),
    }  # fmt: skip
    found = list(sources.check(entry(urls=("d", "m", "s", "f", "never looked")), states))
    assert codes(found) == ["link_dead", "link_moved"]
    assert all("%" not in part for item in found for part in texts.finding(item.code, item.detail))


# Keeping


def run(day: int = 0) -> running.Report:
    return running.run(today=TODAY + timedelta(days=day), now=NOW + timedelta(days=day))


@pytest.mark.django_db
def test_findings_are_seen_first_last_and_resolved(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Found] = []
    monkeypatch.setattr(running, "find", lambda *_args, **_more: iter(found))
    one = next(ages.check(entry(said=(AgeSpan(0, 9),), structured=AgeSpan(0, 99), quote="q", organisation_id="131199")))
    found.append(one)
    assert run(0).new == 1
    assert run(1).new == 0
    row = Finding.objects.get()
    assert (row.first_seen, row.last_seen, row.resolved_at) == (NOW, NOW + timedelta(days=1), None)
    found.clear()
    assert run(2).resolved == 1
    assert run(3).resolved == 0
    row.refresh_from_db()
    assert row.resolved_at == NOW + timedelta(days=2)
    found.append(one)
    run(4)
    row.refresh_from_db()
    assert (row.first_seen, row.resolved_at) == (NOW + timedelta(days=4), None)


@pytest.mark.django_db
def test_the_pack_is_checked_and_twice_finds_the_same(pack: object, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("upkeep", "check", "--today", "2026-12-01", "--list")
    told = capsys.readouterr().out
    assert "165 programmes" in told
    first = set(Finding.objects.values_list("key", flat=True))
    again = run()
    assert (again.new, again.resolved) == (0, 0)
    assert set(Finding.objects.values_list("key", flat=True)) == first
    board = CheckRun.objects.get()
    assert (board.programmes, board.imported, board.found) == (165, 0, len(first))
    for row in Finding.objects.all():
        assert all(texts.finding(row.code, row.detail))


def changed(actor: Actor, **more: Any) -> None:
    copy = registry.working_copy(ID)
    assert copy is not None
    revision = registry.save_draft(actor, ID, {**copy.content, **more}, revision=copy.revision, now=NOW)
    registry_services.publish(actor, ID, revision=revision, note="", now=NOW)


@pytest.mark.django_db
def test_a_wrong_age_in_a_published_summary_is_found_and_quiet_until_the_record_changes(
    publishing: Actor, foreign: Actor
) -> None:
    view = registry.get(ID)
    assert view is not None
    changed(publishing, summary={**view.content["summary"], "ja": "15歳未満の子どもについて支給します。"})
    run()
    row = Finding.objects.get(programme_id=ID, check_name="ages", resolved_at=None)
    assert row.code == "age_upper"
    with pytest.raises(NotPermitted):
        services.mark_intended(foreign, row.pk, why="x", now=NOW)
    with pytest.raises(Refused) as refused:
        services.mark_intended(publishing, row.pk, why=" ", now=NOW)
    assert refused.value.reason is Refusal.NO_REASON
    services.mark_intended(publishing, row.pk, why="要綱どおり", now=NOW)
    run(1)
    row.refresh_from_db()
    assert row.is_quiet
    changed(publishing, law="別の根拠")
    run(2)
    row.refresh_from_db()
    assert not row.is_quiet
    services.mark_intended(publishing, row.pk, why="要綱どおり", now=NOW)
    assert services.mark_intended(publishing, row.pk, why="要綱どおり", now=NOW).is_quiet
    assert not services.mark_loud(publishing, row.pk).is_quiet


def imported(name: str, target: str, age: int) -> dict[str, Any]:
    return {
        "institutionName": {"canonicalName": name},
        "area": {"areaCode": "131199;板橋区"},
        "basicInformation": {"psid": f"psid3.0+6000020131199+{age}+UM21"},
        "target": {"targetPersons": target, "lessThan": {"targetAge": age, "targetAgeOfMonths": None}},
    }


@pytest.mark.django_db
def test_imported_records_are_checked_too(pack: object) -> None:
    items = [
        imported("出産祝い", "15歳未満", 18), imported("出産お祝い金品", "3歳未満", 3), imported("出産祝い", "16歳未満", 16)
    ]  # fmt: skip
    exchange.import_file("見本.json", json.dumps(items).encode(), now=NOW)
    report = run()
    assert report.imported == 3
    found = Finding.objects.filter(organisation_id="131199", check_name__in=["ages", "duplicates"])
    assert {row.code for row in found} == {"age_field", "name_same"}
