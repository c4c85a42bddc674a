"""The site signs people in at the local provider: the whole way, and once with a real browser and its accessibility."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as project
from django.test import Client
from playwright.sync_api import Browser, Page

from madoguchi.apps.accounts.models import Identity, User
from madoguchi.apps.accounts.oidc import providers
from madoguchi.core.access import Kind
from madoguchi.site.identity import registration, samples, server
from madoguchi.site.identity.provider import Provider
from tests.site.browser import PHONE, browser
from tests.site.identity_judge import Judge

__all__ = ["browser"]  # fixture
pytestmark = pytest.mark.django_db
SITE = "http://testserver"


@pytest.fixture
def provider(tmp_path: Path, settings: Any, request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Run the provider with the site registered from the settings of a demonstration."""
    listening = server.listen(port=0)
    settings.OIDC_PROVIDERS = providers.read(registration.environment(tmp_path, port=listening.server_port))
    base = registration.base_address(listening.server_port)
    origin = request.getfixturevalue("live_server").url if "page" in request.fixturenames else SITE
    clients = registration.clients(settings.OIDC_PROVIDERS.values(), base=base, origins=(origin,))
    known = samples.load(Path(project.PACK_DIR))
    made = Provider(base=base, clients=clients, samples=known, salt=registration.salt(tmp_path))
    with server.running(listening, made):
        yield made


class Visitor(Judge):
    """The judge's way through the provider's pages with an address that the site made."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(trust_env=False)
        self.redirect_uri = SITE
        self.address = address

    def agree(self, account: str) -> str:
        consent = self.follow(self.press(self.follow(self.http.get(self.address)), account=account))
        target = self.press(consent, decision="allow").headers["location"]
        self.http.close()
        return str(target)


def sign_in(name: str, account: str) -> tuple[Client, Any]:
    client = Client()
    address = client.get(f"/sign-in/{name}/")["Location"]
    return client, client.get(Visitor(address).agree(account).removeprefix(SITE))


@pytest.mark.parametrize(
    ("name", "account", "kind", "level"),
    [
        ("resident", "hanako", Kind.RESIDENT, 3),
        ("business", "mihon-shoten", Kind.BUSINESS, 3),
        ("business", "reiji-kosan", Kind.BUSINESS, 1),
    ],
)
def test_residents_and_businesses_sign_in_at_their_level(
    provider: Provider, name: str, account: str, kind: Kind, level: int
) -> None:
    client, answer = sign_in(name, account)
    assert answer.status_code in (200, 302)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (user.kind, client.session["sign_in"]["level"]) == (kind, level)
    issuer = next(item for item in registration.ISSUER_OF.values() if item.name == {"resident": "card"}.get(name, name))
    subject = provider.subject(issuer, registration.CLIENT_IDS[issuer.name], account)
    assert Identity.objects.get(user=user).subject == subject


def test_a_second_visit_opens_the_same_account_and_another_card_another_one(provider: Provider) -> None:
    first, again, other = (
        sign_in("resident", account)[0].session["_auth_user_id"] for account in ("taro", "taro", "sakura")
    )
    assert first == again != other


def test_a_weaker_check_and_unlinked_staff_are_refused_by_the_site(provider: Provider) -> None:
    for name, account in (("resident", "saburo-low"), ("staff", "nobody")):
        client, answer = sign_in(name, account)
        assert answer.status_code >= 400
        assert "_auth_user_id" not in client.session


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="ja-JP")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{page.url}: {item['id']}" for item in found.response["violations"]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_real_browser_a_card_is_picked_and_the_pages_are_accessible(
    provider: Provider, page: Page, live_server: Any
) -> None:
    page.goto(f"{live_server.url}/sign-in/resident/")
    page.wait_for_url(f"{provider.base}/**")
    wrong = faults(page)
    page.get_by_role("link", name="English").click()
    wrong += faults(page)
    page.get_by_role("button", name="Hanako Mihon").click()
    wrong += faults(page)
    page.get_by_role("button", name="Agree and continue").click()
    page.wait_for_url(f"{live_server.url}/**")
    assert Identity.objects.count() == 1
    assert not wrong, wrong
