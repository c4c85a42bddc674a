"""Sealing at rest: AES-256-GCM under data keys that a master key wraps (envelope encryption), and keyed fingerprints.

A sealed value names its key and is bound to its context (table, row, field), so that it opens nowhere else. The vault
does not know what it seals; a room that stores sealed rows registers a `Store`, so that `rotation` can seal them anew.
"""

import hashlib
import hmac
import os
import secrets
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from madoguchi.core import masterkeys, statements
from madoguchi.core.vault_models import VaultKey

_HEADER = struct.Struct(">BQ")
_FORM = 1
_NONCE_BYTES = 12
_ACTIVE = "SELECT id FROM core_vaultkey WHERE active"
FINGERPRINT_BYTES = 24


class VaultError(Exception):
    """A sealed value cannot be opened: what, why, what to do next."""


class KeyLost(VaultError):
    """The key of a sealed value, or the master key that wraps it, is not there."""


class Tampered(VaultError):
    """A sealed value was changed, or stands in another place than the one it was sealed for."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """An opened data key: one secret for sealing, one for fingerprints."""

    id: int
    cipher: AESGCM
    fingerprint_key: bytes


_opened: dict[int, Secrets] = {}
_uncommitted: set[int] = set()
"""Keys made in a transaction that has not committed: after a rollback nothing must be sealed with them."""


def seal(plain: bytes, *, context: str) -> bytes:
    """Seal bytes for a context with the active key; costs one small query. Many values at once: `sealer()`."""
    return sealer().seal(plain, context=context)


def open_sealed(sealed: bytes, *, context: str) -> bytes:
    """Return what was sealed for this context; raise `KeyLost` or `Tampered`."""
    number = key_of(sealed)
    body = bytes(sealed)[_HEADER.size :]
    try:
        return _secrets(number).cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound(number, context))
    except InvalidTag:
        raise Tampered(
            f"A value sealed for {context} does not open: it was changed, or moved from another row. "
            "Restore the row from a backup and look into the audit trail."
        ) from None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with one key; lives no longer than the transaction it was made in."""

    key: Secrets

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Seal bytes for a context."""
        nonce = os.urandom(_NONCE_BYTES)
        body = self.key.cipher.encrypt(nonce, plain, _bound(self.key.id, context))
        return _HEADER.pack(_FORM, self.key.id) + nonce + body

    def fingerprint(self, text: str, *, context: str) -> bytes:
        """Return a keyed hash by which equal texts are found; it tells nothing without the key."""
        message = f"{context}\0{text}".encode()
        return hmac.digest(self.key.fingerprint_key, message, hashlib.sha256)[:FINGERPRINT_BYTES]


def sealer() -> Sealer:
    """Return a sealer with the active key; the first call ever makes the first key."""
    for (number,) in statements.rows(_ACTIVE, ()):
        if number in _opened:
            return Sealer(_opened[number])
    row = _active_row()
    return Sealer(_opened.get(row.pk) or _open(row))


def fingerprints(text: str, *, context: str) -> tuple[bytes, ...]:
    """Return the fingerprints of a text under every key that is still there: look for any of them."""
    keys = [_opened.get(row.pk) or _open(row) for row in VaultKey.objects.all()] or [sealer().key]
    return tuple(Sealer(key).fingerprint(text, context=context) for key in keys)


def key_of(sealed: bytes) -> int:
    """Return the number of the key that sealed a value; raise `Tampered` when it is no sealed value."""
    given = bytes(sealed)
    if len(given) < _HEADER.size + _NONCE_BYTES or given[0] != _FORM:
        raise Tampered("These bytes were not sealed by this vault. Restore the row from a backup.")
    return int(_HEADER.unpack(given[: _HEADER.size])[1])


def _bound(number: int, context: str) -> bytes:
    return _HEADER.pack(_FORM, number) + context.encode()


def _active_row() -> VaultKey:
    row = VaultKey.objects.filter(active=True).first()
    return row or _first_key()


def _first_key() -> VaultKey:
    try:
        with transaction.atomic():
            return make_key(now=timezone.now(), complete=True)
    except IntegrityError:  # another process made it in the same moment
        return VaultKey.objects.get(active=True)


def make_key(*, now: datetime, complete: bool) -> VaultKey:
    """Make a fresh data key and make it the active one; called by the vault and its rotation only."""
    number, master = secrets.randbits(62), masterkeys.current()
    row = VaultKey.objects.create(
        id=number,
        wrapped=masterkeys.wrap(master, os.urandom(32), label=_label(number)),
        master=masterkeys.name(master),
        created_at=now,
        complete_at=now if complete else None,
    )
    if connection.in_atomic_block:
        _uncommitted.add(number)
        transaction.on_commit(lambda: _uncommitted.discard(number))
    return row


def rewrap(row: VaultKey) -> None:
    """Wrap a data key with the current master key; called by the rotation."""
    plain = masterkeys.unwrap(row.master, bytes(row.wrapped), label=_label(row.pk))
    master = masterkeys.current()
    row.wrapped, row.master = masterkeys.wrap(master, plain, label=_label(row.pk)), masterkeys.name(master)
    row.save(update_fields=["wrapped", "master"])


def _label(number: int) -> str:
    return f"data key {number}"


def _secrets(number: int) -> Secrets:
    known = _opened.get(number)
    if known is not None:
        return known
    row = VaultKey.objects.filter(pk=number).first()
    if row is None:
        raise KeyLost(
            f"Data key {number} is not in the table of keys, so what it sealed cannot be opened. "
            "Restore core_vaultkey from the backup that belongs to this data."
        )
    return _open(row)


def _open(row: VaultKey) -> Secrets:
    try:
        plain = masterkeys.unwrap(row.master, bytes(row.wrapped), label=_label(row.pk))
    except masterkeys.MasterKeyError as problem:
        raise KeyLost(str(problem)) from None
    opened = _derived(row.pk, plain)
    if row.pk not in _uncommitted:
        _opened[row.pk] = opened
    return opened


@lru_cache(maxsize=64)
def _derived(number: int, plain: bytes) -> Secrets:
    def part(purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"madoguchi vault " + purpose).derive(plain)

    return Secrets(number, AESGCM(part(b"seal")), part(b"fingerprint"))


def forget_opened() -> None:
    """Forget opened keys, as a fresh process would."""
    _opened.clear()


@dataclass(frozen=True, slots=True)
class Store:
    """Sealed rows of one room. Its table has a foreign key to `VaultKey` beside the sealed value."""

    name: str
    counts: Callable[[], Mapping[int, int]]
    """Rows by key number."""
    reseal: Callable[[int], int]
    """Seal at most so many rows anew that are not under the active key, in one transaction; return how many."""


_stores: dict[str, Store] = {}


def register(store: Store) -> None:
    """Add a room's sealed rows; called once when Django starts."""
    _stores[store.name] = store


def stores() -> tuple[Store, ...]:
    """Return the registered stores by name."""
    return tuple(_stores[name] for name in sorted(_stores))
