"""Reads of the benefits room: what the desk shows of schemes and runs, what a person sees of her benefits."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from madoguchi.apps.benefits import errors, sealing
from madoguchi.apps.benefits.contracts import (
    BenefitScheme,
    InvitationState,
    Month,
    Paid,
    PaymentState,
    RecipientState,
    RunState,
)
from madoguchi.apps.benefits.models import Finding, Invitation, PaidMonth, Payment, Recipient, Run, Scheme
from madoguchi.apps.benefits.services.common import uuid_of
from madoguchi.core.permissions import Actor, Permission

PAGE = 50
RUNS_SHOWN = 40
RIGHTS = (Permission.PREPARE_PAYMENTS, Permission.APPROVE_PAYMENTS)


def may_see(actor: Actor, organisation_id: str) -> bool:
    """Tell whether somebody may prepare or approve payments of an organisation."""
    return any(actor.may(right, organisation_id) for right in RIGHTS)


def schemes(actor: Actor) -> list[Scheme]:
    """Return the schemes whose payments the actor prepares or approves."""
    own = {organisation for right in RIGHTS for organisation in actor.organisations(right)}
    return list(Scheme.objects.filter(organisation__in=own).select_related("organisation"))


def scheme(actor: Actor, scheme_id: str) -> Scheme:
    """Return a scheme that the actor may see; refuse as not there otherwise."""
    row = Scheme.objects.select_related("organisation").filter(pk=scheme_id).first()
    if row is None or not may_see(actor, row.organisation_id):
        raise errors.not_found()
    return row


def run(actor: Actor, run_id: Any) -> Run:
    """Return a run that the actor may see; refuse as not there otherwise."""
    row = Run.objects.select_related("scheme__organisation").filter(pk=uuid_of(run_id)).first()
    if row is None or not may_see(actor, row.scheme.organisation_id):
        raise errors.not_found()
    return row


def runs(of: Scheme) -> list[Run]:
    """Return the runs of a scheme, newest first."""
    return list(Run.objects.filter(scheme=of)[:RUNS_SHOWN])


def payments(of: Run, state: PaymentState, page: int) -> tuple[list[Payment], int]:
    """Return a page of the payments of a run in a state, and how many there are."""
    rows = of.payments.filter(state=state).select_related("recipient").order_by("pk")
    return list(rows[(page - 1) * PAGE : page * PAGE]), rows.count()


def coming_months(of: Scheme, today: date, count: int = 4) -> list[Month]:
    """Return the next months of payment, this month included."""
    years = range(today.year, today.year + count + 1)
    numbers = sorted(of.terms.payment_months)
    coming = [(year, month) for year in years for month in numbers if (year, month) >= (today.year, today.month)]
    return coming[:count]


def invitation_counts(scheme_id: str) -> dict[InvitationState, int]:
    """Return how many eligible people are in each state."""
    rows = Invitation.objects.filter(scheme=scheme_id).order_by().values_list("state").annotate(Count("pk"))
    found = dict(rows)
    return {state: found.get(state, 0) for state in InvitationState}


def recipient_counts(scheme_id: str) -> dict[RecipientState, int]:
    """Return how many recipients are in each state."""
    rows = Recipient.objects.filter(scheme=scheme_id).order_by().values_list("state").annotate(Count("pk"))
    found = dict(rows)
    return {state: found.get(state, 0) for state in RecipientState}


def terms_of(scheme_id: str) -> BenefitScheme | None:
    """Return what the pack says of a scheme; None for an unknown one."""
    row = Scheme.objects.filter(pk=scheme_id).first()
    return row.terms if row else None


def paid_in(run_id: str, *, size: int = 2_000) -> Iterator[list[Paid]]:
    """Yield what a run paid to each payee, in portions."""
    row = Run.objects.filter(pk=uuid_of(run_id)).first()
    if row is None:
        return
    sums = row.payments.filter(state=PaymentState.PAID).order_by("payee_id").values_list("payee_id")
    portion: list[Paid] = []
    for payee, yen in sums.annotate(yen=Sum("amount_yen")).iterator(chunk_size=size):
        portion.append(Paid(payee, yen, row.transfer_on))
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def payment_counts(of: Run) -> dict[PaymentState, int]:
    """Return how many payments of a run are in each state."""
    found = Counter(dict(of.payments.order_by().values_list("state").annotate(Count("pk"))))
    return {state: found[state] for state in PaymentState if found[state]}


def finding_counts(of: Run) -> list[tuple[str, int]]:
    """Return how many recipients each kind of finding concerns."""
    return list(of.findings.order_by("kind").values_list("kind").annotate(Count("pk")))


def findings(of: Run, kind: str, page: int) -> tuple[list[Finding], int]:
    """Return a page of findings of a kind, and how many there are."""
    rows = of.findings.filter(kind=kind).select_related("recipient").order_by("recipient_id")
    return list(rows[(page - 1) * PAGE : page * PAGE]), rows.count()


def invitations(of: Scheme, page: int) -> tuple[list[Invitation], int]:
    """Return a page of the eligible, newest first, and how many there are."""
    rows = Invitation.objects.filter(scheme=of).order_by("-listed_at", "-pk")
    return list(rows[(page - 1) * PAGE : page * PAGE]), rows.count()


@dataclass(frozen=True, slots=True)
class PaidTo:
    """One payment as the person sees it."""

    payment_id: int
    transfer_on: date
    months: tuple[Month, ...]
    amount_yen: int
    state: PaymentState
    for_me: bool
    failure: str


@dataclass(frozen=True, slots=True)
class BenefitOf:
    """One benefit of a person: what was paid and when the next transfer can be expected."""

    scheme: Scheme
    state: RecipientState
    since: date
    until: date | None
    case_id: str
    case_number: str
    subject_id: str
    to_me: bool
    account_end: str
    """The last three digits of the account, for its holder only; empty when none is known."""
    account_works: bool
    next_payment: Month | None
    payments: tuple[PaidTo, ...]


def benefits_of(person_id: str, today: date) -> list[BenefitOf]:
    """Return the benefits that are paid for or to a person, newest first."""
    if not person_id:
        return []
    mine = Q(subject_id=person_id) | Q(payee_id=person_id)
    rows = Recipient.objects.filter(mine).select_related("scheme").order_by("-pk")
    return [_benefit(row, person_id, today) for row in rows]


def _benefit(row: Recipient, person_id: str, today: date) -> BenefitOf:
    active = row.state == RecipientState.ACTIVE
    return BenefitOf(
        scheme=row.scheme,
        state=RecipientState(row.state),
        since=row.starts_on,
        until=row.ends_on,
        case_id=row.case_id,
        case_number=row.case_number,
        subject_id=row.subject_id,
        to_me=row.payee_id == person_id,
        account_end=_account_end(row) if row.payee_id == person_id else "",
        account_works=row.account_works,
        next_payment=next_payment(row.scheme, today) if active else None,
        payments=tuple(_paid(payment, person_id) for payment in _told(row)),
    )


def _account_end(row: Recipient) -> str:
    content = sealing.content_of(row)
    return content[0].number[-3:] if content and content[0] else ""


def _told(row: Recipient) -> "QuerySet[Payment]":
    """Return what the person may know of: what was approved; plans may still change."""
    hidden = (RunState.DRAFTED, RunState.CALCULATED, RunState.CANCELLED)
    rows = row.payments.exclude(run__state__in=hidden).select_related("run").prefetch_related("paid_months")
    return rows.order_by("-run__transfer_on", "-pk")


def _paid(row: Payment, person_id: str) -> PaidTo:
    months: list[PaidMonth] = sorted(row.paid_months.all(), key=lambda item: (item.year, item.month))
    return PaidTo(
        payment_id=row.pk,
        transfer_on=row.run.transfer_on,
        months=tuple((item.year, item.month) for item in months),
        amount_yen=row.amount_yen,
        state=PaymentState(row.state),
        for_me=row.subject_id == person_id,
        failure=row.failure,
    )


def next_payment(of: Scheme, today: date) -> Month:
    """Return the next month of payment that no run has been sent for, this month included."""
    sent = set(Run.objects.filter(scheme=of, sent_at__isnull=False).values_list("year", "month"))
    months = sorted(of.terms.payment_months)
    years = (today.year, today.year + 1, today.year + 2)
    coming = [(year, month) for year in years for month in months if (year, month) >= (today.year, today.month)]
    return next(month for month in coming if month not in sent)


def schemes_paid_to(person_id: str) -> list[Scheme]:
    """Return the schemes that pay to a person and know an account."""
    rows = Recipient.objects.filter(payee_id=person_id).exclude(sealed=None).values("scheme")
    return list(Scheme.objects.filter(pk__in=rows))
