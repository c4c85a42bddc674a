"""The pages of delegation, walked by two people without a script; who acts for whom stays visible and ends at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.delegation import acting as delegation_acting
from madoguchi.apps.accounts.delegation.models import DelegationRow
from madoguchi.apps.accounts.models import User
from madoguchi.core.models import AuditEntry
from tests.accounts.entering import enter
from tests.accounts.test_delegation import Town, account, person_of, town
from tests.site.browser import PHONE, browser

__all__ = ["browser", "town"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako(town: Town) -> User:
    return account("hanako")


@pytest.fixture
def taro(town: Town) -> User:
    return account("taro")


def wish(client: Client, **changes: object) -> dict[str, object]:
    """Return the offer form as the page gives it, filled in."""
    form = client.get("/account/delegations/new/").content.decode()
    found = re.search(r'name="key" value="([^"]+)"', form)
    assert found is not None
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()}
    return {"key": found[1], "procedures": ["jidou-teate"], "max_acts": "3", **days, **changes}


def code_of(page: Any) -> str:
    found = re.search(r'<code class="lead">([A-Z2-7-]+)</code>', page.content.decode())
    assert found is not None
    return found[1]


@pytest.fixture
def delegated(hanako: User, taro: User) -> tuple[Client, Client]:
    principal, agent = enter(hanako), enter(taro, AssuranceLevel.EMAIL)
    code = code_of(principal.post("/account/delegations/new/", wish(principal)))
    shown = agent.post("/account/delegations/accept/", {"code": code}).content.decode()
    assert "児童手当" in shown
    assert person_of(hanako)[:20] in shown
    answer = agent.post("/account/delegations/accept/", {"code": code, "step": "accept"})
    assert answer["Location"] == "/account/acting/"
    return principal, agent


def head(client: Client) -> str:
    """Return what the head of every page shows to this browser."""
    request: Any = RequestFactory().get("/")
    request.session = client.session
    request.user = User.objects.get(pk=client.session["_auth_user_id"])
    request._messages = FallbackStorage(request)
    shown = render_to_string("accounts/delegation_head.html", delegation_acting.page(request), request=request).strip()
    request.session.save()
    return shown


def test_one_asks_the_other_accepts_switches_and_sees_it_until_switching_back(
    delegated: tuple[Client, Client], hanako: User, taro: User
) -> None:
    _, agent = delegated
    assert head(agent) == ""
    agent.post("/account/acting/", {"principal": person_of(hanako)})
    assert agent.session["acting_for"] == person_of(hanako)
    assert "代わりに操作しています" in head(agent)
    assert "ご本人にもどる" in head(agent)
    entry = AuditEntry.objects.filter(action="delegation.switch").get()
    assert (entry.actor_id, person_of(hanako) in bytes(entry.payload).decode()) == (str(taro.pk), True)
    agent.post("/account/acting/")
    assert "acting_for" not in agent.session
    assert head(agent) == ""


def test_a_revocation_by_page_ends_acting_at_once_in_running_sessions(
    delegated: tuple[Client, Client], hanako: User
) -> None:
    principal, agent = delegated
    agent.post("/account/acting/", {"principal": person_of(hanako)})
    address = f"/account/delegations/{DelegationRow.objects.get().pk}/revoke/"
    assert "取り消すと" in principal.get(address).content.decode()
    assert principal.post(address).status_code == 302
    assert head(agent) == ""
    assert "acting_for" not in agent.session


def test_nobody_switches_to_a_stranger_and_strangers_revoke_nothing(
    delegated: tuple[Client, Client], hanako: User, taro: User
) -> None:
    principal, agent = delegated
    for client, target in ((principal, person_of(taro)), (agent, person_of(taro)), (agent, "somebody")):
        client.post("/account/acting/", {"principal": target})
        assert "acting_for" not in client.session
    third = enter(account("ichiro"))
    assert third.post(f"/account/delegations/{DelegationRow.objects.get().pk}/revoke/").status_code == 404


def test_asking_needs_a_fresh_card(hanako: User) -> None:
    for level in (AssuranceLevel.EMAIL, AssuranceLevel.PASSKEY):
        answer = enter(hanako, level).get("/account/delegations/new/")
        assert answer.status_code == 302
        assert "step-up" in answer["Location"]


def test_who_acts_for_another_cannot_ask_on(delegated: tuple[Client, Client], hanako: User, taro: User) -> None:
    agent = enter(taro)
    agent.post("/account/acting/", {"principal": person_of(hanako)})
    answer = agent.post("/account/delegations/new/", wish(agent))
    assert answer.status_code == 400
    assert "ご本人にもどる" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [{"procedures": []}, {"procedures": ["unknown"]}, {"ends_on": "2020-01-01"}, {"max_acts": "0"}, {"key": ""}],
)
def test_a_wrong_form_comes_back_with_its_errors(hanako: User, change: dict[str, object]) -> None:
    client = enter(hanako)
    assert client.post("/account/delegations/new/", wish(client, **change)).status_code == 400
    assert not DelegationRow.objects.exists()


def test_sending_the_form_twice_shows_the_same_code(hanako: User) -> None:
    client = enter(hanako)
    form = wish(client)
    first, again = (code_of(client.post("/account/delegations/new/", form)) for _ in range(2))
    assert first == again
    assert DelegationRow.objects.count() == 1


def test_a_wrong_code_and_ones_own_code_are_explained(hanako: User) -> None:
    client = enter(hanako)
    code = code_of(client.post("/account/delegations/new/", wish(client)))
    for typed in (code, "AAAA-BBBB", ""):
        answer = client.post("/account/delegations/accept/", {"code": typed})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()


def test_a_parent_takes_charge_of_a_child_of_the_household_and_of_no_other(hanako: User, town: Town) -> None:
    town.children[str(hanako.pk)] = {"child-1": "household-7"}
    client = enter(hanako)
    assert "child-1" in client.get("/account/delegations/").content.decode()
    client.post("/account/delegations/child/", {"principal": "child-2"})
    assert not DelegationRow.objects.exists()
    assert client.post("/account/delegations/child/", {"principal": "child-1"})["Location"] == "/account/acting/"
    client.post("/account/acting/", {"principal": "child-1"})
    assert "child-1" in head(client)


def test_the_list_shows_both_sides_and_staff_have_no_such_pages(
    delegated: tuple[Client, Client], hanako: User, taro: User
) -> None:
    principal, agent = delegated
    assert f"名前 {person_of(taro)[:20]}" in principal.get("/account/delegations/").content.decode()
    for page in ("/account/delegations/", "/account/acting/"):
        assert person_of(hanako)[:20] in agent.get(page).content.decode()
    staff = Client()
    staff.force_login(User.objects.create(username="staff", password="!", display_name="職員"))
    assert staff.get("/account/delegations/").status_code == 404
    assert Client().get("/account/acting/").status_code == 302


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_delegation_and_passkeys_are_accessible(
    browser: Browser, live_server: LiveServer, delegated: tuple[Client, Client], hanako: User
) -> None:
    principal, agent = delegated
    agent.post("/account/acting/", {"principal": person_of(hanako)})
    clerk = User.objects.create(username="staff", password="!", display_name="職員")
    clerk.passkeys.create(
        name="予備", credential_id="x", public_key=b"-", sign_count=0, synced=True, created_at=timezone.now()
    )
    staff = enter(clerk, AssuranceLevel.PASSKEY)
    revoke = f"/account/delegations/{DelegationRow.objects.get().pk}/revoke/"
    pages = [
        (principal, ("/account/delegations/", "/account/delegations/new/", revoke)),
        (agent, ("/account/acting/", "/account/delegations/accept/", "/account/delegations/")),
        (staff, ("/account/passkeys/", f"/account/passkeys/{clerk.passkeys.get().pk}/remove/", "/passkey/")),
    ]
    wrong = []
    for client, addresses in pages:
        context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert (answer.status, page.url) == (200, live_server.url + address)
            rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
            wrong += [f"{address}: {item['id']}" for item in Axe().run(page, options=rules).response["violations"]]
        context.close()
    assert not wrong, wrong
