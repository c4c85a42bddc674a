"""Staff sign in with local accounts; guessing is slowed down and redirects stay here."""

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.core.models import AuditEntry

GOOD = {"username": "fukushi", "password": "a long sample password"}


@pytest.mark.django_db
def test_staff_sign_in_and_out(client: Client, publisher: User) -> None:
    answer = client.post("/sign-in/", GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert client.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(action="sign-in").count() == 1
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302


@pytest.mark.django_db
def test_five_failures_block_the_name_for_a_while(client: Client, publisher: User) -> None:
    for _ in range(5):
        assert client.post("/sign-in/", {**GOOD, "password": "wrong"}).status_code == 400
    assert client.post("/sign-in/", GOOD).status_code == 429
    assert client.post("/sign-in/", GOOD, REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"])
def test_sign_in_never_leads_to_another_site(client: Client, publisher: User, target: str) -> None:
    assert client.post("/sign-in/", {**GOOD, "next": target})["Location"] == "/desk/"


@pytest.mark.django_db
def test_the_session_key_changes_at_sign_in(client: Client, publisher: User) -> None:
    client.session.save()
    before = client.session.session_key
    client.post("/sign-in/", GOOD)
    assert client.session.session_key != before


@pytest.mark.django_db
def test_an_ended_account_cannot_sign_in(client: Client, publisher: User) -> None:
    User.objects.update(is_active=False)
    assert client.post("/sign-in/", GOOD).status_code == 400
