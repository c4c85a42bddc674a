"""Doors that are tried too often shut for the rest of the minute, for this address or account only."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from madoguchi.apps.accounts import throttling
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import SignInAttempt, User
from madoguchi.core import network
from madoguchi.core.models import CallWindow
from madoguchi.site import settings as site
from tests.accounts.entering import enter
from tests.accounts.provider import FakeProvider, card, server
from tests.accounts.test_delegation import Town, account, town
from tests.accounts.test_passkeys import FINISH, SIGN_IN_OPTIONS, post

__all__ = ["card", "server", "town"]
pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 3, 0, 15, tzinfo=UTC)
LIMIT = 3


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[list[datetime]]:
    """Let the minute stand still at its 15th second, and be few calls enough."""
    now = [NOON]
    monkeypatch.setattr(throttling, "timezone", SimpleNamespace(now=lambda: now[0]))
    monkeypatch.setattr(throttling, "CALLS_PER_ACCOUNT", LIMIT)
    settings.SIGN_IN_CALLS_PER_MINUTE = LIMIT
    return now  # type: ignore[return-value] # read and moved by tests


def test_the_limits_are_thirty_for_an_address_and_ten_for_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert (site.SIGN_IN_CALLS_PER_MINUTE, throttling.CALLS_PER_ACCOUNT) == (30, 10)


def test_starts_above_the_limit_are_refused_with_a_page_until_the_minute_is_over(
    card: FakeProvider, clock: list[datetime]
) -> None:
    client = Client()
    for _ in range(LIMIT):
        assert client.get("/sign-in/card/").status_code == 302
    answer = client.get("/sign-in/card/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "45")
    content = answer.content.decode()
    assert 'role="alert"' in content
    assert "45秒待ってから" in content
    assert SignInAttempt.objects.count() == LIMIT
    assert Client().get("/sign-in/card/").status_code == 429, "another browser at the same address"
    assert Client(REMOTE_ADDR="192.0.2.7").get("/sign-in/card/").status_code == 302
    clock[0] += timedelta(seconds=45)
    assert client.get("/sign-in/card/").status_code == 302


def test_each_door_is_counted_by_itself(card: FakeProvider) -> None:
    client = Client()
    for _ in range(LIMIT):
        client.get("/sign-in/card/")
        client.get("/sign-in/card/callback/")
        post(client, SIGN_IN_OPTIONS, {})
        post(client, FINISH, {})
    assert client.get("/sign-in/card/callback/").status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get("/sign-in/card/callback/").status_code == 400


@pytest.mark.parametrize("address", [SIGN_IN_OPTIONS, FINISH])
def test_calls_of_scripts_get_words_that_the_page_shows(address: str) -> None:
    for _ in range(LIMIT):
        assert post(Client(), address, {}).status_code in {200, 400}
    answer = post(Client(), address, {})
    assert (answer.status_code, answer["Retry-After"]) == (429, "45")
    assert "45秒待ってから" in answer.json()["error"]
    assert post(Client(REMOTE_ADDR="192.0.2.7"), address, {}).status_code in {200, 400}


def test_codes_are_counted_by_account_and_looking_at_the_page_is_free(town: Town) -> None:
    hanako, taro = account("hanako"), account("taro")
    client, same, other = enter(hanako), enter(hanako), enter(taro)
    for number in range(LIMIT):
        client.get("/account/delegations/accept/")
        step = {"step": "accept"} if number % 2 else {}
        assert client.post("/account/delegations/accept/", {"code": "AAAA", **step}).status_code == 400
    assert client.post("/account/delegations/accept/", {"code": "AAAA"}).status_code == 429
    assert same.post("/account/delegations/accept/", {"code": "AAAA"}).status_code == 429, "in another browser, too"
    assert client.get("/account/delegations/accept/").status_code == 200
    assert other.post("/account/delegations/accept/", {"code": "AAAA"}).status_code == 400


def test_proving_again_and_registering_are_counted_by_account(card: FakeProvider) -> None:
    clerk = User.objects.create(username="clerk", password="!", display_name="職員")
    client = enter(clerk, AssuranceLevel.PASSKEY)
    for _ in range(LIMIT):
        assert post(client, "/account/passkeys/options/", {}).status_code == 200
    assert post(client, "/account/passkeys/options/", {}).status_code == 429
    for _ in range(LIMIT):
        client.get("/sign-in/card/prove/")
    assert client.get("/sign-in/card/prove/").status_code == 429


def test_no_address_is_kept(card: FakeProvider) -> None:
    Client(REMOTE_ADDR="192.0.2.77").get("/sign-in/card/")
    keys = list(CallWindow.objects.values_list("key", flat=True))
    assert keys
    assert not [key for key in keys if "192" in key]
    assert all(len(key) <= 60 for key in keys)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("nonsense", "other nonsense", False),
    ],
)
def test_what_one_household_shares_is_counted_together(one: str, other: str, same: bool) -> None:
    assert (network.network_of(one) == network.network_of(other)) is same


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ((), "198.51.100.1", "192.0.2.1", "198.51.100.1"),
        (("10.0.0.0/8",), "198.51.100.1", "192.0.2.1", "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.2", "192.0.2.1", "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.2", "203.0.113.9, 192.0.2.1, 10.0.0.3", "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.2", "", "10.0.0.2"),
        (("10.0.0.0/8",), "10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.2"),
        (("::1/128", "10.0.0.0/8"), "::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_only(
    settings: Settings, proxies: tuple[str, ...], peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    extra: dict[str, Any] = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert network.address_of(RequestFactory().get("/", **extra)) == expected
