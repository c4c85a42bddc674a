"""Signing in with a real Chromium through the sample provider: all three doors, phone and desktop, keys alone, no script."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from madoguchi.apps.accounts.models import Identity, SignedInSession
from madoguchi.apps.businesses import searchindex
from madoguchi.site import demonstration, demonstration_running, sample_people
from tests.site.browser import DESKTOP, PHONE, browser
from tests.site.test_accessibility import violations
from tests.site.test_demo import door

__all__ = ["browser", "door"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOORS = {
    "resident": "マイナンバーカードでサインイン",
    "business": "gBizIDでサインイン",
    "staff": "職員認証でサインイン",
}


@pytest.fixture
def site(pack: Path, door: str, settings: Any) -> Iterator[str]:
    """Return the address of a site with the sample people, businesses and staff, whose provider runs."""
    empty_search()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nine accounts, quickly
    sample_people.tell(Path(project.PACK_DIR), now=timezone.now())
    demonstration.load_sample_businesses()
    demonstration.create_sample_staff()
    yield door
    empty_search()


def empty_search() -> None:
    """Empty the search index of businesses: it belongs to no model, so Django leaves it full after the test."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {searchindex.TABLE}")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, locale="ja-JP")
    yield context.new_page()
    context.close()


def sign_in(page: Page, site: str, kind: str, card: str) -> None:
    """Go through a door with the mouse: the door, the card, the consent, back at the site."""
    page.goto(f"{site}/sign-in/")
    page.get_by_role("link", name=DOORS[kind]).click()
    page.get_by_role("button", name=card).click()
    page.get_by_role("button", name="同意して進む").click()
    page.wait_for_url(f"{site}/**")


def sign_out(page: Page, site: str) -> None:
    """Sign out here, then at the provider where it offers that, and prove that the session is over."""
    page.goto(f"{site}/account/")
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url(re.compile(rf"{re.escape(site)}/(sign-out/)?$"))
    beyond = page.get_by_role("link", name="からもサインアウト")
    if beyond.count():
        beyond.click()
        page.wait_for_url(f"{site}/")
    page.goto(f"{site}/account/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    assert not SignedInSession.objects.filter(ended_at=None).exists()


def looks_right(page: Page) -> list[str]:
    """Return what axe finds on a page, and whether it scrolls sideways."""
    wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*violations(page), *([f"{page.url}: scrolls sideways"] if wider else [])]


def test_a_resident_signs_in_and_sees_what_the_registers_told(page: Page, site: str) -> None:
    sign_in(page, site, "resident", "見本 花子")
    expect(page).to_have_url(f"{site}/me/")
    expect(page.locator("main")).to_contain_text("見本 花子 さん")
    expect(page.locator("section", has=page.locator("#household")).get_by_role("listitem")).to_have_count(4)
    expect(page.locator("section", has=page.locator("#verified"))).to_contain_text("2,100,000円")
    assert looks_right(page) == []
    sign_out(page, site)


def test_a_business_signs_in_and_sees_its_own_page(page: Page, site: str) -> None:
    sign_in(page, site, "business", "株式会社見本商店（プライム）")
    address, text = demonstration_running.business_page()
    page.goto(site + address)
    expect(page.locator("main")).to_contain_text(text)
    assert looks_right(page) == []
    sign_out(page, site)


def test_staff_sign_in_and_see_their_desk(page: Page, site: str) -> None:
    sign_in(page, site, "staff", "板橋区 サンプル相談員")
    expect(page).to_have_url(f"{site}/desk/")
    expect(page.get_by_role("navigation", name="職員デスク")).to_be_visible()
    assert looks_right(page) == []
    page.goto(f"{site}/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("板橋区 サンプル相談員")
    sign_out(page, site)


@pytest.fixture
def keys_alone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, locale="ja-JP")  # type: ignore[arg-type] # a plain dict is taken
    yield context.new_page()
    context.close()


def press_on(page: Page, text: str) -> None:
    """Go on with the tabulator until something of this text has the focus, and press Enter; the mouse stays away."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement?.textContent?.trim() ?? ''")
        if text in focused and page.evaluate("document.activeElement.matches('a, button')"):
            with page.expect_navigation(wait_until="load"):
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{text} is not reached by the tabulator on {page.url}")


def test_the_keyboard_alone_is_enough_from_the_door_to_signing_out(keys_alone: Page, site: str) -> None:
    page = keys_alone
    page.goto(f"{site}/")
    press_on(page, "サインイン")
    press_on(page, DOORS["resident"])
    press_on(page, "例示 一郎")
    press_on(page, "同意して進む")
    expect(page).to_have_url(f"{site}/me/")
    expect(page.locator("main")).to_contain_text("例示 一郎 さん")
    press_on(page, "アカウント")
    press_on(page, "サインアウト")
    expect(page.get_by_role("heading", level=1)).to_have_text("サインアウトしました")


@pytest.fixture
def without_script(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, locale="ja-JP", java_script_enabled=False)  # type: ignore[arg-type]
    yield context
    context.close()


def test_without_javascript_all_three_doors_open(without_script: BrowserContext, site: str) -> None:
    for kind, card, landed in (
        ("resident", "見本 花子", "/me/"),
        ("business", "架空農園（個人事業主、プライム）", ""),
        ("staff", "板橋区 サンプル監査", "/desk/"),
    ):
        page = without_script.new_page()
        sign_in(page, site, kind, card)
        assert page.url.startswith(site + landed)
        sign_out(page, site)
        page.close()
    assert Identity.objects.filter(provider__in=["resident", "business"]).count() == 2


def test_whoever_stops_at_the_provider_is_not_signed_in_and_is_told_so(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.get_by_role("link", name=DOORS["resident"]).click()
    page.get_by_role("button", name="やめる").click()
    page.wait_for_url(f"{site}/**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert looks_right(page) == []
    page.goto(f"{site}/me/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    assert not SignedInSession.objects.exists()
