"""From which network a request comes, to count calls by it: as a keyed hash, from which nobody can read an address."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

IPV6_PREFIX_BITS = 64
"""One household or office holds a whole /64, so its addresses are counted together."""


def key_of(request: HttpRequest) -> str:
    """Return a keyed hash (32 hex letters) of the caller's network address, IPv6 by its /64."""
    return salted_hmac("madoguchi.network", network_of(address_of(request)), algorithm="sha256").hexdigest()[:32]


def network_of(address: str) -> str:
    """Return the part of an address that one household or office shares; a text that is no address stays itself."""
    found = _parsed(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, IPV6_PREFIX_BITS), strict=False))
    return address if found is None else str(getattr(found, "ipv4_mapped", None) or found)


def address_of(request: HttpRequest) -> str:
    """Return the address of the caller. X-Forwarded-For is read only behind the setting TRUSTED_PROXIES (networks).

    The last address that is no trusted proxy counts: whatever stands before it may be invented by the caller.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))[:45]
    proxies = [ip_network(text) for text in settings.TRUSTED_PROXIES]
    if not _is_proxy(peer, proxies):
        return peer
    hops = [hop.strip()[:45] for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if not _is_proxy(hop, proxies)), peer)


def _is_proxy(address: str, proxies: Iterable[Any]) -> bool:
    found = _parsed(address)
    return found is not None and any(found in proxy for proxy in proxies)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
