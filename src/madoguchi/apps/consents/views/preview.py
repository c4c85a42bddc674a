"""The page behind a link of an agency: what would be sent of the person, and her yes or no."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.consents import queries
from madoguchi.apps.consents.disclosing import seen_mark
from madoguchi.apps.consents.models import PreviewRequest
from madoguchi.apps.consents.services import previews
from madoguchi.apps.consents.views import common
from madoguchi.core.access import person


@person
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show exactly what would be sent; take the approval or refusal. Foreign or forged links show nothing."""
    row, subject = previews.request_of(token), common.subject_of(request)
    if row is None or not subject or row.agreement.subject_kind != common.kind_of(request):
        raise Http404
    try:
        if request.method == "POST":
            return _decide(request, row, subject, token)
        return _page(request, row, subject)
    except previews.PreviewInvalid as problem:
        return render(request, "consents/me/preview_closed.html", {"problem": str(problem)}, status=409)


def _decide(request: HttpRequest, row: PreviewRequest, subject: str, token: str) -> HttpResponse:
    now, actor = timezone.now(), common.actor_of(request)
    if "approve" in request.POST:
        chosen = {name: request.POST.get(f"mark.{name}", "") for name in request.POST.getlist("attribute")}
        previews.approve(row, subject, chosen, actor=actor, now=now)
        messages.success(request, _("送ってよいことを記録しました。"))
    elif "refuse" in request.POST:
        previews.refuse(row, subject, actor=actor, now=now)
        messages.success(request, _("送らないことを記録しました。何も送られません。"))
    return redirect("consents:preview", token=token)


def _page(request: HttpRequest, row: PreviewRequest, subject: str) -> HttpResponse:
    now = timezone.now()
    words = queries.attribute_words()
    seen = previews.look(row, subject, now)
    facts = [
        {
            "name": fact.attribute,
            "words": words.get(fact.attribute, {"ja": fact.attribute}),
            "value": common.value_words(row.agreement.subject_kind, fact.attribute, fact.value),
            "source": fact.source,
            "as_of": fact.as_of,
            "mark": seen_mark(row.pk, fact),
            "on": fact.attribute in row.agreement.default_on,
        }
        for fact in seen.facts
    ]
    context = {
        "request_row": seen.request,
        "agreement": row.agreement,
        "organisation": row.agreement.organisation,
        "state": previews.state_of(seen.request, now).value,
        "facts": facts,
        "missing": [words.get(name, {"ja": name}) for name in seen.missing],
        "approved": [words.get(name, {"ja": name}) for name in sorted(seen.request.approved)],
    }
    return render(request, "consents/me/preview.html", context)
