"""A browser in which an account is signed in at a level, by a proof of a known age."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.test import Client, RequestFactory
from django.utils import timezone

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
from madoguchi.apps.accounts.models import User


def enter(user: User, level: AssuranceLevel = AssuranceLevel.CARD, *, age_minutes: int = 0, **meta: str) -> Client:
    """Sign an account in; `meta` are values of every request, as REMOTE_ADDR."""
    client = Client(**meta)  # type: ignore[arg-type] # values of the WSGI environment
    request: Any = RequestFactory().get("/")
    request.session, request.user = client.session, SimpleNamespace(is_authenticated=False, pk=None)
    at = timezone.now() - timedelta(minutes=age_minutes)
    sessions.begin(request, user, level=level, method=Method.OPENID, authenticated_at=at)
    client.cookies["sessionid"] = request.session.session_key
    return client
