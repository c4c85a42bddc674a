"""The desk of benefits: who may see what, a run from its beginning to the bank's answer by two people, sent twice, refused."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from madoguchi.apps.benefits import services, tasks
from madoguchi.apps.benefits.contracts import PaymentState, RecipientState, RunState, Waiting
from madoguchi.apps.benefits.models import Invitation, OpenGrant, Payment, Recipient, Run, Scheme
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM, Role

from .conftest import EVERYTHING, NOW, SCHEME, TODAY, account, answer, enrol, residence
from .desk import DESK, act, address, browser, hidden, text_of, upload

pytestmark = pytest.mark.django_db
FINDINGS = ("no_account", "unconfirmed", "overpaid")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the third of August 2026 for the pages."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def preparer(scheme: Scheme, clock: None) -> Client:
    return browser("preparer", Role.PAYMASTER)


@pytest.fixture
def approver(scheme: Scheme, clock: None) -> Client:
    return browser("approver", Role.PAYMENT_APPROVER)


def begin(client: Client, month: str = "2026-08", day: str = "2026-08-14", **more: str) -> Any:
    form = {**hidden(client.get(DESK).content.decode()), "do": "draft", "month": month, "transfer_on": day, **more}
    return client.post(DESK, form, follow=True)


def work() -> None:
    """Do what the worker does with a run that waits."""
    for run in Run.objects.filter(state=RunState.DRAFTED):
        tasks.calculate.call(str(run.pk))


def begun(client: Client) -> Run:
    begin(client)
    work()
    return Run.objects.get()


def approved(preparer: Client, approver: Client) -> Run:
    run = begun(preparer)
    act(approver, run, "approve", looked_at=sorted(EVERYTHING))
    return Run.objects.get()


def with_bank(preparer: Client, approver: Client) -> Run:
    run = approved(preparer, approver)
    act(preparer, run, "export")
    act(preparer, run, "sent")
    return Run.objects.get()


def test_a_run_goes_from_beginning_to_answer_by_two_people(preparer: Client, approver: Client) -> None:
    enrol("a")
    enrol("b")
    html = text_of(begin(preparer))
    assert "計算が終わるまで" in html
    work()
    run = Run.objects.get()
    page = text_of(preparer.get(address(run)))
    assert "受給者2人のうち2件" in page
    assert "支払いを準備した人は承認できません" in page
    page = text_of(approver.get(address(run)))
    assert "「予算」を見て、確かめました" in page
    assert "40,000円の支払いを承認する" in page
    assert "先に" not in page
    assert "確かめた印を付けてください" in text_of(act(approver, run, "approve"))
    assert "支払いを承認しました" in text_of(act(approver, run, "approve", looked_at=sorted(EVERYTHING)))
    assert "振込データを作りました" in text_of(act(preparer, run, "export"))
    data = preparer.post(f"{address(run)}file/")
    assert data["Content-Disposition"].endswith('filename="zengin-018-support-2026-08-1.txt"')
    assert data["Cache-Control"] == "no-store"
    assert data.content == services.export(SYSTEM, str(run.pk), now=NOW)
    assert AuditEntry.objects.filter(action="payment_run.download").count() == 1
    assert "銀行に渡したことを記録しました" in text_of(act(preparer, run, "sent"))
    told = text_of(act(preparer, run, "settle", result=upload(answer(run, {"b": "closed"}))))
    assert "振込ずみ1件、振込不能1件" in told
    failed = text_of(preparer.get(f"{address(run)}payments/"))
    assert "口座が解約されている" in failed
    assert "訂正を待っています" in failed
    assert "自動で次の支払いに入ります" in failed
    assert Run.objects.get().state == RunState.SETTLED


@pytest.mark.parametrize("prefix", ["", "/en", "/ja-easy"])
def test_every_page_is_there_in_three_languages(preparer: Client, approver: Client, prefix: str) -> None:
    enrol("a")
    enrol("c", at=account(holder="山田花子"))
    run = with_bank(preparer, approver)
    act(preparer, run, "settle", result=upload(answer(run, {"a": "no_account"})))
    paths = ["/desk/benefits/", DESK, address(run), f"{address(run)}payments/", f"{address(run)}payments/?state=paid"]
    paths += [f"{address(run)}findings/{kind}/" for kind in FINDINGS]
    for client, path in ((client, path) for client in (preparer, approver) for path in paths):
        page = client.get(prefix + path)
        html = page.content.decode()
        assert page.status_code == 200, path
        assert html.count("<h1") == 1
        assert f'<html lang="{"en" if prefix == "/en" else "ja"}">' in html
        assert " style=" not in html


@pytest.mark.parametrize("roles", [(Role.EXAMINER,), (Role.READER, Role.AUDITOR)])
def test_staff_without_the_right_find_nothing(preparer: Client, approver: Client, roles: tuple[Role, ...]) -> None:
    enrol("a")
    run = approved(preparer, approver)
    for client in (browser("other", *roles), browser("foreign", *Role, at="132080")):
        html = client.get("/desk/benefits/")
        assert html.status_code == 404 or SCHEME not in html.content.decode()
        for path in (DESK, address(run), f"{address(run)}payments/", f"{address(run)}findings/overpaid/"):
            assert client.get(path).status_code == 404, path
        for path, form in (
            (DESK, {"do": "invite", "expected": "1"}),
            (address(run), {"do": "export", "state": "checked"}),
            (f"{address(run)}file/", {}),
            (f"{address(run)}payments/", {"payment": "1", "reason": "bank"}),
        ):
            assert client.post(path, form).status_code == 404, path
    assert Run.objects.get().state == RunState.CHECKED


def test_the_menu_names_benefits_to_those_who_pay(preparer: Client, approver: Client) -> None:
    link = 'href="/desk/benefits/"'
    assert link in preparer.get("/desk/").content.decode()
    assert link in approver.get("/desk/").content.decode()
    assert link not in browser("editor", Role.PUBLISHER).get("/desk/").content.decode()


def test_a_run_is_found_only_under_its_own_scheme(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = begun(preparer)
    assert preparer.get(f"/desk/benefits/another/runs/{run.pk}/").status_code == 404


def test_who_prepares_cannot_approve_and_who_approves_cannot_prepare(preparer: Client, approver: Client) -> None:
    enrol("a")
    both = browser("both", Role.PAYMASTER, Role.PAYMENT_APPROVER)
    begin(both)
    work()
    run = Run.objects.get()
    assert "ほかの承認者に頼んでください" in text_of(act(both, run, "approve", looked_at=sorted(EVERYTHING)))
    assert act(preparer, run, "approve", looked_at=sorted(EVERYTHING)).status_code == 404
    assert act(approver, run, "recalculate").status_code == 404
    assert act(approver, run, "cancel", reason="wrong_date").status_code == 404
    assert Run.objects.get().state == RunState.CALCULATED


def test_a_double_click_begins_one_run(preparer: Client) -> None:
    enrol("a")
    form = {
        **hidden(preparer.get(DESK).content.decode()),
        "do": "draft",
        "month": "2026-08",
        "transfer_on": "2026-08-14",
    }
    preparer.post(DESK, form)
    again = preparer.post(DESK, form, follow=True)
    assert "二重には始めていません" in text_of(again)
    assert Run.objects.count() == 1


def test_a_form_that_was_sent_before_changes_nothing(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = approved(preparer, approver)
    for do, state in (("approve", "calculated"), ("recalculate", "calculated"), ("cancel", "drafted")):
        client = approver if do == "approve" else preparer
        told = act(client, run, do, state=state, looked_at=sorted(EVERYTHING), reason="wrong_date")
        assert "この操作はもう終わっています" in text_of(told)
    assert AuditEntry.objects.filter(action="payment_run.approve").count() == 1
    assert Run.objects.get().state == RunState.CHECKED


def test_a_wrong_answer_of_the_bank_is_refused_in_words_and_changes_nothing(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = with_bank(preparer, approver)
    foreign = answer(run) + b"00000000000099999999,ok,\n"
    for data, words in (
        (b"\x89PNG\r\n", "この結果ファイルは取り込めません"),
        (b"name,yen\na,1\n", "ファイルの1行目を見てください"),
        (foreign, "ファイルの3行目を見てください"),
        (b"", "結果のファイルを選んでください"),
    ):
        told = act(preparer, run, "settle", result=upload(data))
        assert told.status_code == 400
        assert words in text_of(told)
    assert "結果のファイルを選んでください" in text_of(act(preparer, run, "settle"))
    assert Payment.objects.get().state == PaymentState.EXPORTED


@pytest.mark.parametrize(
    ("month", "day", "words"),
    [
        ("2026-09", "2026-09-15", "その月には支払いません"),
        ("2026-08", "2026-08-02", "今日より前ではない日"),
        ("2026-08", "2026-09-15", "支払い月の中で"),
        ("2026-08", "", "支払い月の中で"),
        ("soon", "2026-08-14", "支払い月を選んでください"),
    ],
)
def test_a_run_for_a_wrong_day_is_refused(preparer: Client, month: str, day: str, words: str) -> None:
    told = begin(preparer, month, day)
    assert told.status_code == 400
    assert words in text_of(told)
    assert not Run.objects.exists()


def test_a_run_is_taken_back_with_a_reason(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = approved(preparer, approver)
    assert "取り消す理由を選んでください" in text_of(act(preparer, run, "cancel"))
    assert "支払いを取り消しました" in text_of(act(preparer, run, "cancel", reason="wrong_content"))
    assert b"wrong_content" in bytes(AuditEntry.objects.get(action="payment_run.cancel").payload)


def test_money_that_came_back_is_recorded_once_by_an_approver(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = with_bank(preparer, approver)
    act(preparer, run, "settle", result=upload(answer(run)))
    path, number = f"{address(run)}payments/", str(Payment.objects.get().pk)
    assert preparer.post(path, {"payment": number, "reason": "bank"}).status_code == 404
    assert "番号を確かめてください" in text_of(approver.post(path, {"payment": "999", "reason": "bank"}))
    assert "戻された理由を選んでください" in text_of(approver.post(path, {"payment": number, "reason": "x"}))
    assert "組戻しを記録しました" in text_of(approver.post(path, {"payment": number, "reason": "bank"}, follow=True))
    again = approver.post(path, {"payment": number, "reason": "bank"}, follow=True)
    assert "二重には記録していません" in text_of(again)
    assert AuditEntry.objects.filter(action="payment.reverse").count() == 1


def test_people_are_invited_once(preparer: Client) -> None:
    services.list_eligible(SYSTEM, SCHEME, ["a", "b", "c"], source="matching", now=NOW)
    page = preparer.get(DESK)
    assert "3人を案内する" in text_of(page)
    assert "制度の条件と住民の記録との照合" in text_of(page)
    form = {"do": "invite", "expected": "3"}
    assert "3人を案内しました" in text_of(preparer.post(DESK, form, follow=True))
    assert "もう案内がすんでいます" in text_of(preparer.post(DESK, form, follow=True))
    assert Invitation.objects.filter(state="invited").count() == 3


def test_no_more_are_invited_than_the_page_said(preparer: Client) -> None:
    services.list_eligible(SYSTEM, SCHEME, ["a", "b", "c"], source="register", now=NOW)
    preparer.post(DESK, {"do": "invite", "expected": "2"})
    assert Invitation.objects.filter(state="listed").count() == 1


def test_the_figures_name_their_whole_their_day_and_their_source(preparer: Client, approver: Client) -> None:
    services.list_eligible(SYSTEM, SCHEME, ["a", "b"], source="register", now=NOW)
    enrol("a")
    run = with_bank(preparer, approver)
    act(preparer, run, "settle", result=upload(answer(run)))
    page = text_of(preparer.get("/desk/benefits/"))
    assert "支給が決まった人 1 / 2 2026-08-03" in page
    assert "振り込んだ人 1 / 1 20,000円 2026-08-03 10:00 銀行の結果" in page


def test_what_nobody_counted_is_not_zero(preparer: Client) -> None:
    assert "対象者 まだありません 記録なし" in text_of(preparer.get("/desk/benefits/"))


def waiting(case: str, why: Waiting, **more: Any) -> OpenGrant:
    return OpenGrant.objects.create(
        case_id=case, case_number=f"N-{case}", scheme_id=SCHEME, waiting=why, noted_at=NOW, **more
    )


def test_a_case_without_a_first_month_gets_one_once(preparer: Client) -> None:
    waiting("x", Waiting.NO_MONTH)
    assert "決定に、支給を始める月がありません" in text_of(preparer.get(DESK))
    for wrong in ("2022-01", "x", ""):
        assert preparer.post(DESK, {"do": "month", "case": "x", "first": wrong}).status_code == 400
    form = {"do": "month", "case": "x", "first": "2026-04"}
    assert "月を記録しました" in text_of(preparer.post(DESK, form, follow=True))
    assert "もう決まっています" in text_of(preparer.post(DESK, {**form, "first": "2026-05"}, follow=True))
    assert OpenGrant.objects.get().starts_on == date(2026, 4, 1)


def test_a_child_that_is_paid_by_another_case_waits_for_the_end_of_that_one(preparer: Client) -> None:
    other = enrol("a")
    waiting("x", Waiting.TAKEN, blocking=[other.pk])
    assert "ほかの申請で支給しています" in text_of(preparer.get(DESK))
    assert preparer.post(DESK, {"do": "end", "recipient": str(other.pk), "on": ""}).status_code == 400
    preparer.post(DESK, {"do": "end", "recipient": str(other.pk), "on": "2026-08-01"})
    other.refresh_from_db()
    assert (other.state, other.ends_on) == (RecipientState.ENDED, date(2026, 8, 1))


def test_odd_addresses_and_forms_are_no_pages(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = begun(preparer)
    assert preparer.post(DESK, {"do": "drop"}).status_code == 404
    assert preparer.post(address(run), {"do": "drop", "state": run.state}).status_code == 404
    assert preparer.post(DESK, {"do": "end", "recipient": "99", "on": "2026-08-01"}).status_code == 404
    assert preparer.get(f"{address(run)}payments/?state=lost").status_code == 404
    assert preparer.get(f"{address(run)}findings/lost/").status_code == 404
    assert preparer.get(f"{address(run)}payments/?page=9999999").status_code == 200
    refused = preparer.post(f"{address(run)}file/")
    assert refused.status_code == 400
    assert "先に別の操作が必要です" in text_of(refused)


def test_residence_is_asked_for_before_the_calculation(
    preparer: Client, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Told:
        def residence_of(self, *_: object, **__: object) -> Any:
            return residence(died=date(2026, 5, 20))

    from madoguchi.apps.benefits import residence as door

    monkeypatch.setattr(door, "_sources", [Told()])
    enrol("a", told=residence(as_of=date(2026, 8, 2)))
    run = begun(preparer)
    assert (run.months_count, run.state) == (2, RunState.CALCULATED)
    assert Recipient.objects.get().residence_as_of == TODAY


def test_a_settled_run_keeps_what_its_checks_said(preparer: Client, approver: Client) -> None:
    enrol("a")
    run = approved(preparer, approver)
    page = text_of(approver.get(address(run)))
    assert "承認したときの確認" in page
    assert "職員approver" in page
