"""What the room says and how it reads: words for every refusal in every language, numbers, answers after corrections."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps import cases
from madoguchi.apps.cases import api, forecast, numbers, texts
from madoguchi.apps.cases.contracts import ActionKind, CheckResult, Invalid, Party, Refusal, State
from tests.cases import world as w
from tests.cases.test_services import AT, refused

HOUSE = Path(cases.__file__).parent
CODES = sorted({code for path in HOUSE.rglob("*.py") for code in re.findall(r'Refusal\(\s*"(\w+)"', path.read_text())})
ALL: dict[str, Any] = {
    "kind": "accepted",
    "state": "examining",
    "parties": ["decider"],
    "checks": ["a", "b"],
    "keys": ["a"],
    "reasons": ["r"],
    "most": 3,
    "proposed": "granted",
    "organisation": "x",
    "number": "1",
    "field": "f",
    "by": "",
}


def test_refusals_are_found_in_the_source() -> None:
    assert {"wrong_state", "four_eyes", "checks_open", "not_asked", "key_reused", "no_reason"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_words_that_end_and_fill_every_place(code: str) -> None:
    with override("ja"):
        told = texts.refusal(Refusal(code, ALL))
    assert told.endswith("。")
    assert "%(" not in told


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
def test_states_actions_parties_and_results_have_names(language: str) -> None:
    with override(language):
        for names, name_of in (
            (State, texts.state),
            (ActionKind, texts.action),
            (Party, texts.party),
            (CheckResult, texts.result),
        ):
            told = [name_of(item) for item in names]
            assert all(told)
            assert len(set(told)) == len(told), f"two of {names.__name__} have one name"
        assert len({texts.standing(item) for item in ("valid", "replaced", "expired")}) == 3


@given(running=st.integers(1, 9_999_999), organisation=st.sampled_from([w.CHOFU, w.KANKYO, "131199"]))
def test_a_number_is_read_back_and_shown_without_its_middle(running: int, organisation: str) -> None:
    number = numbers.number_of(w.TODAY, organisation, running)
    assert numbers.normalised(f" {number.lower()} ") == number
    hidden = numbers.masked(number)
    assert len(hidden) == len(number)
    assert number.rsplit("-", 2)[1][:-2] not in hidden.rsplit("-", 2)[1]


@given(running=st.integers(1, 999_999), place=st.integers(0, 15), sign=st.sampled_from("0123456789ABCXYZ"))
def test_one_wrong_sign_is_found(running: int, place: int, sign: str) -> None:
    number = numbers.number_of(w.TODAY, w.CHOFU, running)
    wrong = number[:place] + sign + number[place + 1 :]
    if "-" not in (number[place], sign) and wrong != number:
        assert numbers.normalised(wrong) is None


def test_nearly_all_signs_that_changed_places_are_found() -> None:
    swaps = [swap for running in range(1, 2_000) for swap in swapped(numbers.number_of(w.TODAY, w.CHOFU, running))]
    unseen = [swap for swap in swaps if numbers.normalised(swap)]
    assert len(unseen) < len(swaps) * 0.01


def swapped(number: str) -> list[str]:
    """Return a number with each two different signs beside each other in the places of each other."""
    pairs = [place for place in range(len(number) - 1) if "-" not in number[place : place + 2]]
    return [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in pairs
        if number[place] != number[place + 1]
    ]


@pytest.mark.parametrize(
    "typed", ["", "-", "26-132080-1-A", "26/132080/000001/J", "26-132080-000001", "二六-132080-000001-J"]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert numbers.normalised(typed) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("tokyo")
def test_calculated_answers_follow_a_correction_and_are_never_asked_for() -> None:
    case_id = w.opened(w.DOG)
    ask = {"actor": w.EXAMINER, "message": "住所を直してください", **AT}
    code = refused(lambda: api.ask_correction(case_id, fields=["applicant.address"], **ask), Invalid)
    assert code == "unknown_field"
    api.ask_correction(case_id, fields=["move.new_address"], **ask)
    fresh = "東京都調布市国領町1-1-1"
    api.correct(case_id, applicant=w.HANAKO, changes={"move.new_address": fresh}, **AT)
    answers = api.answers_for_applicant(case_id, applicant=w.HANAKO).answers
    assert (answers["move.new_address"], answers["applicant.address"]) == (fresh, fresh)


@pytest.mark.django_db
@pytest.mark.usefixtures("tokyo")
def test_answers_that_a_correction_hides_leave() -> None:
    bank = {"account.bank_code": "0009", "account.branch_code": "012", "account.holder": "チョウフ ハナコ"}
    case_id = w.opened(answers={"account.use_registered": False, **bank})
    api.ask_correction(case_id, actor=w.EXAMINER, fields=["account.use_registered"], message="どちらですか", **AT)
    api.correct(case_id, applicant=w.HANAKO, changes={"account.use_registered": True}, **AT)
    answers = api.answers_for_applicant(case_id, applicant=w.HANAKO).answers
    assert answers["account.use_registered"] is True
    assert set(bank).isdisjoint(answers)


@pytest.mark.django_db
@pytest.mark.usefixtures("tokyo")
def test_before_the_letter_the_applicant_sees_the_clock_run_on_and_lateness_stay() -> None:
    for n in range(22):
        done = w.accepted(w.DOG, key=str(n), now=w.at(days=-40), answers={"dog.name": str(n)})
        api.decide(done, actor=w.DECIDER, outcome="accepted", expected_number=None, now=w.at(days=-37))
    forecast.refit(w.NOW)
    waiting, hidden = (w.accepted(w.DOG, key=key, answers={"dog.name": key}) for key in "ab")
    later = w.at(days=20)
    api.decide(hidden, actor=w.DECIDER, outcome="accepted", expected_number=None, now=later)
    after = w.at(days=21)
    views = [w.own(case_id, now=after) for case_id in (waiting, hidden)]
    assert views[0].clock == views[1].clock
    assert views[0].clock is not None
    assert views[0].clock.running
    assert [view.predicted is not None for view in views] == [True, True]
    lines = {line.id: line for line in api.cases_of(w.HANAKO, today=w.day_of(after))}
    assert [(lines[key].overdue, lines[key].state) for key in (waiting, hidden)] == [(True, State.EXAMINING)] * 2
    api.notify(hidden, actor=w.EXAMINER, expected_number=None, now=after)
    told = w.own(hidden, now=after)
    assert told.clock is not None
    assert (told.clock.running, told.predicted) == (False, None)
