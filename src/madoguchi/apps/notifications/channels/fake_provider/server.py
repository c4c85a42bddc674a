"""The fake provider on the network: HTTP/1.1 with kept connections, read by hand because it has to be fast."""

import asyncio
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from madoguchi.apps.notifications.channels.fake_provider.rules import Behaviour, Provider, Receipt, Reply, Request

MAX_REQUEST_BYTES = 4_000_000
RECEIPTS_PER_CALL = 500
RECEIPT_TRIES = 5
_REASONS = {status: http.client.responses.get(status, "").encode() for status in range(200, 600)}


class Connection(asyncio.Protocol):
    """One caller: takes requests one after another, answers in order."""

    def __init__(self, provider: Provider, loop: asyncio.AbstractEventLoop, everybody: "set[Connection]") -> None:
        self.provider = provider
        self.everybody = everybody
        self.loop = loop
        self.received = bytearray()
        self.free_at = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport if isinstance(transport, asyncio.Transport) else None
        self.everybody.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a caller that left."""
        self.everybody.discard(self)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.received += data
        while self.received and (request := self._next()) is not None:
            self._later(self.provider.answer(request))

    def _next(self) -> Request | None:
        """Take one whole request off what was received; None while it is not whole."""
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            if len(self.received) > MAX_REQUEST_BYTES:
                self.close()
            return None
        lines = bytes(self.received[:end]).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = headers.get("content-length", "0")
        size = int(length) if length.isascii() and length.isdecimal() else MAX_REQUEST_BYTES + 1
        method, _, rest = lines[0].partition(" ")
        if size > MAX_REQUEST_BYTES or " " not in rest:
            self.close()
            return None
        whole = end + 4 + size
        if len(self.received) < whole:
            return None
        body = bytes(self.received[end + 4 : whole])
        del self.received[:whole]
        return Request(method, rest.split(" ", 1)[0], headers, body)

    def _later(self, reply: Reply) -> None:
        """Answer at once or after the provider's latency; one connection is served in order."""
        wait = self.provider.behaviour.latency_ms / 1000
        if not wait:
            self._write(reply)
            return
        self.free_at = max(self.free_at, self.loop.time()) + wait
        self.loop.call_at(self.free_at, self._write, reply)

    def _write(self, reply: Reply) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if reply.cut:
            self.close()
            return
        more = "".join(f"{name}: {value}\r\n" for name, value in reply.headers).encode()
        head = b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n"
        self.transport.write(head % (reply.status, _REASONS[reply.status], len(reply.body), more) + reply.body)

    def close(self) -> None:
        """End the connection."""
        self.received.clear()
        if self.transport is not None:
            self.transport.close()


async def serve(behaviour: Behaviour, *, port: int = 0, ready: Callable[[int], None]) -> None:
    """Serve on 127.0.0.1 until cancelled; `ready` is told the port. Port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    provider, everybody = Provider(behaviour, time.monotonic), set[Connection]()
    server = await loop.create_server(lambda: Connection(provider, loop, everybody), "127.0.0.1", port, backlog=1024)
    try:
        async with server:
            ready(server.sockets[0].getsockname()[1])
            await _send_receipts(provider)
    finally:
        for connection in list(everybody):
            connection.close()
        await asyncio.sleep(0)


async def _send_receipts(provider: Provider) -> None:
    """Post receipts in groups, each group until it is taken or was tried often enough."""
    while True:
        await asyncio.sleep(provider.behaviour.receipt_delay_ms / 1000 or 0.001)
        if not provider.receipts or not provider.behaviour.receipts_url:
            continue
        group = [provider.receipts.popleft() for _ in range(min(RECEIPTS_PER_CALL, len(provider.receipts)))]
        body = json.dumps({"receipts": [receipt_body(one) for one in group]}).encode()
        for attempt in range(RECEIPT_TRIES):
            if await asyncio.to_thread(_post, provider.behaviour, body):
                provider.counts["receipts"] += len(group)
                break
            await asyncio.sleep(0.05 * 2**attempt)


def receipt_body(receipt: Receipt) -> dict[str, str]:
    """Return a receipt as it is sent."""
    return {"id": receipt.id, "key": receipt.key, "state": receipt.state}


def signature(body: bytes, *, secret: str, at: int) -> str:
    """Return the value of the header X-Signature: the second, and HMAC-SHA256 over second, dot, body."""
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hex()
    return f"t={at},v1={digest}"


def _post(behaviour: Behaviour, body: bytes) -> bool:
    parts = urlsplit(behaviour.receipts_url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=10)
    signed = signature(body, secret=behaviour.receipts_secret, at=int(time.time()))
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json", "X-Signature": signed})
        return connection.getresponse().status < 300
    except OSError:
        return False
    finally:
        connection.close()
