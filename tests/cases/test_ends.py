"""What comes by itself and what ends: reminders, late cases, closing, forgetting, export, erasure, proof against edits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from madoguchi.apps.cases import api, chores, forecast, personal, tasks, verifying
from madoguchi.apps.cases.appendonly import ACTIONS
from madoguchi.apps.cases.contracts import CaseMissing, State
from madoguchi.apps.cases.models import Action, ActionWords, Case, CaseCounter, Forecast, Letter, Likeness
from madoguchi.apps.cases.services import closing
from madoguchi.core import audit, closing_days, personal_data, rotation
from madoguchi.core.models import AuditEntry
from tests.cases import world as w
from tests.cases.test_services import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]


def noon(day: date) -> Any:
    return w.NOW + (day - w.TODAY)


# Chores


def test_a_permit_is_reminded_of_once_on_each_of_its_days() -> None:
    case_id = w.notified(w.WASTE)
    until = w.row(case_id).valid_until
    assert until is not None
    told = [chores.remind(noon(until - timedelta(days=left))) for left in (400, 181, 180, 180, 120, 90, 89, 5, 0)]
    assert told == [0, 0, 1, 0, 0, 1, 0, 0, 0]
    assert [event["days_left"] for event in w.told("RenewalDue")] == [180, 90]
    assert w.told("RenewalDue")[0]["valid_until"] == until.isoformat()
    assert chores.remind(noon(until + w.DAY)) == 0


def test_after_a_pause_of_the_chore_only_the_nearest_reminder_is_told() -> None:
    case_id = w.notified(w.WASTE)
    until = w.row(case_id).valid_until
    assert until is not None
    assert chores.remind(noon(until - timedelta(days=20))) == 1
    assert [event["days_left"] for event in w.told("RenewalDue")] == [20]


def test_a_permit_that_was_not_notified_or_is_contested_is_not_reminded_of() -> None:
    w.decided(w.WASTE, key="a", answers={"business.name": "甲"})
    contested = w.notified(w.WASTE, key="b", answers={"business.name": "乙"})
    api.object_to(contested, applicant=w.FIRM, text="不服です", now=w.NOW)
    until = w.row(contested).valid_until
    assert until is not None
    assert chores.remind(noon(until - timedelta(days=30))) == 0


def test_a_late_case_is_told_of_once_for_each_day_it_was_due() -> None:
    case_id = w.opened(w.CARE)
    due = w.row(case_id).due_on
    assert due is not None
    assert [chores.tell_overdue(noon(due + timedelta(days=days))) for days in (0, 1, 2)] == [0, 1, 0]
    api.extend(case_id, actor=w.EXAMINER, days=10, reason="調査中", **AT)
    later = w.row(case_id).due_on
    assert later is not None
    assert [chores.tell_overdue(noon(later + timedelta(days=days))) for days in (0, 1)] == [0, 1]
    api.withdraw(case_id, applicant=w.HANAKO, now=noon(later + timedelta(days=2)))
    assert chores.tell_overdue(noon(later + timedelta(days=60))) == 0
    assert [event["due_on"] for event in w.told("CaseOverdue")] == [due.isoformat(), later.isoformat()]


def test_notified_cases_are_closed_after_the_time_for_a_review_and_withdrawn_ones_at_once() -> None:
    notified, gone, open_one = w.notified(key="a"), w.opened(w.DOG, key="b"), w.opened(w.CARE, key="c")
    api.withdraw(gone, applicant=w.HANAKO, now=w.NOW)
    last = date(2027, 2, 25)
    assert closing.close_finished(noon(last)) == 1
    assert closing.close_finished(noon(last + w.DAY)) == 1
    assert [w.row(key).state for key in (notified, gone, open_one)] == [State.CLOSED, State.CLOSED, State.RECEIVED]
    assert verifying.verify() == []


def test_words_letters_and_hashes_are_forgotten_after_the_retention_period_and_the_actions_stay() -> None:
    case_id = w.notified(w.ALLOWANCE, values={"amount": 10_000})
    api.close(case_id, actor=w.EXAMINER, **AT)
    letter_id = w.seen(case_id).letters[0].id
    until = w.row(case_id).retain_until
    assert until is not None
    assert closing.forget(noon(until)) == 0
    assert closing.forget(noon(until + w.DAY)) == 1
    assert closing.forget(noon(until + w.DAY)) == 0
    assert not ActionWords.objects.exists()
    assert not Likeness.objects.exists()
    assert [letter.sealed for letter in Letter.objects.all()] == [None]
    view = w.seen(case_id)
    assert (view.erased, view.outcome, view.letters, view.file_ids) == (True, "granted", (), ())
    assert w.own(case_id).erased
    assert api.findings(case_id, actor=w.EXAMINER, now=w.NOW) == ()
    with pytest.raises(CaseMissing):
        api.letter_for_applicant(letter_id, applicant=w.HANAKO, now=w.NOW)
    assert verifying.verify() == []
    assert audit.verify().problems == ()


def test_the_hourly_and_nightly_tasks_do_all_of_it() -> None:
    w.opened(w.CARE)
    assert (tasks.tell_due.call(), tasks.end_cases.call()) == (0, 0)
    assert tasks.learn.call() == Forecast.objects.get().cases == 1
    for what in ("verify", "clocks", "learn", "tell", "end"):
        call_command("cases", what)


def test_new_closing_days_move_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = w.opened(w.DOG)
    due = w.row(case_id).due_on
    assert due is not None
    real = closing_days.calendar_of
    monkeypatch.setattr("madoguchi.apps.cases.clock.calendar_of", lambda place: shut(real(place), due))
    assert any("due_on" in problem for problem in verifying.verify())
    assert chores.wind_clocks() == 1
    assert w.row(case_id).due_on == due + w.DAY
    assert (chores.wind_clocks(), verifying.verify()) == (0, [])


def shut(calendar: Any, day: date) -> Any:
    """Return a calendar with one more closed day."""
    return replace(calendar, closed_days=frozenset({*calendar.closed_days, day}))


def test_a_prediction_comes_only_with_enough_history() -> None:
    for n in range(24):
        opened = w.at(days=-60 + n)
        case_id = w.accepted(w.DOG, key=str(n), now=opened, answers={"dog.name": str(n)})
        api.decide(case_id, actor=w.DECIDER, outcome="accepted", expected_number=None, now=opened + 3 * w.DAY)
    fresh = w.opened(w.DOG, key="fresh", answers={"dog.name": "新"})
    assert w.own(fresh).predicted is None
    forecast.refit(w.at(days=1))
    told = w.own(fresh).predicted
    assert told is not None
    low, middle, high = told
    assert low <= middle <= high
    assert w.own(w.opened(w.CARE, key="care")).predicted is None


# Personal data


def test_a_person_gets_everything_that_is_hers_and_nothing_internal() -> None:
    case_id = w.notified(w.ALLOWANCE, values={"amount": 10_000})
    api.note(case_id, actor=w.EXAMINER, text="ひそひそ", now=w.NOW)
    api.message_in(case_id, applicant=w.HANAKO, text="質問です", now=w.NOW)
    w.decided(w.DOG, key="hidden", now=w.at(hours=1), outcome="refused", words="案の理由")
    w.opened(w.DOG, key="other", who=w.TARO, answers={"dog.name": "他人の犬"})
    told = personal_data.export_all(w.HANAKO.subject_id)["cases"]["cases"]
    assert [item["number"] for item in told] == [w.row(case_id).number, Case.objects.get(key="hidden").number]
    assert told[0]["answers"]["child.name"] == "調布 太郎"
    assert (told[0]["outcome"], told[1]["outcome"], told[1]["state"]) == ("granted", None, "examining")
    assert "質問です" in repr(told)
    for secret in ("ひそひそ", "案の理由", "見ました", w.EXAMINER.name, w.DECIDER.id, "他人の犬"):
        assert secret not in repr(told)
    assert personal.export("nobody") == {}


def test_erasure_removes_withdrawn_words_and_says_what_stays_and_why() -> None:
    kept, gone = w.opened(w.ALLOWANCE, key="kept"), w.opened(w.DOG, key="gone")
    api.withdraw(gone, applicant=w.HANAKO, reason="やめます", now=w.NOW)
    done = w.notified(w.CARE, key="done")
    api.close(done, actor=w.EXAMINER, **AT)
    result = personal.erase(w.HANAKO.subject_id, w.NOW)
    left = [ActionWords.objects.filter(action__case=key).exists() for key in (kept, gone, done)]
    assert left == [True, False, True]
    assert len(result.kept) == 2
    assert "1件" in result.kept[0]
    assert "2032-03-31" in result.kept[1]
    assert AuditEntry.objects.filter(action="case.forget", object_id=gone).count() == 1
    assert w.own(gone).erased
    told = {item["number"]: item["answers"] for item in personal.export(w.HANAKO.subject_id)["cases"]}
    assert [bool(told[w.row(key).number]) for key in (kept, gone, done)] == [True, False, True]
    assert personal.erase(w.TARO.subject_id, w.NOW).kept == ()
    assert (verifying.verify(), audit.verify().problems) == ([], ())


def test_new_keys_seal_words_letters_and_hashes_anew() -> None:
    case_id = w.notified(w.ALLOWANCE, values={"amount": 10_000})
    before = set(ActionWords.objects.values_list("key", flat=True))
    rotation.rotate(now=w.at(days=1), batch_rows=3)
    for model in (ActionWords, Letter, Likeness):
        assert before.isdisjoint(model.objects.values_list("key", flat=True))
    assert api.answers_for_applicant(case_id, applicant=w.HANAKO).answers["child.name"] == "調布 太郎"
    twin = w.opened(w.ALLOWANCE, key="twin", who=w.TARO)
    assert {check.id: check.result.value for check in w.seen(twin).checks}["duplicate"] == "failed"
    assert verifying.verify() == []


# Proof against edits


def test_actions_can_be_neither_changed_nor_removed() -> None:
    api.accept(w.opened(w.DOG), actor=w.EXAMINER, **AT)
    for edit in (
        lambda: Action.objects.update(actor_id="x"),
        lambda: Action.objects.filter(number=1).update(data={}),
        lambda: Action.objects.filter(kind="accepted").delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            edit()


def without_guard(edit: Callable[[], object]) -> None:
    """Edit as somebody who may do everything in the database."""
    with connection.cursor() as cursor:
        for statement in ACTIONS.dropping(connection.vendor):
            cursor.execute(statement)
        edit()
        for statement in ACTIONS.creating(connection.vendor):
            cursor.execute(statement)


EDITS: dict[str, tuple[Callable[[], object], str]] = {
    "an actor": (lambda: Action.objects.filter(number=1).update(actor_id="x"), "action 1 was changed"),
    "a time": (lambda: Action.objects.filter(number=3).update(at=w.at(days=1)), "action 3 was changed"),
    "data": (lambda: Action.objects.filter(number=1).update(data={**first_data(), "four_eyes": False}), "was changed"),
    "what she sees": (lambda: Action.objects.filter(number=2).update(public=True), "action 2 was changed"),
    "the last action": (lambda: last_action().delete(), "was removed"),
    "one between": (lambda: Action.objects.filter(number=2).update(number=99), "action 2 is missing"),
    "all actions": (lambda: (ActionWords.objects.all().delete(), Action.objects.all().delete()), "has no actions"),
    "words of another action": (lambda: swap_words(), "do not open"),
    "a state": (lambda: Case.objects.update(state="decided"), "column state is"),
    "an outcome": (lambda: Case.objects.update(outcome="granted"), "column outcome is"),
    "a day": (lambda: Case.objects.update(due_on=w.TODAY), "run `madoguchi cases clocks`"),
    "an organisation": (lambda: Case.objects.update(organisation_id=w.MITAKA), "column organisation_id is"),
    "a counter": (lambda: CaseCounter.objects.update(last=7), "7 numbers were given, 1 cases are there"),
}


def first_data() -> dict[str, Any]:
    data: dict[str, Any] = Action.objects.get(number=1).data
    return data


def last_action() -> Any:
    return Action.objects.filter(words=None).order_by("-number")[0]


def swap_words() -> None:
    first, second = ActionWords.objects.order_by("action__number")[:2]
    ActionWords.objects.filter(pk=first.pk).update(sealed=second.sealed)


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_behind_the_room_is_found(name: str) -> None:
    case_id = w.opened(w.ALLOWANCE)
    api.accept(case_id, actor=w.EXAMINER, **AT)
    assert verifying.verify() == []
    edit, told = EDITS[name]
    without_guard(edit)
    assert told in "\n".join(verifying.verify())
    assert audit.verify().problems
    with pytest.raises(CommandError):
        call_command("cases", "verify")
