"""Facts: writing and reading with sealing, next to the same without sealing; rotating all of them.

python benchmarks/facts.py. SQLite unless DATABASE_URL names another database.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from _setup import percentile, report, start

PEOPLE = 300
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
VALUES = {
    "氏名": "山田花子",
    "住所": "東京都調布市小島町2-35-1",
    "生年月日": "1990-05-06",
    "所得": 1_200_000,
    "妊娠中": False,
}
READS = ("氏名", "住所", "生年月日", "所得", "妊娠中")


def timed(deed: Callable[[int], Any], count: int) -> list[float]:
    """Return the milliseconds of each call."""
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        deed(number)
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


def main() -> None:
    start()
    from django.db import connection

    from madoguchi.apps.people import api, queries, sealing
    from madoguchi.core import rotation, vault
    from madoguchi.core.permissions import SYSTEM

    people = [api.create_person(SYSTEM, "", now=NOW, account_id=f"bench-{time.time_ns()}").id for _ in range(PEOPLE)]

    def writes(number: int) -> None:
        provenance = api.Provenance("住民基本台帳", f"{people[number]}-1", api.Method.REGISTRY)
        subject = api.Subject.person(people[number])
        api.record_verified(SYSTEM, "", subject, VALUES, provenance=provenance, obtained_at=NOW)

    def reads(number: int) -> None:
        if len(api.facts_of(people[number], READS, on=TODAY)) != len(READS):
            raise SystemExit("A fact is missing, so the figures say nothing.")

    def finds(number: int) -> None:
        if not queries.person(people[number]):
            raise SystemExit("A person is missing, so the figures say nothing.")

    writing, reading, row = timed(writes, PEOPLE), timed(reads, PEOPLE), timed(finds, PEOPLE)
    picture = timed(lambda number: api.eligibility_household(people[number], TODAY), PEOPLE)
    sealed = vault.seal(sealing.encode("東京都調布市小島町2-35-1"), context="bench")
    opening = timed(lambda _: vault.open_sealed(sealed, context="bench"), 2_000)
    begun = time.perf_counter()
    rotated = rotation.rotate(now=NOW + timedelta(seconds=1)).resealed
    report(
        "facts",
        {
            "database": connection.vendor,
            "people": PEOPLE,
            "facts_per_write": len(VALUES),
            "write_p50_ms": round(percentile(writing, 0.5), 2),
            "write_p95_ms": round(percentile(writing, 0.95), 2),
            "read_p50_ms": round(percentile(reading, 0.5), 3),
            "read_p95_ms": round(percentile(reading, 0.95), 3),
            "one_row_p50_ms": round(percentile(row, 0.5), 3),
            "picture_p50_ms": round(percentile(picture, 0.5), 3),
            "open_one_p50_us": round(percentile(opening, 0.5) * 1_000, 1),
            "rotated_rows_per_second": round(rotated / (time.perf_counter() - begun)),
        },
    )


if __name__ == "__main__":
    main()
