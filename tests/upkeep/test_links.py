"""Links of sources: dead only after failures on three different days; a machine without network calls nobody dead."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from madoguchi.apps.upkeep import links
from madoguchi.apps.upkeep.contracts import LinkOutcome
from madoguchi.apps.upkeep.models import LinkLook
from madoguchi.core.outbound import OutboundError, Refusal
from tests.upkeep.web import looking, server

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = date(2026, 12, 1)
BASE = "https://www.example.jp"


@pytest.fixture(scope="module")
def look() -> Iterator[Any]:
    with server() as call:
        yield looking(call)


def seen(look: Any, *urls: str, day: int = 0) -> dict[str, str]:
    rows = links.check(urls, now=NOW, day=DAY + timedelta(days=day), look=look)
    return {row.url: row.outcome for row in rows}


def offline(_url: str) -> Any:
    raise OutboundError(Refusal.UNREACHABLE, "no network")


def test_each_answer_is_told_apart(look: Any) -> None:
    paths = ("/ok", "/missing", "/gone", "/error", "/forbidden", "/moved", "/no-head", "/loop")
    found = seen(look, *(BASE + path for path in paths), "https://nobody.example.jp/", "https://inside.example.jp/")
    assert list(found.values()) == [
        "fine", "missing", "missing", "broken", "unknown", "moved", "fine", "unknown", "broken", "unknown"
    ]  # fmt: skip
    moved = LinkLook.objects.get(url=f"{BASE}/moved")
    assert moved.target == f"{BASE}/ok"


def test_one_or_two_failures_make_no_dead_link(look: Any) -> None:
    url = f"{BASE}/missing"
    for day in (0, 0, 0, 1):
        seen(look, url, day=day)
        assert not links.states()[url].is_dead
    seen(look, url, day=2)
    assert links.states()[url].is_dead
    assert links.states()[url].dead_days == 3


def test_a_success_begins_the_count_anew() -> None:
    url = f"{BASE}/x"
    outcomes = ["missing", "missing", "fine", "broken", "missing"]
    for day, outcome in enumerate(outcomes):
        LinkLook.objects.create(
            url=url, url_hash=links.hash_of(url), day=DAY + timedelta(days=day), outcome=outcome, at=NOW
        )
    assert links.states()[url].dead_days == 2


def test_a_machine_without_network_says_nothing_about_anybody() -> None:
    for day in range(5):
        assert set(seen(offline, f"{BASE}/a", "https://other.example.jp/", day=day).values()) == {"unknown"}
    assert not any(state.is_dead for state in links.states().values())


def test_days_of_which_nothing_is_known_do_not_count(look: Any) -> None:
    url = f"{BASE}/missing"
    for day, how in enumerate((look, offline, look, offline, look)):
        seen(how, url, day=day)
    assert links.states()[url].dead_days == 3


def test_the_longest_waiting_come_first_and_nobody_twice_a_day(look: Any) -> None:
    urls = [f"{BASE}/{name}" for name in ("a", "b", "c")]
    seen(look, urls[0], day=-1)
    seen(look, urls[1])
    assert links.due(urls, DAY, most=5) == [urls[2], urls[0]]
    assert links.due(urls, DAY, most=1) == [urls[2]]


def test_the_same_page_over_https_or_with_a_slash_did_not_move() -> None:
    assert not links._elsewhere("http://example.jp/a", "https://example.jp/a/")
    assert links._elsewhere("http://example.jp/a", "http://example.jp/")
    assert links.follow(f"{BASE}/", lambda url: links.outbound.Answer(200, url, b"")).outcome is LinkOutcome.FINE
