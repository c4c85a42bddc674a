"""The procedures of the Tokyo pack: readable, equal to their paper twins, short to fill in, and complete for forty families."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from madoguchi.apps.procedures import pack
from madoguchi.core.packs import plain
from madoguchi.engines import forms
from madoguchi.engines.forms import Form

FOLDER = Path(settings.PACK_DIR)
TODAY = date(2026, 11, 25)
CONTENTS, ERRORS = pack.read(FOLDER)
RECORDS: dict[str, dict[str, Any]] = {record["id"]: record for _, record in CONTENTS.records}
BUNDLES = {bundle["id"]: bundle for bundle in CONTENTS.bundles}
GOLDEN = plain(yaml.safe_load((FOLDER / "samples" / "situations.yaml").read_text(encoding="utf-8")))
PERSON_TEXTS = ("name", "summary")
APPLICANT: dict[str, Any] = {
    "applicant.municipality": "131199",
    "applicant.name": "見本 花子",
    "applicant.kana": "ミホン ハナコ",
    "applicant.born_on": "1992-04-15",
    "applicant.address": "東京都板橋区見本町一丁目2番3号",
    "applicant.phone": "0300000000",
}
BUSINESS: dict[str, Any] = {
    "business.corporate_number": "8999900000001",
    "business.name": "株式会社見本商店",
    "business.address": "東京都板橋区見本町一丁目2番4号",
    "business.representative": "見本 良子",
    "business.capital_yen": 10_000_000,
    "business.employees": 12,
    "business.founded_on": "2023-04-01",
    "business.industry": "retail",
    "business.phone": "0300000000",
    "business.email": "shoten@example.invalid",
    "business.contact": "例示 学",
}
SUBSIDY: dict[str, Any] = {
    **BUSINESS,
    "project.title": "受発注のデジタル化",
    "project.summary": "紙の注文書をなくします。",
    "project.from": "2027-01-10",
    "project.until": "2027-03-31",
    "project.requested_yen": 500_000,
    "project.quotes": True,
    "project.other_grants": True,
    "business.in_tokyo": True,
    "business.big_owner": False,
    "business.tax_paid": True,
    "business.no_gangs": True,
    "declaration.agreed": True,
    "expenses_digital": [
        {"item": "受発注システム", "kind": "software", "supplier": "例示システム", "yen": 600_000},
        {"item": "端末", "kind": "equipment", "supplier": "例示機器", "yen": 400_000},
    ],
}


def _form(procedure: str) -> Form:
    return forms.read_form(RECORDS[procedure], CONTENTS.fields)


def _problems(procedure: str, answers: dict[str, Any]) -> set[tuple[str, str]]:
    form = _form(procedure)
    filled = forms.calculated(form, answers, today=TODAY)
    return {(problem.path, problem.code) for problem in forms.problems_of(form, filled, today=TODAY)}


def _keys(procedure: str) -> set[str]:
    return {key for page in _form(procedure).pages for key in page.fields}


def test_the_pack_is_sound() -> None:
    assert ERRORS == []
    assert pack.check(FOLDER) == []
    assert len(RECORDS) >= 45
    assert {"birth", "moving-in", "moving-out", "moving-within", "marriage", "divorce", "death", "care"} <= set(BUNDLES)
    assert {"starting-business", "shop-opening"} <= set(BUNDLES)


@pytest.mark.parametrize("procedure", sorted(RECORDS))
def test_online_asks_the_same_as_the_paper(procedure: str) -> None:
    record = RECORDS[procedure]
    check = forms.compare_paper(_form(procedure), record.get("documents", []), record.get("fees", []), record["paper"])
    assert [item.ja for item in check.items if item.state == "missing"] == []
    assert check.extra_online == ()
    assert check.equal


@pytest.mark.parametrize("procedure", sorted(RECORDS))
def test_forms_become_json_schemas_in_each_language(procedure: str) -> None:
    for language in ("ja", "en", "easy"):
        assert forms.json_schema(_form(procedure), language)["properties"]


@pytest.mark.parametrize("procedure", sorted(key for key, record in RECORDS.items() if record["subject"] == "person"))
def test_residents_can_read_everything_in_plain_japanese(procedure: str) -> None:
    record, form = RECORDS[procedure], _form(procedure)
    assert all("easy" in record[part] for part in PERSON_TEXTS)
    assert [page.id for page in form.pages if "easy" not in page.title] == []
    assert [key for key, field in form.fields.items() if "easy" not in field.label] == []
    assert [rule.id for rule in form.rules if "easy" not in rule.message] == []


@pytest.mark.parametrize("procedure", sorted(RECORDS))
def test_every_period_has_a_source_or_says_that_it_is_assumed(procedure: str) -> None:
    record = RECORDS[procedure]
    basis = record["clock"]["basis"]
    assert basis["source"] == "own-assumption" or (basis["url"] and basis["checked_on"])
    assert basis["source"] != "own-assumption" or "clock" in record["unconfirmed"]


@pytest.mark.parametrize("situation", GOLDEN["situations"], ids=lambda item: item["id"])
def test_a_family_gets_exactly_what_the_law_gives_it(situation: dict[str, Any]) -> None:
    answers = {**GOLDEN["base"], **situation["answers"]}
    found: dict[str, set[str]] = {"filed": set(), "elsewhere": set(), "automatic": set()}
    for item in BUNDLES["birth"]["items"]:
        if forms.holds(forms.read_condition(item["when"]), answers, today=TODAY):
            way = next(way for way in ("elsewhere", "automatic", "filed") if way in item or way == "filed")
            found[way].add(item.get("procedure") or item["id"])
    assert found == {way: set(situation[way]) for way in found}


def test_forty_families_are_told_apart() -> None:
    assert len(GOLDEN["situations"]) == 40
    offered = {
        name for item in GOLDEN["situations"] for way in ("filed", "elsewhere", "automatic") for name in item[way]
    }
    assert offered == {item.get("procedure") or item["id"] for item in BUNDLES["birth"]["items"]}


def test_what_follows_a_birth_asks_little_anew() -> None:
    procedures = [item["procedure"] for item in BUNDLES["birth"]["items"] if "procedure" in item]
    uses = Counter(key for procedure in procedures for key in _keys(procedure))
    known = _keys(procedures[0]) | set(BUNDLES["birth"]["ask_first"])
    asked = [key for procedure in procedures[1:] for key in _keys(procedure)]
    shared = [key for key in asked if key in known or uses[key] > 1]
    assert len(shared) / len(asked) >= 0.9


@pytest.mark.parametrize("bundle", sorted(BUNDLES))
def test_a_bundle_is_one_conversation_in_the_right_order(bundle: str) -> None:
    record = BUNDLES[bundle]
    procedures = [item["procedure"] for item in record["items"] if "procedure" in item]
    conversation = forms.merge([_form(procedure) for procedure in procedures], id=bundle, first=record["ask_first"])
    asked = [key for page in conversation.form.pages for key in page.fields]
    assert len(asked) == len(set(asked))
    nodes = [
        forms.Node(name, tuple(RECORDS[name].get("needs", ())), tuple(RECORDS[name].get("gives", ())))
        for name in procedures
    ]
    order = forms.in_order(nodes)
    for node in nodes:
        for giver in nodes:
            if giver is not node and set(giver.gives) & set(node.needs):
                assert order.index(giver.id) < order.index(node.id)


def test_018_support_for_two_children_is_short() -> None:
    children = [
        {
            "name": "見本 さくら",
            "kana": "ミホン サクラ",
            "born_on": "2011-07-02",
            "living_with": True,
        },
        {
            "name": "見本 はる",
            "kana": "ミホン ハル",
            "born_on": "2024-06-20",
            "living_with": True,
        },
    ]
    answers = {
        **APPLICANT,
        "applicant.email": "hanako@example.invalid",
        "children": children,
        "account.use_registered": True,
        "declaration.agreed": True,
    }
    assert _problems("tokyo-018", answers) == set()
    start_check_and_receipt = 3
    assert len(_form("tokyo-018").pages) + start_check_and_receipt <= 10
    inputs = sum(len(value) * len(value[0]) if isinstance(value, list) else 1 for value in answers.values())
    assert inputs <= 25
    assert ("declaration.agreed", "rule") in _problems("tokyo-018", {**answers, "declaration.agreed": False})


def test_child_allowance_refuses_a_birth_that_lies_ahead() -> None:
    answers = {
        **APPLICANT,
        "applicant.pension_kind": "employees",
        "child.name": "見本 つぼみ",
        "child.kana": "ミホン ツボミ",
        "child.born_on": "2026-11-10",
        "child.living_with": True,
        "allowance.receiving": False,
        "allowance.elder": False,
        "spouse.exists": False,
        "earner.is_applicant": True,
        "earner.public_servant": False,
        "account.use_registered": True,
    }
    assert _problems("jidou-teate", answers) == set()
    assert ("child.born_on", "rule") in _problems("jidou-teate", {**answers, "child.born_on": "2026-11-26"})
    assert ("account.number", "required") in _problems("jidou-teate", {**answers, "account.use_registered": False})


@pytest.mark.parametrize(
    ("requested", "refused"), [(500_000, False), (500_001, True), (300_000, False), (299_999, True)]
)
def test_a_subsidy_keeps_its_rate_and_its_floor(requested: int, refused: bool) -> None:
    """One half of 1,000,000 yen, at least 300,000 yen."""
    problems = _problems("shien-digital", {**SUBSIDY, "project.requested_yen": requested})
    assert problems == ({("project.requested_yen", "rule")} if refused else set())


def test_a_subsidy_keeps_its_cap_and_asks_for_quotations() -> None:
    costly = [{**SUBSIDY["expenses_digital"][0], "yen": 8_000_000}]
    answers = {**SUBSIDY, "expenses_digital": costly, "project.requested_yen": 1_500_000}
    assert _problems("shien-digital", answers) == set()
    assert ("project.requested_yen", "rule") in _problems(
        "shien-digital", {**answers, "project.requested_yen": 1_500_001}
    )
    assert ("project.quotes", "rule") in _problems("shien-digital", {**answers, "project.quotes": False})
    small = [{**SUBSIDY["expenses_digital"][0], "yen": 499_999}, {**SUBSIDY["expenses_digital"][1], "yen": 499_999}]
    cheap = {**SUBSIDY, "expenses_digital": small, "project.requested_yen": 400_000, "project.quotes": False}
    assert _problems("shien-digital", cheap) == set()


@pytest.mark.parametrize(
    ("area", "units", "refused"), [(5, 1, False), (6, 1, True), (6, 2, False), (11, 2, True), (10, 3, True)]
)
def test_units_of_a_sign_are_its_area_by_five_rounded_up(area: int, units: int, refused: bool) -> None:
    answers = {
        **{key: BUSINESS[key] for key in BUSINESS if key in _keys("okugai-koukoku")},
        "applicant.municipality": "131199",
        "ad.renewal": False,
        "site.address": "東京都板橋区見本町一丁目2番4号",
        "ad.kind": "wall",
        "ad.area_m2": area,
        "ad.units": units,
        "ad.height_m": "3.5",
        "ad.lit": "none",
        "ad.own_use": True,
    }
    assert _problems("okugai-koukoku", answers) == ({("ad.units", "rule")} if refused else set())
