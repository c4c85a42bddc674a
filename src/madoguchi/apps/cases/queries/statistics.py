"""Figures of an organisation: how many cases were processed, approved, sent back, rejected, in time; per day and officer.

Terms follow GovStack Registration (processed, approved, sentBack, rejected). Every share says of how many.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from madoguchi.apps.cases.contracts import ActionKind
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.machine import GIVING
from madoguchi.apps.cases.models import Action, Case
from madoguchi.core.permissions import Actor, Permission, require

PERIODS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; unknown when there is nothing to count."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Return the share in whole percent; None of nothing."""
        return round(100 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What happened in one day, week (named by its Monday) or month (named by its first)."""

    start: date
    opened: int
    processed: int


@dataclass(frozen=True, slots=True)
class OfficerFigures:
    """How many decisions somebody made, and how many corrections she asked for."""

    actor_id: str
    name: str
    decided: int
    sent_back: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of an organisation from `since` up to and including `until`."""

    organisation_id: str
    since: date
    until: date
    opened: int
    processed: int
    approved: int
    rejected: int
    sent_back: int
    withdrawn: int
    waiting: int
    """Undecided now, whenever they came."""
    in_time: Share
    periods: tuple[PeriodFigures, ...]
    officers: tuple[OfficerFigures, ...]


def statistics(actor: Actor, organisation_id: str, *, since: date, until: date, per: str = "day") -> Figures:
    """Return the figures of an organisation to who may work there; raise `NotPermitted`. `per`: day, week or month."""
    require(actor, Permission.WORK_CASES, organisation_id)
    if per not in PERIODS:
        raise ValueError(f"{per!r} is no period. Give one of: {', '.join(PERIODS)}.")
    own = Case.objects.filter(organisation_id=organisation_id)
    opened = _by_day(own.annotate(day=TruncDate("opened_at")).filter(day__gte=since, day__lte=until), "day")
    decided = own.filter(decided_on__range=(since, until))
    outcomes = Counter(dict(decided.order_by().values_list("outcome").annotate(Count("pk"))))
    timed = decided.filter(in_time__isnull=False)
    return Figures(
        organisation_id=organisation_id,
        since=since,
        until=until,
        opened=sum(opened.values()),
        processed=sum(outcomes.values()),
        approved=sum(count for outcome, count in outcomes.items() if outcome in GIVING),
        rejected=outcomes["refused"],
        sent_back=_done(organisation_id, since, until, ActionKind.CORRECTION_ASKED).count(),
        withdrawn=_done(organisation_id, since, until, ActionKind.WITHDRAWN).count(),
        waiting=own.filter(state__in=[state.value for state in UNDECIDED]).count(),
        in_time=Share(timed.filter(in_time=True).count(), timed.count()),
        periods=_periods(opened, _by_day(decided, "decided_on"), per),
        officers=_officers(organisation_id, since, until),
    )


def _by_day(rows: "QuerySet[Case]", column: str) -> Counter[date]:
    return Counter(dict(rows.order_by().values_list(column).annotate(Count("pk"))))


def _done(organisation_id: str, since: date, until: date, *kinds: ActionKind) -> "QuerySet[Action]":
    chosen = Action.objects.filter(case__organisation_id=organisation_id, kind__in=[kind.value for kind in kinds])
    return chosen.annotate(day=TruncDate("at")).filter(day__gte=since, day__lte=until).order_by()


def _periods(opened: Counter[date], processed: Counter[date], per: str) -> tuple[PeriodFigures, ...]:
    sums: dict[date, list[int]] = {}
    for place, counts in enumerate((opened, processed)):
        for day, count in counts.items():
            sums.setdefault(_start(day, per), [0, 0])[place] += count
    return tuple(PeriodFigures(day, *counts) for day, counts in sorted(sums.items()))


def _start(day: date, per: str) -> date:
    if per == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if per == "month" else day


def _officers(organisation_id: str, since: date, until: date) -> tuple[OfficerFigures, ...]:
    rows = _done(organisation_id, since, until, ActionKind.DECIDED, ActionKind.CORRECTION_ASKED)
    found: dict[str, tuple[str, Counter[str]]] = {}
    for actor_id, name, kind, count in rows.values_list("actor_id", "actor_name", "kind").annotate(Count("pk")):
        found.setdefault(actor_id, (name, Counter()))[1][kind] += count
    return tuple(
        OfficerFigures(actor_id, name, counts[ActionKind.DECIDED], counts[ActionKind.CORRECTION_ASKED])
        for actor_id, (name, counts) in sorted(found.items())
    )
