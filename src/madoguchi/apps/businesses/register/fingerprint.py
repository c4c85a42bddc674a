"""One hash over the register, to show that two registers are the same. What depends on the order of loading is left out.

Left out: sequences of the changes feed and times of loading. Everything else of statements, businesses and former states
is in it.
"""

import hashlib

from madoguchi.apps.businesses.models import Business, FormerState, Statement
from madoguchi.apps.businesses.register.states import FIELDS

_FORMER = ("corporate_number", "name", "core", "city_code", "town", "blocks")


def fingerprint() -> dict[str, str | int]:
    """Return the hash and the numbers of businesses and statements."""
    digest = hashlib.sha256()
    count = 0
    rows = Business.objects.exclude(corporate_number=None).order_by("corporate_number").values_list(*FIELDS)
    for row in rows.iterator(chunk_size=5_000):
        digest.update(repr(tuple(map(str, row))).encode())
        count += 1
    statements = 0
    kept = Statement.objects.order_by("corporate_number", "digest").values_list("corporate_number", "digest")
    for pair in kept.iterator(chunk_size=10_000):
        digest.update(repr(pair).encode())
        statements += 1
    formers = FormerState.objects.order_by(*_FORMER).values_list(*_FORMER)
    for former in formers.iterator(chunk_size=5_000):
        digest.update(repr(former).encode())
    return {"sha256": digest.hexdigest(), "businesses": count, "statements": statements}
