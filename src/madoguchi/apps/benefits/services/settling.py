"""What the bank answered: paid, or failed with a reason; and taking back a payment whose money came back."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F

from madoguchi.apps.benefits import errors
from madoguchi.apps.benefits.contracts import PaymentFailed, PaymentState, Returned, RunSettled, RunState, Settlement
from madoguchi.apps.benefits.models import PaidMonth, Payment, Recipient, Run
from madoguchi.apps.benefits.services import common
from madoguchi.core import audit, events
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines.payments import Outcome, ResultError, ResultLine, read_results

BATCH = 5_000


@transaction.atomic
def settle(actor: Actor, run_id: str, data: bytes, *, now: datetime, failures_only: bool = False) -> Settlement:
    """Take in the answer of the bank, all of it or nothing. The same answer again changes nothing.

    `failures_only`: the file is a 振込不能 list, so every payment that it does not name was paid. Refuse a file that
    names payments of another run, or contradicts what is known already.
    """
    run = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, RunState.SENT, RunState.SETTLED)
    try:
        answers = read_results(data)
    except ResultError as problem:
        raise errors.Refused(errors.Refusal.WRONG_FILE, str(problem), detail=str(problem.line)) from problem
    told, unchanged = _new_answers(run, answers)
    failed = 0
    for outcome, numbers in told.items():
        failed += len(numbers) if outcome.failed else 0
        _take_in(run, outcome, numbers, now)
    paid = len(told.get(Outcome.OK, []))
    if failures_only:
        paid += run.payments.filter(state=PaymentState.EXPORTED).update(state=PaymentState.PAID)
    waiting = run.payments.filter(state=PaymentState.EXPORTED).count()
    if paid or failed:
        detail = {"sha256": hashlib.sha256(data).hexdigest(), "paid": paid, "failed": failed, "waiting": waiting}
        common.note_run(actor, run, "settle", detail)
    if not waiting and run.state == RunState.SENT:
        _close(run, now)
    return Settlement(paid, failed, unchanged, waiting)


def _new_answers(run: Run, answers: Iterable[ResultLine]) -> tuple[dict[Outcome, list[int]], int]:
    """Return payments by what is new about them, and how many answers were known; refuse foreign and contradicting ones."""
    told: dict[Outcome, list[int]] = defaultdict(list)
    unchanged = 0
    rest = iter(answers)
    while batch := list(islice(rest, BATCH)):
        states = _states(run, batch)
        for line in batch:
            if _is_new(line, states.get(line.customer_code)):
                told[line.outcome].append(int(line.customer_code))
            else:
                unchanged += 1
    return told, unchanged


def _states(run: Run, batch: list[ResultLine]) -> dict[str, tuple[str, str]]:
    numbers = [int(line.customer_code) for line in batch if _is_number(line.customer_code)]
    rows = run.payments.filter(pk__in=numbers).values_list("pk", "state", "failure")
    return {Payment(pk=pk).customer_code: (state, failure) for pk, state, failure in rows}


def _is_number(code: str) -> bool:
    return len(code) == 20 and code.isascii() and code.isdigit() and int(code) < 2**63


def _is_new(line: ResultLine, known: tuple[str, str] | None) -> bool:
    if known is None:
        raise errors.Refused(
            errors.Refusal.WRONG_FILE,
            f"Line {line.line}: this run has no such payment. Take the answer to this run's file.",
            detail=str(line.line),
        )
    state, failure = known
    if state == PaymentState.EXPORTED:
        return True
    same = failure == line.outcome if line.outcome.failed else state == PaymentState.PAID
    if not same:
        raise errors.Refused(
            errors.Refusal.WRONG_FILE,
            f"Line {line.line} contradicts an earlier answer. If money came back, take the payment back.",
            detail=str(line.line),
        )
    return False


def _take_in(run: Run, outcome: Outcome, numbers: list[int], now: datetime) -> None:
    for start in range(0, len(numbers), BATCH):
        rows = run.payments.filter(pk__in=numbers[start : start + BATCH])
        if not outcome.failed:
            rows.update(state=PaymentState.PAID)
            continue
        rows.update(state=PaymentState.FAILED, failure=outcome)
        _open_again(rows.values_list("pk", flat=True), now)
        broken = Recipient.objects.filter(payments__in=rows.values("pk"))
        _tell(run, list(rows), outcome)
        Recipient.objects.filter(pk__in=list(broken.values_list("pk", flat=True))).update(
            account_works=False, revision=F("revision") + 1
        )


def _open_again(payments: Iterable[int], now: datetime) -> None:
    """Let the months of these payments be paid by another run."""
    PaidMonth.objects.filter(payment__in=list(payments), voided_at=None).update(voided_at=now)


def _tell(run: Run, payments: list[Payment], outcome: Outcome) -> None:
    for row in payments:
        events.publish(PaymentFailed(row.pk, run.scheme_id, row.subject_id, row.payee_id, outcome.value))


def _close(run: Run, now: datetime) -> None:
    run.state, run.settled_at = RunState.SETTLED, now
    run.save(update_fields=["state", "settled_at"])
    paid = run.payments.filter(state=PaymentState.PAID).count()
    events.publish(RunSettled(str(run.pk), run.scheme_id, paid, run.payments.filter(state=PaymentState.FAILED).count()))


@transaction.atomic
def reverse(actor: Actor, payment_id: int, *, reason: Returned, now: datetime) -> None:
    """Take back a paid payment whose money came back (組戻し); its months may be paid again. Repeating changes nothing."""
    row = Payment.objects.select_related("run__scheme").filter(pk=payment_id).first()
    if row is None:
        raise errors.not_found()
    run = common.locked_run(actor, Permission.APPROVE_PAYMENTS, row.run_id, RunState.SENT, RunState.SETTLED)
    row = run.payments.select_for_update().get(pk=payment_id)
    if row.state == PaymentState.REVERSED:
        return
    if row.state != PaymentState.PAID:
        raise errors.wrong_state(row.state, PaymentState.PAID)
    row.state = PaymentState.REVERSED
    row.save(update_fields=["state"])
    _open_again([row.pk], now)
    audit.record(
        actor=actor,
        organisation_id=run.scheme.organisation_id,
        action="payment.reverse",
        object_kind="payment",
        object_id=str(row.pk),
        detail={"run": str(run.pk), "reason": reason.value},
    )
