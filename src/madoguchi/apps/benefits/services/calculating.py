"""Calculating a run in pieces. Each piece is one transaction that moves the run's cursor with what it wrote.

Killed at any moment it goes on after the last whole piece; two that calculate at once take turns on the locked run. A
month that is paid already, or planned by another run, is refused by the database itself.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from madoguchi.apps.benefits import sealing
from madoguchi.apps.benefits.contracts import BenefitScheme, FindingKind, Month, PaymentState, RecipientState, RunState
from madoguchi.apps.benefits.judging import Judged, Standing, judge
from madoguchi.apps.benefits.models import Finding, PaidMonth, Payment, Recipient, Run
from madoguchi.apps.benefits.services import common
from madoguchi.core import vault
from madoguchi.core.permissions import SYSTEM, Actor, Permission

INSERT_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Looked:
    """A recipient as a calculation reads it, without the cost of a model."""

    id: int
    scheme_id: str
    subject_id: str
    payee_id: str
    case_id: str
    starts_on: date
    ends_on: date | None
    residence_as_of: date
    account_works: bool
    revision: int
    sealed: bytes | memoryview | None


COLUMNS = tuple(Looked.__dataclass_fields__)


@dataclass(slots=True)
class Piece:
    """What one piece is about to write."""

    run: Run
    terms: BenefitScheme
    secret: bytes
    sealer: vault.Sealer
    payments: list[Payment] = field(default_factory=list)
    months: list[tuple[Month, ...]] = field(default_factory=list)
    """Of each payment, in the same order."""
    findings: list[Finding] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def calculate(run_id: str, *, actor: Actor = SYSTEM) -> Run:
    """Calculate a run to its end; going on after a stop needs nothing more. Refuse one that is past calculating."""
    while not calculate_piece(run_id, actor=actor, now=timezone.now()):
        continue
    return Run.objects.get(pk=run_id)


@transaction.atomic
def calculate_piece(run_id: str, *, actor: Actor = SYSTEM, now: datetime) -> bool:
    """Calculate the next piece; return whether the run is calculated to its end. Afterwards nothing happens any more."""
    run = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, RunState.DRAFTED, RunState.CALCULATED)
    if run.state == RunState.CALCULATED:
        return True
    terms = run.scheme.terms
    rows = _next(run, terms.batch_size)
    if not rows:
        _finish(run, now, actor)
        return True
    piece = Piece(run, terms, sealing.secret_of(run), vault.sealer(), reasons=Counter(run.months_by_reason))
    paid = _paid(run.scheme_id, [row.subject_id for row in rows])
    for row in rows:
        _look_at(piece, row, paid[row.subject_id])
    _write(piece)
    run.cursor, run.done, run.months_by_reason = rows[-1].id, run.done + len(rows), dict(piece.reasons)
    run.save(update_fields=["cursor", "done", "months_by_reason"])
    return False


def _next(run: Run, most: int) -> list[Looked]:
    waiting = Recipient.objects.filter(scheme_id=run.scheme_id, pk__gt=run.cursor).exclude(sealed=None)
    rows = waiting.exclude(state=RecipientState.STOPPED).order_by("pk").values_list(*COLUMNS)
    return [Looked(*row) for row in rows[:most]]


def _paid(scheme_id: str, subject_ids: list[str]) -> dict[str, dict[Month, int]]:
    """Return by person the months that are paid or planned, each with the recipient through whom."""
    rows = PaidMonth.objects.filter(scheme_id=scheme_id, subject_id__in=subject_ids, voided_at=None)
    found: dict[str, dict[Month, int]] = defaultdict(dict)
    for subject, year, month, recipient in rows.values_list("subject_id", "year", "month", "recipient_id"):
        found[subject][year, month] = recipient
    return found


def _look_at(piece: Piece, row: Looked, paid: dict[Month, int]) -> None:
    """Judge one recipient and note what is to be written; its months count as paid for the next of the same person."""
    sealed = bytes(row.sealed or b"")
    plain = vault.open_sealed(sealed, context=sealing.recipient_context(row))
    account, residence = sealing.unpacked(plain, row.residence_as_of)
    known = Standing(row.starts_on, row.ends_on, row.account_works, account, residence)
    own = [month for month, recipient in paid.items() if recipient == row.id]
    judged = judge(known, piece.terms, piece.run.last, paid, own)
    piece.reasons.update(item.reason.value for item in judged.verdicts)
    piece.findings += [
        Finding(run=piece.run, recipient_id=row.id, kind=kind, months=months) for kind, months in judged.findings
    ]
    if judged.months and account:
        piece.payments.append(_payment(piece, row, judged, sealing.print_of(piece.secret, account)))
        piece.payments[-1].sealed = sealing.seal_account(account, piece.run.pk, row.id, piece.sealer)
        piece.months.append(judged.months)
        paid.update(dict.fromkeys(judged.months, row.id))


def _payment(piece: Piece, row: Looked, judged: Judged, account_print: str) -> Payment:
    return Payment(
        run=piece.run,
        recipient_id=row.id,
        revision=row.revision,
        subject_id=row.subject_id,
        payee_id=row.payee_id,
        months=len(judged.months),
        amount_yen=len(judged.months) * piece.terms.yen_per_month,
        state=PaymentState.PLANNED,
        account_print=account_print,
        key_id=piece.sealer.key.id,
    )


def _write(piece: Piece) -> None:
    payments = Payment.objects.bulk_create(piece.payments, batch_size=INSERT_ROWS)
    rows = [
        PaidMonth(
            scheme_id=piece.run.scheme_id,
            subject_id=payment.subject_id,
            year=year,
            month=month,
            payment_id=payment.pk,
            recipient_id=payment.recipient_id,
            yen=piece.terms.yen_per_month,
        )
        for payment, months in zip(payments, piece.months, strict=True)
        for year, month in months
    ]
    PaidMonth.objects.bulk_create(rows, batch_size=INSERT_ROWS)
    Finding.objects.bulk_create(piece.findings, batch_size=INSERT_ROWS)


def _finish(run: Run, now: datetime, actor: Actor) -> None:
    """Note the totals, as the database adds them, and the accounts that several payees share."""
    _find_shared_accounts(run)
    totals = totals_of(run)
    run.payments_count, run.months_count, run.total_yen = totals["payments"], totals["months"], totals["yen"]
    run.state, run.calculated_at = RunState.CALCULATED, now
    run.save(update_fields=["payments_count", "months_count", "total_yen", "state", "calculated_at"])
    common.note_run(actor, run, "calculate", {**totals, "recipients": run.done})


def totals_of(run: Run) -> dict[str, int]:
    """Return how many payments a run has, their months and yen, as the database adds them."""
    found: dict[str, Any] = run.payments.aggregate(payments=Count("pk"), months=Sum("months"), yen=Sum("amount_yen"))
    return {name: int(value or 0) for name, value in found.items()}


def _find_shared_accounts(run: Run) -> None:
    payees = run.payments.order_by().values("account_print").annotate(payees=Count("payee_id", distinct=True))
    shared = list(payees.filter(payees__gt=1).values_list("account_print", flat=True))
    for start in range(0, len(shared), INSERT_ROWS):
        chosen = run.payments.filter(Q(account_print__in=shared[start : start + INSERT_ROWS]))
        rows = [
            Finding(run=run, recipient_id=recipient, kind=FindingKind.DUPLICATE_ACCOUNT, months=months)
            for recipient, months in chosen.values_list("recipient_id", "months")
        ]
        Finding.objects.bulk_create(rows, batch_size=INSERT_ROWS)
