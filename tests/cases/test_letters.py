"""Letters read back from their PDF, and what anybody learns who holds one."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse

from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import CaseMissing, LetterProof, LetterRef
from madoguchi.apps.cases.letters import sentences
from madoguchi.apps.cases.models import Letter
from madoguchi.core import audit, vault
from madoguchi.core.models import AuditEntry, Organisation
from madoguchi.core.permissions import NotPermitted
from tests.cases import world as w
from tests.cases.paperwork import Sheet, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]
CODE = re.compile(r"確認番号：((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})")
INSTRUCTION, RESULT, REASONS = "不服があるとき（教示）", "決定の内容", "理由"


def letters(case_id: str) -> tuple[LetterRef, ...]:
    """Return the letters of a case, newest first."""
    return w.seen(case_id).letters


def given(case_id: str, place: int = 0) -> HttpResponse:
    return api.letter_for_staff(letters(case_id)[place].id, actor=w.EXAMINER, now=w.NOW)


def sheet(case_id: str, place: int = 0) -> Sheet:
    """Return a letter of a case as a screen reader gets it; 0 is the newest."""
    return read(given(case_id, place).content)


def code_of(letter: Sheet) -> str:
    found = CODE.search(letter.text)
    assert found is not None
    return found[1]


def proof(code: str, days: int = 0) -> LetterProof:
    found = api.verify_code(code, today=w.TODAY + timedelta(days=days))
    assert found is not None
    return found


def test_a_letter_in_favour_says_what_to_whom_by_whom_and_until_when() -> None:
    values = {"amount": 15_000, "from": "2026-12-01"}
    case_id = w.notified(w.ALLOWANCE, values=values)
    letter, number = sheet(case_id), w.row(case_id).number
    assert letter.title == "児童手当の請求 決定通知書"
    assert letter.parts[0] == ("H1", letter.title)
    for line in (
        f"受付番号：{number}",
        "決定日：令和8年11月25日",
        "あて先：調布 花子 様",
        "決定した機関：調布市",
        "手続：児童手当の請求",
    ):
        assert line in letter.text.splitlines()
    result = letter.under(RESULT)
    assert "申請のとおり認めます" in result
    assert "支給の開始は 令和8年12月1日、額は 15,000円 です。" in result
    assert f"受付番号 {number}" in result
    assert letter.under(REASONS) == ""
    assert code_of(letter)


def test_every_disposition_tells_how_to_contest_it_where_and_by_when() -> None:
    case_id = w.notified(w.ALLOWANCE, outcome="refused", reasons=["not-in-japan"])
    review, suit = sheet(case_id).under(INSTRUCTION).splitlines()
    assert "この決定があったことを知った日の翌日から起算して3か月以内に、調布市長に対して審査請求をする" in review
    assert "1年を経過したとき" in review
    assert "6か月以内に、調布市を被告として" in suit


def test_a_refusal_tells_every_reason_with_its_law() -> None:
    case_id = w.notified(
        w.ALLOWANCE, outcome="refused", reasons=["beyond-age", "not-caring"], words="別居の申立書がありません。"
    )
    letter = sheet(case_id)
    assert "認めません" in letter.under(RESULT)
    assert letter.under(REASONS).splitlines() == [
        "監護または生計同一の要件を満たさない（児童手当法 第4条）",
        "対象の年齢を過ぎている（児童手当法 第3条）",
        "別居の申立書がありません。",
    ]


def test_a_letter_that_grants_a_part_tells_the_amount_and_why_not_all() -> None:
    values = {"amount": 300_000, "from": "2027-01-10", "until": "2027-06-30"}
    case_id = w.notified(w.GRANT, outcome="partly_granted", reasons=["not-covered"], values=values)
    letter = sheet(case_id)
    assert letter.title == "（見本）中小企業デジタル化支援助成金 決定通知書"
    assert "あて先：見本運輸株式会社 様" in letter.text
    result = letter.under(RESULT).splitlines()
    assert result[0] == "申請の一部を認めます"
    assert result[-3:] == ["金額：300,000円", "期間の始め：令和9年1月10日", "期間の終わり：令和9年6月30日"]
    assert letter.under(REASONS) == "対象の事業・経費でない（要綱）"
    assert "東京都知事に対して審査請求" in letter.under(INSTRUCTION)
    assert "東京都を被告として" in letter.under(INSTRUCTION)


def test_a_permit_tells_until_when_it_holds() -> None:
    assert "期間の終わり：令和13年11月24日" in sheet(w.notified(w.WASTE)).under(RESULT)


def test_a_notification_that_was_taken_carries_no_instruction_and_a_refused_one_does() -> None:
    taken = sheet(w.notified(w.DOG, outcome="accepted", key="a"))
    assert "届出を受理しました" in taken.text
    assert taken.under(INSTRUCTION) == ""
    refused = sheet(
        w.notified(w.DOG, outcome="refused", words="登録がありません。", key="b", answers={"dog.name": "シロ"})
    )
    assert "審査請求" in refused.under(INSTRUCTION)


def test_every_authority_of_the_pack_is_named_as_one_that_hears_a_complaint() -> None:
    chofu = Organisation.objects.get(pk=w.CHOFU)
    metropolis = Organisation.objects.get(pk=w.KANKYO)
    assert sentences.contested_at("区市町村長への審査請求", chofu)[0] == "調布市長"
    assert sentences.contested_at("区市町村長への審査請求", metropolis)[0] == "区市町村長"
    health = {"decision": {"objection": {"to": {"ja": "区市町村長への審査請求（保健所長の処分は上級行政庁へ）"}}}}
    assert "調布市長（保健所長の処分は上級行政庁へ）に対して審査請求" in sentences.instructions(health, chofu)[0]
    court = {"to": {"ja": "家庭裁判所への不服申立て（期間の定めはありません）"}, "law": "戸籍法 第122条"}
    assert sentences.instructions({"decision": {"objection": court}}, chofu) == [
        "この決定に不服があるときは、家庭裁判所に不服申立てをすることができます（戸籍法 第122条）。期間の定めはありません。"
    ]
    assert "調布市の審査庁に対して" in sentences.instructions({}, chofu)[0]


def test_a_letter_is_a_tagged_japanese_document_in_reading_order() -> None:
    letter = sheet(w.notified(w.ALLOWANCE))
    assert b"/Lang (ja)" in letter.catalogue
    assert b"/StructTreeRoot" in letter.catalogue
    assert b"/MarkInfo" in letter.catalogue
    tags = [tag for tag, _text in letter.parts]
    assert (tags[0], tags.count("H1"), set(tags)) == ("H1", 1, {"H1", "H2", "P"})
    assert all(text for _tag, text in letter.parts)


def test_a_long_letter_runs_over_pages_and_loses_nothing() -> None:
    words = "理由をくわしく書きます。" * 300
    letter = sheet(w.notified(w.ALLOWANCE, outcome="refused", words=words))
    assert letter.under(REASONS) == words


def test_every_download_gives_the_same_bytes_to_both_sides_and_only_to_them() -> None:
    case_id = w.notified(w.ALLOWANCE)
    letter_id = letters(case_id)[0].id
    mine = api.letter_for_applicant(letter_id, applicant=w.HANAKO, now=w.NOW)
    assert mine.content == given(case_id).content
    assert mine.headers["Content-Type"] == "application/pdf"
    assert mine.headers["Cache-Control"] == "no-store"
    assert w.row(case_id).number in mine.headers["Content-Disposition"]
    assert AuditEntry.objects.filter(action="letter.read", object_id=letter_id).count() == 2
    with pytest.raises(CaseMissing):
        api.letter_for_applicant(letter_id, applicant=w.TARO, now=w.NOW)
    with pytest.raises(NotPermitted):
        api.letter_for_staff(letter_id, actor=w.NEIGHBOUR, now=w.NOW)
    for strange in ("", "x", "0190b3a0-0000-7000-8000-00000000ffff"):
        with pytest.raises(CaseMissing):
            api.letter_for_applicant(strange, applicant=w.HANAKO, now=w.NOW)


def test_a_letter_whose_bytes_were_changed_is_not_handed_out() -> None:
    case_id, other = w.notified(w.ALLOWANCE), w.notified(w.WASTE, key="other")
    letter_id = letters(case_id)[0].id
    stolen = Letter.objects.get(case=other)
    Letter.objects.filter(pk=letter_id).update(sealed=stolen.sealed, key=stolen.key)
    with pytest.raises(vault.Tampered):
        api.letter_for_applicant(letter_id, applicant=w.HANAKO, now=w.NOW)


def objected(changed: bool) -> str:
    """Return a refused case whose applicant asked for a review, which is decided."""
    case_id = w.notified(w.ALLOWANCE, outcome="refused", reasons=["not-caring"])
    api.object_to(case_id, applicant=w.HANAKO, text="監護しています。", now=w.NOW)
    api.decide_objection(
        case_id,
        actor=w.SECOND,
        changed=changed,
        outcome="granted" if changed else "",
        words="住民票で確かめました。",
        values={"amount": 15_000} if changed else None,
        expected_number=None,
        now=w.NOW,
    )
    return case_id


def test_a_dismissed_request_for_review_is_told_by_a_letter_that_leaves_the_decision_as_it_is() -> None:
    case_id = objected(changed=False)
    result, first = sheet(case_id), sheet(case_id, 1)
    assert result.title == "審査請求についての裁決"
    assert result.under("裁決の内容") == "審査請求を認めません。"
    assert result.under(REASONS) == "住民票で確かめました。"
    assert "調布市を被告として" in result.under(INSTRUCTION)
    assert proof(code_of(first)).standing == "valid"
    assert (proof(code_of(result)).kind, proof(code_of(result)).outcome) == ("objection", "dismissed")
    assert w.told("CaseNotified")[-1]["letter_id"] == letters(case_id)[0].id
    assert w.own(case_id).timeline[-1].words["reason"] == "住民票で確かめました。"


def test_a_request_for_review_that_succeeds_replaces_the_decision_at_once_and_a_new_letter_follows() -> None:
    case_id = objected(changed=True)
    old, result = sheet(case_id, 1), sheet(case_id)
    assert "もとの決定を変えます" in result.under("裁決の内容")
    assert proof(code_of(old)).standing == "replaced"
    assert "15,000" not in result.text
    api.notify(case_id, actor=w.EXAMINER, expected_number=None, now=w.NOW)
    fresh = sheet(case_id)
    assert "申請のとおり認めます" in fresh.under(RESULT)
    assert "額は 15,000円" in fresh.under(RESULT)
    assert proof(code_of(fresh)).standing == "valid"
    assert {proof(code_of(old)).standing, proof(code_of(fresh)).outcome} == {"replaced", "granted"}
    assert len({code_of(sheet(case_id, place)) for place in range(3)}) == 3


def test_a_code_tells_that_a_letter_is_genuine_and_nothing_about_the_person() -> None:
    case_id = w.notified(w.WASTE)
    found, number = proof(code_of(sheet(case_id))), w.row(case_id).number
    assert (found.organisation_id, found.procedure_id, found.kind) == (w.KANKYO, w.WASTE, "decision")
    assert (found.outcome, found.decided_on, found.standing) == ("granted", w.TODAY, "valid")
    assert found.number_masked == number[: -len("000001-X")] + "****01-" + number[-1]
    shown = repr(found)
    for secret in (number, case_id, "見本運輸", w.FIRM.subject_id, w.FIRM.account_id, w.EXAMINER.name, w.DECIDER.id):
        assert secret not in shown


def test_a_permit_whose_time_has_passed_is_expired_from_the_day_after() -> None:
    code = code_of(sheet(w.notified(w.WASTE)))
    days = (proof(code).valid_until - w.TODAY).days
    assert proof(code, days).standing == "valid"
    assert proof(code, days + 1).standing == "expired"


def test_a_code_is_read_as_people_type_it_and_a_wrong_one_is_none() -> None:
    code = code_of(sheet(w.notified(w.ALLOWANCE)))
    alike = code.replace("0", "O").replace("1", "l").replace("V", "u")
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign != "-" else "ー" for sign in code)
    for typed in (code.lower(), code.replace("-", " "), f"  {code} ", code.replace("-", ""), alike, wide):
        assert proof(typed) == proof(code), typed
    other = "2" if code[-1] != "2" else "3"
    for wrong in ("", "-", code[:-1], code + "0", code[:-1] + other, "0000-0000-0000-0000"):
        assert api.verify_code(wrong, today=w.TODAY) is None


def test_the_code_stands_in_the_letter_alone() -> None:
    code = code_of(sheet(w.notified(w.ALLOWANCE)))
    row = Letter.objects.get()
    assert code not in repr(vars(row))
    assert code.encode() not in bytes(row.sealed or b"")
    assert not any(code.encode() in bytes(entry.payload) for entry in AuditEntry.objects.all())
    assert audit.verify().problems == ()
