"""The foot of a message in the inbox: was it useful, how satisfied. Plain forms; no script."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from madoguchi.apps.notifications.contracts import InboxView
from madoguchi.apps.outreach import queries, texts
from madoguchi.apps.outreach.services import rating


def footer(request: HttpRequest, view: InboxView) -> SafeString:
    """Return the questions about a message as HTML, and note that its reader opened it; empty for nobody's message."""
    try:
        message_id = UUID(view.reference)
    except ValueError:
        return SafeString("")
    today: date = timezone.localdate()
    if rating.opened(str(request.user.pk), message_id, on=today) is None:
        return SafeString("")
    context = {"message_id": message_id, "rated": queries.rating(message_id), "steps": texts.steps()}
    return render_to_string("outreach/_rating.html", context, request=request)
