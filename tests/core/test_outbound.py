"""Calls go to public hosts only, to the very address that was looked at, and stay short and small."""

from collections.abc import Sequence

import httpx
import pytest

from madoguchi.core.outbound import OutboundError, Refusal, call, is_public, require_public

PUBLIC = "93.184.216.34"


def known(addresses: dict[str, list[str]]):  # type: ignore[no-untyped-def]
    def resolve(host: str, port: int) -> Sequence[str]:
        if host not in addresses:
            raise OSError(host)
        return addresses[host]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104 # an address to be refused
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "ff02::1", "255.255.255.255",
        "no address", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_an_address_of_the_open_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://example.jp/", Refusal.SCHEME),
        ("ftp://example.jp/", Refusal.SCHEME),
        ("file:///etc/passwd", Refusal.SCHEME),
        ("https://", Refusal.NOT_AN_ADDRESS),
        ("https://example.jp:99999/", Refusal.NOT_AN_ADDRESS),
        ("https://example.jp/\r\nX: y", Refusal.NOT_AN_ADDRESS),
        ("https://me:secret@example.jp/", Refusal.CREDENTIALS),
        ("https://example.jp:22/", Refusal.PORT),
        ("https://nowhere.example/", Refusal.UNKNOWN_HOST),
        ("https://inside.example/", Refusal.NOT_PUBLIC),
        ("https://both.example/", Refusal.NOT_PUBLIC),
        ("https://" + "a" * 300 + ".example/", Refusal.UNKNOWN_HOST),
    ],
)
def test_what_must_not_be_called_is_refused_with_its_reason(url: str, refusal: Refusal) -> None:
    resolve = known({"example.jp": [PUBLIC], "inside.example": ["10.0.0.5"], "both.example": [PUBLIC, "127.0.0.1"]})
    with pytest.raises(OutboundError) as caught:
        require_public(url, resolve=resolve)
    assert caught.value.refusal is refusal


def test_the_connection_goes_to_the_checked_address_under_the_name_of_the_host() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"here")

    found = call(
        "GET", "https://example.jp/a?b=c#d", most_bytes=100, resolve=known({"example.jp": [PUBLIC]}),
        transport=httpx.MockTransport(answer),
    )  # fmt: skip
    assert (found.status, found.body, found.url) == (200, b"here", "https://example.jp/a?b=c#d")
    assert str(seen[0].url) == f"https://{PUBLIC}/a?b=c"
    assert seen[0].headers["host"] == "example.jp"
    assert seen[0].extensions["sni_hostname"] == "example.jp"


def test_a_redirect_inside_is_not_followed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://inside.example/"})

    resolve = known({"example.jp": [PUBLIC], "inside.example": ["169.254.169.254"]})
    with pytest.raises(OutboundError) as caught:
        call(
            "GET",
            "https://example.jp/",
            most_bytes=9,
            redirects=3,
            resolve=resolve,
            transport=httpx.MockTransport(answer),
        )
    assert caught.value.refusal is Refusal.NOT_PUBLIC
    plain = call("GET", "https://example.jp/", most_bytes=9, resolve=resolve, transport=httpx.MockTransport(answer))
    assert plain.status == 302


def test_circles_and_floods_end() -> None:
    circle = httpx.MockTransport(lambda request: httpx.Response(301, headers={"location": "/again"}))
    flood = httpx.MockTransport(lambda request: httpx.Response(200, content=b"x" * 5_000))
    resolve = known({"example.jp": [PUBLIC]})
    for transport, refusal in ((circle, Refusal.TOO_MANY_REDIRECTS), (flood, Refusal.TOO_LARGE)):
        with pytest.raises(OutboundError) as caught:
            call("GET", "https://example.jp/", most_bytes=1_000, redirects=2, resolve=resolve, transport=transport)
        assert caught.value.refusal is refusal


def test_a_server_that_is_silent_is_told_so() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("")

    for handler, refusal in ((slow, Refusal.SLOW), (gone, Refusal.UNREACHABLE)):
        with pytest.raises(OutboundError) as caught:
            call(
                "GET", "https://example.jp/", most_bytes=9, resolve=known({"example.jp": [PUBLIC]}),
                transport=httpx.MockTransport(handler),
            )  # fmt: skip
        assert caught.value.refusal is refusal
