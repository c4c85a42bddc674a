"""The registry as open data: programmes, conditions, changes, lists. Everything is public and read-only. Whole files are made by
the room of open data.

`auth=None` on every operation says so; the route guard refuses an operation that says nothing.
"""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import Query, Router, Schema

from madoguchi.apps.registry import catalogue, devicebook, queries
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.core.problems import ProblemBody, not_found
from madoguchi.engines.eligibility import to_json

router = Router(tags=["registry"])
LICENCE = "CC-BY-4.0"
ATTRIBUTION = "Madoguchi packs/tokyo; sources stand in each record"


class Meta(Schema):
    """What every answer carries."""

    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    as_of: date
    sequence: int


class ProgrammeOut(Schema):
    """One programme: its identity, version and the whole record in the pack's form."""

    id: str
    version: int
    published_at: datetime
    organisation: str
    record: dict[str, Any]


class ProgrammeList(Schema):
    """A page of programmes."""

    meta: Meta
    total: int
    items: list[ProgrammeOut]


class ProgrammeOne(Schema):
    """One programme with its condition as a tree."""

    meta: Meta
    item: ProgrammeOut
    condition_tree: dict[str, Any]


class ChangeOut(Schema):
    """One entry of the changes feed."""

    sequence: int
    programme: str
    version: int
    kind: str
    at: datetime


class ChangeList(Schema):
    """Changes after a sequence; ask again with `next_since`."""

    meta: Meta
    items: list[ChangeOut]
    next_since: int


class ConditionOut(Schema):
    """A condition as text and tree, and what a page shows of its programme."""

    id: str
    subject: str
    text: str
    tree: dict[str, Any]
    effective_from: date | None
    effective_to: date | None
    area: list[str] | None
    name: dict[str, str]
    kind: str
    kana: str
    summary: dict[str, str]
    amount_text: dict[str, str]
    value_yen: int
    life_events: list[str]
    path: str
    """The programme's page on this site."""
    source_wording: list[dict[str, Any]]
    """Atoms of the tree with their wording in the source: {tree, ja, en}."""


class ConditionBook(Schema):
    """All that is needed to match on a phone: conditions, how to ask, how to say why (docs/on-device.md)."""

    meta: Meta
    conditions: list[ConditionOut]
    attributes: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    """Each with `asked_when_tree`."""
    income_tables: list[dict[str, Any]]
    subconditions: list[dict[str, Any]]
    """Each with `tree`."""
    implications: list[dict[str, Any]]
    """What follows by law, in this order: {id, tree, person, household, source}."""
    municipalities: list[dict[str, Any]]
    """What 都内 means: {code, ja, en}."""
    life_events: list[dict[str, Any]]
    words: list[dict[str, Any]]
    """How each atom is said: {tree, ja: [holds, does not hold], en: […]}."""


class VersionOut(Schema):
    """One published state of a programme."""

    version: int
    published_at: datetime
    note: str
    record: dict[str, Any]


class VersionList(Schema):
    """The versions of a programme."""

    meta: Meta
    items: list[VersionOut]


class ListOut(Schema):
    """One list of the pack."""

    meta: Meta
    items: list[dict[str, Any]]


def _meta() -> Meta:
    return Meta(as_of=timezone.localdate(), sequence=catalogue.current().sequence)


def _out(view: ProgrammeView) -> ProgrammeOut:
    return ProgrammeOut(
        id=view.id,
        version=view.version,
        published_at=view.published_at,
        organisation=view.organisation_id,
        record=dict(view.content),
    )


@router.get("/programmes", response={200: ProgrammeList, 422: ProblemBody}, auth=None)
def list_programmes(
    request: HttpRequest,
    q: str = "",
    municipality: Annotated[str, Query(max_length=6)] = "",
    life_event: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    age: Annotated[int | None, Query(ge=0, le=130)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ProgrammeList:
    """Search programmes by words and filters; without words the most valuable come first."""
    filters = queries.Filters(municipality, life_event, kind, age)
    page = queries.search(q, filters, today=timezone.localdate(), limit=limit, offset=offset)
    return ProgrammeList(meta=_meta(), total=page.total, items=[_out(hit.programme) for hit in page.hits])


@router.get("/programmes/{programme_id}", response={200: ProgrammeOne, 404: ProblemBody}, auth=None)
def get_programme(request: HttpRequest, programme_id: str) -> ProgrammeOne:
    """Read one programme."""
    view = queries.get(programme_id)
    if view is None:
        raise not_found()
    return ProgrammeOne(meta=_meta(), item=_out(view), condition_tree=to_json(catalogue.current().rules[view.id].node))


@router.get("/changes", response={200: ChangeList, 422: ProblemBody}, auth=None)
def list_changes(
    request: HttpRequest,
    since: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> ChangeList:
    """Read what was published after a sequence, oldest first."""
    items = [
        ChangeOut(sequence=c.sequence, programme=c.programme_id, version=c.version, kind=c.kind, at=c.at)
        for c in queries.changes(since=since, limit=limit)
    ]
    return ChangeList(meta=_meta(), items=items, next_since=items[-1].sequence if items else since)


@router.get("/conditions", response=ConditionBook, auth=None)
def list_conditions(request: HttpRequest, response: HttpResponse) -> ConditionBook | HttpResponse:
    """Read every condition with what is needed to judge it; with `If-None-Match` nothing is sent that is known."""
    shelf = catalogue.current()
    etag = f'W/"{hashlib.sha256(f"{shelf.stamp}|{timezone.localdate()}|book-2".encode()).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return known
    conditions = [
        ConditionOut(
            id=rule.id,
            subject=rule.subject.value,
            text=shelf.views[rule.id].condition,
            tree=to_json(rule.node),
            effective_from=rule.effective_from,
            effective_to=rule.effective_to,
            area=sorted(rule.area) if rule.area is not None else None,
            **devicebook.programme(shelf.views[rule.id], rule),
        )
        for rule in sorted(shelf.rules.values(), key=lambda rule: rule.id)
    ]
    lists = {name: [dict(item) for item in shelf.part(name)] for name in _CONDITION_PARTS}
    lists |= {name: getattr(devicebook, name)(shelf) for name in _CONDITION_BUILT}
    return ConditionBook(meta=_meta(), conditions=conditions, **lists)


_CONDITION_PARTS = ("attributes", "income_tables", "life_events")
_CONDITION_BUILT = ("questions", "subconditions", "implications", "municipalities", "words")


@router.get("/attributes", response=ListOut, auth=None)
def list_attributes(request: HttpRequest) -> ListOut:
    """Read what conditions may name."""
    return _list("attributes")


@router.get("/questions", response=ListOut, auth=None)
def list_questions(request: HttpRequest) -> ListOut:
    """Read how the finder asks."""
    return _list("questions")


@router.get("/programmes/{programme_id}/versions", response={200: VersionList, 404: ProblemBody}, auth=None)
def list_versions(request: HttpRequest, programme_id: str) -> VersionList:
    """Read every published state of a programme, newest first."""
    rows = queries.history(programme_id)
    if not rows:
        raise not_found()
    items = [VersionOut(version=r.number, published_at=r.published_at, note=r.note, record=r.content) for r in rows]
    return VersionList(meta=_meta(), items=items)


def _list(name: str) -> ListOut:
    return ListOut(meta=_meta(), items=[dict(item) for item in queries.part(name)])


@router.get("/life-events", response=ListOut, auth=None)
def list_life_events(request: HttpRequest) -> ListOut:
    """Read the life events."""
    return _list("life_events")


@router.get("/documents", response=ListOut, auth=None)
def list_documents(request: HttpRequest) -> ListOut:
    """Read the documents that procedures ask for."""
    return _list("documents")


@router.get("/municipalities", response=ListOut, auth=None)
def list_municipalities(request: HttpRequest) -> ListOut:
    """Read the municipalities with their official codes."""
    items = [{"code": m.code, "ja": m.ja, "en": m.en, "kana": m.kana} for m in queries.municipalities()]
    return ListOut(meta=_meta(), items=items)


@router.get("/organisations", response=ListOut, auth=None)
def list_organisations(request: HttpRequest) -> ListOut:
    """Read the organisations that own programmes."""
    rows = catalogue.current().organisations.values()
    items = [
        {
            "id": row.pk,
            "kind": row.kind,
            "ja": row.name_ja,
            "en": row.name_en,
            "code": row.code,
            "parent": row.parent_id,
        }
        for row in rows
    ]
    return ListOut(meta=_meta(), items=items)
