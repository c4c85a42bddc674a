"""What lies in the table of sessions neither opens a session nor tells what is in it."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.test import Client

from madoguchi.apps.accounts.sealed_sessions import SessionStore, stored_key

pytestmark = pytest.mark.django_db


def made(**content: str) -> SessionStore:
    store = SessionStore()
    store.update(content)
    store.save()
    return store


def test_a_session_is_read_by_its_key_only() -> None:
    store = made(word="ひみつ")
    assert SessionStore(store.session_key)["word"] == "ひみつ"
    row = Session.objects.get()
    assert row.session_key == stored_key(str(store.session_key)) != store.session_key
    assert dict(SessionStore(row.session_key).items()) == {}


def test_the_table_does_not_tell_what_a_session_holds() -> None:
    store = made(word="eyJhbGciOiJFUzI1NiJ9.token")
    row = Session.objects.get()
    assert "eyJhbGci" not in row.session_data
    assert SessionStore().decode(row.session_data) == {}
    assert SessionStore(store.session_key).decode(row.session_data) == {"word": "eyJhbGciOiJFUzI1NiJ9.token"}


def test_content_moved_to_another_session_does_not_open() -> None:
    first, second = made(word="a"), made(word="b")
    content = Session.objects.get(pk=stored_key(str(first.session_key))).session_data
    Session.objects.filter(pk=stored_key(str(second.session_key))).update(session_data=content)
    assert dict(SessionStore(second.session_key).items()) == {}


def test_a_new_key_keeps_the_content_and_ends_the_old_one() -> None:
    store = made(word="a")
    old = str(store.session_key)
    store.cycle_key()
    assert SessionStore(store.session_key)["word"] == "a"
    assert not SessionStore().exists(old)
    store.delete()
    assert not Session.objects.exists()


def test_the_stored_hash_is_no_cookie(client: Client) -> None:
    store = made(word="a")
    client.cookies["sessionid"] = stored_key(str(store.session_key))
    assert client.get("/account/").status_code == 302


def test_the_asynchronous_ways_are_refused_rather_than_done_in_clear() -> None:
    store = made(word="a")
    with pytest.raises(NotImplementedError, match="WSGI"):
        async_to_sync(SessionStore(store.session_key).aload)()
    with pytest.raises(NotImplementedError, match="WSGI"):
        async_to_sync(store.asave)()
