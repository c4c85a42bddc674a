"""What applicants say about applying: one review for each case, kept without the case and without the person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.cases import words
from madoguchi.apps.cases.contracts import Applicant, Invalid, NotAllowed, Refusal, State
from madoguchi.apps.cases.models import Case, Review, Told
from madoguchi.apps.cases.queries.lists import visible_decision
from madoguchi.apps.cases.services.given import text_of
from madoguchi.apps.cases.services.writing import desk_of_applicant
from madoguchi.core import sealed_rows

TROUBLES = ("words", "long", "documents", "sign_in", "errors", "waiting", "unclear")
MOST_POINTS, MOST_MINUTES = 5, 10_000
_TOLD = "review"


def may_review(case: Case) -> bool:
    """Tell whether the applicant knows how the case ended, so that it is time to ask how it went."""
    return visible_decision(case) or case.state in {State.WITHDRAWN, State.CLOSED}


def is_reviewed(case: Case) -> bool:
    """Tell whether the one review of a case was given."""
    return Told.objects.filter(case=case, kind=_TOLD).exists()


def review(
    case_id: str,
    *,
    applicant: Applicant,
    ease: int | None,
    clear: int | None = None,
    minutes: int | None = None,
    troubles: Sequence[str] = (),
    text: str = "",
    now: datetime,
) -> None:
    """Keep a review of an ended case; a second one raises `NotAllowed`, a value out of its range `Invalid`."""
    kept = {
        "ease": _points(ease, "ease", required=True),
        "clear": _points(clear, "clear", required=False),
        "minutes": _minutes(minutes),
        "troubles": [item for item in TROUBLES if item in set(troubles)],
    }
    told = text_of(text, "text", required=False)
    with desk_of_applicant(case_id, applicant, expected_number=None, now=now) as (desk, _by):
        if not may_review(desk.case):
            raise NotAllowed(Refusal("review_too_early"))
        _mark(desk.case, now)
        _keep(desk.case, kept, told, now)


def _points(value: int | None, field: str, *, required: bool) -> int | None:
    if value is None and not required:
        return None
    if value is None or not 1 <= value <= MOST_POINTS:
        raise Invalid(Refusal("bad_points", {"field": field, "most": MOST_POINTS}))
    return value


def _minutes(value: int | None) -> int | None:
    if value is not None and not 0 <= value <= MOST_MINUTES:
        raise Invalid(Refusal("bad_minutes", {"field": "minutes", "most": MOST_MINUTES}))
    return value


def _mark(case: Case, now: datetime) -> None:
    try:
        with transaction.atomic():
            Told.objects.create(case=case, kind=_TOLD, mark="given", at=now)
    except IntegrityError:
        raise NotAllowed(Refusal("reviewed_already")) from None


def _keep(case: Case, kept: dict[str, Any], told: str, now: datetime) -> None:
    row = Review(
        procedure_id=case.procedure_id,
        version=case.version,
        organisation_id=case.organisation_id,
        channel=case.channel,
        on=timezone.localdate(now),
        **kept,
    )
    if told:
        sealed_rows.put(row, words.encode({"text": told}), context=context_of(row))
    row.save(force_insert=True)


def context_of(row: Review) -> str:
    """Return what the words of a review are bound to: its row."""
    return f"cases.review:{row.pk}"


STORE = sealed_rows.store("cases.review", Review.objects, context_of)
