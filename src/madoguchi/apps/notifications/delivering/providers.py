"""What all workers share about a provider: what is left of its rate, and whether its way rests.

A token bucket holds at most a quarter of a second's messages, so any second carries at most a quarter more than the rate.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from django.db import transaction

from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.models import Provider

BURST_SECONDS = 0.25


def resting(now: datetime) -> AbstractSet[str]:
    """Return the ways that rest."""
    return set(Provider.objects.filter(rests_until__gt=now).values_list("channel", flat=True))


@transaction.atomic
def rest(channel: Channel, seconds: float, why: str, *, now: datetime) -> None:
    """Let a way rest; a longer rest that was said before stays."""
    row = _held(channel)
    until = now + timedelta(seconds=seconds)
    if row.rests_until is None or row.rests_until < until:
        row.rests_until, row.why = until, why[:200]
        row.save(update_fields=["rests_until", "why"])


@transaction.atomic
def take(channel: Channel, wanted: int, *, rate_per_second: int, now: datetime) -> int:
    """Take at most so many messages from a way's rate and return how many may go out."""
    if not rate_per_second or wanted <= 0:
        return max(wanted, 0)
    row = _held(channel)
    most = max(1.0, rate_per_second * BURST_SECONDS)
    since = max(0.0, (now - row.tokens_at).total_seconds()) if row.tokens_at else BURST_SECONDS
    row.tokens = min(most, row.tokens + since * rate_per_second)
    row.tokens_at = max(now, row.tokens_at) if row.tokens_at else now
    taken = min(wanted, int(row.tokens))
    row.tokens -= taken
    row.save(update_fields=["tokens", "tokens_at"])
    return taken


@transaction.atomic
def give_back(channel: Channel, unused: int) -> None:
    """Give back what was taken and not needed."""
    if unused > 0:
        row = _held(channel)
        row.tokens += unused
        row.save(update_fields=["tokens"])


def _held(channel: Channel) -> Provider:
    Provider.objects.get_or_create(channel=channel)
    return Provider.objects.select_for_update().get(channel=channel)
