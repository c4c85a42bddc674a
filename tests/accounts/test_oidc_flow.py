"""People sign in with a card, businesses with gBizID, staff with their provider; accounts are found by subject only."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from madoguchi.apps.accounts import api
from madoguchi.apps.accounts.models import Identity, SignInAttempt, User
from madoguchi.apps.accounts.oidc.providers import ProviderMisconfigured, preset, read, signing_keys
from madoguchi.core import events
from madoguchi.core.access import Kind
from madoguchi.core.models import AuditEntry, OutboxEvent
from tests.accounts.provider import (
    CARD_HOLDER,
    COMPANY,
    EC,
    NEXT_EC,
    PASSWORD,
    SITE_KEY,
    FakeProvider,
    card,
    gbiz,
    leave,
    make_staff,
    server,
    show_card,
    sso,
    staff,
    walk,
)

__all__ = ["card", "gbiz", "server", "sso", "staff"]
pytestmark = pytest.mark.django_db
KEY = json.dumps(SITE_KEY.as_dict(private=True))


def event(name: str) -> dict[str, Any]:
    return events.content_of(OutboxEvent.objects.get(name=name))


def test_a_resident_signs_in_with_the_card(client: Client, card: FakeProvider) -> None:
    answer = walk(client, "/sign-in/card/?next=/finder/")
    assert (answer.status_code, answer["Location"]) == (302, "/finder/")
    user = User.objects.get(kind="resident")
    told = event("ResidentSignedIn")
    assert (told["account_id"], told["issuer"], told["subject"]) == (str(user.pk), card.issuer, "ppid-of-hanako")
    assert told["claims"] == {name: CARD_HOLDER[name] for name in ("name", "address", "birthdate", "gender")}
    assert AuditEntry.objects.filter(action="sign-in", actor_id=str(user.pk)).count() == 1


def test_the_request_asks_for_everything_that_the_provider_needs(client: Client, card: FakeProvider) -> None:
    query = leave(client).query
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["acr_values"] == "aal3 crl"
    assert query["scope"] == "openid name address birthdate gender"
    assert query["redirect_uri"] == "http://testserver/sign-in/card/callback/"
    assert len(query["state"]) >= 43
    assert len(query["nonce"]) >= 43
    assert query["nonce"] != query["state"]


def test_the_database_holds_no_secret_of_an_attempt_and_no_name_of_a_person(client: Client, card: FakeProvider) -> None:
    query = leave(client).query
    row = str(SignInAttempt.objects.values().get())
    assert not [name for name in ("state", "nonce", "code_challenge") if query[name] in row]
    walk(client)
    rows = f"{list(User.objects.values())} {list(Identity.objects.values())} {list(AuditEntry.objects.values())}"
    assert not [value for name, value in CARD_HOLDER.items() if name != "sub" and len(value) > 4 and value in rows]


def test_the_same_card_opens_the_same_account(card: FakeProvider) -> None:
    for _ in range(2):
        assert walk(Client()).status_code == 302
    assert User.objects.filter(kind="resident").count() == Identity.objects.count() == 1
    assert OutboxEvent.objects.filter(name="ResidentSignedIn").count() == 2


def test_another_card_with_the_same_name_opens_another_account(card: FakeProvider) -> None:
    walk(Client())
    card.person["sub"] = "ppid-of-another-hanako"
    walk(Client())
    assert User.objects.filter(kind="resident").count() == 2


def test_a_business_signs_in_with_its_issuer_ending_in_a_slash(client: Client, gbiz: FakeProvider) -> None:
    assert gbiz.issuer.endswith("/oauth/")
    assert walk(client, "/sign-in/gbiz/").status_code == 302
    told = event("BusinessSignedIn")
    assert told["claims"] == {name: value for name, value in COMPANY.items() if name != "sub"}
    assert User.objects.get().kind == Kind.BUSINESS


@pytest.mark.parametrize(("account_type", "level"), [("1", 1), ("2", 3), ("3", 1), ("9", 1), (None, 1)])
def test_only_prime_reaches_the_level_of_a_card(
    client: Client, gbiz: FakeProvider, account_type: str | None, level: int
) -> None:
    gbiz.person["account_type"] = account_type
    walk(client, "/sign-in/gbiz/")
    assert client.session["sign_in"]["level"] == level


def test_staff_without_a_link_are_told_how_to_get_one(client: Client, sso: FakeProvider, staff: User) -> None:
    sso.person |= {"email": "fukushi@example.org", "preferred_username": "fukushi", "name": "福祉局"}
    answer = walk(client, "/sign-in/sso/")
    assert answer.status_code == 400
    assert "アカウントのページで職員認証を登録" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1


def test_staff_link_their_provider_after_proving_both_in_one_sitting(
    client: Client, sso: FakeProvider, staff: User
) -> None:
    client.post("/sign-in/", {"username": "fukushi", "password": PASSWORD})
    assert walk(client, "/sign-in/sso/link/").status_code == 302
    other = Client()
    assert walk(other, "/sign-in/sso/")["Location"] == "/desk/"
    assert other.session["_auth_user_id"] == str(staff.pk)
    assert other.session["sign_in"]["level"] == 2


def test_staff_are_linked_by_hand_once(sso: FakeProvider, staff: User) -> None:
    for _ in range(2):
        call_command("staff", "link", "fukushi", provider="sso", subject="staff-7")
    assert walk(Client(), "/sign-in/sso/").status_code == 302
    make_staff("chofu")
    with pytest.raises(CommandError, match="subject-bound-elsewhere"):
        call_command("staff", "link", "chofu", provider="sso", subject="staff-7")
    with pytest.raises(CommandError, match="Name a configured staff provider"):
        call_command("staff", "link", "chofu", provider="none", subject="x")


def test_a_resident_cannot_use_the_local_form(client: Client, card: FakeProvider) -> None:
    walk(Client())
    resident = User.objects.get()
    resident.set_password("a long sample password")
    resident.save()
    form = {"username": resident.username, "password": "a long sample password"}
    assert client.post("/sign-in/", form).status_code == 400


def test_a_rotated_key_is_found_at_once(card: FakeProvider) -> None:
    walk(Client())
    card.published, card.key = [EC, NEXT_EC], NEXT_EC
    assert walk(Client()).status_code == 302
    assert card.counts["certs"] == 2


def test_random_key_ids_cause_no_storm_of_fetches(card: FakeProvider) -> None:
    for number in range(20):
        card.bends.header = lambda header, number=number: {**header, "kid": f"random-{number}"}
        assert walk(Client()).status_code == 400
    assert card.counts["certs"] <= 4
    card.bends.header = lambda header: header
    assert walk(Client()).status_code == 302


def test_signed_userinfo_is_understood(client: Client, card: FakeProvider) -> None:
    card.bends.sign_userinfo = EC
    walk(client)
    assert event("ResidentSignedIn")["claims"]["name"] == "見本 花子"


def test_a_provider_without_discovery_works_with_given_addresses(
    client: Client, card: FakeProvider, settings: Any
) -> None:
    from madoguchi.apps.accounts.oidc.providers import Endpoints

    card.bends.metadata_status = 404
    endpoints = Endpoints(f"{card.root}/auth", f"{card.root}/token", f"{card.root}/userinfo", f"{card.root}/certs")
    card.settings = preset(
        Kind.RESIDENT,
        name="card",
        issuer=card.issuer,
        client_id="RP00000001",
        client_keys=(KEY,),
        discovery=False,
        endpoints=endpoints,
    )
    settings.OIDC_PROVIDERS = {"card": card.settings}
    assert walk(client).status_code == 302


def test_the_page_offers_three_doors_and_keeps_where_one_was_going(client: Client, card: FakeProvider) -> None:
    html = client.get("/sign-in/?next=/finder/").content.decode()
    assert 'href="/sign-in/card/?next=%2Ffinder%2F"' in html
    for door in ("住民の方", "事業者の方", "職員の方"):
        assert door in html
    assert html.count("この環境では、まだ使えません。") == 1


def test_sign_out_offers_to_end_the_session_at_the_provider_too(client: Client, card: FakeProvider) -> None:
    walk(client)
    html = client.post("/sign-out/").content.decode()
    assert f"{card.root}/logout?id_token_hint=" in html
    assert "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2F" in html
    assert client.get("/account/").status_code == 302


def test_sign_out_is_local_where_the_provider_offers_nothing(client: Client, gbiz: FakeProvider) -> None:
    walk(client, "/sign-in/gbiz/")
    assert client.post("/sign-out/")["Location"] == "/"


def test_a_visitor_whom_another_site_sends_is_asked_first(client: Client, card: FakeProvider) -> None:
    answer = client.get("/sign-in/card/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "別のサイトから来ました" in answer.content.decode()
    assert not SignInAttempt.objects.exists()


def test_the_way_back_keeps_the_language(client: Client, card: FakeProvider) -> None:
    path = show_card(leave(client, "/en/sign-in/card/"))
    assert path.startswith("/sign-in/card/callback/")
    assert client.get(path)["Location"] == "/en/me/"


def test_the_sites_public_keys_hold_nothing_private(client: Client, card: FakeProvider) -> None:
    keys = json.loads(client.get("/sign-in/card/keys.json").content)["keys"]
    assert [sorted(key) for key in keys] == [["crv", "kid", "kty", "use", "x", "y"]]
    assert keys[0]["kid"] == SITE_KEY.kid


def test_an_erased_account_keeps_only_its_id(client: Client, card: FakeProvider) -> None:
    from django.utils import timezone

    walk(client)
    user = User.objects.get()
    assert api.account_data(str(user.pk))["identities"][0]["provider"] == "card"
    for _ in range(2):
        assert len(api.erase_account(str(user.pk), now=timezone.now())) == 1
    assert not Identity.objects.exists()
    assert client.get("/account/").status_code == 302
    assert api.account_data("00000000-0000-0000-0000-000000000000") == {}


GOOD = {
    "MADOGUCHI_OIDC_CARD_ISSUER": "https://auth.example/realm",
    "MADOGUCHI_OIDC_CARD_CLIENT_ID": "RP1",
    "MADOGUCHI_OIDC_CARD_KIND": "resident",
    "MADOGUCHI_OIDC_CARD_CLIENT_KEY": KEY,
}


def test_providers_are_read_from_the_environment() -> None:
    found = read(
        {**GOOD, "MADOGUCHI_OIDC_CARD_LEVELS": "aal3:CARD aal2:PASSKEY", "MADOGUCHI_OIDC_CARD_SCOPES": "openid"}
    )
    assert list(found) == ["card"]
    assert found["card"].scopes == ("openid",)
    assert [int(found["card"].level_of(value)) for value in ("aal3 crl", "aal2", "", None)] == [3, 2, 1, 1]
    assert signing_keys(found["card"])[0].kid == SITE_KEY.kid
    assert "secret" not in repr(found["card"])
    assert read({}) == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MADOGUCHI_OIDC_CARD_ISSUER": "http://auth.example/realm"}, "not https"),
        ({"MADOGUCHI_OIDC_CARD_CLIENT_ID": ""}, "client id is empty"),
        ({"MADOGUCHI_OIDC_CARD_CLIENT_KEY": ""}, "needs a key"),
        ({"MADOGUCHI_OIDC_CARD_CLIENT_KEY": "{}"}, "cannot be read"),
        ({"MADOGUCHI_OIDC_CARD_CLIENT_KEY": json.dumps(SITE_KEY.as_dict(private=False))}, "not a private"),
        ({"MADOGUCHI_OIDC_CARD_KIND": "cat"}, "'cat'"),
        ({"MADOGUCHI_OIDC_CARD_ALGORITHM": "HS256"}, "'HS256'"),
        ({"MADOGUCHI_OIDC_CARD_ALGORITHM": "none"}, "'none'"),
        ({"MADOGUCHI_OIDC_CARD_LEVELS": "aal3:GOLD"}, "no level"),
        ({"MADOGUCHI_OIDC_CARD_SCOPES": "name"}, "openid is missing"),
        ({"MADOGUCHI_OIDC_CARD_DISCOVERY": "false"}, "addresses are needed"),
        ({"MADOGUCHI_OIDC_CARD_CLIENT_KEY_FILE": "/does/not/exist"}, "No such file"),
        ({"MADOGUCHI_OIDC_CARD_AUTHENTICATION": "client_secret_basic"}, "needs a secret"),
        ({"MADOGUCHI_OIDC_CARD_TOKEN_ENDPOINT": "ftp://x"}, "not https"),
    ],
)
def test_unsafe_settings_are_refused_with_a_remedy(change: dict[str, str], words: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=words):
        read({**GOOD, **change})
