"""One worker of the outbox: keeps every way busy, writes down answers while others are under way.

Exactly one effect: a delivery has one provider key over all its tries, and a provider that knows keys (LINE: 409; the SMS
adapter; a push service replaces by Topic) shows it once, even when this process dies between the answer and writing it down.
SMTP knows no keys: the Message-ID is constant, but a crash between the server's yes and our commit may send a letter twice.
Therefore calls to such a sender are small, and mail programs that know Message-ID show one letter.
"""

import logging
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result, sender_for
from madoguchi.apps.notifications.contracts import Channel, State
from madoguchi.apps.notifications.delivering import claims, deciding, outcomes, preparing, providers
from madoguchi.apps.notifications.delivering.claims import Claimed
from madoguchi.apps.notifications.delivering.crew import Answered, Crew, Way
from madoguchi.apps.notifications.receipts import settle_early
from madoguchi.core import vault

logger = logging.getLogger(__name__)
MOST_IN_FLIGHT = 1_000
CALL_SECONDS = 0.5
"""A call carries about as much as its way does in this time, so that something urgent need not wait long."""
FIRST_CALL = 5
"""While nobody knows how fast a provider is, calls are this small."""
RECENT, TOO_MANY, REST_SECONDS = 20, 15, 30.0
"""A way of whose last calls so many were not answered rests."""
UPKEEP_SECONDS = 5.0
_crews: dict[Channel, Crew] = {}


class Courier:
    """Claims, hands over and writes down. Use it from one thread; several processes may work at once."""

    def __init__(self) -> None:
        self._ways: dict[Channel, Way] = {}
        self._answers: queue.SimpleQueue[Answered] = queue.SimpleQueue()

    @property
    def in_flight(self) -> int:
        """How many deliveries are with senders."""
        return sum(way.in_flight for way in self._ways.values())

    def take(self, now: datetime, most: int) -> int:
        """Claim for every way that has room and hand over; return how many were claimed."""
        resting, taken = providers.resting(now), 0
        for way in self._open_ways(resting):
            wanted = min(_room(way), most - taken, claims.MOST)
            taken += self._take(way, wanted, now) if wanted > 0 else 0
        return taken

    def _open_ways(self, resting: AbstractSet[str]) -> Iterator[Way]:
        for channel in Channel:
            sender = sender_for(channel)
            if sender is None or channel in resting:
                continue
            way = self._ways.get(channel)
            if way is None or way.sender is not sender:
                way = self._ways[channel] = Way(sender)
            if time.monotonic() >= way.rests_until:
                yield way

    def _take(self, way: Way, wanted: int, now: datetime) -> int:
        channel, rate = way.sender.channel, way.sender.rate_per_second
        allowed = providers.take(channel, wanted, rate_per_second=rate, now=now)
        claimed = claims.claim(channel, allowed, now) if allowed else []
        if rate and len(claimed) < allowed:
            providers.give_back(channel, allowed - len(claimed))
        if claimed:
            self._hand_over(way, claimed, now)
        return len(claimed)

    def _hand_over(self, way: Way, claimed: Sequence[Claimed], now: datetime) -> None:
        """Decide about what was claimed and give it to the threads; if a room's check fails, all of it waits again."""
        try:
            going, ended, known = deciding.decide(claimed, now)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("What may go out could not be decided; it is tried again in a minute")
            outcomes.write([(item, Result(Outcome.RETRY, detail="a check failed")) for item in claimed], (), now)
            return
        ready: list[tuple[Claimed, Outgoing]] = []
        for item in going:
            try:
                ready.append((item, preparing.outgoing(item, known.choice(item.account_id).language)))
            except vault.VaultError:
                logger.error("The address of delivery %s does not open", item.id)
                ended.append(deciding.Ended(item, State.FAILED, "the address does not open", elsewhere=True))
        if ended:
            outcomes.write((), ended, now)
        self._call(way, ready)

    def _call(self, way: Way, ready: Sequence[tuple[Claimed, Outgoing]]) -> None:
        size = _call_size(way)
        until = time.monotonic() + claims.LEASE.total_seconds() / 2
        crew = _crews.setdefault(way.sender.channel, Crew(f"notifications-{way.sender.channel}"))
        for start in range(0, len(ready), size):
            part = ready[start : start + size]
            crew.call(way, [item for item, _ in part], [given for _, given in part], self._answers, until=until)
        way.in_flight += len(ready)

    def settle(self, now: datetime, *, wait_seconds: float) -> int:
        """Write down what was answered by now, waiting a moment for the first answer; return how many."""
        if not self.in_flight:
            return 0
        answered: list[Answered] = []
        try:
            answered.append(self._answers.get(timeout=wait_seconds))
            while sum(len(one.claimed) for one in answered) < MOST_IN_FLIGHT:
                answered.append(self._answers.get_nowait())
        except queue.Empty:
            pass
        pairs: list[tuple[Claimed, Result | None]] = []
        for one in answered:
            one.way.in_flight -= len(one.claimed)
            results: Sequence[Result | None] = one.results or [None] * len(one.claimed)
            pairs += zip(one.claimed, results, strict=True)
        if pairs:
            outcomes.write(pairs, (), now)
        for one in answered:
            _learn(one, now)
        return len(pairs)


def _room(way: Way) -> int:
    """Return how many more a way may hold: about a second's worth, asked for in halves."""
    sender = way.sender
    wave = max(1, sender.parallel) * _call_size(way)
    full = min(MOST_IN_FLIGHT, max(sender.parallel, int(way.per_second) if way.per_second else wave))
    room = full - way.in_flight
    return room if 2 * room >= full else 0


def _call_size(way: Way) -> int:
    """Return how many messages one call carries."""
    if not way.per_second:
        return max(1, min(way.sender.batch, FIRST_CALL))
    return max(1, min(way.sender.batch, int(way.per_second / max(1, way.sender.parallel) * CALL_SECONDS)))


def _learn(one: Answered, now: datetime) -> None:
    """Note how fast a way is, let it rest when its provider asks for it or does not answer any more."""
    way, results = one.way, one.results
    if results is None:
        return
    measured = max(1, way.sender.parallel) * len(results) / max(one.seconds, 0.000_1)
    way.per_second = 0.8 * way.per_second + 0.2 * measured if way.per_second else measured
    wait = max((result.retry_after_seconds or 0.0 for result in results), default=0.0)
    if wait:
        providers.rest(way.sender.channel, wait, "the provider asked for it", now=now)
        return
    way.recent = (way.recent + [result.outcome != Outcome.RETRY for result in results])[-RECENT:]
    if way.recent.count(False) >= TOO_MANY:
        way.recent, way.rests_until = [], time.monotonic() + REST_SECONDS
        providers.rest(way.sender.channel, REST_SECONDS, "the provider does not answer", now=now)


def deliver(*, now: datetime, limit: int = 10_000) -> int:
    """Deliver what may go out at this moment, at most so many; return how many were claimed. Safe in several processes."""
    claims.requeue_lost(now)
    settle_early(now=now)
    courier, taken = Courier(), 0
    try:
        while True:
            new = courier.take(now, limit - taken)
            taken += new
            if not new and not courier.in_flight:
                return taken
            courier.settle(now, wait_seconds=0.05)
    finally:
        while courier.in_flight:
            courier.settle(now, wait_seconds=1.0)


def run(
    stop: Callable[[], bool],
    *,
    clock: Callable[[], datetime] = timezone.now,
    pause_seconds: float = 0.25,
    until_idle: bool = False,
) -> int:
    """Deliver until `stop` says so, and finish what is under way; return how many were written down.

    Without anything to do it ends (`until_idle`) or asks again after a pause. A database that does not answer is asked again, too; what was
    under way then waits again when its lease runs out.
    """
    courier, written, upkeep_at = Courier(), 0, 0.0
    while True:
        ending = stop()
        try:
            if not ending and time.monotonic() >= upkeep_at:
                upkeep_at = time.monotonic() + UPKEEP_SECONDS
                claims.requeue_lost(clock())
                settle_early(now=clock())
            taken = 0 if ending else courier.take(clock(), claims.MOST)
            written += courier.settle(clock(), wait_seconds=0.05)
        except DatabaseError:
            logger.exception("The database did not answer; the outbox tries again")
            close_old_connections()
            courier, taken = Courier(), 0
        if courier.in_flight:
            continue
        if ending or (until_idle and not taken):
            return written
        if not taken:
            time.sleep(pause_seconds)
