"""Works on cases in a process of its own that is killed at random moments; says after each what is only half there.

python tests/cases/killed.py MOMENTS, with DATABASE_URL at a database in which the procedures of the world are published.
"""

import itertools
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SHORTEST_SECONDS, LONGEST_SECONDS = 0.01, 0.5


def finish(case_id: str) -> None:
    """Do what comes next in a case until its decision is notified, whatever was done before."""
    from madoguchi.apps.cases import api
    from madoguchi.apps.cases.contracts import State
    from tests.cases import world as w

    at = {"expected_number": None, "now": NOW}
    while (state := w.row(case_id).state) != State.NOTIFIED:
        if state == State.RECEIVED:
            api.accept(case_id, actor=w.EXAMINER, **at)
        elif state == State.EXAMINING:
            w.clear_checks(case_id)
            api.propose(case_id, actor=w.EXAMINER, outcome="granted", values={"amount": 10_000}, **at)
        elif state == State.PROPOSED:
            api.decide(case_id, actor=w.DECIDER, **at)
        else:
            api.notify(case_id, actor=w.EXAMINER, **at)


def unfinished() -> list[str]:
    """Return the cases that a killed process left, oldest first."""
    from madoguchi.apps.cases.contracts import State
    from madoguchi.apps.cases.models import Case

    return [str(key) for key in Case.objects.exclude(state=State.NOTIFIED).values_list("pk", flat=True)]


def work(mark: str) -> None:
    """Finish what was left, then open and finish cases without end."""
    from tests.cases import world as w

    for case_id in unfinished():
        finish(case_id)
    for turn in itertools.count():
        finish(w.opened(w.ALLOWANCE, key=f"{mark}-{turn}", answers={"child.name": f"子 {mark}-{turn}"}))


def kill_once(mark: str, seconds: float) -> None:
    """Let a child work and kill it after so many seconds."""
    from django.db import connections

    connections.close_all()
    begun, begins = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            connections["default"].ensure_connection()
            os.write(begins, b".")
            work(mark)
        finally:
            os._exit(3)
    os.read(begun, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(begun)
    os.close(begins)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise SystemExit("The working process failed by itself, so nothing was proven. Run its steps alone.")


def wait_until_quiet() -> None:
    """Wait until the server has noticed that the killed one is gone."""
    from django.db import connection

    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND state <> 'idle'"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
    raise SystemExit("Something else works in the database. Give it one of its own.")


def halves() -> list[str]:
    """Return what is only half there: an action without its words, letter, audit row, columns or events, a broken chain."""
    from django.db.models import Count

    from madoguchi.apps.cases.contracts import ActionKind
    from madoguchi.apps.cases.models import Action, Letter
    from madoguchi.core import audit
    from madoguchi.core.models import OutboxEvent

    audit.seal(now=datetime.now(UTC), limit=40)
    found = list(audit.verify().problems)
    wordless = Action.objects.exclude(words_digest="").filter(words=None)
    found += [f"action {row.number} of {row.case_id} lost its words" for row in wordless]
    counted = dict(Action.objects.order_by().values_list("kind").annotate(Count("pk")))
    events = dict(OutboxEvent.objects.order_by().values_list("name").annotate(Count("pk")))
    for event, kind in {
        "CaseOpened": ActionKind.SUBMITTED,
        "CaseDecided": ActionKind.DECIDED,
        "CaseNotified": ActionKind.NOTIFIED,
        "CaseFinished": ActionKind.NOTIFIED,
    }.items():
        if events.get(event, 0) != counted.get(kind, 0):
            found.append(f"{counted.get(kind, 0)} actions {kind}, {events.get(event, 0)} events {event}")
    if Letter.objects.count() != counted.get(ActionKind.NOTIFIED, 0):
        found.append(f"{Letter.objects.count()} letters, {counted.get(ActionKind.NOTIFIED, 0)} were made")
    return found


def main(moments: int) -> int:
    """Kill so many times; print where cases stood afterwards and how many are whole in the end."""
    import django

    django.setup()
    from madoguchi.apps.cases.models import Case
    from tests.cases import world as w

    draw, left = random.Random(23), set()
    finish(w.opened(w.ALLOWANCE, key="warm"))  # everything is read and imported here
    for turn in range(moments):
        kill_once(str(turn), draw.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
        wait_until_quiet()
        if found := halves():
            sys.stderr.write("\n".join([f"after kill {turn}:", *found, ""]))
            return 1
        left |= {w.row(case_id).state for case_id in unfinished()}
    for case_id in unfinished():
        finish(case_id)
    sys.stdout.write(f"{len(halves())} {Case.objects.count()} {','.join(sorted(left))}\n")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    sys.exit(main(int(sys.argv[1])))
