"""Threads that call senders: those of one way take the most urgent call first. They use no database.

A call that finds its way at rest, or its lease half gone, is not made. A sender that raises is taken as no answer for its whole call.
"""

import itertools
import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result, Sender
from madoguchi.apps.notifications.delivering.claims import Claimed

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Way:
    """A way as one worker uses it now."""

    sender: Sender
    rests_until: float = 0.0
    """A moment of the steady clock; set by the first answer that asks for a rest, seen by every thread at once."""
    in_flight: int = 0
    per_second: float = 0.0
    """How much it carries, measured; 0 = not known yet."""
    recent: list[bool] = field(default_factory=list)
    """Whether the last calls were answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one call. `results` is None when it was not made."""

    way: Way
    claimed: Sequence[Claimed]
    results: Sequence[Result] | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Call:
    way: Way
    claimed: Sequence[Claimed]
    outgoing: Sequence[Outgoing]
    answers: "queue.SimpleQueue[Answered]"
    until: float
    """A moment of the steady clock after which the call is not begun any more: its lease might run out in the middle."""

    def make(self) -> None:
        begun = time.monotonic()
        results = self._results() if self.way.rests_until <= begun < self.until else None
        wait = max((result.retry_after_seconds or 0.0 for result in results or ()), default=0.0)
        if wait:
            self.way.rests_until = max(self.way.rests_until, time.monotonic() + wait)
        self.answers.put(Answered(self.way, self.claimed, results, time.monotonic() - begun))

    def _results(self) -> Sequence[Result]:
        try:
            results = list(self.way.sender.send(self.outgoing))
        except Exception as problem:  # its text may hold an address
            logger.error("The sender of %s raised %s", self.way.sender.channel, type(problem).__name__)
            return [Result(Outcome.RETRY, detail=f"raised {type(problem).__name__}")] * len(self.outgoing)
        if len(results) != len(self.outgoing):
            logger.error("The sender of %s answered for another number of messages", self.way.sender.channel)
            return [Result(Outcome.RETRY, detail="another number of answers")] * len(self.outgoing)
        return results


class Crew:
    """The threads of one way; they live as long as the process, so that senders keep their connections."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.PriorityQueue[tuple[int, int, _Call]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []

    def call(
        self,
        way: Way,
        claimed: Sequence[Claimed],
        outgoing: Sequence[Outgoing],
        answers: "queue.SimpleQueue[Answered]",
        *,
        until: float,
    ) -> None:
        """Let a thread make a call unless it is too late by then; the answer comes into `answers`."""
        while len(self._threads) < max(1, way.sender.parallel):
            thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put((int(claimed[0].lane), next(self._numbers), _Call(way, claimed, outgoing, answers, until)))

    def _work(self) -> None:
        while True:
            self._calls.get()[2].make()
