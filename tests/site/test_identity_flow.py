"""The local provider as an independent service sees it: who signs in, what is told, what pages look like."""

# pytest passes a fixture by its name

import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from madoguchi.core.packs import PackInvalid
from madoguchi.site.identity import samples
from madoguchi.site.identity.issuers import CARD, ISSUERS, IssuerName
from madoguchi.site.identity.provider import Provider
from tests.site.identity_judge import Judge, check_signature, query
from tests.site.identity_running import (
    CALLBACK,
    GONE,
    KEY,
    business,
    card,
    clock,
    provider,
    staff,
)

__all__ = ["business", "card", "clock", "provider", "staff"]  # fixtures


def test_a_resident_signs_in_with_a_card_and_is_told_by_userinfo_alone(card: Judge) -> None:
    answer = card.walk("hanako", acr_values="aal3 crl")
    assert answer["state"] == card.state
    assert answer["iss"] == card.issuer
    assert answer["session_state"]
    tokens = card.token(answer["code"])
    assert tokens.status_code == 200
    assert tokens.headers["cache-control"] == "no-store"
    claims = card.judged(tokens.json())
    assert claims["acr"] == "aal3"
    assert not claims.keys() & {"name", "address", "birthdate", "gender"}
    told = card.userinfo(tokens.json()["access_token"]).json()
    assert told == {
        "sub": claims["sub"],
        "name": "見本 花子",
        "address": "東京都板橋区見本町一丁目2番3号",
        "birthdate": "19920415",
        "gender": "2",
    }


def test_a_business_signs_in_with_a_secret_and_its_id_token_tells_nothing(business: Judge) -> None:
    answer = business.walk("mihon-shoten", scope="openid profile jp_gbizid_v1_ida role")
    assert len(answer["code"]) == 22
    assert answer["code"].isalnum()
    tokens = business.token(answer["code"]).json()
    claims = business.judged(tokens)
    assert claims.keys() == {"iss", "sub", "aud", "azp", "iat", "exp", "auth_time", "jti", "at_hash", "nonce"}
    access = check_signature(tokens["access_token"], business.http.get(business.discovery["jwks_uri"]).json())
    assert access.keys() == {"iss", "sub", "azp", "iat", "exp", "jti"}
    told = business.userinfo(tokens["access_token"]).json()
    assert (told["account_type"], told["corporate_number"]) == ("2", "8999900000001")
    assert told["verified_claims"]["verification"]["assurance_level"] == "ial2"
    assert told["verified_claims"]["claims"]["authority"]["applies_to"] == {"registration_number": "8999900000001"}
    assert told["role"] == {"permission": [{"role": "jp_gbizid_prime"}]}
    assert "email" not in told


@pytest.mark.parametrize(
    ("account", "level", "names"),
    [
        ("reiji-kosan", "ial1", set()),
        ("kaku-farm", "ial2", {"family_name", "given_name", "birthdate", "address"}),
        ("mihon-member", "ial2", {"authority"}),
    ],
)
def test_identity_assurance_differs_by_kind_of_business_account(
    business: Judge, account: str, level: str, names: set[str]
) -> None:
    answer = business.walk(account, scope="openid profile jp_gbizid_v1_ida")
    told = business.userinfo(business.token(answer["code"]).json()["access_token"]).json()
    assert told["verified_claims"]["verification"]["assurance_level"] == level
    assert told["verified_claims"]["claims"].keys() == names
    assert ("corporate_number" in told) is (account != "kaku-farm")


def test_a_member_of_staff_signs_in(staff: Judge) -> None:
    tokens = staff.token(staff.walk("itabashi-editor")["code"]).json()
    assert staff.judged(tokens)["acr"] == "aal2"
    assert staff.userinfo(tokens["access_token"]).json()["preferred_username"] == "itabashi-editor"


def test_two_services_know_one_person_under_two_subjects_and_one_service_always_the_same(
    card: Judge, provider: Provider
) -> None:
    first, second = (card.judged(card.token(card.walk("taro")["code"]).json())["sub"] for _ in range(2))
    other = Judge(card.issuer, "RP00000002", CALLBACK, "openid name", key=KEY)
    with closing(other.http):
        third = other.judged(other.token(other.walk("taro")["code"]).json())["sub"]
    assert first == second != third
    assert first == provider.subject(CARD, "RP00000001", "taro")


def test_only_what_was_asked_for_is_told(card: Judge) -> None:
    tokens = card.token(card.walk("ichiro", scope="openid birthdate")["code"]).json()
    assert card.userinfo(tokens["access_token"]).json().keys() == {"sub", "birthdate"}


def test_the_consent_page_shows_every_value_that_would_be_told(card: Judge) -> None:
    consent = card.follow(card.press(card.follow(card.ask()), account="hanako"))
    for shown in ("見本サービス", "見本 花子", "東京都板橋区見本町一丁目2番3号", "19920415"):
        assert shown in consent.text


def test_refusing_at_either_page_tells_the_service_and_nothing_else(card: Judge) -> None:
    for first in (card.follow(card.ask()), card.follow(card.press(card.follow(card.ask()), account="taro"))):
        answer = card.callback(card.press(first, decision="deny"))
        assert answer.keys() == {"error", "error_description", "state", "iss"}
        assert (answer["error"], answer["state"]) == ("access_denied", card.state)


def test_a_revoked_certificate_is_refused_when_revocation_is_to_be_checked(card: Judge) -> None:
    answer = card.callback(card.press(card.follow(card.ask(acr_values="aal3 crl")), account="jiro-revoked"))
    assert answer["error"] == "access_denied"
    assert card.walk("jiro-revoked", acr_values="aal3")["code"]


def test_a_weaker_check_says_so_in_acr(card: Judge) -> None:
    tokens = card.token(card.walk("saburo-low", acr_values="aal3 crl")["code"]).json()
    assert card.judged(tokens)["acr"] == "aal2"


def test_pages_are_in_two_languages_without_scripts_and_lead_only_to_the_service(card: Judge) -> None:
    japanese = card.follow(card.ask())
    english = card.http.get(f"{japanese.url}&lang=en")
    wished = card.follow(card.ask(ui_locales="en"))
    assert "カードを選んでください" in japanese.text
    assert "Choose a card" in english.text
    assert "Choose a card" in wished.text
    for page in (japanese, english):
        assert "<script" not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://127.0.0.1:9" in policy
    assert "Agree and continue" in card.follow(card.press(english, account="taro")).text


def test_rotation_with_the_old_key_kept_leaves_old_tokens_valid(card: Judge) -> None:
    before = card.token(card.walk("taro")["code"]).json()
    card.http.post(f"{card.issuer}/rotate")
    after = card.token(card.walk("taro")["code"]).json()
    jwks = card.http.get(card.discovery["jwks_uri"]).json()
    assert check_signature(before["id_token"], jwks)["sub"] == check_signature(after["id_token"], jwks)["sub"]
    card.http.post(f"{card.issuer}/rotate", data={"keep_old": "no"})
    (only,) = card.http.get(card.discovery["jwks_uri"]).json()["keys"]
    assert only["kid"] not in {key["kid"] for key in jwks["keys"]}
    assert "d" not in only


def test_refresh_tokens_are_used_once_and_a_stolen_one_ends_the_family(card: Judge) -> None:
    first = card.token(card.walk("taro", scope="openid name offline_access")["code"]).json()

    def refresh(token: str) -> tuple[int, dict[str, str]]:
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        answer = card.token(None, redirect_uri=None, code_verifier=None, **fields)
        return answer.status_code, answer.json()

    status, second = refresh(first["refresh_token"])
    assert status == 200
    assert card.userinfo(second["access_token"]).status_code == 200
    assert refresh(first["refresh_token"])[0] == 400
    assert refresh(second["refresh_token"])[0] == 400
    assert card.userinfo(second["access_token"]).status_code == 401


def test_signing_out_ends_the_tokens_and_returns_to_the_registered_address(card: Judge) -> None:
    tokens = card.token(card.walk("taro")["code"]).json()
    parameters = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": GONE, "state": "s t"}
    answer = card.http.get(card.discovery["end_session_endpoint"], params=parameters)
    assert answer.headers["location"].startswith(GONE)
    assert query(answer.headers["location"]) == {"state": ["s t"]}
    assert card.userinfo(tokens["access_token"]).status_code == 401


def test_signing_out_never_leads_to_an_unregistered_address_nor_without_a_token(card: Judge) -> None:
    token = card.token(card.walk("taro")["code"]).json()["id_token"]
    for wrong in (
        {"id_token_hint": token, "post_logout_redirect_uri": f"{GONE}/x"},
        {"post_logout_redirect_uri": GONE},
        {"id_token_hint": token[:-8] + "AAAAAAAA", "post_logout_redirect_uri": GONE},
    ):
        answer = card.http.get(card.discovery["end_session_endpoint"], params=wrong)
        assert answer.status_code == 400
        assert "location" not in answer.headers
    assert card.http.get(card.discovery["end_session_endpoint"]).status_code == 200


def test_of_many_at_once_one_gets_the_tokens_and_the_reuse_ends_them(card: Judge) -> None:
    code = card.walk("taro")["code"]
    statuses: Counter[int] = Counter()
    granted: list[str] = []
    barrier = threading.Barrier(8)

    def exchange() -> None:
        barrier.wait()
        answer = card.token(code)
        statuses[answer.status_code] += 1
        granted.extend([answer.json()["access_token"]] if answer.status_code == 200 else [])

    threads = [threading.Thread(target=exchange) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {200: 1, 400: 7}
    assert card.userinfo(granted[0]).status_code == 401


def test_the_discovery_documents_say_what_the_issuers_do(provider: Provider) -> None:
    documents = {issuer.name: issuer.discovery(provider.base) for issuer in ISSUERS}
    assert documents[IssuerName.CARD]["issuer"] == f"{provider.base}/card/api/realms/main"
    assert documents[IssuerName.BUSINESS]["issuer"].endswith("/business/oauth/")
    assert "end_session_endpoint" not in documents[IssuerName.BUSINESS]
    assert documents[IssuerName.BUSINESS]["token_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    assert documents[IssuerName.CARD]["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


def test_sample_identities_are_sound_and_say_that_they_are_invented() -> None:
    assert samples.check(Path(settings.PACK_DIR)) == []
    text = (Path(settings.PACK_DIR) / samples.FILE).read_text(encoding="utf-8")
    assert "None of them exists" in text


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("8999900000001", "8999900000002", "check digit"),
        ("'8999900000001'", "'8000020131016'", "real body"),
        ("id: taro", "id: hanako", "stands twice"),
        ("acr: aal2", "acr: aal9", "aal9"),
        ("label: 架空", "titel: 架空", "titel"),
    ],
)
def test_wrong_sample_identities_are_refused(tmp_path: Path, before: str, after: str, problem: str) -> None:
    text = (Path(settings.PACK_DIR) / samples.FILE).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "samples").mkdir()
    (tmp_path / samples.FILE).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(PackInvalid, match=problem):
        samples.load(tmp_path)
