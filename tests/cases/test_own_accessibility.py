"""axe finds no violation on the applicant's pages of cases at phone and desktop size, errors and three languages included."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import Applicant
from tests.cases import world
from tests.cases.conftest import build
from tests.cases.test_own_pages import address, resident
from tests.people.conftest import prove
from tests.site.browser import DESKTOP, PHONE, browser
from tests.site.test_accessibility import check, press, violations

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def me(transactional_db: None) -> tuple[User, Applicant]:
    """Make an applicant in committed rows, since the server runs in another thread."""
    build()
    return resident("調布 花子")


def page_of(user: User, server: LiveServer, browser: Browser, size: dict[str, int]) -> Page:
    client = Client()
    prove(client, user)
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


@SIZES
def test_no_page_has_a_violation(
    live_server: LiveServer, me: tuple[User, Applicant], browser: Browser, size: dict[str, int]
) -> None:
    user, applicant = me
    now = timezone.now()
    told = world.notified(who=applicant)
    waiting = world.opened(world.DOG, who=applicant, key="dog", now=now)
    asked = ["dog.name", "dog.event", "document:dog_tag"]
    api.ask_correction(
        waiting, actor=world.EXAMINER, fields=asked, message="犬の名前は？", expected_number=None, now=now
    )
    api.message_in(waiting, applicant=applicant, text="いつ決まりますか", now=now)
    paths = ["/me/cases/", "/me/cases/?show=ended", "/letters/", address(told), address(waiting)]
    paths += [address(told, "review/"), address(told, "objection/"), address(waiting, "withdraw/")]
    paths += [address(waiting, "correction/")]
    everywhere = [prefix + path for prefix in ("", "/en", "/ja-easy") for path in paths]
    assert check(page_of(user, live_server, browser, size), live_server, tuple(everywhere)) == []


@SIZES
def test_errors_have_no_violation(
    live_server: LiveServer, me: tuple[User, Applicant], browser: Browser, size: dict[str, int]
) -> None:
    user, applicant = me
    told = world.notified(who=applicant)
    waiting = world.opened(world.DOG, who=applicant, key="dog")
    asked = ["dog.name", "document:dog_tag"]
    api.ask_correction(
        waiting, actor=world.EXAMINER, fields=asked, message="犬の名前は？", expected_number=None, now=timezone.now()
    )
    page = page_of(user, live_server, browser, size)
    found: list[str] = []
    for path, button in (
        (address(told, "review/"), "main form .button:not(.button-quiet)"),
        (address(told, "objection/"), "main form button.button"),
        (address(waiting, "correction/"), "main form button.button[name=send]"),
        ("/letters/", "main form button.button"),
    ):
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")
        press(page, button)
        assert page.locator("#errors, #refused").count(), path
        found += violations(page)
    assert found == []
