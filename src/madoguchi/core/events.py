"""Events between rooms: written to an outbox with the change that caused them, delivered afterwards at least once.

A handler may be called twice for one event and must not mind. A handler that fails is tried again later with growing
pauses and does not keep other events waiting. Fields that an event class names in `sealed_fields` hold personal data:
they lie sealed in the outbox and leave it when the event was delivered.
"""

import dataclasses
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from madoguchi.core import sealed_rows
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


def publish(event: Any, *, promptly: bool = False) -> None:
    """Write an event (a frozen dataclass of JSON values) to the outbox in the caller's transaction.

    `promptly` delivers it right after the commit, for what the next page of the person needs; a failure there leaves
    it to the worker like any other event.
    """
    payload = dataclasses.asdict(event)
    personal = {name: payload.pop(name) for name in getattr(event, "sealed_fields", ())}
    row = OutboxEvent(name=type(event).__name__, payload=payload)
    if personal:
        sealed_rows.put(row, json.dumps(personal).encode(), context=_context(row))
    row.save(force_insert=True)
    if promptly:
        transaction.on_commit(lambda: deliver_one(row.pk), robust=True)


def _context(row: OutboxEvent) -> str:
    return f"core.outbox:{row.pk}"


def content_of(row: OutboxEvent) -> dict[str, Any]:
    """Return every field of an event; raise `vault.VaultError` when its sealed part does not open."""
    if row.sealed is None:
        return dict(row.payload)
    return {**row.payload, **json.loads(sealed_rows.plain_of(row, context=_context(row)))}


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


@transaction.atomic
def deliver_one(event_id: uuid.UUID) -> int:
    """Deliver one event unless somebody else delivers it at this moment or did; return how many were delivered."""
    event = _waiting().filter(pk=event_id).first()
    return _deliver(event) if event else 0


def _next_waiting() -> OutboxEvent | None:
    return _waiting().order_by("created_at", "id").first()


def _waiting() -> "QuerySet[OutboxEvent]":
    """Return what may be delivered now, locked where the database can skip what others hold."""
    due = Q(not_before=None) | Q(not_before__lte=timezone.now())
    waiting = OutboxEvent.objects.filter(due, delivered_at=None)
    if connection.vendor == "postgresql":
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
    return waiting


def _deliver(event: OutboxEvent) -> int:
    by_name = {event_type.__name__: (event_type, known) for event_type, known in _handlers.items()}
    event_type, known = by_name.get(event.name, (None, []))
    event.attempts += 1
    try:
        with transaction.atomic():
            for handler in known:
                handler(event_type(**content_of(event)) if event_type else event.payload)
    except Exception as problem:
        logger.error("Event %s could not be delivered", event.pk, exc_info=event.sealed is None)
        pause = min(MAX_PAUSE_SECONDS, 2**event.attempts)
        event.last_error = _told(event, problem)
        event.not_before = timezone.now() + timedelta(seconds=pause)
        event.save(update_fields=["attempts", "last_error", "not_before"])
        return 0
    event.delivered_at, event.sealed, event.key = timezone.now(), None, None
    event.save(update_fields=["attempts", "delivered_at", "sealed", "key"])
    return 1


def _told(event: OutboxEvent, problem: Exception) -> str:
    """Return a failure in words; of an event with personal data only its kind, since words may repeat the data."""
    kind = type(problem).__name__
    return kind if event.sealed is not None else f"{kind}: {problem}"[:500]


STORE = sealed_rows.store("core.outbox", OutboxEvent.objects, _context)
