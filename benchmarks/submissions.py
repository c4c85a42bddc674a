"""Submission through the real server: many applicants send at the same time, some twice, some with a line that breaks.

python benchmarks/submissions.py [--database postgres|sqlite] [--applicants 2000 --each 10] [--concurrent 20].
PostgreSQL is the one at --database-url (else BENCH_POSTGRES_URL); a database of its own is made there and dropped. SQLite
stands for one machine without a database server: 2,000 submissions unless told otherwise.

Residents, their sessions and complete drafts are made beforehand by the rooms' services and are not timed. Then the server
and the worker start with the commands of docs/operations.md, and applicants in another process press “send” and open the
receipt, one press after the other without a pause, which is the hardest (--pause lets them rest).
No limit of the platform is turned off: an account may keep 50 open
drafts, so there are enough accounts. In the end everything is counted in the database, against what the applicants saw.
"""

import argparse
import io
import itertools
import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from _setup import database, percentile, report, start
from _submitting import Job, crowd

PROCEDURE = "inu-henkou"
TWICE, DROPPED = 0.03, 0.03
"""Shares of double clicks and of lines that break before the answer."""
SERVER_SECONDS = 60
SQLITE_APPLICANTS = 200
SQLITE_SERVER = "--blocking-threads 4"
"""As the demonstration runs: SQLite lets one write at a time, and who waits inside of it waits without an order."""
BARE = {
    "postgres": "CREATE TABLE bench_bare (id bigserial PRIMARY KEY, draft text)",
    "sqlite": "CREATE TABLE bench_bare (id integer PRIMARY KEY, draft text)",
}


def offices(most: int) -> list[str]:
    """Return the codes of municipalities to which the applicants move, at most so many."""
    from madoguchi.core.models import Organisation

    rows = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).exclude(code="").order_by("code")
    return list(rows.values_list("code", flat=True)[:most])


def resident(number: int, now: datetime) -> tuple[Any, str]:
    """Make a resident of whom the register told name, birth and address; return account and person."""
    from madoguchi.apps.accounts.models import User
    from madoguchi.apps.people import services as people
    from madoguchi.apps.people.contracts import Assurance, Method, Provenance, Role, Subject
    from madoguchi.core.access import Kind
    from madoguchi.core.permissions import SYSTEM

    name = f"見本 {number}"
    user = User.objects.create(username=f"bench-{number}", display_name="住民", kind=Kind.RESIDENT)
    person_id = people.create_person(SYSTEM, "", now=now, account_id=str(user.pk)).id
    told = Provenance("住民基本台帳", f"bench-{number}", Method.REGISTRY, Assurance.CARD)
    facts = {"氏名": name, "生年月日": date(1990, 4, 2), "住所": f"調布市小島町2-35-{number}"}
    people.record_verified(SYSTEM, "", Subject.person(person_id), facts, provenance=told, obtained_at=now)
    household = people.form_household(
        SYSTEM, "132080", {person_id: Role.HEAD}, on=date(2021, 1, 1), complete=True, provenance=told, now=now
    )
    told = Provenance("住民基本台帳", f"bench-household-{number}", Method.REGISTRY, Assurance.CARD)
    home = {"自治体コード": "132080"}
    people.record_verified(SYSTEM, "", Subject.household(household), home, provenance=told, obtained_at=now)
    return user, person_id


def session_of(account_id: str) -> str:
    """Sign an account in as the provider's answer would; return the value of the session cookie."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory
    from django.utils import timezone

    from madoguchi.apps.accounts import sealed_sessions, sessions
    from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
    from madoguchi.apps.accounts.models import User

    user, now = User.objects.get(pk=account_id), timezone.now()
    request: Any = RequestFactory().get("/")
    request.session, request.user = sealed_sessions.SessionStore(), AnonymousUser()
    sessions.begin(request, user, level=AssuranceLevel.CARD, method=Method.OPENID, authenticated_at=now)
    return str(request.session.session_key)


def applicant(number: int, each: int, codes: Sequence[str]) -> tuple[str, list[tuple[str, int, str]]]:
    """Make a resident with so many complete drafts that were looked at on the last page; return her account and them."""
    from django.utils import timezone

    from madoguchi.apps.applications.contracts import Applicant
    from madoguchi.apps.applications.services import settling, starting
    from madoguchi.apps.procedures import api as procedures
    from madoguchi.apps.procedures.rendering import samples

    now, draw = timezone.now(), random.Random(number)
    user, person_id = resident(number, now)
    who = Applicant(str(user.pk), "person", person_id)
    filled = samples.sample_answers(procedures.procedure(PROCEDURE).form, today=timezone.localdate())
    found = []
    for index in range(each):
        own = {"move.to_municipality": draw.choice(codes), "dog.name": f"ポチ{number}の{index}"}
        draft = starting.begin(who, [PROCEDURE], key=f"bench-{index}", now=now, answers=filled | own)
        opened = settling.settle(who, draft, now)
        chance = draw.random()
        manner = "twice" if chance < TWICE else "dropped" if chance < TWICE + DROPPED else "once"
        found.append((draft, opened.row.number, manner))
    return str(user.pk), found


def prepare(applicants: int, each: int, codes: Sequence[str], processes: int) -> list[Job]:
    """Make all applicants, and return their drafts in an order in which nobody sends twice in a row."""
    from django.db import connections

    procedure_in_memory()
    connections.close_all()
    tasks = [(number, each, codes) for number in range(applicants)]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        made = pool.starmap(applicant, tasks, chunksize=10)
        sessions = pool.map(session_of, [account for account, _ in made])
    own = [[Job(session, *draft) for draft in drafts] for session, (_, drafts) in zip(sessions, made, strict=True)]
    return [job for row in itertools.zip_longest(*own) for job in row if job]


def procedure_in_memory() -> None:
    """Build the procedure and open the data key once, before this process is copied."""
    from madoguchi.apps.procedures import api as procedures
    from madoguchi.core import vault

    procedures.procedure(PROCEDURE)
    vault.sealer()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def site(more: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Run server and worker by the commands of docs/operations.md; yield the address once it answers, and the processes."""
    port, own = free_port(), [sys.executable, "-m"]
    server = [*own, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), *more]
    commands = [[*server, "madoguchi.site.wsgi:application"], [*own, "madoguchi", "worker"]]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]  # noqa: S603 # fixed commands
    try:
        address, ends_at = f"http://127.0.0.1:{port}", time.monotonic() + SERVER_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{address}/sign-in/", timeout=SERVER_SECONDS).close()  # noqa: S310 # own server
                break
            except OSError:
                if time.monotonic() > ends_at or any(process.poll() is not None for process in running):
                    raise SystemExit("The server did not start. Run its command by hand to see why.") from None
                time.sleep(0.1)
        yield address, [process.pid for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=SERVER_SECONDS)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its living descendants, the first visits among it (Linux; 0 elsewhere)."""
    place = Path(f"/proc/{pid}")
    try:
        user, system = place.joinpath("stat").read_text().rsplit(")", 1)[1].split()[11:13]
        children = [int(key) for task in place.glob("task/*/children") for key in task.read_text().split()]
    except OSError:
        return 0.0
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_seconds, children))


def send(address: str, jobs: Sequence[Job], concurrent: int, pause: float) -> dict[str, Any]:
    """Let applicants send in a process of their own; return what they saw."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "seen.json")
        told = (address, jobs, concurrent, pause, out)
        process = multiprocessing.get_context("spawn").Process(target=crowd, args=told)
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit("The process of the applicants failed.")
        seen: dict[str, Any] = json.loads(Path(out).read_text(encoding="utf-8"))
        return seen


def counted(jobs: Sequence[Job], receipts: dict[str, str]) -> dict[str, int]:
    """Compare the database with the drafts and with the receipts that the applicants saw; every figure should be 0."""
    from django.db.models import Count

    from madoguchi.apps.applications.contracts import DraftState
    from madoguchi.apps.applications.models import Draft, Receipt
    from madoguchi.apps.cases.models import Case
    from madoguchi.apps.consents.models import AccessEntry
    from madoguchi.core.models import AuditEntry

    drafts = {job.draft for job in jobs}
    kept = dict(Receipt.objects.values_list("draft_id", "id"))
    kept = {str(draft): str(receipt) for draft, receipt in kept.items()}
    named = [line["case_id"] for lines in Receipt.objects.values_list("cases", flat=True) for line in lines]
    there = {str(key) for key in Case.objects.values_list("pk", flat=True)}
    keys = {f"{key}:{PROCEDURE}" for key in Draft.objects.values_list("submission_key", flat=True)}
    logged = AccessEntry.objects.filter(basis="application")
    sent = AuditEntry.objects.filter(action="application.send")
    return {
        "drafts_without_answer": len(drafts - receipts.keys()),
        "drafts_not_sent": Draft.objects.exclude(state=DraftState.SUBMITTED).count(),
        "lost": len(drafts - kept.keys()) + len(set(named) - there),
        "double": len(named) - len(set(named)) + len(there) - len(drafts),
        "cases_without_receipt": len(there - set(named)),
        "foreign_keys": len(set(Case.objects.values_list("key", flat=True)) ^ keys),
        "receipts_apart": sum(kept.get(draft) != receipt for draft, receipt in receipts.items()),
        "handed_over_apart": abs(logged.count() - len(drafts)),
        "audited_apart": abs(sent.count() - len(drafts)),
        "audited_twice": sent.values("object_id").annotate(n=Count("pk")).filter(n__gt=1).count(),
    }


def verified() -> dict[str, Any]:
    """Seal the audit trail and verify it by the commands of an operator."""
    from django.core.management import CommandError, call_command

    from madoguchi.core import audit

    call_command("audit", "seal", stdout=io.StringIO())
    found = audit.verify()
    try:
        call_command("cases", "verify", stdout=io.StringIO())
        wrong_cases = 0
    except CommandError as problem:
        wrong_cases = len(str(problem).splitlines())
    return {
        "audit_rows": found.entries,
        "audit_unsealed": found.entries - found.sealed,
        "audit_problems": len(found.problems),
        "case_problems": wrong_cases,
    }


def bare_commits(kind: str, count: int, concurrent: int) -> int:
    """Return one-row transactions a second over so many connections of one process, through the same driver."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE[kind])
    numbers, failed = itertools.count(), []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                while (number := next(numbers)) < count:
                    cursor.execute("INSERT INTO bench_bare (draft) VALUES (%s)", [str(number)])
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(concurrent)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return round(count / (time.perf_counter() - begun))


def statements_of(job: Job) -> dict[str, Any]:
    """Send one more draft in this process, alone; return its statements and the time of an empty one.

    Statements that `core.statements` keeps planned go past Django and are not among them.
    """
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = job.session
    with CaptureQueriesContext(connection) as caught:
        answer = browser.post(f"/me/drafts/{job.draft}/send/", {"number": job.number})
    assert answer.status_code == 302, answer.status_code
    times = []
    with connection.cursor() as cursor:
        for _ in range(200):
            begun = time.perf_counter()
            cursor.execute("SELECT 1")
            times.append((time.perf_counter() - begun) * 1_000)
    return {"statements": len(caught), "round_trip_ms": round(percentile(times, 0.5), 3)}


def spread(values: list[float]) -> dict[str, float]:
    """Return the percentiles of milliseconds."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(percentile(values, share), 1) for name, share in shares.items()} | {
        "max": round(max(values), 1)
    }


def run(given: argparse.Namespace) -> dict[str, Any]:
    """Prepare, send, count."""
    with database(given.database, "submissions") as url:
        os.environ["DATABASE_URL"] = url + given.url_options
        begun = time.perf_counter()
        start()
        codes = offices(given.offices)
        jobs = prepare(given.applicants, given.each, codes, 2 if given.database == "postgres" else 1)
        *_, alone = jobs
        prepared = time.perf_counter() - begun
        with site(given.server) as (address, processes):
            from django.db import connections

            connections.close_all()
            before = [cpu_seconds(pid) for pid in processes]
            seen = send(address, jobs[:-1], given.concurrent, given.pause)
            cpu = [cpu_seconds(pid) - used for pid, used in zip(processes, before, strict=True)]
            if not seen["send_ms"]:
                raise SystemExit(f"Nothing was sent: {seen['errors'][:3]}")
        one = statements_of(alone)
        wrong = counted(jobs, seen["receipts"])
        wrong["drafts_without_answer"] -= 1  # the one that was sent alone
        bare = bare_commits(given.database, len(jobs), given.concurrent if given.database == "postgres" else 1)
        proven = verified()
    rate = len(seen["receipts"]) / seen["seconds"]
    return {
        "database": given.database,
        "submissions": len(jobs),
        "applicants": given.applicants,
        "concurrent": given.concurrent,
        "pause_seconds": given.pause,
        "offices": len(codes),
        "server": " ".join(["granian --interface wsgi", *given.server]),
        "beside": "worker; server, worker, database and applicants share the cores",
        "prepared_seconds": round(prepared, 1),
        "seconds": round(seen["seconds"], 1),
        "per_second": round(rate, 1),
        "send_ms": spread(seen["send_ms"]),
        "receipt_ms": spread(seen["receipt_ms"]),
        "cpu_ms_each": {
            name: round(used / len(jobs) * 1_000, 1) for name, used in zip(("site", "worker"), cpu, strict=True)
        },
        "presses_answered": len(seen["send_ms"]),
        "manners": seen["manners"],
        "retries": seen["retries"],
        "errors": len(seen["errors"]),
        "examples": seen["errors"][:3],
        "wrong": wrong,
        **proven,
        **one,
        "bare_commits_per_second": bare,
        "of_bare_commits": round(rate / bare, 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--database-url", help="PostgreSQL server on which a database is made")
    parser.add_argument(
        "--url-options", default="", help="added to the address of the made database, e.g. ?conn_max_age=60"
    )
    parser.add_argument("--applicants", type=int, help="2000, with SQLite 200")
    parser.add_argument("--each", type=int, default=10, help="drafts of each applicant")
    parser.add_argument("--concurrent", type=int, default=20)
    parser.add_argument(
        "--pause", type=float, default=0.0, help="mean seconds between receipt and next draft (default 0)"
    )
    parser.add_argument("--offices", type=int, default=62, help="municipalities to which they send; 1: all to one")
    parser.add_argument("--server", help='more arguments of granian in one word, e.g. "--workers 2"')
    given = parser.parse_args()
    given.server = (
        SQLITE_SERVER if given.server is None and given.database == "sqlite" else given.server or ""
    ).split()
    given.applicants = given.applicants or (SQLITE_APPLICANTS if given.database == "sqlite" else 2_000)
    if given.database_url:
        os.environ["BENCH_POSTGRES_URL"] = given.database_url
    figures = run(given)
    report("submissions", figures)
    faults = [*figures["wrong"].values(), *(figures[name] for name in figures if name.endswith("_problems"))]
    return 1 if any(faults) or figures["errors"] or figures["audit_unsealed"] else 0


if __name__ == "__main__":
    sys.exit(main())
