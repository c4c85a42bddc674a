"""The sandbox over HTTP: invented households, and the platform's own answer for a posted one, to compare with."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from madoguchi.apps.opendata import admission, sandbox
from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.apps.opendata.endpoints.common import OPEN_ERRORS, invalid
from madoguchi.apps.registry import api as registry

router = Router(tags=["sandbox"])


class SampleOut(Schema):
    """One invented household; `household` can be posted to `/sandbox/match` as it is."""

    id: str
    ja: str
    en: str
    invented: bool = True
    household: dict[str, Any]


class SampleList(Schema):
    """The invented households."""

    items: list[SampleOut]


class HouseholdIn(Schema):
    """A household: `facts` of the whole, the applicant, children, other members. Names stand in `/api/v1/attributes`."""

    facts: dict[str, Any] = {}
    applicant: dict[str, Any] = {}
    children: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    others: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    children_complete: bool = True
    members_complete: bool = True


class MatchIn(Schema):
    """What is judged: a household, on which day (today when it is left out), reasons in which language."""

    household: HouseholdIn
    on: date | None = None
    language: Literal["ja", "en"] = "ja"


class AmountOut(Schema):
    """A yen amount; both bounds equal when it is known exactly, null where a bound is not known."""

    low_yen: int | None
    high_yen: int | None
    per: str


class OutcomeOut(Schema):
    """The verdict of one programme: eligible, possible (`missing` would decide it) or ineligible."""

    programme: str
    name: str
    verdict: Literal["eligible", "possible", "ineligible"]
    about: str
    amount: AmountOut | None
    reasons: list[str]
    missing: list[str]


class MatchOut(Schema):
    """All programmes that may concern the household, judged at one sequence of the changes feed."""

    on: date
    sequence: int
    counts: dict[str, int]
    items: list[OutcomeOut]


@router.get("/sandbox/households", response={200: SampleList, **OPEN_ERRORS}, auth=None)
def list_samples(request: HttpRequest) -> SampleList:
    """Read the invented households. Nobody of them exists."""
    admission.admit(request, "sandbox")
    found = sandbox.samples(timezone.localdate())
    return SampleList(items=[SampleOut(id=s.id, ja=s.ja, en=s.en, household=dict(s.household)) for s in found])


EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


@router.post("/sandbox/match", response={200: MatchOut, **OPEN_ERRORS}, auth=None)
def match_household(request: HttpRequest, body: MatchIn) -> MatchOut:
    """Judge a household against the registry. Nothing that you send is stored or logged; send invented people."""
    admission.admit(request, "sandbox")
    on = body.on or timezone.localdate()
    try:
        if not EARLIEST <= on <= LATEST:
            raise Invalid(f"The day must be from {EARLIEST} to {LATEST}.", field="on")
        outcomes = sandbox.match(body.household.dict(), today=on, language=body.language)
    except Invalid as problem:
        raise invalid(problem) from None
    names = dict(registry.programme_names(body.language))
    items = [_out(item, names) for item in outcomes]
    counts = {
        verdict: sum(item.verdict == verdict for item in items) for verdict in ("eligible", "possible", "ineligible")
    }
    return MatchOut(on=on, sequence=registry.latest_sequence(), counts=counts, items=items)


def _out(item: registry.PostedOutcome, names: dict[str, str]) -> OutcomeOut:
    low_high = item.amount_yen
    return OutcomeOut.model_validate(
        {
            "programme": item.programme_id,
            "name": names.get(item.programme_id, item.programme_id),
            "verdict": item.verdict,
            "about": item.about,
            "amount": {"low_yen": low_high[0], "high_yen": low_high[1], "per": item.per} if low_high else None,
            "reasons": list(item.reasons),
            "missing": list(item.missing),
        }
    )
