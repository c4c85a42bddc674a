"""The audit trail grows only, seals in blocks, and shows every change."""

import itertools
import threading
import time
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from madoguchi.core import appendonly, audit
from madoguchi.core.models import AuditBlock, AuditEntry
from madoguchi.core.permissions import SYSTEM

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def write(number: int) -> None:
    audit.record(actor=SYSTEM, organisation_id="tokyo", action="test", object_kind="thing", object_id=str(number))


def seal_all() -> None:
    """Seal everything; on PostgreSQL open transactions of other tests may delay it for a moment."""
    until = time.monotonic() + 60
    while AuditEntry.objects.filter(seal__isnull=True).exists() and time.monotonic() < until:
        if audit.seal(now=NOW, limit=3) is None:
            time.sleep(0.05)


def without_triggers(statement: str) -> None:
    with connection.cursor() as cursor:
        for drop in appendonly.AUDIT.dropping(connection.vendor):
            cursor.execute(drop)
        cursor.execute(statement)
        for create in appendonly.AUDIT.creating(connection.vendor):
            cursor.execute(create)


@pytest.fixture
def trail(transactional_db: None) -> None:
    for number in range(7):
        write(number)
    seal_all()


@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"])
def test_the_database_refuses_to_change_the_trail(trail: None, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sound_trail_is_sealed_in_signed_blocks(trail: None) -> None:
    report = audit.verify()
    assert (report.entries, report.sealed, report.problems) == (7, 7, ())
    assert report.blocks >= 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditentry SET actor_id = 'somebody' WHERE object_id = '4'",
        "UPDATE core_auditentry SET payload = (SELECT payload FROM core_auditentry WHERE object_id = '1') WHERE object_id = '4'",
        "DELETE FROM core_auditseal WHERE position = 1 AND block_id = 2",
        "UPDATE core_auditblock SET sealed_at = '2020-01-01' WHERE number = 1",
        "UPDATE core_auditblock SET signature = root WHERE number = 2",
        "UPDATE core_auditseal SET position = position + 10 WHERE position = 0 AND block_id = 1",
    ],
)
def test_every_tampering_is_found(trail: None, statement: str) -> None:
    without_triggers(statement)
    assert audit.verify().problems
    with pytest.raises(SystemExit):
        call_command("audit", "verify")


COLUMNS = {
    "at": "'2020-01-01 00:00:00'",
    "actor_id": "'x'",
    "organisation_id": "'x'",
    "action": "'x'",
    "object_kind": "'x'",
    "object_id": "'x'",
}


def test_any_edited_column_of_any_row_is_found(trail: None) -> None:
    for pk in AuditEntry.objects.values_list("pk", flat=True):
        for column, value in COLUMNS.items():
            with transaction.atomic():
                without_triggers(f"UPDATE core_auditentry SET {column} = {value} WHERE id = {pk}")
                assert any(f"row {pk}:" in problem for problem in audit.verify().problems), (pk, column)
                transaction.set_rollback(True)


def test_any_removed_row_is_found_also_with_its_seal(trail: None) -> None:
    for pk in AuditEntry.objects.values_list("pk", flat=True):
        with transaction.atomic():
            without_triggers(f"DELETE FROM core_auditseal WHERE entry_id = {pk}")
            without_triggers(f"DELETE FROM core_auditentry WHERE id = {pk}")
            assert audit.verify().problems, pk
            transaction.set_rollback(True)


def test_any_two_exchanged_rows_are_found(trail: None) -> None:
    keys = list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    for first, second in itertools.combinations(keys, 2):
        with transaction.atomic():
            for old, new in ((first, -1), (second, first), (-1, second)):
                without_triggers(f"UPDATE core_auditseal SET entry_id = {new} WHERE entry_id = {old}")
            assert audit.verify().problems, (first, second)
            transaction.set_rollback(True)


def test_a_room_adds_its_own_check(trail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_checks", {})
    audit.register_check("test", lambda: ["thing 4: removed"])
    assert audit.verify().problems == ("thing 4: removed",)


def test_a_row_of_a_rolled_back_change_is_not_in_the_trail(transactional_db: None) -> None:
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 0


@pytest.mark.postgres
def test_rows_written_while_sealing_are_neither_lost_nor_doubled(transactional_db: None) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 25):
            write(number)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        audit.seal(now=NOW, limit=10)
    for thread in threads:
        thread.join()
    seal_all()
    report = audit.verify()
    assert (report.entries, report.sealed, report.problems) == (200, 200, ())
    assert sum(AuditBlock.objects.values_list("count", flat=True)) == 200


@pytest.mark.postgres
def test_a_row_is_not_sealed_while_an_older_transaction_is_open(transactional_db: None) -> None:
    started, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(1)
            started.set()
            finish.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(10)
    write(2)
    assert audit.seal(now=NOW) is None
    finish.set()
    thread.join()
    seal_all()
    assert audit.verify().sealed == 2
