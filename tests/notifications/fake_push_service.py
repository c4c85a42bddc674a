"""A local push service for a real Chromium: it lets the browser check in, register and wait for messages (MCS).

Chromium is told the three addresses by switches. Messages come by HTTP as from any application server (RFC 8030), are
judged by the rules of VAPID (RFC 8292) and reach the browser as they came: only the browser can open them.
"""

import base64
import contextlib
import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey

MCS_VERSION = 41
PING, PING_ANSWER, LOGIN, LOGIN_ANSWER, DATA = 0, 1, 2, 3, 8
HOSTS = ("fcm.googleapis.com", "jmt17.google.com")
"""Whom Chromium names as its push service, by version and build; the test calls this machine in their place."""


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field_of(number: int, value: int | str | bytes) -> bytes:
    """Return one field of a protocol buffer: a varint, or text and bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed64(number: int, value: int) -> bytes:
    return varint(number << 3 | 1) + value.to_bytes(8, "little")


@dataclass
class Registration:
    """What a browser registered: its application, the part of it, and the key of the sender it trusts."""

    app: str
    subtype: str
    sender: str


@dataclass
class PushService:
    """Knows registrations by token and the connections on which browsers wait."""

    certificate: Path
    spki: str
    http_port: int = 0
    tls_port: int = 0
    mcs_port: int = 0
    registrations: dict[str, Registration] = field(default_factory=dict)
    waiting: list[ssl.SSLSocket] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def switches(self) -> list[str]:
        """Return the arguments with which Chromium uses this service."""
        base = f"http://127.0.0.1:{self.http_port}"
        return [
            f"--gcm-checkin-url={base}/checkin",
            f"--gcm-registration-url={base}/register",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{self.mcs_port}",
            f"--ignore-certificate-errors-spki-list={self.spki}",
        ]

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        self.calls.append(path)
        if path == "/checkin":
            return 200, field_of(1, 1) + fixed64(7, 4242) + fixed64(8, 777)
        if path == "/register":
            given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            token = f"token{len(self.registrations)}"
            self.registrations[token] = Registration(
                given.get("app", ""), given.get("X-subtype", ""), given.get("sender", "")
            )
            return 200, f"token={token}".encode()
        return self.push(path.rsplit("/", 1)[-1], headers, body), b""

    def push(self, token: str, headers: Any, body: bytes) -> int:
        """Take a message as a push service does: known token, right signature, encrypted, not too long."""
        found = self.registrations.get(token)
        if found is None:
            return 410
        if not signed(headers.get("Authorization", ""), found.sender, headers.get("Host", "")):
            return 403
        if headers.get("Content-Encoding") != "aes128gcm" or not headers.get("TTL", "").isdecimal():
            return 400
        if len(body) > 4096:
            return 413
        self.received.append({"headers": dict(headers), "body": body, "token": token})
        self.hand_over(found, body)
        return 201

    def hand_over(self, to: Registration, body: bytes) -> None:
        number = len(self.received)
        pairs = {"subtype": to.subtype, "content-encoding": "aes128gcm"}
        data = b"".join(field_of(7, field_of(1, name) + field_of(2, value)) for name, value in pairs.items())
        stanza = field_of(2, f"m{number}") + field_of(3, to.sender) + field_of(5, to.app) + data
        stanza += field_of(9, f"p{number}") + field_of(21, body)
        with self.lock:
            for connection in list(self.waiting):
                try:
                    connection.sendall(bytes([DATA]) + varint(len(stanza)) + stanza)
                except OSError:
                    self.waiting.remove(connection)

    def serve_browser(self, connection: ssl.SSLSocket) -> None:
        """Speak MCS with one browser: its login, then answers to its pings until it leaves."""
        with connection, contextlib.suppress(OSError, EOFError), connection.makefile("rb") as stream:
            exactly(stream, 1)
            while True:
                tag = exactly(stream, 1)[0]
                exactly(stream, size_of(stream))
                if tag == LOGIN:
                    answer = field_of(1, "1") + field_of(2, "1@example")
                    with self.lock:
                        connection.sendall(bytes([MCS_VERSION, LOGIN_ANSWER]) + varint(len(answer)) + answer)
                        self.waiting.append(connection)
                elif tag == PING:
                    with self.lock:
                        connection.sendall(bytes([PING_ANSWER, 0]))


def exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def size_of(stream: BinaryIO) -> int:
    """Read a varint."""
    size, shift = 0, 0
    while (part := exactly(stream, 1)[0]) > 0x7F:
        size |= (part & 0x7F) << shift
        shift += 7
    return size | part << shift


def signed(header: str, sender: str, host: str) -> bool:
    """Tell whether the token is signed with the key that the browser subscribed to, for this service and not for long."""
    parts = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(",") if "=" in part)
    if not header.startswith("vapid ") or parts.get("k", "") != sender.rstrip("="):
        return False
    point = base64.urlsafe_b64decode(parts["k"] + "=")
    numbers = {"x": point[1:33], "y": point[33:]}
    key = {name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in numbers.items()}
    claims = jwt.decode(parts["t"], ECKey.import_key({"kty": "EC", "crv": "P-256", **key}), algorithms=["ES256"]).claims
    now = datetime.now(UTC).timestamp()
    return (
        host in HOSTS
        and claims["aud"] == f"https://{host}"
        and now < claims["exp"] <= now + 86_400
        and claims["sub"].startswith(("mailto:", "https://"))
    )


def make_certificate(folder: Path) -> tuple[Path, str]:
    """Write a self-signed certificate with its key; return the file and the hash of its public key for Chromium."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=10))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "push-service.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return path, base64.b64encode(hashlib.sha256(spki).digest()).decode()


def handler_of(service: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = service.answer(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def running(folder: Path) -> Iterator[PushService]:
    """Serve as long as the block lasts: HTTP for the browser, HTTPS for senders, MCS for waiting browsers."""
    certificate, spki = make_certificate(folder)
    service = PushService(certificate, spki)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    plain = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(service))
    secure = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(service))
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    mcs = socket.create_server(("127.0.0.1", 0))
    service.http_port, service.tls_port = plain.server_address[1], secure.server_address[1]
    service.mcs_port = mcs.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                connection, _ = mcs.accept()
            except OSError:
                return
            try:
                browser = context.wrap_socket(connection, server_side=True)
            except OSError:
                continue
            threading.Thread(target=service.serve_browser, args=(browser,), daemon=True).start()

    for target, poll in ((plain.serve_forever, (0.02,)), (secure.serve_forever, (0.02,)), (accept, ())):
        threading.Thread(target=target, args=poll, daemon=True).start()
    try:
        yield service
    finally:
        plain.shutdown()
        secure.shutdown()
        plain.server_close()
        secure.server_close()
        mcs.close()
