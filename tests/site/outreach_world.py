"""A side's own telling: the resident is enrolled, was told something and wrote what she thinks of it."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from madoguchi.apps.outreach.models import Concern, Enrolment, Sent, Told, TopicChoice
from madoguchi.apps.outreach.services import rating

if TYPE_CHECKING:
    from tests.site.world import Side

DAY = date(2026, 11, 24)


def fill(side: "Side") -> None:
    """Enrol the resident, tell her of a programme for her child, and keep what she says of it."""
    account = str(side.resident.pk)
    row = Enrolment.objects.create(person_id=side.person_id, account_id=account, since=DAY)
    TopicChoice.objects.create(enrolment=row, topic="children")
    Concern.objects.create(enrolment=row, key=side.child_id, child=True)
    message = Sent.objects.create(enrolment=row, on=DAY, household_id=side.household_id, opened_on=DAY)
    Told.objects.create(
        enrolment=row,
        message=message,
        programme="018-support",
        about=side.child_id,
        reminder=False,
        reason="NOW",
        day=DAY,
        on=DAY,
        municipality=side.organisation_id,
    )
    rating.rate(account, message.pk, now=timezone.now(), useful=True, word=side.words.text("ひとこと"))
    side.ids["message_id"] = [*side.ids.get("message_id", []), str(message.pk)]
    side.ids["told_id"] = [str(message.pk)]
