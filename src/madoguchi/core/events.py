"""Events between rooms: written to an outbox with the change that caused them, delivered afterwards at least once.

A handler may be called twice for one event and must not mind. A handler that fails is tried again later with growing
pauses and does not keep other events waiting.
"""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from madoguchi.core.models import OutboxEvent

logger = logging.getLogger(__name__)
Handler = Callable[[Any], None]
_handlers: dict[type, list[Handler]] = {}
MAX_PAUSE_SECONDS = 3_600


def subscribe(event_type: type, handler: Handler) -> None:
    """Let a handler receive an event type. Called from `site/wiring.py` only."""
    known = _handlers.setdefault(event_type, [])
    if handler not in known:
        known.append(handler)


def handlers() -> Mapping[type, list[Handler]]:
    """Return who receives what."""
    return _handlers


def publish(event: Any) -> None:
    """Write an event (a frozen dataclass of JSON values) to the outbox in the caller's transaction."""
    OutboxEvent.objects.create(name=type(event).__name__, payload=dataclasses.asdict(event))


def deliver_pending(*, limit: int = 100) -> int:
    """Deliver events that wait; return how many were delivered. Safe to run from several processes."""
    delivered = 0
    for _ in range(limit):
        with transaction.atomic():
            event = _next_waiting()
            if event is None:
                break
            delivered += _deliver(event)
    return delivered


def _next_waiting() -> OutboxEvent | None:
    now = timezone.now()
    waiting = OutboxEvent.objects.filter(Q(not_before=None) | Q(not_before__lte=now), delivered_at=None)
    if connection.vendor == "postgresql":
        waiting = waiting.select_for_update(skip_locked=True)
    return waiting.order_by("created_at", "id").first()


def _deliver(event: OutboxEvent) -> int:
    by_name = {event_type.__name__: (event_type, known) for event_type, known in _handlers.items()}
    event_type, known = by_name.get(event.name, (None, []))
    event.attempts += 1
    try:
        with transaction.atomic():
            for handler in known:
                handler(event_type(**event.payload) if event_type else event.payload)
    except Exception as problem:
        logger.exception("Event %s could not be delivered", event.pk)
        pause = min(MAX_PAUSE_SECONDS, 2**event.attempts)
        event.last_error = f"{type(problem).__name__}: {problem}"[:500]
        event.not_before = timezone.now() + timedelta(seconds=pause)
        event.save(update_fields=["attempts", "last_error", "not_before"])
        return 0
    event.delivered_at = timezone.now()
    event.save(update_fields=["attempts", "delivered_at"])
    return 1
