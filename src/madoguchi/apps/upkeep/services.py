"""Writes about ownership: a review without changes, a programme handed to a person, a finding marked as intended."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import Finding, Handover, Review
from madoguchi.core import audit
from madoguchi.core.permissions import Actor, Permission, require

MOST_DAYS_AHEAD = 3 * 366


def copy_of(actor: Actor, programme_id: str, permission: Permission) -> registry.WorkingCopy:
    """Return what staff would edit; raise Refused for no such programme, NotPermitted for another organisation's."""
    found = registry.working_copy(programme_id)
    if found is None:
        raise Refused(Refusal.NOT_THERE)
    require(actor, permission, found.organisation_id)
    return found


def record_review(
    actor: Actor,
    programme_id: str,
    *,
    version: int,
    revision: int,
    review_on: date,
    note: str,
    public_note: str,
    today: date,
    now: datetime,
) -> Review:
    """Record that somebody looked at a programme and nothing changed.

    Who may publish makes the next version with the new dates at once; an editor puts the dates into the draft. `version`
    and `revision` are what was shown. `public_note` stands in the public history, `note` stays at the desk.
    """
    copy = copy_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    if not today < review_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise Refused(Refusal.REVIEW_DAY)
    try:
        with transaction.atomic():
            published = _date_moved(actor, copy, version, revision, today, review_on, public_note, now)
            row = Review.objects.create(
                programme_id=programme_id, organisation_id=copy.organisation_id, version=version, published=published,
                checked_on=today, review_on=review_on, note=note[:500], by=actor.id, at=now,
            )  # fmt: skip
            _note(actor, copy.organisation_id, "upkeep.review", programme_id)
    except registry.Conflict as problem:
        raise Refused(Refusal.CHANGED) from problem
    except registry.NotFit as problem:
        raise Refused(Refusal.NOT_FIT, str(problem)) from problem
    return row


def _date_moved(
    actor: Actor,
    copy: registry.WorkingCopy,
    version: int,
    revision: int,
    checked_on: date,
    review_on: date,
    note: str,
    now: datetime,
) -> int | None:
    """Publish the moved dates, or put them into the draft; return the published version, None for the draft."""
    if actor.may(Permission.PUBLISH_PROGRAMME, copy.organisation_id):
        return registry.confirm(
            actor, copy.programme_id, version=version, checked_on=checked_on, review_on=review_on, note=note, now=now
        )
    dates = {"checked_on": checked_on.isoformat(), "review_on": review_on.isoformat()}
    registry.save_draft(actor, copy.programme_id, {**copy.content, **dates}, revision=revision, now=now)
    return None


@transaction.atomic
def hand_over(
    actor: Actor, programme_id: str, *, account_id: str, due_on: date, today: date, now: datetime
) -> Handover:
    """Put a programme into the hands of somebody of its organisation until a day; ends the one before."""
    copy = copy_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    if not today <= due_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise Refused(Refusal.DUE_DAY)
    staff = dict(accounts.staff_of(copy.organisation_id, Permission.EDIT_PROGRAMME))
    if account_id not in staff:
        raise Refused(Refusal.NOT_STAFF)
    _end(programme_id, now)
    try:
        with transaction.atomic():
            row = Handover.objects.create(
                programme_id=programme_id, organisation_id=copy.organisation_id, account_id=account_id, due_on=due_on,
                given_by=actor.id, given_at=now,
            )  # fmt: skip
    except IntegrityError as problem:  # somebody handed it over in this moment
        raise Refused(Refusal.CHANGED) from problem
    _note(actor, copy.organisation_id, "upkeep.hand_over", programme_id)
    return row


@transaction.atomic
def end_handover(actor: Actor, programme_id: str, *, now: datetime) -> None:
    """Take a programme out of somebody's hands; repeating changes nothing."""
    copy = copy_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    if _end(programme_id, now):
        _note(actor, copy.organisation_id, "upkeep.end_handover", programme_id)


def _end(programme_id: str, now: datetime) -> int:
    return Handover.objects.filter(programme_id=programme_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def mark_intended(actor: Actor, finding_id: UUID, *, why: str, now: datetime) -> Finding:
    """Let a finding be quiet, with a reason, until its record changes."""
    row = _finding(actor, finding_id)
    if not why.strip():
        raise Refused(Refusal.NO_REASON)
    row.quiet_hash, row.quiet_why, row.quiet_by, row.quiet_at = row.record_hash, why.strip()[:500], actor.id, now
    row.save(update_fields=["quiet_hash", "quiet_why", "quiet_by", "quiet_at"])
    _note(actor, row.organisation_id, "upkeep.intended", str(row.pk), kind="finding")
    return row


@transaction.atomic
def mark_loud(actor: Actor, finding_id: UUID) -> Finding:
    """Take a mark back."""
    row = _finding(actor, finding_id)
    row.quiet_hash, row.quiet_why, row.quiet_by, row.quiet_at = "", "", "", None
    row.save(update_fields=["quiet_hash", "quiet_why", "quiet_by", "quiet_at"])
    _note(actor, row.organisation_id, "upkeep.loud", str(row.pk), kind="finding")
    return row


def _finding(actor: Actor, finding_id: UUID) -> Finding:
    row = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if row is None:
        raise Refused(Refusal.NOT_THERE)
    require(actor, Permission.EDIT_PROGRAMME, row.organisation_id)
    return row


def _note(actor: Actor, organisation_id: str, action: str, object_id: str, *, kind: str = "programme") -> None:
    audit.record(actor=actor, organisation_id=organisation_id, action=action, object_kind=kind, object_id=object_id)
