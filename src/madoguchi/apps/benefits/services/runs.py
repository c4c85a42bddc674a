"""Beginning a payment run, calculating it anew, taking it back."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from madoguchi.apps.benefits import errors, sealing
from madoguchi.apps.benefits.contracts import OPEN_STATES, CancelReason, PaymentState, RecipientState, RunState
from madoguchi.apps.benefits.models import PaidMonth, Recipient, Run, Scheme
from madoguchi.apps.benefits.services import common
from madoguchi.core.permissions import Actor, Permission


@transaction.atomic
def draft(actor: Actor, scheme_id: str, *, year: int, month: int, transfer_on: date, now: datetime) -> Run:
    """Begin a run for a month of payment. Refuse when the scheme pays nothing in that month, or has an open run."""
    scheme = Scheme.objects.select_for_update().filter(pk=scheme_id).first()
    if scheme is None:
        raise errors.not_found()
    common.allow(actor, Permission.PREPARE_PAYMENTS, scheme.organisation_id)
    terms = scheme.terms
    if month not in terms.payment_months:
        raise errors.Refused(
            errors.Refusal.NO_PAYMENT_MONTH,
            f"Nothing is paid in month {month}. Choose another month.",
            detail=str(month),
        )
    runs = Run.objects.filter(scheme=scheme)
    if runs.filter(state__in=OPEN_STATES).exists():
        raise errors.Refused(errors.Refusal.OPEN_RUN, "Another run is still open. Finish or cancel it first.")
    last = terms.covered(year, month)[-1]
    number = runs.filter(year=year, month=month).aggregate(n=Max("number"))["n"] or 0
    row = Run(
        scheme=scheme,
        year=year,
        month=month,
        number=number + 1,
        transfer_on=transfer_on,
        last_year=last[0],
        last_month=last[1],
        state=RunState.DRAFTED,
        prepared_by=actor.id,
        prepared_at=now,
        recipients=_waiting(scheme),
    )
    sealing.put_secret(row)
    row.save(force_insert=True)
    common.note_run(actor, row, "draft", {"scheme": scheme.pk, "month": f"{year}-{month:02d}", "number": row.number})
    return row


def _waiting(scheme: Scheme) -> int:
    return Recipient.objects.filter(scheme=scheme).exclude(state=RecipientState.STOPPED).exclude(sealed=None).count()


@transaction.atomic
def recalculate(actor: Actor, run_id: str) -> Run:
    """Forget what was calculated, so that it is calculated anew from what is known now."""
    row = common.locked_run(
        actor, Permission.PREPARE_PAYMENTS, run_id, RunState.DRAFTED, RunState.CALCULATED, RunState.CHECKED
    )
    _forget_payments(row)
    row.state, row.cursor, row.done, row.recipients = RunState.DRAFTED, 0, 0, _waiting(row.scheme)
    row.months_by_reason, row.payments_count, row.months_count, row.total_yen = {}, 0, 0, 0
    row.calculated_at, row.checked_at, row.checked_by, row.checks = None, None, "", []
    row.save()
    common.note_run(actor, row, "recalculate")
    return row


@transaction.atomic
def cancel(actor: Actor, run_id: str, *, now: datetime, reason: CancelReason | None = None) -> None:
    """Take back a run that the bank does not have: its months may be paid by another one."""
    row = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, *OPEN_STATES)
    if row.state == RunState.EXPORTED:
        row.payments.update(state=PaymentState.REVERSED)
        PaidMonth.objects.filter(payment__run=row, voided_at=None).update(voided_at=now)
    else:
        _forget_payments(row)
    detail = {"was": row.state, "payments": row.payments_count, "yen": row.total_yen, "reason": reason or ""}
    row.state, row.cancelled_at = RunState.CANCELLED, now
    row.save(update_fields=["state", "cancelled_at"])
    common.note_run(actor, row, "cancel", detail)


def _forget_payments(row: Run) -> None:
    """Remove what was only planned: no money was ordered by it."""
    PaidMonth.objects.filter(payment__run=row).delete()
    row.payments.all().delete()
    row.findings.all().delete()
