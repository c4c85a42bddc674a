"""The bank transfer file of an approved run: written once, sealed and hashed, the same bytes whenever it is fetched."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from madoguchi.apps.benefits import errors, sealing
from madoguchi.apps.benefits.contracts import PaymentState, RunState
from madoguchi.apps.benefits.models import FilePart, Payment, Run
from madoguchi.apps.benefits.services import common
from madoguchi.apps.benefits.services.calculating import totals_of
from madoguchi.core import sealed_rows, vault
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines.payments import AccountKind, Transfer, ZenginError, records, sums

PART_RECORDS = 8_000
READ_ROWS = 5_000
HAS_FILE = (RunState.EXPORTED, RunState.SENT, RunState.SETTLED)


@transaction.atomic
def export(actor: Actor, run_id: str, *, now: datetime) -> bytes:
    """Return the file of a run; the first call writes it, every later one gives the same bytes.

    Refuse when count and sum of the file differ from those of the database, or a payment cannot be written.
    """
    run = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, RunState.CHECKED, *HAS_FILE)
    if run.state in HAS_FILE:
        return _stored(run)
    terms = run.scheme.terms
    try:
        lines = records(terms.header(run.transfer_on), _transfers(run), terms.profile)
        data = _store(run, lines)
        written = sums(data, terms.profile)
    except ZenginError as problem:
        raise errors.Refused(errors.Refusal.WRONG_FILE, f"The file cannot be written. {problem}") from problem
    totals = totals_of(run)
    if not written == (totals["payments"], totals["yen"]) == (run.payments_count, run.total_yen):
        raise errors.Refused(
            errors.Refusal.SUMS_DIFFER, "The sums of file and database differ. Calculate the run again."
        )
    run.payments.update(state=PaymentState.EXPORTED)
    run.state, run.exported_at, run.file_sha256 = RunState.EXPORTED, now, hashlib.sha256(data).hexdigest()
    run.save(update_fields=["state", "exported_at", "file_sha256"])
    common.note_run(actor, run, "export", {"sha256": run.file_sha256, "payments": written[0], "yen": written[1]})
    return data


def _transfers(run: Run) -> Iterator[Transfer]:
    columns = ("pk", "recipient_id", "amount_yen", "sealed")
    last = 0
    while rows := list(run.payments.filter(pk__gt=last).order_by("pk").values_list(*columns)[:READ_ROWS]):
        for pk, recipient_id, amount_yen, sealed in rows:
            yield _transfer(run, pk, recipient_id, amount_yen, sealed)
        last = rows[-1][0]


def _transfer(run: Run, pk: int, recipient_id: int, amount_yen: int, sealed: bytes | memoryview | None) -> Transfer:
    account = sealing.open_account(sealed or b"", run.pk, recipient_id)
    return Transfer(
        bank_code=account.bank_code,
        branch_code=account.branch_code,
        kind=AccountKind(account.kind),
        number=account.number,
        holder=account.holder,
        amount_yen=amount_yen,
        customer_code=Payment(pk=pk).customer_code,
    )


def _store(run: Run, lines: Iterator[bytes]) -> bytes:
    """Keep the file sealed in parts; return it whole."""
    whole, sealer, number = [], vault.sealer(), 0
    while data := b"".join(islice(lines, PART_RECORDS)):
        part = FilePart(run=run, number=number)
        sealed_rows.put(part, data, context=sealing.part_context(part), sealer=sealer)
        part.save(force_insert=True)
        whole.append(data)
        number += 1
    return b"".join(whole)


def _stored(run: Run) -> bytes:
    data = b"".join(sealed_rows.plain_of(part, context=sealing.part_context(part)) for part in run.parts.all())
    if hashlib.sha256(data).hexdigest() != run.file_sha256:
        raise vault.Tampered(f"The file of run {run.pk} is not the one that was written. Restore it from a backup.")
    return data


@transaction.atomic
def file_of(actor: Actor, run_id: str) -> tuple[Run, bytes]:
    """Return the written file to hand it out; who took it is recorded."""
    run = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, *HAS_FILE)
    common.note_run(actor, run, "download", {"sha256": run.file_sha256})
    return run, _stored(run)


@transaction.atomic
def mark_sent(actor: Actor, run_id: str, *, now: datetime) -> None:
    """Note that the bank has the file. Repeating changes nothing."""
    run = common.locked_run(actor, Permission.PREPARE_PAYMENTS, run_id, RunState.EXPORTED, RunState.SENT)
    if run.state == RunState.EXPORTED:
        run.state, run.sent_at = RunState.SENT, now
        run.save(update_fields=["state", "sent_at"])
        common.note_run(actor, run, "send", {"sha256": run.file_sha256})
