"""The business registry as open data: search, one corporation, its history, the changes feed. Public and read-only.

`auth=None` on every operation says so; the route guard refuses an operation that says nothing. Sole proprietors are people:
they never appear here.
"""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from madoguchi.apps.businesses import queries
from madoguchi.apps.businesses.contracts import BusinessView
from madoguchi.core.problems import ProblemBody, not_found

router = Router(tags=["businesses"])
ATTRIBUTION = "国税庁法人番号公表サイト（国税庁）を加工して作成"
LICENCE = "公共データ利用規約 第1.0版"


class BusinessMeta(Schema):
    """What every answer carries."""

    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    sequence: int


class BusinessOut(Schema):
    """One corporation."""

    corporate_number: str
    name: str
    name_has_image: bool
    kana: str
    name_en: str
    kind: str
    status: str
    closed_on: date | None
    close_cause: str
    successor_number: str | None
    prefecture: str
    city: str
    street: str
    postal_code: str
    city_code: str
    town: str | None
    outside: str
    assigned_on: date | None
    changed_on: date | None
    source: str
    as_of: date | None
    is_latest: bool


class BusinessList(Schema):
    """A page of corporations. `more`: the search stopped at its limit, so `total` is a lower bound."""

    meta: BusinessMeta
    total: int
    more: bool
    corrected: bool
    items: list[BusinessOut]


class BusinessOne(Schema):
    """One corporation."""

    meta: BusinessMeta
    item: BusinessOut


class BusinessChangeOut(Schema):
    """One entry of the changes feed."""

    sequence: int
    corporate_number: str
    kind: str
    at: datetime


class BusinessChangeList(Schema):
    """Changes after a sequence; ask again with `next_since`."""

    meta: BusinessMeta
    items: list[BusinessChangeOut]
    next_since: int


class StatementOut(Schema):
    """One state as the source published it."""

    published_on: date
    changed_on: date | None
    process: str
    correction: bool
    name: str
    address: str
    cause: str


class StatementList(Schema):
    """What the source published about one corporation, newest first."""

    meta: BusinessMeta
    items: list[StatementOut]


def _meta() -> BusinessMeta:
    return BusinessMeta(sequence=queries.latest_sequence())


def _out(view: BusinessView) -> BusinessOut:
    return BusinessOut(
        corporate_number=view.corporate_number or "",
        name=view.name,
        name_has_image=view.name_has_image,
        kana=view.kana,
        name_en=view.name_en,
        kind=view.kind,
        status=view.status.value,
        closed_on=view.closed_on,
        close_cause=view.close_cause,
        successor_number=view.successor_number or None,
        prefecture=view.address.prefecture,
        city=view.address.city,
        street=view.address.street,
        postal_code=view.address.postal_code,
        city_code=view.address.city_code,
        town=view.address.town or None,
        outside=view.address.outside,
        assigned_on=view.assigned_on,
        changed_on=view.changed_on,
        source=view.source,
        as_of=view.as_of,
        is_latest=view.is_latest,
    )


@router.get("/businesses", response={200: BusinessList, 422: ProblemBody}, auth=None)
def list_businesses(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100)] = "",
    municipality: Annotated[str, Query(pattern=r"^(\d{5,6})?$")] = "",
    active_only: bool = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000)] = 0,
) -> BusinessList:
    """Search corporations by number, name, reading or place; near spellings when nothing is spelled like the words."""
    page = queries.search(q, queries.Filters(municipality[:5], active_only), limit=limit, offset=offset)
    items = [_out(view) for view in page.hits]
    return BusinessList(meta=_meta(), total=page.total, more=page.more, corrected=page.corrected, items=items)


@router.get("/businesses/changes", response={200: BusinessChangeList, 422: ProblemBody}, auth=None)
def list_business_changes(
    request: HttpRequest,
    since: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> BusinessChangeList:
    """Read what changed after a sequence, oldest first. Sequences of sole proprietors are left out, not renumbered."""
    rows = queries.changes(since=since, limit=limit)
    items = [
        BusinessChangeOut(sequence=row.sequence, corporate_number=row.corporate_number, kind=row.kind.value, at=row.at)
        for row in rows
        if row.corporate_number
    ]
    return BusinessChangeList(meta=_meta(), items=items, next_since=rows[-1].sequence if rows else since)


@router.get("/businesses/{number}", response={200: BusinessOne, 404: ProblemBody, 422: ProblemBody}, auth=None)
def get_business(request: HttpRequest, number: Annotated[str, Path(pattern=r"^\d{13}$")]) -> BusinessOne:
    """Read one corporation by its number."""
    view = queries.get(number)
    if view is None:
        raise not_found()
    return BusinessOne(meta=_meta(), item=_out(view))


@router.get(
    "/businesses/{number}/history", response={200: StatementList, 404: ProblemBody, 422: ProblemBody}, auth=None
)
def list_business_history(request: HttpRequest, number: Annotated[str, Path(pattern=r"^\d{13}$")]) -> StatementList:
    """Read what the source published about one corporation, newest first."""
    view = queries.get(number)
    if view is None:
        raise not_found()
    items = [
        StatementOut(
            published_on=item.published_on,
            changed_on=item.changed_on,
            process=item.process,
            correction=item.correction,
            name=item.name,
            address=item.address,
            cause=item.cause,
        )
        for item in queries.history(number)
    ]
    return StatementList(meta=_meta(), items=items)
