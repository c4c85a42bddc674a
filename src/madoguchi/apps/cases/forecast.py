"""When a case will be decided, by the own history of the offices: fitted by a chore, kept as one JSON row, read per case.

Unknown stays unknown: without enough decided cases there is no prediction. It never says what should be; that is `clock`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Case, Forecast
from madoguchi.apps.cases.queries.lists import visible_state
from madoguchi.engines.prediction import OPEN, History, Model, fit, predict
from madoguchi.engines.prediction import Case as PredictedCase

KEPT_MODELS = 10
_COLUMNS = ("opened_at", "decided_on", "procedure_id", "organisation_id", "channel", "corrections", "paused_days")


def refit(now: datetime) -> int:
    """Fit a new model to all cases that were not withdrawn; return to how many."""
    today = timezone.localdate(now)
    chosen = Case.objects.filter(opened_at__lte=now).exclude(state=State.WITHDRAWN, decided_on=None)
    rows = list(chosen.exclude(state=State.CLOSED, decided_on=None).order_by("opened_at").values_list(*_COLUMNS))
    if not rows:
        return 0
    model = fit(_history(rows), as_of=today.toordinal())
    with transaction.atomic():
        Forecast.objects.create(made_at=now, cases=len(rows), content=model.to_dict())
        kept = list(Forecast.objects.values_list("pk", flat=True)[:KEPT_MODELS])
        Forecast.objects.exclude(pk__in=kept).delete()
    return len(rows)


def _history(rows: Iterable[tuple[Any, ...]]) -> History:
    opened, decided, procedure, organisation, channel, corrections, paused = zip(*rows, strict=True)
    started = np.array([timezone.localdate(at).toordinal() for at in opened], dtype=np.int64)
    finished = np.array([day.toordinal() if day else OPEN for day in decided], dtype=np.int64)
    names = [np.array(column, dtype=np.str_) for column in (procedure, organisation, channel)]
    return History(
        started=started,
        finished=finished,
        procedure=names[0],
        organisation=names[1],
        channel=names[2],
        correction=np.array(corrections) > 0,
        load=_loads(started, finished, names[0], names[1]),
        paused_days=np.array(paused, dtype=np.int64),
    )


def _loads(started: Any, finished: Any, procedure: Any, organisation: Any) -> Any:
    """Return how many cases of the same procedure lay open at the same office when each came in."""
    load = np.zeros(len(started), dtype=np.int64)
    places = np.char.add(np.char.add(procedure, "\n"), organisation)
    for place in np.unique(places):
        rows = np.flatnonzero(places == place)
        ends = np.sort(finished[rows][finished[rows] != OPEN])
        begun = np.searchsorted(np.sort(started[rows]), started[rows], side="left")
        load[rows] = np.maximum(begun - np.searchsorted(ends, started[rows], side="left"), 0)
    return load


def newest() -> Model | None:
    """Return the newest model; it is read once per process and model."""
    key = Forecast.objects.values_list("pk", flat=True).first()
    return _model(key) if key is not None else None


@lru_cache(maxsize=2)
def _model(key: int) -> Model | None:
    content = Forecast.objects.filter(pk=key).values_list("content", flat=True).first()
    return Model.from_dict(content) if content else None


def predicted(case: Case, *, today: date, state: State | None = None) -> tuple[date, date, date] | None:
    """Return the earliest, most likely and latest day of the decision (80 % interval); None while it is unknown.

    What other procedures took says nothing about this one, so it needs a history of its own. `state`: as somebody may
    know it, when it is not the case's own.
    """
    model = newest() if State(state or case.state) in UNDECIDED else None
    if model is None:
        return None
    opened = timezone.localdate(case.opened_at)
    waiting = Case.objects.filter(organisation_id=case.organisation_id, procedure_id=case.procedure_id)
    found = predict(
        model,
        PredictedCase(
            procedure=case.procedure_id,
            organisation=case.organisation_id,
            channel=case.channel,
            started=opened.toordinal(),
            correction=case.corrections > 0,
            load=waiting.filter(opened_at__lt=case.opened_at, decided_on=None).exclude(state=State.WITHDRAWN).count(),
            paused_days=case.paused_days,
        ),
        on=max(today, opened).toordinal(),
    )
    if found is None or found.basis == "all":
        return None
    low, middle, high = (date.fromordinal(day) for day in (found.low, found.middle, found.high))
    return low, middle, high


def predicted_many(case_ids: Iterable[str], *, today: date) -> dict[str, tuple[date, date, date]]:
    """Return the predictions of a few cases by id, as their applicant may know them; those without one are left out."""
    rows = Case.objects.filter(pk__in=list(case_ids))
    found = {str(case.pk): predicted(case, today=today, state=visible_state(case)) for case in rows}
    return {key: days for key, days in found.items() if days is not None}
