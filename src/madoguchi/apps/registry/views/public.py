"""Search and the page of one programme, for residents. Nothing is stored and nobody signs in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from madoguchi.apps.registry import catalogue, queries
from madoguchi.apps.registry.schemas import KINDS
from madoguchi.core.access import public
from madoguchi.engines.eligibility import parts_in_words

PAGE_SIZE = 20
MAX_PAGE = 500


def _number(text: str, *, highest: int) -> int | None:
    """Return a whole number from 0 to `highest`, None for anything else."""
    cleaned = text.strip()
    return int(cleaned) if cleaned.isdecimal() and len(cleaned) < 6 and int(cleaned) <= highest else None


@public
def search(request: HttpRequest) -> HttpResponse:
    """Search by words and filters."""
    given = request.GET
    filters = queries.Filters(
        municipality=given.get("municipality", "")[:6],
        life_event=given.get("life_event", "")[:40],
        kind=given.get("kind", "")[:40],
        age=_number(given.get("age", ""), highest=130),
    )
    page = max(1, _number(given.get("page", "1"), highest=MAX_PAGE) or 1)
    found = queries.search(
        given.get("q", ""), filters, today=timezone.localdate(), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    context = {
        "found": found,
        "filters": filters,
        "age_is_wrong": bool(given.get("age", "").strip()) and filters.age is None,
        "municipalities": queries.municipalities(),
        "life_events": sorted(queries.part("life_events"), key=lambda item: item["order"]),
        "kinds": KINDS,
        "page": page,
        "pages": -(-found.total // PAGE_SIZE),
        "query_string": _without_page(request),
    }
    return render(request, "registry/public/search.html", context)


def _without_page(request: HttpRequest) -> str:
    parameters = request.GET.copy()
    parameters.pop("page", None)
    return parameters.urlencode()


@public
def programme(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show one programme: who, what, how much, when, how, documents, office, source, dates, owner."""
    view = queries.get(programme_id)
    if view is None:
        raise Http404
    shelf = catalogue.current()
    language = "en" if get_language() == "en" else "ja"
    by_code = {item.code: item for item in queries.municipalities()}
    context = {
        "programme": view,
        "areas": [by_code[code] for code in view.area or () if code in by_code],
        "parts": parts_in_words(shelf.rules[view.id].node, language=language, vocabulary=shelf.book.vocabulary),
        "checks": view.content.get("checks") or [],
        "documents": queries.documents(view.documents),
        "life_events": [item for item in queries.part("life_events") if item["id"] in view.life_events],
        "review_due": catalogue.review_due(view, timezone.localdate()),
    }
    return render(request, "registry/public/programme.html", context)


@public
def history(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show what changed from version to version."""
    view = queries.get(programme_id)
    if view is None:
        raise Http404
    versions = queries.history(programme_id)
    older = [*versions[1:], None]
    rows = [
        (version, queries.differences(before.content, version.content) if before else [])
        for version, before in zip(versions, older, strict=True)
    ]
    return render(request, "registry/public/history.html", {"programme": view, "rows": rows})
