"""The applicant's pages: where a case stands, correcting only what was asked, writing, withdrawing, objecting, reviewing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import Applicant, NotAllowed
from madoguchi.apps.cases.letters import writing
from madoguchi.apps.cases.models import Letter, Review, Told
from madoguchi.apps.people import services as people
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, NotPermitted
from tests.cases import world
from tests.files.samples import pdf
from tests.people.conftest import prove

pytestmark = pytest.mark.django_db


def resident(name: str) -> tuple[User, Applicant]:
    """Return an account behind which a person stands."""
    user = User.objects.create(username=f"user {name}", display_name=name, kind=Kind.RESIDENT)
    person = people.create_person(SYSTEM, "", now=timezone.now(), account_id=str(user.pk))
    return user, Applicant(str(user.pk), "person", person.id)


@pytest.fixture
def me(tokyo: None) -> Applicant:
    """Return an applicant."""
    _user, found = resident("調布 花子")
    return found


@pytest.fixture
def browser(me: Applicant, client: Client) -> Client:
    """Return the applicant's browser."""
    prove(client, User.objects.get(pk=me.account_id))
    return client


def address(case_id: str, rest: str = "") -> str:
    return f"/me/cases/{world.row(case_id).number}/{rest}"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def correcting(me: Applicant, *fields: str) -> str:
    """Return a case in which fields are asked to be corrected."""
    case_id = world.opened(who=me)
    api.ask_correction(
        case_id,
        actor=world.EXAMINER,
        fields=fields,
        message="電話番号の数字が足りません。",
        expected_number=None,
        now=timezone.now(),
    )
    return case_id


@pytest.mark.parametrize("language", ["", "/en", "/ja-easy"])
def test_the_list_says_whose_turn_it_is_and_by_when(browser: Client, me: Applicant, language: str) -> None:
    world.opened(world.DOG, who=me, key="a", now=timezone.now())
    waiting = correcting(me, "applicant.phone")
    html = text(browser.get(f"{language}/me/cases/"))
    assert html.index(world.row(waiting).number) < html.rindex('<article class="card">')
    assert f"{language}{address(waiting)}correction/" in html
    mine = text(browser.get(f"{language}/me/cases/?show=mine"))
    assert mine.count("<article") == 1
    assert text(browser.get(f"{language}/me/cases/?show=ended")).count("<article") == 0


def test_a_case_shows_its_way_its_day_and_nothing_internal(browser: Client, me: Applicant) -> None:
    case_id = world.opened(who=me, now=timezone.now())
    api.note(case_id, actor=world.EXAMINER, text="内部のメモです", now=timezone.now())
    api.message_out(case_id, actor=world.EXAMINER, text="確認しています", now=timezone.now())
    html = text(browser.get(address(case_id)))
    for word in ("いまどこにあるか", "結果が出る予定", "確認しています", "0424817111", "調布市"):
        assert word in html
    assert '<li aria-current="step">書類の確認' in html
    assert "内部のメモです" not in html
    assert world.EXAMINER.name not in html
    due = api.case_for_applicant(case_id, applicant=me, now=timezone.now()).due_on
    assert due is not None
    assert f"{due.year}年{due.month}月{due.day}日" in html


def test_nobody_else_sees_a_case(browser: Client, me: Applicant, client: Client) -> None:
    case_id = world.notified(who=me)
    letter = Letter.objects.get(case_id=case_id)
    other, _applicant = resident("見本 次郎")
    stranger = Client()
    prove(stranger, other)
    for rest in ("", "correction/", "withdraw/", "objection/", "review/", f"letters/{letter.pk}/"):
        assert browser.get(address(case_id, rest)).status_code in {200, 302}
        assert stranger.get(address(case_id, rest)).status_code == 404
    for rest in ("message/", "withdraw/", "objection/", "review/", "correction/"):
        assert stranger.post(address(case_id, rest), {"text": "x", "reason": "x", "ease": "5"}).status_code == 404
    assert Client().get(address(case_id)).status_code == 302
    assert world.number(case_id) == world.own(case_id, me).last_number
    assert browser.get("/me/cases/26-999999-000001-A/").status_code == 404


def test_a_correction_asks_only_what_was_asked(browser: Client, me: Applicant) -> None:
    case_id = correcting(me, "applicant.phone")
    html = text(browser.get(address(case_id, "correction/")))
    assert 'name="applicant.phone"' in html
    assert 'name="applicant.address"' not in html
    assert "電話番号の数字が足りません。" in html
    sent = {
        "number": str(world.number(case_id)),
        "send": "1",
        "applicant.phone": "0424817112",
        "applicant.address": "別の住所",
    }
    answer = browser.post(address(case_id, "correction/"), sent, follow=True)
    assert "訂正を送りました" in text(answer)
    answers = api.answers_for_applicant(case_id, applicant=me)
    assert answers.answers["applicant.phone"] == "0424817112"
    assert answers.answers["applicant.address"] == world.PERSON["applicant.address"]
    assert dict(answers.changed) == {"applicant.phone": "0424817111"}
    assert "訂正ずみ" in text(answer)
    assert "いま、訂正をお願いしているところはありません" in text(
        browser.post(address(case_id, "correction/"), sent, follow=True)
    )


def test_a_correction_that_is_wrong_or_changes_nothing_is_told(browser: Client, me: Applicant) -> None:
    case_id = correcting(me, "applicant.phone")
    number = str(world.number(case_id))
    wrong = browser.post(address(case_id, "correction/"), {"number": number, "send": "1", "applicant.phone": "でんわ"})
    assert wrong.status_code == 400
    assert "でんわ" in text(wrong)
    same = browser.post(
        address(case_id, "correction/"), {"number": number, "send": "1", "applicant.phone": "0424817111"}
    )
    assert same.status_code == 400
    assert "まだ何も変わっていません" in text(same)
    told = {"number": number, "send": "1", "applicant.phone": "0424817111", "message": "この番号で合っています"}
    assert "この番号で合っています" in text(browser.post(address(case_id, "correction/"), told, follow=True))
    assert world.row(case_id).state != "correcting"


def test_a_stale_correction_keeps_what_was_typed(browser: Client, me: Applicant) -> None:
    case_id = correcting(me, "applicant.phone")
    number = str(world.number(case_id))
    api.message_out(case_id, actor=world.EXAMINER, text="急ぎません", now=timezone.now())
    answer = browser.post(
        address(case_id, "correction/"), {"number": number, "send": "1", "applicant.phone": "0424817119"}
    )
    assert answer.status_code == 409
    assert "0424817119" in text(answer)
    assert world.row(case_id).state == "correcting"


def test_a_document_is_asked_for_uploaded_taken_back_and_sent(browser: Client, me: Applicant) -> None:
    case_id = world.opened(who=me)
    document = f"document:{procedures.procedure(world.ALLOWANCE).documents[0]['id']}"
    api.ask_correction(
        case_id,
        actor=world.EXAMINER,
        fields=[document],
        message="読めません。",
        expected_number=None,
        now=timezone.now(),
    )
    name, where = document.removeprefix("document:"), address(case_id, "correction/")
    empty = browser.post(where, {"number": str(world.number(case_id)), "send": "1"})
    assert empty.status_code == 400
    assert "この書類がまだありません" in text(empty)
    bad = browser.post(where, {"upload": "1", name: SimpleUploadedFile("a.pdf", b"MZ not a pdf")})
    assert bad.status_code == 400
    first = text(browser.post(where, {"upload": "1", name: SimpleUploadedFile("一.pdf", pdf())}))
    assert "一.pdf" in first
    taken_back = re.search(r'value="(file:[0-9a-f-]{36})"', first)
    assert taken_back is not None
    assert "一.pdf" not in text(browser.post(where, {"remove": taken_back[1]}))
    send = {"number": str(world.number(case_id)), "send": "1", name: SimpleUploadedFile("二.pdf", pdf())}
    assert "訂正を送りました" in text(browser.post(where, send, follow=True))
    answers = api.answers_for_applicant(case_id, applicant=me)
    (file_id,) = answers.documents[name]
    assert browser.get(address(case_id, f"files/{file_id}/")).status_code == 200


def test_messages_go_both_ways(browser: Client, me: Applicant) -> None:
    case_id = world.opened(who=me)
    assert browser.post(address(case_id, "message/"), {"text": " "}).status_code == 400
    answer = browser.post(address(case_id, "message/"), {"text": "いつごろ決まりますか"}, follow=True)
    assert "いつごろ決まりますか" in text(answer)
    assert "いつごろ決まりますか" in str([entry.words for entry in world.seen(case_id).timeline])


def test_withdrawing_asks_once_more(browser: Client, me: Applicant) -> None:
    case_id = world.opened(who=me)
    assert "元にはもどせません" in text(browser.get(address(case_id, "withdraw/")))
    stale = browser.post(address(case_id, "withdraw/"), {"number": "0", "reason": "引っ越し"})
    assert stale.status_code == 409
    assert "引っ越し" in text(stale)
    done = browser.post(address(case_id, "withdraw/"), {"number": str(world.number(case_id))}, follow=True)
    assert "申請を取り下げました" in text(done)
    assert world.row(case_id).state == "withdrawn"
    assert browser.get(address(case_id, "withdraw/")).status_code == 302


def test_a_decision_is_seen_with_its_letter_and_can_be_objected_to(browser: Client, me: Applicant) -> None:
    case_id = world.decided(who=me, outcome="refused", words="お住まいが確かめられません。")
    before = text(browser.get(address(case_id)))
    assert "お住まいが確かめられません" not in before
    assert "認めません" not in before
    api.notify(case_id, actor=world.EXAMINER, expected_number=None, now=timezone.now())
    html = text(browser.get(address(case_id)))
    assert "認めません" in html
    assert "お住まいが確かめられません" in html
    letter = Letter.objects.get(case_id=case_id)
    download = browser.get(address(case_id, f"letters/{letter.pk}/"))
    assert download.content.startswith(b"%PDF")
    assert "審査請求をする" in text(browser.get(address(case_id, "objection/")))
    number = str(world.number(case_id))
    assert browser.post(address(case_id, "objection/"), {"number": number, "reason": ""}).status_code == 409
    done = browser.post(address(case_id, "objection/"), {"number": number, "reason": "住んでいます"}, follow=True)
    assert "審査請求を送りました" in text(done)
    assert world.row(case_id).state == "objected"


def test_one_review_for_each_case_and_no_trace_of_whose(browser: Client, me: Applicant) -> None:
    open_id = world.opened(world.DOG, who=me, key="open")
    with pytest.raises(NotAllowed):
        api.review(open_id, applicant=me, ease=5, now=timezone.now())
    case_id = world.notified(who=me)
    where = address(case_id, "review/")
    assert "感想を書く" in text(browser.get(address(case_id)))
    for wrong in ({}, {"ease": "9"}, {"ease": "x"}, {"ease": "4", "minutes": "たくさん"}):
        assert browser.post(where, wrong).status_code == 400
    given = {"ease": "4", "clear": "5", "minutes": "12", "trouble": ["words", "no such"], "text": "速かったです"}
    assert "ありがとうございました" in text(browser.post(where, given, follow=True))
    assert "もういただきました" in text(browser.post(where, given, follow=True))
    row = Review.objects.get()
    assert (row.ease, row.clear, row.minutes, row.troubles) == (4, 5, 12, ["words"])
    assert Told.objects.filter(case_id=case_id, kind="review").count() == 1
    kept = str({field.name: getattr(row, field.attname) for field in Review._meta.concrete_fields})
    assert all(mark not in kept for mark in (me.account_id, me.subject_id, case_id, "速かったです"))
    found = api.reviews(world.EXAMINER, world.CHOFU, since=timezone.localdate(), until=timezone.localdate())
    assert (found.count, found.ease[4], found.minutes, found.words[0].text) == (1, 1, 12.0, "速かったです")
    with pytest.raises(NotPermitted):
        api.reviews(world.NEIGHBOUR, world.CHOFU, since=timezone.localdate(), until=timezone.localdate())


def test_anybody_checks_a_letter_and_learns_no_name(client: Client, me: Applicant, monkeypatch: Any) -> None:
    monkeypatch.setattr(writing, "new_code", lambda: "AB12-CD34-EF56-GH78")
    world.notified(who=me)
    html = text(client.post("/letters/", {"code": " ab12 cd34ef56-gh78 "}))
    assert "本物です" in html
    assert "調布 花子" not in html
    assert client.post("/letters/", {"code": "AB12-CD34-EF56-GH79"}).status_code == 404
    assert client.post("/letters/", {"code": ""}).status_code == 400
    assert client.get("/api/v1/letters/AB12-CD34-EF56-GH78").json()["standing"] == "valid"
    assert client.get("/api/v1/letters/nothing").status_code == 404


def test_an_app_reads_status_timeline_and_writes(browser: Client, me: Applicant) -> None:
    case_id = correcting(me, "applicant.phone")
    number = world.row(case_id).number
    (item,) = browser.get("/api/v1/cases").json()["items"]
    assert (item["number"], item["state"], item["turn"]) == (number, "correcting", "applicant")
    assert browser.get(f"/api/v1/cases/{number}").json() == item
    timeline = browser.get(f"/api/v1/cases/{number}/timeline").json()["items"]
    assert [entry["kind"] for entry in timeline] == ["submitted", "correction_asked"]
    assert timeline[1]["fields"] == ["applicant.phone"]
    sent = browser.post(f"/api/v1/cases/{number}/messages", {"text": "こんにちは"}, content_type="application/json")
    assert sent.status_code == 201
    other, _applicant = resident("見本 次郎")
    stranger = Client()
    prove(stranger, other)
    assert stranger.get("/api/v1/cases").json()["items"] == []
    assert stranger.get(f"/api/v1/cases/{number}").status_code == 404
    assert Client().get("/api/v1/cases").status_code == 401
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = browser.cookies
    body = {"text": "偽の送信"}
    assert guarded.post(f"/api/v1/cases/{number}/messages", body, content_type="application/json").status_code == 403


@pytest.mark.parametrize(("days", "told"), [(179, True), (0, True), (200, False), (-1, False)])
def test_a_permit_that_runs_out_is_told_on_every_page(tokyo: None, days: int, told: bool) -> None:
    until = timezone.localdate() + timedelta(days=days)
    given = {"until": until.isoformat(), "from": "2026-01-01"}
    case_id = world.notified(world.WASTE, values=given)
    found = api.alerts.for_subject(world.FIRM.subject_id, timezone.localdate())
    assert [alert.address for alert in found] == ([address(case_id)] if told else [])
    assert all(f"あと{days}日" in alert.text for alert in found)
    assert api.alerts.for_subject(world.HANAKO.subject_id, timezone.localdate()) == []


def test_a_correction_is_told_on_every_page(browser: Client, me: Applicant) -> None:
    case_id = correcting(me, "applicant.phone")
    assert address(case_id, "correction/") in text(browser.get("/about/"))
