"""Who is eligible and who was invited (対象者・案内). Lists come from matching or registers as ids of people."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from madoguchi.apps.benefits.contracts import InvitationsMade, InvitationState
from madoguchi.apps.benefits.models import Invitation, Scheme
from madoguchi.apps.benefits.services import common
from madoguchi.core import audit, events
from madoguchi.core.permissions import SYSTEM, Actor, Permission

BATCH = 2_000
EVENT_PEOPLE = 500
"""People named by one event, so that a message room can work in small pieces."""


def list_eligible(
    actor: Actor, scheme_id: str, subject_ids: Iterable[str], *, source: str, now: datetime
) -> tuple[int, int]:
    """Put people on the list of a scheme; return how many are new and how many stood there before.

    Works in batches, each one transaction. Stopped and sent again it goes on: nobody is listed twice.
    """
    scheme = common.scheme(scheme_id)
    common.allow(actor, Permission.PREPARE_PAYMENTS, scheme.organisation_id)
    new = known = 0
    for batch in _batches(subject_ids):
        added = _list(actor, scheme, batch, source, now)
        new, known = new + added, known + len(batch) - added
    return new, known


def _batches(subject_ids: Iterable[str]) -> Iterator[list[str]]:
    ids = (text for line in subject_ids if (text := line.strip()))
    while batch := list(dict.fromkeys(islice(ids, BATCH))):
        yield batch


@transaction.atomic
def _list(actor: Actor, scheme: Scheme, batch: list[str], source: str, now: datetime) -> int:
    mine = Invitation.objects.filter(scheme=scheme)
    known = set(mine.filter(subject_id__in=batch).values_list("subject_id", flat=True))
    rows = [
        Invitation(scheme=scheme, subject_id=key, state=InvitationState.LISTED, source=source, listed_at=now)
        for key in sorted(set(batch) - known)
    ]
    Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        _note(actor, scheme, "list", {"people": len(rows), "source": source})
    return len(rows)


def invite(actor: Actor, scheme_id: str, *, now: datetime, most: int = 100_000) -> int:
    """Invite everybody who is listed and was not invited yet, at most so many; return how many. Safe to run again."""
    scheme = common.scheme(scheme_id)
    common.allow(actor, Permission.PREPARE_PAYMENTS, scheme.organisation_id)
    total = 0
    while total < most and (done := _invite(actor, scheme, min(EVENT_PEOPLE, most - total), now)):
        total += done
    return total


@transaction.atomic
def _invite(actor: Actor, scheme: Scheme, most: int, now: datetime) -> int:
    waiting = Invitation.objects.select_for_update(of=("self",)).filter(scheme=scheme, state=InvitationState.LISTED)
    rows = dict(waiting.order_by("pk").values_list("pk", "subject_id")[:most])
    if rows:
        Invitation.objects.filter(pk__in=rows).update(state=InvitationState.INVITED, invited_at=now)
        events.publish(InvitationsMade(scheme.pk, list(rows.values())))
        _note(actor, scheme, "invite", {"people": len(rows)})
    return len(rows)


@transaction.atomic
def note_application(procedure_id: str, subject_ids: Iterable[str], case_id: str, *, now: datetime) -> int:
    """Note that people have applied, also such as nobody invited; return how many moved forward.

    Called by the wiring when a case of the procedure arrives. A second call changes nothing.
    """
    scheme = common.scheme_of_procedure(procedure_id)
    if scheme is None:
        return 0
    return sum(_moved(scheme, key, InvitationState.APPLIED, case_id, now) for key in dict.fromkeys(subject_ids))


def note_decision(scheme: Scheme, subject_id: str, case_id: str, now: datetime) -> None:
    """Note that a person's case was decided; within the transaction of the caller."""
    _moved(scheme, subject_id, InvitationState.DECIDED, case_id, now)


def _moved(scheme: Scheme, subject_id: str, state: InvitationState, case_id: str, now: datetime) -> int:
    order = list(InvitationState)
    fresh = {"state": InvitationState.LISTED, "source": "application", "listed_at": now}
    Invitation.objects.get_or_create(scheme=scheme, subject_id=subject_id, defaults=fresh)
    row = Invitation.objects.select_for_update().get(scheme=scheme, subject_id=subject_id)
    if order.index(InvitationState(row.state)) >= order.index(state):
        return 0
    row.state, row.case_id = state, case_id
    setattr(row, f"{state.value}_at", now)
    row.save()
    _note(SYSTEM, scheme, state.value, {"case": case_id})
    return 1


def _note(actor: Actor, scheme: Scheme, action: str, detail: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        organisation_id=scheme.organisation_id,
        action=f"benefit.{action}",
        object_kind="benefit-scheme",
        object_id=scheme.pk,
        detail=detail,
    )
