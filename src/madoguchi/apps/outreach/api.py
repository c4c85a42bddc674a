"""The door of the outreach room: handlers of events for the wiring, the chore, effects as numbers."""

from madoguchi.apps.outreach.effects import effects, missed
from madoguchi.apps.outreach.errors import NotAgreed, NotYours, OutOfRange, Refused, UnknownTopic
from madoguchi.apps.outreach.services.daily import daily
from madoguchi.apps.outreach.services.enrolling import choose, stop
from madoguchi.apps.outreach.services.following import (
    on_consent_changed,
    on_facts_changed,
    on_household_changed,
    on_person_erased,
    on_programme_published,
)
from madoguchi.apps.outreach.services.rating import rate

__all__ = [
    "NotAgreed",
    "NotYours",
    "OutOfRange",
    "Refused",
    "UnknownTopic",
    "choose",
    "daily",
    "effects",
    "missed",
    "on_consent_changed",
    "on_facts_changed",
    "on_household_changed",
    "on_person_erased",
    "on_programme_published",
    "rate",
    "stop",
]
