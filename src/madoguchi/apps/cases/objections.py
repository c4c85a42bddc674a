"""How long a request for review (審査請求) may be made: 3 months from the day after the decision became known.

行政不服審査法 第18条; a procedure may name another number of months. The last day moves off a closed one (民法 第142条).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.core.closing_days import calendar_of
from madoguchi.engines.calendars import Counting, Limit, last_day

MONTHS = 3


def months_of(record: Mapping[str, Any]) -> int:
    """Return in how many months a review may be asked for."""
    return int(((record.get("decision") or {}).get("objection") or {}).get("months", MONTHS))


def last_day_of(record: Mapping[str, Any], notified_on: date | None, organisation_id: str) -> date | None:
    """Return the last day for a request; None before the decision is notified."""
    if notified_on is None:
        return None
    limit = Limit(months=months_of(record), counting=Counting.NEXT_DAY_FIRST, rolls=True)
    return last_day(notified_on, limit, calendar_of(organisation_id))
