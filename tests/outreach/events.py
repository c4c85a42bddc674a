"""The events that this room follows, as the wiring subscribes them; and their delivery in a test."""

from collections.abc import Callable
from typing import Any

from madoguchi.apps.consents.contracts import ConsentChanged
from madoguchi.apps.outreach import api as outreach
from madoguchi.apps.people.contracts import FactsChanged, HouseholdChanged, PersonErased
from madoguchi.apps.registry.contracts import ProgrammePublished
from madoguchi.core.models import OutboxEvent

HANDLERS: tuple[tuple[type, Callable[[Any], None]], ...] = (
    (ConsentChanged, outreach.on_consent_changed),
    (FactsChanged, outreach.on_facts_changed),
    (HouseholdChanged, outreach.on_household_changed),
    (PersonErased, outreach.on_person_erased),
    (ProgrammePublished, outreach.on_programme_published),
)


def deliver() -> int:
    """Deliver the events that wait to this room only; return how many there were."""
    waiting = list(OutboxEvent.objects.filter(delivered_at=None).order_by("created_at", "id"))
    for event in waiting:
        for kind, handler in HANDLERS:
            if event.name == kind.__name__:
                handler(kind(**event.payload))
        event.delivered_at = event.created_at
        event.save(update_fields=["delivered_at"])
    return len(waiting)
