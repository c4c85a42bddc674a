"""A process killed at any moment leaves whole transactions: the change, its audit row and its event, or none of them."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from madoguchi.core import audit
from madoguchi.core.models import AuditEntry, OutboxEvent

KILLS = 5
WRITER = """
import dataclasses, itertools, os
import django
django.setup()
from django.db import transaction
from madoguchi.core import audit, events
from madoguchi.core.permissions import SYSTEM

@dataclasses.dataclass(frozen=True)
class Happened:
    number: int

print("ready", flush=True)
for number in itertools.count():
    with transaction.atomic():
        audit.record(actor=SYSTEM, organisation_id="", action="kill", object_kind="x", object_id=f"{os.getpid()}-{number}")
        events.publish(Happened(number))
"""


def _url() -> str:
    given = connection.settings_dict
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_no_half_of_a_change(transactional_db: None) -> None:
    environment = {**os.environ, "DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": "madoguchi.site.settings"}
    draw = random.Random(7)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", WRITER], env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        time.sleep(draw.uniform(0.05, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    _wait_until_quiet()
    written = AuditEntry.objects.filter(action="kill").count()
    assert written > KILLS
    assert OutboxEvent.objects.filter(name="Happened").count() == written
    while AuditEntry.objects.filter(seal__isnull=True).exists():
        if audit.seal(now=AuditEntry.objects.latest("id").at) is None:
            time.sleep(0.05)
    assert audit.verify().problems == ()


def _wait_until_quiet() -> None:
    """Wait until the server has noticed that the killed clients are gone."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
