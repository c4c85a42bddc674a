"""The registry as files, linked data and feeds: each with ETag and date, packed on request, 304 to who has it."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from madoguchi.apps.opendata import admission, bulk, feeds
from madoguchi.apps.opendata.addresses import base_of
from madoguchi.apps.opendata.bulk import Cut
from madoguchi.apps.opendata.conditional import answer
from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.apps.opendata.endpoints.common import OPEN_ERRORS, invalid
from madoguchi.apps.opendata.linked import context, cpsv
from madoguchi.apps.opendata.linked.graph import MEDIA_TYPE
from madoguchi.apps.registry import api as registry
from madoguchi.core.problems import ProblemBody, not_found

router = Router(tags=["open data"])
_Municipality = Annotated[str, Query(max_length=6)]
_Kind = Annotated[str, Query(max_length=40)]
_Any = dict[str, Any]
_DOCUMENT: dict[Any, Any] = {200: _Any, 304: None, **OPEN_ERRORS}
"""Of a JSON document that is not sent again to who has it."""
_FILE: dict[Any, Any] = {200: None, 304: None, **OPEN_ERRORS}
"""Of a file of another form."""


def _file(request: HttpRequest, ending: str, municipality: str, kind: str) -> HttpResponse:
    admission.admit(request, "bulk")
    try:
        cut = bulk.checked(Cut(municipality, kind))
    except Invalid as problem:
        raise invalid(problem) from None
    form = bulk.FORMS[ending]
    return answer(
        request,
        f"programmes{cut.suffix}.{ending}",
        form.media_type,
        lambda stamp: form.build(cut, stamp),
        pack=form.packs,
        filename="" if ending == "json" else f"programmes{cut.suffix}.{ending}",
    )


@router.get("/programmes.json", response=_DOCUMENT, auth=None)
def download_json(request: HttpRequest, municipality: _Municipality = "", kind: _Kind = "") -> HttpResponse:
    """Download the whole registry, or one municipality's or one kind's part of it, as JSON."""
    return _file(request, "json", municipality, kind)


@router.get("/programmes.ndjson", response=_FILE, auth=None)
def download_lines(request: HttpRequest, municipality: _Municipality = "", kind: _Kind = "") -> HttpResponse:
    """Download the registry as one JSON record per line; the first line is licence, date and sequence."""
    return _file(request, "ndjson", municipality, kind)


@router.get("/programmes.csv", response=_FILE, auth=None)
def download_csv(request: HttpRequest, municipality: _Municipality = "", kind: _Kind = "") -> HttpResponse:
    """Download the registry as CSV (UTF-8 with BOM); every row carries licence, date and sequence."""
    return _file(request, "csv", municipality, kind)


@router.get("/programmes.parquet", response=_FILE, auth=None)
def download_parquet(request: HttpRequest, municipality: _Municipality = "", kind: _Kind = "") -> HttpResponse:
    """Download the registry as Parquet with typed columns; licence, date and sequence stand in its metadata."""
    return _file(request, "parquet", municipality, kind)


@router.get("/programmes.jsonld", response=_DOCUMENT, auth=None)
def download_linked(request: HttpRequest) -> HttpResponse:
    """Download the registry as linked data after CPSV-AP 3.2 (JSON-LD)."""
    admission.admit(request, "bulk")
    base = base_of(request)
    return answer(
        request, f"{base}|programmes.jsonld", MEDIA_TYPE, lambda stamp: _bytes(cpsv.document(base, registry.views()))
    )


@router.get("/programmes/{programme_id}.jsonld", response={200: _Any, 404: ProblemBody, **OPEN_ERRORS}, auth=None)
def read_linked(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Read one programme as linked data after CPSV-AP 3.2 (JSON-LD)."""
    admission.admit(request, "one")
    view = registry.get(programme_id)
    if view is None:
        raise not_found()
    return _linked(cpsv.document(base_of(request), [view]))


@router.get("/context.jsonld", response={200: _Any}, auth=None)
def read_context(request: HttpRequest) -> HttpResponse:
    """Read the JSON-LD context of all linked data here."""
    return _linked({"@context": context.CONTEXT})


def _linked(document: _Any) -> HttpResponse:
    return HttpResponse(_bytes(document), content_type=MEDIA_TYPE)


def _bytes(document: _Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


@router.get("/changes.atom", response=_FILE, auth=None)
def read_feed(request: HttpRequest) -> HttpResponse:
    """Read the newest changes as an Atom feed."""
    admission.admit(request, "bulk")
    base = base_of(request)
    return answer(request, f"{base}|changes.atom", feeds.CONTENT_TYPE, lambda stamp: feeds.atom(base, stamp))
