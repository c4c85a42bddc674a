"""The authority's clock: how long it has worked on a case, and until when it should decide (標準処理期間, 行政手続法 6条).

Reads the marks of a case; keeps no state, knows no case and never asks the time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, get_args

from madoguchi.engines.calendars.business import BusinessCalendar

Unit = Literal["calendar", "business"]
_ONE_DAY = timedelta(days=1)


class ClockError(ValueError):
    """Marks or a period that cannot be: what, why, what to do."""


class Tick(StrEnum):
    """What happened to the clock."""

    ARRIVED = "arrived"
    """到達: the application reached the office. The day after is day 1 (民法 140条)."""
    PAUSED = "paused"
    """補正の求め: the applicant must act. This day no longer counts."""
    RESUMED = "resumed"
    """補正: the applicant has acted. Counting goes on with the day after, as it begins after an arrival."""
    EXTENDED = "extended"
    """延長: the authority takes more days, in the unit of its period."""
    STOPPED = "stopped"
    """処分 or the end of the case. This day is the last that counts."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened on a day; `days` is how many an extension adds and 0 for all others."""

    kind: Tick
    on: date
    days: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """How many days the authority gives itself, calendar or open days, and the most that extensions may reach."""

    days: int
    unit: Unit
    longest_days: int | None = None

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ClockError(f"A period of {self.days} days is none. Give at least 1 day.")
        if self.unit not in get_args(Unit):
            raise ClockError(f"The unit {self.unit!r} is unknown. Write one of: {', '.join(get_args(Unit))}.")
        if self.longest_days is not None and self.longest_days < self.days:
            raise ClockError(f"The longest period ({self.longest_days} days) is shorter than the period ({self.days}).")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows on a day. All numbers of days are in the unit of the period."""

    started: date
    """The day of arrival; the day after is day 1."""
    due: date
    """The day by which the case should be decided; while paused, as if counting went on tomorrow."""
    paused_days: int
    extended_days: int
    """What extensions added, as far as the longest period allows."""
    running: bool
    """Neither paused nor stopped."""
    paused: bool
    used_days: int
    left_days: int
    """Days that still count up to `due`, negative when it has passed. 0 on `due`, and on closed days right after it
    where open days are counted."""
    share_used: float
    """Used days by the days of the period with its extensions; above 1 when late."""
    overdue: bool
    """A day after `due` has begun on which the clock did not stand still; once stopped, had begun before."""
    longest: date | None
    """The day that no extension can pass. Pauses move it as they move `due`."""


@dataclass(slots=True)
class _Story:
    arrived: date
    pauses: list[tuple[date, date]] = field(default_factory=list)
    """First and last day of each ended pause, both without counting."""
    paused_on: date | None = None
    stopped_on: date | None = None
    extended_days: int = 0


def read_clock(marks: Sequence[Mark], period: Period, calendar: BusinessCalendar, today: date) -> Reading:
    """Return what the clock shows on the evening of `today`.

    Marks come in the order in which they happened, arrival first. A pause takes every day from PAUSED to RESUMED, both
    included; one that is still open is taken to end today, so that a day can be named. The period, its extensions and the
    longest period all stand still in a pause. A period of calendar days that ends on a closed day ends on the next open
    one. Raises ClockError for marks that cannot follow each other or lie after `today`; the message names the mark.
    """
    story = _story(marks, today)
    counts = _Count(story, period.unit, calendar, end=story.stopped_on or today)
    total = period.days + story.extended_days
    if period.longest_days is not None:
        total = min(total, period.longest_days)
    due = counts.day_of(total)
    used = counts.between(story.arrived, counts.end)
    left = counts.between(counts.end, due) - counts.between(due, counts.end)
    return Reading(
        started=story.arrived,
        due=due,
        paused_days=counts.paused_days(),
        extended_days=total - period.days,
        running=story.paused_on is None and story.stopped_on is None,
        paused=story.paused_on is not None and story.stopped_on is None,
        used_days=used,
        left_days=left,
        share_used=used / total,
        overdue=counts.has_passed(due),
        longest=None if period.longest_days is None else counts.day_of(period.longest_days),
    )


class _Count:
    """Counts the days of one story that count."""

    def __init__(self, story: _Story, unit: Unit, calendar: BusinessCalendar, *, end: date) -> None:
        self.end = end
        self._arrived = story.arrived
        self._unit = unit
        self._calendar = calendar
        open_pause = [(story.paused_on, end)] if story.paused_on else []
        self._still = {day for first, last in story.pauses + open_pause for day in _days(first - _ONE_DAY, last)}

    def _in_unit(self, day: date) -> bool:
        return self._unit == "calendar" or self._calendar.is_open(day)

    def between(self, start: date, end: date) -> int:
        """Return how many days count after `start` up to and including `end`; 0 when `end` is not later."""
        return sum(day not in self._still and self._in_unit(day) for day in _days(start, end))

    def has_passed(self, due: date) -> bool:
        return any(day not in self._still for day in _days(due, self.end))

    def paused_days(self) -> int:
        return sum(day > self._arrived and self._in_unit(day) for day in self._still)

    def day_of(self, number: int) -> date:
        """Return the day with which so many days have counted since the arrival, or the next open day."""
        day = self._arrived
        while number:
            day += _ONE_DAY
            number -= day not in self._still and self._in_unit(day)
        return self._calendar.next_open(day)


def _days(start: date, end: date) -> Iterator[date]:
    """Yield the days after `start` up to and including `end`."""
    return (start + timedelta(days=number) for number in range(1, (end - start).days + 1))


def _story(marks: Sequence[Mark], today: date) -> _Story:
    if not marks or marks[0].kind is not Tick.ARRIVED:
        raise ClockError("The clock has no arrival. Begin with the mark 'arrived'.")
    story = _Story(marks[0].on)
    latest = story.arrived
    for position, mark in enumerate(marks):
        problem = _problem(story, mark, latest, today, first=position == 0)
        if problem:
            raise ClockError(f"Mark {position + 1} ({mark.kind} on {mark.on}): {problem}")
        _apply(story, mark)
        latest = mark.on
    return story


def _problem(story: _Story, mark: Mark, latest: date, today: date, *, first: bool) -> str | None:
    """Return why a mark cannot follow those before it, or None."""
    refusals = {
        "it lies after today. Record what has happened, not what will.": mark.on > today,
        "the application has arrived already. Keep one arrival.": mark.kind is Tick.ARRIVED and not first,
        "it lies before the mark ahead of it. Give marks in the order of their days.": mark.on < latest,
        "the clock was stopped. Nothing follows a stop.": story.stopped_on is not None,
        "the clock is paused already. Resume it first.": mark.kind is Tick.PAUSED and story.paused_on is not None,
        "the clock is not paused. Pause it first.": mark.kind is Tick.RESUMED and story.paused_on is None,
        "an extension adds at least 1 day. Say how many.": mark.kind is Tick.EXTENDED and mark.days < 1,
        "only an extension carries days. Leave them out.": mark.kind is not Tick.EXTENDED and mark.days != 0,
    }
    return next((text for text, holds in refusals.items() if holds), None)


def _apply(story: _Story, mark: Mark) -> None:
    if mark.kind is Tick.PAUSED:
        story.paused_on = mark.on
    elif mark.kind is Tick.RESUMED and story.paused_on is not None:
        story.pauses.append((story.paused_on, mark.on))
        story.paused_on = None
    elif mark.kind is Tick.EXTENDED:
        story.extended_days += mark.days
    elif mark.kind is Tick.STOPPED:
        story.stopped_on = mark.on
