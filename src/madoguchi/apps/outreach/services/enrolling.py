"""Writes of the person: choosing topics, which begins telling, and stopping in one step."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.errors import NotAgreed, UnknownTopic
from madoguchi.apps.outreach.models import Concern, Enrolment, TopicChoice
from madoguchi.apps.outreach.services import following
from madoguchi.core import audit
from madoguchi.core.permissions import Actor


def choose(person_id: str, account_id: str, topics: Collection[str], *, now: datetime) -> Enrolment | None:
    """Keep the topics that somebody wants to hear of; with none the enrolment ends. Return it while it lives.

    Raise NotAgreed without a live consent, UnknownTopic. Sent twice it changes nothing the second time.
    """
    known = terms.current()
    wanted = set(topics)
    if wanted - known.topic_ids:
        raise UnknownTopic
    with transaction.atomic():
        row = _locked(person_id, account_id, now) if wanted else _held(person_id)
        if row is None:
            return None
        if not wanted:
            following.end(row, now)
            _record(account_id, row, "outreach.end")
            return None
        if not agreed(person_id, known, now):
            raise NotAgreed
        _keep(row, account_id, wanted, now)
        following.take_back([row.pk], now)
        _record(account_id, row, "outreach.choose")
    return row


def agreed(person_id: str, known: terms.Terms, now: datetime) -> bool:
    """Tell whether the person's consent to being told is live."""
    standing = consents.matching_consent(person_id, known.organisation_id, known.purpose_id, now)
    return standing is not None and standing.state == "granted"


def _held(person_id: str) -> Enrolment | None:
    return Enrolment.objects.select_for_update().filter(person_id=person_id, ended_at=None).first()


def _locked(person_id: str, account_id: str, now: datetime) -> Enrolment:
    fresh = {"account_id": account_id, "since": timezone.localdate(now), "ended_at": now}
    Enrolment.objects.get_or_create(person_id=person_id, defaults=fresh)
    return Enrolment.objects.select_for_update().get(person_id=person_id)


def _keep(row: Enrolment, account_id: str, wanted: set[str], now: datetime) -> None:
    held = set(row.choices.values_list("topic", flat=True))
    if held == wanted and row.ended_at is None and row.account_id == account_id:
        return
    if row.ended_at is not None:
        row.since, row.ended_at, row.sequence, row.event = timezone.localdate(now), None, 0, False
    row.account_id, row.look_again_on, row.claimed_until = account_id, timezone.localdate(now), None
    row.revision += 1
    row.save()
    row.choices.exclude(topic__in=wanted).delete()
    TopicChoice.objects.bulk_create(
        [TopicChoice(enrolment=row, topic=topic) for topic in sorted(wanted - held)], ignore_conflicts=True
    )
    Concern.objects.get_or_create(enrolment=row, key=row.person_id)


def stop(person_id: str, account_id: str, *, now: datetime) -> None:
    """Stop everything in one step: the consent is withdrawn, the enrolment ends, what is not out yet is taken back."""
    known = terms.current()
    with transaction.atomic():
        row = _held(person_id)
        if row is not None:
            following.end(row, now)
            _record(account_id, row, "outreach.end")
        standing = consents.matching_consent(person_id, known.organisation_id, known.purpose_id, now)
        if standing is not None:
            consents.withdraw_matching(person_id, standing.agreement_id, account_id=account_id, now=now)


def _record(account_id: str, row: Enrolment, action: str) -> None:
    """Write the audit row: that it happened, not which topics."""
    audit.record(
        actor=Actor(account_id, ""),
        organisation_id="",
        action=action,
        object_kind="enrolment",
        object_id=str(row.pk),
        detail={"revision": row.revision},
    )
