"""Chores are done when they are due, by one worker of several, and a failure stops nothing else."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from madoguchi.core import housekeeping

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(housekeeping, "_duties", {})
    housekeeping.register("test.tidy", lambda: names.append("tidy"), every=HOUR)
    return names


@pytest.mark.django_db
def test_a_chore_is_done_at_once_and_then_after_its_pause(begun: list[str]) -> None:
    assert housekeeping.do_due(NOW) == ["test.tidy"]
    assert housekeeping.do_due(NOW + HOUR - timedelta(seconds=1)) == []
    assert housekeeping.do_due(NOW + HOUR) == ["test.tidy"]
    assert begun == ["tidy", "tidy"]


@pytest.mark.django_db
def test_a_failing_chore_does_not_keep_others_from_being_done(
    begun: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise RuntimeError("no room")

    housekeeping.register("a.fails", fails, every=HOUR)
    assert housekeeping.do_due(NOW) == ["test.tidy"]
    assert "a.fails" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_eight_workers_one_does_it(begun: list[str]) -> None:
    gate = threading.Barrier(8)

    def work() -> None:
        gate.wait()
        housekeeping.do_due(NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun == ["tidy"]
