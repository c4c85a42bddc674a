"""A payment run of many recipients: calculated, checked, written for the bank; then the same under SIGKILL again and again.

python benchmarks/benefit_run.py [--recipients 200000] [--kills 50] [--batch 2000] [--database postgres|sqlite]. PostgreSQL is the one at
BENCH_POSTGRES_URL; a database of its own is made there and dropped. Filling it is not timed. Every figure is compared
with a count that knows nothing of the room: months by a plain loop over the invented children.
"""

import argparse
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from _setup import database, report

NOW = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
KNOWN_UNTIL = date(2027, 5, 1)
OWNER, SCHEME, YEN = "tokyo-fukushi", "018-support", 5_000
FILL_ROWS = 10_000
STARTS = date(2026, 4, 1)
LOOKED_AT = {"accounts", "shared_accounts", "unconfirmed", "overpaid", "budget", "difference"}


Child = tuple[date, date, date | None, date | None]
"""Born, moved in, moved out, died."""


def children(count: int) -> Iterator[Child]:
    """Invent children: most live in Tokyo throughout, some move, a few die."""
    draw = random.Random(18)
    for _ in range(count):
        born = date(2007, 10, 1) + timedelta(days=draw.randrange(6_900))
        moved_in = born if draw.random() < 0.9 else max(born, date(2026, 3, 15) + timedelta(days=draw.randrange(300)))
        moved_out = moved_in + timedelta(days=draw.randrange(400)) if draw.random() < 0.05 else None
        died = max(born, date(2026, 4, 1) + timedelta(days=draw.randrange(300))) if draw.random() < 0.001 else None
        yield born, moved_in, moved_out, died


def expected(child: Child, until: tuple[int, int]) -> int:
    """Count payable months from the start to a month, without the room."""
    born, moved_in, moved_out, died = child
    adult_year = born.year + (18 if (born.month, born.day) <= (4, 1) else 19)
    count, day = 0, STARTS
    while (day.year, day.month) <= until:
        there = moved_in <= day and (moved_out is None or day < moved_out)
        alive = born <= day and (died is None or day <= died)
        count += there and alive and day <= date(adult_year, 3, 31)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return count


def prepare(count: int, batch_size: int = 0) -> None:
    """Make the tables, the scheme and the recipients; `batch_size` 0 leaves the one of the pack."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from madoguchi.apps.benefits import pack
    from madoguchi.apps.benefits.models import Scheme
    from madoguchi.core import organisations
    from madoguchi.core.packs import LoadReport

    call_command("migrate", verbosity=0)
    organisations.load(Path(settings.PACK_DIR), LoadReport(), NOW)
    pack.load(Path(settings.PACK_DIR), LoadReport(), NOW)
    if batch_size:
        pack.save({**Scheme.objects.get(pk=SCHEME).content, "batch_size": batch_size}, NOW)
    numbered = enumerate(children(count))
    while batch := list(itertools.islice(numbered, FILL_ROWS)):
        fill(batch)


def fill(batch: list[tuple[int, Child]]) -> None:
    """Write recipients as enrolling would, but in bulk."""
    from django.db import transaction

    from madoguchi.apps.benefits import sealing
    from madoguchi.apps.benefits.contracts import Account, RecipientState, Residence
    from madoguchi.apps.benefits.models import Recipient
    from madoguchi.core import vault
    from madoguchi.engines.payments import Stay

    with transaction.atomic():
        sealer, rows = vault.sealer(), []
        for number, (born, moved_in, moved_out, died) in batch:
            row = Recipient(
                scheme_id=SCHEME,
                subject_id=f"child-{number:08d}",
                payee_id=f"payee-{number // 2:08d}",
                case_id=f"case-{number // 2:08d}",
                state=RecipientState.ACTIVE,
                starts_on=STARTS,
                enrolled_at=NOW,
            )
            account = Account("0009", "012", "1", f"{number // 2 + 1:07d}", "ﾔﾏﾀﾞ ﾊﾅｺ")
            stays = (Stay(moved_in, moved_out),)
            sealing.put_recipient(row, account, Residence(born, stays, KNOWN_UNTIL, died), sealer)
            rows.append(row)
        Recipient.objects.bulk_create(rows)


def staff() -> tuple[Any, Any]:
    """Return who prepares and who approves."""
    from madoguchi.core.permissions import Actor, Role

    return (
        Actor("preparer", "p", {OWNER: frozenset({Role.PAYMASTER})}),
        Actor("approver", "a", {OWNER: frozenset({Role.PAYMENT_APPROVER})}),
    )


def draft(year: int, month: int) -> str:
    """Begin a run."""
    from madoguchi.apps.benefits import services

    day = date(year, month, 15)
    return str(services.draft(staff()[0], SCHEME, year=year, month=month, transfer_on=day, now=NOW).pk)


def work(run_id: str, seconds: dict[str, float] | None = None) -> None:
    """Bring a run from wherever it is to the file for the bank."""
    from madoguchi.apps.benefits import services
    from madoguchi.apps.benefits.models import Run

    preparer, approver = staff()
    steps = {
        "drafted": ("calculate", lambda: services.calculate(run_id)),
        "calculated": ("check", lambda: services.approve(approver, run_id, looked_at=LOOKED_AT, now=NOW)),
        "checked": ("export", lambda: services.export(preparer, run_id, now=NOW)),
    }
    while (state := Run.objects.get(pk=run_id).state) in steps:
        name, step = steps[state]
        begun = time.perf_counter()
        step()
        if seconds is not None:
            seconds[name] = round(time.perf_counter() - begun, 2)


def settle(run_id: str) -> None:
    """Let the bank have paid everything."""
    from madoguchi.apps.benefits import services

    preparer, _ = staff()
    services.mark_sent(preparer, run_id, now=NOW)
    services.settle(preparer, run_id, b"customer_code,result,reason\n", now=NOW, failures_only=True)


def killed(run_id: str, after: float) -> bool:
    """Let a child process work on a run and kill it after so many seconds; return whether it was killed before its end."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 3
        try:
            work(run_id)
            code = 0
        finally:
            os._exit(code)
    deadline = time.monotonic() + after
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if os.waitstatus_to_exitcode(status):
                raise SystemExit("The working process failed by itself, so nothing was proven.")
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def wrong(count: int, until: tuple[int, int]) -> dict[str, int]:
    """Compare what stands in the database with the plain count: nobody twice, nobody missed, sums equal, files whole."""
    from django.db.models import Count, Sum

    from madoguchi.apps.benefits import services
    from madoguchi.apps.benefits.models import PaidMonth, Payment, Run
    from madoguchi.core import audit
    from madoguchi.engines.payments import Profile, sums

    live = PaidMonth.objects.filter(voided_at=None)
    paid = dict(live.order_by().values_list("subject_id").annotate(Count("pk")))
    due = {f"child-{number:08d}": expected(child, until) for number, child in enumerate(children(count))}
    keys = live.order_by().values("subject_id", "year", "month").annotate(n=Count("pk"))
    files = 0
    for run in Run.objects.all():
        _, data = services.file_of(staff()[0], str(run.pk))
        files += sums(data, Profile()) != (run.payments_count, run.total_yen)
        files += AuditCount(str(run.pk)).exports != 1
    total = Payment.objects.aggregate(yen=Sum("amount_yen"))["yen"] or 0
    return {
        "missed_months": sum(max(0, months - paid.get(child, 0)) for child, months in due.items()),
        "extra_months": sum(max(0, paid.get(child, 0) - months) for child, months in due.items()),
        "months_paid_twice": keys.filter(n__gt=1).count(),
        "yen_apart": abs(total - YEN * sum(due.values())),
        "wrong_files": files,
        "audit_problems": len(audit.verify().problems),
    }


class AuditCount:
    """How often a run was written for the bank, by the audit trail."""

    def __init__(self, run_id: str) -> None:
        from madoguchi.core.models import AuditEntry

        self.exports = AuditEntry.objects.filter(action="payment_run.export", object_id=run_id).count()


def kill_runs(kills: int, usual_seconds: float) -> tuple[int, int]:
    """Kill at random moments until so many kills are done, each run brought to its end; return kills and runs."""
    draw, done, runs = random.Random(5), 0, 0
    payments = itertools.chain([(2026, 12), (2027, 4)], itertools.repeat((2027, 4)))
    while done < kills or runs < 1:
        run_id, runs = draft(*next(payments)), runs + 1
        while done < kills and killed(run_id, draw.uniform(0.01, 2.5 * usual_seconds / kills)):
            done += 1
        work(run_id)
        settle(run_id)
        if runs > 2 and done < kills:  # nothing is left to pay: what could be interrupted was
            break
    return done, runs


def run(count: int, kills: int, kind: str, batch_size: int = 0) -> dict[str, Any]:
    """Time a plain run, then kill."""
    with database(kind, "benefits") as url:
        os.environ["DATABASE_URL"] = url
        prepare(count, batch_size)
        seconds: dict[str, float] = {}
        begun = time.perf_counter()
        run_id = draft(2026, 8)
        work(run_id, seconds)
        total = time.perf_counter() - begun
        settle(run_id)
        from madoguchi.apps.benefits.models import Run

        payments = Run.objects.get(pk=run_id).payments_count
        plain = wrong(count, (2026, 7))
        done, runs = kill_runs(kills, total)
        last = (2027, 3) if runs > 1 else (2026, 11)
        after = wrong(count, last)
    return {
        "database": kind,
        "recipients": count,
        "payments": payments,
        "seconds": round(total, 2),
        "steps": seconds,
        "payments_per_second": round(payments / total),
        "kills": done,
        "killed_runs": runs,
        "wrong": {name: plain[name] + after[name] for name in plain},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    given = parser.parse_args()
    os.environ.setdefault("MADOGUCHI_DATA_DIR", tempfile.mkdtemp(prefix="madoguchi-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    figures = run(given.recipients, given.kills, given.database, given.batch)
    report("benefit_run", figures)
    return 1 if any(figures["wrong"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
