"""A real Chromium subscribes on the page, receives an encrypted message while the page is closed, and shows it.

Only the push service is ours (fake_push_service): the browser checks in, registers, waits and decrypts as it always does.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import User
from madoguchi.apps.notifications import api, pack
from madoguchi.apps.notifications.channels import base, posting, vapid
from madoguchi.apps.notifications.channels.web_push import WebPushSender
from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.models import Delivery
from madoguchi.core.access import Kind
from tests.people.conftest import prove
from tests.site.browser import CHROMIUM, PHONE

from . import fake_push_service
from .conftest import TEMPLATES
from .fake_push_service import PushService
from .outbox import NOON, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const all = await registration.getNotifications();
  return all.map((one) => ({title: one.title, body: one.body, tag: one.tag, url: one.data.url}));
}"""
PATIENCE_SECONDS = 30


def until(found: Callable[[], Any]) -> Any:
    """Ask until something is there; what a browser does in the background tells nobody when it is done."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not (answer := found()) and time.monotonic() < ends:
        time.sleep(0.1)
    return answer


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with fake_push_service.running(tmp_path) as made:
        yield made


@pytest.fixture
def chromium(service: PushService, live_server: LiveServer, tmp_path: Path) -> Iterator[BrowserContext]:
    """Return a Chromium with a profile of its own, which may show notifications of the site."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", *service.switches()]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            headless=False,  # the old headless mode has no push; the new one is the whole browser without a window
            args=arguments,
            ignore_default_args=["--disable-background-networking"],
            viewport=PHONE,  # type: ignore[arg-type] # a plain dict is taken
        )
        context.grant_permissions(["notifications"], origin=live_server.url)
        yield context
        context.close()


def sender(service: PushService) -> WebPushSender:
    """Return the sender of the settings, whose calls to the browser's push service come to this machine."""

    def dial(host: str, port: int) -> socket.socket:
        assert (host in fake_push_service.HOSTS, port) == (True, 443)
        return socket.create_connection(("127.0.0.1", service.tls_port), timeout=10)

    signer = vapid.from_settings()
    assert signer is not None
    tls = ssl.create_default_context(cafile=service.certificate)
    return WebPushSender(signer, posting.Poster(dial=dial, tls=tls))


def signed_in(context: BrowserContext, server: LiveServer) -> tuple[Page, str]:
    user, client = User.objects.create(username="hanako", display_name="見本 花子", kind=Kind.RESIDENT), Client()
    prove(client, user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page(), str(user.pk)


def test_a_message_reaches_a_real_browser(
    live_server: LiveServer, chromium: BrowserContext, service: PushService, settings: Any
) -> None:
    settings.VAPID_CONTACT = "mailto:operator@madoguchi.example"
    settings.PUBLIC_URL = live_server.url
    for item in TEMPLATES:
        pack.save(item, NOON)
    page, mine = signed_in(chromium, live_server)
    with base.in_place(sender(service)):
        page.goto(f"{live_server.url}/me/notifications/")
        with page.expect_navigation():
            page.click("[data-part=on] button")
        assert "このブラウザに通知を送ります" in page.inner_text("main")
        assert [view.channel for view in api.addresses_of(mine)] == [Channel.WEB_PUSH]
        assert until(lambda: service.waiting)
        page.goto("about:blank")

        send(mine, "warning", now=timezone.now())
        api.deliver(now=timezone.now())
        assert Delivery.objects.get().state == "sent"
        page.goto(f"{live_server.url}/me/notifications/")
        (shown,) = until(lambda: page.evaluate(SHOWN))
        assert shown["title"] == shown["body"] == "warningのお知らせ"
        assert shown["url"].startswith(f"{live_server.url}/me/inbox/")
        assert "北区" not in str(shown)
        assert "北区".encode() not in service.received[0]["body"]

        with page.expect_navigation():
            page.click("[data-part=off] button")
        assert api.addresses_of(mine) == []
        assert page.evaluate("navigator.serviceWorker.ready.then((r) => r.pushManager.getSubscription())") is None
