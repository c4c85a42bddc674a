"""Sealed values open only with their key and only in their place; keys rotate without losing any; a lost key is told."""

import base64
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.core import masterkeys, rotation, vault
from madoguchi.core.models import AuditEntry
from madoguchi.core.vault_models import VaultKey

pytestmark = pytest.mark.django_db


def fresh_master() -> str:
    return base64.b64encode(os.urandom(32)).decode()


class Shelf:
    """A store in memory: rows of (key number, sealed bytes), sealed anew like a table."""

    def __init__(self, values: list[bytes]) -> None:
        self.rows = [vault.seal(value, context=f"shelf:{place}") for place, value in enumerate(values)]

    def counts(self) -> dict[int, int]:
        keys = [vault.key_of(row) for row in self.rows]
        return {key: keys.count(key) for key in keys}

    def reseal(self, most: int) -> int:
        sealer = vault.sealer()
        old = [place for place, row in enumerate(self.rows) if vault.key_of(row) != sealer.key.id][:most]
        for place in old:
            self.rows[place] = sealer.seal(self.value(place), context=f"shelf:{place}")
        return len(old)

    def value(self, place: int) -> bytes:
        return vault.open_sealed(self.rows[place], context=f"shelf:{place}")


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf([f"value {number}".encode() for number in range(7)])
    vault.register(vault.Store("test.shelf", shelf.counts, shelf.reseal))
    yield shelf
    del vault._stores["test.shelf"]


@given(plain=st.binary(max_size=200), context=st.text(max_size=30))
def test_what_is_sealed_opens_again_and_differs_each_time(plain: bytes, context: str) -> None:
    first, second = (vault.seal(plain, context=context) for _ in range(2))
    assert vault.open_sealed(first, context=context) == plain
    assert first != second
    assert len(plain) < 4 or plain not in first


@given(place=st.integers(0, 60), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(place: int, bit: int) -> None:
    sealed = bytearray(vault.seal("東京都調布市小島町".encode(), context="row 1"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(vault.VaultError):
        vault.open_sealed(bytes(sealed), context="row 1")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = vault.seal(b"secret", context="row 1")
    with pytest.raises(vault.Tampered, match="row 2"):
        vault.open_sealed(sealed, context="row 2")


def test_a_key_made_in_a_transaction_that_was_undone_is_never_used_again() -> None:
    with transaction.atomic():
        undone = vault.sealer().key.id
        transaction.set_rollback(True)
    sealed = vault.seal(b"secret", context="row")
    assert vault.key_of(sealed) != undone
    assert VaultKey.objects.filter(pk=vault.key_of(sealed)).exists()


def test_equal_texts_have_equal_fingerprints_and_contexts_part_them() -> None:
    sealer = vault.sealer()
    assert sealer.fingerprint("山田花子", context="a") == sealer.fingerprint("山田花子", context="a")
    assert sealer.fingerprint("山田花子", context="a") != sealer.fingerprint("山田花子", context="b")
    assert sealer.fingerprint("山田花子", context="a") in vault.fingerprints("山田花子", context="a")


def test_rotation_seals_everything_anew_and_every_value_still_opens(shelf: Shelf) -> None:
    before = vault.sealer().key.id
    report = rotation.rotate(now=timezone.now(), batch_rows=2)
    assert report.resealed == 7
    assert set(shelf.counts()) == {report.key_id}
    assert before != report.key_id
    assert [shelf.value(place) for place in range(7)] == [f"value {place}".encode() for place in range(7)]
    assert AuditEntry.objects.filter(action="keys.rotate").count() == 1


def test_a_rotation_that_was_stopped_goes_on_with_the_same_key(shelf: Shelf) -> None:
    def stops(most: int) -> int:
        if len(shelf.counts()) > 1:
            raise KeyboardInterrupt
        return shelf.reseal(1)

    vault.register(vault.Store("test.shelf", shelf.counts, stops))
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(now=timezone.now())
    vault.register(vault.Store("test.shelf", shelf.counts, shelf.reseal))
    half = vault.sealer().key.id
    assert [shelf.value(place)[:5] for place in range(7)] == [b"value"] * 7
    report = rotation.rotate(now=timezone.now())
    assert (report.key_id, report.resumed, report.resealed) == (half, True, 6)


def test_an_old_key_is_removed_only_when_nothing_needs_it_and_a_while_has_passed(shelf: Shelf) -> None:
    first = vault.sealer().key.id
    now = timezone.now()
    assert rotation.rotate(now=now).removed == 0
    late = rotation.rotate(now=now + timedelta(hours=2))
    assert late.removed == 1
    assert not VaultKey.objects.filter(pk=first).exists()
    assert shelf.value(3) == b"value 3"


def test_a_new_master_key_wraps_the_data_keys_and_the_old_one_may_go(shelf: Shelf, settings: Any) -> None:
    old, new = masterkeys._file_text().strip(), fresh_master()
    settings.DATA_KEYS = f"{new},{old}"
    assert rotation.rotate(now=timezone.now()).rewrapped == 1
    settings.DATA_KEYS = new
    vault.forget_opened()
    assert shelf.value(0) == b"value 0"


def test_a_lost_master_key_is_told_with_what_to_do(shelf: Shelf, settings: Any) -> None:
    settings.DATA_KEYS = fresh_master()
    vault.forget_opened()
    with pytest.raises(vault.KeyLost, match="Add the old key behind the current one"):
        shelf.value(0)
    with pytest.raises(CommandError, match="not among MADOGUCHI_DATA_KEYS"):
        call_command("keys", "rotate")


def test_a_lost_data_key_is_told_with_what_to_do() -> None:
    sealed = vault.seal(b"secret", context="row")
    VaultKey.objects.all().delete()
    vault.forget_opened()
    with pytest.raises(vault.KeyLost, match="Restore core_vaultkey"):
        vault.open_sealed(sealed, context="row")


def test_bytes_that_were_never_sealed_are_refused() -> None:
    with pytest.raises(vault.Tampered):
        vault.open_sealed(b"plain text that somebody wrote into the column", context="row")


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    first = masterkeys.all_keys()
    assert masterkeys.all_keys() == first
    path = tmp_path / masterkeys.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir()] == [masterkeys.FILE]


@pytest.mark.parametrize("text", ["kurz", "AAAA", ",,", base64.b64encode(b"x" * 31).decode()])
def test_a_malformed_master_key_is_refused(settings: Any, text: str) -> None:
    settings.DATA_KEYS = text
    with pytest.raises(masterkeys.MasterKeyError):
        masterkeys.all_keys()


def test_status_shows_each_key_with_its_rows(shelf: Shelf, capsys: Any) -> None:
    call_command("keys", "status")
    assert "active: test.shelf 7" in capsys.readouterr().out


def test_status_names_a_missing_master_key(shelf: Shelf, settings: Any) -> None:
    settings.DATA_KEYS = fresh_master()
    with pytest.raises(CommandError, match="A master key is missing"):
        call_command("keys", "status")
