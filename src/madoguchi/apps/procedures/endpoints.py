"""Procedures as open data: what can be applied for, the whole record, the JSON Schema of the answers. Public, read-only."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from madoguchi.apps.procedures import catalogue
from madoguchi.apps.procedures.contracts import ProcedureView, UnknownProcedure
from madoguchi.core.problems import ProblemBody, not_found
from madoguchi.engines import forms

router = Router(tags=["procedures"])
LICENCE = "CC-BY-4.0"
ATTRIBUTION = "Madoguchi packs/tokyo; sources stand in each record"
SCHEMA_TYPE = "application/schema+json"


class Meta(Schema):
    """What every answer carries."""

    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    as_of: date


class ProcedureBrief(Schema):
    """One procedure in the list."""

    id: str
    version: int
    kind: str
    subject: str
    level: str
    authority: str
    programme: str
    name: dict[str, str]
    effective_from: date


class ProcedureList(Schema):
    """The procedures in force."""

    meta: Meta
    total: int
    items: list[ProcedureBrief]


class ProcedureOne(Schema):
    """One procedure with its whole record in the pack's form."""

    meta: Meta
    item: ProcedureBrief
    record: dict[str, Any]


def _meta() -> Meta:
    return Meta(as_of=timezone.localdate())


def _brief(view: ProcedureView) -> ProcedureBrief:
    return ProcedureBrief(
        id=view.id,
        version=view.version,
        kind=view.kind,
        subject=view.subject,
        level=view.level,
        authority=view.authority,
        programme=view.programme,
        name=dict(view.record["name"]),
        effective_from=view.effective_from,
    )


def _view(procedure_id: str, version: int | None) -> ProcedureView:
    try:
        return catalogue.view(procedure_id, version, today=timezone.localdate())
    except UnknownProcedure:
        raise not_found() from None


_Version = Annotated[int | None, Query(ge=1, le=1_000_000)]


@router.get("/procedures", response={200: ProcedureList, 422: ProblemBody}, auth=None)
def list_procedures(
    request: HttpRequest,
    subject: Annotated[str, Query(max_length=20)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> ProcedureList:
    """Read the procedures in force, by id; `subject` is person or business."""
    views = [view for view in catalogue.in_force(today=timezone.localdate()) if subject in ("", view.subject)]
    items = [_brief(view) for view in views[offset : offset + limit]]
    return ProcedureList(meta=_meta(), total=len(views), items=items)


@router.get("/procedures/{procedure_id}", response={200: ProcedureOne, 404: ProblemBody, 422: ProblemBody}, auth=None)
def get_procedure(request: HttpRequest, procedure_id: str, version: _Version = None) -> ProcedureOne:
    """Read one procedure as it is in force, or one of its versions."""
    view = _view(procedure_id, version)
    return ProcedureOne(meta=_meta(), item=_brief(view), record=dict(view.record))


@router.get(
    "/procedures/{procedure_id}/schema",
    response={200: dict[str, Any], 404: ProblemBody, 422: ProblemBody},
    auth=None,
)
def get_schema(
    request: HttpRequest,
    procedure_id: str,
    version: _Version = None,
    language: Annotated[str, Query(pattern="^(ja|en|easy)$")] = "ja",
) -> HttpResponse:
    """Read the JSON Schema (draft 2020-12) of the answers of a procedure's form."""
    view = _view(procedure_id, version)
    return JsonResponse(forms.json_schema(view.form, language), content_type=SCHEMA_TYPE)
