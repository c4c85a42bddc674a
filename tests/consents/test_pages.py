"""Pages: a person decides, keeps receipts, sees who looked and asks why; staff see their own organisation only."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents import queries, receipts
from madoguchi.apps.consents.api import disclose, erase, export
from madoguchi.apps.consents.models import AccessEntry, AccessQuestion, BreakGlass, ConsentRecord
from madoguchi.apps.consents.pack import check, load
from madoguchi.apps.consents.services import consent
from madoguchi.apps.consents.services import terms as terms_service
from madoguchi.core.packs import LoadReport
from madoguchi.core.permissions import Role
from tests.consents.world import (
    HERSELF,
    NOW,
    OTHER,
    PERSON,
    Memory,
    agreement,
    ask,
    ask_by_law,
    law,
    revision_hash,
    seal_everything,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(terms: Memory) -> Browser:
    """Sign the person in."""
    user = User.objects.create(username="hanako", display_name="東京 花子", kind="resident")
    terms.accounts[str(user.pk)] = PERSON
    browser = Browser()
    browser.force_login(user)
    return browser


def staff(name: str, organisation: str, *roles: Role) -> Browser:
    user = accounts.create_staff(
        username=name, display_name=name, password="a long sample password", roles={organisation: set(roles)}
    )
    browser = Browser()
    browser.force_login(user)
    return browser


def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def agree(now: Any = None) -> ConsentRecord:
    return consent.grant(PERSON, "childcare.shinjuku", actor=HERSELF, now=now or timezone.now())


AGREEMENT = "/me/consents/childcare.shinjuku/"


def test_a_person_sees_the_terms_grants_and_withdraws(person: Browser) -> None:
    page = text(person, AGREEMENT)
    assert "目的childcare" in page
    assert 'value="氏名" checked' in page
    assert 'value="口座・カード番号"><span>' in page, "the least wanted kind is not ticked"
    form: dict[str, Any] = {"grant": "1", "revision": revision_hash(), "attribute": ["氏名", "所得"]}
    assert person.post(AGREEMENT, form).status_code == 302
    assert ConsentRecord.objects.get().attributes == sorted(["氏名", "所得"])
    assert "同意しています" in text(person, "/me/consents/")
    person.post(AGREEMENT, {"withdraw": "1"})
    assert "取り消しました" in text(person, AGREEMENT)
    assert ConsentRecord.objects.get().state == "withdrawn"


def test_terms_that_changed_while_reading_are_shown_again(person: Browser) -> None:
    old = revision_hash()
    terms_service.put_agreements([agreement(retention_days=5)], now=NOW)
    answer = person.post(AGREEMENT, {"grant": "1", "revision": old, "attribute": "氏名"})
    assert answer.status_code == 409
    assert not ConsentRecord.objects.exists()
    assert person.post(AGREEMENT, {"grant": "1", "revision": revision_hash()}).status_code == 400


def test_a_person_is_told_to_consent_again_after_a_revision(person: Browser) -> None:
    agree()
    terms_service.put_agreements([agreement(retention_days=5)], now=NOW)
    assert "もう一度の同意が必要です" in text(person, "/me/consents/")
    terms_service.put_agreements([agreement(retention_days=6)], now=NOW)
    ConsentRecord.objects.all().delete()
    row = agree(timezone.now() - timedelta(days=31))
    assert queries.state_of(row, row.agreement, timezone.now()) == "expired"


def test_offers_are_found_by_organisation_and_laws_ask_for_no_consent(person: Browser) -> None:
    assert AGREEMENT in text(person, "/me/consents/?organisation=shinjuku")
    assert "求めているものはありません" in text(person, "/me/consents/?organisation=nenkin")
    text(person, "/me/consents/pension.nenkin/", 404)
    text(person, "/me/consents/grant.shinjuku/", 404)


def test_a_receipt_can_be_kept_and_proves_the_decision(person: Browser) -> None:
    record = agree()
    seal_everything()
    answer = person.get(f"/me/receipts/{record.pk}.json")
    found = json.loads(answer.content)
    assert (found["state"], found["opt_in"], found["agreement"]["hash"]) == ("granted", True, revision_hash())
    assert found["processing"]["pii_attributes"] == record.attributes
    assert record.own_revision is not None
    assert found["events"][0]["hash"] == record.own_revision.hash
    assert len(found["audit_head"]["hash"]) == 64
    assert found["audit_head"]["leaf_block"] == found["audit_head"]["block"]
    assert "attachment" in answer["Content-Disposition"]
    assert record.pk in text(person, f"/me/receipts/{record.pk}/")
    assert receipts.receipt_of(OTHER, record.pk, NOW) is None
    text(person, "/me/receipts/none/", 404)


def test_who_looked_is_listed_with_person_or_system_purpose_basis_case(person: Browser) -> None:
    disclose(ask_by_law(reason="資格の確認"), timezone.now())
    page = text(person, "/me/access/")
    assert "日本年金機構" in page
    entry = AccessEntry.objects.get()
    page = text(person, f"/me/access/{entry.pk}/")
    for told in ("nenkin-core", "目的pension", "法律", "N-2026-7", "資格の確認", "所得"):
        assert told in page, told


def test_accesses_are_filtered_and_paged(person: Browser) -> None:
    now = timezone.now()
    for number in range(25):
        disclose(ask_by_law(), now - timedelta(days=number))
    disclose(ask(), now)
    assert "26件" in text(person, "/me/access/")
    assert "1件" in text(person, "/me/access/?organisation=shinjuku")
    assert "25件" in text(person, "/me/access/?basis=law&purpose=pension")
    day = timezone.localdate(now - timedelta(days=3)).isoformat()
    assert "1件" in text(person, f"/me/access/?since={day}&until={day}")
    assert "日付を読み取れませんでした" in text(person, "/me/access/?since=yesterday")
    rows, total = queries.accesses(PERSON, queries.Filters(), now=now, page=2)
    assert (len(rows), total) == (6, 26)
    assert "page=1" in text(person, "/me/access/?page=2&basis=law")
    assert "記録はありません" in text(person, "/me/access/?page=99")


def test_nobody_sees_accesses_to_somebody_else(person: Browser) -> None:
    entry_id = disclose(ask_by_law(subject_id=OTHER), timezone.now()).id
    assert "0件" in text(person, "/me/access/")
    text(person, f"/me/access/{entry_id}/", 404)


def test_an_access_is_hidden_only_by_law_and_only_until_its_day(person: Browser, terms: Memory) -> None:
    hidden = law(hidden_days=30, hidden_law="法 第1条")
    terms_service.put_agreements([hidden], now=NOW)
    now = timezone.now()
    entry_id = disclose(ask_by_law(), now).id
    assert "0件" in text(person, "/me/access/")
    text(person, f"/me/access/{entry_id}/", 404)
    person.post(f"/me/access/{entry_id}/", {"text": "なぜ"})
    assert not AccessQuestion.objects.exists()
    assert queries.accesses(PERSON, queries.Filters(), now=now + timedelta(days=30))[1] == 1
    assert "accesses" not in export(PERSON)


def test_a_question_goes_to_the_organisation_and_the_answer_comes_back(person: Browser) -> None:
    entry_id = disclose(ask_by_law(), timezone.now()).id
    path = f"/me/access/{entry_id}/"
    assert person.post(path, {"text": "  "}).status_code == 400
    person.post(path, {"text": "なぜ見ましたか"})
    person.post(path, {"text": "もう一度"})
    question = AccessQuestion.objects.get()
    assert question.text == "なぜ見ましたか"
    own, foreign = staff("own", "nenkin", Role.CASEWORKER), staff("foreign", "shinjuku", Role.CASEWORKER)
    assert "なぜ見ましたか" in text(own, "/desk/access-questions/")
    assert "なぜ見ましたか" not in text(foreign, "/desk/access-questions/")
    reply = {"question": str(question.pk), "text": "資格を確認しました"}
    assert foreign.post("/desk/access-questions/", reply).status_code == 404
    assert own.post("/desk/access-questions/", reply | {"text": ""}).status_code == 400
    assert own.post("/desk/access-questions/", reply).status_code == 302
    own.post("/desk/access-questions/", reply | {"text": "二回目"})
    assert "資格を確認しました" in text(person, path)
    assert own.post("/desk/access-questions/", {"question": "x"}).status_code == 404


def test_staff_see_the_accesses_of_their_own_organisation_only(person: Browser, terms: Memory) -> None:
    agree()
    terms.protected.add(PERSON)
    disclose(ask(case_reference="CASE-S"), timezone.now())
    disclose(ask_by_law(case_reference="CASE-N"), timezone.now())
    page = text(staff("auditor", "nenkin", Role.AUDITOR), "/desk/access/")
    assert "CASE-N" in page
    assert "CASE-S" not in page
    text(staff("reader", "nenkin", Role.READER), "/desk/access/", 404)


def test_break_glass_is_opened_read_shown_to_the_person_and_reviewed(person: Browser) -> None:
    rescuer = staff("rescuer", "shinjuku", Role.EMERGENCY)
    form = {"agreement": "rescue.shinjuku", "subject": PERSON, "reason": "短い"}
    assert rescuer.post("/desk/break-glass/", form).status_code == 400
    answer = rescuer.post("/desk/break-glass/", form | {"reason": "倒れているとの通報があった"})
    row = BreakGlass.objects.get()
    path = f"/desk/break-glass/{row.pk}/"
    assert answer["Location"] == path
    assert "東京 花子" not in text(rescuer, path)
    assert "東京 花子" in rescuer.post(path, {"read": "1"}).content.decode()
    assert "緊急の確認" in text(person, "/me/access/")
    supervisor = staff("supervisor", "shinjuku", Role.AUDITOR)
    assert "点検が必要" in text(supervisor, "/desk/break-glass/")
    assert supervisor.post(path, {"read": "1"}).status_code == 404, "a supervisor reviews, but does not read"
    assert supervisor.post(path, {"outcome": "justified", "note": ""}).status_code == 400
    assert supervisor.post(path, {"outcome": "maybe", "note": "x"}).status_code == 400
    assert rescuer.post(path, {"outcome": "justified", "note": "自分"}).status_code == 404
    assert supervisor.post(path, {"outcome": "not_justified", "note": "通報なし"}).status_code == 302
    assert "正しくなかった" in text(supervisor, path)
    assert "東京 花子" not in rescuer.post(path, {"read": "1"}).content.decode()
    text(staff("other", "nenkin", Role.AUDITOR), path, 404)
    text(staff("reader", "shinjuku", Role.READER), "/desk/break-glass/", 404)


def test_strangers_are_sent_to_sign_in_and_staff_have_no_page_of_their_own(terms: Memory) -> None:
    caseworker = staff("caseworker", "shinjuku", Role.CASEWORKER)
    for path in ("/me/consents/", "/me/access/", AGREEMENT):
        assert Browser().get(path).status_code == 302
        text(caseworker, path, 404)
    for path in ("/desk/access/", "/desk/access-questions/", "/desk/break-glass/"):
        assert Browser().get(path).status_code == 302


def test_an_account_without_a_record_sees_empty_pages(terms: Memory) -> None:
    browser = Browser()
    browser.force_login(User.objects.create(username="new", display_name="新しい人", kind="resident"))
    assert "あなたの記録はまだありません" in text(browser, "/me/consents/")
    assert "0件" in text(browser, "/me/access/")
    text(browser, AGREEMENT, 404)


def test_a_business_sees_and_decides_for_itself(terms: Memory) -> None:
    user = User.objects.create(username="firm", display_name="会社", kind="business")
    terms.accounts[str(user.pk)] = OTHER
    browser = Browser()
    browser.force_login(user)
    text(browser, AGREEMENT, 404)
    form = {"grant": "1", "revision": revision_hash("grant.shinjuku"), "attribute": "氏名"}
    assert browser.post("/me/consents/grant.shinjuku/", form).status_code == 302
    assert ConsentRecord.objects.get().individual == OTHER


def test_export_hands_out_everything_and_erasing_ends_every_consent(person: Browser) -> None:
    record = agree()
    entry_id = disclose(ask(), timezone.now()).id
    person.post(f"/me/access/{entry_id}/", {"text": "なぜ見ましたか"})
    found = export(PERSON)
    assert {name: len(rows) for name, rows in found.items()} == {"consents": 1, "accesses": 1, "questions": 1}
    assert json.loads(json.dumps(found)) == found
    kept = erase(PERSON, timezone.now()).kept
    assert len(kept) == 2
    record.refresh_from_db()
    assert record.state == "withdrawn"
    assert "なぜ" not in json.dumps(export(PERSON), ensure_ascii=False)
    assert not disclose(ask(), timezone.now()).values
    assert export(OTHER) == {}
    assert erase(OTHER, timezone.now()).kept == ()


def test_the_pack_of_tokyo_is_sound_and_its_least_wanted_kinds_are_off(pack: Any) -> None:
    from madoguchi.apps.consents.models import DataAgreement, DataAttribute

    assert check(pack) == []
    report = LoadReport()
    load(pack, report, NOW)
    assert report.as_dict() == {"agreements_unchanged": DataAgreement.objects.count()}
    reluctant = set(DataAttribute.objects.exclude(category="ordinary").values_list("name", flat=True))
    assert len(reluctant) == 3
    assert not any(reluctant & set(row.default_on) for row in DataAgreement.objects.all())
    assert DataAgreement.objects.filter(attributes__isnull=False, lawful_basis="consent").exists()
    assert all(row.article.get("ja") for row in DataAgreement.objects.exclude(lawful_basis="consent"))


def test_a_broken_purposes_file_names_record_field_and_remedy(tmp_path: Any) -> None:
    (tmp_path / "organisations.yaml").write_text("organisations: [{id: a, kind: bureau, ja: あ, en: a}]")
    (tmp_path / "purposes.yaml").write_text(
        """
attributes: [{name: 氏名, category: ordinary, sensitivity: 1, ja: 氏名, en: Name, easy: なまえ}]
policies: []
purposes: [{id: one, subject: person, name: {ja: 一, en: one, easy: 一}, description: {ja: 一, en: one, easy: 一}}]
agreements:
  - {id: bad, controllers: [b], purpose: one, policy: none, basis: law, attributes: [住所], retention_days: 1,
     hidden_days: 3, unconfirmed: []}
  - {id: bad, controllers: [a], purpose: one, policy: none, basis: consent, attributes: [氏名], retention_days: 1,
     unconfirmed: []}
"""
    )
    flaws = {(error.record, error.field) for error in check(tmp_path)}
    assert flaws >= {("bad", name) for name in ("id", "policy", "attributes", "controllers", "article", "hidden_days")}
    (tmp_path / "purposes.yaml").write_text("attributes: 3")
    assert check(tmp_path)
    (tmp_path / "purposes.yaml").unlink()
    assert check(tmp_path) == []
