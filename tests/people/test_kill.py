"""A process killed at any moment leaves no half of a record, household or declaration, also in a rotation of keys."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "kill.py"
MOMENTS = 12


def kills(database: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--moments", str(MOMENTS), "--database", database]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def check(figures: dict[str, Any]) -> None:
    assert figures["half"] == 0
    assert figures["facts"] > MOMENTS
    assert figures["keys_after_rotation"] == 1


def test_kills_on_sqlite_leave_nothing_half(tmp_path: Path) -> None:
    check(kills("sqlite", MADOGUCHI_DATA_DIR=str(tmp_path)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_kills_on_postgresql_leave_nothing_half(tmp_path: Path) -> None:
    known = connection.settings_dict
    url = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    check(kills("postgres", BENCH_POSTGRES_URL=url, MADOGUCHI_DATA_DIR=str(tmp_path)))
