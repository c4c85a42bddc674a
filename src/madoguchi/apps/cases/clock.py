"""The authority's clock of a case (標準処理期間, 行政手続法 第6条): period, reading today, the days that queues sort by.

Counts the open days of the organisation that has the case now. A clock that stands still shows the day as it was then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from madoguchi.apps.cases.contracts import Channel, ClockView
from madoguchi.apps.cases.machine import Status
from madoguchi.core.closing_days import calendar_of
from madoguchi.engines.calendars import Period, Reading, Tick, read_clock

RISK_SHARE = 0.8
"""From this share of the period on, a case is at risk of being late."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that follow from a status; all None when the procedure sets no period."""

    due_on: date | None = None
    at_risk_on: date | None = None
    in_time: bool | None = None


def period_of(record: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """Return {days, unit, longest} of a procedure for a channel; empty when it sets no period."""
    clock = record.get("clock") or {}
    chosen = clock.get("paper") if channel == Channel.COUNTER else clock.get("online")
    found = chosen or clock.get("online") or clock.get("paper")
    return {**found, "longest": clock.get("longest_days")} if found else {}


def _period(status: Status) -> Period:
    longest = status.period.get("longest")
    days = status.period["days"]
    return Period(days, status.period["unit"], max(longest, days) if longest else None)


def read(status: Status, *, today: date) -> Reading | None:
    """Return what the clock shows; None without a period."""
    if not status.period:
        return None
    evening = max(today, status.marks[-1].on)
    return read_clock(status.marks, _period(status), calendar_of(status.organisation_id), evening)


def view(status: Status, *, today: date) -> ClockView | None:
    """Return what the clock shows, for a page."""
    found = read(status, today=today)
    if found is None:
        return None
    return ClockView(
        started=found.started,
        due=found.due,
        unit=status.period["unit"],
        days=status.period["days"],
        used_days=found.used_days,
        left_days=found.left_days,
        paused_days=found.paused_days,
        extended_days=found.extended_days,
        share_used=found.share_used,
        running=found.running,
        paused=found.paused,
        overdue=found.overdue,
        longest=found.longest,
    )


def days_of(status: Status) -> Days:
    """Return the days that follow from a status alone, whatever today is."""
    found = read(status, today=status.paused_on or status.marks[-1].on)
    if found is None:
        return Days()
    stopped = status.marks[-1].kind is Tick.STOPPED
    decided = status.decision is not None
    return Days(found.due, _at_risk(status, found), not found.overdue if stopped and decided else None)


def _at_risk(status: Status, found: Reading) -> date:
    """Return the day on which a clock with 80 % of the days would run out."""
    days = max(1, ceil((status.period["days"] + found.extended_days) * RISK_SHARE))
    marks = [mark for mark in status.marks if mark.kind is not Tick.EXTENDED]
    evening = status.paused_on or status.marks[-1].on
    calendar = calendar_of(status.organisation_id)
    return read_clock(marks, Period(days, status.period["unit"]), calendar, evening).due


def room_left(status: Status, *, today: date) -> int | None:
    """Return by how many days the period may still be extended; None when no law sets a limit."""
    found = read(status, today=today)
    longest = status.period.get("longest") if found else None
    if found is None or not longest:
        return None
    return max(0, int(longest) - int(status.period["days"]) - found.extended_days)


def paused_days(status: Status) -> int:
    """Return how many calendar days the ended pauses took, for learning from past cases."""
    days, began = 0, None
    for mark in status.marks:
        if mark.kind is Tick.PAUSED:
            began = mark.on
        elif mark.kind is Tick.RESUMED and began is not None:
            days, began = days + (mark.on - began).days, None
    return days
