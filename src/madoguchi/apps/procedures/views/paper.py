"""The paper check: one procedure compared with its paper form item by item, and the counts over all of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from madoguchi.apps.procedures import catalogue, queries
from madoguchi.apps.procedures.papercheck import compare
from madoguchi.apps.procedures.views.common import actor_of, base_context, language, working_or_404
from madoguchi.core.access import staff
from madoguchi.engines.forms import FormError


@staff
def procedure(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show what is on the desk (draft or published) beside its paper form."""
    work = working_or_404(request, procedure_id)
    try:
        comparison = compare(catalogue.view_of(work.row), language())
    except FormError:
        comparison = None
    context = {**base_context(work, work.record), "comparison": comparison}
    return render(request, "procedures/desk/paper.html", context)


@staff
def overview(request: HttpRequest) -> HttpResponse:
    """List the procedures in force that the actor may see with their differences from paper."""
    today = timezone.localdate()
    visible = {row.id for row in queries.desk(actor_of(request), today=today)}
    found = [compare(view, language()) for view in catalogue.in_force(today=today) if view.id in visible]
    rows = [(item, item.view.name(language())) for item in found]
    equal = sum(item.check.equal for item in found)
    return render(request, "procedures/desk/papers.html", {"rows": rows, "equal": equal, "total": len(rows)})
