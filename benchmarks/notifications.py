"""Delivering through the outbox to a fake provider in another process, on PostgreSQL with one worker.

python benchmarks/notifications.py [--messages 20000]: messages per second from taking notices in to their state "sent",
against the bare loops (for each message INSERT, commit, one call; the same with batches of INSERTs), which have no outbox.
python benchmarks/notifications.py --kills 50 [--fail 0.2] [--lost 0.05] [--slow-ms 20]: a worker killed in the middle so
often, the provider failing and slow; every message must have exactly one effect. PostgreSQL is the one at BENCH_POSTGRES_URL.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import _outbox
from _setup import database, report

KILL_AFTER_SECONDS = (0.2, 1.6)
LEASE_SECONDS = 3.0
"""Shorter than in production, so that what a killed worker held waits again soon."""


def prepare(url: str) -> None:
    """Make the tables."""
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    for room in ("core", "notifications"):
        call_command("migrate", room, verbosity=0)
    _outbox.template()
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # read here once, not in every child that is killed


def through_the_outbox(accounts: list[str], key: str) -> dict[str, float]:
    """Send one message to each account; return seconds of taking in and of delivering, and of this process's own work."""
    from madoguchi.apps.notifications import api

    given = _outbox.notices(accounts, key)
    begun, work = time.perf_counter(), time.process_time()
    assert api.send_many(given, now=_outbox.NOON) == len(accounts)
    taken = time.perf_counter()
    api.deliver(now=_outbox.NOON, limit=len(accounts) * 2)
    done = time.perf_counter()
    return {"take_in": taken - begun, "deliver": done - taken, "all": done - begun, "own": time.process_time() - work}


def bare(accounts: Sequence[str], address: str, *, batch: int) -> float:
    """Do without an outbox: INSERT rows, commit, one call each; return seconds. One loop, one kept connection."""
    from django.db import connection

    from madoguchi.apps.notifications.channels.base import Outgoing
    from madoguchi.apps.notifications.channels.line import LineSender
    from madoguchi.apps.notifications.contracts import Lane

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, account text, body text)")
    sender, text = LineSender(url=address, token="", rate_per_second=0), _outbox.TEXTS["ja"]
    begun = time.perf_counter()
    for start in range(0, len(accounts), batch):
        part = [(uuid4(), account, text) for account in accounts[start : start + batch]]
        with connection.cursor() as cursor:  # each statement commits
            cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s)", part)
        for place, (key, account, body) in enumerate(part):
            to = f"U{start + place:032x}"
            sender.send(
                [Outgoing(0, key, to, "ja", body, body, f"http://localhost/{account}", "", Lane.PERSONAL, None, "")]
            )
    return time.perf_counter() - begun


def measure(number: int, rounds: int) -> dict[str, Any]:
    """Measure the three ways in turn, several times; the median of each counts."""
    from madoguchi.apps.notifications.models import Delivery

    figures: dict[str, list[float]] = {
        "outbox": [],
        "take_in": [],
        "deliver": [],
        "bare": [],
        "bare_batched": [],
        "own": [],
    }
    with _outbox.provider() as address:
        _outbox.use_line(address)
        accounts = _outbox.people(number)
        through_the_outbox(accounts[:500], "warm")
        for turn in range(rounds):
            _outbox.forget_effects(address)
            seconds = through_the_outbox(accounts, f"round-{turn}")
            assert _outbox.effects(address)["counts"]["effects"] == number
            figures["outbox"].append(number / seconds["all"])
            figures["take_in"].append(number / seconds["take_in"])
            figures["deliver"].append(number / seconds["deliver"])
            figures["own"].append(seconds["own"] / number * 1e6)
            some = accounts[: max(1, number // 5)]
            figures["bare"].append(len(some) / bare(some, address, batch=1))
            figures["bare_batched"].append(len(some) / bare(some, address, batch=500))
        assert not Delivery.objects.exclude(state="sent").exists()
    median = {name: sorted(values)[len(values) // 2] for name, values in figures.items()}
    return {
        "messages": number,
        "rounds": rounds,
        **{f"{name}_per_second": round(value) for name, value in median.items() if name != "own"},
        "work_of_the_worker_us_per_message": round(median["own"]),
        "ratio_to_bare": round(median["outbox"] / median["bare"], 2),
        "ratio_to_bare_batched": round(median["outbox"] / median["bare_batched"], 2),
        "load": round(os.getloadavg()[0], 1),
    }


def worker(stop: Callable[[], bool]) -> None:
    """Deliver at noon of an invented day, with a clock that goes on, so that leases and pauses end."""
    from datetime import timedelta

    from madoguchi.apps.notifications.delivering import claims, courier, outcomes

    begun = time.time()
    claims.LEASE = timedelta(seconds=LEASE_SECONDS)
    courier.UPKEEP_SECONDS = 0.2
    outcomes.LONGEST_PAUSE_SECONDS = 0.5
    courier.REST_SECONDS = 0.5
    offset = float(os.environ.get("BENCH_CLOCK_OFFSET", "0"))
    courier.run(stop, clock=lambda: _outbox.NOON + timedelta(seconds=time.time() - begun + offset), pause_seconds=0.02)


def kill_once(seconds: float, offset: float) -> None:
    """Let a child deliver and kill it after so many seconds."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            os.environ["BENCH_CLOCK_OFFSET"] = str(offset)
            worker(lambda: False)
        finally:
            os._exit(3)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise SystemExit("The worker failed by itself, so nothing was proven. Run `madoguchi deliver` alone.")


def kills(number: int, kill_times: int, behaviour: dict[str, float]) -> dict[str, Any]:
    """Kill a worker so often while messages keep coming; then let one finish, and count effects."""
    from madoguchi.apps.notifications import api
    from madoguchi.apps.notifications.models import Delivery

    draw, begun = random.Random(7), time.time()
    with _outbox.provider(**behaviour) as address:
        _outbox.use_line(address)
        accounts = _outbox.people(number)
        share = -(-number // kill_times)
        for turn in range(kill_times):
            part = accounts[turn * share : (turn + 1) * share]
            api.send_many(_outbox.notices(part, "kill"), now=_outbox.NOON)
            kill_once(draw.uniform(*KILL_AFTER_SECONDS), time.time() - begun)
        under_way = Delivery.objects.exclude(state="sent").count()
        os.environ["BENCH_CLOCK_OFFSET"] = str(time.time() - begun)
        worker(lambda: not Delivery.objects.filter(state__in=("waiting", "sending")).exists())
        told = _outbox.effects(address)
        keys = {str(key) for key in Delivery.objects.values_list("provider_key", flat=True)}
        sent = Delivery.objects.filter(state="sent").count()
    return {
        "messages": number,
        "kills": kill_times,
        **behaviour,
        "not_sent_at_the_last_kill": under_way,
        "calls": told["counts"]["calls"],
        "tries_of_keys_taken_before": told["counts"].get("repeated", 0),
        "sent": sent,
        "without_effect": len(keys - told["keys"].keys()),
        "more_than_one_effect": sum(count > 1 for count in told["keys"].values()),
        "unknown_effects": len(told["keys"].keys() - keys),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--fail", type=float, default=0.2)
    parser.add_argument("--lost", type=float, default=0.05)
    parser.add_argument("--slow-ms", type=float, default=20.0)
    parser.add_argument(
        "--key-seconds", type=float, default=86_400.0, help="0: a provider without keys, to see it fail"
    )
    given = parser.parse_args()
    os.environ.setdefault("MADOGUCHI_DATA_DIR", tempfile.mkdtemp(prefix="madoguchi-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    with database("postgres", "notifications") as url:
        prepare(url)
        if given.kills:
            behaviour = {
                "fail_share": given.fail,
                "lost_share": given.lost,
                "latency_ms": given.slow_ms,
                "key_seconds": given.key_seconds,
            }
            figures = kills(given.messages, given.kills, behaviour)
            wrong = figures["without_effect"] + figures["more_than_one_effect"] + figures["unknown_effects"]
            report("notifications_killed", figures)
            return 1 if wrong or figures["sent"] != given.messages else 0
        figures = measure(given.messages, given.rounds)
        report("notifications", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
