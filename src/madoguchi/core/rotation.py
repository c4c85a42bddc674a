"""Rotation of the vault's keys: wraps every data key with the current master key and seals every row with a new one.

It works in batches, each one transaction; stopped at any moment it goes on where it was. Reads and writes go on: old
keys stay until no row points at them and a while has passed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.db.utils import IntegrityError

from madoguchi.core import audit, masterkeys, vault
from madoguchi.core.permissions import SYSTEM, Actor
from madoguchi.core.vault_models import VaultKey

BATCH_ROWS = 500
GRACE = timedelta(hours=1)
"""A process that has read a row may open it a little later: its key must still be there."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One data key and how many rows it seals, by store."""

    id: int
    master: str
    master_known: bool
    active: bool
    complete: bool
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class RotationReport:
    """What a rotation did."""

    key_id: int
    resumed: bool
    rewrapped: int
    resealed: int
    removed: int


def status() -> list[KeyStatus]:
    """Return every data key, oldest first."""
    known = {masterkeys.name(key) for key in masterkeys.all_keys()}
    counts = {store.name: store.counts() for store in vault.stores()}
    return [
        KeyStatus(
            row.pk,
            row.master,
            row.master in known,
            row.active,
            row.complete_at is not None,
            {name: found[row.pk] for name, found in counts.items() if found.get(row.pk)},
        )
        for row in VaultKey.objects.all()
    ]


def rotate(*, now: datetime, actor: Actor = SYSTEM, batch_rows: int = BATCH_ROWS) -> RotationReport:
    """Rotate everything. Going on after a stop needs no argument; raise `vault.KeyLost` when an old key is missing."""
    rewrapped = _rewrap()
    key, resumed = _begin(now, actor)
    resealed = sum(_reseal(store, batch_rows) for store in vault.stores())
    removed = _finish(key.pk, now, actor, resealed)
    return RotationReport(key.pk, resumed, rewrapped, resealed, removed)


@transaction.atomic
def _rewrap() -> int:
    current = masterkeys.name(masterkeys.current())
    rows = list(VaultKey.objects.select_for_update().exclude(master=current))
    for row in rows:
        try:
            vault.rewrap(row)
        except masterkeys.MasterKeyError as problem:
            raise vault.KeyLost(str(problem)) from None
    return len(rows)


@transaction.atomic
def _begin(now: datetime, actor: Actor) -> tuple[VaultKey, bool]:
    """Return the key to seal with: the one of an unfinished rotation, or a new one."""
    vault.sealer()
    active = VaultKey.objects.select_for_update().get(active=True)
    if active.complete_at is None:
        return active, True
    VaultKey.objects.filter(pk=active.pk).update(active=False, retired_at=now)
    key = vault.make_key(now=now, complete=False)
    _note(actor, "keys.rotate", key.pk, {})
    return key, False


def _reseal(store: vault.Store, batch_rows: int) -> int:
    total = 0
    while done := store.reseal(batch_rows):
        total += done
    return total


@transaction.atomic
def _finish(key_id: int, now: datetime, actor: Actor, resealed: int) -> int:
    """Note the end and remove keys that nothing needs; a database refuses to remove one that a row points at."""
    VaultKey.objects.filter(pk=key_id, complete_at=None).update(complete_at=now)
    used: Counter[int] = Counter()
    for store in vault.stores():
        used.update(store.counts())
    removed = 0
    for row in VaultKey.objects.filter(active=False, retired_at__lt=now - GRACE):
        removed += 0 if used[row.pk] else _remove(row)
    _note(actor, "keys.rotated", key_id, {"resealed": resealed, "removed": removed})
    return removed


def _remove(row: VaultKey) -> int:
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError):  # a row was sealed with it in this moment: the next rotation takes it
        return 0
    return 1


def _note(actor: Actor, action: str, key_id: int, detail: dict[str, int]) -> None:
    audit.record(
        actor=actor, organisation_id="", action=action, object_kind="vault-key", object_id=str(key_id), detail=detail
    )
