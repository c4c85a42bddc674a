"""Stable addresses: a programme by its PSID, as a page, JSON or linked data, by what the caller wants; the DCAT catalogue."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from madoguchi.apps.opendata import admission
from madoguchi.apps.opendata.addresses import base_of
from madoguchi.apps.opendata.conditional import answer
from madoguchi.apps.opendata.linked import dcat
from madoguchi.apps.opendata.linked.graph import MEDIA_TYPE
from madoguchi.apps.registry import api as registry
from madoguchi.core import problems
from madoguchi.core.access import public
from madoguchi.core.problems import Problem

HTML, JSON = "text/html", "application/json"


@public
@require_safe
def programme(request: HttpRequest, psid: str) -> HttpResponse:
    """Lead from a PSID to the programme: 303 to a page, JSON or JSON-LD; 410 once it was withdrawn, 404 if never given."""
    key = registry.programme_of_psid(psid)
    wanted = request.get_preferred_type([HTML, JSON, MEDIA_TYPE]) or HTML
    if key is None:
        answered = problems.response(problems.not_found())
    elif registry.get(key) is None:
        answered = problems.response(_withdrawn())
    else:
        answered = HttpResponse(status=303)
        answered.headers["Location"] = _place(key, wanted)
    patch_vary_headers(answered, ["Accept"])
    return answered


def _place(key: str, wanted: str) -> str:
    paths = {JSON: f"/api/v1/programmes/{key}", MEDIA_TYPE: f"/api/v1/programmes/{key}.jsonld"}
    return paths.get(wanted) or reverse("registry:programme", args=[key])


def _withdrawn() -> Problem:
    return Problem(
        410, "gone", "The programme was withdrawn.", remedy="Its versions stand in /api/v1/programmes/{id}/versions."
    )


@public
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue of all datasets after DCAT-AP, as JSON-LD."""
    try:
        admission.admit(request, "bulk")
    except Problem as problem:
        return problems.response(problem)
    base = base_of(request)
    return answer(
        request,
        f"{base}|catalog.jsonld",
        MEDIA_TYPE,
        lambda stamp: json.dumps(dcat.document(base, stamp), ensure_ascii=False).encode(),
    )
