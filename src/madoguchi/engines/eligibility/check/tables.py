"""Whether figures that change over time fit together: periods that overlap or leave a hole, limits that fall.

Takes plain periods and figures; knows neither the pack nor who uses a table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from madoguchi.engines.eligibility.check.problems import Problem, error, warning

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which figures hold, both days included; None is open."""

    start: date | None
    end: date | None

    def __str__(self) -> str:
        return f"{self.start or ''}–{self.end or ''}"


def period_problems(periods: Sequence[Period]) -> Iterator[tuple[int, Problem]]:
    """Yield (index, problem) of periods that end before they begin, overlap, or leave days between them."""
    for index, period in enumerate(periods):
        if period.start and period.end and period.end < period.start:
            yield index, error(f"The version ends on {period.end}, before it begins.", "Correct one of the dates.")
    order = sorted(range(len(periods)), key=lambda index: periods[index].start or date.min)
    for earlier, later in pairwise(order):
        start, end = periods[later].start, periods[earlier].end
        if end is None or start is None or end >= start:
            message = f"Two versions hold at the same time from {start or 'the beginning'} on."
            yield later, error(message, "End the earlier version on the day before the later begins.")
        elif end + _DAY < start:
            message = f"No version holds from {end + _DAY} to {start - _DAY}."
            yield later, warning(message, "Add a version, or move the dates together.")


def figure_problems(limits: Sequence[int], step: int) -> Iterator[Problem]:
    """Yield what is odd about one version's limits by number of dependants (yen)."""
    for number, (limit, following) in enumerate(pairwise(limits)):
        if following < limit:
            message = f"The limit falls from {limit:,} yen at {number} to {following:,} yen at {number + 1} dependants."
            yield error(message, "Correct the figure.")
    if step == 0:
        yield warning(
            f"Beyond {len(limits) - 1} dependants the limit does not rise: the step is 0.",
            "Give `step`, or note in the record that the table ends there.",
        )
    elif step < 0:
        yield error("The step beyond the last limit is below 0.", "Correct the figure.")


def uncovered(periods: Sequence[Period], within: Period) -> list[Period]:
    """Return the parts of a time (with a start) in which no period holds."""
    open_from = within.start or date.min
    gaps = []
    for period in sorted(periods, key=lambda item: item.start or date.min):
        start = period.start or date.min
        if start > open_from and (within.end is None or open_from <= within.end):
            last = start - _DAY
            gaps.append(Period(open_from, last if within.end is None else min(last, within.end)))
        if period.end is None:
            return gaps
        open_from = max(open_from, period.end + _DAY)
    if within.end is None or open_from <= within.end:
        gaps.append(Period(open_from, within.end))
    return gaps


def overlapping(one: Period, other: Period) -> Period | None:
    """Return the time in which both hold, None when there is none."""
    starts = [day for day in (one.start, other.start) if day]
    ends = [day for day in (one.end, other.end) if day]
    shared = Period(max(starts, default=None), min(ends, default=None))
    return None if shared.start and shared.end and shared.end < shared.start else shared
