"""Passkeys of staff: registering, signing in, renaming, removing, and what is refused; once in a real browser."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.passkeys import services
from madoguchi.apps.accounts.passkeys.models import Passkey, PasskeyChallenge
from madoguchi.apps.accounts.passkeys.services import PasskeyRefused, Reason
from madoguchi.apps.accounts.sealed_sessions import SessionStore
from madoguchi.core.access import Kind
from madoguchi.core.models import AuditEntry
from tests.accounts.authenticator import Authenticator, octets, text
from tests.accounts.entering import enter
from tests.site.browser import PHONE, browser

__all__ = ["browser"]  # fixture
pytestmark = pytest.mark.django_db
OPTIONS, REGISTER = "/account/passkeys/options/", "/account/passkeys/register/"
SIGN_IN_OPTIONS, FINISH = "/passkey/options/", "/passkey/finish/"


def member(name: str = "clerk", kind: Kind = Kind.STAFF) -> User:
    user = User(username=name, display_name=f"職員 {name}", kind=kind, password="kept elsewhere")
    user.save()
    return user


@pytest.fixture
def clerk() -> User:
    return member()


@pytest.fixture
def inside(clerk: User) -> Client:
    return enter(clerk, AssuranceLevel.PASSKEY)


def post(client: Client, address: str, content: object) -> Any:
    return client.post(address, content, content_type="application/json")


def register(client: Client, device: Authenticator, *, name: str = "仕事用", **faults: Any) -> Any:
    options = client.post(OPTIONS).json()
    return post(client, REGISTER, {"credential": device.create(options, **faults), "name": name})


def sign_in(client: Client, device: Authenticator, *, next_path: str = "", **faults: Any) -> Any:
    options = client.post(SIGN_IN_OPTIONS).json()
    return post(client, FINISH, {"credential": device.get(options, **faults), "next": next_path})


def reason(answer: Any) -> str:
    assert answer.status_code == 400
    assert answer.json()["error"]
    return str(answer.json()["reason"])


def test_a_registered_passkey_signs_in_at_its_level_under_a_new_session_key(inside: Client, clerk: User) -> None:
    device = Authenticator()
    assert register(inside, device).json() == {"next": "/account/passkeys/"}
    outside = Client()
    outside.get("/passkey/")
    outside.post(SIGN_IN_OPTIONS)
    before = outside.session.session_key
    answer = sign_in(outside, device, next_path="/account/")
    assert answer.json() == {"next": "/account/"}
    assert outside.session.session_key != before
    assert outside.session["_auth_user_id"] == str(clerk.pk)
    assert outside.session["sign_in"]["level"] == 2
    assert "仕事用" in outside.get("/account/passkeys/").content.decode()
    kinds = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert kinds == ["passkey.register", "sign-in"]


def test_options_ask_for_a_verified_user_and_name_known_passkeys(inside: Client) -> None:
    device = Authenticator()
    register(inside, device)
    options = inside.post(OPTIONS).json()
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert [item["id"] for item in options["excludeCredentials"]] == [text(device.credential_id)]
    assert Client().post(SIGN_IN_OPTIONS).json()["userVerification"] == "required"


REGISTRATION_FAULTS: dict[str, Callable[[Client], Any]] = {
    "user not verified": lambda client: register(client, Authenticator(), verified=False),
    "other origin": lambda client: register(client, Authenticator(origin="https://evil.example")),
    "origin of another port": lambda client: register(client, Authenticator(origin="http://localhost:8001")),
    "other domain": lambda client: register(client, Authenticator(), rp_id="evil.example"),
    "nothing": lambda client: post(client, REGISTER, {}),
    "no object": lambda client: post(client, REGISTER, "[]"),
    "no client data": lambda client: post(client, REGISTER, {"credential": {"id": "x"}, "name": "n"}),
    "too large": lambda client: post(client, REGISTER, {"credential": {"id": "x" * 70_000}, "name": "n"}),
}


@pytest.mark.parametrize("fault", sorted(REGISTRATION_FAULTS))
def test_a_faulty_registration_is_refused_and_audited(inside: Client, fault: str) -> None:
    assert reason(REGISTRATION_FAULTS[fault](inside)) == "answer"
    assert not Passkey.objects.exists()
    assert AuditEntry.objects.filter(action="passkey.refused").count() == 1


def test_a_passkey_needs_a_name_and_registers_once(inside: Client) -> None:
    assert reason(register(inside, Authenticator(), name="  ")) == "name"
    device = Authenticator()
    assert register(inside, device).status_code == 200
    assert reason(register(inside, device)) == "known"


def test_at_most_ten_passkeys_are_kept(inside: Client, clerk: User) -> None:
    for _ in range(services.MAX_PASSKEYS):
        keep(clerk)
    assert reason(register(inside, Authenticator())) == "too_many"


def keep(user: User) -> Passkey:
    return Passkey.objects.create(
        user=user,
        name="予備",
        credential_id=uuid.uuid4().hex,
        public_key=b"-",
        sign_count=0,
        synced=False,
        created_at=timezone.now(),
    )


SIGN_IN_FAULTS: dict[str, tuple[str, Callable[[Client, Authenticator], Any]]] = {
    "user not verified": ("answer", lambda client, device: sign_in(client, device, verified=False)),
    "other domain": ("answer", lambda client, device: sign_in(client, device, rp_id="evil.example")),
    "answer of a registration": ("answer", lambda client, device: sign_in(client, device, kind="webauthn.create")),
    "unknown passkey": ("unknown", lambda client, device: sign_in(client, Authenticator())),
}


@pytest.mark.parametrize("fault", sorted(SIGN_IN_FAULTS))
def test_a_faulty_sign_in_is_refused(inside: Client, fault: str) -> None:
    device, outside = Authenticator(), Client()
    register(inside, device)
    expected, attempt = SIGN_IN_FAULTS[fault]
    assert reason(attempt(outside, device)) == expected
    assert "_auth_user_id" not in outside.session
    assert sign_in(outside, device).status_code == 200


def test_another_origin_another_key_and_another_account_are_refused(inside: Client, clerk: User) -> None:
    device = Authenticator()
    register(inside, device)
    genuine = device.key, device.user_handle, device.origin
    device.origin = "http://127.0.0.1:8000"
    assert reason(sign_in(Client(), device)) == "answer"
    device.origin, device.key = genuine[2], Authenticator().key
    assert reason(sign_in(Client(), device)) == "answer"
    device.key, device.user_handle = genuine[0], member("other").pk.bytes
    assert reason(sign_in(Client(), device)) == "answer"
    device.user_handle = genuine[1]
    assert sign_in(Client(), device).status_code == 200


def test_a_challenge_is_good_once_in_its_own_session_for_its_own_purpose_and_five_minutes(
    inside: Client, clerk: User
) -> None:
    device, outside, other = Authenticator(), Client(), Client()
    register(inside, device)
    other.post(SIGN_IN_OPTIONS)
    options = outside.post(SIGN_IN_OPTIONS).json()
    answer = {"credential": device.get(options)}
    assert reason(post(other, FINISH, answer)) == "challenge"
    assert reason(post(Client(), FINISH, answer)) == "challenge"
    assert post(outside, FINISH, answer).status_code == 200
    assert reason(post(outside, FINISH, answer)) == "challenge"
    own = {"credential": device.get({**inside.post(OPTIONS).json(), "rpId": "localhost"})}
    assert reason(post(inside, FINISH, own)) == "challenge"
    late = Client().post(SIGN_IN_OPTIONS)
    PasskeyChallenge.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert reason(post(late.client, FINISH, {"credential": device.get(late.json())})) == "challenge"


def test_a_failed_answer_uses_the_challenge_up(inside: Client) -> None:
    device, outside = Authenticator(), Client()
    register(inside, device)
    options = outside.post(SIGN_IN_OPTIONS).json()
    assert reason(post(outside, FINISH, {"credential": device.get(options, verified=False)})) == "answer"
    assert reason(post(outside, FINISH, {"credential": device.get(options)})) == "challenge"


def test_one_member_of_staff_cannot_answer_the_challenge_of_another(inside: Client) -> None:
    options = inside.post(OPTIONS).json()
    other = enter(member("other"), AssuranceLevel.PASSKEY)
    content = {"credential": Authenticator().create(options), "name": "n"}
    assert reason(post(other, REGISTER, content)) == "challenge"


@pytest.mark.parametrize("counter", [0, 5, 6])
def test_a_counter_that_does_not_grow_is_refused_and_shown(inside: Client, counter: int) -> None:
    device = Authenticator(counter=5)
    register(inside, device)
    assert sign_in(Client(), device).status_code == 200
    device.counter = counter - 1
    outside = Client()
    assert reason(sign_in(outside, device)) == "counter"
    assert "_auth_user_id" not in outside.session
    assert AuditEntry.objects.filter(action="passkey.counter").count() == 1
    assert "複製されたおそれ" in inside.get("/account/passkeys/").content.decode()


def test_authenticators_without_a_counter_sign_in_again_and_again(inside: Client) -> None:
    device = Authenticator(counter=0)
    register(inside, device)
    for _ in range(3):
        device.counter = -1
        assert sign_in(Client(), device).status_code == 200


def test_ended_accounts_and_residents_do_not_sign_in(inside: Client, clerk: User) -> None:
    device = Authenticator()
    register(inside, device)
    for change in ({"kind": Kind.RESIDENT}, {"kind": Kind.STAFF, "is_active": False}):
        User.objects.filter(pk=clerk.pk).update(**change)
        assert reason(sign_in(Client(), device)) == "account"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"])
def test_signing_in_never_leads_to_another_site(inside: Client, target: str) -> None:
    device = Authenticator()
    register(inside, device)
    assert sign_in(Client(), device, next_path=target).json()["next"] == "/desk/"


def test_passkeys_are_renamed_and_removed_by_their_owner_only(inside: Client, clerk: User) -> None:
    mine, foreign = keep(clerk), keep(member("other"))
    assert inside.post(f"/account/passkeys/{mine.pk}/rename/", {"name": " 新しい  名前 "}).status_code == 302
    assert Passkey.objects.get(pk=mine.pk).name == "新しい 名前"
    inside.post(f"/account/passkeys/{mine.pk}/rename/", {"name": ""})
    assert Passkey.objects.get(pk=mine.pk).name == "新しい 名前"
    for address in (f"/account/passkeys/{foreign.pk}/rename/", f"/account/passkeys/{foreign.pk}/remove/"):
        assert inside.post(address, {"name": "x"}).status_code == 404
    assert "新しい 名前" in inside.get(f"/account/passkeys/{mine.pk}/remove/").content.decode()
    assert inside.post(f"/account/passkeys/{mine.pk}/remove/").status_code == 302
    assert list(Passkey.objects.all()) == [foreign]


def test_the_last_passkey_stays_while_one_is_required(clerk: User, settings: Settings) -> None:
    settings.PASSKEYS_REQUIRED = True
    first, second = keep(clerk), keep(clerk)
    services.remove(clerk, str(first.pk))
    with pytest.raises(PasskeyRefused) as refused:
        services.remove(clerk, str(second.pk))
    assert refused.value.reason is Reason.LAST
    settings.PASSKEYS_REQUIRED = False
    clerk.set_unusable_password()
    clerk.save()
    with pytest.raises(PasskeyRefused):
        services.remove(clerk, str(second.pk))
    clerk.password = "kept elsewhere"
    clerk.save()
    services.remove(clerk, str(second.pk))
    assert not Passkey.objects.exists()


def test_strangers_and_residents_see_no_passkeys_and_calls_want_a_csrf_token(clerk: User) -> None:
    assert Client().get("/account/passkeys/").status_code == 302
    resident = Client()
    resident.force_login(member("resident", Kind.RESIDENT))
    assert resident.get("/account/passkeys/").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(SIGN_IN_OPTIONS).status_code == 403


def test_without_a_script_the_pages_say_what_to_do(inside: Client) -> None:
    for page in (inside.get("/account/passkeys/"), Client().get("/passkey/")):
        content = page.content.decode()
        assert "<noscript>" in content
        assert "JavaScript" in content


def at_once(deed: Callable[[], object], number: int) -> list[str]:
    outcomes: list[str] = []
    barrier = threading.Barrier(number)

    def run() -> None:
        barrier.wait()
        try:
            deed()
            outcomes.append("done")
        except PasskeyRefused as problem:
            outcomes.append(problem.reason.value)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_six_answers_at_once_to_one_challenge_one_is_accepted() -> None:
    user, device, now = member(), Authenticator(), timezone.now()
    options = services.begin_registration(user, browser="b", now=now)
    services.finish_registration(user, device.create(options), name="n", browser="b", now=now)
    answer = device.get(services.begin_sign_in(browser="b", now=now))
    outcomes = at_once(lambda: services.finish_sign_in(answer, browser="b", now=now), 6)
    assert outcomes == ["challenge"] * 5 + ["done"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_a_key_and_its_copy_at_once_one_is_refused() -> None:
    user, device, now = member(), Authenticator(counter=1), timezone.now()
    options = services.begin_registration(user, browser="b", now=now)
    services.finish_registration(user, device.create(options), name="n", browser="b", now=now)
    answers = []
    for _ in range(4):
        device.counter = 6
        answers.append(device.get(services.begin_sign_in(browser="b", now=now)))
    outcomes = at_once(lambda: services.finish_sign_in(answers.pop(), browser="b", now=now), 4)
    assert outcomes == ["counter"] * 3 + ["done"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_remove_the_last_two_passkeys(settings: Settings) -> None:
    settings.PASSKEYS_REQUIRED = True
    user = member()
    left = [str(keep(user).pk), str(keep(user).pk)]
    assert at_once(lambda: services.remove(user, left.pop()), 2) == ["done", "last"]
    assert user.passkeys.count() == 1


def age_proofs(session_key: str) -> None:
    """Let the proofs of a session be eleven minutes old."""
    store, at = SessionStore(session_key), timezone.now() - timedelta(minutes=11)
    store["sign_in"] = {**store["sign_in"], "at": at.isoformat(), "newer": []}
    store.save()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, settings: Settings) -> Page:
    """Return a page at localhost (browsers give passkeys to no IP address) with a virtual authenticator."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PASSKEY_ORIGINS = [address]
    found = browser.new_context(viewport=PHONE, base_url=address).new_page()  # type: ignore[arg-type]
    devtools = found.context.new_cdp_session(found)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return found


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_real_browser_a_passkey_is_registered_and_signs_in(page: Page, live_server: LiveServer) -> None:
    user = User.objects.create_user("clerk", password="a long sample password", display_name="職員")
    page.goto("/passkey/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_role("alert").get_by_text("もう一度お試しください").wait_for()
    inside = enter(user, AssuranceLevel.EMAIL)
    cookie = {"name": "sessionid", "value": inside.cookies["sessionid"].value, "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto("/account/passkeys/")
    page.get_by_label("名前（例：仕事用のパソコン）").fill("仕事用のパソコン")
    page.get_by_role("button", name="登録する").click()
    page.get_by_role("heading", name="仕事用のパソコン").wait_for()
    assert page.get_by_role("button", name="登録する").count() == 0, "the password is no proof any more"
    page.get_by_role("link", name="本人確認をする").click()
    page.get_by_role("link", name="パスキーで確認する").click()
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_label("名前（例：仕事用のパソコン）").fill("二つ目")
    page.get_by_role("button", name="登録する").click()
    page.get_by_text("この端末のパスキーは登録済みです。").wait_for()
    age_proofs(next(item["value"] for item in page.context.cookies() if item["name"] == "sessionid"))
    page.get_by_role("button", name="登録する").click()
    page.get_by_role("heading", name="もう一度、本人確認が必要です").wait_for()
    page.context.clear_cookies()
    page.goto("/passkey/?next=/account/passkeys/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_role("heading", name="仕事用のパソコン").wait_for()
    assert page.url.endswith("/account/passkeys/")
    passkey = Passkey.objects.get()
    assert passkey.last_used_at is not None
    assert octets(passkey.credential_id)
