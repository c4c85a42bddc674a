"""Writes of emergencies (break-glass): opening one for a short time, and its review by somebody else.

Opening reads nothing; reading goes through the one door with the basis `break_glass`.
"""

from datetime import datetime, timedelta

from django.db import transaction

from madoguchi.apps.consents.contracts import Basis, BreakGlassUsed
from madoguchi.apps.consents.models import BreakGlass, DataAgreement
from madoguchi.core import audit, events
from madoguchi.core.permissions import Actor, NotPermitted, Permission, require

LIFE = timedelta(minutes=30)
MIN_REASON_LETTERS = 10


class EmergencyInvalid(Exception):
    """An emergency that cannot be opened or reviewed; says what to do."""


@transaction.atomic
def open_emergency(
    actor: Actor, organisation_id: str, agreement_id: str, subject_id: str, *, reason: str, now: datetime
) -> BreakGlass:
    """Let the actor read the subject's facts of an emergency agreement for 30 minutes; asked again, the same one.

    Raise NotPermitted or `EmergencyInvalid`. Publishes `BreakGlassUsed`.
    """
    require(actor, Permission.BREAK_GLASS, organisation_id)
    if len(reason.strip()) < MIN_REASON_LETTERS:
        raise EmergencyInvalid(
            f"The reason is too short. Say in {MIN_REASON_LETTERS} letters or more what the emergency is."
        )
    # The lock makes two clicks at once one emergency.
    agreement = (
        DataAgreement.objects.select_for_update(no_key=True)
        .filter(pk=agreement_id, organisation_id=organisation_id, lawful_basis=Basis.BREAK_GLASS, active=True)
        .first()
    )
    if agreement is None or not subject_id:
        raise EmergencyInvalid("Your organisation has no such agreement for emergencies. Choose one from the list.")
    held = BreakGlass.objects.filter(
        agreement=agreement, actor_id=actor.id, subject_id=subject_id, expires_at__gt=now, reviewed_at=None
    ).first()
    return held or _open(actor, agreement, subject_id, reason.strip()[:500], now)


def _open(actor: Actor, agreement: DataAgreement, subject_id: str, reason: str, now: datetime) -> BreakGlass:
    row = BreakGlass(
        organisation_id=agreement.organisation_id,
        agreement=agreement,
        actor_id=actor.id,
        actor_name=actor.name,
        subject_id=subject_id,
        opened_at=now,
        expires_at=now + LIFE,
    )
    row.put_words(reason=reason)
    row.save(force_insert=True)
    hidden_until = now + timedelta(days=agreement.hidden_days) if agreement.hidden_days else None
    _note(actor, row, "emergency.open")
    events.publish(
        BreakGlassUsed(
            break_glass_id=row.pk,
            organisation_id=row.organisation_id,
            actor_id=actor.id,
            subject_kind=agreement.subject_kind,
            subject_id=subject_id,
            hidden_until=hidden_until.isoformat() if hidden_until else "",
            at=now.isoformat(),
        )
    )
    return row


@transaction.atomic
def review(actor: Actor, break_glass_id: str, *, outcome: BreakGlass.Outcome, note: str, now: datetime) -> BreakGlass:
    """Record whether an emergency was justified; ends it at once. Nobody reviews an emergency of her own.

    A second review changes nothing and gives the first one back. Raise NotPermitted or `EmergencyInvalid`.
    """
    row = BreakGlass.objects.select_for_update().get(pk=break_glass_id)
    require(actor, Permission.READ_AUDIT, row.organisation_id)
    if row.actor_id == actor.id:
        raise NotPermitted(Permission.READ_AUDIT, row.organisation_id)
    if row.reviewed_at is not None:
        return row
    if not note.strip():
        raise EmergencyInvalid("The note is empty. Write what you found when you looked into it.")
    row.review_outcome = outcome
    row.put_words(reason=row.reason, review_note=note.strip()[:500])
    row.reviewed_by = actor.id
    row.reviewed_at = now
    row.expires_at = min(row.expires_at, now)
    row.save()
    _note(actor, row, "emergency.review")
    return row


def _note(actor: Actor, row: BreakGlass, action: str) -> None:
    audit.record(
        actor=actor,
        organisation_id=row.organisation_id,
        action=action,
        object_kind="emergency",
        object_id=row.pk,
        detail={"outcome": row.review_outcome},
    )
