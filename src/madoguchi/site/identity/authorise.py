"""Checks an authorization request: who asks, where the answer would go, and whether everything demanded is there.

Faults of the client or its address become a page; everything else goes back to the client. It picks no card.
"""

import re
from collections.abc import Iterable, Mapping

from madoguchi.site.identity.issuers import Client, Issuer
from madoguchi.site.identity.messages import PageRefusal, RedirectRefusal
from madoguchi.site.identity.store import Asked

PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS = frozenset({"login", "consent", "select_account"})


def trusted_client(clients: Iterable[Client], issuer: Issuer, parameters: Mapping[str, str]) -> Client:
    """Return the client when it is known and its address is registered letter by letter; raise PageRefusal."""
    wanted = parameters.get("client_id", "")
    client = next((item for item in clients if item.client_id == wanted and item.issuer is issuer.name), None)
    if client is None:
        raise PageRefusal(
            "invalid_client",
            ja="このサービスは登録されていません。サービスの窓口に知らせてください。",
            en="This service is not registered here. Tell the service.",
        )
    if parameters.get("redirect_uri", "") not in client.redirect_uris:
        raise PageRefusal(
            "invalid_grant",
            ja="戻り先のアドレスが登録と一致しません。安全のため戻りません。サービスの窓口に知らせてください。",
            en="The return address differs from the registered ones, so nobody is sent back. Tell the service.",
        )
    return client


def check(issuer: Issuer, client: Client, parameters: Mapping[str, str]) -> Asked:
    """Return the request as values; raise RedirectRefusal with the error code that the standards name."""
    _check_response_form(parameters)
    _check_demands(issuer, parameters)
    _check_pkce(parameters)
    _check_prompt(parameters)
    return Asked(
        issuer=issuer.name,
        client_id=client.client_id,
        redirect_uri=parameters["redirect_uri"],
        scopes=_scopes(issuer, client, parameters.get("scope", "")),
        state=parameters.get("state", ""),
        nonce=parameters.get("nonce", ""),
        challenge=parameters.get("code_challenge", ""),
        acr_values=_acr_values(issuer, parameters.get("acr_values", "")),
        language=_language(parameters.get("ui_locales", "")),
    )


def printable_state(parameters: Mapping[str, str]) -> str:
    """Return the state when it may be sent back."""
    state = parameters.get("state", "")
    return state if PRINTABLE.fullmatch(state) else ""


def _check_response_form(parameters: Mapping[str, str]) -> None:
    if "request" in parameters:
        raise RedirectRefusal("request_not_supported", "request objects are not supported")
    if "request_uri" in parameters:
        raise RedirectRefusal("request_uri_not_supported", "request_uri is not supported")
    if "response_type" not in parameters:
        raise RedirectRefusal("invalid_request", "response_type is missing")
    if parameters["response_type"] != "code":
        raise RedirectRefusal("unsupported_response_type", "only response_type=code is supported")
    if parameters.get("response_mode", "query") != "query":
        raise RedirectRefusal("invalid_request", "only response_mode=query is supported")


def _check_demands(issuer: Issuer, parameters: Mapping[str, str]) -> None:
    for name in sorted(issuer.demands):
        if not parameters.get(name):
            raise RedirectRefusal("invalid_request", f"{name} is required")
    for name in ("state", "nonce"):
        if name in parameters and not PRINTABLE.fullmatch(parameters[name]):
            raise RedirectRefusal("invalid_request", f"{name} must be 1 to 255 printable ASCII characters")


def _check_pkce(parameters: Mapping[str, str]) -> None:
    """S256 only: a missing method means `plain` (RFC 7636 section 4.3)."""
    if "code_challenge" not in parameters and "code_challenge_method" not in parameters:
        return
    if parameters.get("code_challenge_method") != "S256":
        raise RedirectRefusal("invalid_request", "code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(parameters.get("code_challenge", "")):
        raise RedirectRefusal("invalid_request", "code_challenge must be 43 base64url characters")


def _check_prompt(parameters: Mapping[str, str]) -> None:
    prompts = set(parameters.get("prompt", "").split())
    if prompts == {"none"}:
        raise RedirectRefusal("login_required", "a card must be read at each sign-in")
    if not prompts <= PROMPTS:
        raise RedirectRefusal("invalid_request", "prompt is not understood")
    if not re.fullmatch(r"\d{1,9}|", parameters.get("max_age", "")):
        raise RedirectRefusal("invalid_request", "max_age must be a number of seconds")


def _scopes(issuer: Issuer, client: Client, text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(text.split()))
    if "openid" not in asked:
        raise RedirectRefusal("invalid_scope", "scope must contain openid")
    refused = [scope for scope in asked if scope not in issuer.scopes or scope not in client.scopes]
    if refused:
        raise RedirectRefusal("invalid_scope", "a scope is unknown or not approved for this client")
    return asked


def _acr_values(issuer: Issuer, text: str) -> tuple[str, ...]:
    asked = tuple(text.split())
    if issuer.acr_values and not set(asked) <= set(issuer.acr_values):
        raise RedirectRefusal("invalid_request", "acr_values are not understood")
    return asked


def _language(text: str) -> str:
    """Return the first language that the pages have, or empty text."""
    return next((tag[:2].lower() for tag in text.split() if tag[:2].lower() in ("ja", "en")), "")
