"""Calls for applications as open data: search and one call. Public and read-only; jGrants is named as the source."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from madoguchi.apps.grants import queries
from madoguchi.apps.grants.contracts import CallState, CallView, Filters
from madoguchi.core.problems import ProblemBody, not_found

router = Router(tags=["grants"])
ATTRIBUTION = "出典：Jグランツ（jGrants）。見本（sample）はこの基盤が作成"


class GrantMeta(Schema):
    """What every answer carries."""

    attribution: str = ATTRIBUTION
    as_of: datetime


class AttachmentOut(Schema):
    """A document of the source; only its name is kept here."""

    kind: str
    name: str


class GrantOut(Schema):
    """One call for applications. `procedure_id`: the procedure by which one applies here, null when there is none."""

    id: str
    number: str
    title: str
    catch_phrase: str
    detail: str
    purposes: list[str]
    industries: list[str]
    areas: list[str]
    area_detail: str
    employees: str
    rate: str
    max_yen: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    project_ends_at: datetime | None
    institution: str
    page_url: str
    attachments: list[AttachmentOut]
    state: CallState
    source: str
    sample: bool
    version: int
    seen_at: datetime
    withdrawn_at: datetime | None
    procedure_id: str | None


class GrantList(Schema):
    """A page of calls; those that close first stand first, those over at the end."""

    meta: GrantMeta
    total: int
    items: list[GrantOut]


class GrantOne(Schema):
    """One call."""

    meta: GrantMeta
    item: GrantOut


def _out(view: CallView) -> GrantOut:
    content = view.content
    return GrantOut(
        id=content.id,
        number=content.number,
        title=content.title,
        catch_phrase=content.catch_phrase,
        detail=content.detail,
        purposes=list(content.purposes),
        industries=list(content.industries),
        areas=list(content.areas),
        area_detail=content.area_detail,
        employees=content.employees,
        rate=content.rate,
        max_yen=content.max_yen,
        opens_at=content.opens_at,
        closes_at=content.closes_at,
        project_ends_at=content.project_ends_at,
        institution=content.institution,
        page_url=content.page_url,
        attachments=[AttachmentOut(kind=item.kind, name=item.name) for item in content.attachments],
        state=view.state,
        source=view.source.value,
        sample=view.sample,
        version=view.version,
        seen_at=view.seen_at,
        withdrawn_at=view.withdrawn_at,
        procedure_id=view.procedure_id or None,
    )


@router.get("/grants", response={200: GrantList, 422: ProblemBody}, auth=None)
def list_grants(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    state: CallState | None = None,
    area: Annotated[str, Query(max_length=10, pattern=r"^[^\x00]*$")] = "",
    industry: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    employees: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> GrantList:
    """Search calls by words, state, prefecture, industry and number of employees."""
    now = timezone.now()
    page = queries.search(Filters(q, state, area, industry, employees), now=now, limit=limit, offset=offset)
    return GrantList(meta=GrantMeta(as_of=now), total=page.total, items=[_out(view) for view in page.items])


@router.get("/grants/{call_id}", response={200: GrantOne, 404: ProblemBody, 422: ProblemBody}, auth=None)
def get_grant(request: HttpRequest, call_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,80}$")]) -> GrantOne:
    """Read one call."""
    now = timezone.now()
    view = queries.get(call_id, now=now)
    if view is None:
        raise not_found()
    return GrantOne(meta=GrantMeta(as_of=now), item=_out(view))
