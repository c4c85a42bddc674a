"""How often somebody may call: counts per minute that survive a restart and hold over all processes.

It knows a key and a clock, nothing of who calls or what is asked.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from madoguchi.core.models import CallWindow

_COUNT = (
    "INSERT INTO core_callwindow (key, minute, calls) VALUES (%s, %s, 1) "
    "ON CONFLICT (key, minute) DO UPDATE SET calls = core_callwindow.calls + 1 RETURNING calls"
)
KEPT_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a call is allowed; if not, how long to wait."""

    allowed: bool
    retry_after_seconds: int


def count(key: str, *, limit_per_minute: int, now: datetime) -> Allowance:
    """Count one call in the running minute and tell whether it is within the limit. Commits at once."""
    minute, second = divmod(int(now.timestamp()), 60)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [key[:60], minute])
            calls = int(cursor.fetchone()[0])
        if calls == 1:
            CallWindow.objects.filter(key=key[:60], minute__lt=minute - KEPT_MINUTES).delete()
    return Allowance(calls <= limit_per_minute, 60 - second)
