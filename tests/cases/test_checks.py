"""Checks of every kind: what each finds, the words with what it looked at, and an aid that changes nothing."""

from typing import Any

import pytest

from madoguchi.apps.cases import api, verifying
from madoguchi.apps.cases.contracts import CheckResult, CheckView, Source
from madoguchi.apps.cases.models import Case, Likeness
from madoguchi.apps.files import scanning
from madoguchi.apps.files.contracts import FileRefusedByScanner
from madoguchi.core.models import OutboxEvent
from madoguchi.core.permissions import SYSTEM
from tests.cases import world as w
from tests.files.fake_clamd import SIGNATURE, FakeClamd
from tests.files.samples import pdf, stream

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]


def found(case_id: str, check_id: str) -> CheckView:
    return next(check for check in w.seen(case_id).checks if check.id == check_id)


def results(case_id: str) -> dict[str, str]:
    return {check.id: check.result.value for check in w.seen(case_id).checks}


def test_a_rule_quotes_what_it_looked_at_and_says_what_to_do() -> None:
    good, bad, unclear = (
        w.opened(key=str(n), answers={"child.name": str(n), "earner.public_servant": value})
        for n, value in enumerate((False, True, None))
    )
    assert found(good, "not-public").result is CheckResult.PASSED
    assert found(good, "not-public").words == "条件のとおりです。［所得の高いほうの親は公務員ですか＝いいえ］"
    assert found(bad, "not-public").result is CheckResult.FAILED
    assert found(bad, "not-public").words == "公務員は勤務先に請求します。［所得の高いほうの親は公務員ですか＝はい］"
    assert found(unclear, "not-public").result is CheckResult.OPEN
    assert "答えなし" in found(unclear, "not-public").words


def test_a_fact_is_compared_with_what_the_register_said() -> None:
    unverified = Source("申告", w.TODAY, False, "調布 花子")
    for n, (source, result, word) in enumerate(
        (
            (w.verified("調布　花子"), "passed", "と同じです"),
            (w.verified("府中 花子"), "failed", "そちらでは「府中 花子」です"),
            (unverified, "open", "比べていません"),
            (None, "open", "比べていません"),
        )
    ):
        sources = {"applicant.name": source} if source else {}
        case_id = w.opened(key=str(n), answers={"child.name": str(n)}, sources=sources)
        check = found(case_id, "name-match")
        assert check.result.value == result
        assert word in check.words
        assert "［氏名＝調布 花子］" in check.words


def test_a_fact_whose_answer_is_missing_is_for_a_person() -> None:
    case_id = w.opened(answers={"applicant.name": None}, sources={})
    assert found(case_id, "name-match").words == "氏名の答えがありません。担当者が確かめてください。"


def test_a_double_application_is_found_by_its_answers_without_showing_the_other() -> None:
    first = w.opened(w.DOG, key="a")
    second = w.opened(w.DOG, key="b", who=w.TARO, answers={"dog.name": " ﾎﾟﾁ "})
    elsewhere = w.opened(w.DOG, key="c", organisation_id=w.MITAKA)
    check = found(second, "duplicate")
    assert check.result is CheckResult.FAILED
    assert w.row(first).number in check.words
    other = next(item for item in w.seen(elsewhere, w.NEIGHBOUR).checks)
    assert "ほかの機関に2件" in other.words
    assert w.row(first).number not in other.words
    assert found(first, "duplicate").result is CheckResult.PASSED
    assert "ポチ" not in repr(list(Likeness.objects.values()))


def test_withdrawn_refused_old_and_incomplete_applications_are_no_doubles() -> None:
    gone = w.opened(w.DOG, key="gone")
    api.withdraw(gone, applicant=w.HANAKO, now=w.NOW)
    refusal = w.decided(w.DOG, key="no", outcome="refused", words="登録なし")
    assert results(w.opened(w.DOG, key="c")) == {"duplicate": "passed"}
    later = w.opened(w.DOG, key="later", now=w.at(days=61))
    assert results(later) == {"duplicate": "passed"}
    unclear = w.opened(w.DOG, key="unclear", answers={"dog.name": None})
    assert results(unclear) == {"duplicate": "open"}
    assert {gone, refusal}.isdisjoint(Case.objects.filter(state="received").values_list("pk", flat=True))


def test_documents_are_there_missing_or_confirmed_by_a_fact() -> None:
    needed = {"account.use_registered": False}
    missing = w.opened(key="a", answers={**needed, "child.name": "a"})
    sent = w.opened(key="b", answers={**needed, "child.name": "b"}, documents={"bank_account": ("f",)})
    asked = {"applicant.pension_kind": "mutual", "child.name": "c"}
    confirmed = w.opened(key="c", answers=asked, confirmed=("insurance",))
    assert [results(case_id)["documents"] for case_id in (missing, sent, confirmed)] == ["failed", "passed", "passed"]
    assert "書類が足りません" in found(missing, "documents").words


def test_a_file_that_waits_or_was_refused_by_the_scanner_leaves_the_check_open_or_failed(settings: Any) -> None:
    server = FakeClamd()
    settings.CLAMD_URL = server.address
    case_id = w.opened(answers={"account.use_registered": False}, documents={"bank_account": ("f",)})
    w.attached(case_id, "bank_account", data=pdf(stream(b"", SIGNATURE)))
    api.run_checks(case_id, actor=w.EXAMINER, now=w.NOW)
    assert results(case_id)["documents"] == "open"
    assert "ウイルスの検査を待っている" in found(case_id, "documents").words
    assert scanning.scan_waiting(w.NOW) == 1
    event = OutboxEvent.objects.get(name="FileRefusedByScanner")
    api.on_file_refused(FileRefusedByScanner(**event.payload))
    server.stop()
    assert results(case_id)["documents"] == "failed"
    assert "受け取れなかった書類" in found(case_id, "documents").words
    draft = FileRefusedByScanner("f", "draft", "d", "bank_account")
    api.on_file_refused(draft)


def test_running_again_writes_only_what_is_new_and_leaves_a_persons_finding() -> None:
    case_id = w.opened(answers={"earner.public_servant": True})
    before = w.number(case_id)
    assert api.run_checks(case_id, actor=SYSTEM, now=w.NOW) == before
    override = {"check_id": "not-public", "passed": True, "override": True, "words": "辞令を見ました"}
    api.do_check(case_id, actor=w.DECIDER, expected_number=None, now=w.NOW, **override)
    assert api.run_checks(case_id, actor=w.EXAMINER, now=w.NOW) == before + 1
    assert found(case_id, "not-public").overridden
    done = w.notified(w.DOG, key="done", outcome="accepted")
    assert api.run_checks(done, actor=SYSTEM, now=w.NOW) == w.number(done)


def test_the_aid_quotes_gaps_broken_rules_and_words_worth_a_look() -> None:
    case_id = w.opened(
        w.CARE,
        answers={
            "care.age_65": False,
            "care.clinic": None,
            "care.visit_wishes": "通訳をお願いできますか？至急です。夫の暴力から避難しています。",
        },
    )
    told = {(item.kind, item.code, item.path) for item in api.findings(case_id, actor=w.EXAMINER, now=w.NOW)}
    assert {
        ("missing", "document", "document:insurance"),
        ("missing", "required", "care.clinic"),
        ("hint", "danger", "care.visit_wishes"),
        ("hint", "language", "care.visit_wishes"),
        ("hint", "urgent", "care.visit_wishes"),
        ("hint", "question", "care.visit_wishes"),
    } <= told
    quotes = {item.code: item.quote for item in api.findings(case_id, actor=w.EXAMINER, now=w.NOW)}
    assert "暴力から避難し" in quotes["danger"]
    assert "至急" in quotes["urgent"]


def test_every_finding_has_words_in_every_language() -> None:
    from django.utils.translation import override

    from madoguchi.apps.procedures import api as procedures

    case_id = w.opened(w.CARE, answers={"care.clinic": None, "care.age_65": False}, sources={})
    view = procedures.procedure(w.CARE, 1)
    for language in ("ja", "en", "ja-easy"):
        with override(language):
            for item in api.findings(case_id, actor=w.EXAMINER, now=w.NOW):
                assert api.texts.aid(item.kind, item.code, item.params, view, language)
            assert all(check.words for check in w.seen(case_id).checks)


def test_looking_never_changes_a_case() -> None:
    case_id = w.opened(w.CARE, answers={"care.clinic": None})
    before = list(Case.objects.values()), list(Likeness.objects.values())
    api.findings(case_id, actor=w.EXAMINER, now=w.at(days=3))
    w.seen(case_id)
    w.own(case_id)
    api.answers_for_applicant(case_id, applicant=w.HANAKO)
    assert (list(Case.objects.values()), list(Likeness.objects.values())) == before
    assert verifying.verify() == []


def test_sensitive_answers_are_quoted_nowhere() -> None:
    answers = {
        "account.use_registered": False,
        "account.bank_code": "0009",
        "account.branch_code": "012",
        "account.kind": "1",
        "account.number": "76543219999",
        "account.holder": "ヒミツ ノ メイギ",
    }
    case_id = w.opened(answers=answers)
    shown = repr((w.seen(case_id).checks, api.findings(case_id, actor=w.EXAMINER, now=w.NOW)))
    assert "76543219999" not in shown
    assert "ヒミツ" not in shown
