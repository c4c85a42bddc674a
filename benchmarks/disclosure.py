"""The one door: cost of a disclosure with consent check, access log and audit row; disclosures per second on PostgreSQL.

First with sealed facts of the people room (`whole`), then with facts from memory, so that the figure is the door's own.
Beside them runs the limit of the same machine: a bare one-row INSERT and COMMIT through the same driver, and the door as
ORM statements with `core.audit.record`.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from _setup import percentile, report, start

PROCESSES, THREADS = 2, 4
SUBJECTS = 1_000
SECONDS = 4.0
WARM = 200
ATTRIBUTES = ("氏名", "住所", "生年月日")
URL = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fact:
    attribute: str
    value: Any
    source: str = "住民基本台帳"
    as_of: date | None = date(2026, 11, 1)
    verified: bool = True


class Memory:
    """Three facts of everybody."""

    known: dict[str, Any] = {
        "氏名": "東京 花子",
        "住所": "東京都新宿区西新宿二丁目8番1号",
        "生年月日": date(1990, 4, 1),
    }

    def facts_of(self, subject_id: str, attributes: Sequence[str], on: date, *, protected_too: bool) -> list[Fact]:
        return [Fact(name, self.known[name]) for name in attributes if name in self.known]

    def standing(self, subject_id: str) -> Any:
        from madoguchi.apps.consents.api import Standing

        return Standing.OPEN

    def subject_of_account(self, account_id: str) -> str | None:
        return None


@contextmanager
def own_database() -> Iterator[str]:
    """Make a database of this run on the server, and drop it afterwards."""
    import psycopg

    parts = urlsplit(URL)
    name = f"madoguchi_bench_{os.getpid()}"
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def from_memory() -> None:
    """Let the door take facts from memory."""
    from madoguchi.apps.consents import sources
    from madoguchi.apps.consents.contracts import SubjectKind

    sources.register(SubjectKind.PERSON, Memory())


def known() -> list[str]:
    """Make a thousand people with three sealed facts each, told by a register."""
    from madoguchi.apps.people import api
    from madoguchi.core.permissions import SYSTEM

    people = [api.create_person(SYSTEM, "", now=NOW).id for _ in range(SUBJECTS)]
    for number, person in enumerate(people):
        source = api.Provenance("住民基本台帳", f"bench-{number}", api.Method.REGISTRY, api.Assurance.CARD)
        subject = api.Subject.person(person)
        api.record_verified(SYSTEM, "", subject, Memory.known, provenance=source, obtained_at=NOW)
    return people


def consented(people: list[str]) -> None:
    """Let everybody consent to one agreement of the pack."""
    from madoguchi.apps.consents.services import consent
    from madoguchi.core.permissions import SYSTEM

    for person in people:
        consent.grant(person, "childcare-place.131041", actor=SYSTEM, now=NOW)


def disclose(person: str) -> None:
    from madoguchi.apps.consents import api

    asked = api.Request(
        organisation_id="131041",
        client_id="bench",
        subject_id=person,
        purpose_id="childcare-place",
        attributes=ATTRIBUTES,
        basis=api.Basis.CONSENT,
    )
    assert len(api.disclose(asked, NOW).values) == len(ATTRIBUTES)


def with_orm(person: str) -> None:
    """Do the same with ORM statements: what the door would cost without its own SQL."""
    import uuid

    from django.db import transaction

    from madoguchi.apps.consents.models import AccessEntry, ConsentRecord, DataAgreement
    from madoguchi.core import audit
    from madoguchi.core.permissions import SYSTEM

    with transaction.atomic():
        agreement = DataAgreement.objects.select_related("revision").get(
            organisation_id="131041", purpose_id="childcare-place", active=True
        )
        record = ConsentRecord.objects.select_for_update(of=("self",)).get(
            revision=agreement.revision, individual=person, state="granted", valid_until__gt=NOW
        )
        key = str(uuid.uuid4())
        row = audit.record(actor=SYSTEM, organisation_id="131041", action="bench", object_kind="access", object_id=key)
        AccessEntry.objects.create(
            id=key,
            at=NOW,
            subject_kind="person",
            subject_id=person,
            organisation_id="131041",
            purpose_id="childcare-place",
            basis="consent",
            disclosed=list(ATTRIBUTES),
            withheld=[],
            result="disclosed",
            revision_hash=record.revision_hash,
            consent_id=record.pk,
            audit_id=row,
        )


def bare_insert(person: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare (person) VALUES (%s)", [person])


def latency(work: Callable[[str], None], people: list[str]) -> dict[str, float]:
    """Return milliseconds of one call in one thread, and of the CPU that this process spent on it."""
    times = []
    cpu = 0.0
    for number in range(WARM + SUBJECTS):
        if number == WARM:
            cpu = time.process_time()
        begun = time.perf_counter()
        work(people[number % SUBJECTS])
        if number >= WARM:
            times.append((time.perf_counter() - begun) * 1_000)
    cpu = (time.process_time() - cpu) / len(times) * 1_000
    return {
        "median_ms": round(percentile(times, 0.5), 2),
        "p99_ms": round(percentile(times, 0.99), 2),
        "own_cpu_ms": round(cpu, 2),
    }


def rate(work: Callable[[str], None], people: list[str]) -> int:
    """Return calls per second of two processes with four threads each, every thread with its own connection."""
    from django.db import connections

    connections.close_all()
    ready, begin = multiprocessing.Barrier(PROCESSES + 1), multiprocessing.Value("d", 0.0)
    done = multiprocessing.Queue()
    children = [
        multiprocessing.Process(target=_child, args=(work, people[number::PROCESSES], ready, begin, done))
        for number in range(PROCESSES)
    ]
    for child in children:
        child.start()
    ready.wait()
    begin.value = time.time() + 0.2
    ready.wait()
    total = sum(done.get() for _ in children)
    for child in children:
        child.join()
    return round(total / SECONDS)


def _child(work: Callable[[str], None], people: list[str], ready: Any, begin: Any, done: Any) -> None:
    """Warm every thread up, wait for the others, then work until the time is over."""
    from django.db import connection

    counts = [0] * THREADS
    gate = threading.Barrier(THREADS + 1)

    def run(thread: int) -> None:
        work(people[thread])
        gate.wait()
        gate.wait()
        end = begin.value + SECONDS
        while time.time() < end:
            work(people[(counts[thread] * THREADS + thread) % len(people)])
            counts[thread] += 1
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    gate.wait()
    ready.wait()
    ready.wait()
    time.sleep(max(0.0, begin.value - time.time()))
    gate.wait()
    for thread in threads:
        thread.join()
    done.put(sum(counts))


def main() -> None:
    with own_database() as url:
        os.environ["DATABASE_URL"] = url
        start()
        from django.db import connection

        from madoguchi.apps.consents import journal

        people = known()
        consented(people)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, person text)")
        figures: dict[str, Any] = {"processes": PROCESSES, "threads": THREADS, "whole": latency(disclose, people)}
        figures["whole_per_second"] = rate(disclose, people)
        from_memory()
        figures["one_disclosure"] = latency(disclose, people)
        figures["disclosures_per_second"] = rate(disclose, people)
        figures["with_orm_per_second"] = rate(with_orm, people)
        figures["bare_insert_per_second"] = rate(bare_insert, people)
        figures["of_bare_insert"] = round(figures["disclosures_per_second"] / figures["bare_insert_per_second"], 2)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM consents_accessentry WHERE client_id = ''")
            cursor.execute("SELECT count(*) FROM consents_accessentry")
            figures["entries"] = cursor.fetchone()[0]
        figures["log_sound"] = not [item for item in journal.verify() if "removed" not in item]
        connection.close()
        report("disclosure", figures)


if __name__ == "__main__":
    main()
