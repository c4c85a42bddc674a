"""What this room keeps about a person: handing it out whole, and erasing all of it."""

from datetime import datetime
from typing import Any

from madoguchi.apps.outreach import sealing
from madoguchi.apps.outreach.models import Concern, Enrolment, Rating, Sent, Told
from madoguchi.apps.outreach.services import following
from madoguchi.core.personal_data import ErasureResult


def export(person_id: str) -> dict[str, Any]:
    """Return topics, messages, what was told about the person and her ratings as JSON values."""
    row = Enrolment.objects.filter(person_id=person_id).first()
    found: dict[str, Any] = {}
    if row is not None:
        found["enrolment"] = {
            "since": row.since.isoformat(),
            "ended_at": row.ended_at and row.ended_at.isoformat(),
            "topics": sorted(row.choices.values_list("topic", flat=True)),
        }
        found["messages"] = [_message(message) for message in row.messages.order_by("on")]
        found["ratings"] = [_rating(rated) for rated in Rating.objects.filter(message__enrolment=row).order_by("at")]
    others = Told.objects.filter(about=person_id).exclude(enrolment__person_id=person_id).order_by("on")
    found["told_to_a_guardian"] = [_told(item) for item in others]
    return {name: value for name, value in found.items() if value}


def _message(row: Sent) -> dict[str, Any]:
    return {
        "on": row.on.isoformat(),
        "opened_on": row.opened_on and row.opened_on.isoformat(),
        "told": [_told(item) for item in row.told.order_by("pk")],
    }


def _told(row: Told) -> dict[str, Any]:
    return {
        "programme": row.programme,
        "reason": row.reason,
        "day": row.day.isoformat(),
        "on": row.on.isoformat(),
        "applied_on": row.applied_on and row.applied_on.isoformat(),
    }


def _rating(row: Rating) -> dict[str, Any]:
    return {
        "message": str(row.message_id),
        "useful": row.useful,
        "satisfaction": row.satisfaction,
        "word": sealing.word_of(row),
        "at": row.at.isoformat(),
    }


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Take back what is not out yet and remove everything: enrolment, topics, what was told, ratings.

    What a guardian was told about the person goes, too. Runs in the transaction of `core.personal_data.erase_all`.
    """
    for row in Enrolment.objects.select_for_update().filter(person_id=person_id):
        following.end(row, now)
        row.delete()
    about = Told.objects.filter(about=person_id)
    following.cancel([str(key) for key in about.values_list("message_id", flat=True).distinct()], now)
    about.delete()
    Concern.objects.filter(key=person_id).delete()
    return ErasureResult()
