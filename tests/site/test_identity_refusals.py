"""What the local provider refuses, each fault on its own, as the real providers do."""

# pytest passes a fixture by its name

import base64
import json
import time
from contextlib import closing
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madoguchi.site.identity import server
from madoguchi.site.identity.issuers import IssuerName
from madoguchi.site.identity.messages import Request
from madoguchi.site.identity.provider import Provider
from madoguchi.site.identity.store import SHELF_LIMIT, Asked, Shelf, Store
from tests.site.identity_judge import Judge, b64, es256, public_jwk
from tests.site.identity_running import (
    CALLBACK,
    KEY,
    MovableClock,
    business,
    card,
    clock,
    provider,
    staff,
)

__all__ = ["business", "card", "clock", "provider", "staff"]  # fixtures


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "RP99999999"},
        {"client_id": "staff-1"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.replace("127.0.0.1", "localhost")},
        {"redirect_uri": CALLBACK.replace("callback", "Callback")},
        {"redirect_uri": "https://evil.example/callback"},
    ],
)
def test_an_untrusted_return_address_gets_a_page_and_no_redirect(card: Judge, wrong: dict[str, str | None]) -> None:
    answer = card.ask(**wrong)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "サインインできません" in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid sign"}, "invalid_scope"),
        ({"scope": "openid my_number"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"state": "x" * 256}, "invalid_request"),
        ({"state": "日本"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "line\nbreak"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"acr_values": "aal9"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://example.invalid"}, "request_uri_not_supported"),
    ],
)
def test_a_faulty_request_goes_back_with_its_error_and_no_code(
    card: Judge, wrong: dict[str, str | None], error: str
) -> None:
    answer = card.callback(card.ask(**wrong))
    assert answer["error"] == error
    assert answer["iss"] == card.issuer
    assert "code" not in answer
    assert answer.get("state", "") in (card.state, "")


def test_a_business_request_may_leave_pkce_out_but_never_weaken_it(business: Judge) -> None:
    assert business.callback(business.ask(code_challenge_method="plain"))["error"] == "invalid_request"
    assert business.callback(business.ask(scope="openid user"))["error"] == "invalid_scope"
    bare = {"code_challenge": None, "code_challenge_method": None, "state": None, "nonce": None}
    code = business.walk("kaku-farm", **bare)["code"]
    assert business.token(code).json()["error"] == "invalid_grant"
    code = business.walk("kaku-farm", **bare)["code"]
    assert business.token(code, code_verifier=None).status_code == 200


def test_a_parameter_that_stands_twice_is_refused(card: Judge) -> None:
    doubled = [*card.parameters().items(), ("state", "other")]
    answer = card.http.get(card.discovery["authorization_endpoint"], params=doubled)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(card: Judge, method: str) -> None:
    assert card.http.request(method, card.discovery["authorization_endpoint"]).status_code == 405
    assert card.http.get(card.discovery["token_endpoint"]).status_code == 405


def test_a_ticket_opens_only_in_its_own_browser(card: Judge) -> None:
    page = card.follow(card.ask())
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(page.url).status_code == 400
        stranger.cookies.set("identity_card", "guessed")
        assert stranger.get(page.url).status_code == 400


def test_a_ticket_ends_and_answers_once(card: Judge, clock: MovableClock) -> None:
    consent = card.follow(card.press(card.follow(card.ask()), account="taro"))
    assert card.press(consent, decision="allow").status_code == 303
    assert card.press(consent, decision="allow").status_code == 400
    late = card.follow(card.ask())
    clock.ahead_seconds = 901
    assert card.press(late, account="taro").status_code == 400


def test_nobody_consents_before_picking_a_card_and_unknown_cards_are_refused(card: Judge) -> None:
    page = card.follow(card.ask())
    ticket = str(page.url.params["ticket"])
    skipped = card.http.post(f"{card.issuer}/consent", data={"ticket": ticket, "decision": "allow"})
    assert "/choose?" in skipped.headers["location"]
    assert card.http.post(f"{card.issuer}/choose", data={"ticket": ticket, "account": "nobody"}).status_code == 400


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code": "A" * 22}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": "too short"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
    ],
)
def test_a_faulty_exchange_gets_no_token(card: Judge, wrong: dict[str, str | None], error: str) -> None:
    code = card.walk("taro")["code"]
    answer = card.token(**{"code": code, **wrong})  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert "id_token" not in answer.json()


def test_a_wrong_verifier_uses_the_code_up(card: Judge) -> None:
    code = card.walk("taro")["code"]
    assert card.token(code, code_verifier="b" * 43).status_code == 400
    assert card.token(code).json()["error"] == "invalid_grant"


def test_a_code_is_good_once_and_for_five_minutes(card: Judge, clock: MovableClock) -> None:
    code = card.walk("taro")["code"]
    access = card.token(code).json()["access_token"]
    assert card.token(code).json()["error"] == "invalid_grant"
    assert card.userinfo(access).status_code == 401
    late = card.walk("taro")["code"]
    clock.ahead_seconds = 301
    ahead = int(time.time()) + 301
    answer = card.token(late, client_assertion=card.assertion(iat=ahead, exp=ahead + 30))
    assert answer.json()["error"] == "invalid_grant"


def test_a_code_serves_only_the_client_that_it_was_given_to(card: Judge, staff: Judge) -> None:
    other = Judge(card.issuer, "RP00000002", CALLBACK, "openid name", key=KEY)
    with closing(other.http):
        assert other.token(card.walk("taro")["code"], code_verifier=card.verifier).json()["error"] == "invalid_grant"
    assert staff.token(card.walk("taro")["code"], code_verifier=card.verifier).json()["error"] == "invalid_grant"


OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def forged(judge: Judge, header: dict[str, Any], signature: str = "") -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(judge.assertion_claims()).encode())}.{signature}"


def hs256(judge: Judge) -> str:
    import hashlib
    import hmac

    text = forged(judge, {"alg": "HS256", "kid": "site-1"}).rstrip(".")
    secret = json.dumps(public_jwk(KEY, "site-1")).encode()
    return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def now() -> int:
    return int(time.time())


ASSERTION_FAULTS: dict[str, Any] = {
    "missing": lambda judge: None,
    "no jwt at all": lambda judge: "abc",
    "alg none": lambda judge: forged(judge, {"alg": "none", "kid": "site-1"}),
    "HS256 over the public key": hs256,
    "no kid": lambda judge: es256(judge.assertion_claims(), KEY),
    "unknown kid": lambda judge: es256(judge.assertion_claims(), KEY, kid="site-2"),
    "another key": lambda judge: es256(judge.assertion_claims(), OTHER_KEY, kid="site-1"),
    "a key of its own": lambda judge: es256(
        judge.assertion_claims(), OTHER_KEY, kid="site-1", jwk=public_jwk(OTHER_KEY, "site-1")
    ),
    "a key address beside a right signature": lambda judge: es256(
        judge.assertion_claims(), KEY, kid="site-1", jku="https://evil.example/jwks"
    ),
    "iss of another client": lambda judge: judge.assertion(iss="RP00000002"),
    "iss unknown": lambda judge: judge.assertion(iss="RP99999999"),
    "sub differs": lambda judge: judge.assertion(sub="RP00000002"),
    "aud is the issuer": lambda judge: judge.assertion(aud=judge.issuer),
    "aud is another endpoint": lambda judge: judge.assertion(aud=judge.discovery["userinfo_endpoint"]),
    "aud has two": lambda judge: judge.assertion(aud=[judge.discovery["token_endpoint"], "https://other.example"]),
    "no aud": lambda judge: judge.assertion(aud=None),
    "no jti": lambda judge: judge.assertion(jti=None),
    "jti is no text": lambda judge: judge.assertion(jti=7),
    "no exp": lambda judge: judge.assertion(exp=None),
    "exp is text": lambda judge: judge.assertion(exp="later"),
    "ended": lambda judge: judge.assertion(exp=now() - 10),
    "exp too far": lambda judge: judge.assertion(exp=now() + 3600),
    "iat in the future": lambda judge: judge.assertion(iat=now() + 60),
    "nbf in the future": lambda judge: judge.assertion(nbf=now() + 60),
}


@pytest.mark.parametrize("fault", sorted(ASSERTION_FAULTS))
def test_a_faulty_client_assertion_is_refused_and_leaves_the_code_unused(card: Judge, fault: str) -> None:
    code = card.walk("taro")["code"]
    answer = card.token(code, client_assertion=ASSERTION_FAULTS[fault](card))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert card.token(code).status_code == 200


def test_an_assertion_is_good_once(card: Judge) -> None:
    assertion = card.assertion()
    assert card.token(card.walk("taro")["code"], client_assertion=assertion).status_code == 200
    again = card.token(card.walk("taro")["code"], client_assertion=assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def test_an_assertion_must_carry_its_type_and_agree_with_client_id(card: Judge) -> None:
    code = card.walk("taro")["code"]
    assert card.token(code, client_assertion_type="jwt").status_code == 401
    assert card.token(code, client_id="RP00000002").status_code == 401
    assert card.token(code, client_secret="x").status_code == 401
    assert card.token(code, client_id="RP00000001").status_code == 200


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {}),
        (basic("biz-1:wrong"), {}),
        (basic("biz-1:"), {}),
        (basic("biz-1"), {}),
        (basic("other:right secret: with + signs"), {}),
        ({"Authorization": "Basic ###"}, {}),
        ({"Authorization": "Bearer x"}, {}),
        ({}, {"client_id": "biz-1", "client_secret": "right secret: with + signs"}),
        (basic("biz-1:right secret%3A with %2B signs"), {"client_id": "other"}),
        (basic("biz-1:right secret%3A with %2B signs"), {"client_secret": "right secret: with + signs"}),
    ],
)
def test_a_business_client_must_bring_its_secret_by_basic(
    business: Judge, headers: dict[str, str], fields: dict[str, str]
) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK, **fields}
    answer = business.http.post(business.discovery["token_endpoint"], data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_userinfo_wants_a_live_token_of_its_own_issuer_in_the_header(
    card: Judge, staff: Judge, clock: MovableClock
) -> None:
    token = card.token(card.walk("taro")["code"]).json()["access_token"]
    assert card.userinfo(token).status_code == 200
    for answer in (
        card.http.get(card.discovery["userinfo_endpoint"]),
        card.http.get(card.discovery["userinfo_endpoint"], params={"access_token": token}),
        card.userinfo(token[:-1]),
        staff.userinfo(token),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    clock.ahead_seconds = 3_601
    assert card.userinfo(token).status_code == 401


def test_a_refresh_token_serves_only_its_client(card: Judge) -> None:
    token = card.token(card.walk("taro", scope="openid offline_access")["code"]).json()["refresh_token"]
    other = Judge(card.issuer, "RP00000002", CALLBACK, "openid name", key=KEY)
    fields = {"grant_type": "refresh_token", "refresh_token": token, "redirect_uri": None, "code_verifier": None}
    with closing(other.http):
        assert other.token("x", **fields).json()["error"] == "invalid_grant"
    assert card.token("x", **fields).status_code == 200


def test_rotation_is_not_there_outside_test_mode(provider: Provider) -> None:
    plain = Provider(base="http://127.0.0.1", clients=(), samples=provider._samples, salt=b"x")
    assert plain.handle(Request("POST", "/card/api/realms/main/rotate")).status == 404


def test_too_large_requests_and_unknown_addresses_are_refused(card: Judge, provider: Provider) -> None:
    assert (
        card.http.post(card.discovery["token_endpoint"], content=b"x" * (server.MAX_BODY_BYTES + 1)).status_code == 413
    )
    assert card.http.get(f"{provider.base}/card/").status_code == 404
    answer = card.http.get(card.discovery["authorization_endpoint"] + "?" + "&".join(f"p{n}=1" for n in range(60)))
    assert answer.status_code == 400


def test_what_is_remembered_stays_within_its_limit() -> None:
    moment = [0.0]
    shelf: Shelf[int] = Shelf(lambda: moment[0], life_seconds=10, limit=100)
    for number in range(1_000):
        shelf.put(str(number), number)
    assert (shelf.get("899"), shelf.get("900")) == (None, 900)
    moment[0] = 10.0
    assert shelf.get("950") is None
    store = Store(lambda: moment[0])
    asked = Asked(IssuerName.CARD, "c", CALLBACK, ("openid",), "s", "n", "c", (), "ja")
    first = store.open_ticket(asked, browser="b")
    for _ in range(SHELF_LIMIT):
        store.open_ticket(asked, browser="b")
    assert store.ticket(first, browser="b", issuer=IssuerName.CARD) is None
