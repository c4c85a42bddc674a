"""The notice before a session ends, in a real browser: it appears in time, staying hides it, and text alone is enough."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import SignedInSession
from madoguchi.core.access import signed_in
from madoguchi.site.urls import urlpatterns as pages
from tests.accounts.provider import PASSWORD, make_staff
from tests.accounts.test_sessions import MIDDLEWARE
from tests.site.browser import PHONE, browser
from tests.site.test_accessibility import violations

__all__ = ["browser"]
PAGE = '{% extends "site/base.html" %}{% block title %}x{% endblock %}{% block content %}<h1>x</h1>{% endblock %}'


@signed_in
def page_with_notice(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [path("with-notice/", page_with_notice), *pages]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def context(live_server: LiveServer, browser: Browser, settings: Any) -> Iterator[BrowserContext]:
    """Return a browser in which staff are signed in."""
    settings.SESSION_IDLE_MINUTES, settings.SESSION_WARNING_MINUTES = 30, 5
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]
    make_staff("fukushi")
    client = Client()
    client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    opened = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    opened.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield opened
    opened.close()


def make_nearly_idle() -> None:
    """Leave three minutes until the idle limit; the next page must not count as staying."""
    SignedInSession.objects.update(seen_at=timezone.now() - timedelta(minutes=27))


def test_the_notice_appears_in_time_and_staying_hides_it(
    context: BrowserContext, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("madoguchi.apps.accounts.sessions.SEEN_EVERY", timedelta(hours=1))
    make_nearly_idle()
    page = context.new_page()
    page.goto(live_server.url + "/with-notice/")
    notice = page.locator("[data-session-alert]")
    notice.wait_for(state="visible")
    assert violations(page) == []
    page.click("[data-session-stay] button")
    notice.wait_for(state="hidden")
    assert page.url.endswith("/with-notice/"), "the page was not left"
    assert timezone.now() - SignedInSession.objects.get().seen_at < timedelta(minutes=1)


def test_a_page_that_was_just_loaded_does_not_warn(context: BrowserContext, live_server: LiveServer) -> None:
    page = context.new_page()
    page.goto(live_server.url + "/with-notice/")
    assert page.locator("[data-session-alert]").is_hidden()
    assert "操作がないと" in page.inner_text("body")


def test_no_page_of_signing_in_has_a_violation(context: BrowserContext, live_server: LiveServer) -> None:
    page = context.new_page()
    found = []
    for address in (
        *("/sign-in/", "/account/", "/account/sessions/", "/account/session/"),
        "/sign-in/step-up/?level=3&minutes=5&next=/",
    ):
        page.goto(live_server.url + address)
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: scrolls sideways")
    assert found == []
