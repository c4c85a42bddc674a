"""Every service: the happy way, what it refuses, and in which words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.cases import api, verifying
from madoguchi.apps.cases.contracts import (
    ActionKind,
    Applicant,
    CaseError,
    CaseMissing,
    Invalid,
    KeyReused,
    NotAllowed,
    Stale,
    State,
)
from madoguchi.apps.cases.models import ActionWords, Case
from madoguchi.apps.cases.services.given import MAX_TEXT
from madoguchi.apps.people.api import without_individual_numbers
from madoguchi.apps.procedures.contracts import UnknownProcedure
from madoguchi.core.permissions import Actor, NotPermitted, Role
from tests.cases import world as w

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]
NUMBER = "123456789018"
AT: dict[str, Any] = {"expected_number": None, "now": w.NOW}


def refused(deed: Callable[[], Any], kind: type[CaseError] = NotAllowed) -> str:
    """Return the code of a refusal; the case stays as it was."""
    before = dict(Case.objects.values_list("pk", "last_number"))
    with pytest.raises(CaseError) as found:
        deed()
    assert isinstance(found.value, kind)
    assert str(found.value)
    assert dict(Case.objects.values_list("pk", "last_number")) == before
    return found.value.refusal.code


# Opening


def test_opening_gives_a_number_a_day_and_an_event() -> None:
    ref = api.open_case(w.submission(w.ALLOWANCE), now=w.NOW)
    assert ref.number.startswith("26-132080-000001-")
    assert ref.due_on == w.TODAY + timedelta(days=14)  # ten open days from the day after, in a week of no holidays
    assert ref.predicted is None
    assert api.case_id_of(ref.number) == ref.id
    assert [event["case_id"] for event in w.told("CaseOpened")] == [ref.id]
    assert w.own(ref.id).state is State.RECEIVED


def test_a_counter_form_has_the_period_of_paper() -> None:
    ref = api.open_case(w.submission(w.ALLOWANCE, channel="counter"), now=w.NOW)
    assert ref.due_on is not None
    assert ref.due_on > w.TODAY + timedelta(days=27)


def test_the_same_submission_again_is_the_same_case_and_another_content_is_refused() -> None:
    given = w.submission(w.ALLOWANCE)
    first = api.open_case(given, now=w.NOW)
    assert api.open_case(given, now=w.at(days=3)) == first
    for changes in (
        {"answers": {"child.name": "別の子"}},
        {"organisation_id": w.MITAKA},
        {"who": w.TARO},
        {"documents": {"bank_account": ("f",)}},
    ):
        assert refused(lambda changes=changes: w.opened(w.ALLOWANCE, **changes), KeyReused) == "key_reused"
    assert Case.objects.count() == 1


def test_what_is_no_submission_is_refused() -> None:
    for changes, code in (
        ({"organisation_id": "nowhere"}, "unknown_organisation"),
        ({"key": ""}, "bad_key"),
        ({"key": "k" * 101}, "bad_key"),
        ({"channel": "pigeon"}, "bad_submission"),
        ({"subject_kind": "dog"}, "bad_submission"),
        ({"subject_id": ""}, "bad_submission"),
    ):
        assert refused(lambda changes=changes: w.opened(w.ALLOWANCE, **changes), Invalid) == code
    with pytest.raises(UnknownProcedure):
        api.open_case(w.submission(w.ALLOWANCE, procedure_id="none"), now=w.NOW)
    assert Case.objects.count() == 0
    assert verifying.verify() == []


def test_numbers_run_by_organisation_and_fiscal_year_and_are_read_as_typed() -> None:
    march, april = w.NOW.replace(year=2027, month=3, day=31), w.NOW.replace(year=2027, month=4, day=1)
    numbers = [
        w.row(w.opened(w.DOG, key=str(n), now=now, answers={"dog.name": str(n)})).number
        for n, now in enumerate((march, march, april))
    ]
    waste = w.row(w.opened(w.WASTE, key="waste")).number
    assert [number[:-2] for number in numbers] == ["26-132080-000001", "26-132080-000002", "27-132080-000001"]
    assert "000001" in waste
    typed = numbers[0].replace("-", "ー").lower()
    assert api.case_id_of(f" {typed} ") == api.case_id_of(numbers[0]) is not None
    wrong = numbers[0][:-1] + ("A" if numbers[0][-1] != "A" else "B")
    assert [api.case_id_of(item) for item in (wrong, "", "26-132080-000009-A")] == [None] * 3


# Who may see a case at all


def test_a_case_is_not_there_for_anybody_else() -> None:
    case_id = w.opened(w.ALLOWANCE)
    for stranger in (w.NEIGHBOUR, w.READER, Actor("x", "x")):
        for deed in (
            lambda a=stranger: w.seen(case_id, a),
            lambda a=stranger: api.answers_for_staff(case_id, actor=a, now=w.NOW),
            lambda a=stranger: api.findings(case_id, actor=a, now=w.NOW),
            lambda a=stranger: api.accept(case_id, actor=a, **AT),
            lambda a=stranger: api.note(case_id, actor=a, text="x", now=w.NOW),
        ):
            with pytest.raises(NotPermitted):
                deed()
    business = Applicant(w.HANAKO.account_id, "business", w.HANAKO.subject_id)
    for who in (w.TARO, business):
        for own in (
            lambda a=who: w.own(case_id, a),
            lambda a=who: api.answers_for_applicant(case_id, applicant=a),
            lambda a=who: api.withdraw(case_id, applicant=a, now=w.NOW),
            lambda a=who: api.message_in(case_id, applicant=a, text="x", now=w.NOW),
        ):
            with pytest.raises(CaseMissing):
                own()
        assert api.cases_of(who, today=w.TODAY) == ()
    for strange in ("", "x", "0190b3a0-0000-7000-8000-00000000ffff"):
        with pytest.raises(CaseMissing):
            w.seen(strange)


def test_who_comes_with_an_old_page_is_told_so() -> None:
    case_id = w.opened(w.ALLOWANCE)
    shown = w.number(case_id)
    api.take(case_id, actor=w.EXAMINER, expected_number=shown, now=w.NOW)
    code = refused(lambda: api.accept(case_id, actor=w.COLLEAGUE, expected_number=shown, now=w.NOW), Stale)
    assert code == "stale"


# Examining


def test_a_correction_asks_for_known_fields_and_only_these_may_change() -> None:
    case_id = w.opened(w.ALLOWANCE)

    def ask(*fields: str, message: str = "直してください") -> int:
        return api.ask_correction(case_id, actor=w.EXAMINER, fields=fields, message=message, **AT)

    assert refused(lambda: ask(), Invalid) == "nothing_asked"
    assert refused(lambda: ask("dog.name"), Invalid) == "unknown_field"
    assert refused(lambda: ask("document:none"), Invalid) == "unknown_field"
    assert refused(lambda: ask("child.name", message=" "), Invalid) == "text_missing"
    fields = ("earner.is_applicant", "account.use_registered", "document:bank_account")
    ask(*fields)
    shown = w.own(case_id).correction
    assert shown is not None
    assert (shown.fields, shown.message) == (fields, "直してください")

    def correct(changes: dict[str, Any], documents: dict[str, list[str]] | None = None) -> int:
        return api.correct(case_id, applicant=w.HANAKO, changes=changes, documents=documents, **AT)

    assert refused(lambda: correct({"child.name": "別の子"})) == "not_asked"
    assert refused(lambda: correct({}, {"insurance": ["f"]})) == "not_asked"
    assert refused(lambda: correct({}), Invalid) == "nothing_corrected"
    assert refused(lambda: correct({"earner.is_applicant": "maybe"}), Invalid) == "bad_answers"
    assert refused(lambda: correct({}, {"bank_account": []}), Invalid) == "files_missing"
    assert [event["number"] for event in w.told("CorrectionAsked")] == [shown.number]


def test_a_correction_takes_files_of_the_own_case_alone() -> None:
    case_id, other = w.opened(w.ALLOWANCE), w.opened(w.DOG, key="other", who=w.TARO)
    foreign, mine = w.attached(other, "dog_tag", w.TARO), w.attached(case_id, "bank_account")
    asked = ["account.use_registered", "document:bank_account"]
    api.ask_correction(case_id, actor=w.EXAMINER, fields=asked, message="口座の写しをください", **AT)

    def send(*files: str) -> int:
        return api.correct(case_id, applicant=w.HANAKO, changes={}, documents={"bank_account": files}, **AT)

    for files in ((foreign,), (mine, foreign), ("x",), ("0190b3a0-0000-7000-8000-00000000ffff",)):
        assert refused(lambda files=files: send(*files), Invalid) == "files_missing"
    send(mine, mine)
    assert api.answers_for_staff(case_id, actor=w.EXAMINER, now=w.NOW).documents["bank_account"] == (mine,)
    assert w.seen(case_id).file_ids == (mine,)
    assert w.told("CaseMessage")[-1]["to"] == "office"


def test_a_correction_shows_what_it_changed_and_begins_the_checks_anew() -> None:
    case_id = w.accepted(w.ALLOWANCE)
    api.ask_correction(case_id, actor=w.EXAMINER, fields=["applicant.name"], message="旧姓ですか", **AT)
    api.correct(case_id, applicant=w.HANAKO, changes={"applicant.name": "新姓 花子"}, **AT)
    answers = api.answers_for_staff(case_id, actor=w.EXAMINER, now=w.NOW)
    assert answers.answers["applicant.name"] == "新姓 花子"
    assert answers.changed == {"applicant.name": "調布 花子"}
    assert "applicant.name" not in answers.sources
    results = {check.id: check.result.value for check in w.seen(case_id).checks}
    assert (results["residence"], results["name-match"], results["duplicate"]) == ("open", "open", "passed")


def test_an_individual_number_is_kept_nowhere() -> None:
    case_id = w.opened(w.CARE)
    api.ask_correction(case_id, actor=w.EXAMINER, fields=["care.state"], message=f"番号 {NUMBER} は書かない", **AT)
    api.correct(case_id, applicant=w.HANAKO, changes={"care.state": f"私の番号は{NUMBER}です"}, **AT)
    api.message_in(case_id, applicant=w.HANAKO, text=f"番号 1234-5678-9018 です {NUMBER}", now=w.NOW)
    api.note(case_id, actor=w.EXAMINER, text=NUMBER, now=w.NOW)
    view, answers = w.seen(case_id), api.answers_for_staff(case_id, actor=w.EXAMINER, now=w.NOW)
    told = repr((view, answers))
    assert "消しました" in answers.answers["care.state"]
    assert NUMBER not in told
    assert "1234-5678-9018" not in told
    assert without_individual_numbers(NUMBER) != NUMBER


def test_texts_have_a_length_and_carry_no_control_signs() -> None:
    case_id = w.opened(w.ALLOWANCE)

    def say(text: str) -> int:
        return api.message_in(case_id, applicant=w.HANAKO, text=text, now=w.NOW)

    assert refused(lambda: say("あ" * (MAX_TEXT + 1)), Invalid) == "text_too_long"
    assert refused(lambda: say(" \n\t "), Invalid) == "text_missing"
    say("あ" * MAX_TEXT)
    say("一行目\r\n二\x00行\x1b目  ")
    assert w.own(case_id).timeline[-1].words["text"] == "一行目\n二行目"


def test_an_extension_has_a_reason_and_stops_at_the_longest_period() -> None:
    case_id = w.opened(w.CARE)

    def more(days: int, reason: str = "調査中です") -> int:
        return api.extend(case_id, actor=w.EXAMINER, days=days, reason=reason, **AT)

    due = w.row(case_id).due_on
    assert due is not None
    for days, code in ((0, "bad_days"), (-3, "bad_days"), (366, "bad_days"), (31, "beyond_longest")):
        assert refused(lambda days=days: more(days), Invalid) == code
    assert refused(lambda: more(5, ""), Invalid) == "text_missing"
    more(20)
    assert refused(lambda: more(11), Invalid) == "beyond_longest"
    more(10)
    assert refused(lambda: more(1), Invalid) == "beyond_longest"
    clock = w.own(case_id).clock
    assert clock is not None
    assert (clock.extended_days, clock.due) == (30, clock.longest)
    assert clock.due > due
    assert w.own(case_id).timeline[-1].words["reason"] == "調査中です"


def test_the_clock_stands_still_while_the_applicant_corrects_and_goes_on_afterwards() -> None:
    case_id = w.opened(w.CARE)
    due = w.row(case_id).due_on
    assert due is not None
    api.ask_correction(case_id, actor=w.EXAMINER, fields=["care.clinic"], message="どこですか", **AT)
    waiting = w.own(case_id, now=w.at(days=20)).clock
    assert waiting is not None
    assert (waiting.paused, waiting.overdue, waiting.used_days) == (True, False, 0)
    later = w.at(days=20)
    api.correct(case_id, applicant=w.HANAKO, changes={"care.clinic": "医院"}, expected_number=None, now=later)
    row = w.row(case_id)
    assert (row.paused_on, row.paused_days, row.corrections) == (None, 20, 1)
    assert row.due_on is not None
    assert row.due_on >= due + timedelta(days=20)


def test_a_case_moves_to_the_responsible_office_and_is_gone_from_the_first() -> None:
    case_id = w.opened(w.DOG)
    api.take(case_id, actor=w.EXAMINER, **AT)

    def move(to: str, reason: str = "管轄です") -> int:
        return api.forward(case_id, actor=w.EXAMINER, organisation_id=to, reason=reason, **AT)

    assert refused(lambda: move(w.CHOFU), Invalid) == "unknown_organisation"
    assert refused(lambda: move("nowhere"), Invalid) == "unknown_organisation"
    assert refused(lambda: move(w.MITAKA, ""), Invalid) == "text_missing"
    move(w.MITAKA)
    with pytest.raises(NotPermitted):
        w.seen(case_id)
    with pytest.raises(NotPermitted):
        move(w.CHOFU)
    view = w.seen(case_id, w.NEIGHBOUR)
    assert (view.organisation_id, view.assignee_id, view.state) == (w.MITAKA, "", State.RECEIVED)
    assert w.own(case_id).timeline[-1].words["reason"] == "管轄です"
    assert verifying.verify() == []


def member(name: str, *roles: Role, at: str = w.CHOFU) -> str:
    user = accounts.create_staff(
        username=name, display_name=name, password="a long sample password", roles={at: set(roles)}
    )
    return str(user.pk)


def test_a_case_is_given_only_to_who_may_work_on_it() -> None:
    case_id = w.opened(w.DOG)

    def give(to: str, actor: Actor = w.DECIDER) -> int:
        return api.assign(case_id, actor=actor, assignee_id=to, **AT)

    inside, outside = member("inside", Role.EXAMINER), member("outside", Role.DECIDER, at=w.MITAKA)
    reader = member("reader", Role.READER)
    for strange in (outside, reader, "x", "0190b3a0-0000-7000-8000-00000000ffff"):
        assert refused(lambda strange=strange: give(strange), Invalid) == "bad_assignee"
    assert refused(lambda: give(inside, w.EXAMINER)) == "assign_others"
    give(inside)
    assert (w.row(case_id).assignee_id, w.row(case_id).assignee_name) == (inside, "inside")
    assert refused(lambda: give(inside)) == "already_assigned"
    assert refused(lambda: api.release(case_id, actor=w.EXAMINER, **AT)) == "assign_others"
    api.take(case_id, actor=w.EXAMINER, **AT)
    api.release(case_id, actor=w.EXAMINER, **AT)
    assert w.row(case_id).assignee_id == ""
    accounts.deactivate(accounts.User.objects.get(pk=inside))
    assert refused(lambda: give(inside), Invalid) == "bad_assignee"


# The applicant


def test_withdrawing_is_possible_until_the_decision_and_ends_the_case() -> None:
    case_id = w.proposed(w.ALLOWANCE)
    api.withdraw(case_id, applicant=w.HANAKO, reason="引っ越します", now=w.NOW)
    row = w.row(case_id)
    assert (row.state, row.priority, row.outcome) == (State.WITHDRAWN, 0, "")
    assert [event["case_id"] for event in w.told("CaseWithdrawn")] == [case_id]
    assert refused(lambda: api.decide(case_id, actor=w.DECIDER, **AT)) == "wrong_state"
    assert refused(lambda: api.withdraw(case_id, applicant=w.HANAKO, now=w.NOW)) == "wrong_state"
    other = w.decided(w.DOG, outcome="accepted", key="other")
    assert refused(lambda: api.withdraw(other, applicant=w.HANAKO, now=w.NOW)) == "wrong_state"


def test_a_late_request_for_review_is_taken_and_marked() -> None:
    in_time, late = (w.notified(w.WASTE, key=key, answers={"business.name": key}) for key in "ab")
    last = w.NOW.replace(year=2027, month=2, day=25)
    for case_id, now in ((in_time, last), (late, last + w.DAY)):
        api.object_to(case_id, applicant=w.FIRM, text="不服です", now=now)
    marks = [w.own(case_id, w.FIRM).timeline[-1].data["late"] for case_id in (in_time, late)]
    assert marks == [False, True]
    assert w.row(late).priority == 2


def test_who_decided_may_not_decide_on_the_request_for_review_nor_who_changed_it_on_the_next() -> None:
    case_id = w.notified(w.ALLOWANCE)
    third = w.officer("決裁七郎", Role.DECIDER)

    def review(actor: Actor, **more: Any) -> int:
        return api.decide_objection(case_id, actor=actor, words="調べました", **AT, **{"changed": False, **more})

    api.object_to(case_id, applicant=w.HANAKO, text="不服です", now=w.NOW)
    assert refused(lambda: review(w.EXAMINER)) == "wrong_party"
    assert refused(lambda: review(w.DECIDER)) == "own_objection"
    assert refused(lambda: review(w.SECOND, changed=True, outcome="none"), Invalid) == "bad_outcome"
    review(w.SECOND, changed=True, outcome="refused", reasons=["beyond-age"])
    api.notify(case_id, actor=w.EXAMINER, **AT)
    api.object_to(case_id, applicant=w.HANAKO, text="まだ不服です", now=w.NOW)
    for actor in (w.DECIDER, w.SECOND):
        assert refused(lambda actor=actor: review(actor)) == "own_objection"
    review(third)
    assert w.own(case_id).outcome == "refused"


# What an applicant sees on the way


def test_the_words_of_colleagues_and_a_decision_before_its_letter_stay_inside() -> None:
    case_id = w.decided(w.ALLOWANCE, words="案の理由", values={"amount": 12_345})
    api.note(case_id, actor=w.EXAMINER, text="ひそひそ", now=w.NOW)
    seen = repr((w.own(case_id), api.cases_of(w.HANAKO, today=w.TODAY)))
    for secret in ("ひそひそ", "案の理由", "12345", "見ました", w.EXAMINER.name, w.DECIDER.name, w.EXAMINER.id):
        assert secret not in seen
    assert w.own(case_id).state is State.EXAMINING
    api.notify(case_id, actor=w.EXAMINER, **AT)
    told = w.own(case_id)
    assert told.decision is not None
    assert (told.state, told.outcome) == (State.NOTIFIED, "granted")
    assert (told.decision.values, told.decision.by) == ({"amount": 12_345}, "")
    assert ActionKind.NOTED not in {entry.kind for entry in told.timeline}
    assert "ひそひそ" not in repr(told)


def test_the_words_of_a_changed_decision_wait_for_its_letter() -> None:
    case_id = w.notified(w.ALLOWANCE, outcome="refused", reasons=["beyond-age"])
    api.object_to(case_id, applicant=w.HANAKO, text="不服です", now=w.NOW)
    given = {"changed": True, "outcome": "granted", "values": {"amount": 12_345}, "words": "認めます"}
    api.decide_objection(case_id, actor=w.SECOND, **given, **AT)
    assert "12345" not in repr(w.own(case_id))
    api.notify(case_id, actor=w.EXAMINER, **AT)
    assert "12345" in repr(w.own(case_id))


def test_words_lie_sealed() -> None:
    w.opened(w.ALLOWANCE)
    for row in ActionWords.objects.all():
        assert "調布".encode() not in bytes(row.sealed)
