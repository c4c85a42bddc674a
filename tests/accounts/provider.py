"""A small OpenID provider for tests: honest by default, with one place to bend for every fault and attack.

It checks its clients as the real ones do (assertion, PKCE, redirect address, code once), so that a test that passes says
something about this site and not about a lenient fake.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from madoguchi.apps.accounts import services
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.oidc import discovery
from madoguchi.apps.accounts.oidc.providers import ProviderSettings, preset, public_key_set
from madoguchi.core.access import Kind
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Role

Claims = dict[str, Any]
SITE_KEY = ECKey.generate_key("P-256", auto_kid=True)
EC = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
NEXT_EC = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
RSA = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
FOREIGN = ECKey.generate_key("P-256", auto_kid=True)


def same(value: Any) -> Any:
    """Change nothing."""
    return value


@dataclass
class Bends:
    """Where an answer can be bent. Every default leaves it as it is."""

    header: Callable[[Claims], Claims] = same
    claims: Callable[[Claims], Claims] = same
    sign: Callable[["FakeProvider", Claims, Claims], str] | None = None
    tokens: Callable[[Claims], Claims] = same
    token_status: int | None = None
    token_body: bytes | None = None
    userinfo: Callable[[Claims], Claims] = same
    sign_userinfo: ECKey | None = None
    metadata: Callable[[Claims], Claims] = same
    metadata_status: int = 200
    callback: Callable[[Claims], Claims] = same


@dataclass
class FakeProvider:
    """One server with one issuer. `person` is whoever holds the card at the moment."""

    base: str = ""
    path: str = "/realm"
    settings: ProviderSettings | None = None
    person: Claims = field(default_factory=dict)
    key: Any = field(default_factory=lambda: EC)
    published: list[Any] = field(default_factory=lambda: [EC, RSA])
    acr: str | None = "aal3"
    auth_time: Callable[[], int | None] = lambda: int(time.time())
    ends_sessions: bool = True
    bends: Bends = field(default_factory=Bends)
    codes: dict[str, Claims] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    seen_ids: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def issuer(self) -> str:
        return self.base + self.path

    @property
    def root(self) -> str:
        return self.issuer.rstrip("/")

    def metadata(self) -> Claims:
        document: Claims = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.root}/auth",
            "token_endpoint": f"{self.root}/token",
            "userinfo_endpoint": f"{self.root}/userinfo",
            "jwks_uri": f"{self.root}/certs",
        }
        if self.ends_sessions:
            document["end_session_endpoint"] = f"{self.root}/logout"
        return self.bends.metadata(document)

    def authorise(self, query: dict[str, str]) -> str:
        """Return where the browser is sent after somebody has shown their card."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert {"state", "nonce", "client_id", "redirect_uri", "scope"} <= set(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(query)
        answer = self.bends.callback({"code": code, "state": query["state"], "session_state": "x"})
        return f"{query['redirect_uri']}?{urlencode(answer, doseq=True)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        with self.lock:
            asked = self.codes.get(form.get("code", ""))
            if asked is None or form["code"] in self.used:
                return 400, {"error": "invalid_grant"}
            self.used.add(form["code"])
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked["code_challenge"] != base64.urlsafe_b64encode(challenge).rstrip(b"=").decode():
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        given = {"access_token": access, "token_type": "Bearer", "id_token": self.id_token(asked, access)}
        return 200, self.bends.tokens(given)

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        assert self.settings is not None
        if self.settings.client_secret:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            given = (unquote_plus(pair[0]), unquote_plus(pair[2]))
            return given == (self.settings.client_id, self.settings.client_secret)
        registered = KeySet.import_key_set(public_key_set(self.settings))  # type: ignore[arg-type] # a JWKS
        token = jwt.decode(form["client_assertion"], registered, algorithms=["ES256"])
        claims, now = token.claims, time.time()
        fresh = claims["jti"] not in self.seen_ids
        self.seen_ids.add(claims["jti"])
        me = self.settings.client_id
        whole = claims["iss"] == claims["sub"] == me and claims["aud"] == self.metadata()["token_endpoint"]
        return fresh and whole and now - 5 < claims["exp"] <= now + 60 and "kid" in token.header

    def id_token(self, asked: Claims, access: str) -> str:
        assert self.settings is not None
        now, half = int(time.time()), hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": self.person["sub"],
            "aud": self.settings.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if self.acr is not None:
            claims["acr"] = self.acr
        if (at := self.auth_time()) is not None:
            claims["auth_time"] = at
        header = self.bends.header({"alg": "RS256" if self.key is RSA else "ES256", "kid": self.key.kid})
        claims = self.bends.claims(claims)
        if self.bends.sign is not None:
            return self.bends.sign(self, header, claims)
        return signed(self.key, header, claims)

    def userinfo(self) -> tuple[str, bytes]:
        body = self.bends.userinfo(dict(self.person))
        if self.bends.sign_userinfo is not None:
            assert self.settings is not None
            claims = {**body, "iss": self.issuer, "aud": self.settings.client_id}
            token = signed(self.bends.sign_userinfo, {"alg": "ES256", "kid": EC.kid}, claims)
            return "application/jwt", token.encode()
        return "application/json", json.dumps(body).encode()


def part(value: Claims) -> str:
    """Return one part of a compact token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(key: Any, header: Claims, claims: Claims) -> str:
    """Sign with whatever the header says; the fake may sign what a decent provider would not."""
    from joserfc.jws import JWSRegistry

    registry = JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return jwt.encode(header, claims, key, algorithms=[header["alg"]], registry=registry)


class Handler(BaseHTTPRequestHandler):
    """Answers for the provider that stands in `server.provider`."""

    def do_GET(self) -> None:
        fake: FakeProvider = self.server.provider  # type: ignore[attr-defined] # set below
        parts = urlsplit(self.path)
        name = parts.path.rsplit("/", 1)[-1]
        with fake.lock:
            fake.counts[name] = fake.counts.get(name, 0) + 1
        if name == "openid-configuration":
            self.give(fake.bends.metadata_status, json.dumps(fake.metadata()).encode())
        elif name == "certs":
            keys = [{**key.as_dict(private=False), "use": "sig"} for key in fake.published]
            self.give(200, json.dumps({"keys": keys}).encode())
        elif name == "auth":
            self.send_response(302)
            self.send_header("Location", fake.authorise(dict(parse_qsl(parts.query))))
            self.end_headers()
        elif name == "userinfo" and self.headers.get("Authorization", "").startswith("Bearer "):
            kind, body = fake.userinfo()
            self.give(200, body, kind)
        else:
            self.give(404, b"{}")

    def do_POST(self) -> None:
        fake: FakeProvider = self.server.provider  # type: ignore[attr-defined] # set below
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        status, answer = fake.token(form, self.headers.get("Authorization", ""))
        if fake.bends.token_status is not None:
            status = fake.bends.token_status
        self.give(status, fake.bends.token_body or json.dumps(answer).encode())

    def give(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture(scope="session")
def server() -> Iterator[ThreadingHTTPServer]:
    """Run one server for the whole session."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def _stand(server: ThreadingHTTPServer, fake: FakeProvider, settings: Any, **changes: Any) -> FakeProvider:
    fake.base = f"http://127.0.0.1:{server.server_address[1]}"
    kind = changes.pop("kind")
    if kind is not Kind.BUSINESS:
        changes["client_keys"] = (json.dumps(SITE_KEY.as_dict(private=True)),)
    fake.settings = preset(kind, name=changes.pop("name"), issuer=fake.issuer, client_id="RP00000001", **changes)
    server.provider = fake  # type: ignore[attr-defined] # read by the handler
    settings.OIDC_PROVIDERS = {**getattr(settings, "OIDC_PROVIDERS", {}), fake.settings.name: fake.settings}
    discovery.forget()
    return fake


CARD_HOLDER = {
    "sub": "ppid-of-hanako",
    "name": "見本 花子",
    "address": "東京都見本区見本町1-1",
    "birthdate": "19900401",
    "gender": "2",
    "email": "hanako@example.org",
}
COMPANY = {
    "sub": "gbiz-0001",
    "account_type": "2",
    "corp_type": "1",
    "corporate_number": "1000000000001",
    "name": "株式会社見本",
}


@pytest.fixture
def card(server: ThreadingHTTPServer, settings: Any) -> FakeProvider:
    """Return a provider like デジタル認証アプリ; 見本 花子 holds the card."""
    settings.OIDC_PROVIDERS = {}
    return _stand(server, FakeProvider(person=dict(CARD_HOLDER)), settings, kind=Kind.RESIDENT, name="card")


@pytest.fixture
def gbiz(server: ThreadingHTTPServer, settings: Any) -> FakeProvider:
    """Return a provider like gBizID: issuer with a slash, basic authentication, RS256, no acr."""
    settings.OIDC_PROVIDERS = {}
    fake = FakeProvider(path="/oauth/", person=dict(COMPANY), key=RSA, acr=None, ends_sessions=False)
    return _stand(server, fake, settings, kind=Kind.BUSINESS, name="gbiz", client_secret="secret: 100% & more")


@pytest.fixture
def sso(server: ThreadingHTTPServer, settings: Any) -> FakeProvider:
    """Return the staff provider."""
    settings.OIDC_PROVIDERS = {}
    fake = FakeProvider(path="/staff", person={"sub": "staff-7"}, acr="mfa")
    return _stand(server, fake, settings, kind=Kind.STAFF, name="sso", levels=(("mfa", AssuranceLevel.PASSKEY),))


PASSWORD = "a long sample password"


def make_staff(username: str) -> User:
    """Make a member of staff of an organisation, without loading a pack."""
    body, _ = Organisation.objects.get_or_create(
        id="132080", defaults={"kind": "municipality", "name_ja": "調布市", "name_en": "Chofu City"}
    )
    return services.create_staff(
        username=username, display_name=username, password=PASSWORD, roles={body.id: {Role.READER}}
    )


@pytest.fixture
def staff(db: None) -> User:
    """Return a member of staff."""
    return make_staff("fukushi")


@dataclass
class Visit:
    """A browser on its way to a provider and back."""

    client: Client
    location: str

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.location).query))


def leave(client: Client, address: str = "/sign-in/card/") -> Visit:
    """Follow this site's redirects until the browser leaves for the provider."""
    answer = client.get(address)
    while answer.status_code == 302 and answer["Location"].startswith("/"):
        answer = client.get(answer["Location"])
    assert answer.status_code == 302, answer.content.decode()
    return Visit(client, answer["Location"])


def show_card(visit: Visit) -> str:
    """Show the card at the provider; return path and query with which the browser comes back."""
    answer = httpx.get(visit.location)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def walk(client: Client, address: str = "/sign-in/card/") -> Any:
    """Go to the provider and come back; return this site's answer to the callback."""
    return client.get(show_card(leave(client, address)))
