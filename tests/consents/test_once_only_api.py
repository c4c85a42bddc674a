"""The once-only API: clients prove who they are, get exactly what is open, and never more often than allowed."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents.models import AccessEntry, AccessToken, Client, PreviewRequest
from madoguchi.apps.consents.services import clients, consent
from madoguchi.core.models import AuditEntry, CallWindow
from madoguchi.core.permissions import NotPermitted, Role
from tests.consents.world import HERSELF, OTHER, PERSON, Memory, member

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/once-only/token"
ASK = "/api/v1/once-only/disclosures"
REQUESTS = "/api/v1/once-only/requests"


@pytest.fixture
def secret(terms: Memory) -> str:
    """Make 新宿区's system; return its secret."""
    made = {"organisation_id": "shinjuku", "name": "保育システム", "purposes": ["childcare"], "now": timezone.now()}
    return clients.create("shinjuku-childcare", **made)[1]  # type: ignore[arg-type] # a plain mapping of arguments


def basic(secret: str, client_id: str = "shinjuku-childcare") -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def token(browser: Browser, secret: str, scope: str = "") -> str:
    form = {"grant_type": "client_credentials", "scope": scope}
    answer = browser.post(TOKEN, form, headers={"authorization": basic(secret)})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def call(browser: Browser, path: str, bearer: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    headers = {"authorization": f"Bearer {bearer}"} | ({"idempotency-key": key} if key else {})
    if body is None:
        return browser.get(path, headers=headers)
    return browser.post(path, json.dumps(body), content_type="application/json", headers=headers)


def wanted(**changes: Any) -> dict[str, Any]:
    return {"subject": PERSON, "purpose": "childcare", "attributes": ["氏名", "生年月日"]} | changes


def agree(attributes: list[str]) -> None:
    consent.grant(PERSON, "childcare.shinjuku", actor=HERSELF, now=timezone.now(), attributes=attributes)


def test_a_client_gets_exactly_the_consented_facts_with_source_and_date(client: Browser, secret: str) -> None:
    agree(["生年月日", "所得"])
    answer = call(client, ASK, token(client, secret), wanted(case="H-12"))
    assert answer.status_code == 200
    assert answer.json()["values"] == [
        {
            "attribute": "生年月日",
            "value": "1990-04-01",
            "source": "住民基本台帳",
            "as_of": "2026-11-01",
            "verified": True,
        }
    ]
    assert answer.json()["withheld"] == [{"attribute": "氏名", "reason": "no_consent"}]
    entry = AccessEntry.objects.get(pk=answer.json()["id"])
    assert (entry.client_id, entry.case_reference) == ("shinjuku-childcare", "H-12")


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic xxx", "Bearer "])
def test_without_a_live_token_everything_is_401_as_a_problem(client: Browser, secret: str, header: str) -> None:
    answer = client.post(ASK, "{}", content_type="application/json", headers={"authorization": header})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_tokens_run_out_and_are_kept_only_as_hashes(client: Browser, secret: str) -> None:
    bearer = token(client, secret)
    assert not AccessToken.objects.filter(hash=bearer).exists()
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert call(client, ASK, bearer, wanted()).status_code == 401


def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(client: Browser, secret: str) -> None:
    form = {"grant_type": "client_credentials"}
    heads = (basic("wrong"), basic(secret, "nobody"), "Basic !!!", "")
    answers = [client.post(TOKEN, form, headers={"authorization": head}) for head in heads]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json()["error"] == "invalid_client"


def test_scopes_are_purposes(client: Browser, secret: str) -> None:
    form = {"grant_type": "client_credentials", "scope": "pension"}
    assert client.post(TOKEN, form, headers={"authorization": basic(secret)}).json()["error"] == "invalid_scope"
    refused = call(client, ASK, token(client, secret), wanted(purpose="pension"))
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    form["grant_type"] = "password"
    assert client.post(TOKEN, form).json()["error"] == "unsupported_grant_type"
    assert not AccessEntry.objects.exists()


def test_a_disabled_or_rotated_client_is_out_at_once(client: Browser, secret: str) -> None:
    bearer = token(client, secret)
    renewed = clients.rotate("shinjuku-childcare")
    assert call(client, ASK, bearer, wanted()).status_code == 401
    bearer = token(client, renewed)
    clients.disable("shinjuku-childcare", now=timezone.now())
    assert call(client, ASK, bearer, wanted()).status_code == 401
    assert (
        client.post(TOKEN, {"grant_type": "client_credentials"}, headers={"authorization": basic(renewed)}).status_code
        == 401
    )


def test_too_many_calls_are_told_when_to_come_again(client: Browser, secret: str) -> None:
    Client.objects.update(calls_per_minute=3)
    bearer = token(client, secret)
    answers = [call(client, ASK, bearer, wanted()) for _ in range(12)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert 6 <= len(late) <= 9, "three a minute, and the minute may turn once during the test"
    assert 1 <= int(late[0]["Retry-After"]) <= 60
    assert late[0]["Content-Type"] == "application/problem+json"
    assert AccessEntry.objects.count() == 12 - len(late)
    assert sum(CallWindow.objects.filter(key="shinjuku-childcare").values_list("calls", flat=True)) == 12


def test_a_retry_with_the_same_key_is_marked_as_a_repeat_and_checks_anew(client: Browser, secret: str) -> None:
    agree(["氏名"])
    bearer, key = token(client, secret), "0b0c6a1e-retry"
    first = call(client, ASK, bearer, wanted(), key).json()
    again = call(client, ASK, bearer, wanted(), key).json()
    assert (again["id"], again["repeated"], again["values"]) == (first["id"], True, first["values"])
    assert AccessEntry.objects.get(repeat_of=first["id"])
    consent.withdraw(PERSON, "childcare.shinjuku", actor=HERSELF, now=timezone.now())
    assert call(client, ASK, bearer, wanted(), key).json()["values"] == []
    other = call(client, ASK, bearer, wanted(attributes=["住所"]), key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:madoguchi:problem:key-reused")
    assert call(client, ASK, bearer, wanted(), "short").status_code == 422


def test_a_key_of_one_client_is_no_key_of_another(client: Browser, secret: str) -> None:
    made = {"organisation_id": "shinjuku", "name": "二つ目", "purposes": ["childcare"], "now": timezone.now()}
    second = clients.create("shinjuku-second", **made)[1]  # type: ignore[arg-type] # a plain mapping of arguments
    form = {"grant_type": "client_credentials"}
    head = {"authorization": basic(second, "shinjuku-second")}
    other = client.post(TOKEN, form, headers=head).json()["access_token"]
    first = call(client, ASK, token(client, secret), wanted(), "same-key-1").json()
    assert call(client, ASK, other, wanted(), "same-key-1").json()["id"] != first["id"]


@pytest.mark.parametrize(
    "body", [{}, wanted(attributes=[]), wanted(attributes=["x"] * 51), wanted(basis="break_glass"), wanted(subject="")]
)
def test_malformed_requests_are_problems_and_log_nothing(client: Browser, secret: str, body: dict[str, Any]) -> None:
    answer = call(client, ASK, token(client, secret), body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert not AccessEntry.objects.exists()


def test_a_client_sees_its_purposes_with_their_terms(client: Browser, secret: str) -> None:
    answer = call(client, "/api/v1/once-only/purposes", token(client, secret))
    assert [(item["purpose"], item["basis"], item["retention_days"]) for item in answer.json()] == [
        ("childcare", "consent", 365)
    ]


# --- private_key_jwt


@pytest.fixture
def signing(terms: Memory) -> ECKey:
    """Make a client that signs; return its private key."""
    key = ECKey.generate_key("P-256", {"kid": "one"})
    made = {"organisation_id": "nenkin", "name": "年金", "purposes": ["pension"], "now": timezone.now()}
    clients.create("nenkin-core", public_key=key.as_dict(private=False), **made)  # type: ignore[arg-type] # as above
    return key


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {"iss": "nenkin-core", "sub": "nenkin-core", "aud": f"http://testserver{TOKEN}", "jti": f"j{time.time_ns()}"}
    return base | {"iat": now, "exp": now + 60} | changes


def present(browser: Browser, assertion: str) -> Any:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": assertion}
    return browser.post(TOKEN, form)


def signed(key: Any, body: dict[str, Any], alg: str = "ES256") -> str:
    return jwt.encode({"alg": alg}, body, key, algorithms=[alg])


def test_a_signed_assertion_opens_once(client: Browser, signing: ECKey) -> None:
    assertion = signed(signing, claims())
    first = present(client, assertion)
    assert (first.status_code, first.json()["scope"]) == (200, "pension")
    assert present(client, assertion).status_code == 401
    body = {"subject": PERSON, "purpose": "pension", "attributes": ["所得"], "basis": "law", "case": "N-1"}
    answer = call(client, ASK, first.json()["access_token"], body)
    assert answer.json()["values"][0]["value"] == 3_200_000


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"sub": "somebody"},
        {"iss": "shinjuku-childcare"},
        {"exp": int(time.time()) - 10},
        {"exp": int(time.time()) + 4_000},
        {"iat": int(time.time()) + 3_000, "exp": int(time.time()) + 3_060},
        {"exp": None},
        {"iat": "now"},
        {"jti": ""},
    ],
    ids=("aud", "sub", "iss", "run-out", "too-long", "later", "no-end", "no-number", "no-id"),
)
def test_assertions_with_wrong_claims_are_refused(client: Browser, signing: ECKey, changes: dict[str, Any]) -> None:
    assert present(client, signed(signing, claims(**changes))).status_code == 401


def test_assertions_with_wrong_signatures_are_refused(client: Browser, signing: ECKey) -> None:
    good = signed(signing, claims())
    head, body, _ = good.split(".")
    public = json.dumps(signing.as_dict(private=False)).encode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    attacks: list[Callable[[], str]] = [
        lambda: signed(ECKey.generate_key("P-256"), claims()),
        lambda: signed(OctKey.import_key(public), claims(), "HS256"),
        lambda: f"{none}.{body}.",
        lambda: f"{head}.{body}.AAAA",
        lambda: "x",
        lambda: "a.b.c",
        lambda: good + "A" * 5_000,
    ]
    assert [present(client, attack()).status_code for attack in attacks] == [401] * len(attacks)
    assert present(client, good).status_code == 200


# --- requests that wait for the person


@pytest.fixture
def resident(terms: Memory) -> User:
    """Make the person's account."""
    user = User.objects.create(username="hanako", display_name="東京 花子", kind="resident")
    terms.accounts[str(user.pk)] = PERSON
    return user


def path_of(link: str) -> str:
    return link.removeprefix("http://testserver")


def test_nothing_is_sent_before_the_person_has_seen_and_approved(client: Browser, secret: str, resident: User) -> None:
    bearer = token(client, secret)
    put = call(client, REQUESTS, bearer, {"purpose": "childcare", "attributes": ["氏名", "所得"], "case": "H-1"}).json()
    assert put["state"] == "requested"
    collect = f"{REQUESTS}/{put['id']}/collect"
    assert call(client, collect, bearer, {}).status_code == 409
    person = Browser()
    person.force_login(resident)
    page = person.get(path_of(put["link"])).content.decode()
    assert "東京 花子" in page
    assert "3,200,000" in page
    assert call(client, f"{REQUESTS}/{put['id']}", bearer).json()["state"] == "previewed"
    marks = dict(part.split('" value="')[0:2] for part in page.split('name="mark.')[1:])
    marks = {name: value.split('"')[0] for name, value in marks.items()}
    form = {"approve": "1", "attribute": "氏名", "mark.氏名": marks["氏名"], "mark.所得": marks["所得"]}
    assert person.post(path_of(put["link"]), form).status_code == 302
    answer = call(client, collect, bearer, {}).json()
    assert [fact["attribute"] for fact in answer["values"]] == ["氏名"]
    assert answer["withheld"] == [{"attribute": "所得", "reason": "no_consent"}]
    assert AccessEntry.objects.get().consent_id == put["id"]


def approved(client: Browser, secret: str, resident: User) -> tuple[str, str]:
    """Put a request for the name and let the person approve it; return token and path to collect."""
    bearer = token(client, secret)
    put = call(client, REQUESTS, bearer, {"purpose": "childcare", "attributes": ["氏名"]}).json()
    person = Browser()
    person.force_login(resident)
    page = person.get(path_of(put["link"])).content.decode()
    mark = page.split('name="mark.氏名" value="')[1].split('"')[0]
    person.post(path_of(put["link"]), {"approve": "1", "attribute": "氏名", "mark.氏名": mark})
    return bearer, f"{REQUESTS}/{put['id']}/collect"


def test_another_value_than_the_one_seen_is_not_sent(
    client: Browser, secret: str, resident: User, terms: Memory
) -> None:
    bearer, collect = approved(client, secret, resident)
    terms.put(PERSON, 氏名="別の 名前")
    assert call(client, collect, bearer, {}).json()["withheld"] == [
        {"attribute": "氏名", "reason": "changed_since_preview"}
    ]


def test_an_approval_can_be_taken_back_and_runs_out(client: Browser, secret: str, resident: User) -> None:
    bearer, collect = approved(client, secret, resident)
    assert call(client, collect, bearer, {}).json()["values"]
    assert call(client, collect, bearer, {}).json()["values"], "a lost answer may be fetched again, and is logged again"
    assert AccessEntry.objects.count() == 2
    PreviewRequest.objects.update(expires_at=timezone.now())
    assert call(client, collect, bearer, {}).json()["title"] == "The request is expired."
    bearer, collect = approved(client, secret, resident)
    row = PreviewRequest.objects.get(state="approved", expires_at__gt=timezone.now())
    person = Browser()
    person.force_login(resident)
    link = call(client, f"{REQUESTS}/{row.pk}", bearer).json()["link"]
    assert person.post(path_of(link), {"refuse": "1"}).status_code == 302
    assert call(client, collect, bearer, {}).status_code == 409


def test_a_link_for_somebody_else_or_a_forged_one_shows_nothing(
    client: Browser, secret: str, resident: User, terms: Memory
) -> None:
    bearer = token(client, secret)
    body = {"purpose": "childcare", "attributes": ["氏名"], "subject": OTHER}
    link = path_of(call(client, REQUESTS, bearer, body).json()["link"])
    person = Browser()
    person.force_login(resident)
    answer = person.get(link)
    assert answer.status_code == 409
    assert "東京 花子" not in answer.content.decode()
    assert person.get(link[:-3] + "xx/").status_code == 404
    assert Browser().get(link).status_code == 302, "strangers are sent to sign in"


def test_the_first_reader_holds_the_link(client: Browser, secret: str, resident: User, terms: Memory) -> None:
    bearer = token(client, secret)
    link = path_of(call(client, REQUESTS, bearer, {"purpose": "childcare", "attributes": ["氏名"]}).json()["link"])
    second = User.objects.create(username="second", display_name="別人", kind="resident")
    terms.accounts[str(second.pk)] = OTHER
    first, other = Browser(), Browser()
    first.force_login(resident)
    other.force_login(second)
    assert first.get(link).status_code == 200
    assert other.get(link).status_code == 409


def test_the_same_key_gives_the_same_request_and_link(client: Browser, secret: str) -> None:
    bearer = token(client, secret)
    body = {"purpose": "childcare", "attributes": ["氏名"]}
    first, again = (call(client, REQUESTS, bearer, body, "preview-key").json() for _ in range(2))
    assert first == again
    assert PreviewRequest.objects.count() == 1
    assert call(client, REQUESTS, bearer, body | {"attributes": ["住所"]}, "preview-key").status_code == 422
    assert call(client, REQUESTS, bearer, body | {"attributes": ["病歴"]}).status_code == 422


def test_a_request_of_another_client_does_not_exist(client: Browser, secret: str, signing: ECKey) -> None:
    put = call(client, REQUESTS, token(client, secret), {"purpose": "childcare", "attributes": ["氏名"]}).json()
    foreign = present(client, signed(signing, claims())).json()["access_token"]
    assert call(client, f"{REQUESTS}/{put['id']}", foreign).status_code == 404
    assert call(client, f"{REQUESTS}/{put['id']}/collect", foreign, {}).status_code == 404


# --- the operator's command


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("clients", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_makes_renews_lists_and_ends_clients(terms: Memory, client: Browser, tmp_path: Path) -> None:
    made = run("create", "shinjuku-new", "--organisation", "shinjuku", "--purpose", "childcare")
    secret = made.split(": ")[1].strip()
    head = {"authorization": basic(secret, "shinjuku-new")}
    assert client.post(TOKEN, {"grant_type": "client_credentials"}, headers=head).status_code == 200
    assert secret not in str(list(Client.objects.values())) + str([bytes(r.payload) for r in AuditEntry.objects.all()])
    key = tmp_path / "key.json"
    key.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))
    assert "signs with its key" in run("rotate", "shinjuku-new", "--public-key", str(key))
    assert client.post(TOKEN, {"grant_type": "client_credentials"}, headers=head).status_code == 401
    run("disable", "shinjuku-new")
    assert run("list").strip().endswith("disabled")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "x-y-z", "--organisation", "nowhere"), "no organisation"),
        (("create", "x-y-z", "--organisation", "shinjuku"), "It has: childcare"),
        (("create", "X!", "--organisation", "shinjuku", "--purpose", "childcare"), "not of the form"),
        (("create", "x-y-z", "--organisation", "shinjuku", "--purpose", "pension"), "no agreement for: pension"),
        (("rotate", "nobody"), "There is no client"),
    ],
)
def test_the_command_says_what_to_do(terms: Memory, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run(*arguments)


def test_a_private_key_is_not_taken_and_strangers_make_no_clients(terms: Memory) -> None:
    made: dict[str, Any] = {
        "organisation_id": "shinjuku",
        "name": "x",
        "purposes": ["childcare"],
        "now": timezone.now(),
    }
    with pytest.raises(clients.ClientInvalid, match="public"):
        clients.create("x-y-z", public_key=ECKey.generate_key("P-256").as_dict(private=True), **made)
    with pytest.raises(NotPermitted):
        clients.create("x-y-z", actor=member("nenkin", Role.ADMINISTRATOR), **made)
    assert clients.create("x-y-z", actor=member("shinjuku", Role.ADMINISTRATOR), **made)[0].pk == "x-y-z"
