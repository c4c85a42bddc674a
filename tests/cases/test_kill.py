"""A process that works on cases is killed at random moments: every case stands at a whole action, and work goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from madoguchi.apps.cases import verifying
from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.models import Case
from madoguchi.core import audit
from tests.cases import conftest, killed

SCRIPT, HOUSE = Path(killed.__file__), Path(__file__).resolve().parents[2]
MOMENTS = 16


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_kills_leave_every_case_at_a_whole_action_and_work_goes_on() -> None:
    conftest.build()
    known = connection.settings_dict
    url = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    there = {**os.environ, "DATABASE_URL": url, "MADOGUCHI_DATA_DIR": str(settings.DATA_DIR)}
    command = [sys.executable, str(SCRIPT), str(MOMENTS)]
    done = subprocess.run(command, env=there, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    half, cases, left = done.stdout.split()
    assert (half, int(cases)) == ("0", Case.objects.count())
    assert len(left.split(",")) > 1, "the kills struck at one kind of moment only"
    assert set(Case.objects.values_list("state", flat=True)) == {State.NOTIFIED}
    assert Case.objects.count() > 2
    assert verifying.verify() == []
    assert audit.verify().problems == ()
