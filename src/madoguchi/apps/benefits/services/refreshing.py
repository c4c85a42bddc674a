"""Before a run: asking registers anew where every recipient lived. Stopped at any moment, it goes on with who is left."""

import time
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from madoguchi.apps.benefits import residence
from madoguchi.apps.benefits.contracts import RecipientState, Residence
from madoguchi.apps.benefits.models import Recipient, Scheme
from madoguchi.apps.benefits.services import common
from madoguchi.apps.benefits.services.enrolment import record_residence
from madoguchi.core.permissions import SYSTEM

BATCH = 200


def waiting(scheme: Scheme, now: datetime) -> "QuerySet[Recipient]":
    """Return the recipients whose residence was not told today."""
    rows = Recipient.objects.filter(scheme=scheme, residence_as_of__lt=timezone.localdate(now))
    return rows.exclude(state=RecipientState.STOPPED).exclude(sealed=None).order_by("pk")


def unread(scheme: Scheme, now: datetime) -> int:
    """Return for how many recipients registers told nothing today yet."""
    return waiting(scheme, now).count()


def refresh(scheme_id: str, *, now: datetime) -> tuple[int, int]:
    """Ask the registers for every recipient; return how many were asked for and for how many something was told.

    Must not run inside a transaction. A recipient of whom nothing is told keeps what was known; a run then names the
    months that wait.
    """
    scheme = common.scheme(scheme_id)
    asked = told = 0
    after: int | None = 0
    while after is not None:
        after, here, known = _batch(scheme, after, now)
        asked, told = asked + here, told + known
    return asked, told


def refresh_slice(scheme_id: str, *, after: int, now: datetime, ends: float) -> int | None:
    """Ask for the recipients after one, until a moment of `time.monotonic`; return the last one, None when all are done."""
    scheme = common.scheme(scheme_id)
    last: int | None = after
    while last is not None and time.monotonic() < ends:
        last, _asked_for, _told = _batch(scheme, last, now)
    return last


def _batch(scheme: Scheme, after: int, now: datetime) -> tuple[int | None, int, int]:
    """Ask for the next recipients; return the last of them (None: there was none), how many, for how many was told."""
    columns = ("pk", "subject_id", "case_id", "case_number")
    rows = list(waiting(scheme, now).filter(pk__gt=after).values_list(*columns)[:BATCH])
    found = [(row[1], _asked(scheme, row[1], row[3] or row[2], now)) for row in rows]
    known = [(subject, one) for subject, one in found if one is not None]
    if known:
        record_residence(SYSTEM, scheme.pk, known)
    return (rows[-1][0] if rows else None), len(rows), len(known)


def _asked(scheme: Scheme, subject_id: str, case_reference: str, now: datetime) -> Residence | None:
    return residence.source().residence_of(scheme.terms, subject_id, case_reference=case_reference, now=now)
