"""Carries a look out: one transaction that locks the enrolment, writes what is told and takes the message to the outbox.

Safe twice and with two workers: a look counts only if nothing happened since it was begun, and database and outbox refuse
a second telling.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.models import Concern, Enrolment, Sent, Told
from madoguchi.apps.outreach.services import common, memory, messages, taking
from madoguchi.apps.outreach.services.looks import Look, look_at
from madoguchi.engines.planning import telling
from madoguchi.engines.planning.model import Item

logger = logging.getLogger(__name__)
TRIES = 3


def look(enrolment_id: int, *, now: datetime) -> int:
    """Look at one enrolled person and tell her what is due; return how many items were told.

    Raise RuntimeError inside a transaction, and what the database raises: then nothing was told.
    """
    known = terms.current()
    for _ in range(TRIES):
        row = Enrolment.objects.filter(pk=enrolment_id, ended_at=None).first()
        if row is None:
            return 0
        found = look_at(row, known, now)
        try:
            told = _carry_out(row, found, known, now)
        except IntegrityError:  # another guardian was told of the same child in this moment
            continue
        if told is not None:
            return told
    return 0


@transaction.atomic
def _carry_out(seen: Enrolment, found: Look | None, known: terms.Terms, now: datetime) -> int | None:
    """Write what a look means; None when something happened meanwhile and it must be done anew."""
    row = Enrolment.objects.select_for_update().filter(pk=seen.pk, ended_at=None).first()
    if row is None or row.revision != seen.revision:
        return None
    today = timezone.localdate(now)
    if not consents.matching_open(common.request_for(row.person_id, known), now):
        found = None
    if found is None:
        return _nothing_open(row, known, today, now)
    _keep_concerns(row, found)
    taking.note_applications(row, found.taken)
    return _tell(row, found, today, now)


def _nothing_open(row: Enrolment, known: terms.Terms, today: date, now: datetime) -> int:
    """Wait: for a new consent when it ran out, for better records when they do not show the household."""
    standing = consents.matching_consent(row.person_id, known.organisation_id, known.purpose_id, now)
    waits = standing is not None and standing.state == "granted"
    _rest(row, today + timedelta(days=known.policy.horizon) if waits else None)
    return 0


def _tell(row: Enrolment, found: Look, today: date, now: datetime) -> int:
    policy, remembered = found.known.policy, found.memory(row)
    items = found.items(remembered)
    decision = telling.due(items, remembered, today=today, policy=policy)
    after = telling.remember(remembered, decision, found.subjects, today=today, policy=policy)
    memory.close_ended(row, after, today=today)
    told = _send(row, found, decision.tell, broke_gap=decision.broke_gap, now=now)
    latest = today + timedelta(days=policy.horizon)
    if not any(item.first <= today for item in items if item not in decision.tell):
        row.sequence, row.event = found.sequence, False  # else the reason is still to be told
    _rest(row, min(decision.look_again or latest, latest))
    return told


def _send(row: Enrolment, found: Look, items: tuple[Item, ...], *, broke_gap: bool, now: datetime) -> int:
    """Write the message and what it tells; nothing when the person stopped such messages in her inbox."""
    if not items or Sent.objects.filter(enrolment=row, on=found.today).exists():
        return 0
    message = Sent(enrolment=row, on=found.today, broke_gap=broke_gap, household_id=found.matched.household_id)
    if not notifications.send_many([messages.notice_of(message, row, items, found, now)], now=now):
        return 0
    message.save(force_insert=True)
    Told.objects.bulk_create(memory.rows_of(message, items, municipality=found.matched.municipality))
    return len(items)


def _rest(row: Enrolment, until: date | None) -> None:
    row.look_again_on, row.claimed_until, row.revision = until, None, row.revision + 1
    row.save(update_fields=["look_again_on", "claimed_until", "revision", "sequence", "event"])


def _keep_concerns(row: Enrolment, found: Look) -> None:
    """Note whose changes concern the person: her own, her household's, those of her minor children."""
    wanted = {row.person_id: False, found.matched.household_id: False} | dict.fromkeys(found.matched.children, True)
    held = dict(row.concerns.values_list("key", "child"))
    if held != wanted:
        row.concerns.all().delete()
        Concern.objects.bulk_create([Concern(enrolment=row, key=key, child=child) for key, child in wanted.items()])


def preview(enrolment: Enrolment, *, now: datetime) -> tuple[Look, list[Item], list[Item]] | None:
    """Return what would be told today and what later, without telling it; None when no consent opens the household."""
    known = terms.current()
    found = look_at(enrolment, known, now)
    if found is None:
        return None
    remembered = found.memory(enrolment)
    items = found.items(remembered)
    decision = telling.due(items, remembered, today=found.today, policy=known.policy)
    today = list(decision.tell)
    return found, today, [item for item in items if item not in today]
