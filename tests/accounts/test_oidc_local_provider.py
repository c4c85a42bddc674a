"""The relying party against the local provider of the demonstration, which was written apart from it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings as site
from django.test import Client

from madoguchi.apps.accounts.models import Identity, User
from madoguchi.apps.accounts.oidc import discovery, providers
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.apps.accounts.oidc.refusals import Reason
from madoguchi.core import events
from madoguchi.core.models import OutboxEvent
from madoguchi.site.identity import registration, samples, server
from madoguchi.site.identity.provider import Provider
from tests.accounts.provider import PASSWORD, leave, staff
from tests.accounts.test_oidc_attacks import refusals

__all__ = ["staff"]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, ProviderSettings]]:
    """Run the local provider with the site registered from the site's own settings; return these."""
    listening = server.listen(port=0)
    data = tmp_path_factory.mktemp("identity")
    port = listening.server_port
    found = providers.read(registration.environment(data, port=port))
    base = registration.base_address(port)
    made = Provider(
        base=base,
        clients=registration.clients(found.values(), base=base, origins=("http://testserver",)),
        samples=samples.load(Path(site.PACK_DIR)),
        salt=b"salt of the tests",
        test_mode=True,
    )
    with server.running(listening, made):
        yield found


@pytest.fixture
def local(running: Mapping[str, ProviderSettings], settings: Any) -> Iterator[httpx.Client]:
    """Return a browser for the provider's pages; this site is set to use the provider."""
    settings.OIDC_PROVIDERS = running
    discovery.forget()
    with httpx.Client(trust_env=False) as browser:
        yield browser


def press(browser: httpx.Client, page: httpx.Response, **button: str) -> httpx.Response:
    """Send the form of a page that has the button, with its hidden fields."""
    ((name, value),) = button.items()
    for action, content in re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.S):
        if f'name="{name}" value="{value}"' in content:
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', content))
            return browser.post(page.url.join(action), data={**hidden, name: value})
    raise AssertionError(f"no button {button} on the page")


def come_back(client: Client, browser: httpx.Client, address: str, account: str) -> Any:
    """Leave for the provider, pick a card, agree, and return this site's answer to the callback."""
    visit = leave(client, address)
    chosen = press(browser, browser.get(visit.location, follow_redirects=True), account=account)
    consent = browser.get(chosen.url.join(chosen.headers["location"]))
    answer = press(browser, consent, decision="allow")
    parts = urlsplit(answer.headers["location"])
    assert parts.netloc == "testserver"
    return client.get(f"{parts.path}?{parts.query}")


def test_a_resident_signs_in_with_a_sample_card(client: Client, local: httpx.Client) -> None:
    answer = come_back(client, local, "/sign-in/resident/?next=/finder/", "hanako")
    assert (answer.status_code, answer["Location"]) == (302, "/finder/")
    assert client.session["sign_in"]["level"] == 3
    told = events.content_of(OutboxEvent.objects.get(name="ResidentSignedIn"))
    assert told["claims"]["name"] == "見本 花子"


def test_a_sample_business_signs_in(client: Client, local: httpx.Client) -> None:
    assert come_back(client, local, "/sign-in/business/", "mihon-shoten").status_code == 302
    claims = events.content_of(OutboxEvent.objects.get(name="BusinessSignedIn"))["claims"]
    assert claims["corporate_number"] == "8999900000001"
    assert not {"email", "birthday_ymd", "user_last_nm"} & set(claims), "nothing that was not asked for"


def test_a_card_that_proves_less_is_refused(client: Client, local: httpx.Client) -> None:
    assert come_back(client, local, "/sign-in/resident/", "saburo-low").status_code == 400
    assert refusals() == [Reason.LEVEL_TOO_LOW]
    assert not Identity.objects.exists()


def test_sample_staff_link_and_then_sign_in(client: Client, local: httpx.Client, staff: User) -> None:
    account = "itabashi-editor"
    client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    assert come_back(client, local, "/sign-in/staff/link/", account).status_code == 302
    other = Client()
    with httpx.Client(trust_env=False) as fresh:
        assert come_back(other, fresh, "/sign-in/staff/", account).status_code == 302
    assert other.session["_auth_user_id"] == str(staff.pk)
