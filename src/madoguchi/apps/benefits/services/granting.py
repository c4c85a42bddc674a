"""Decided cases on their way to payments: noted when the decision arrives, gone once everybody is enrolled or ended.

Noting is part of the event's delivery and small; registers are read afterwards, by whom the wiring names (a disclosure
must not run inside another transaction). A case may be looked at any number of times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q

from madoguchi.apps.benefits.contracts import BenefitScheme, RecipientState, Waiting
from madoguchi.apps.benefits.models import OpenGrant, Recipient
from madoguchi.apps.benefits.services import common
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission


@dataclass(frozen=True, slots=True)
class Noted:
    """A decided case that waits. `noted_at` tells this decision from a later one of the same case."""

    case_id: str
    terms: BenefitScheme
    noted_at: datetime
    starts_on: date | None
    """First month by staff, where the decision names none."""


def _noted(row: OpenGrant) -> Noted:
    return Noted(row.case_id, row.scheme.terms, row.noted_at, row.starts_on)


@transaction.atomic
def note_decided(case_id: str, procedure_id: str, *, now: datetime) -> bool:
    """Note that a case was decided, also once more after an objection; return whether its procedure grants a benefit."""
    scheme = common.scheme_of_procedure(procedure_id)
    if scheme is None:
        return False
    fresh = {"scheme": scheme, "waiting": Waiting.NEW, "noted_at": now, "tried_at": None, "starts_on": None}
    OpenGrant.objects.update_or_create(case_id=case_id, defaults=fresh)
    return True


def open_grants(*, limit: int = 500) -> Sequence[Noted]:
    """Return the cases that wait, those first that were not looked at for the longest time."""
    rows = OpenGrant.objects.select_related("scheme").order_by(F("tried_at").asc(nulls_first=True), "case_id")
    return [_noted(row) for row in rows[:limit]]


def open_grant(case_id: str) -> Noted | None:
    """Return one case that waits, None when it does not."""
    row = OpenGrant.objects.select_related("scheme").filter(pk=case_id).first()
    return _noted(row) if row else None


def new_among(noted: Noted, subject_ids: Iterable[str]) -> set[str]:
    """Return those whom enrolling by this case would add: neither enrolled by it nor paid for through another one.

    Registers are read for them only, however often a case is looked at.
    """
    rows = Recipient.objects.filter(scheme=noted.terms.id, subject_id__in=(asked := set(subject_ids)))
    held = rows.filter(Q(case_id=noted.case_id) | Q(state=RecipientState.ACTIVE))
    return asked - set(held.values_list("subject_id", flat=True))


def keep_waiting(noted: Noted, why: Waiting, case_number: str, *, now: datetime, taken: Sequence[str] = ()) -> None:
    """Say why a case still waits, and for whom somebody else is paid; a decision that came meanwhile is left as new."""
    others = Recipient.objects.filter(scheme=noted.terms.id, subject_id__in=taken, state=RecipientState.ACTIVE)
    blocking = list(others.exclude(case_id=noted.case_id).order_by("pk").values_list("pk", flat=True))
    mine = OpenGrant.objects.filter(pk=noted.case_id, noted_at=noted.noted_at)
    mine.update(waiting=why, case_number=case_number, tried_at=now, blocking=blocking)


@transaction.atomic
def name_first_month(actor: Actor, case_id: str, starts_on: date) -> bool:
    """Name the first month of a case whose decision names none; return whether it still waited for it."""
    row = OpenGrant.objects.select_for_update(of=("self",)).select_related("scheme").filter(pk=case_id).first()
    if row is None:
        return False
    common.allow(actor, Permission.PREPARE_PAYMENTS, row.scheme.organisation_id)
    if row.waiting != Waiting.NO_MONTH or row.starts_on is not None:
        return False
    row.starts_on = starts_on
    row.save(update_fields=["starts_on"])
    audit.record(
        actor=actor,
        organisation_id=row.scheme.organisation_id,
        action="benefit.first_month",
        object_kind="benefit-case",
        object_id=case_id,
        detail={"scheme": row.scheme_id, "month": starts_on.isoformat()[:7]},
    )
    return True


def settled(noted: Noted) -> None:
    """Take a case off the list; a decision that came meanwhile stays on it."""
    OpenGrant.objects.filter(pk=noted.case_id, noted_at=noted.noted_at).delete()


@transaction.atomic
def take_back(case_id: str) -> int:
    """End every benefit of a case that is no longer decided in favour, from its first day; return how many.

    Nothing more is paid; what was paid is found by the next run as paid too much. Repeating changes nothing.
    """
    rows = Recipient.objects.select_for_update(of=("self",)).select_related("scheme").filter(case_id=case_id)
    open_ones = [row for row in rows.order_by("pk") if row.state == RecipientState.ACTIVE or not _ended_at_once(row)]
    for row in open_ones:
        row.state = RecipientState.ENDED if row.state != RecipientState.STOPPED else row.state
        row.ends_on, row.revision = row.starts_on, row.revision + 1
        row.save(update_fields=["state", "ends_on", "revision"])
        audit.record(
            actor=SYSTEM,
            organisation_id=row.scheme.organisation_id,
            action="benefit.take_back",
            object_kind="benefit-recipient",
            object_id=str(row.pk),
            detail={"scheme": row.scheme_id, "revision": row.revision},
        )
    return len(open_ones)


def _ended_at_once(row: Recipient) -> bool:
    return row.ends_on == row.starts_on
