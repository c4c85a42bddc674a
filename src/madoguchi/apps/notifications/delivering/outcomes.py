"""Writing down what became of deliveries: all of a batch in one statement, each only for the try that it belongs to.

Locks: messages in order of their ids (only those that take another way), then their deliveries, then addresses.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from madoguchi.apps.notifications import addresses, bulk, checks
from madoguchi.apps.notifications.channels.base import Outcome, Result
from madoguchi.apps.notifications.contracts import Channel, State
from madoguchi.apps.notifications.delivering.claims import Claimed
from madoguchi.apps.notifications.delivering.deciding import Ended, falls_back
from madoguchi.apps.notifications.delivering.fallback import take_other_ways
from madoguchi.apps.notifications.models import Delivery, Message

MOST_TRIES = {Channel.EMAIL: 48, Channel.WEB_PUSH: 24, Channel.LINE: 24, Channel.SMS: 12}
LONGEST_PAUSE_SECONDS = 3_600.0
_CHANGED = ("state", "attempts", "not_before", "lease_until", "provider_ref", "last_error", "ended_at")
_jitter = random.Random()  # noqa: S311 # spreads retries, guards nothing


def pause_before_next(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time, at most an hour, shortened by chance."""
    longest = min(LONGEST_PAUSE_SECONDS, 2.0**attempts)
    return timedelta(seconds=longest * _jitter.uniform(0.5, 1.0))


@transaction.atomic
def write(answered: Sequence[tuple[Claimed, Result | None]], ended: Sequence[Ended], now: datetime) -> None:
    """Write what providers answered (None: it was not handed over, as its way rests) and what did not go out at all."""
    rows = [_answered_row(item, result, now) for item, result in answered]
    rows += [_ended_row(item, now) for item in ended]
    elsewhere = {item.message_id for (item, _), row in zip(answered, rows, strict=False) if _failed(item, row)}
    elsewhere |= {one.claimed.message_id for one in ended if one.elsewhere and falls_back(one.claimed.lane)}
    if elsewhere:
        list(Message.objects.select_for_update().filter(pk__in=elsewhere).order_by("pk").values_list("pk"))
    if whole := [one.claimed.message_id for one in ended if one.whole]:
        checks.cancel_messages(whole, now)
    bulk.update(Delivery, _CHANGED, ("attempts",), rows, where="t.state = 'sending'")
    gone = [item.address_id for item, result in answered if result is not None and result.outcome == Outcome.GONE]
    if gone:
        addresses.end(gone, "bounced", now)
    take_other_ways(elsewhere, now)


def _failed(item: Claimed, row: Sequence[Any]) -> bool:
    return row[2] in (State.FAILED, State.BOUNCED) and falls_back(item.lane)


def _answered_row(item: Claimed, result: Result | None, now: datetime) -> tuple[Any, ...]:
    """Return number, fence and new values of a delivery."""
    if result is None:
        return _untried_row(item, State.WAITING, "", now, None)
    state = _STATES[result.outcome]
    not_before = now
    if result.outcome == Outcome.RETRY:
        if item.attempts >= MOST_TRIES[item.channel]:
            state = State.FAILED
        else:
            not_before = now + max(pause_before_next(item.attempts), timedelta(seconds=result.retry_after_seconds or 0))
    ended_at = None if state == State.WAITING else now
    return (
        item.id, item.attempts, state, item.attempts, not_before, None, result.provider_ref[:200], result.detail[:200],
        ended_at,
    )  # fmt: skip


_STATES = {
    Outcome.ACCEPTED: State.SENT,
    Outcome.RETRY: State.WAITING,
    Outcome.REFUSED: State.FAILED,
    Outcome.GONE: State.BOUNCED,
}


def _ended_row(one: Ended, now: datetime) -> tuple[Any, ...]:
    ended_at = None if one.state == State.WAITING else now
    return _untried_row(one.claimed, one.state, one.why, one.not_before or now, ended_at)


def _untried_row(
    item: Claimed, state: State, why: str, not_before: datetime, ended_at: datetime | None
) -> tuple[Any, ...]:
    """Return the row of a delivery that was claimed and not handed over: the claim is no try."""
    return item.id, item.attempts, state, item.attempts - 1, not_before, None, "", why, ended_at
