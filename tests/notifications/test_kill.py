"""A worker killed again and again, with a provider that fails, is slow and loses answers: every message has one effect."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from madoguchi.apps.notifications import api
from madoguchi.apps.notifications.channels import base
from madoguchi.apps.notifications.contracts import Channel, State
from madoguchi.apps.notifications.delivering import courier
from madoguchi.apps.notifications.models import Delivery, Message
from tests.at_once import at_once
from tests.notifications.outbox import NOON, FakeSender, account, notice

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "notifications.py"
KILLS, MESSAGES = 10, 1_500
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def killed(*more: str, folder: Path) -> tuple[int, dict[str, Any]]:
    known = connection.settings_dict
    url = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    command = [sys.executable, str(SCRIPT), "--kills", str(KILLS), "--messages", str(MESSAGES), *more]
    environment = {**os.environ, "BENCH_POSTGRES_URL": url, "MADOGUCHI_DATA_DIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2_000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, figures


def test_a_worker_killed_in_the_middle_makes_every_message_have_one_effect(tmp_path: Path) -> None:
    code, figures = killed(folder=tmp_path)
    assert (figures["without_effect"], figures["more_than_one_effect"], figures["unknown_effects"]) == (0, 0, 0)
    assert figures["sent"] == MESSAGES
    assert figures["calls"] > MESSAGES
    assert code == 0


def test_the_same_shows_second_effects_with_a_provider_that_knows_no_keys(tmp_path: Path) -> None:
    """The negative control: without keys at the provider, lost answers and kills are seen twice, so the test can fail."""
    code, figures = killed("--key-seconds", "0", folder=tmp_path)
    assert figures["more_than_one_effect"] > 0
    assert code == 1


@pytest.mark.usefixtures("messages", "senders")
def test_workers_at_once_hand_over_each_message_once() -> None:
    people = [account(Channel.SMS) for _ in range(300)]
    api.send_many([notice(me) for me in people], now=NOON)
    sender = FakeSender(Channel.SMS, parallel=2, batch=5)
    with base.in_place(sender):
        assert at_once([lambda: courier.deliver(now=NOON)] * 4) == []
    assert len(sender.effects) == 300
    assert sum(len(keys) for keys in [sender.order]) == 300
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.SENT, 1)}
    connections.close_all()


@pytest.mark.usefixtures("messages", "senders")
def test_senders_of_the_same_notices_at_once_write_each_message_once() -> None:
    people = [account(Channel.SMS) for _ in range(50)]
    forwards = [notice(me) for me in people]

    def send(given: Any) -> None:
        api.send_many(given, now=NOON)

    assert at_once([lambda: send(forwards), lambda: send(forwards[::-1])] * 3) == []
    assert Message.objects.count() == Delivery.objects.count() == 50


@pytest.mark.usefixtures("messages", "senders")
def test_two_workers_share_the_rate_of_a_provider() -> None:
    people = [account(Channel.SMS) for _ in range(100)]
    api.send_many([notice(me) for me in people], now=NOON)
    sender = FakeSender(Channel.SMS, rate_per_second=40, parallel=1, batch=10)
    with base.in_place(sender):
        assert at_once([lambda: courier.deliver(now=NOON)] * 3) == []
    assert len(sender.order) == 10
