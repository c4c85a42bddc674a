"""Delivers waiting changes: in the order of the feed, each at least once, one worker per hook at a time.

A worker takes a hook for a minute (lease) and moves its cursor after each message that was taken; both are single statements
that name the lease, so a worker that was killed or overtaken moves nothing. No transaction is open while an address is called.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from madoguchi.apps.opendata import keys
from madoguchi.apps.opendata.addresses import programme_iri
from madoguchi.apps.opendata.models import Hook
from madoguchi.apps.opendata.webhooks import calling
from madoguchi.apps.opendata.webhooks.calling import Outcome
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import ChangeRecord

LEASE = timedelta(seconds=60)
"""Longer than a call may take, so that nobody else begins meanwhile."""
PER_TURN = 50
MOST_TURNS = 1_000
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
PATIENCE = timedelta(days=3)
Clock = Callable[[], datetime]


def deliver_waiting(*, clock: Clock = timezone.now, most: int = 500) -> int:
    """Deliver to every hook that is due; return how many messages were taken. Safe to run from several processes."""
    delivered = 0
    for _ in range(MOST_TURNS):
        taken = _take(clock()) if delivered < most else None
        if taken is None:
            break
        delivered += _turn(*taken, clock)
    return delivered


def _take(now: datetime) -> tuple[Hook, str] | None:
    """Take a hook that is due and that nobody has; None when there is none."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = Hook.objects.filter(
        free, state=Hook.State.ACTIVE, next_attempt_at__lte=now, cursor__lt=registry.latest_sequence()
    )
    for pk in due.order_by("last_at", "pk").values_list("pk", flat=True)[:PER_TURN]:
        lease = uuid.uuid4().hex
        if due.filter(pk=pk).update(lease=lease, leased_until=now + LEASE):
            return Hook.objects.select_related("owner").get(pk=pk), lease
    return None


def _turn(hook: Hook, lease: str, clock: Clock) -> int:
    """Send what waits for a hook, at most a page of the feed; return how many were taken."""
    held = Hook.objects.filter(pk=hook.pk, lease=lease, state=Hook.State.ACTIVE)
    delivered, passed = 0, hook.cursor
    for record in registry.change_records(since=hook.cursor, limit=PER_TURN):
        if concerns(hook, record):
            if not held.update(leased_until=clock() + LEASE):
                return delivered
            now = clock()
            outcome = calling.call(hook, message_id(hook, record), message(record), now=now)
            if not outcome.taken:
                _put_off(held, hook, passed, outcome, now)
                return delivered
            if not _moved(held, record, outcome, now):
                return delivered
            delivered += 1
            keys.touch(hook.owner, now=now)
        passed = record.change.sequence
    held.update(cursor=passed, lease="", leased_until=None)
    return delivered


def concerns(hook: Hook, record: ChangeRecord) -> bool:
    """Tell whether a hook is told of a change; a programme of the whole metropolis concerns every municipality."""
    return (
        hook.organisation in ("", record.organisation_id)
        and hook.kind in ("", record.kind)
        and (not hook.municipality or record.area is None or hook.municipality in record.area)
    )


def message_id(hook: Hook, record: ChangeRecord) -> str:
    """Return the id of a message: the same at every try, so that a receiver knows one that it has."""
    return f"msg_{hook.pk}_{record.change.sequence}"


def message(record: ChangeRecord) -> dict[str, Any]:
    """Return what is told of a change: which programme, what happened, where to read it."""
    change, base = record.change, str(settings.PUBLIC_URL).rstrip("/")
    view = registry.get(change.programme_id)
    psid = next(iter(registry.psids(view)), None) if view else None
    return {
        "type": f"programme.{change.kind}",
        "timestamp": change.at.isoformat(),
        "data": {
            "sequence": change.sequence,
            "programme": change.programme_id,
            "psid": psid,
            "version": change.version,
            "name": {"ja": record.name.ja, "en": record.name.en},
            "kind": record.kind,
            "organisation": record.organisation_id,
            "area": None if record.area is None else list(record.area),
            "url": f"{base}/api/v1/programmes/{change.programme_id}",
            "id": programme_iri(base, psid) if psid else None,
        },
    }


def _moved(held: Any, record: ChangeRecord, outcome: Outcome, now: datetime) -> bool:
    """Move the cursor behind a message that was taken; false when somebody else has the hook now."""
    return bool(
        held.update(
            cursor=record.change.sequence,
            delivered=F("delivered") + 1,
            attempts=0,
            failing_since=None,
            reason="",
            last_at=now,
            last_status=outcome.status,
        )
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed tries: 10 seconds, doubled each time, at most 6 hours."""
    doubled: int = 2 ** min(attempts - 1, 30)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)


def _put_off(held: Any, hook: Hook, passed: int, outcome: Outcome, now: datetime) -> None:
    """Note a failed try; after three days without success, or when the receiver wants no more, the hook is paused."""
    row = held.first()
    if row is None:
        return
    since, attempts = row.failing_since or now, row.attempts + 1
    ended = outcome.gone or now - since >= PATIENCE
    held.update(
        cursor=passed,
        attempts=attempts,
        failing_since=since,
        next_attempt_at=now + pause_after(attempts),
        reason=outcome.reason,
        state=Hook.State.PAUSED if ended else Hook.State.ACTIVE,
        last_at=now,
        last_status=outcome.status,
        lease="",
        leased_until=None,
    )
