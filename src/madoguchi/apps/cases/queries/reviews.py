"""What reviews of an organisation say: how many found it how easy, what gave trouble, and their words."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from madoguchi.apps.cases.models import Review
from madoguchi.apps.cases.services.reviewing import MOST_POINTS, TROUBLES, context_of
from madoguchi.core import sealed_rows
from madoguchi.core.permissions import Actor, Permission, require

NEWEST = 50


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """What one person wrote."""

    procedure_id: str
    version: int
    on: date
    ease: int
    text: str


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """Reviews of an organisation from `since` up to and including `until`. `minutes`: the median of those who said it."""

    count: int
    ease: Mapping[int, int]
    """Points (1 to 5) → how many."""
    clear: Mapping[int, int]
    minutes: float | None
    minutes_told: int
    troubles: Mapping[str, int]
    words: tuple[ReviewWords, ...]
    """The newest."""


def reviews(actor: Actor, organisation_id: str, *, since: date, until: date, procedure_id: str = "") -> ReviewFigures:
    """Return what reviews say to who may work there; raise `NotPermitted`."""
    require(actor, Permission.WORK_CASES, organisation_id)
    rows = Review.objects.filter(organisation_id=organisation_id, on__range=(since, until))
    if procedure_id:
        rows = rows.filter(procedure_id=procedure_id)
    found = list(rows.defer("sealed").values_list("ease", "clear", "minutes", "troubles"))
    minutes = [item[2] for item in found if item[2] is not None]
    told = Counter(trouble for item in found for trouble in item[3])
    return ReviewFigures(
        count=len(found),
        ease=_spread(item[0] for item in found),
        clear=_spread(item[1] for item in found),
        minutes=float(median(minutes)) if minutes else None,
        minutes_told=len(minutes),
        troubles={key: told[key] for key in TROUBLES if told[key]},
        words=tuple(_words(row) for row in rows.filter(sealed__isnull=False).order_by("-on", "id")[:NEWEST]),
    )


def _spread(points: Iterable[int | None]) -> dict[int, int]:
    counts = Counter(points)
    return {value: counts[value] for value in range(1, MOST_POINTS + 1)}


def _words(row: Review) -> ReviewWords:
    told = json.loads(sealed_rows.plain_of(row, context=context_of(row)))
    return ReviewWords(row.procedure_id, row.version, row.on, row.ease, told["text"])
