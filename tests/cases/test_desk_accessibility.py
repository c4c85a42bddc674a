"""axe finds no violation on the desk's pages of cases at phone and desktop size, with errors shown too."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api as cases
from tests.cases import desk_world as desk
from tests.cases.desk_world import PERSON, open_one
from tests.site.browser import DESKTOP, PHONE, browser
from tests.site.test_accessibility import check, press, violations

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    """Make the desk in committed rows, since the server runs in another thread."""
    return desk.build()


def page_of(user: User, server: LiveServer, browser: Browser, size: dict[str, int]) -> Page:
    client = Client()
    client.force_login(user)
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


@SIZES
def test_no_page_has_a_violation(
    live_server: LiveServer, people: dict[str, User], browser: Browser, size: dict[str, int]
) -> None:
    new, late, waiting, told = open_one("a"), open_one("b", days_ago=60), open_one("c"), open_one("d")
    examiner = desk.actor(people["examiner"])
    now = timezone.now()
    asked = {"fields": ["applicant.name", "children"], "message": "直してください"}
    cases.ask_correction(late.id, actor=examiner, expected_number=None, now=now, **asked)
    cases.message_in(new.id, applicant=PERSON, text="いつ決まりますか", now=now)
    desk.proposed(waiting, people["examiner"])
    desk.notified(told, people["examiner"], people["second"])
    cases.object_to(told.id, applicant=PERSON, text="納得できません", now=now)
    paths = ["/desk/cases/", "/desk/cases/?tab=mine", "/desk/cases/?sort=-number&state=any", "/desk/cases/statistics/"]
    paths += [f"/desk/cases/{ref.number}/" for ref in (new, late, waiting, told)]
    paths += [f"/desk/cases/{new.number}/correction/?from=aid", f"/desk/cases/{waiting.number}/decision/"]
    paths += [f"/desk/cases/{told.number}/objection/", f"/en/desk/cases/{new.number}/", "/ja-easy/desk/cases/"]
    page = page_of(people["decider"], live_server, browser, size)
    assert check(page, live_server, tuple(paths)) == []


@SIZES
def test_forms_and_their_errors_have_no_violation(
    live_server: LiveServer, people: dict[str, User], browser: Browser, size: dict[str, int]
) -> None:
    ref = open_one("a")
    page = page_of(people["examiner"], live_server, browser, size)
    page.goto(f"{live_server.url}/desk/cases/{ref.number}/")
    for summary in page.locator("main details > summary").all():
        summary.click()
    found = violations(page)
    press(page, "form:has(#suspend-reason) button")
    assert page.locator("#errors").is_visible()
    assert page.evaluate("document.activeElement.id") == "errors"
    page.click("#errors a")
    assert page.evaluate("document.activeElement.id") == "suspend-reason"
    found += violations(page)
    page.goto(f"{live_server.url}/desk/cases/{ref.number}/correction/")
    press(page, "main form button")
    found += violations(page)
    desk.accepted(ref, people["examiner"])
    page.goto(f"{live_server.url}/desk/cases/{ref.number}/decision/")
    press(page, "button[value=preview]")
    found += violations(page)
    page.check("input[value=refused]")
    page.check("input[value=too-late]")
    press(page, "button[value=preview]")
    assert "見本法 第2条" in page.content()
    found += violations(page)
    press(page, "button[value=propose]")
    assert "決裁を待っています" in page.content()
    page.goto(f"{live_server.url}/desk/cases/statistics/?since=x")
    found += violations(page)
    page.goto(f"{live_server.url}/desk/cases/")
    press(page, "button[value=take]")
    assert found + violations(page) == []
