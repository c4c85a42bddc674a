"""Kill: a process that writes facts, households, consents and disclosures, seals the trail and rotates keys is killed at
random moments; nothing half may stay and no chain may break.

python benchmarks/kill.py [--moments 100] [--database sqlite|postgres]. PostgreSQL is the one at BENCH_POSTGRES_URL; a
database of its own is made there and dropped.
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

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FACTS_PER_RECORD = 3
PURPOSE, ORGANISATION = "childcare-place", "131041"
AGREEMENT = f"{PURPOSE}.{ORGANISATION}"
SHORTEST_SECONDS, LONGEST_SECONDS = 0.005, 0.3


def prepare() -> None:
    """Make the tables and the vocabulary."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from madoguchi.apps.consents import pack
    from madoguchi.apps.registry.models import PackPart
    from madoguchi.core import organisations
    from madoguchi.core.packs import LoadReport, plain, read_yaml

    call_command("migrate", verbosity=0)
    folder = Path(settings.PACK_DIR)
    organisations.load(folder, LoadReport(), NOW)
    data, _ = read_yaml(folder, "attributes.yaml")
    for name, content in {"attributes": plain(data["attributes"]), "questions": []}.items():
        PackPart.objects.create(name=name, content=content, content_hash="kill")
    pack.LOADER.load(folder, LoadReport(), NOW)
    next(writes(-1))  # so that a child begins at once: everything is read and imported here


def writes(round_number: int) -> Iterator[None]:
    """Write without end: a person, her facts in one record, her household, her consent, a disclosure, its end; now and
    then deliver events, seal the trail, rotate the keys.
    """
    from madoguchi.apps.consents import api as consents
    from madoguchi.apps.consents.services import consent
    from madoguchi.apps.people import services
    from madoguchi.apps.people.contracts import Method, Provenance, Role, Subject
    from madoguchi.core import audit, events, rotation
    from madoguchi.core.permissions import SYSTEM

    for number in itertools.count():
        mark = f"kill-{round_number}-{number}"
        person_id = services.create_person(SYSTEM, "", now=NOW, account_id=mark).id
        provenance = Provenance("住民基本台帳", mark, Method.REGISTRY)
        facts = {"氏名": f"人{number}", "生年月日": "1990-01-02", "所得": number}
        services.record_verified(
            SYSTEM, "", Subject.person(person_id), facts, provenance=provenance, obtained_at=NOW + timedelta(seconds=1)
        )
        services.form_household(
            SYSTEM, "", {person_id: Role.HEAD}, on=date(2026, 1, 1), complete=True, provenance=provenance, now=NOW
        )
        services.declare(mark, {"就労中": True, "住居": "持ち家"}, key=mark, now=NOW)
        consent.grant(person_id, AGREEMENT, actor=SYSTEM, now=NOW)
        consents.disclose(
            consents.Request(
                organisation_id=ORGANISATION,
                client_id="kill",
                subject_id=person_id,
                purpose_id=PURPOSE,
                attributes=("氏名", "生年月日"),
                basis=consents.Basis.CONSENT,
            ),
            NOW,
        )
        consent.withdraw(person_id, AGREEMENT, actor=SYSTEM, now=NOW)
        if number % 3 == 1:
            events.deliver_pending(limit=5)
            audit.seal(now=datetime.now(UTC), limit=10)
        if number % 4 == 1:
            rotation.rotate(now=datetime.now(UTC), batch_rows=7)
        yield


def kill_once(round_number: int, seconds: float) -> None:
    """Let a child write and kill it after so many seconds."""
    from django.db import connections

    connections.close_all()
    begun, begins = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            connections["default"].ensure_connection()
            os.write(begins, b".")
            for _ in writes(round_number):
                continue
        finally:
            os._exit(3)
    os.read(begun, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(begun)
    os.close(begins)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise SystemExit("The writing process failed by itself, so nothing was proven. Run its steps alone.")


def halves() -> list[str]:
    """Return what is only half there."""
    from django.db.models import Count

    from madoguchi.apps.people.models import Fact, Household, LifeEvent, Person
    from madoguchi.apps.people.sealing import value_of
    from madoguchi.core import vault
    from madoguchi.core.models import AuditEntry, OutboxEvent

    vault.forget_opened()
    found = []
    records = Fact.objects.filter(source="住民基本台帳").values("source_record").annotate(facts=Count("id"))
    found += [f"record {row['source_record']}: {row['facts']}" for row in records if row["facts"] != FACTS_PER_RECORD]
    declared = Fact.objects.filter(source="申告").values("source_record").annotate(facts=Count("id"))
    found += [f"declaration {row['source_record']}: {row['facts']}" for row in declared if row["facts"] != 2]
    written = {
        "facts.record": records.count(),
        "facts.declare": 2 * declared.count(),  # one for the person, one for the household
        "person.register": Person.objects.count(),
        "household.event": LifeEvent.objects.count(),
    }
    for action, count in written.items():
        audited = AuditEntry.objects.filter(action=action).count()
        found += [f"{action}: {count} written, {audited} audited"] if audited != count else []
    changed = OutboxEvent.objects.filter(name="FactsChanged").count()
    if changed != written["facts.record"] + written["facts.declare"]:
        found.append(f"events: {changed}")
    if Household.objects.count() != LifeEvent.objects.values("household").distinct().count():
        found.append("a household without members")
    for fact in Fact.objects.iterator():
        value_of(fact)
    return found + broken_chains()


def broken_chains() -> list[str]:
    """Return what is wrong with the audit trail, the access log and the chains of consents."""
    from madoguchi.apps.consents import journal, revisions
    from madoguchi.apps.consents.models import ConsentRecord, Revision
    from madoguchi.core import audit

    found = [*audit.verify().problems, *journal.verify(), *revisions.verify()]
    for row in ConsentRecord.objects.iterator():
        last = Revision.objects.filter(schema_name="ConsentRecord", object_id=row.pk).order_by("-number").first()
        if last is None or f'"{row.state}"'.encode() not in bytes(last.snapshot):
            found.append(f"consent {row.pk}: its last revision is not its state")
    return found


def run(moments: int, kind: str) -> dict[str, Any]:
    """Kill at so many moments and count what is half there."""
    with database(kind, "kill") as url:
        os.environ["DATABASE_URL"] = url
        prepare()
        draw = random.Random(11)
        for number in range(moments):
            kill_once(number, draw.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
        time.sleep(0.3)
        found = halves()
        from madoguchi.apps.consents.models import AccessEntry
        from madoguchi.apps.people.models import Fact
        from madoguchi.core import rotation
        from madoguchi.core.models import AuditEntry

        facts, disclosures, audit_rows = (model.objects.count() for model in (Fact, AccessEntry, AuditEntry))
        rotation.rotate(now=datetime.now(UTC))
        again = halves()
        keys = Fact.objects.values("key").distinct().count()
    return {
        "database": kind,
        "moments": moments,
        "facts": facts,
        "disclosures": disclosures,
        "audit_rows": audit_rows,
        "half": len(found) + len(again),
        "examples": (found + again)[:3],
        "keys_after_rotation": keys,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgres"])
    given = parser.parse_args()
    os.environ.setdefault("MADOGUCHI_DATA_DIR", tempfile.mkdtemp(prefix="madoguchi-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    if given.database is None:  # one process has one database
        import subprocess

        codes = [
            subprocess.call([sys.executable, __file__, "--moments", str(given.moments), "--database", kind])  # noqa: S603 # itself
            for kind in ("sqlite", "postgres")
        ]
        return max(codes)
    figures = run(given.moments, given.database)
    report("kill", figures)
    return 1 if figures["half"] else 0


if __name__ == "__main__":
    sys.exit(main())
