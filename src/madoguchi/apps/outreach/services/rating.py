"""What a reader says of a message: useful or not, and how satisfied. One rating a message; it can be changed."""

import json
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from madoguchi.apps.outreach import sealing
from madoguchi.apps.outreach.errors import NotYours, OutOfRange
from madoguchi.apps.outreach.models import Rating, Sent
from madoguchi.apps.people import api as people
from madoguchi.core import sealed_rows

MOST_SIGNS = 500
STEPS = range(1, 6)


def rate(
    account_id: str,
    message_id: UUID,
    *,
    now: datetime,
    useful: bool | None = None,
    satisfaction: int | None = None,
    word: str | None = None,
) -> Rating:
    """Keep what the reader says; None leaves what she said before. Raise NotYours, OutOfRange.

    What looks like an individual number is cut out of her words.
    """
    if satisfaction is not None and satisfaction not in STEPS:
        raise OutOfRange
    with transaction.atomic():
        message = Sent.objects.select_for_update().filter(pk=message_id, enrolment__account_id=account_id).first()
        if message is None:
            raise NotYours
        row = Rating.objects.filter(message=message).first() or Rating(message=message)
        row.at = now
        row.useful = row.useful if useful is None else useful
        row.satisfaction = row.satisfaction if satisfaction is None else satisfaction
        if word is not None:
            _put_word(row, people.without_individual_numbers(word.strip()[:MOST_SIGNS]))
        row.save()
    return row


def _put_word(row: Rating, word: str) -> None:
    if not word:
        row.sealed, row.key = None, None
        return
    sealed_rows.put(row, json.dumps(word).encode(), context=sealing.rating_context(row))


def opened(account_id: str, message_id: UUID, *, on: date) -> Sent | None:
    """Note that the reader opened a message; return it, None when it is not hers."""
    row = Sent.objects.filter(pk=message_id, enrolment__account_id=account_id).first()
    if row is not None and row.opened_on is None:
        Sent.objects.filter(pk=row.pk, opened_on=None).update(opened_on=on)
        row.opened_on = on
    return row
