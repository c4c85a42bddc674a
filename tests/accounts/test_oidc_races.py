"""Callbacks that arrive at the same moment: one attempt signs in once, one card makes one account."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, connections
from django.test import Client

from madoguchi.apps.accounts.models import Identity, User
from madoguchi.apps.accounts.oidc.refusals import Reason
from madoguchi.core.models import OutboxEvent
from tests.accounts.provider import FakeProvider, card, leave, server, show_card
from tests.accounts.test_oidc_attacks import refusals

__all__ = ["card", "server"]


def at_once(calls: list[Callable[[], int]]) -> list[int]:
    """Run calls in threads that start together; return their results."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], int]) -> int:
        try:
            gate.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def status(client: Client, path: str) -> int:
    return client.get(path).status_code


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_callbacks_at_once_exactly_one_signs_in(card: FakeProvider) -> None:
    assert connection.vendor == "postgresql"
    for _ in range(5):
        client = Client()
        path = show_card(leave(client))
        twins = [Client() for _ in range(4)]
        for twin in twins:
            twin.cookies = client.cookies.copy()
        assert sorted(at_once([partial(status, twin, path) for twin in twins])) == [302, 400, 400, 400]
    assert set(refusals()) == {Reason.STATE_REPLAYED}
    assert User.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_shown_for_the_first_time_in_four_browsers_at_once_makes_one_account(card: FakeProvider) -> None:
    for number in range(5):
        card.person["sub"] = f"ppid-{number}"
        visits = [(client := Client(), show_card(leave(client))) for _ in range(4)]
        assert at_once([partial(status, *visit) for visit in visits]) == [302] * 4
    assert User.objects.count() == Identity.objects.count() == 5
    assert OutboxEvent.objects.filter(name="ResidentSignedIn").count() == 20
