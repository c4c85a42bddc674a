"""axe finds no violation on the pages of messages and choices, at phone size and in three languages; they work without script."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import User
from madoguchi.apps.notifications import api, pack
from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.models import Message
from madoguchi.core.access import Kind
from tests.people.conftest import prove
from tests.site.browser import PHONE, browser
from tests.site.test_accessibility import check, press, violations

from .conftest import TEMPLATES
from .outbox import NOON, address, send

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INBOX, SETTINGS = "/me/inbox/", "/me/notifications/"
SHOTS: Path | None = None
"""Where pictures of the pages are kept; nowhere unless somebody wants to look at them."""


@pytest.fixture
def hanako(transactional_db: None, senders: object, settings: Any) -> tuple[Client, str]:
    """Return a signed-in resident with messages, addresses in every state, and a topic that she stopped."""
    settings.VAPID_CONTACT = "mailto:operator@madoguchi.example"
    for item in TEMPLATES:
        pack.save(item, NOON)
    user, client = User.objects.create(username="hanako", display_name="見本 花子", kind=Kind.RESIDENT), Client()
    prove(client, user)
    mine = str(user.pk)
    for number in range(22):
        send(mine, "letter", key=str(number), values={"procedure": f"見本の手続{number}"}, link="/me/cases/")
    send(mine, "offer", key="last", values={"programme": "とても長い名前の" * 8 + "制度"})
    address(mine, Channel.EMAIL, "hanako@example.jp", now=NOON)
    address(mine, Channel.SMS, "+819012345678", now=NOON)
    api.add_address(mine, Channel.EMAIL, "waiting@example.jp", now=timezone.now())
    api.suppress(mine, "child", now=NOON)
    return client, mine


def page_of(client: Client, server: LiveServer, browser: Browser, **options: Any) -> Page:
    context = browser.new_context(viewport=PHONE, **options)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


def shot(page: Page, name: str) -> None:
    if SHOTS is not None:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_no_page_has_a_violation(live_server: LiveServer, hanako: tuple[Client, str], browser: Browser) -> None:
    client, mine = hanako
    waiting = next(view.id for view in api.addresses_of(mine) if not view.verified)
    message = Message.objects.filter(account_id=mine).exclude(source="address-code").latest("pk").pk
    paths = (INBOX, f"{INBOX}?page=2", f"{INBOX}{message}/", SETTINGS, f"{SETTINGS}{waiting}/", f"{SETTINGS}line/")
    token = f"/unsubscribe/{api.unsubscribe_token(mine, 'child')}"
    page = page_of(client, live_server, browser)
    for prefix in ("", "/en", "/ja-easy"):
        assert check(page, live_server, tuple(prefix + path for path in paths)) == []
    assert check(page, live_server, (token, "/unsubscribe/nothing")) == []
    for number, path in enumerate((*paths, token)):
        page.goto(live_server.url + path)
        shot(page, f"page{number}")


def test_everything_works_without_script_and_mistakes_are_told(
    live_server: LiveServer, hanako: tuple[Client, str], browser: Browser
) -> None:
    client, mine = hanako
    page = page_of(client, live_server, browser, java_script_enabled=False)
    page.goto(live_server.url + SETTINGS)
    assert "JavaScriptを使えるようにするか" in page.inner_text("#push")
    assert page.locator("[data-part=on]").is_hidden()
    page.select_option("#language", "easy")
    page.uncheck("input[name=offers]")
    press(page, "button:has-text('この設定を保存する')")
    assert (api.preferences(mine).language, "" in api.suppressed(mine)) == ("easy", True)
    page.goto(live_server.url + INBOX)
    press(page, "main h2 a")
    press(page, "main p a:has-text('お知らせの一覧')")
    press(page, "button:has-text('すべて読んだことにする')")
    assert api.unread(mine) == 0


def test_a_mistake_is_announced_and_leads_to_its_field(
    live_server: LiveServer, hanako: tuple[Client, str], browser: Browser
) -> None:
    client, _ = hanako
    page = page_of(client, live_server, browser)
    page.goto(live_server.url + SETTINGS)
    page.fill("#sms", "123")
    press(page, f"form[action='{SETTINGS}add/sms/'] button")
    assert violations(page) == []
    assert page.evaluate("document.activeElement.id") == "errors"
    shot(page, "mistake")
    page.click("#errors a")
    assert page.evaluate("document.activeElement.id") == "sms"


def test_a_browser_that_blocks_messages_is_told_what_to_do(
    live_server: LiveServer, hanako: tuple[Client, str], browser: Browser
) -> None:
    client, _ = hanako
    page = page_of(client, live_server, browser)
    page.add_init_script("Notification.requestPermission = () => Promise.resolve('denied');")
    page.goto(live_server.url + SETTINGS)
    page.click("[data-part=on] button")
    page.wait_for_selector("[data-part=blocked]:not([hidden])")
    assert violations(page) == []
