"""Web Push: what a browser can open, what a push service may see, which hosts are called, what each answer means."""

import base64
import json
import os
import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.notifications.channels import encryption, posting, vapid, web_push
from madoguchi.apps.notifications.channels.base import Outcome
from madoguchi.apps.notifications.channels.vapid import Signer, VapidError
from madoguchi.apps.notifications.channels.web_push import Subscription, WebPushSender
from madoguchi.apps.notifications.contracts import Lane
from madoguchi.core import outbound

from .fake_push_service import HOSTS, make_certificate, signed
from .outgoing import outgoing

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
SIGNER = Signer(ec.generate_private_key(ec.SECP256R1()), "mailto:operator@madoguchi.example")
CLIENT = ec.generate_private_key(ec.SECP256R1())
SECRET = bytes(range(16))
OTHER = f"https://{HOSTS[1]}/push/def"


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def subscription(endpoint: str = f"https://{HOSTS[0]}/push/abc", **changes: Any) -> str:
    keys = {"p256dh": b64(point(CLIENT)), "auth": b64(SECRET), **changes}
    return json.dumps({"endpoint": endpoint, "keys": keys})


@dataclass
class Service:
    """Takes pushes; `answers` are given before 201."""

    port: int = 0
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def service(folder: Path) -> Iterator[tuple[Service, WebPushSender]]:
    """Serve HTTPS; the sender's calls to the hosts of the certificate come here."""
    told, (certificate, _) = Service(), make_certificate(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            told.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            status, headers = told.answers.pop(0) if told.answers else (201, {"Location": "/message/1"})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    told.port = server.server_address[1]

    def dial(host: str, port: int) -> socket.socket:
        if host == "unreachable.example":
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", told.port), timeout=10)

    poster = posting.Poster(dial=dial, tls=ssl.create_default_context(cafile=certificate))
    try:
        yield told, WebPushSender(SIGNER, poster)
    finally:
        server.shutdown()
        server.server_close()


def test_only_the_browser_can_open_the_message(tmp_path: Path) -> None:
    message = outgoing(address=subscription())
    with service(tmp_path) as (told, sender):
        result = sender.send([message])[0]
    headers, body = told.got[0]
    assert (result.outcome, result.provider_ref) == (Outcome.ACCEPTED, "/message/1")
    opened = json.loads(http_ece.decrypt(body, private_key=CLIENT, auth_secret=SECRET, version="aes128gcm"))
    assert opened == {
        "title": message.subject,
        "body": message.text,
        "url": message.url,
        "tag": headers["Topic"],
        "lang": "ja",
    }
    assert headers["Content-Encoding"] == "aes128gcm"
    assert "制度".encode() not in body
    assert signed(headers["Authorization"], SIGNER.public, HOSTS[0])
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(body, private_key=other, auth_secret=SECRET, version="aes128gcm")


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    """RFC 8291, section 5 and appendix A."""
    private = int.from_bytes(web_push._bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encryption.encrypt(
        b"When I grow up, I want to be a watermelon",
        point=web_push._bytes(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        secret=web_push._bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        key=ec.derive_private_key(private, ec.SECP256R1()),
        salt=web_push._bytes("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    with pytest.raises(ValueError, match="too long"):
        encryption.encrypt(b"x" * 4_000, point=point(CLIENT), secret=SECRET)


def test_every_message_is_encrypted_with_a_fresh_key(tmp_path: Path) -> None:
    message = outgoing(address=subscription())
    with service(tmp_path) as (told, sender):
        sender.send([message, message])
    assert len({body[:16] for _, body in told.got}) == 2
    assert len({body[21:86] for _, body in told.got}) == 2


@pytest.mark.parametrize(("lane", "urgency"), [(Lane.DISASTER, "high"), (Lane.PERSONAL, "normal"), (Lane.OFFER, "low")])
def test_the_lane_tells_how_urgent_it_is(tmp_path: Path, lane: Lane, urgency: str) -> None:
    with service(tmp_path) as (told, sender):
        sender.send([outgoing(address=subscription(), lane=lane)])
    assert told.got[0][0]["Urgency"] == urgency
    assert told.got[0][0]["TTL"] == str(web_push.DEFAULT_TTL_SECONDS)


def test_the_service_keeps_a_message_no_longer_than_it_holds() -> None:
    for left, ttl in ((timedelta(hours=2), 7_200), (timedelta(days=90), 28 * 86_400), (timedelta(hours=-1), 0)):
        assert web_push.ttl_seconds(outgoing(expires_at=NOW + left), NOW) == ttl


def test_offers_of_one_topic_replace_each_other_and_everything_else_only_itself() -> None:
    offers = [web_push.topic_of(outgoing(n, topic="child")) for n in range(3)]
    assert len(set(offers)) == 1
    assert web_push.topic_of(outgoing(topic="elderly")) not in offers
    personal = [outgoing(n, lane=Lane.PERSONAL, topic="child") for n in range(3)]
    assert len({web_push.topic_of(one) for one in personal}) == 3
    assert web_push.topic_of(personal[0]) == web_push.topic_of(personal[0])
    assert all(len(one) <= 32 for one in offers)


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "rests"),
    [
        (200, {}, Outcome.ACCEPTED, False),
        (202, {}, Outcome.ACCEPTED, False),
        (400, {}, Outcome.REFUSED, False),
        (403, {}, Outcome.RETRY, True),
        (404, {}, Outcome.GONE, False),
        (410, {}, Outcome.GONE, False),
        (413, {}, Outcome.REFUSED, False),
        (429, {"Retry-After": "9"}, Outcome.RETRY, True),
        (500, {}, Outcome.RETRY, False),
        (503, {"Retry-After": "2"}, Outcome.RETRY, True),
        (302, {"Location": "https://127.0.0.1/"}, Outcome.REFUSED, False),
    ],
)
def test_answers_of_a_push_service(
    tmp_path: Path, status: int, headers: dict[str, str], outcome: Outcome, rests: bool
) -> None:
    with service(tmp_path) as (told, sender):
        told.answers.append((status, headers))
        result = sender.send([outgoing(address=subscription())])[0]
        assert (result.outcome, result.retry_after_seconds) == (outcome, None)
        assert len(told.got) == 1
        later, other = sender.send([outgoing(address=subscription()), outgoing(address=subscription(OTHER))])
        assert (later.outcome is Outcome.RETRY) is rests
        assert other.outcome is Outcome.ACCEPTED
        assert len(told.got) == 3 - rests
    assert "abc" not in result.detail


def test_a_push_service_that_does_not_answer_holds_up_only_its_own(tmp_path: Path) -> None:
    there, away = subscription(), subscription("https://unreachable.example/a")
    with service(tmp_path) as (told, sender):
        results = sender.send([outgoing(n, address=to) for n, to in enumerate([away, there, away, there])])
    assert [one.outcome for one in results] == [Outcome.RETRY, Outcome.ACCEPTED] * 2
    assert "not tried" in results[2].detail
    assert len(told.got) == 2


def test_a_certificate_for_another_host_is_not_taken(tmp_path: Path) -> None:
    with service(tmp_path) as (told, sender):
        result = sender.send([outgoing(address=subscription("https://other.example/a"))])[0]
    assert (result.outcome, told.got) == (Outcome.RETRY, [])


def test_one_token_serves_a_push_service_until_shortly_before_its_end() -> None:
    signer, at = Signer(ec.generate_private_key(ec.SECP256R1()), "mailto:a@b.example"), time.time()
    first = signer.authorization("https://a.example", at)
    assert signer.authorization("https://a.example", at + vapid.LIFE_SECONDS - vapid.RENEW_SECONDS - 1) == first
    assert signer.authorization("https://b.example", at) != first
    assert signer.authorization("https://a.example", at + vapid.LIFE_SECONDS - vapid.RENEW_SECONDS + 1) != first
    for number in range(1_000):
        signer.authorization(f"https://{number}.example", at)
    assert len(signer._tokens) <= vapid.MAX_ORIGINS
    assert "key" not in repr(signer)


BAD = [
    "", "[]", "{}", "null", "[" * 5_000, json.dumps({"endpoint": 1, "keys": {}}),
    subscription("http://fcm.googleapis.com/a"), subscription("https://a.example:8443/a"), subscription("https:///a"),
    subscription("https://user:pass@a.example/a"), subscription("https://a.example/\r\nX: 1"), subscription("javascript:1"),
    subscription("https://a.example/" + "x" * 2_000), subscription("https://a.example/あ"), subscription("https://[::1/a"),
    subscription(p256dh="AAAA"), subscription(p256dh=b64(b"\x04" + b"\1" * 64)), subscription(p256dh="あ"),
    subscription(auth="AAAA"), subscription(auth=None), subscription("https://a.example:99999/a"),
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_subscription_is_never_called(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"subscription|endpoint|key"):
        Subscription.of(text)
    with service(tmp_path) as (told, sender):
        results = sender.send([outgoing(address=text), outgoing(address=subscription())])
    assert [one.outcome for one in results] == [Outcome.GONE, Outcome.ACCEPTED]
    assert len(told.got) == 1


@given(
    st.text(max_size=200) | st.dictionaries(st.sampled_from(["endpoint", "keys"]), st.text(max_size=50)).map(json.dumps)
)
def test_any_text_is_a_subscription_or_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"subscription|endpoint|key"):
        Subscription.of(text)


PRIVATE = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"]  # noqa: S104 # an address that must be refused


@pytest.mark.parametrize("address", PRIVATE)
def test_hosts_inside_are_never_connected_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    tried: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **_: tried.append(args))
    literal = f"[{address}]" if ":" in address else address
    sender = WebPushSender(SIGNER, posting.Poster(dial=posting.dial_public))
    assert sender.send([outgoing(address=subscription(f"https://{literal}/a"))])[0].outcome is Outcome.GONE
    # A name of the open internet that leads inside, one of its addresses or all of them.
    for found in ([address], ["8.8.8.8", address]):
        with monkeypatch.context() as patch:
            patch.setattr(outbound.require_public, "__kwdefaults__", _resolving(found))
            assert sender.send([outgoing(address=subscription("https://push.example/a"))])[0].outcome is Outcome.GONE
    assert tried == []


def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(outbound.require_public, "__kwdefaults__", _resolving(["8.8.8.8"]))
    sender = WebPushSender(SIGNER, posting.Poster(dial=posting.dial_public))
    assert sender.send([outgoing(address=subscription("https://push.example/a"))])[0].outcome is Outcome.RETRY
    assert tried == [("8.8.8.8", 443)]


def _resolving(addresses: list[str]) -> dict[str, Any]:
    kept = dict(outbound.require_public.__kwdefaults__ or {})
    return {**kept, "resolve": lambda host, port: addresses}


@given(st.text(max_size=5_000), st.text(max_size=200))
def test_a_payload_is_never_longer_than_a_push_service_takes(text: str, subject: str) -> None:
    message = outgoing(text=text, subject=subject, address=subscription())
    body = web_push.encrypted(web_push.payload(message), Subscription.of(message.address))
    assert len(body) <= 4_096
    assert json.loads(web_push.payload(message))["url"] == message.url


def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.VAPID_KEY, settings.VAPID_CONTACT = tmp_path, "", "mailto:a@b.example"
    first, second = vapid.from_settings(), vapid.from_settings()
    assert first is not None
    assert second is not None
    assert first.public == second.public
    assert stat.S_IMODE(os.stat(tmp_path / vapid.FILE).st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [vapid.FILE]
    settings.VAPID_CONTACT = ""
    assert vapid.from_settings() is None
    assert web_push.from_settings() is None


def test_the_key_of_the_settings_is_taken_in_each_form(settings: Any) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    raw = key.private_numbers().private_value.to_bytes(32, "big")
    pem = vapid._pem(key).decode()
    for text in (pem, pem.replace("\n", "\\n"), b64(raw), base64.b64encode(raw).decode()):
        assert point(vapid.read_key(text)) == point(key)
    other = ec.generate_private_key(ec.SECP384R1())
    for wrong in (
        "",
        "AAAA",
        "no key",
        vapid._pem(other).decode(),
        "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----",
    ):
        with pytest.raises(VapidError, match="P-256"):
            vapid.read_key(wrong)
    settings.VAPID_CONTACT = "operator@madoguchi.example"
    with pytest.raises(VapidError, match="mailto"):
        vapid.from_settings()


def test_the_tag_is_the_same_at_every_try() -> None:
    key = UUID(int=7)
    tags = {json.loads(web_push.payload(outgoing(lane=Lane.PERSONAL, provider_key=key)))["tag"] for _ in range(3)}
    assert len(tags) == 1
