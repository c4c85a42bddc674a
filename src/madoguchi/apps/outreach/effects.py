"""What telling did: per programme who was told, opened, found it useful, applied; and what is probably missed where.

Numbers only. A number from 1 to 9 is hidden, since it may point to somebody. What is estimated says so and has a range.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from madoguchi.apps.cases import api as cases
from madoguchi.apps.outreach.models import MatchCount, Rating, Told
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.contracts import ProgrammeView

LEAST = 10
"""Smaller numbers than this, other than 0, are not shown."""
_Z = 1.959964
"""Of the normal distribution for 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its 95 % interval; None where the number is hidden or there is nothing to count."""

    part: int | None
    whole: int | None
    low: float | None = None
    high: float | None = None

    @property
    def percent(self) -> float | None:
        """Return the share in percent."""
        return 100 * self.part / self.whole if self.whole and self.part is not None else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of telling one programme. None: hidden."""

    programme_id: str
    view: ProgrammeView | None
    told: int | None
    opened: Share
    useful: Share
    satisfaction: float | None
    """Mean of the five steps."""
    rated: int | None
    applied: Share


@dataclass(frozen=True, slots=True)
class Missed:
    """What a programme probably does not reach, in one municipality or in all of Tokyo. Yen are an estimate (推計)."""

    programme_id: str
    view: ProgrammeView
    eligible: int | None
    maybe: int | None
    judged: int
    applied: int | None
    granted: int | None
    known: bool
    """There is a procedure here whose applications can be counted; if not, nobody knows who takes it up."""
    low_yen: int | None
    high_yen: int | None


def shown(number: int) -> int | None:
    """Return a number that may be shown, None for one that is too small."""
    return number if number == 0 or number >= LEAST else None


def share(part: int, whole: int) -> Share:
    """Return a share with its interval (Wilson 1927); hidden where the part or the whole is small."""
    seen_part, seen_whole = shown(part), shown(whole)
    if not whole or seen_part is None or seen_whole is None:
        return Share(None, seen_whole)
    low, high = wilson(part, whole)
    return Share(part, whole, 100 * low, 100 * high)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, between 0 and 1; `whole` is at least 1."""
    rate, square = part / whole, _Z * _Z
    middle = (rate + square / (2 * whole)) / (1 + square / whole)
    half = _Z * math.sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def effects(municipality: str = "") -> list[Effect]:
    """Return what came of each programme that was told, the most told first; of one municipality or of all."""
    first = Told.objects.filter(reminder=False)
    told = first.filter(municipality=municipality) if municipality else first
    rows = (
        told.order_by()
        .values_list("programme")
        .annotate(
            told=Count("pk"),
            opened=Count("pk", filter=Q(message__opened_on__isnull=False)),
            applied=Count("pk", filter=Q(applied_on__isnull=False)),
        )
    )
    rated = _ratings(told)
    found = [_effect(key, told_n, opened, applied, rated) for key, told_n, opened, applied in rows]
    return sorted(found, key=lambda item: (-(item.told or 0), item.programme_id))


@dataclass(frozen=True, slots=True)
class _Rated:
    useful: int
    answered: int
    sum_of_steps: int
    steps: int


def _ratings(told: "QuerySet[Told]") -> Mapping[str, _Rated]:
    """Return the ratings of messages by the programmes that they told."""
    rows = (
        Rating.objects.filter(message__told__in=told)
        .order_by()
        .values_list("message__told__programme")
        .annotate(
            yes=Count("pk", filter=Q(useful=True)),
            answered=Count("pk", filter=Q(useful__isnull=False)),
            total=Sum("satisfaction"),
            steps=Count("satisfaction"),
        )
    )
    return {key: _Rated(yes, answered, total or 0, steps) for key, yes, answered, total, steps in rows}


def _effect(key: str, told: int, opened: int, applied: int, rated: Mapping[str, _Rated]) -> Effect:
    said = rated.get(key, _Rated(0, 0, 0, 0))
    enough = said.steps >= LEAST
    return Effect(
        programme_id=key,
        view=registry.get(key),
        told=shown(told),
        opened=share(opened, told),
        useful=share(said.useful, said.answered),
        satisfaction=said.sum_of_steps / said.steps if enough else None,
        rated=shown(said.steps),
        applied=share(applied, told),
    )


def missed(municipality: str = "", *, since: date, until: date) -> list[Missed]:
    """Return what is probably missed by programme, the greatest sure sum first; of one municipality or of all.

    Who is eligible comes from the stored counts of a synthetic population; what is taken up from the applications of
    this platform between the days. Applications elsewhere are not known here, so the estimate is too high where there are any.
    """
    counts = MatchCount.objects.filter(municipality=municipality) if municipality else MatchCount.objects.all()
    rows = counts.order_by().values_list("programme").annotate(Sum("yes"), Sum("maybe"), Sum("judged"))
    by_programme = _procedures(today=until)
    taken = _taken(by_programme, municipality, since=since, until=until)
    found = [
        _missed(
            view, yes, maybe, judged, taken.get(key) if _countable(by_programme.get(key, ()), municipality) else None
        )
        for key, yes, maybe, judged in rows
        if (view := registry.get(key)) is not None and yes + maybe
    ]
    return sorted(found, key=lambda item: (-(item.low_yen or 0), -(item.high_yen or 0), item.programme_id))


def _procedures(*, today: date) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return by programme the procedures by which one applies for it, each with its authority."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for view in procedures.procedures(today=today):
        if view.programme:
            found[view.programme].append((view.id, view.authority))
    return found


def _countable(known: Iterable[tuple[str, str]], municipality: str) -> bool:
    """Tell whether applications can be counted: by municipality only where the municipality decides."""
    authorities = [authority for _, authority in known]
    return bool(authorities) and (not municipality or all(item == procedures.MUNICIPALITY for item in authorities))


def _taken(
    by_programme: Mapping[str, Sequence[tuple[str, str]]], municipality: str, *, since: date, until: date
) -> Mapping[str, tuple[int, int]]:
    """Return by programme how many applied and how many of them were granted; programmes without any are (0, 0)."""
    programme_of = {procedure: key for key, known in by_programme.items() for procedure, _ in known}
    applied, granted = Counter[str](), Counter[str]()
    for row in cases.received(list(programme_of), since=since, until=until):
        if municipality in ("", row.organisation_id):
            applied[programme_of[row.procedure_id]] += row.opened
            granted[programme_of[row.procedure_id]] += row.granted
    return {key: (applied[key], granted[key]) for key in by_programme}


def _missed(view: ProgrammeView, yes: int, maybe: int, judged: int, taken: tuple[int, int] | None) -> Missed:
    applied, granted = taken or (0, 0)
    eligible, perhaps = shown(yes), shown(maybe)
    low = max(0, yes - applied) * view.value_yen if taken is not None else 0
    high = max(0, yes + maybe - granted) * view.value_yen
    hidden = eligible is None or perhaps is None
    return Missed(
        programme_id=view.id,
        view=view,
        eligible=eligible,
        maybe=perhaps,
        judged=judged,
        applied=shown(applied) if taken is not None else None,
        granted=shown(granted) if taken is not None else None,
        known=taken is not None,
        low_yen=None if hidden else low,
        high_yen=None if hidden else high,
    )
