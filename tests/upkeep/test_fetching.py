"""Only public pages are fetched: not at first, not after a redirect, not by a name that leads inside."""

from collections.abc import Iterator
from typing import Any

import pytest

from madoguchi.apps.upkeep import fetching, texts
from madoguchi.apps.upkeep.fetching import FetchProblem
from madoguchi.apps.upkeep.pages import PageProblem, Trouble
from madoguchi.core.outbound import Refusal
from tests.upkeep.web import server

INSIDE = (
    "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1]/", "http://10.1.2.3/", "http://192.168.0.1/", "http://0.0.0.0/", "http://[64:ff9b::7f00:1]/",
    "https://inside.example.jp/",
)  # fmt: skip


@pytest.fixture(scope="module")
def call() -> Iterator[Any]:
    with server() as found:
        yield found


def refused(url: str, call: Any) -> FetchProblem:
    with pytest.raises(FetchProblem) as problem:
        fetching.fetch(url, call=call)
    assert texts.fetch_problem(problem.value)
    return problem.value


def test_a_public_page_is_fetched(call: Any) -> None:
    found = fetching.fetch("https://www.example.jp/ok", call=call)
    assert "見本" in found.data.decode()
    assert found.content_type.startswith("text/html")


def test_a_redirect_is_followed_to_its_last_address(call: Any) -> None:
    assert fetching.fetch("https://www.example.jp/moved", call=call).url == "https://www.example.jp/ok"


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_is_refused(call: Any, url: str) -> None:
    assert refused(url, call).refusal is Refusal.NOT_PUBLIC


@pytest.mark.parametrize("url", INSIDE)
def test_a_redirect_to_an_address_inside_is_refused(call: Any, url: str) -> None:
    assert refused(f"https://www.example.jp/to?{url}", call).refusal is Refusal.NOT_PUBLIC


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://example.jp/", "ftp://example.jp/", "javascript:1", "example.jp"]
)
def test_other_schemes_are_refused(call: Any, url: str) -> None:
    assert refused(url, call).refusal in (Refusal.SCHEME, Refusal.NOT_AN_ADDRESS)
    if ":" in url:
        assert refused(f"https://www.example.jp/to?{url}", call).refusal in (Refusal.SCHEME, Refusal.UNREACHABLE)


def test_other_ports_names_and_passwords_are_refused(call: Any) -> None:
    assert refused("https://www.example.jp:8443/", call).refusal is Refusal.PORT
    assert refused("https://user:word@www.example.jp/", call).refusal is Refusal.CREDENTIALS


def test_circles_floods_and_errors_end(call: Any) -> None:
    assert refused("https://www.example.jp/loop", call).refusal is Refusal.TOO_MANY_REDIRECTS
    assert refused("https://www.example.jp/big", call).refusal is Refusal.TOO_LARGE
    assert refused("https://www.example.jp/missing", call).status == 404
    assert refused("https://nobody.example.jp/", call).refusal is Refusal.UNKNOWN_HOST


def test_a_picture_is_no_page(call: Any) -> None:
    with pytest.raises(PageProblem) as problem:
        fetching.fetch("https://www.example.jp/picture", call=call)
    assert problem.value.trouble is Trouble.WRONG_KIND


def test_without_an_injected_call_this_machine_is_out_of_reach() -> None:
    with pytest.raises(FetchProblem) as problem:
        fetching.fetch("http://127.0.0.1/")
    assert problem.value.refusal is Refusal.NOT_PUBLIC
