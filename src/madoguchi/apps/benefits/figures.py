"""How a scheme stands in numbers, each with its whole, the moment it speaks of, and where it comes from."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, Sum

from madoguchi.apps.benefits.contracts import PaymentState
from madoguchi.apps.benefits.models import Invitation, OpenGrant, Payment, Recipient, Scheme

PROGRESS = ("listed", "invited", "applied", "decided")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `of` is its whole, None for a number that is its own; `at` is None while nothing was counted."""

    name: str
    number: int
    of: int | None
    at: datetime | None
    sources: tuple[str, ...]
    yen: int | None = None


def figures_of(scheme: Scheme) -> list[Figure]:
    """Return how many are eligible, invited, have applied, are decided, were paid, could not be paid."""
    rows = Invitation.objects.filter(scheme=scheme)
    counts = {name: Count("pk", filter=Q(**{f"{name}_at__isnull": False})) for name in PROGRESS}
    latest = {f"last_{name}": Max(f"{name}_at") for name in PROGRESS}
    found = rows.aggregate(**counts, **latest)
    sources = tuple(rows.order_by("source").values_list("source", flat=True).distinct())
    whole = found["listed"]
    listed = Figure("listed", whole, None, found["last_listed"], sources)
    later = [Figure(name, found[name], whole, found[f"last_{name}"], ("records",)) for name in PROGRESS[1:]]
    return [listed, *later, *_payments(scheme)]


def _payments(scheme: Scheme) -> list[Figure]:
    payments = Payment.objects.filter(run__scheme=scheme)
    paid = payments.filter(state=PaymentState.PAID).aggregate(
        people=Count("subject_id", distinct=True), yen=Sum("amount_yen"), at=Max("run__settled_at")
    )
    failed = payments.filter(state=PaymentState.FAILED, recipient__account_works=False).aggregate(
        people=Count("subject_id", distinct=True), at=Max("run__settled_at")
    )
    enrolled = Recipient.objects.filter(scheme=scheme).aggregate(n=Count("subject_id", distinct=True))["n"]
    return [
        Figure("paid", paid["people"], enrolled, paid["at"], ("bank",), yen=paid["yen"] or 0),
        Figure("failed", failed["people"], enrolled, failed["at"], ("bank",)),
    ]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody through whom a child is paid already."""

    recipient_id: int
    case_number: str


@dataclass(frozen=True, slots=True)
class WaitingGrant:
    """A granted case that is not wholly enrolled, and who stands in its way."""

    row: OpenGrant
    blocking: tuple[Blocked, ...]


def waiting_grants(scheme: Scheme, *, most: int = 200) -> list[WaitingGrant]:
    """Return the granted cases that wait, the oldest first."""
    rows = list(OpenGrant.objects.filter(scheme=scheme).order_by("noted_at", "case_id")[:most])
    ids = [key for row in rows for key in row.blocking]
    numbers = dict(Recipient.objects.filter(scheme=scheme, pk__in=ids).values_list("pk", "case_number"))
    return [
        WaitingGrant(row, tuple(Blocked(key, numbers[key]) for key in row.blocking if key in numbers)) for row in rows
    ]
