"""The local OpenID provider: every endpoint of its three issuers, from a request to an answer.

For demonstrations and tests only; it checks what the real providers check and believes whichever sample card is picked.
"""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from joserfc.errors import JoseError

from madoguchi.site.identity import authorise, clientauth, pages, tokens
from madoguchi.site.identity.issuers import ISSUERS, Client, Issuer, IssuerName
from madoguchi.site.identity.keys import Keyring
from madoguchi.site.identity.messages import (
    NO_STORE,
    DoubledParameter,
    PageRefusal,
    RedirectRefusal,
    Request,
    Response,
    TokenRefusal,
    json_response,
    redirect,
    with_parameters,
)
from madoguchi.site.identity.samples import Account, Samples
from madoguchi.site.identity.store import TOKEN_LIFE_SECONDS, Asked, Clock, Grant, Store, Ticket

VERIFIER_LENGTHS = range(43, 129)
Handler = Callable[[Issuer, Request], Response]


class Provider:
    """One running provider. `handle` is safe to call from several threads."""

    def __init__(
        self,
        *,
        base: str,
        clients: Sequence[Client],
        samples: Samples,
        salt: bytes,
        clock: Clock = time.time,
        test_mode: bool = False,
        issuer_base: str = "",
    ) -> None:
        """`base` is where it listens; `issuer_base` stands in the issuers' names when that is another address."""
        self.base = base.rstrip("/")
        self.issuer_base = (issuer_base or base).rstrip("/")
        self.store = Store(clock)
        self.keys = {issuer.name: Keyring(issuer.algorithm) for issuer in ISSUERS}
        self._clients = tuple(clients)
        self._samples = samples
        self._salt = salt
        self._test_mode = test_mode
        self._routes = self._table()

    def _table(self) -> dict[str, tuple[Issuer, Mapping[str, Handler]]]:
        """Return path → (issuer, method → handler)."""
        table: dict[str, tuple[Issuer, Mapping[str, Handler]]] = {}
        for issuer in ISSUERS:
            table[f"{issuer.root}/.well-known/openid-configuration"] = (issuer, {"GET": self._discovery})
            table[issuer.jwks_path] = (issuer, {"GET": self._jwks})
            table[issuer.authorization_path] = (issuer, {"GET": self._authorise})
            table[issuer.choose_path] = (issuer, {"GET": self._choose, "POST": self._picked})
            table[issuer.consent_path] = (issuer, {"GET": self._consent, "POST": self._decided})
            table[issuer.token_path] = (issuer, {"POST": self._token})
            table[issuer.userinfo_path] = (issuer, {"GET": self._userinfo, "POST": self._userinfo})
            if issuer.end_session_path:
                table[issuer.end_session_path] = (issuer, {"GET": self._end_session})
            if self._test_mode:
                table[f"{issuer.root}/rotate"] = (issuer, {"POST": self._rotate})
        return table

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        if request.path == pages.STYLE_PATH:
            return pages.style()
        if request.path not in self._routes:
            return json_response({"error": "not_found"}, status=404)
        issuer, handlers = self._routes[request.path]
        if request.method not in handlers:
            return json_response({"error": "method_not_allowed"}, status=405, headers={"Allow": ", ".join(handlers)})
        try:
            return handlers[request.method](issuer, request)
        except TokenRefusal as problem:
            return problem.response()
        except PageRefusal as problem:
            return pages.refusal(problem, _language(request, ""))
        except DoubledParameter as problem:
            return TokenRefusal("invalid_request", str(problem)).response()

    def subject(self, issuer: Issuer, client_id: str, account_id: str) -> str:
        """Return the subject under which a client knows an account."""
        return tokens.subject(issuer, client_id, account_id, salt=self._salt)

    def _discovery(self, issuer: Issuer, request: Request) -> Response:
        return json_response({**issuer.discovery(self.base), "issuer": issuer.url(self.issuer_base)})

    def _jwks(self, issuer: Issuer, request: Request) -> Response:
        return json_response(self.keys[issuer.name].published())

    def _rotate(self, issuer: Issuer, request: Request) -> Response:
        """Change the signing key (test mode): `keep_old=no` takes the old key away at once."""
        kid = self.keys[issuer.name].rotate(keep_old=request.form().get("keep_old") != "no")
        return json_response({"kid": kid})

    def _authorise(self, issuer: Issuer, request: Request) -> Response:
        parameters = request.parameters()
        client = authorise.trusted_client(self._clients, issuer, parameters)
        try:
            asked = authorise.check(issuer, client, parameters)
        except RedirectRefusal as problem:
            state = authorise.printable_state(parameters)
            return self._refuse(issuer, parameters["redirect_uri"], state, problem)
        browser = request.cookie(_cookie(issuer)) or secrets.token_urlsafe(16)
        ticket_id = self.store.open_ticket(asked, browser=browser)
        cookie = f"{_cookie(issuer)}={browser}; Path={issuer.root}; HttpOnly; SameSite=Lax"
        return redirect(_with_ticket(issuer.choose_path, ticket_id, ""), headers={"Set-Cookie": cookie})

    def _refuse(self, issuer: Issuer, target: str, state: str, problem: RedirectRefusal) -> Response:
        answer = {"error": problem.error, "error_description": problem.description, "state": state}
        return redirect(with_parameters(target, {**answer, "iss": issuer.url(self.issuer_base)}))

    def _open(self, issuer: Issuer, request: Request, fields: Mapping[str, str]) -> tuple[str, Ticket, Client]:
        """Return the ticket of this browser; a ticket that has ended or belongs to another browser is a page."""
        ticket_id = fields.get("ticket", "")
        ticket = self.store.ticket(ticket_id, browser=request.cookie(_cookie(issuer)), issuer=issuer.name)
        if ticket is None:
            raise PageRefusal(
                "expired",
                ja="この画面は期限が切れたか、別の画面から開かれました。サービスにもどって、もう一度サインインしてください。",
                en="This page has ended or was opened elsewhere. Go back to the service and sign in again.",
            )
        return ticket_id, ticket, self._client(ticket.asked)

    def _client(self, asked: Asked) -> Client:
        return next(c for c in self._clients if (c.issuer, c.client_id) == (asked.issuer, asked.client_id))

    def _account(self, issuer: IssuerName, account_id: str) -> Account:
        account = next((item for item in self._samples[issuer] if item.id == account_id), None)
        if account is None:
            raise PageRefusal("unknown_card", ja="そのカードはありません。", en="There is no such card.")
        return account

    def _choose(self, issuer: Issuer, request: Request) -> Response:
        ticket_id, ticket, client = self._open(issuer, request, request.parameters())
        language = _language(request, ticket.asked.language)
        return pages.choose(issuer, client, self._samples[issuer.name], ticket_id, language)

    def _picked(self, issuer: Issuer, request: Request) -> Response:
        form = request.form()
        ticket_id, ticket, _ = self._open(issuer, request, form)
        account = self._account(issuer.name, form.get("account", ""))
        if account.revoked and (issuer.name is not IssuerName.CARD or "crl" in ticket.asked.acr_values):
            self.store.close_ticket(ticket_id)
            problem = RedirectRefusal("access_denied", "the certificate is revoked")
            return self._refuse(issuer, ticket.asked.redirect_uri, ticket.asked.state, problem)
        self.store.pick(ticket_id, ticket, account.id)
        return redirect(_with_ticket(issuer.consent_path, ticket_id, form.get("lang", "")))

    def _consent(self, issuer: Issuer, request: Request) -> Response:
        ticket_id, ticket, client = self._open(issuer, request, request.parameters())
        if not ticket.account_id:
            return redirect(_with_ticket(issuer.choose_path, ticket_id, ""))
        account = self._account(issuer.name, ticket.account_id)
        told = tokens.userinfo(issuer, self._grant(ticket), account, sub="")
        return pages.consent(issuer, client, told, ticket_id, _language(request, ticket.asked.language))

    def _grant(self, ticket: Ticket) -> Grant:
        return Grant(ticket.asked, ticket.account_id, int(self.store.clock()))

    def _decided(self, issuer: Issuer, request: Request) -> Response:
        """End the ticket with a code or a refusal; a doubled answer finds the ticket gone."""
        form = request.form()
        ticket_id, ticket, _ = self._open(issuer, request, form)
        if form.get("decision") not in ("allow", "deny"):
            return redirect(_with_ticket(issuer.consent_path, ticket_id, form.get("lang", "")))
        if form["decision"] == "allow" and not ticket.account_id:
            return redirect(_with_ticket(issuer.choose_path, ticket_id, form.get("lang", "")))
        if not self.store.close_ticket(ticket_id):
            raise PageRefusal("expired", ja="この画面は使われました。", en="This page was used.")
        asked = ticket.asked
        if form["decision"] == "deny":
            problem = RedirectRefusal("access_denied", "the person refused")
            return self._refuse(issuer, asked.redirect_uri, asked.state, problem)
        answer = {"code": self.store.issue_code(asked, ticket.account_id), "state": asked.state}
        if issuer.name is IssuerName.CARD:
            answer["session_state"] = secrets.token_urlsafe(12)
        return redirect(with_parameters(asked.redirect_uri, {**answer, "iss": issuer.url(self.issuer_base)}))

    def _token(self, issuer: Issuer, request: Request) -> Response:
        form = request.form()
        client = clientauth.authenticate(
            issuer, self._clients, request, form, store=self.store, token_url=self.base + issuer.token_path
        )
        kind = form.get("grant_type", "")
        if kind not in issuer.grants():
            error = "unsupported_grant_type" if kind else "invalid_request"
            raise TokenRefusal(error, f"grant_type must be one of {', '.join(issuer.grants())}")
        grant = (
            self._by_refresh(issuer, client, form) if kind == "refresh_token" else self._by_code(issuer, client, form)
        )
        return self._issue(issuer, grant)

    def _by_code(self, issuer: Issuer, client: Client, form: Mapping[str, str]) -> Grant:
        """Return the grant of a code. Any attempt uses the code up, also one with a wrong verifier."""
        if not form.get("code") or not form.get("redirect_uri"):
            raise TokenRefusal("invalid_request", "code and redirect_uri are required")
        grant = self.store.redeem_code(form["code"])
        if grant is None:
            raise TokenRefusal("invalid_grant", "the code is unknown, ended or was used")
        if (grant.asked.issuer, grant.asked.client_id) != (issuer.name, client.client_id):
            raise TokenRefusal("invalid_grant", "the code was given to another client")
        if form["redirect_uri"] != grant.asked.redirect_uri:
            raise TokenRefusal("invalid_grant", "redirect_uri differs from the one in the request")
        _check_verifier(grant.asked.challenge, form.get("code_verifier", ""))
        return grant

    def _by_refresh(self, issuer: Issuer, client: Client, form: Mapping[str, str]) -> Grant:
        grant = self.store.redeem_refresh(form.get("refresh_token", ""), client_id=client.client_id, issuer=issuer.name)
        if grant is None:
            status = 401 if issuer.name is IssuerName.BUSINESS else 400
            error = "invalid_token" if issuer.name is IssuerName.BUSINESS else "invalid_grant"
            raise TokenRefusal(error, "the refresh token is unknown, ended or was used", status=status)
        return grant

    def _issue(self, issuer: Issuer, grant: Grant) -> Response:
        keys, now = self.keys[issuer.name], self.store.clock()
        account = self._account(issuer.name, grant.account_id)
        sub = self.subject(issuer, grant.asked.client_id, account.id)
        access = tokens.access_token(issuer, keys, grant, base=self.issuer_base, sub=sub, now=now)
        self.store.issue_access(access, grant)
        answer: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE_SECONDS,
            "scope": " ".join(grant.asked.scopes),
            "id_token": tokens.id_token(
                issuer, keys, grant, account, base=self.issuer_base, sub=sub, access=access, now=now
            ),
        }
        if "offline_access" in grant.asked.scopes:
            answer["refresh_token"] = self.store.issue_refresh(grant)
        return json_response(answer, headers=NO_STORE)

    def _userinfo(self, issuer: Issuer, request: Request) -> Response:
        """Tell the claims; the token comes in the header only, never in an address."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefusal("invalid_token", "a bearer token is required", status=401, challenge="Bearer")
        grant = self.store.access(token.strip())
        if grant is None or grant.asked.issuer is not issuer.name:
            challenge = 'Bearer error="invalid_token"'
            raise TokenRefusal("invalid_token", "the token is unknown or ended", status=401, challenge=challenge)
        account = self._account(issuer.name, grant.account_id)
        sub = self.subject(issuer, grant.asked.client_id, account.id)
        return json_response(tokens.userinfo(issuer, grant, account, sub=sub), headers=NO_STORE)

    def _end_session(self, issuer: Issuer, request: Request) -> Response:
        """End the account's tokens (OpenID Connect RP-Initiated Logout 1.0); only registered addresses are returned to."""
        parameters = request.parameters()
        client = self._signed_out(issuer, parameters)
        target = parameters.get("post_logout_redirect_uri", "")
        if not target:
            return pages.signed_out(_language(request, ""))
        if client is None or target not in client.post_logout_redirect_uris:
            raise PageRefusal(
                "invalid_request",
                ja="戻り先のアドレスが登録と一致しません。安全のため戻りません。",
                en="The return address is not registered, so nobody is sent back.",
            )
        return redirect(with_parameters(target, {"state": authorise.printable_state(parameters)}))

    def _signed_out(self, issuer: Issuer, parameters: Mapping[str, str]) -> Client | None:
        """End the tokens that an ID token of this issuer points to, also one that has ended; None without one."""
        try:
            claims = self.keys[issuer.name].read(parameters.get("id_token_hint", ""))
        except (JoseError, ValueError):
            return None
        client = next((c for c in self._clients if (c.issuer, c.client_id) == (issuer.name, claims.get("aud"))), None)
        if client is None or parameters.get("client_id", client.client_id) != client.client_id:
            return None
        for account in self._samples[issuer.name]:
            if self.subject(issuer, client.client_id, account.id) == claims.get("sub"):
                self.store.end_session(issuer=issuer.name, client_id=client.client_id, account_id=account.id)
        return client


def _check_verifier(challenge: str, verifier: str) -> None:
    """Compare the verifier with the challenge (RFC 7636 section 4.6); one without a challenge is refused too."""
    if not challenge and not verifier:
        return
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if len(verifier) not in VERIFIER_LENGTHS or not hmac.compare_digest(digest, challenge):
        raise TokenRefusal("invalid_grant", "code_verifier is missing or does not fit the challenge")


def _cookie(issuer: Issuer) -> str:
    return f"identity_{issuer.name.value}"


def _with_ticket(path: str, ticket_id: str, language: str) -> str:
    chosen = {"lang": language} if language in ("ja", "en") else {}
    return f"{path}?{urlencode({'ticket': ticket_id, **chosen})}"


def _language(request: Request, asked: str) -> str:
    """Return the language: the one clicked, then the client's wish, then the browser's, else Japanese."""
    try:
        chosen = request.parameters().get("lang", "")
    except DoubledParameter:
        chosen = ""
    preferred = request.headers.get("accept-language", "")[:2].lower()
    return next((tag for tag in (chosen, asked, preferred) if tag in ("ja", "en")), "ja")
