"""Every attack and fault on the way to a provider and back is refused, with its own reason in the audit trail."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts.models import Identity, SignInAttempt, User
from madoguchi.apps.accounts.oidc import discovery, transport
from madoguchi.apps.accounts.oidc.refusals import Reason
from madoguchi.core.models import AuditEntry, OutboxEvent
from tests.accounts.provider import (
    CARD_HOLDER,
    EC,
    FOREIGN,
    RSA,
    Claims,
    FakeProvider,
    card,
    gbiz,
    leave,
    part,
    server,
    show_card,
    signed,
    sso,
    staff,
    walk,
)

__all__ = ["card", "gbiz", "server", "sso", "staff"]
pytestmark = pytest.mark.django_db


def refusals() -> list[str]:
    """Return the reasons in the audit trail, oldest first; no row may hold anything of a person."""
    rows = [bytes(row.payload).decode() for row in AuditEntry.objects.filter(action="sign-in.refused")]
    assert not [row for row in rows for name in ("name", "address", "birthdate", "sub") if CARD_HOLDER[name] in row]
    return [json.loads(row)["detail"]["reason"] for row in rows]


def assert_refused(client: Client, answer: Any, reason: Reason, status: int = 400) -> None:
    """The page explains, the trail says why, nobody is signed in, nothing was made or told."""
    assert refusals()[-1:] == [reason.value]
    assert answer.status_code == status
    html = answer.content.decode()
    assert f"<code>{reason.value}</code>" in html
    assert 'href="/sign-in/"' in html
    assert "_auth_user_id" not in client.session
    assert not Identity.objects.exists()
    assert not OutboxEvent.objects.exists()


@dataclass(frozen=True)
class Attack:
    """One fault of the provider's answers and the reason with which it must be refused."""

    name: str
    reason: Reason
    bend: Callable[[FakeProvider], None]
    status: int = 400


def claims(**changes: Any) -> Callable[[FakeProvider], None]:
    """Bend claims of the ID token; None removes one, a function gets the old value."""

    def change(found: Claims) -> Claims:
        new = {name: value(found.get(name)) if callable(value) else value for name, value in changes.items()}
        return {name: value for name, value in {**found, **new}.items() if value is not None}

    return lambda fake: setattr(fake.bends, "claims", change)


def header(key: Any = None, **changes: Any) -> Callable[[FakeProvider], None]:
    """Bend the header of the ID token and, if given, sign with another key."""

    def bend(fake: FakeProvider) -> None:
        fake.bends.header = lambda found: {n: v for n, v in {**found, **changes}.items() if v is not None}
        if key is not None:
            fake.bends.sign = lambda _, head, body: signed(key, head, body)

    return bend


def sign(how: Callable[[Claims, Claims], str]) -> Callable[[FakeProvider], None]:
    return lambda fake: setattr(fake.bends, "sign", lambda _, head, body: how(head, body))


def symmetric(head: Claims, body: Claims) -> str:
    """Take the public key as the secret of an HMAC: the classic confusion of algorithms. joserfc refuses to make one."""
    text = f"{part({**head, 'alg': 'HS256'})}.{part(body)}"
    return f"{text}.{unpadded(hmac.digest(EC.as_pem(private=False), text.encode(), 'sha256'))}"


def exchanged_payload(head: Claims, body: Claims) -> str:
    first, _, last = signed(EC, head, body).split(".")
    return f"{first}.{part({**body, 'sub': 'somebody-else'})}.{last}"


def field(place: str, change: Callable[[Claims], Claims]) -> Callable[[FakeProvider], None]:
    return lambda fake: setattr(fake.bends, place, change)


def value(place: str, what: Any) -> Callable[[FakeProvider], None]:
    return lambda fake: setattr(fake.bends, place, what)


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda found: {key: item for key, item in found.items() if key != name}


def unpadded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def stranger_key() -> Claims:
    return dict(FOREIGN.as_dict(private=False))


SOON, LONG_AGO = int(time.time()) + 3_600, int(time.time()) - 3_600
ATTACKS = [
    Attack("algorithm none", Reason.ALGORITHM_NONE, sign(lambda h, b: f"{part({**h, 'alg': 'none'})}.{part(b)}.")),
    Attack("algorithm nOnE", Reason.ALGORITHM_NONE, sign(lambda h, b: f"{part({**h, 'alg': 'nOnE'})}.{part(b)}.")),
    Attack("no algorithm", Reason.ALGORITHM_NONE, sign(lambda h, b: f"{part({'kid': EC.kid})}.{part(b)}.x")),
    Attack("HS256 over the public key", Reason.ALGORITHM_SYMMETRIC, sign(symmetric)),
    Attack("RS256 where ES256 is pinned", Reason.ALGORITHM_OTHER, header(RSA, alg="RS256", kid=RSA.kid)),
    Attack("unknown key id", Reason.KEY_UNKNOWN, header(kid="nobody")),
    Attack("unknown key id, foreign key", Reason.KEY_UNKNOWN, header(FOREIGN, kid=FOREIGN.kid)),
    Attack("embedded jwk", Reason.KEY_EMBEDDED, header(FOREIGN, jwk=stranger_key())),
    Attack("jku", Reason.KEY_EMBEDDED, header(FOREIGN, jku="https://evil.example/keys")),
    Attack("x5c", Reason.KEY_EMBEDDED, header(FOREIGN, x5c=["MIIB"])),
    Attack("x5u", Reason.KEY_EMBEDDED, header(FOREIGN, x5u="https://evil.example/c")),
    Attack("foreign key under a known id", Reason.SIGNATURE_BAD, header(FOREIGN)),
    Attack("key of another type under the pinned algorithm", Reason.KEY_UNKNOWN, header(kid=RSA.kid)),
    Attack("payload exchanged", Reason.SIGNATURE_BAD, sign(exchanged_payload)),
    Attack("signature cut", Reason.SIGNATURE_BAD, sign(lambda h, b: signed(EC, h, b)[:-8])),
    Attack(
        "unknown critical header", Reason.SIGNATURE_BAD, sign(lambda h, b: f"{part({**h, 'crit': ['x']})}.{part(b)}.x")
    ),
    Attack("issuer other", Reason.ISSUER_OTHER, claims(iss="https://evil.example/realm")),
    Attack("issuer with a slash more", Reason.ISSUER_SLASH, claims(iss=lambda old: old + "/")),
    Attack("issuer missing", Reason.ISSUER_MISSING, claims(iss=None)),
    Attack("audience other", Reason.AUDIENCE_OTHER, claims(aud="RP00000002")),
    Attack("audience missing", Reason.AUDIENCE_OTHER, claims(aud=None)),
    Attack("audience a list without us", Reason.AUDIENCE_OTHER, claims(aud=["RP00000002"])),
    Attack("audience a part of our name", Reason.AUDIENCE_OTHER, claims(aud="RP0000000")),
    Attack("several audiences, no azp", Reason.AUTHORISED_PARTY_OTHER, claims(aud=["RP00000001", "RP00000002"])),
    Attack("azp other", Reason.AUTHORISED_PARTY_OTHER, claims(azp="RP00000002")),
    Attack("expired", Reason.EXPIRED, claims(exp=LONG_AGO)),
    Attack("no expiry", Reason.EXPIRY_MISSING, claims(exp=None)),
    Attack("expiry as text", Reason.TOKEN_MALFORMED, claims(exp="tomorrow")),
    Attack("expiry never", Reason.TOKEN_MALFORMED, claims(exp=float("inf"))),
    Attack("expiry true", Reason.TOKEN_MALFORMED, claims(exp=True)),
    Attack("issued in the future", Reason.ISSUED_IN_FUTURE, claims(iat=SOON, exp=SOON + 60)),
    Attack("issued at no time", Reason.ISSUED_MISSING, claims(iat=None)),
    Attack("issued long ago", Reason.ISSUED_TOO_LONG_AGO, claims(iat=LONG_AGO)),
    Attack("not valid yet", Reason.NOT_YET_VALID, claims(nbf=SOON)),
    Attack("nonce missing", Reason.NONCE_MISSING, claims(nonce=None)),
    Attack("nonce other", Reason.NONCE_OTHER, claims(nonce="another nonce")),
    Attack("nonce a number", Reason.NONCE_OTHER, claims(nonce=7)),
    Attack("no subject", Reason.SUBJECT_MISSING, claims(sub=None)),
    Attack("empty subject", Reason.SUBJECT_MISSING, claims(sub=" ")),
    Attack("subject a number", Reason.SUBJECT_MISSING, claims(sub=7)),
    Attack("subject too long", Reason.SUBJECT_MISSING, claims(sub="x" * 256)),
    Attack("userinfo of somebody else", Reason.SUBJECT_DIFFERS, field("userinfo", lambda b: {**b, "sub": "x"})),
    Attack("userinfo without a subject", Reason.SUBJECT_DIFFERS, field("userinfo", without("sub"))),
    Attack("userinfo signed by a stranger", Reason.SIGNATURE_BAD, value("sign_userinfo", FOREIGN)),
    Attack("acr lower than asked", Reason.LEVEL_TOO_LOW, claims(acr="aal2")),
    Attack("acr missing", Reason.LEVEL_TOO_LOW, claims(acr=None)),
    Attack("acr that only looks like it", Reason.LEVEL_TOO_LOW, claims(acr="xaal3")),
    Attack("acr a list", Reason.LEVEL_TOO_LOW, claims(acr=["aal3"])),
    Attack("auth_time in the future", Reason.AUTH_TIME_IN_FUTURE, claims(auth_time=SOON)),
    Attack("at_hash of another access token", Reason.ACCESS_HASH_OTHER, claims(at_hash=unpadded(b"x" * 16))),
    Attack("access token exchanged", Reason.ACCESS_HASH_OTHER, field("tokens", lambda t: {**t, "access_token": "x"})),
    Attack("no ID token", Reason.TOKEN_ABSENT, field("tokens", without("id_token"))),
    Attack("empty ID token", Reason.TOKEN_ABSENT, field("tokens", lambda t: {**t, "id_token": ""})),
    Attack("ID token a number", Reason.TOKEN_MALFORMED, field("tokens", lambda t: {**t, "id_token": 7})),
    Attack("ID token of two parts", Reason.TOKEN_MALFORMED, sign(lambda h, b: f"{part(h)}.{part(b)}")),
    Attack("ID token encrypted (five parts)", Reason.TOKEN_MALFORMED, sign(lambda h, b: "a.b.c.d.e")),
    Attack("header no JSON", Reason.TOKEN_MALFORMED, sign(lambda h, b: f"{unpadded(b'x')}.{part(b)}.x")),
    Attack("header a list", Reason.TOKEN_MALFORMED, sign(lambda h, b: f"{unpadded(b'[1]')}.{part(b)}.x")),
    Attack("no access token", Reason.ANSWER_INVALID, field("tokens", without("access_token"))),
    Attack("token type MAC", Reason.ANSWER_INVALID, field("tokens", lambda t: {**t, "token_type": "mac"})),
    Attack("token answer no JSON", Reason.ANSWER_INVALID, value("token_body", b"<html>")),
    Attack("token answer too long", Reason.ANSWER_INVALID, value("token_body", b" " * (transport.MAX_BYTES + 1))),
    Attack("token endpoint fails", Reason.PROVIDER_UNREACHABLE, value("token_status", 500), 503),
    Attack("token endpoint redirects", Reason.PROVIDER_REFUSED, value("token_status", 307), 503),
    Attack("issuer mix-up", Reason.ISSUER_MIXED, field("callback", lambda a: {**a, "iss": "https://evil.example"})),
    Attack(
        "promised iss missing",
        Reason.ISSUER_MIXED,
        field("metadata", lambda m: {**m, "authorization_response_iss_parameter_supported": True}),
    ),
    Attack("no code", Reason.CODE_MISSING, field("callback", without("code"))),
    Attack("code invented", Reason.CODE_REFUSED, field("callback", lambda a: {**a, "code": "invented"})),
    Attack("no state", Reason.STATE_MISSING, field("callback", without("state"))),
    Attack("state invented", Reason.STATE_UNKNOWN, field("callback", lambda a: {**a, "state": "invented"})),
    Attack("state twice", Reason.PARAMETER_DOUBLED, field("callback", lambda a: {**a, "state": [a["state"], "x"]})),
    Attack("code twice", Reason.PARAMETER_DOUBLED, field("callback", lambda a: {**a, "code": [a["code"], "x"]})),
    Attack("cancelled", Reason.CANCELLED, field("callback", lambda a: {"state": a["state"], "error": "access_denied"})),
    Attack(
        "error of the provider",
        Reason.PROVIDER_REFUSED,
        field("callback", lambda a: {"state": a["state"], "error": "server_error"}),
        503,
    ),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_with_its_reason(client: Client, card: FakeProvider, attack: Attack) -> None:
    attack.bend(card)
    assert_refused(client, walk(client), attack.reason, attack.status)
    card.bends = type(card.bends)()
    discovery.forget()
    assert walk(client).status_code == 302, "after the fault an honest sign-in works"


def test_the_honest_answer_that_every_attack_bends_is_accepted(client: Client, card: FakeProvider) -> None:
    card.bends.callback = lambda answer: {**answer, "iss": card.issuer}
    card.bends.metadata = lambda found: {**found, "authorization_response_iss_parameter_supported": True}
    claims(aud=["RP00000001", "RP00000002"], azp="RP00000001", nbf=int(time.time()))(card)
    assert walk(client).status_code == 302
    assert refusals() == []


def test_a_gbizid_token_without_the_slash_is_refused(client: Client, gbiz: FakeProvider) -> None:
    claims(iss=lambda old: old.rstrip("/"))(gbiz)
    assert_refused(client, walk(client, "/sign-in/gbiz/"), Reason.ISSUER_SLASH)


def test_a_gbizid_token_signed_by_another_algorithm_is_refused(client: Client, gbiz: FakeProvider) -> None:
    header(EC, alg="ES256", kid=EC.kid)(gbiz)
    assert_refused(client, walk(client, "/sign-in/gbiz/"), Reason.ALGORITHM_OTHER)


def test_a_wrong_secret_is_told_apart(client: Client, gbiz: FakeProvider, settings: Any) -> None:
    from dataclasses import replace

    assert gbiz.settings is not None
    settings.OIDC_PROVIDERS = {"gbiz": replace(gbiz.settings, client_secret="old")}
    assert_refused(client, walk(client, "/sign-in/gbiz/"), Reason.CLIENT_REFUSED)


def test_a_callback_cannot_be_replayed(client: Client, card: FakeProvider) -> None:
    path = show_card(leave(client))
    assert client.get(path).status_code == 302
    answer = client.get(path)
    assert (answer.status_code, refusals()) == (400, [Reason.STATE_REPLAYED])
    assert "すでにサインインしています" in answer.content.decode()
    assert OutboxEvent.objects.count() == 1


def test_a_callback_in_another_browser_is_refused_and_does_not_spoil_the_first(card: FakeProvider) -> None:
    """Sign-in CSRF: an attacker's answer, brought into the browser of a victim, signs nobody in."""
    attacker, victim = Client(), Client()
    path = show_card(leave(attacker))
    leave(victim)
    assert_refused(victim, victim.get(path), Reason.STATE_OF_ANOTHER_BROWSER)
    fresh = Client()
    assert_refused(fresh, fresh.get(path), Reason.STATE_OF_ANOTHER_BROWSER)
    assert attacker.get(path).status_code == 302


def test_a_code_of_another_browser_cannot_be_injected(card: FakeProvider) -> None:
    attacker, victim = Client(), Client()
    stolen = dict(parse_qsl(urlsplit(show_card(leave(victim))).query))["code"]
    own = leave(attacker).query["state"]
    answer = attacker.get(f"/sign-in/card/callback/?{urlencode({'code': stolen, 'state': own})}")
    assert_refused(attacker, answer, Reason.CODE_REFUSED)


def test_a_code_cannot_be_used_twice(client: Client, card: FakeProvider) -> None:
    first = dict(parse_qsl(urlsplit(show_card(leave(client))).query))
    card.used.add(first["code"])
    answer = client.get(f"/sign-in/card/callback/?{urlencode(first)}")
    assert_refused(client, answer, Reason.CODE_REFUSED)


def test_the_nonce_of_an_earlier_attempt_is_known_as_used(client: Client, card: FakeProvider) -> None:
    earlier = leave(client).query["nonce"]
    claims(nonce=earlier)(card)
    assert_refused(client, walk(client), Reason.NONCE_USED)


def test_an_attempt_ends_after_a_quarter_of_an_hour(client: Client, card: FakeProvider) -> None:
    path = show_card(leave(client))
    SignInAttempt.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert_refused(client, client.get(path), Reason.STATE_EXPIRED)


def test_an_answer_at_the_callback_of_another_provider_is_refused(
    client: Client, card: FakeProvider, settings: Any
) -> None:
    from dataclasses import replace

    assert card.settings is not None
    settings.OIDC_PROVIDERS["other"] = replace(card.settings, name="other", issuer=card.issuer + "/")
    path = show_card(leave(client)).replace("/card/", "/other/")
    assert_refused(client, client.get(path), Reason.ISSUER_MIXED)
    client.get(path.replace("/other/", "/card/"))
    assert refusals()[-1] == Reason.STATE_REPLAYED, "a mixed answer uses the attempt up"


def test_discovery_that_names_another_issuer_is_refused(client: Client, card: FakeProvider) -> None:
    card.bends.metadata = lambda found: {**found, "issuer": card.issuer + "/"}
    assert_refused(client, client.get("/sign-in/card/"), Reason.DISCOVERY_OTHER_ISSUER)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://evil.example/x", "file:///etc/passwd", "", 7])
def test_discovery_with_unsafe_addresses_is_refused(
    client: Client, card: FakeProvider, name: str, address: object
) -> None:
    card.bends.metadata = lambda found: {**found, name: address}
    assert_refused(client, client.get("/sign-in/card/"), Reason.ANSWER_INVALID)


def test_a_provider_that_is_down_gets_an_honest_page_and_is_left_alone(client: Client, card: FakeProvider) -> None:
    card.bends.metadata_status = 500
    for _ in range(3):
        assert_refused(client, client.get("/sign-in/card/"), Reason.PROVIDER_UNREACHABLE, 503)
    assert card.counts["openid-configuration"] == 1


def test_a_provider_that_nobody_runs_gets_an_honest_page(client: Client, card: FakeProvider, settings: Any) -> None:
    from dataclasses import replace

    assert card.settings is not None
    settings.OIDC_PROVIDERS["card"] = replace(card.settings, issuer="http://127.0.0.1:9/realm")
    assert_refused(client, client.get("/sign-in/card/"), Reason.PROVIDER_UNREACHABLE, 503)
    discovery.forget()


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org", "/" + "a" * 600]
)
def test_next_never_leads_to_another_site(client: Client, card: FakeProvider, target: str) -> None:
    answer = walk(client, f"/sign-in/card/?{urlencode({'next': target})}")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert refusals() == [Reason.NEXT_NOT_LOCAL]


def test_the_session_key_is_new_after_the_callback(client: Client, card: FakeProvider) -> None:
    leave(client)
    before = client.session.session_key
    walk(client)
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = str(before)
    assert planted.get("/account/").status_code == 302


def test_signing_in_as_somebody_else_leaves_nothing_of_the_session_before(client: Client, card: FakeProvider) -> None:
    walk(client)
    session = client.session
    session["acting_for"] = "somebody"
    session.save()
    card.person["sub"] = "ppid-of-taro"
    assert walk(client).status_code == 302
    assert "acting_for" not in client.session
    assert client.session["_auth_user_id"] == str(Identity.objects.get(subject="ppid-of-taro").user_id)


def test_a_subject_that_opens_another_account_cannot_be_linked(card: FakeProvider, settings: Any) -> None:
    from dataclasses import replace

    assert card.settings is not None
    second = replace(card.settings, name="second")
    settings.OIDC_PROVIDERS["second"] = second
    walk(Client())
    client = Client()
    card.person["sub"] = "ppid-of-taro"
    walk(client)
    card.person["sub"] = "ppid-of-hanako"
    assert walk(client, "/sign-in/second/link/").status_code == 400
    card.person["sub"] = "ppid-of-a-third"
    assert walk(client, "/sign-in/second/link/").status_code == 400
    assert refusals() == [Reason.SUBJECT_BOUND_ELSEWHERE, Reason.ACCOUNT_HAS_OTHER_SUBJECT]
    assert Identity.objects.count() == 2


def test_linking_stops_when_the_session_changed_hands_meanwhile(client: Client, card: FakeProvider) -> None:
    walk(client)
    path = show_card(leave(client, "/sign-in/card/link/"))
    other = User.objects.create(username="resident-x", kind="resident", display_name="x")
    SignInAttempt.objects.filter(purpose="link").update(user=other)
    assert client.get(path).status_code == 400
    assert refusals() == [Reason.CALLER_CHANGED]


def test_an_ended_account_is_refused(client: Client, card: FakeProvider) -> None:
    walk(Client())
    User.objects.update(is_active=False)
    assert walk(client).status_code == 400
    assert refusals() == [Reason.ACCOUNT_ENDED]
    assert "_auth_user_id" not in client.session


def test_a_subject_of_a_resident_does_not_open_the_door_of_staff(
    client: Client, sso: FakeProvider, staff: User
) -> None:
    resident = User.objects.create(username="resident-x", kind="resident", display_name="x")
    now = timezone.now()
    Identity.objects.create(
        user=resident, provider="sso", issuer=sso.issuer, subject="staff-7", linked_at=now, last_used_at=now
    )
    assert walk(client, "/sign-in/sso/").status_code == 400
    assert refusals() == [Reason.ACCOUNT_OF_ANOTHER_KIND]


def test_each_check_has_its_own_reason_and_each_reason_is_tried_somewhere() -> None:
    from pathlib import Path

    here = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [reason.name for reason in Reason if f"Reason.{reason.name}" not in here] == []
