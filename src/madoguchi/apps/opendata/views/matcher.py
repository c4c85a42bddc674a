"""The reference client that matches on the device: the server gives the page and the public book, and learns no answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.core.access import public


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; everything else happens in the browser."""
    return render(request, "opendata/matcher.html")
