"""A process that calculates, approves and writes the bank's file is killed at random moments: nobody is paid twice or missed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "benefit_run.py"
RECIPIENTS, KILLS, BATCH = 2_000, 8, 100


def figures(**environment: str) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--recipients", str(RECIPIENTS), "--kills", str(KILLS)]
    command += ["--batch", str(BATCH), "--database", "postgres"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_killed_runs_pay_every_month_once(tmp_path: Path) -> None:
    known = connection.settings_dict
    url = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    found = figures(BENCH_POSTGRES_URL=url, MADOGUCHI_DATA_DIR=str(tmp_path))
    assert set(found["wrong"].values()) == {0}, found["wrong"]
    assert found["kills"] == KILLS
    assert found["payments"] > RECIPIENTS / 2
