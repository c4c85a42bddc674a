"""A relying party that knows nothing of the project: httpx, cryptography and the standards, to judge the provider."""

import base64
import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def es256(claims: dict[str, Any], key: ec.EllipticCurvePrivateKey, **header: Any) -> str:
    """Sign a JWT by hand; members of the header that are None are left out."""
    head = {name: value for name, value in {"alg": "ES256", **header}.items() if value is not None}
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(SHA256())))
    return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def public_jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (b64(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "use": "sig", "alg": "ES256"}


def check_signature(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of a token that one of the published keys signed; raise when none did."""
    head, body, signature = token.split(".")
    header = json.loads(unb64(head))
    (jwk,) = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    assert header["alg"] == jwk["alg"]
    message, raw = f"{head}.{body}".encode(), unb64(signature)
    if jwk["kty"] == "EC":
        x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in "xy")
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        assert len(raw) == 64
        pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(pair, message, ec.ECDSA(SHA256()))
    else:
        n, e = (int.from_bytes(unb64(jwk[name]), "big") for name in "ne")
        rsa.RSAPublicNumbers(e, n).public_key().verify(raw, message, padding.PKCS1v15(), SHA256())
    claims: dict[str, Any] = json.loads(unb64(body))
    return claims


@dataclass
class Judge:
    """One service that signs people in at one issuer."""

    issuer: str
    client_id: str
    redirect_uri: str
    scope: str
    key: ec.EllipticCurvePrivateKey | None = None
    kid: str = "site-1"
    secret: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def __post_init__(self) -> None:
        self.discovery = self.http.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration").json()
        self.verifier = secrets.token_urlsafe(48)
        self.state, self.nonce = secrets.token_urlsafe(12), secrets.token_urlsafe(12)

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """Return a sound authorization request with changes; None leaves a parameter out."""
        challenge = b64(hashlib.sha256(self.verifier.encode()).digest())
        sound: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**sound, **changes}.items() if value is not None}

    def ask(self, **changes: str | None) -> httpx.Response:
        return self.http.get(self.discovery["authorization_endpoint"], params=self.parameters(**changes))

    def follow(self, response: httpx.Response) -> httpx.Response:
        return self.http.get(
            response.headers["location"] if "://" in response.headers["location"] else self._at(response)
        )

    def _at(self, response: httpx.Response) -> str:
        return str(response.url.join(response.headers["location"]))

    def press(self, page: httpx.Response, **button: str) -> httpx.Response:
        """Press a button of a page: the form that has it, with its hidden fields."""
        (name, value), *_ = button.items()
        forms = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.S)
        for action, content in forms:
            if f'name="{name}" value="{value}"' in content:
                hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', content))
                return self.http.post(page.url.join(action), data={**hidden, name: value})
        raise AssertionError(f"no button {button} on the page")

    def walk(self, account: str, **changes: str | None) -> dict[str, str]:
        """Pick a card and agree; return the callback's parameters."""
        consent = self.follow(self.press(self.follow(self.ask(**changes)), account=account))
        return self.callback(self.press(consent, decision="allow"))

    def callback(self, response: httpx.Response) -> dict[str, str]:
        target = response.headers["location"]
        assert target.startswith(self.redirect_uri), target
        return dict(parse_qsl(urlsplit(target).query))

    def assertion_claims(self, **changes: Any) -> dict[str, Any]:
        sound = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.discovery["token_endpoint"],
            "jti": secrets.token_urlsafe(12),
            "iat": int(time.time()),
            "exp": int(time.time()) + 30,
        }
        return {name: value for name, value in {**sound, **changes}.items() if value is not None}

    def assertion(self, **changes: Any) -> str:
        assert self.key is not None
        return es256(self.assertion_claims(**changes), self.key, kid=self.kid)

    def token(self, code: str | None, **changes: str | None) -> httpx.Response:
        """Exchange a code; a change of None leaves a field out."""
        sound: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        if self.key is not None:
            sound |= {"client_assertion_type": ASSERTION_TYPE}
            if "client_assertion" not in changes:
                sound |= {"client_assertion": self.assertion()}
        fields = {name: value for name, value in {**sound, **changes}.items() if value is not None}
        basic = (quote_plus(self.client_id), quote_plus(self.secret)) if self.secret else None
        return self.http.post(self.discovery["token_endpoint"], data=fields, auth=basic)  # type: ignore[arg-type]

    def judged(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """Return the ID token's claims after every check of OpenID Connect Core 3.1.3.7."""
        claims = check_signature(tokens["id_token"], self.http.get(self.discovery["jwks_uri"]).json())
        assert claims["iss"] == self.discovery["issuer"] == self.issuer
        assert claims["aud"] == claims["azp"] == self.client_id
        assert claims["nonce"] == self.nonce
        assert claims["iat"] <= time.time() + 1 < claims["exp"] < time.time() + 900
        assert abs(claims["auth_time"] - time.time()) < 60
        assert claims["at_hash"] == b64(hashlib.sha256(tokens["access_token"].encode()).digest()[:16])
        return claims

    def userinfo(self, token: str) -> httpx.Response:
        return self.http.get(self.discovery["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)
