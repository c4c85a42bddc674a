"""Audit: rows written and sealed per second, next to a chain that hashes row by row (the design that was not taken)."""

import hashlib
import time

from _setup import report, start

ROWS = 5_000


def main() -> None:
    start()
    from django.db import transaction
    from django.utils import timezone

    from madoguchi.core import audit
    from madoguchi.core.models import AuditEntry
    from madoguchi.core.permissions import SYSTEM

    def write(number: int) -> None:
        audit.record(actor=SYSTEM, organisation_id="", action="bench", object_kind="row", object_id=str(number))

    begun = time.perf_counter()
    with transaction.atomic():
        for number in range(ROWS):
            write(number)
    written = ROWS / (time.perf_counter() - begun)
    begun = time.perf_counter()
    sealed = 0
    while block := audit.seal(now=timezone.now()):
        sealed += block.count
    sealing = sealed / (time.perf_counter() - begun)
    begun = time.perf_counter()
    with transaction.atomic():
        last = b""
        for number in range(ROWS):
            last = hashlib.sha256(last + bytes(AuditEntry.objects.latest("id").payload)).digest()
            write(number)
    chained = ROWS / (time.perf_counter() - begun)
    report(
        "audit",
        {
            "rows": ROWS,
            "rows_per_second": round(written),
            "sealed_per_second": round(sealing),
            "row_chain_per_second": round(chained),
            "over_row_chain": round(written / chained, 2),
            "sound": not audit.verify().problems,
        },
    )


if __name__ == "__main__":
    main()
