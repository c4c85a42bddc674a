"""Webhooks on PostgreSQL: two workers share the work without sending twice or out of order; kills lose nothing."""

import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection

from madoguchi.apps.opendata import keys
from madoguchi.apps.opendata.models import ApiKey, Hook
from madoguchi.apps.opendata.webhooks import calling, delivering, registering
from madoguchi.apps.registry import api as registry
from tests.at_once import at_once
from tests.opendata.world import URL, Receiver, change

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LATER = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
KILLS = 8


class Counting(Receiver):
    """A receiver that several workers call at once."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            return super().handle_request(request)


def hooks(count: int, transport: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make proven hooks that have the whole feed before them."""
    monkeypatch.setattr(calling, "TRANSPORT", transport)
    owner = ApiKey.objects.get(pk=keys.create("見本", "", network="n", now=LATER).id)
    made = [registering.register(owner, URL, now=LATER)[0].id for _ in range(count)]
    for hook in made:
        registering.verify(owner, hook, now=LATER)
        registering.replay(owner, hook, registry.latest_sequence() - 60, now=LATER)
    return made


def by_hook(ids: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in ids:
        hook, _, sequence = line.removeprefix("msg_").rpartition("_")
        found.setdefault(hook, []).append(int(sequence))
    return found


def test_two_workers_send_every_change_once_and_in_order(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Counting()
    made = hooks(4, receiver, monkeypatch)
    raised = at_once([lambda: delivering.deliver_waiting(clock=lambda: LATER) for _ in range(3)])
    assert raised == []
    came = by_hook(
        [head["webhook-id"] for head, _, message in receiver.calls if message["type"].startswith("programme.")]
    )
    last = registry.latest_sequence()
    assert came == {hook: list(range(last - 59, last + 1)) for hook in made}
    assert {row.delivered for row in Hook.objects.all()} == {60}


def test_a_change_that_commits_while_workers_run_is_not_passed_over(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Counting()
    (hook,) = hooks(1, receiver, monkeypatch)

    def publish() -> None:
        for number in range(10):
            change("018-support", f"根拠{number}", now=LATER)

    def deliver() -> None:
        for _ in range(20):
            delivering.deliver_waiting(clock=lambda: LATER)

    assert at_once([publish, deliver, deliver]) == []
    delivering.deliver_waiting(clock=lambda: LATER)
    last = registry.latest_sequence()
    assert by_hook([head["webhook-id"] for head, _, m in receiver.calls if m["type"].startswith("programme.")]) == {
        hook: list(range(last - 69, last + 1))
    }


def test_killed_at_any_moment_every_change_arrives_and_in_order(
    pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = hooks(3, Counting(), monkeypatch)
    path, known, chance = tmp_path / "came", connection.settings_dict, random.Random(5)
    url = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    own = {"DATABASE_URL": url, "MADOGUCHI_DATA_DIR": str(settings.DATA_DIR)}
    environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "madoguchi.site.settings"}
    script = Path(__file__).with_name("delivering.py")
    for turn in range(KILLS):
        command = [sys.executable, str(script), str(path), str(61 * turn)]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert worker.stdout
        assert worker.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.25))
        worker.kill()
        worker.wait()
        worker.stdout.close()
    whole = subprocess.run([sys.executable, str(script), str(path), str(61 * KILLS)], env=environment, check=True)
    assert whole.returncode == 0
    came, last = by_hook(path.read_text(encoding="utf-8").split()), registry.latest_sequence()
    assert set(came) == set(made)
    for sequences in came.values():
        assert list(dict.fromkeys(sequences)) == list(range(last - 59, last + 1))
        assert all(later >= earlier for earlier, later in pairwise(sequences))
        assert len(sequences) <= 60 + KILLS
