"""Pages may ask for a surer or fresher proof; the person proves themselves again and comes back to the page."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.accounts.api import caller_of, is_enough, requires_level
from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.models import SignInAttempt, User
from madoguchi.apps.accounts.oidc.refusals import Reason
from madoguchi.core.access import Access, Kind, public, signed_in
from madoguchi.site.urls import urlpatterns as pages
from tests.accounts.provider import PASSWORD, FakeProvider, card, gbiz, leave, server, show_card, sso, staff, walk
from tests.accounts.test_oidc_attacks import refusals

__all__ = ["card", "gbiz", "server", "sso", "staff"]
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@signed_in
@requires_level(AssuranceLevel.CARD, max_age_minutes=5)
def precious(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    assert caller is not None
    return HttpResponse(f"level {int(caller.level)} {request.method}")


@public
@requires_level(AssuranceLevel.EMAIL)
def open_to_callers(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


urlpatterns = [path("precious/", precious), path("open/", open_to_callers), *pages]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def make_old(client: Client, minutes: int) -> None:
    """Let the proof of a session be some minutes old."""
    session = client.session
    held = session["sign_in"]
    at = datetime.fromisoformat(held["at"]) - timedelta(minutes=minutes)
    session["sign_in"] = {**held, "at": at.isoformat()}
    session.save()


def test_a_fresh_card_opens_the_page(client: Client, card: FakeProvider) -> None:
    walk(client)
    assert client.get("/precious/").content == b"level 3 GET"


def test_the_declaration_of_the_route_stays_visible() -> None:
    assert precious.access is Access.SIGNED_IN  # type: ignore[attr-defined] # set by the decorator


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/precious/")["Location"] == "/sign-in/?next=/precious/"
    assert client.get("/open/")["Location"] == "/sign-in/?next=/open/"


def test_an_old_proof_is_made_again_at_the_provider_and_leads_back(client: Client, card: FakeProvider) -> None:
    walk(client, "/sign-in/card/?next=/finder/")
    make_old(client, 6)
    before = client.session.session_key
    visit = leave(client, "/precious/?part=2")
    assert visit.query["max_age"] == "300"
    assert visit.query["acr_values"] == "aal3 crl"
    answer = client.get(show_card(visit))
    assert answer["Location"] == "/precious/?part=2"
    assert client.session.session_key != before
    assert client.get("/precious/?part=2").content == b"level 3 GET"


@pytest.mark.parametrize(
    ("auth_time", "reason"),
    [(lambda: int(time.time()) - 3_600, Reason.AUTH_TIME_TOO_OLD), (lambda: None, Reason.AUTH_TIME_MISSING)],
)
def test_a_provider_that_does_not_prove_again_is_refused(
    client: Client, card: FakeProvider, auth_time: Any, reason: Reason
) -> None:
    walk(client)
    make_old(client, 6)
    card.auth_time = auth_time
    assert client.get(show_card(leave(client, "/precious/"))).status_code == 400
    assert refusals() == [reason]
    assert client.get("/precious/").status_code == 302


@pytest.mark.parametrize("is_known", [False, True], ids=["never seen", "with an account of its own"])
def test_the_card_of_somebody_else_does_not_step_up(client: Client, card: FakeProvider, is_known: bool) -> None:
    if is_known:
        card.person["sub"] = "ppid-of-taro"
        walk(Client())
        card.person["sub"] = "ppid-of-hanako"
    walk(client)
    me = client.session["_auth_user_id"]
    make_old(client, 6)
    card.person["sub"] = "ppid-of-taro"
    assert client.get(show_card(leave(client, "/precious/"))).status_code == 400
    assert refusals() == [Reason.SUBJECT_NOT_OF_CALLER]
    assert client.session["_auth_user_id"] == me
    assert client.get("/precious/").status_code == 302


def test_a_session_that_ended_meanwhile_does_not_step_up(client: Client, card: FakeProvider) -> None:
    walk(client)
    make_old(client, 6)
    back = show_card(leave(client, "/precious/"))
    session = client.session
    browser = session["sign_in_browser"]
    client.post("/sign-out/")
    session = client.session
    session["sign_in_browser"] = browser
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    assert client.get(back).status_code == 400
    assert refusals() == [Reason.CALLER_CHANGED]


def test_an_entry_account_of_gbizid_cannot_reach_the_level(client: Client, gbiz: FakeProvider) -> None:
    gbiz.person["account_type"] = "1"
    walk(client, "/sign-in/gbiz/")
    visit = leave(client, "/precious/")
    assert visit.query["prompt"] == "login"
    assert client.get(show_card(visit)).status_code == 400
    assert refusals() == [Reason.LEVEL_TOO_LOW]
    gbiz.person["account_type"] = "2"
    assert walk(client, "/precious/")["Location"] == "/precious/"


def test_staff_without_a_way_are_told_what_to_do(client: Client, sso: FakeProvider, staff: User) -> None:
    client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    answer = client.get("/precious/", follow=True)
    assert answer.status_code == 403
    assert "職員認証を登録してから" in answer.content.decode()
    assert client.get("/open/").content == b"here"
    assert walk(Client(), "/sign-in/sso/").status_code == 400
    assert refusals() == [Reason.NOT_LINKED]


def test_linking_asks_for_the_password_again_after_ten_minutes(client: Client, sso: FakeProvider, staff: User) -> None:
    client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    make_old(client, 11)
    answer = client.get("/sign-in/sso/link/", follow=True)
    assert "名前とパスワードで確認する" in answer.content.decode()
    assert not SignInAttempt.objects.exists()


def test_a_form_is_not_repeated_but_leads_back_to_its_page(client: Client, card: FakeProvider) -> None:
    walk(client)
    make_old(client, 6)
    answer = client.post("/precious/", headers={"Referer": "http://testserver/finder/?q=1"})
    assert answer["Location"].endswith("next=%2Ffinder%2F%3Fq%3D1&minutes=5")
    answer = client.post("/precious/", headers={"Referer": "https://evil.example/"})
    assert answer["Location"].endswith("next=%2F&minutes=5")


def test_asking_less_in_the_address_opens_nothing(client: Client, gbiz: FakeProvider) -> None:
    gbiz.person["account_type"] = "1"
    walk(client, "/sign-in/gbiz/")
    assert walk(client, "/sign-in/gbiz/prove/?level=0&next=/precious/")["Location"] == "/precious/"
    assert client.get("/precious/").status_code == 302


def test_stepping_up_at_the_provider_of_another_kind_does_not_exist(client: Client, card: FakeProvider) -> None:
    walk(client)
    User.objects.update(kind="business")
    assert client.get("/sign-in/card/prove/").status_code == 404
    assert client.get("/sign-in/card/link/").status_code == 404
    assert client.get("/sign-in/nobody/").status_code == 404


def test_a_weaker_proof_does_not_lower_a_running_session(client: Client, gbiz: FakeProvider) -> None:
    walk(client, "/sign-in/gbiz/")
    gbiz.person["account_type"] = "1"
    walk(client, "/sign-in/gbiz/")
    assert client.session["sign_in"]["level"] == 3


@given(
    level=st.sampled_from(AssuranceLevel),
    needed=st.sampled_from(AssuranceLevel),
    age_seconds=st.integers(0, 7_200),
    minutes=st.none() | st.integers(0, 120),
)
def test_enough_means_sure_enough_and_fresh_enough(
    level: AssuranceLevel, needed: AssuranceLevel, age_seconds: int, minutes: int | None
) -> None:
    caller = Caller("a", Kind.RESIDENT, "", level, NOW - timedelta(seconds=age_seconds), None)
    expected = level >= needed and (minutes is None or age_seconds <= minutes * 60)
    assert is_enough(caller, needed, max_age_minutes=minutes, now=NOW) is expected
