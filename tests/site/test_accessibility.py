"""axe finds no violation on any page at phone and desktop size; the finder works without JavaScript and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.contracts import BusinessSignedIn
from madoguchi.apps.accounts.models import User
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.people import api as people
from madoguchi.core.permissions import SYSTEM
from tests.conftest import NOW
from tests.people.conftest import prove
from tests.site.browser import DESKTOP, PHONE, browser
from tests.site.test_pages import DESK, PUBLIC

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def violations(page: Page) -> list[str]:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [
        f"{page.url}: {item['id']} {[n['target'] for n in item['nodes']][:3]}" for item in found.response["violations"]
    ]


def press(page: Page, selector: str) -> None:
    """Press a button that sends the form, and wait until the next page has loaded: a click alone does not wait."""
    with page.expect_navigation(wait_until="load"):
        page.locator(selector).first.click()


def check(page: Page, server: LiveServer, paths: tuple[str, ...]) -> list[str]:
    found = []
    for path in paths:
        page.goto(server.url + path)
        found += violations(page)
        wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if wider:
            found.append(f"{path}: scrolls sideways")
    return found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_public_page_has_a_violation(
    live_server: LiveServer, pack: object, browser: Browser, size: dict[str, int]
) -> None:
    page = browser.new_page(viewport=size)  # type: ignore[arg-type] # a plain dict is taken
    assert check(page, live_server, (*PUBLIC, "/en/", "/en/finder/", "/ja-easy/finder/", "/programmes/none/")) == []
    page.close()


def test_no_page_of_staff_has_a_violation(live_server: LiveServer, publisher: User, browser: Browser) -> None:
    client = Client()
    client.force_login(publisher)
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    assert check(context.new_page(), live_server, DESK) == []
    context.close()


ME = (
    "/me/", "/me/facts/住居/", "/me/facts/生年月日/", "/me/data/", "/me/consents/", "/me/consents/?organisation=131199",
    "/me/access/", "/account/", "/account/sessions/", "/account/delegations/", "/account/delegations/new/",
    "/account/delegations/accept/", "/en/me/", "/ja-easy/me/consents/", "/programmes/jidou-teate/", "/finder/",
    "/me/drafts/", "/apply/jidou-teate/", "/life/birth/",
)  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_of_a_resident_has_a_violation(
    live_server: LiveServer, pack: object, browser: Browser, size: dict[str, int]
) -> None:
    client, user = Client(), User.objects.create(username="resident", display_name="住民", kind="resident")
    person = people.create_person(SYSTEM, "", now=NOW, account_id=str(user.pk)).id
    facts = {"氏名": "見本 花子", "住所": "東京都板橋区見本町一丁目2番3号", "生年月日": "1992-04-15"}
    source = people.Provenance("住民基本台帳", "page-test", people.Method.REGISTRY)
    people.record_verified(SYSTEM, "", people.Subject.person(person), facts, provenance=source, obtained_at=NOW)
    prove(client, user)
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    assert check(page, live_server, ME) == []
    assert page.locator("h1").count() == 1
    page.goto(live_server.url + "/me/")
    assert "見本 花子" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("linked", [True, False])
def test_no_page_of_a_business_has_a_violation(
    live_server: LiveServer, pack: object, browser: Browser, linked: bool
) -> None:
    client, user = Client(), User.objects.create(username="business", display_name="事業者", kind="business")
    if linked:
        claims = {"account_type": "2", "corp_type": "2", "name": "見本 良子", "address1": "板橋区見本町1-2"}
        told = BusinessSignedIn(str(user.pk), "https://gbiz.example", "s", claims, NOW.isoformat())
        businesses.on_business_signed_in(told)
    prove(client, user)
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    assert check(page, live_server, ("/businesses/mine/", "/me/consents/", "/me/access/", "/me/business-data/")) == []
    page.goto(live_server.url + "/businesses/mine/")
    assert ("見本 良子" in page.inner_text("main")) is linked
    context.close()


def test_the_finder_works_without_javascript_and_with_the_keyboard(
    live_server: LiveServer, pack: object, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type] # plain dict
    page = context.new_page()
    page.goto(live_server.url + "/finder/")
    page.select_option("#answer", "131199")
    page.focus("button[name=next]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "1問まで答えました" in page.content()
    press(page, "button[name=skip]")
    assert "2問まで答えました" in page.content()
    context.close()


def test_no_step_of_the_finder_has_a_violation(live_server: LiveServer, pack: object, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    page.goto(live_server.url + "/finder/")
    page.select_option("#answer", "131199")
    press(page, "button[name=next]")
    asked_of_each_child = 0
    for _ in range(8):
        found = violations(page)
        assert found == []
        asked_of_each_child += page.locator("fieldset fieldset").count() > 1
        if page.locator("#a1").count():
            page.fill("#a0", "2016-05-01")
            page.fill("#a1", "2022-05-01")
            press(page, "button[name=next]")
        elif page.locator("input[type=checkbox][value=child]").count():
            page.check("input[type=checkbox][value=child]")
            press(page, "button[name=next]")
        else:
            press(page, "button[name=none], button[name=skip]")
    assert asked_of_each_child
    page.close()
