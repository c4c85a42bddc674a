"""The desk's pages: the queue, the whole way of a case, what is refused and what is kept, other offices, figures."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import ActionKind, State
from madoguchi.core.permissions import Role
from tests.cases import desk_world as desk
from tests.cases.desk_world import PERSON, QUEUE, at, enter, open_one, plain, view_of, words

pytestmark = pytest.mark.django_db


def act(client: Client, ref: Any, do: str, user: User, **more: Any) -> Any:
    """Do one thing with the number that the page shows now."""
    number = view_of(ref, user).last_number
    return client.post(at(ref, "act/"), {"do": do, "number": number, **more})


def test_every_page_is_there_in_two_languages_without_inline_code(people: dict[str, User], decider: Client) -> None:
    new, waiting, told = open_one("a"), open_one("b"), open_one("c")
    desk.proposed(waiting, people["examiner"])
    desk.notified(told, people["examiner"], people["second"])
    cases.object_to(told.id, applicant=PERSON, text="納得できません", now=timezone.now())
    paths = [QUEUE, f"{QUEUE}statistics/"]
    paths += [at(ref, part) for ref in (new, waiting, told) for part in ("", "correction/", "decision/", "objection/")]
    for path in paths:
        for prefix in ("", "/en"):
            answer = decider.get(prefix + path)
            html = words(answer)
            assert answer.status_code == 200, path
            assert html.count("<h1") == 1, path
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", html), path
            assert not re.search(r"\{[{%]|%\([a-z]+\)s", html), path


def test_nobody_of_another_office_sees_or_changes_a_case(people: dict[str, User]) -> None:
    ref = open_one("a")
    desk.notified(ref, people["examiner"], people["decider"])
    view = view_of(ref, people["examiner"])
    stranger = enter(people["stranger"])
    parts = ("", "correction/", "decision/", "objection/", f"letters/{view.letters[0].id}/")
    assert [stranger.get(at(ref, part)).status_code for part in parts] == [404] * len(parts)
    posts: list[tuple[str, Mapping[str, Any]]] = [
        ("act/", {"do": "note", "text": "見た"}),
        ("correction/", {"fields": "applicant.name", "message": "x"}),
        ("decision/", {"step": "agree"}),
        ("decision/", {"step": "preview", "outcome": "refused", "words": "x"}),
        ("objection/", {"step": "decide", "result": "dismissed", "words": "x"}),
    ]
    for part, data in posts:
        assert stranger.post(at(ref, part), {**data, "number": view.last_number}).status_code == 404, (part, data)
    assert ref.number not in words(stranger.get(f"{QUEUE}?state=any"))
    bulk = stranger.post(f"{QUEUE}bulk/", {"do": "take", "case": ref.id, f"n.{ref.id}": view.last_number})
    assert ref.number not in words(bulk)
    assert "この番号の申請は見つかりません" in words(bulk)
    assert view_of(ref, people["examiner"]).last_number == view.last_number


def test_an_address_without_a_case_and_staff_without_cases_get_nothing(
    people: dict[str, User], examiner: Client
) -> None:
    assert examiner.get(f"{QUEUE}26-132080-000001-A/").status_code == 404
    assert examiner.get(f"{QUEUE}nothing/").status_code == 404
    reader = enter(desk.officer("reader", "読む人", Role.READER))
    assert [reader.get(f"{QUEUE}{part}").status_code for part in ("", "statistics/")] == [404, 404]
    assert reader.post(f"{QUEUE}bulk/", {"do": "take"}).status_code == 404
    assert examiner.post(at(open_one("a"), "act/"), {"do": "explode"}).status_code == 404


def test_the_whole_way_from_arrival_to_the_letter(people: dict[str, User], examiner: Client, decider: Client) -> None:
    ref, user, head = open_one("a"), people["examiner"], people["decider"]
    page = words(examiner.get(at(ref)))
    assert "調布 花子" in page
    assert "自動で断ることはありません" in page
    assert act(examiner, ref, "take", user).status_code == 302
    assert act(examiner, ref, "accept", user).status_code == 302
    form = {"number": view_of(ref, user).last_number, "fields": ["applicant.phone"], "message": "番号を直してください"}
    assert examiner.post(at(ref, "correction/"), form).status_code == 302
    asked = plain(examiner.get(at(ref)))
    assert "訂正をお願いしています" in asked
    assert "番号を直してください" in asked
    cases.correct(
        ref.id, applicant=PERSON, changes={"applicant.phone": "03-5321-1111"}, expected_number=None, now=timezone.now()
    )
    page = words(examiner.get(at(ref)))
    assert "03-5321-1111" in page
    assert "<del>042-481-7111</del>" in page
    assert "電話番号が条件に合いません。" in page
    assert act(examiner, ref, "check", user, check_id="read", result="passed", words="").status_code == 302
    over = {"check_id": "old-enough", "result": "override", "words": "電話で確かめた"}
    assert act(examiner, ref, "check", user, **over).status_code == 409
    assert act(decider, ref, "check", head, **over).status_code == 302
    given = {"outcome": "granted", "value.amount": "5,000", "words": ""}
    number = {"number": view_of(ref, user).last_number}
    shown = words(examiner.post(at(ref, "decision/"), {"step": "preview", **given, **number}))
    assert "金額は 5,000円 です。" in shown
    assert "確認番号" not in shown
    sample = examiner.post(at(ref, "decision/"), {"step": "pdf", **given, **number})
    assert sample.content.startswith(b"%PDF")
    assert view_of(ref, user).state is State.EXAMINING
    assert examiner.post(at(ref, "decision/"), {"step": "propose", **given, **number}).status_code == 302
    assert "決定の案を出した人" in words(examiner.get(at(ref, "decision/"))) or "決裁者" in words(
        examiner.get(at(ref, "decision/"))
    )
    agree = {"step": "agree", "number": view_of(ref, head).last_number}
    assert "金額は 5,000円 です。" in words(decider.get(at(ref, "decision/")))
    assert decider.post(at(ref, "decision/"), agree).status_code == 302
    assert act(examiner, ref, "notify", user).status_code == 302
    view = view_of(ref, user)
    assert view.state is State.NOTIFIED
    letter = examiner.get(at(ref, f"letters/{view.letters[0].id}/"))
    assert letter["Content-Type"] == "application/pdf"
    assert letter.content.startswith(b"%PDF")
    assert examiner.get(at(open_one("b"), f"letters/{view.letters[0].id}/")).status_code == 404


def test_who_proposed_does_not_decide_and_a_proposal_goes_back_with_a_reason(
    people: dict[str, User], decider: Client
) -> None:
    ref, head = open_one("a"), people["decider"]
    desk.proposed(ref, head)
    page = words(decider.get(at(ref, "decision/")))
    assert "決定の案を出した人は、同じ案を決裁できません" in page
    assert "案のとおり決定する" not in page
    refused = decider.post(at(ref, "decision/"), {"step": "agree", "number": view_of(ref, head).last_number})
    assert refused.status_code == 409
    second, user = enter(people["second"]), people["second"]
    empty = act(second, ref, "return", user, reason=" ")
    assert empty.status_code == 400
    assert 'href="#return-reason"' in words(empty)
    assert act(second, ref, "return", user, reason="金額を確かめてください").status_code == 302
    assert "金額を確かめてください" in words(decider.get(at(ref)))
    assert view_of(ref, head).state is State.EXAMINING


def test_a_form_that_came_too_late_says_what_happened_and_keeps_what_was_typed(
    people: dict[str, User], examiner: Client
) -> None:
    ref, user = open_one("a"), people["examiner"]
    old = view_of(ref, user).last_number
    cases.take(ref.id, actor=desk.actor(people["decider"]), expected_number=old, now=timezone.now())
    answer = examiner.post(at(ref, "act/"), {"do": "suspend", "number": old, "reason": "税務署に聞いています"})
    html = plain(answer)
    assert answer.status_code == 409
    assert "ほかの人が先に進めました" in html
    assert "決裁 二郎 ：担当を変えました" in html.replace("決裁 二郎：", "決裁 二郎 ：")
    assert "税務署に聞いています" in html
    form = {"number": old, "fields": ["applicant.name", "document:income_certificate"], "message": "名前を直して"}
    answer = examiner.post(at(ref, "correction/"), form)
    html = words(answer)
    assert answer.status_code == 409
    assert "名前を直して" in html
    assert 'value="applicant.name" checked' in html
    assert 'value="document:income_certificate" checked' in html
    assert view_of(ref, user).last_number == old + 1


def test_a_forged_or_missing_number_changes_nothing(people: dict[str, User], examiner: Client) -> None:
    ref, user = open_one("a"), people["examiner"]
    before = view_of(ref, user).last_number
    for number in ("", "x", "-1", "9" * 40, "²"):
        assert examiner.post(at(ref, "act/"), {"do": "accept", "number": number}).status_code == 409
    assert view_of(ref, user).last_number == before


@pytest.mark.parametrize(
    ("do", "data", "target", "sentence"),
    [
        ("suspend", {"reason": ""}, "suspend-reason", "文章がありません"),
        ("extend", {"days": "0", "reason": "人が足りない"}, "extend-days", "延ばす日数は1日から"),
        ("extend", {"days": "千", "reason": "人が足りない"}, "extend-days", "延ばす日数は1日から"),
        ("forward", {"organisation_id": "", "reason": "担当ちがい"}, "forward-organisation_id", "送り先の機関"),
        ("note", {"text": "あ" * 4001}, "note-text", "文章が長すぎます"),
        ("message", {"text": " "}, "message-text", "文章がありません"),
        ("check", {"check_id": "read"}, "check-read-result", "確認の結果を選んでください"),
        ("check", {"check_id": "read", "result": "failed"}, "check-read-words", "文章がありません"),
    ],
)
def test_what_is_not_valid_is_said_at_its_input(
    people: dict[str, User], examiner: Client, do: str, data: dict[str, str], target: str, sentence: str
) -> None:
    ref = open_one("a")
    answer = act(examiner, ref, do, people["examiner"], **data)
    html = words(answer)
    assert answer.status_code == 400
    assert sentence in html
    assert f'href="#{target}"' in html
    assert f'id="{target}"' in html
    assert f'id="{target}-error"' in html
    assert "エラー" in html


def test_officers_do_everything_else_too(people: dict[str, User], examiner: Client, decider: Client) -> None:
    ref, user, head = open_one("a"), people["examiner"], people["decider"]
    for do, data in (
        ("take", {}),
        ("release", {}),
        ("note", {"text": "中のメモ"}),
        ("message", {"text": "こんにちは"}),
        ("suspend", {"reason": "返事を待ちます"}),
        ("resume", {}),
        ("extend", {"days": "3", "reason": "調査のため"}),
        ("run-checks", {}),
        ("check", {"check_id": "read", "result": "failed", "words": "読めない"}),
    ):
        assert act(examiner, ref, do, user, **data).status_code == 302, do
    assert act(examiner, ref, "assign", user, assignee_id=str(head.pk)).status_code == 409
    assert act(decider, ref, "assign", head, assignee_id=str(user.pk)).status_code == 302
    view = view_of(ref, user)
    assert view.assignee_name == "審査 一郎"
    page = plain(examiner.get(at(ref)))
    for said in ("中のメモ", "こんにちは", "返事を待ちます", "調査のため", "読めない", "中だけ"):
        assert said in page, said
    sent = act(examiner, ref, "forward", user, organisation_id=desk.OTHER, reason="住所が板橋区です")
    assert sent["Location"] == QUEUE
    assert examiner.get(at(ref)).status_code == 404
    assert "住所が板橋区です" in words(enter(people["stranger"]).get(at(ref)))


def test_a_withdrawn_case_is_closed_and_takes_nothing_more(people: dict[str, User], examiner: Client) -> None:
    ref, user = open_one("a"), people["examiner"]
    cases.withdraw(ref.id, applicant=PERSON, now=timezone.now())
    assert act(examiner, ref, "close", user).status_code == 302
    page = words(examiner.get(at(ref)))
    assert 'name="do"' not in page
    assert act(examiner, ref, "note", user, text="もう遅い").status_code == 409


def test_a_correction_takes_what_the_aid_found(people: dict[str, User], examiner: Client) -> None:
    answers = {key: value for key, value in desk.ANSWERS.items() if key != "applicant.reason"}
    ref = open_one("a", answers={**answers, "applicant.phone": "03-5321-1111"})
    page = words(examiner.get(at(ref, "correction/?from=aid")))
    assert 'value="applicant.phone" checked' in page
    assert 'value="applicant.reason" checked' in page
    assert 'value="applicant.name" checked' not in page
    assert "・電話番号" in page
    assert "1234567" not in page
    nothing = examiner.post(
        at(ref, "correction/"), {"number": view_of(ref, people["examiner"]).last_number, "message": "直して"}
    )
    assert nothing.status_code == 400
    assert "訂正してもらう項目がありません" in words(nothing)
    assert "直して" in words(nothing)


def test_open_checks_stand_in_the_way_before_anybody_types(people: dict[str, User], examiner: Client) -> None:
    ref, user = open_one("a"), people["examiner"]
    act(examiner, ref, "accept", user)
    page = words(examiner.get(at(ref, "decision/")))
    assert "まだ終わっていない確認があるので、決められません" in page
    assert f"{at(ref)}#check-read" in page
    assert 'name="outcome"' not in page
    form = {"step": "propose", "outcome": "refused", "reasons": "too-late", "number": view_of(ref, user).last_number}
    assert examiner.post(at(ref, "decision/"), form).status_code == 409


def test_a_failed_check_leaves_only_the_refusal(people: dict[str, User], examiner: Client) -> None:
    ref, user = open_one("a", answers={**desk.ANSWERS, "applicant.phone": "03-5321-1111"}), people["examiner"]
    desk.accepted(ref, user)
    page = words(examiner.get(at(ref, "decision/")))
    assert 'value="refused"' in page
    assert 'value="granted"' not in page
    form = {"outcome": "refused", "reasons": "too-late", "words": "", "number": view_of(ref, user).last_number}
    shown = words(examiner.post(at(ref, "decision/"), {"step": "preview", **form}))
    assert "期限のあとに届いた（見本法 第2条）" in shown
    assert "審査請求をすることができます" in shown
    assert examiner.post(at(ref, "decision/"), {"step": "propose", **form}).status_code == 302
    assert view_of(ref, user).state is State.PROPOSED


@pytest.mark.parametrize(
    ("data", "target"),
    [
        ({}, "decision-outcome"),
        ({"outcome": "exploded"}, "decision-outcome"),
        ({"outcome": "refused", "words": " "}, "decision-reasons"),
        ({"outcome": "granted"}, "decision-amount"),
        ({"outcome": "granted", "value.amount": "たくさん"}, "decision-amount"),
        ({"outcome": "granted", "value.amount": "-1"}, "decision-amount"),
    ],
)
def test_a_decision_that_is_not_valid_is_shown_again(
    people: dict[str, User], examiner: Client, data: dict[str, str], target: str
) -> None:
    ref, user = open_one("a"), people["examiner"]
    desk.accepted(ref, user)
    number = view_of(ref, user).last_number
    for step in ("preview", "propose", "pdf"):
        answer = examiner.post(
            at(ref, "decision/"), {"step": step, "number": number, "words": "長い説明を書いた", **data}
        )
        html = words(answer)
        assert answer.status_code == 400, step
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html
        assert data.get("words") or "長い説明を書いた" in html
    assert view_of(ref, user).last_number == number


def test_a_proposal_whose_letter_would_have_gaps_is_marked(people: dict[str, User], decider: Client) -> None:
    ref, user = open_one("a"), people["examiner"]
    desk.accepted(ref, user)
    cases.propose(ref.id, actor=desk.actor(user), outcome="granted", expected_number=None, now=timezone.now())
    page = words(decider.get(at(ref, "decision/")))
    assert "通知書に、空いているところがあります" in page
    assert "<li>金額（円）</li>" in page


def test_one_person_decides_where_the_procedure_says_so(people: dict[str, User], decider: Client) -> None:
    ref, head = open_one("a", procedure_id="alone"), people["decider"]
    desk.accepted(ref, head)
    form = {"outcome": "granted", "number": view_of(ref, head).last_number}
    shown = words(decider.post(at(ref, "decision/"), {"step": "preview", **form}))
    assert "この内容で決定する" in shown
    again = words(decider.post(at(ref, "decision/"), {"step": "edit", **form}))
    assert re.search(r'value="granted"[^>]* checked', again)
    assert decider.post(at(ref, "decision/"), {"step": "decide", **form}).status_code == 302
    assert view_of(ref, head).state is State.DECIDED


def test_a_request_for_review_is_decided_by_somebody_else(people: dict[str, User], decider: Client) -> None:
    ref, second = open_one("a"), people["second"]
    desk.notified(ref, people["examiner"], people["decider"])
    cases.object_to(ref.id, applicant=PERSON, text="金額がちがいます", now=timezone.now())
    assert "もとの決定にかかわった人は、審査請求を決められません" in words(decider.get(at(ref, "objection/")))
    other = enter(second)
    assert "金額がちがいます" in words(other.get(at(ref, "objection/")))
    number = {"number": view_of(ref, second).last_number}
    assert other.post(at(ref, "objection/"), {"step": "check", **number}).status_code == 400
    form = {"result": "upheld", "outcome": "granted", "value.amount": "9000", "words": "計算ちがい", **number}
    assert other.post(at(ref, "objection/"), {"step": "check", **form, "words": ""}).status_code == 400
    assert other.post(at(ref, "objection/"), {"step": "check", **form, "value.amount": ""}).status_code == 400
    assert "計算ちがい" in words(other.post(at(ref, "objection/"), {"step": "check", **form}))
    assert view_of(ref, second).state is State.OBJECTED
    assert other.post(at(ref, "objection/"), {"step": "decide", **form}).status_code == 302
    view = view_of(ref, second)
    assert view.state is State.DECIDED
    assert view.decision is not None
    assert view.decision.values == {"amount": 9000}
    assert view.may[ActionKind.NOTIFIED] is None
