"""Proposals and decisions: what each needs, four eyes, many at once, what they tell, when a case ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.apps.cases import api, verifying
from madoguchi.apps.cases.contracts import CaseMissing, CheckResult, Invalid, NotAllowed, Stale, State
from madoguchi.apps.cases.services.closing import retained_until
from madoguchi.apps.cases.services.deciding import MAX_BULK
from madoguchi.core.permissions import Actor
from tests.cases import world as w
from tests.cases.test_services import AT, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]


def propose(case_id: str, outcome: str = "granted", **given: Any) -> int:
    return api.propose(case_id, outcome=outcome, **{"actor": w.EXAMINER, **AT, **given})


def check(case_id: str, check_id: str, passed: bool = True, words: str = "見ました", **given: Any) -> int:
    given = {"actor": w.EXAMINER, **given}
    return api.do_check(case_id, check_id=check_id, passed=passed, words=words, **AT, **given)


def test_a_decision_needs_an_examination_and_every_required_check() -> None:
    case_id = w.opened(w.ALLOWANCE)
    assert refused(lambda: propose(case_id)) == "wrong_state"
    api.accept(case_id, actor=w.EXAMINER, **AT)
    for outcome in ("granted", "refused"):
        assert refused(lambda outcome=outcome: propose(case_id, outcome, words="理由")) == "checks_open"
    check(case_id, "residence", passed=False)
    assert refused(lambda: propose(case_id)) == "checks_failed"
    propose(case_id, "refused", reasons=["not-caring"])
    assert w.seen(case_id).state is State.PROPOSED


def test_a_failed_automatic_check_needs_a_deciders_reason() -> None:
    case_id = w.opened(w.ALLOWANCE, answers={"earner.public_servant": True})
    api.accept(case_id, actor=w.EXAMINER, **AT)
    check(case_id, "residence")
    assert refused(lambda: propose(case_id)) == "checks_failed"
    assert refused(lambda: check(case_id, "not-public")) == "failed_needs_override"
    assert refused(lambda: check(case_id, "not-public", override=True)) == "override_needs_decider"
    assert refused(lambda: check(case_id, "not-public", words="", override=True, actor=w.DECIDER), Invalid) == (
        "text_missing"
    )
    check(case_id, "not-public", words="退職の辞令を見ました", override=True, actor=w.DECIDER)
    found = next(item for item in w.seen(case_id).checks if item.id == "not-public")
    assert (found.result, found.overridden, found.words) == (CheckResult.FAILED, True, "退職の辞令を見ました")
    assert found.by == w.DECIDER.name
    propose(case_id)


def test_an_unknown_check_is_refused_and_a_doubt_needs_words() -> None:
    case_id = w.accepted(w.ALLOWANCE)
    assert refused(lambda: check(case_id, "none"), Invalid) == "unknown_check"
    assert refused(lambda: check(case_id, "residence", passed=False, words=""), Invalid) == "text_missing"
    check(case_id, "residence", words="")
    with pytest.raises(CaseMissing):
        check("0190b3a0-0000-7000-8000-00000000ffff", "residence")


def test_an_adverse_decision_needs_reasons_and_every_decision_a_known_outcome() -> None:
    case_id = w.accepted(w.GRANT)
    for given, code in (
        ({"outcome": "refused"}, "no_reason"),
        ({"outcome": "partly_granted", "words": "  "}, "no_reason"),
        ({"outcome": "refused", "reasons": ["none"]}, "bad_reason"),
        ({"outcome": "maybe"}, "bad_outcome"),
        ({"outcome": "accepted"}, "bad_outcome"),
    ):
        assert refused(lambda given=given: propose(case_id, **given), Invalid) == code
    propose(case_id, "partly_granted", reasons=["not-covered"])


def test_the_values_of_a_decision_are_texts_amounts_and_days() -> None:
    case_id = w.accepted(w.GRANT)
    for values, code in (
        ({"amount": -1}, "bad_amount"),
        ({"amount": True}, "bad_amount"),
        ({"amount": "1000"}, "bad_amount"),
        ({"note": [1]}, "bad_values"),
        ({"note": 1.5}, "bad_values"),
        ({str(n): n for n in range(31)}, "bad_values"),
        ({"from": "2026-13-01"}, "bad_date"),
        ({"until": "soon"}, "bad_date"),
        ({"from": "2026-12-02", "until": "2026-12-01"}, "until_before_from"),
    ):
        assert refused(lambda values=values: propose(case_id, values=values), Invalid) == code
    propose(case_id, values={"amount": 0, "from": date(2026, 12, 1), "until": "2026-12-01", "note": "x"})
    shown = w.seen(case_id).proposal
    assert shown is not None
    assert shown.values == {"amount": 0, "from": "2026-12-01", "until": "2026-12-01", "note": "x"}


def test_where_two_decide_the_second_is_somebody_else_and_decides_what_was_proposed() -> None:
    case_id = w.accepted(w.ALLOWANCE)

    def decide(actor: Actor, **given: Any) -> int:
        return api.decide(case_id, actor=actor, **{**AT, **given})

    assert refused(lambda: decide(w.DECIDER, outcome="granted")) == "no_proposal"
    propose(case_id, actor=w.DECIDER)
    assert refused(lambda: decide(w.EXAMINER)) == "wrong_party"
    assert refused(lambda: decide(w.DECIDER)) == "four_eyes"
    assert refused(lambda: decide(w.SECOND, outcome="refused"), Invalid) == "not_as_proposed"
    api.return_proposal(case_id, actor=w.SECOND, reason="額を確かめて", **AT)
    assert refused(lambda: decide(w.SECOND, outcome="granted")) == "no_proposal"
    propose(case_id, values={"amount": 10_000})
    decide(w.SECOND)
    made = w.seen(case_id).decision
    assert made is not None
    assert (made.outcome, made.by, made.values) == ("granted", w.SECOND.id, {"amount": 10_000})
    assert w.told("CaseDecided")[-1] == {
        "case_id": case_id,
        "procedure_id": w.ALLOWANCE,
        "organisation_id": w.CHOFU,
        "subject_id": w.HANAKO.subject_id,
        "outcome": "granted",
        "decided_on": "2026-11-25",
    }


def test_where_one_decides_no_proposal_is_needed() -> None:
    case_id = w.accepted(w.DOG)
    api.decide(case_id, actor=w.DECIDER, outcome="accepted", **AT)
    row = w.row(case_id)
    assert (row.state, row.outcome, row.in_time) == (State.DECIDED, "accepted", True)


def test_a_late_decision_is_counted_as_late() -> None:
    case_id = w.accepted(w.DOG)
    api.decide(case_id, actor=w.DECIDER, outcome="accepted", expected_number=None, now=w.at(days=30))
    assert w.row(case_id).in_time is False


def test_notifying_needs_a_decision_happens_once_and_tells_that_it_is_finished() -> None:
    case_id = w.accepted(w.ALLOWANCE)
    assert refused(lambda: api.notify(case_id, actor=w.EXAMINER, **AT)) == "wrong_state"
    propose(case_id)
    api.decide(case_id, actor=w.DECIDER, **AT)
    api.notify(case_id, actor=w.EXAMINER, **AT)
    assert refused(lambda: api.notify(case_id, actor=w.EXAMINER, **AT)) == "wrong_state"
    assert [event["outcome"] for event in w.told("CaseFinished")] == ["granted"]
    assert [event["case_id"] for event in w.told("CaseNotified")] == [case_id]


def test_many_are_decided_each_by_itself_and_each_says_what_became_of_it() -> None:
    good, own, open_one, gone = (w.proposed(key=key, answers={"child.name": key}) for key in "abcd")
    api.return_proposal(own, actor=w.SECOND, reason="もう一度", **AT)
    propose(own, actor=w.DECIDER)
    api.return_proposal(open_one, actor=w.SECOND, reason="もう一度", **AT)
    foreign = w.opened(w.DOG, key="foreign", organisation_id=w.MITAKA)
    api.withdraw(gone, applicant=w.HANAKO, now=w.NOW)
    stale = w.proposed(key="e", answers={"child.name": "e"})
    missing = "0190b3a0-0000-7000-8000-00000000ffff"
    asked = [good, own, open_one, gone, stale, foreign, missing, "x", good]
    found = api.decide_many(asked, actor=w.DECIDER, now=w.NOW, expected_numbers={good: w.number(good), stale: 1})
    assert [(item.case_id, item.done) for item in found] == [(key, place == 0) for place, key in enumerate(asked)]
    assert [bool(item.error) for item in found] == [not item.done for item in found]
    assert [item.number for item in found[5:8]] == ["", "", ""]
    assert found[5].error == found[6].error
    assert found[0].number == w.row(good).number
    assert [w.row(key).state for key in (good, own, open_one, gone)] == [
        "decided",
        "proposed",
        "examining",
        "withdrawn",
    ]
    assert verifying.verify() == []
    with pytest.raises(Invalid):
        api.decide_many(["x"] * (MAX_BULK + 1), actor=w.DECIDER, now=w.NOW)


def test_a_case_of_one_pair_of_eyes_is_not_decided_among_many_without_a_proposal() -> None:
    case_id = w.accepted(w.DOG)
    assert [item.done for item in api.decide_many([case_id], actor=w.DECIDER, now=w.NOW)] == [False]


def test_a_permit_holds_for_its_period_or_until_the_day_that_is_given() -> None:
    usual = w.notified(w.WASTE, key="a", answers={"business.name": "甲"})
    given = w.notified(w.WASTE, key="b", answers={"business.name": "乙"}, values={"until": "2027-03-31"})
    refusal = w.notified(w.WASTE, key="c", answers={"business.name": "丙"}, outcome="refused", reasons=["ability"])
    assert [w.row(case_id).valid_until for case_id in (usual, given, refusal)] == [
        date(2031, 11, 24),
        date(2027, 3, 31),
        None,
    ]


def test_what_was_granted_is_told_to_rooms_that_pay_and_nothing_else_is() -> None:
    case_id = w.decided(w.ALLOWANCE, values={"amount": 15_000})
    granted = api.granted_case(case_id)
    assert granted is not None
    assert (granted.outcome, granted.values, granted.decided_on) == ("granted", {"amount": 15_000}, w.TODAY)
    assert granted.answers["child.name"] == "調布 太郎"
    refusal = w.decided(key="b", answers={"child.name": "b"}, outcome="refused", words="理由")
    waiting = w.proposed(key="c", answers={"child.name": "c"})
    missing = "0190b3a0-0000-7000-8000-00000000ffff"
    assert [api.granted_case(key) for key in (refusal, waiting, missing)] == [None] * 3


def test_a_closed_case_takes_nothing_more_and_is_kept_for_full_fiscal_years() -> None:
    case_id = w.notified(w.ALLOWANCE)
    api.close(case_id, actor=w.EXAMINER, **AT)
    row = w.row(case_id)
    assert (row.state, row.closed_on, row.retain_until) == (State.CLOSED, w.TODAY, date(2032, 3, 31))
    for deed in (
        lambda: api.note(case_id, actor=w.EXAMINER, text="x", now=w.NOW),
        lambda: api.message_in(case_id, applicant=w.HANAKO, text="x", now=w.NOW),
        lambda: api.message_out(case_id, actor=w.EXAMINER, text="x", now=w.NOW),
        lambda: api.object_to(case_id, applicant=w.HANAKO, text="x", now=w.NOW),
        lambda: api.take(case_id, actor=w.EXAMINER, **AT),
        lambda: api.close(case_id, actor=w.EXAMINER, **AT),
    ):
        assert refused(deed, NotAllowed) == "wrong_state"
    assert retained_until(date(2027, 3, 31), 5) == date(2032, 3, 31)
    assert retained_until(date(2027, 4, 1), 5) == date(2033, 3, 31)


def test_an_open_case_is_not_closed() -> None:
    for key, case_id in {"a": w.opened(key="a"), "b": w.accepted(key="b", answers={"child.name": "b"})}.items():
        assert refused(lambda case_id=case_id: api.close(case_id, actor=w.EXAMINER, **AT)) == "wrong_state", key
    late = w.decided(key="c", answers={"child.name": "c"})
    assert refused(lambda: api.close(late, actor=w.EXAMINER, **AT)) == "wrong_state"
    assert refused(lambda: api.close(late, actor=w.EXAMINER, expected_number=1, now=w.NOW), Stale) == "stale"
    assert w.row(late).changed_at - w.NOW < timedelta(seconds=1)
