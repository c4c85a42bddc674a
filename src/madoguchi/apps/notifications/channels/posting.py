"""Posts over kept connections, one per thread and origin: what every provider that is called by HTTP has in common.

Written by hand on sockets because a worker makes thousands of calls per second. It follows no redirect, keeps no cookie,
and a whole call ends within its time limit, however slowly the other side writes.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.core import outbound

TIMEOUT_SECONDS = 10.0
CALL_SECONDS = 40.0
"""A call of a sender stops beginning new messages after this time: its lease lasts a minute."""
IDLE_SECONDS = 20.0
"""Servers close idle connections; an older one is opened anew instead of being tried."""
MAX_KEPT = 32
MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 1_000_000
MAX_WAIT_SECONDS = 3_600.0
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")

Dial = Callable[[str, int], socket.socket]
"""Host and port → a connected socket, before TLS; raises OSError. It decides which hosts may be called at all."""


class Unreachable(Exception):
    """No whole answer came. The provider may have taken the message: only the same key makes a second try harmless."""


class Forbidden(Exception):
    """The address must not be called at all: it is not on the open internet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after(self, now: datetime) -> float | None:
        """Return how long to wait in seconds by Retry-After (RFC 9110 10.2.3), None without a readable one."""
        text = self.headers.get("retry-after", "")
        if re.fullmatch(r"[0-9]{1,9}", text):
            return min(float(text), MAX_WAIT_SECONDS)
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max((at - now).total_seconds(), 0.0), MAX_WAIT_SECONDS)


def dial_anywhere(host: str, port: int) -> socket.socket:
    """Connect to a host that the operator named."""
    return socket.create_connection((host, port), timeout=TIMEOUT_SECONDS)


def dial_public(host: str, port: int) -> socket.socket:
    """Connect to a host that somebody else named: only where all its addresses are public, and to the one looked at."""
    name = f"[{host}]" if ":" in host else host
    try:
        address = outbound.require_public(f"https://{name}:{port}/", ports=(443,))
    except outbound.OutboundError as error:
        if error.refusal is outbound.Refusal.UNKNOWN_HOST:
            raise ConnectionRefusedError("unknown host") from None
        raise Forbidden(str(error)) from None
    return socket.create_connection((address, port), timeout=TIMEOUT_SECONDS)


class Poster:
    """Posts and keeps its connections. Safe to use from several threads: each has its own connections."""

    def __init__(
        self,
        *,
        dial: Dial = dial_anywhere,
        tls: ssl.SSLContext | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._dial = dial
        self._tls = tls or ssl.create_default_context()
        self._timeout = timeout_seconds
        self._mine = threading.local()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body and return the answer; raise Unreachable or Forbidden. A header with a line break is a ValueError."""
        parts = urlsplit(url)
        request = _request(parts, headers, body)
        deadline = time.monotonic() + self._timeout
        kept = self._take(parts)
        if kept is not None:
            try:
                return self._exchange(kept, request, parts, deadline)
            except _Stale:
                pass
            except (OSError, ValueError) as error:
                raise Unreachable(_why(error)) from None
        try:
            return self._exchange(self._open(parts), request, parts, deadline)
        except (OSError, ValueError, _Stale) as error:
            raise Unreachable(_why(error)) from None

    def _connections(self) -> dict[tuple[str, str], tuple["_Connection", float]]:
        found: dict[tuple[str, str], tuple[_Connection, float]] | None = getattr(self._mine, "kept", None)
        if found is None:
            found = self._mine.kept = {}
        return found

    def _take(self, parts: SplitResult) -> "_Connection | None":
        found = self._connections().pop((parts.scheme, parts.netloc), None)
        if found is None:
            return None
        connection, used_at = found
        if time.monotonic() - used_at > IDLE_SECONDS:
            connection.socket.close()
            return None
        return connection

    def _open(self, parts: SplitResult) -> "_Connection":
        secure, host = parts.scheme == "https", parts.hostname or ""
        plain = self._dial(host, parts.port or (443 if secure else 80))
        try:
            plain.settimeout(self._timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Connection(self._tls.wrap_socket(plain, server_hostname=host) if secure else plain)
        except BaseException:
            plain.close()
            raise

    def _exchange(self, connection: "_Connection", request: bytes, parts: SplitResult, deadline: float) -> Answer:
        try:
            connection.send(request, deadline)
            answer, stays = connection.answer(deadline)
        except BaseException:
            connection.socket.close()
            raise
        if stays:
            kept = self._connections()
            kept[(parts.scheme, parts.netloc)] = (connection, time.monotonic())
            if len(kept) > MAX_KEPT:
                kept.pop(next(iter(kept)))[0].socket.close()
        else:
            connection.socket.close()
        return answer


class _Stale(Exception):
    """The kept connection was closed before one byte of the answer."""


class _Connection:
    """One connection with what was received and not yet read."""

    def __init__(self, plain: socket.socket) -> None:
        self.socket = plain
        self.received = bytearray()
        self.answering = False
        """Whether a first byte of the answer has come: after it nothing is tried again on another connection."""

    def __del__(self) -> None:
        self.socket.close()

    def send(self, request: bytes, deadline: float) -> None:
        self.answering = False
        self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            self.socket.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            raise _Stale from None

    def answer(self, deadline: float) -> tuple[Answer, bool]:
        """Return the answer and whether the connection may be used again."""
        status, headers = self._head(deadline)
        while 100 <= status < 200:
            status, headers = self._head(deadline)
        stays = headers.get("connection", "").lower() != "close"
        if status in (204, 304):
            body = b""
        elif "chunked" in headers.get("transfer-encoding", "").lower():
            body = self._chunks(deadline)
        elif length := headers.get("content-length", ""):
            body = self._sized(length, deadline)
        else:
            body, stays = self._rest(deadline), False
        return Answer(status, headers, body), stays and not self.received

    def _head(self, deadline: float) -> tuple[int, dict[str, str]]:
        while (end := self.received.find(b"\r\n\r\n")) < 0:
            if len(self.received) > MAX_HEAD_BYTES:
                raise ValueError("the head of the answer is too long")
            self._more(deadline)
        lines = self.received[:end].decode("latin-1").split("\r\n")
        del self.received[: end + 4]
        version, _, rest = lines[0].partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdecimal():
            raise ValueError("the answer is no HTTP")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if version == "HTTP/1.0":
            headers.setdefault("connection", "close")
        return int(rest[:3]), headers

    def _sized(self, length: str, deadline: float) -> bytes:
        if not length.isascii() or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            raise ValueError("the answer is too long")
        return self._exactly(int(length), deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        while len(self.received) < size:
            self._more(deadline)
        body = bytes(self.received[:size])
        del self.received[:size]
        return body

    def _chunks(self, deadline: float) -> bytes:
        body = bytearray()
        while True:
            size = int(self._line(deadline).split(b";")[0], 16)
            if size < 0 or len(body) + size > MAX_BODY_BYTES:
                raise ValueError("the answer is too long")
            if not size:
                while self._line(deadline):
                    pass
                return bytes(body)
            body += self._exactly(size, deadline)
            self._line(deadline)

    def _line(self, deadline: float) -> bytes:
        while (end := self.received.find(b"\r\n")) < 0:
            if len(self.received) > MAX_HEAD_BYTES:
                raise ValueError("a line of the answer is too long")
            self._more(deadline)
        line = bytes(self.received[:end])
        del self.received[: end + 2]
        return line

    def _rest(self, deadline: float) -> bytes:
        """Read until the other side closes: an answer that tells no length (RFC 9112 6.3)."""
        while len(self.received) <= MAX_BODY_BYTES:
            try:
                self._more(deadline)
            except ConnectionAbortedError:
                body = bytes(self.received)
                self.received.clear()
                return body
        raise ValueError("the answer is too long")

    def _more(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        if not data and not self.answering:
            raise _Stale
        if not data:
            raise ConnectionAbortedError("the connection was cut")
        self.answering = True
        self.received += data


def _request(parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("An address must begin with https:// or http:// and name a host.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(body)}")
    if " " in path or not all(_HEADER_VALUE.fullmatch(line) for line in lines):
        raise ValueError("An address or header holds signs that do not belong there.")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _why(error: Exception) -> str:
    """Return the kind of a failure; its text may hold an address."""
    names = {_Stale: "closed", TimeoutError: "slow", ssl.SSLError: "tls", socket.gaierror: "no such host"}
    return next((words for kind, words in names.items() if isinstance(error, kind)), "no answer")


def unreachable(error: Unreachable) -> Result:
    """Return the result of a message that got no answer."""
    return Result(Outcome.RETRY, detail=f"no answer: {error}")


def _everywhere(_: Outgoing) -> str:
    return ""


def each(
    outgoing: Sequence[Outgoing],
    one: Callable[[Outgoing], Result],
    *,
    origin: Callable[[Outgoing], str] = _everywhere,
) -> list[Result]:
    """Send one after another. What goes to an origin that gave no answer, and what is too late, is left for a later call."""
    until = time.monotonic() + CALL_SECONDS
    silent: set[str] = set()
    results = []
    for message in outgoing:
        if origin(message) in silent or time.monotonic() > until:
            results.append(Result(Outcome.RETRY, detail="not tried: the provider does not answer"))
            continue
        try:
            results.append(one(message))
        except Unreachable as error:
            results.append(unreachable(error))
            if str(error) != "closed":
                silent.add(origin(message))
    return results
