"""Several workers and several clicks at the same time on PostgreSQL: one recipient, one run, one approval, one answer."""

from datetime import date

import pytest

from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.contracts import RunState
from madoguchi.apps.benefits.errors import Refused
from madoguchi.apps.benefits.models import PaidMonth, Payment, Recipient, Run
from madoguchi.core import vault
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM
from tests.at_once import at_once

from .conftest import (
    APPROVER,
    EVERYTHING,
    NOW,
    PREPARER,
    answer,
    calculated,
    drafted,
    enrol,
    grant,
    load_scheme,
    sent,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def loaded(transactional_db: None) -> None:
    vault.forget_opened()
    load_scheme()


def test_a_case_that_is_told_to_several_workers_is_enrolled_once() -> None:
    assert at_once([lambda: services.enrol(grant("a"), now=NOW)] * 6) == []
    assert Recipient.objects.count() == 1


def test_two_parents_at_once_are_not_both_paid() -> None:
    jobs = [
        lambda: services.enrol(grant("a", "mother", case="one"), now=NOW),
        lambda: services.enrol(grant("a", "father", case="two"), now=NOW),
    ]
    assert at_once(jobs) == []
    assert Recipient.objects.filter(subject_id="a").count() == 1


def test_one_of_two_clicks_begins_a_run() -> None:
    enrol("a")
    raised = at_once([drafted, drafted, drafted])
    assert [type(problem) for problem in raised] == [Refused, Refused]
    assert Run.objects.count() == 1


def test_workers_that_calculate_the_same_run_pay_nobody_twice() -> None:
    for number in range(20):
        enrol(f"child-{number}")
    run = str(drafted().pk)
    assert at_once([lambda: services.calculate(run)] * 4) == []
    assert Run.objects.get().state == RunState.CALCULATED
    assert (Payment.objects.count(), PaidMonth.objects.count()) == (20, 80)
    assert Run.objects.get().total_yen == 400_000


def test_one_of_two_approvals_counts() -> None:
    enrol("a")
    run = str(calculated().pk)
    jobs = [lambda: services.approve(APPROVER, run, looked_at=EVERYTHING, now=NOW)] * 2
    assert [type(problem) for problem in at_once(jobs)] == [Refused]
    assert AuditEntry.objects.filter(action="payment_run.approve").count() == 1


def test_the_same_answer_twice_at_once_is_taken_in_once() -> None:
    enrol("a")
    run = sent()
    data = answer(run)
    jobs = [lambda: services.settle(PREPARER, str(run.pk), data, now=NOW)] * 3
    assert at_once(jobs) == []
    assert AuditEntry.objects.filter(action="payment_run.settle").count() == 1


def test_an_end_at_the_moment_of_approval_is_never_paid_unseen() -> None:
    row = enrol("a")
    enrol("b")
    run = str(calculated().pk)
    raised = at_once(
        [
            lambda: services.approve(APPROVER, run, looked_at=EVERYTHING, now=NOW),
            lambda: services.end(SYSTEM, row.pk, on=date(2026, 5, 1)),
        ]
    )
    row.refresh_from_db()
    assert row.ends_on == date(2026, 5, 1)
    stale = Payment.objects.filter(recipient=row).exclude(revision=row.revision).exists()
    approved = Run.objects.get().state == RunState.CHECKED
    assert stale
    assert approved is (raised == [])
