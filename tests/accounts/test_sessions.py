"""Sessions end by idleness and age, warn before, are listed, and can be ended from another device at once."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.api import caller_of
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import SignedInSession, User
from madoguchi.apps.accounts.services import deactivate
from madoguchi.core.models import AuditEntry
from tests.accounts.provider import PASSWORD, FakeProvider, card, make_staff, server, staff, walk

__all__ = ["card", "server", "staff"]
pytestmark = pytest.mark.django_db
MIDDLEWARE = "madoguchi.apps.accounts.sessions.SessionLimitsMiddleware"


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES, settings.SESSION_ABSOLUTE_MINUTES, settings.SESSION_WARNING_MINUTES = 30, 480, 5
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]


def signed_in(agent: str = "") -> Client:
    client = Client(headers={"User-Agent": agent} if agent else {})
    answer = client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def age(**minutes: int) -> None:
    """Make the rows look older: `idle` minutes since the last request, `total` since the start."""
    now = timezone.now()
    if "idle" in minutes:
        SignedInSession.objects.update(seen_at=now - timedelta(minutes=minutes["idle"]))
    if "total" in minutes:
        SignedInSession.objects.update(started_at=now - timedelta(minutes=minutes["total"]))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_an_idle_session_ends_and_the_next_page_says_why(staff: User) -> None:
    client = signed_in()
    age(idle=29)
    assert is_in(client)
    age(idle=31)
    answer = client.get("/account/", follow=True)
    assert "しばらく操作がなかったため" in answer.content.decode()
    assert answer.redirect_chain == [("/sign-in/?next=/account/", 302)]
    assert SignedInSession.objects.get().end == "idle"


def test_a_session_ends_by_its_age_however_busy(staff: User) -> None:
    client = signed_in()
    age(total=479)
    assert is_in(client)
    age(total=481)
    assert not is_in(client)
    assert SignedInSession.objects.get().end == "absolute"


def test_a_request_keeps_the_session_alive_with_one_write_a_minute(staff: User) -> None:
    client = signed_in()
    age(idle=10)
    assert is_in(client)
    first = SignedInSession.objects.get().seen_at
    assert timezone.now() - first < timedelta(minutes=1)
    assert is_in(client)
    assert SignedInSession.objects.get().seen_at == first


def test_an_ended_session_cannot_come_back(staff: User) -> None:
    client = signed_in()
    cookies = client.cookies.copy()
    client.post("/sign-out/")
    client.cookies = cookies
    assert not is_in(client)
    assert SignedInSession.objects.get().end == "signed_out"


def test_a_row_that_is_ended_ends_its_session_even_while_the_sessions_data_are_there(staff: User) -> None:
    client = signed_in()
    SignedInSession.objects.update(ended_at=timezone.now(), end="ended")
    answer = client.get("/account/", follow=True)
    assert "このサインインは終了されました" in answer.content.decode()
    assert not is_in(client)


def test_sessions_are_listed_and_one_can_be_ended_at_once(staff: User) -> None:
    phone = signed_in("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36")
    desk = signed_in("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    html = desk.get("/account/sessions/").content.decode()
    assert "Chrome / Android" in html
    assert "Firefox / Windows" in html
    assert html.count("この端末") == 1
    row = SignedInSession.objects.get(device="Chrome / Android")
    assert desk.post("/account/sessions/", {"session": str(row.pk)})["Location"] == "/account/sessions/"
    assert not is_in(phone)
    assert is_in(desk)
    assert AuditEntry.objects.filter(action="session.end", object_id=str(row.pk)).count() == 1


def test_all_others_end_and_this_one_stays(staff: User) -> None:
    others, here = [signed_in() for _ in range(3)], signed_in()
    here.post("/account/sessions/")
    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_nobody_ends_the_session_of_somebody_else(staff: User) -> None:
    victim = signed_in()
    row = SignedInSession.objects.get()
    make_staff("chofu")
    attacker = Client()
    attacker.post("/sign-in/", {"username": "chofu", "password": PASSWORD})
    for chosen in (str(row.pk), "no id at all", "00000000-0000-0000-0000-000000000000"):
        attacker.post("/account/sessions/", {"session": chosen})
    assert is_in(victim)
    assert str(row.pk) not in attacker.get("/account/sessions/").content.decode()


def test_ending_an_account_ends_its_sessions(staff: User) -> None:
    client = signed_in()
    deactivate(staff)
    assert not is_in(client)
    assert not SignedInSession.objects.filter(ended_at=None).exists()


def test_staying_counts_from_now_and_never_beyond_the_absolute_limit(staff: User) -> None:
    client = signed_in()
    age(idle=20)
    answer = client.post("/account/session/", {"next": "/finder/"})
    assert answer["Location"] == "/finder/"
    times = json.loads(client.post("/account/session/", headers={"Accept": "application/json"}).content)
    assert 29 * 60 < times["ends"] - timezone.now().timestamp() <= 30 * 60
    assert times["ends"] - times["warn"] == 5 * 60
    age(total=470)
    times = json.loads(client.post("/account/session/", headers={"Accept": "application/json"}).content)
    assert times["ends"] - timezone.now().timestamp() <= 10 * 60
    assert "これより長くは続けられません" in client.get("/account/session/").content.decode()


def test_staying_never_leads_to_another_site(staff: User) -> None:
    assert signed_in().post("/account/session/", {"next": "https://evil.example/"})["Location"] == "/desk/"


def test_the_notice_tells_the_time_and_works_without_a_script(staff: User, rf: RequestFactory) -> None:
    client = signed_in()
    request = rf.get("/finder/?a=1")
    row = SignedInSession.objects.get()
    request.session_ends = sessions.ends_of(row)  # type: ignore[attr-defined] # set by the middleware
    html = render_to_string("accounts/session_notice.html", {"request": request})
    ends = timezone.localtime(row.seen_at + timedelta(minutes=30))
    assert f"操作がないと、{ends:%H:%M}にサインアウトします。" in html
    assert 'href="/account/session/?next=/finder/%3Fa%3D1"' in html.replace("%2F", "/")
    assert "hidden" in html
    assert "<script src=" in html
    assert render_to_string("accounts/session_notice.html", {"request": rf.get("/")}).strip() == ""
    assert is_in(client)


def test_a_new_key_is_made_at_every_sign_in_and_the_cookie_is_closed_to_scripts(staff: User) -> None:
    client = signed_in()
    first = client.session.session_key
    answer = client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    assert client.session.session_key != first
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert SignedInSession.objects.count() == 1, "proving oneself again goes on with the same session"


def test_a_session_that_began_without_a_proof_has_no_level(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert is_in(client)
    assert client.session["sign_in"]["level"] == AssuranceLevel.NONE
    age(idle=31)
    assert not is_in(client)


def request_of(client: Client, rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.session = client.session
    request.user = get_user(request)
    return request


def test_the_caller_is_who_the_session_says(client: Client, card: FakeProvider, rf: RequestFactory) -> None:
    assert caller_of(request_of(client, rf)) is None
    walk(client)
    request = request_of(client, rf)
    caller = caller_of(request)
    assert caller is not None
    assert (caller.kind, caller.level, caller.acting_for) == ("resident", AssuranceLevel.CARD, None)
    assert timezone.now() - caller.authenticated_at < timedelta(minutes=1)
    sessions.set_acting_for(request, "principal")
    assert caller_of(request).acting_for == "principal"  # type: ignore[union-attr] # asserted above
    sessions.set_acting_for(request, None)
    assert caller_of(request).acting_for is None  # type: ignore[union-attr] # asserted above


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_ended_while_it_is_used_stays_ended() -> None:
    make_staff("fukushi")
    for _ in range(5):
        victim, other = signed_in(), signed_in()
        gate, seen = threading.Barrier(2), []

        def use(victim: Client = victim, gate: threading.Barrier = gate, seen: list[int] = seen) -> None:
            gate.wait()
            seen.extend(victim.get("/account/").status_code for _ in range(5))
            connections.close_all()

        thread = threading.Thread(target=use)
        thread.start()
        gate.wait()
        other.post("/account/sessions/")
        thread.join()
        assert not is_in(victim)
        assert is_in(other)
        assert set(seen) <= {200, 302, 400}
