"""Follows the addresses of sources, at most once a day each, and says which are dead: failures on three different days.

One failure never makes a dead link, and a machine that reaches nobody at all says nothing about anybody.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import fetching
from madoguchi.apps.upkeep.contracts import LinkOutcome
from madoguchi.apps.upkeep.models import LinkLook
from madoguchi.core import outbound

DEAD_DAYS = 3
"""So many different days with failures and none with success in between."""
KEPT_LOOKS = 30
_FAILURES = (LinkOutcome.MISSING, LinkOutcome.BROKEN)
_NETWORK = (outbound.Refusal.UNKNOWN_HOST, outbound.Refusal.UNREACHABLE, outbound.Refusal.SLOW)
Look = Callable[[str], outbound.Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one link, before it is known whether this machine reached anybody."""

    url: str
    outcome: LinkOutcome
    status: int | None = None
    target: str = ""
    why: str = ""
    by_network: bool = False


def sources() -> list[str]:
    """Return every address that a published programme names as its source, once."""
    return sorted({source.url for view in registry.views() for source in view.sources})


def due(urls: Iterable[str], day: date, *, most: int) -> list[str]:
    """Return the addresses that nobody looked at on a day, those that waited longest first."""
    last = dict(LinkLook.objects.order_by("day").values_list("url_hash", "day"))
    waiting = [url for url in urls if last.get(hash_of(url)) != day]
    return sorted(waiting, key=lambda url: (last.get(hash_of(url), date.min), url))[:most]


def check(urls: Sequence[str], *, now: datetime, day: date, look: Look = fetching.look) -> list[LinkLook]:
    """Follow the addresses and keep what came; the network is asked outside of any transaction."""
    results = [follow(url, look) for url in urls]
    reached_somebody = any(not result.by_network for result in results)
    rows = []
    for result in results:
        outcome = LinkOutcome.UNKNOWN if result.by_network and not reached_somebody else result.outcome
        row, _ = LinkLook.objects.update_or_create(
            url_hash=hash_of(result.url),
            day=day,
            defaults={
                "url": result.url[:2_000],
                "outcome": outcome.value,
                "status": result.status,
                "target": result.target[:2_000],
                "why": result.why,
                "at": now,
            },
        )
        rows.append(row)
    return rows


def follow(url: str, look: Look) -> Result:
    """Follow one address and say what came of it."""
    try:
        answer = look(url)
    except outbound.OutboundError as problem:
        by_network = problem.refusal in _NETWORK
        outcome = LinkOutcome.BROKEN if by_network else LinkOutcome.UNKNOWN
        return Result(url, outcome, why=problem.refusal.value, by_network=by_network)
    if answer.status in (404, 410):
        return Result(url, LinkOutcome.MISSING, answer.status)
    if answer.status >= 500:
        return Result(url, LinkOutcome.BROKEN, answer.status)
    if answer.status >= 400:
        return Result(url, LinkOutcome.UNKNOWN, answer.status)
    if _elsewhere(url, answer.url):
        return Result(url, LinkOutcome.MOVED, answer.status, answer.url)
    return Result(url, LinkOutcome.FINE, answer.status)


def _elsewhere(old: str, new: str) -> bool:
    """Tell whether an answer came from another page; the same one over https, or with a slash, is no other."""
    places = [(urlsplit(url).hostname, urlsplit(url).path.rstrip("/"), urlsplit(url).query) for url in (old, new)]
    return places[0] != places[1]


def hash_of(url: str) -> str:
    """Return the key of an address."""
    return hashlib.sha256(url.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LinkState:
    """How an address stands after all looks: dead since which day, or moved to where. Newest look last seen on `day`."""

    url: str
    day: date
    dead_days: int
    moved_to: str = ""
    status: int | None = None

    @property
    def is_dead(self) -> bool:
        """Tell whether it failed on enough different days."""
        return self.dead_days >= DEAD_DAYS


def states() -> Mapping[str, LinkState]:
    """Return how every address stands, by address."""
    looks: dict[str, list[LinkLook]] = {}
    for row in LinkLook.objects.order_by("url_hash", "-day"):
        looks.setdefault(row.url, []).append(row)
    return {url: state_of(rows) for url, rows in looks.items()}


def state_of(rows: Sequence[LinkLook]) -> LinkState:
    """Return how an address stands, from its looks, newest first. Days on which nothing can be said count neither way."""
    said = [row for row in rows[:KEPT_LOOKS] if row.outcome != LinkOutcome.UNKNOWN]
    failures = 0
    for row in said:
        if row.outcome not in _FAILURES:
            break
        failures += 1
    moved = said[0].target if said and said[0].outcome == LinkOutcome.MOVED else ""
    return LinkState(rows[0].url, rows[0].day, failures, moved, said[0].status if said else None)
