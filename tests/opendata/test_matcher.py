"""The page that matches on the device: by keyboard on a phone, without sending anything, also without a network."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import PHONE
from tests.site.browser import browser as browser

IN_WORK = "[data-part=work]:not([hidden])"


@pytest.mark.django_db
def test_without_javascript_the_page_leads_to_the_finder(client: Client) -> None:
    text = client.get("/open/matcher/").content.decode()
    assert '<noscript><div class="notice notice-warn">' in text
    assert 'href="/finder/"' in text.split("<noscript>")[1].split("</noscript>")[0]


@pytest.mark.django_db
def test_a_book_that_is_known_is_not_sent_again(client: Client, pack: Path) -> None:
    first = client.get("/api/v1/conditions")
    again = client.get("/api/v1/conditions", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert client.get("/api/v1/conditions", headers={"If-None-Match": '"old"'}).status_code == 200


@pytest.mark.django_db
def test_the_book_holds_what_a_device_needs(client: Client, pack: Path) -> None:
    book = client.get("/api/v1/conditions").json()
    assert len(book["municipalities"]) == 62
    assert all(item["tree"]["node"] for item in book["implications"])
    assert all(item["name"]["en"] and item["summary"]["easy"] for item in book["conditions"])
    assert all(len(item[language]) == 2 for item in book["words"] for language in ("ja", "en"))
    assert all(client.get(item["path"]).status_code == 200 for item in book["conditions"][:3])


def _answer(page: Page, *keys: str) -> None:
    """Press keys from the question's heading on, where the focus stands after every answer."""
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_phone_answers_by_keyboard_and_nothing_leaves_it(
    prefix: str, browser: Browser, live_server: LiveServer, pack: Path, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    page = context.new_page()
    problems: list[Any] = []
    page.on("pageerror", lambda found: problems.append(found))
    page.goto(f"{live_server.url}{prefix}/open/matcher/")
    page.wait_for_selector(IN_WORK)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    context.set_offline(True)

    page.focus("[data-part=fields] select")
    page.keyboard.type("板橋" if not prefix else "Itabashi")
    page.select_option("[data-part=fields] select", "131199")
    _answer(page, "Tab", "Enter")
    first = page.inner_text("[data-part=title]")
    assert page.evaluate("document.activeElement.id") == "question-title"
    for _ in range(4):
        page.focus("[data-part=question] button[value=skip]")
        page.keyboard.press("Enter")
    assert page.inner_text("[data-part=title]") != first
    assert page.locator("[data-part=counts]").get_attribute("role") == "status"
    page.locator("[data-part=results] summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-part=results] .result a")
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    small = "els => els.filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML)"
    assert (
        page.eval_on_selector_all("#matcher button, #matcher select, #matcher summary, #matcher .choice", small) == []
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.focus("[data-part=clear]")
    page.keyboard.press("Enter")
    assert page.locator("[data-part=fields] select").count() == 1
    assert (requests, problems) == ([], [])
    assert page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))") == ["madoguchi-matcher"]
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie.includes('131199')]") == [
        0,
        0,
        False,
    ]
    context.close()
