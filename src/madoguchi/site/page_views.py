"""Pages that belong to no room: the home page, open data, about, sources, accessibility."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from madoguchi.apps.registry import queries
from madoguchi.core import problems
from madoguchi.core.access import public
from madoguchi.site.origins import read_origins


@public
def home(request: HttpRequest) -> HttpResponse:
    """The entrance: search, the finder, life events, and how much the registry knows."""
    today = timezone.localdate()
    top = queries.search("", queries.Filters(), today=today, limit=6)
    events = sorted(queries.part("life_events"), key=lambda item: item["order"])
    context = {"hits": top.hits, "events": events, "coverage": queries.coverage(today=today)}
    return render(request, "site/home.html", context)


@public
def open_data(request: HttpRequest) -> HttpResponse:
    """Downloads and the API, described from its own OpenAPI document."""
    from madoguchi.site.api import api

    paths: dict[str, Any] = api.get_openapi_schema()["paths"]
    open_ones = [(path, item["get"]) for path, item in paths.items() if "get" in item and "security" not in item["get"]]
    rows = [(path, operation["summary"], operation.get("description", "")) for path, operation in open_ones]
    return render(
        request, "site/open_data.html", {"rows": rows, "coverage": queries.coverage(today=timezone.localdate())}
    )


@public
def about(request: HttpRequest) -> HttpResponse:
    """What this is, what it stores, what does not work yet."""
    return render(request, "site/about.html")


@public
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with its licence, and how many programmes cite each page."""
    views = [hit.programme for hit in queries.search("", queries.Filters(), today=timezone.localdate(), limit=200).hits]
    cited = Counter((source.title, source.url) for view in views for source in view.sources)
    origins = read_origins(Path(settings.PACK_DIR))
    return render(request, "site/sources.html", {"cited": sorted(cited.items()), "origins": origins})


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the site is, and what is known to fall short."""
    return render(request, "site/accessibility.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell that nothing is here and where to go; to programs as a problem document."""
    if request.path.startswith("/api/"):
        return problems.response(problems.not_found())
    return render(request, "404.html", status=404)
