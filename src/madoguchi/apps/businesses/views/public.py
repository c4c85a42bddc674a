"""Search and the page of one business, for everybody. Nothing is stored and nobody signs in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from madoguchi.apps.businesses import queries, texts
from madoguchi.core.access import public

PAGE_SIZE = 20
_MAX_PAGE = 20


def _page(text: str) -> int:
    return min(int(text), _MAX_PAGE) if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) else 1


@public
def search(request: HttpRequest) -> HttpResponse:
    """Search by number, name, reading or place."""
    text, page = request.GET.get("q", "")[:100], _page(request.GET.get("page", ""))
    active_only = request.GET.get("active") == "1"
    filters = queries.Filters(active_only=active_only)
    found = queries.search(text, filters, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    parameters = request.GET.copy()
    parameters.pop("page", None)
    context = {
        "found": found,
        "rows": [(view, texts.status(view.status), texts.kind(view.kind)) for view in found.hits],
        "active_only": active_only,
        "asked": bool(text.strip()),
        "page": page,
        "pages": min(-(-found.total // PAGE_SIZE), _MAX_PAGE),
        "query_string": parameters.urlencode(),
    }
    return render(request, "businesses/search.html", context)


@public
def business(request: HttpRequest, number: str) -> HttpResponse:
    """Show one corporation with its history. Sole proprietors have no public page."""
    view = queries.get(number)
    if view is None:
        raise Http404
    context = {
        "business": view,
        "status": texts.status(view.status),
        "kind": texts.kind(view.kind),
        "cause": texts.close_cause(view.close_cause),
        "successor": queries.get(view.successor_number) if view.successor_number else None,
        "establishments": queries.establishments(view.id),
        "history": [(item, texts.process(item.process)) for item in queries.history(number)],
    }
    return render(request, "businesses/business.html", context)
