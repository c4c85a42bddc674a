"""What the sealed columns of this room say, and what each is bound to."""

import hashlib
import hmac
import json
import os
from datetime import date
from typing import Any, Protocol

from madoguchi.apps.benefits.contracts import Account, Residence
from madoguchi.apps.benefits.models import FilePart, Recipient, Run
from madoguchi.core import sealed_rows, vault
from madoguchi.engines.payments import Stay

SECRET_BYTES = 32
Bytes = bytes | memoryview


class OfRecipient(Protocol):
    """What names a recipient's sealed value."""

    @property
    def scheme_id(self) -> str: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def case_id(self) -> str: ...


def recipient_context(row: OfRecipient) -> str:
    """Return what a recipient's content is bound to: known before the row has a number."""
    return f"benefits.recipient:{row.scheme_id}:{row.subject_id}:{row.case_id}"


def payment_context(run_id: Any, recipient_id: int) -> str:
    """Return what a payment's account is bound to."""
    return f"benefits.payment:{run_id}:{recipient_id}"


def run_context(run: Run) -> str:
    """Return what a run's secret is bound to."""
    return f"benefits.run:{run.pk}"


def part_context(part: FilePart) -> str:
    """Return what a part of a file is bound to."""
    return f"benefits.file:{part.run_id}:{part.number}"


def put_recipient(row: Recipient, account: Account | None, residence: Residence, sealer: vault.Sealer) -> None:
    """Seal account and residence into a recipient that the caller saves."""
    row.residence_as_of = residence.as_of
    sealed_rows.put(row, packed(account, residence), context=recipient_context(row), sealer=sealer)


def packed(account: Account | None, residence: Residence) -> bytes:
    """Return account and residence as bytes."""
    value = {
        "account": packed_account(account),
        "born": residence.born.isoformat(),
        "stays": [[s.since.isoformat(), s.until and s.until.isoformat()] for s in residence.stays],
        "died": residence.died and residence.died.isoformat(),
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def packed_account(account: Account | None) -> list[str] | None:
    """Return an account as JSON values."""
    if account is None:
        return None
    return [account.bank_code, account.branch_code, account.kind, account.number, account.holder]


def unpacked(data: bytes, as_of: date) -> tuple[Account | None, Residence]:
    """Return what `packed` made bytes of."""
    value = json.loads(data)
    stays = tuple(
        Stay(date.fromisoformat(since), date.fromisoformat(until) if until else None) for since, until in value["stays"]
    )
    died = date.fromisoformat(value["died"]) if value["died"] else None
    account = Account(*value["account"]) if value["account"] else None
    return account, Residence(date.fromisoformat(value["born"]), stays, as_of, died)


def content_of(row: Recipient) -> tuple[Account | None, Residence] | None:
    """Return account and residence of a recipient, None after an erasure; raise `vault.VaultError`."""
    if row.sealed is None:
        return None
    return unpacked(sealed_rows.plain_of(row, context=recipient_context(row)), row.residence_as_of)


def seal_account(account: Account, run_id: Any, recipient_id: int, sealer: vault.Sealer) -> bytes:
    """Return the account of a payment, sealed."""
    plain = "\t".join(packed_account(account) or ()).encode()
    return sealer.seal(plain, context=payment_context(run_id, recipient_id))


def open_account(sealed: Bytes, run_id: Any, recipient_id: int) -> Account:
    """Return the account of a payment; raise `vault.VaultError`."""
    plain = vault.open_sealed(bytes(sealed), context=payment_context(run_id, recipient_id))
    return Account(*plain.decode().split("\t"))


def put_secret(run: Run) -> None:
    """Give a run its secret."""
    sealed_rows.put(run, os.urandom(SECRET_BYTES), context=run_context(run))


def secret_of(run: Run) -> bytes:
    """Return a run's secret; raise `vault.VaultError`."""
    return sealed_rows.plain_of(run, context=run_context(run))


def print_of(secret: bytes, account: Account) -> str:
    """Return the keyed hash by which equal accounts of one run are found."""
    text = f"{account.bank_code}-{account.branch_code}-{account.kind}-{account.number}"
    return hmac.digest(secret, text.encode(), hashlib.sha256)[:16].hex()
