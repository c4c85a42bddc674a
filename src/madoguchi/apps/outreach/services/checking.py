"""Asked right before every delivery: does what a message tells still hold? Consent, topic, person, child, programme.

It reads; it writes nothing and shows nobody any value.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.outreach import subjects, terms
from madoguchi.apps.outreach.models import Enrolment, Sent, Told
from madoguchi.apps.outreach.services.common import book, request_for
from madoguchi.apps.people import api as people
from madoguchi.apps.registry.contracts import ProgrammeView

LIVES_DAYS = 31
"""A message that could not go out for so long is not sent any more."""


def blocked(references: Sequence[str], *, now: datetime | None = None) -> Collection[str]:
    """Return the references of messages that must not go out any more; those of no message among them."""
    at = now or timezone.now()
    known = {key: reference for reference in references if (key := _uuid(reference)) is not None}
    rows = Sent.objects.filter(pk__in=known, cancelled_on=None, enrolment__ended_at=None).select_related("enrolment")
    good = {str(row.pk) for row in rows.prefetch_related("told", "enrolment__choices") if holds(row, at)}
    return {reference for reference in references if reference not in good}


def _uuid(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None


def holds(message: Sent, now: datetime) -> bool:
    """Tell whether everything that a message tells still holds."""
    row, today, known = message.enrolment, timezone.localdate(now), terms.current()
    if today - message.on > timedelta(days=LIVES_DAYS) or row.ended_at is not None:
        return False
    if not consents.matching_open(request_for(row.person_id, known), now):
        return False
    household = people.household_of(row.person_id, today)
    if household is None or household.id != message.household_id:
        return False
    return _told_hold(row, list(message.told.all()), known, today)


def _told_hold(row: Enrolment, told: Sequence[Told], known: terms.Terms, today: date) -> bool:
    chosen = {choice.topic for choice in row.choices.all()}
    views = book(known).views
    if not all(_still_offered(views.get(item.programme), chosen, known, today) for item in told):
        return False
    return _still_there(row.person_id, {item.about for item in told}, today)


def _still_offered(view: ProgrammeView | None, chosen: set[str], known: terms.Terms, today: date) -> bool:
    over = view is not None and view.effective_to is not None and view.effective_to < today
    return view is not None and not over and known.wanted(view, chosen)


def _still_there(person_id: str, about: Iterable[str], today: date) -> bool:
    """Tell whether those whom a message is about are alive and the person still answers for them."""
    children = set(about) - {person_id, subjects.HOUSEHOLD}
    return children <= people.children_of(person_id, today).keys()
