"""Calls to addresses that somebody else chose (pages, webhooks, push services): public hosts only, short, small.

The name is resolved here, every address is looked at, and the connection goes to the one that was looked at, so that a name
cannot point elsewhere a moment later. Redirects are followed by the caller's wish only, each one looked at again.
"""

import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import httpx

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → addresses; raises OSError when the name is not known."""
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 10.0


class Refusal(StrEnum):
    """Why nothing was called, or nothing usable came."""

    NOT_AN_ADDRESS = "not_an_address"
    SCHEME = "scheme"
    PORT = "port"
    CREDENTIALS = "credentials"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"


class OutboundError(Exception):
    """A call that was not made or brought nothing: which refusal, and what to do."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is the last address after redirects; header names are small letters."""

    status: int
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def require_public(
    url: str,
    *,
    schemes: Collection[str] = ("https",),
    ports: Collection[int] = (80, 443),
    resolve: Resolve = system_resolve,
) -> str:
    """Return the address to connect to for a URL; raise OutboundError unless all addresses of its host are public."""
    host, port = _place(url, schemes, ports)
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as problem:
        raise OutboundError(Refusal.UNKNOWN_HOST, f"There is no host {host[:100]}. Check its spelling.") from problem
    if not addresses or not all(map(is_public, addresses)):
        raise OutboundError(
            Refusal.NOT_PUBLIC, f"{host[:100]} is no public host. Give an address on the open internet."
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the open internet; IPv4 inside IPv6 is looked at as IPv4."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if inner is not None:
        return is_public(str(inner))
    teredo = getattr(found, "teredo", None)
    return teredo is None and found.is_global and not found.is_multicast and not found.is_reserved


def _place(url: str, schemes: Collection[str], ports: Collection[int]) -> tuple[str, int]:
    try:
        parts = urlsplit(url.strip())
        host, given = parts.hostname or "", parts.port
    except ValueError as problem:
        raise OutboundError(
            Refusal.NOT_AN_ADDRESS, "This is no address. Write it like https://example.jp/."
        ) from problem
    if parts.scheme not in schemes:
        raise OutboundError(Refusal.SCHEME, f"The address must begin with {' or '.join(sorted(schemes))}.")
    if not host or any(ord(letter) < 33 for letter in url.strip()):
        raise OutboundError(Refusal.NOT_AN_ADDRESS, "This is no address. Write it like https://example.jp/.")
    if parts.username is not None or parts.password is not None:
        raise OutboundError(Refusal.CREDENTIALS, "The address holds a name or password. Leave it out.")
    port = given if given is not None else {"http": 80, "https": 443}[parts.scheme]
    if port not in ports:
        raise OutboundError(Refusal.PORT, f"Port {port} is not called. Use the usual port.")
    return host, port


def call(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    schemes: Collection[str] = ("https",),
    most_bytes: int,
    redirects: int = 0,
    timeout_seconds: float = TIMEOUT_SECONDS,
    resolve: Resolve = system_resolve,
    transport: "httpx.BaseTransport | None" = None,
) -> Answer:
    """Call a public address and return its answer, whatever its status; raise OutboundError.

    `redirects` are followed for GET and HEAD only; `transport` replaces the network, in tests.
    """
    import httpx  # imported late: only what calls out loads it

    until = time.monotonic() + timeout_seconds
    try:
        with httpx.Client(transport=transport or httpx.HTTPTransport(), timeout=timeout_seconds) as client:
            for _ in range(redirects + 1):
                pinned, extra = _pinned(url, schemes, resolve)
                request = client.build_request(
                    method,
                    pinned,
                    content=content,
                    headers={**(headers or {}), **extra["headers"]},
                    extensions=extra["extensions"],
                )
                answer = client.send(request, stream=True)
                target = answer.headers.get("location") if answer.is_redirect and redirects else None
                if target is None:
                    body = _read(answer, most_bytes, until)
                    return Answer(answer.status_code, url, body, {k.lower(): v for k, v in answer.headers.items()})
                answer.close()
                url = urljoin(url, target)
    except httpx.TimeoutException as problem:
        raise _slow() from problem
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise OutboundError(Refusal.UNREACHABLE, "The server does not answer. Check the address.") from problem
    raise OutboundError(Refusal.TOO_MANY_REDIRECTS, f"It leads on more than {redirects} times. Give the last address.")


def _pinned(url: str, schemes: Collection[str], resolve: Resolve) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the URL with the checked address in place of its host, and what keeps the host's name for the server."""
    address = require_public(url, schemes=schemes, resolve=resolve)
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    literal = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    pinned = parts._replace(netloc=f"{literal}{port}", fragment="").geturl()
    name = f"[{host}]" if ":" in host else host
    return pinned, {"headers": {"Host": f"{name}{port}"}, "extensions": {"sni_hostname": host}}


def _read(answer: "httpx.Response", most_bytes: int, until: float) -> bytes:
    """Collect the body; one that is too long or drips too slowly is given up."""
    collected = bytearray()
    try:
        for piece in answer.iter_bytes():
            collected += piece
            if len(collected) > most_bytes:
                raise OutboundError(Refusal.TOO_LARGE, f"The answer is longer than {most_bytes:,} bytes.")
            if time.monotonic() > until:
                raise _slow()
    finally:
        answer.close()
    return bytes(collected)


def _slow() -> OutboundError:
    return OutboundError(Refusal.SLOW, "The server did not answer in time. Try again later.")
