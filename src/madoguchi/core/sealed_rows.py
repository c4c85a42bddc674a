"""Rows with a sealed value: counting them by key and sealing them anew when keys change, the same for every room.

A table keeps the bytes in `sealed` and the key's number in the foreign key `key`; both empty where nothing is sealed. What
the bytes say is the room's own business.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.manager import Manager

from madoguchi.core import vault


def put(row: Any, plain: bytes, *, context: str, sealer: vault.Sealer | None = None) -> None:
    """Seal bytes into a row that the caller saves, bound to its context."""
    by = sealer or vault.sealer()
    row.sealed, row.key_id = by.seal(plain, context=context), by.key.id


def plain_of(row: Any, *, context: str) -> bytes:
    """Return what is sealed in a row; raise `vault.VaultError` when it does not open."""
    return vault.open_sealed(bytes(row.sealed or b""), context=context)


def store(name: str, rows: "Manager[Any]", context: Callable[[Any], str]) -> vault.Store:
    """Return how the rows of one table take part in a rotation of keys."""

    def counts() -> dict[int, int]:
        return dict(rows.exclude(key=None).order_by().values_list("key_id").annotate(Count("key_id")))

    @transaction.atomic
    def reseal(most: int) -> int:
        sealer = vault.sealer()
        waiting = rows.select_for_update(of=("self",)).exclude(key=None).exclude(key_id=sealer.key.id).order_by("pk")
        found = list(waiting[:most])
        for row in found:
            put(row, plain_of(row, context=context(row)), context=context(row), sealer=sealer)
        rows.bulk_update(found, ["sealed", "key"])
        return len(found)

    return vault.Store(name, counts, reseal)
