"""A payment run from the draft to the bank's answer: golden figures, steps that repeat, checks, four eyes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.contracts import CheckState, PaymentState, Returned, RunState
from madoguchi.apps.benefits.errors import Refusal, Refused
from madoguchi.apps.benefits.models import FilePart, PaidMonth, Payment, Recipient, Run, Scheme
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import SYSTEM, NotPermitted
from madoguchi.engines.payments import Profile, Stay, read

from .conftest import (
    APPROVER,
    BOTH,
    EVERYTHING,
    FOREIGN,
    NOW,
    PREPARER,
    SCHEME,
    account,
    answer,
    calculated,
    drafted,
    enrol,
    exported,
    exporting,
    load_scheme,
    residence,
    sent,
)

pytestmark = pytest.mark.django_db


def paid(child: str) -> list[str]:
    rows = PaidMonth.objects.filter(subject_id=child, voided_at=None).order_by("year", "month")
    return [f"{row.year}-{row.month:02d}" for row in rows]


def result(run: Run, name: str) -> Any:
    return next(item for item in services.checks_of(run) if item.name == name)


@contextmanager
def refused(reason: Refusal) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.reason is reason, caught.value


def test_a_golden_run_pays_each_child_its_months(scheme: Scheme) -> None:
    enrol("all-four")
    enrol("born-on-2-june", told=residence(date(2026, 6, 2)))
    enrol("moved-out", told=residence(stays=(Stay(date(2020, 6, 15), date(2026, 6, 1)),)))
    enrol("moved-in", told=residence(stays=(Stay(date(2026, 7, 1)),)))
    enrol("died", told=residence(died=date(2026, 5, 10)))
    enrol("too-old", told=residence(date(2008, 4, 1)))
    enrol("granted-in-may", since=date(2026, 5, 20))
    run = calculated()
    assert {child: paid(child) for child in Recipient.objects.values_list("subject_id", flat=True)} == {
        "all-four": ["2026-04", "2026-05", "2026-06", "2026-07"],
        "born-on-2-june": ["2026-07"],
        "moved-out": ["2026-04", "2026-05"],
        "moved-in": ["2026-07"],
        "died": ["2026-04", "2026-05"],
        "too-old": [],
        "granted-in-may": ["2026-05", "2026-06", "2026-07"],
    }
    assert (run.payments_count, run.months_count, run.total_yen) == (6, 13, 65_000)
    assert run.months_by_reason == {"resident": 13, "not_born": 3, "not_resident": 5, "died": 2, "too_old": 4}


def test_the_file_holds_every_payment_and_is_the_same_at_every_call(scheme: Scheme) -> None:
    enrol("a", number=11)
    enrol("b", number=22, told=residence(date(2026, 6, 2)))
    run = calculated()
    services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)
    first = services.export(PREPARER, str(run.pk), now=NOW)
    assert services.export(PREPARER, str(run.pk), now=NOW) == first
    assert services.file_of(PREPARER, str(run.pk))[1] == first
    found = read(first, Profile())
    codes = {payment.subject_id: payment.customer_code for payment in Payment.objects.all()}
    told = {item.customer_code: (item.number, item.amount_yen, item.holder) for item in found.transfers}
    assert told == {codes["a"]: ("0000011", 20_000, "ﾔﾏﾀﾞ ﾊﾅｺ"), codes["b"]: ("0000022", 5_000, "ﾔﾏﾀﾞ ﾊﾅｺ")}
    assert (found.header.month, found.header.day) == (8, 15)
    assert AuditEntry.objects.filter(action="payment_run.export").count() == 1
    assert AuditEntry.objects.filter(action="payment_run.download").count() == 1
    assert b"0000011" not in b"".join(bytes(part.sealed) for part in FilePart.objects.all())


def test_every_step_may_be_repeated(scheme: Scheme) -> None:
    enrol("a")
    run = sent()
    services.mark_sent(PREPARER, str(run.pk), now=NOW)
    data = answer(run)
    assert services.settle(PREPARER, str(run.pk), data, now=NOW).paid == 1
    again = services.settle(PREPARER, str(run.pk), data, now=NOW)
    assert (again.paid, again.failed, again.unchanged, again.waiting) == (0, 0, 1, 0)
    assert Run.objects.get().state == RunState.SETTLED
    assert OutboxEvent.objects.filter(name="RunSettled").count() == 1
    assert [AuditEntry.objects.filter(action=f"payment_run.{step}").count() for step in ("send", "settle")] == [1, 1]


def test_a_calculated_run_is_not_calculated_again_and_one_that_went_on_is_refused(scheme: Scheme) -> None:
    enrol("a")
    run = calculated()
    assert services.calculate_piece(str(run.pk), now=NOW)
    assert Payment.objects.count() == 1
    exporting(run)
    with refused(Refusal.WRONG_STATE):
        services.calculate(str(run.pk))


def test_a_later_run_pays_what_an_earlier_one_could_not_know(scheme: Scheme) -> None:
    enrol("a", told=residence(as_of=date(2026, 6, 10)))
    first = sent()
    assert paid("a") == ["2026-04", "2026-05", "2026-06"]
    assert result(first, "unconfirmed").numbers == {"recipients": 1, "months": 1}
    services.settle(PREPARER, str(first.pk), answer(first), now=NOW)
    services.record_residence(PREPARER, SCHEME, [("a", residence(as_of=date(2026, 12, 1)))])
    calculated(12)
    assert paid("a") == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
    assert Payment.objects.order_by("-pk")[0].amount_yen == 25_000


def test_older_knowledge_never_replaces_newer(scheme: Scheme) -> None:
    enrol("a")
    gone = residence(stays=(), as_of=date(2026, 8, 2))
    assert services.record_residence(PREPARER, SCHEME, [("a", gone)]) == 0
    calculated()
    assert len(paid("a")) == 4


def test_a_failed_payment_waits_for_a_new_account_and_is_then_paid(scheme: Scheme) -> None:
    enrol("a", payee="p")
    enrol("b")
    run = sent()
    told = services.settle(PREPARER, str(run.pk), answer(run, {"a": "no_account"}), now=NOW)
    assert (told.paid, told.failed, told.waiting) == (1, 1, 0)
    assert paid("a") == []
    (event,) = OutboxEvent.objects.filter(name="PaymentFailed")
    assert (event.payload["payee_id"], event.payload["reason"]) == ("p", "no_account")
    second = calculated()
    assert (second.number, second.payments_count) == (2, 0)
    assert list(second.findings.values_list("kind", flat=True)) == ["account_to_correct"]
    services.cancel(PREPARER, str(second.pk), now=NOW)
    with refused(Refusal.WRONG_ACCOUNT):
        services.correct_account(SYSTEM, "p", account(holder="山田"), scheme_id=SCHEME)
    assert services.correct_account(SYSTEM, "p", account(77), scheme_id=SCHEME) == 1
    third = exported()
    assert paid("a") == ["2026-04", "2026-05", "2026-06", "2026-07"]
    assert third.payments_count == 1
    assert b"0000077" in services.file_of(PREPARER, str(third.pk))[1]


def test_a_list_of_failures_means_that_the_others_were_paid(scheme: Scheme) -> None:
    for child in ("a", "b", "c"):
        enrol(child)
    run = sent()
    data = answer(run, {"b": "closed"}, only=True)
    told = services.settle(PREPARER, str(run.pk), data, now=NOW, failures_only=True)
    assert (told.paid, told.failed, told.waiting) == (2, 1, 0)


def test_part_of_an_answer_leaves_the_rest_waiting(scheme: Scheme) -> None:
    for child in ("a", "b"):
        enrol(child)
    run = sent()
    told = services.settle(PREPARER, str(run.pk), answer(run, {"b": "closed"}, only=True), now=NOW)
    assert (told.paid, told.failed, told.waiting) == (0, 1, 1)
    assert Run.objects.get().state == RunState.SENT


def test_an_answer_to_another_run_or_against_an_earlier_one_changes_nothing(scheme: Scheme) -> None:
    enrol("a")
    enrol("b")
    run = sent()
    foreign = answer(run) + b"00000000000099999999,ok,\n"
    with refused(Refusal.WRONG_FILE):
        services.settle(PREPARER, str(run.pk), foreign, now=NOW)
    with refused(Refusal.WRONG_FILE):
        services.settle(PREPARER, str(run.pk), b"nothing", now=NOW)
    assert set(Payment.objects.values_list("state", flat=True)) == {PaymentState.EXPORTED}
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    with refused(Refusal.WRONG_FILE):
        services.settle(PREPARER, str(run.pk), answer(run, {"a": "closed"}), now=NOW)
    assert set(Payment.objects.values_list("state", flat=True)) == {PaymentState.PAID}


def test_a_payment_that_came_back_opens_its_months(scheme: Scheme) -> None:
    enrol("a")
    run = sent()
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    payment = Payment.objects.get()
    with pytest.raises(NotPermitted):
        services.reverse(PREPARER, payment.pk, reason=Returned.BANK, now=NOW)
    for _ in range(2):
        services.reverse(APPROVER, payment.pk, reason=Returned.BANK, now=NOW)
    assert paid("a") == []
    assert AuditEntry.objects.filter(action="payment.reverse").count() == 1
    calculated()
    assert len(paid("a")) == 4


def test_who_prepared_a_run_cannot_approve_it(scheme: Scheme) -> None:
    enrol("a")
    run = services.draft(BOTH, SCHEME, year=2026, month=8, transfer_on=date(2026, 8, 15), now=NOW)
    services.calculate(str(run.pk))
    with refused(Refusal.SAME_PERSON):
        services.approve(BOTH, str(run.pk), looked_at=EVERYTHING, now=NOW)
    for actor in (PREPARER, FOREIGN, SYSTEM):
        with pytest.raises(NotPermitted):
            services.approve(actor, str(run.pk), looked_at=EVERYTHING, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.update(checked_by="both")
    assert services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW).checked_by == "approver"


def test_nothing_is_written_for_the_bank_before_approval(scheme: Scheme) -> None:
    enrol("a")
    run = calculated()
    with refused(Refusal.WRONG_STATE):
        services.export(PREPARER, str(run.pk), now=NOW)
    with refused(Refusal.WRONG_STATE):
        services.mark_sent(PREPARER, str(run.pk), now=NOW)
    with refused(Refusal.WRONG_STATE):
        services.file_of(PREPARER, str(run.pk))


def test_checks_to_look_at_must_be_named(scheme: Scheme) -> None:
    enrol("a", at=account(number=5))
    enrol("b", at=account(number=5))
    enrol("c", at=account(holder="山田花子"))
    run = calculated()
    assert result(run, "shared_accounts").numbers == {"recipients": 2, "months": 8}
    assert result(run, "accounts").numbers == {"recipients": 1, "months": 4}
    with refused(Refusal.NOT_LOOKED_AT):
        services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING - {"shared_accounts"}, now=NOW)
    approved = services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)
    assert {item["name"] for item in approved.checks} > {"sums", "current", "difference"}


def test_one_payee_of_several_children_shares_her_account_with_nobody(scheme: Scheme) -> None:
    for child in ("a", "b"):
        enrol(child, payee="mother")
    assert result(calculated(), "shared_accounts").state is CheckState.OK


@pytest.mark.parametrize("change", ["residence", "end", "stop", "account"])
def test_a_change_after_the_calculation_stops_the_approval(scheme: Scheme, change: str) -> None:
    row = enrol("a", payee="p")
    enrol("b")
    run = calculated()
    if change == "residence":
        services.record_residence(PREPARER, SCHEME, [("a", residence(died=date(2026, 5, 2)))])
    elif change == "account":
        services.correct_account(SYSTEM, "p", account(123), scheme_id=SCHEME)
    elif change == "end":
        services.end(PREPARER, row.pk, on=date(2026, 6, 1))
    else:
        services.stop(PREPARER, row.pk)
    assert result(run, "current").numbers == {"changed": 1}
    with refused(Refusal.CHECK_STOPS):
        services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)
    services.recalculate(PREPARER, str(run.pk))
    services.calculate(str(run.pk))
    assert len(paid("a")) == {"residence": 2, "end": 2, "stop": 0, "account": 4}[change]
    services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)


def test_the_budget_of_the_fiscal_year_stops_a_run(db: None) -> None:
    load_scheme(budget_yen=39_000)
    enrol("a")
    first = sent()
    services.settle(PREPARER, str(first.pk), answer(first), now=NOW)
    services.record_residence(PREPARER, SCHEME, [("a", residence(as_of=date(2026, 12, 1)))])
    second = calculated(12)
    assert result(second, "budget").numbers == {"year_yen": 40_000, "limit_yen": 39_000}
    with refused(Refusal.CHECK_STOPS):
        services.approve(APPROVER, str(second.pk), looked_at=EVERYTHING, now=NOW)


def test_a_run_without_payments_is_not_approved(scheme: Scheme) -> None:
    run = calculated()
    assert result(run, "sums").state is CheckState.STOP


def test_the_difference_to_the_run_before_is_explained_to_the_yen(scheme: Scheme) -> None:
    rows = {child: enrol(child) for child in ("stays", "ends", "fails", "shrinks")}
    first = sent()
    services.settle(PREPARER, str(first.pk), answer(first, {"fails": "closed"}), now=NOW)
    services.end(PREPARER, rows["ends"].pk, on=date(2026, 8, 1))
    later = date(2026, 12, 2)
    told = [(child, residence(as_of=later)) for child in ("stays", "ends", "fails")]
    told.append(("shrinks", residence(stays=(Stay(date(2020, 6, 15), date(2026, 9, 2)),), as_of=later)))
    services.record_residence(PREPARER, SCHEME, told)
    enrol("new", told=residence(as_of=later), since=date(2026, 10, 1))
    second = calculated(12)
    difference = result(second, "difference")
    assert difference.numbers == {
        "before_yen": 80_000,
        "new": 1,
        "new_yen": 10_000,
        "gone": 2,
        "gone_yen": 40_000,
        "gone_ended": 1,
        "gone_account": 1,
        "changed": 1,
        "changed_yen": -10_000,
    }
    assert (second.total_yen, difference.state) == (40_000, CheckState.LOOK)


def test_months_paid_too_much_are_found_and_not_taken_silently(scheme: Scheme) -> None:
    enrol("a")
    first = sent()
    services.settle(PREPARER, str(first.pk), answer(first), now=NOW)
    moved = residence(stays=(Stay(date(2020, 6, 15), date(2026, 6, 20)),), as_of=date(2026, 12, 1))
    services.record_residence(PREPARER, SCHEME, [("a", moved)])
    second = calculated(12)
    assert result(second, "overpaid").numbers == {"recipients": 1, "months": 1}
    assert len(paid("a")) == 4


def test_a_change_of_payee_never_pays_a_month_twice(scheme: Scheme) -> None:
    father = enrol("a", payee="father", case="one")
    services.end(PREPARER, father.pk, on=date(2026, 6, 1))
    enrol("a", payee="mother", case="two")
    run = calculated()
    payees = dict(Payment.objects.values_list("payee_id", "months"))
    assert payees == {"father": 2, "mother": 2}
    assert result(run, "overpaid").state is CheckState.OK


def test_a_cancelled_run_frees_its_months_also_after_the_export(scheme: Scheme) -> None:
    enrol("a")
    run = calculated()
    services.cancel(PREPARER, str(run.pk), now=NOW)
    assert Payment.objects.count() == 0
    second = exported()
    services.cancel(PREPARER, str(second.pk), now=NOW)
    assert Payment.objects.get().state == PaymentState.REVERSED
    third = sent()
    assert third.payments_count == 1
    with refused(Refusal.WRONG_STATE):
        services.cancel(PREPARER, str(third.pk), now=NOW)


def test_a_scheme_has_one_open_run_and_pays_in_its_months_only(scheme: Scheme) -> None:
    with refused(Refusal.NO_PAYMENT_MONTH):
        drafted(7)
    drafted()
    with refused(Refusal.OPEN_RUN):
        drafted(12)
    with pytest.raises(NotPermitted):
        services.draft(FOREIGN, SCHEME, year=2026, month=8, transfer_on=date(2026, 8, 15), now=NOW)


def test_the_database_itself_refuses_a_month_that_is_paid(scheme: Scheme) -> None:
    enrol("a")
    calculated()
    month = PaidMonth.objects.order_by("pk")[0]
    month.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        month.save(force_insert=True)


def test_sums_that_differ_are_never_handed_out(scheme: Scheme) -> None:
    enrol("a")
    run = calculated()
    services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)
    Payment.objects.update(amount_yen=20_001)
    with refused(Refusal.SUMS_DIFFER):
        services.export(PREPARER, str(run.pk), now=NOW)
    assert not FilePart.objects.exists()
    assert Run.objects.get().state == RunState.CHECKED


def test_a_total_that_was_edited_stops_the_approval(scheme: Scheme) -> None:
    enrol("a")
    run = calculated()
    assert result(run, "sums").state is CheckState.OK
    PaidMonth.objects.filter(month=7).update(yen=4_000)
    assert result(run, "sums").state is CheckState.STOP
    PaidMonth.objects.filter(month=7).update(yen=5_000)
    Payment.objects.update(amount_yen=1)
    assert result(run, "sums").state is CheckState.STOP
