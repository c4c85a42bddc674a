"""The page of a business about itself: what is known, from where and of which day; or why the account acts for none."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.businesses import queries, texts
from madoguchi.apps.businesses.contracts import BusinessView, FactView
from madoguchi.core.access import business


@business
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the business that the signed-in account acts for; it names none itself, so it can show no other one."""
    account_id = str(request.user.pk)
    view = queries.business_of_account(account_id)
    if view is None:
        unlinked = queries.unlinked(account_id)
        told = {"unlinked": unlinked, "on": timezone.localdate(unlinked.at) if unlinked else None}
        return render(request, "businesses/mine_unlinked.html", told)
    context = {
        "business": view,
        "source": texts.source(view.source),
        "status": texts.status(view.status),
        "kind": texts.kind(view.kind),
        "successor": queries.get(view.successor_number) if view.successor_number else None,
        "facts": [_shown(fact) for fact in queries.added_facts(view.id)],
        "establishments": _places(view),
    }
    return render(request, "businesses/mine.html", context)


def _shown(fact: FactView) -> dict[str, object]:
    return {
        "label": texts.attribute(fact.attribute),
        "value": texts.value(fact.attribute, fact.value),
        "source": texts.source(fact.source),
        "as_of": fact.as_of,
        "verified": fact.verified,
    }


def _places(view: BusinessView) -> list[dict[str, object]]:
    return [
        {"name": place.name, "address": place.address, "source": texts.source(place.source), "as_of": place.as_of}
        for place in queries.establishments(view.id)
    ]
