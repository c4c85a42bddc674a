"""What this room keeps about a person: handing it out whole, and erasing what may be erased.

Payments are records of public money and stay for the time of limitation (地方自治法 第236条: five years); they name
the person by a random id only once the account is erased.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from madoguchi.apps.benefits import sealing
from madoguchi.apps.benefits.contracts import OPEN_STATES, RecipientState, RunState
from madoguchi.apps.benefits.models import Invitation, PaidMonth, Payment, Recipient
from madoguchi.core.personal_data import ErasureResult

UNSETTLED = (*OPEN_STATES, RunState.SENT)


def _of(person_id: str) -> Q:
    return Q(subject_id=person_id) | Q(payee_id=person_id)


def export(person_id: str) -> dict[str, Any]:
    """Return invitations, benefits and payments of a person as JSON values; accounts only to the payee herself."""
    recipients = Recipient.objects.filter(_of(person_id)).order_by("pk")
    payments = Payment.objects.filter(_of(person_id)).select_related("run").order_by("pk")
    invitations = Invitation.objects.filter(subject_id=person_id).order_by("pk")
    found = {
        "invitations": [_invitation(row) for row in invitations],
        "benefits": [_recipient(row, person_id) for row in recipients],
        "payments": [_payment(row) for row in payments],
    }
    return {name: rows for name, rows in found.items() if rows}


def _invitation(row: Invitation) -> dict[str, Any]:
    return {"scheme": row.scheme_id, "state": row.state, "listed_at": row.listed_at.isoformat(), "case": row.case_id}


def _recipient(row: Recipient, person_id: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "scheme": row.scheme_id,
        "state": row.state,
        "from": row.starts_on.isoformat(),
        "until": row.ends_on and row.ends_on.isoformat(),
        "case": row.case_id,
        "paid_for_you": row.subject_id == person_id,
        "paid_to_you": row.payee_id == person_id,
    }
    content = sealing.content_of(row)
    if content is not None and row.payee_id == person_id:
        told["account"] = sealing.packed_account(content[0])
    if content is not None and row.subject_id == person_id:
        told["born"] = content[1].born.isoformat()
        told["stays"] = [[s.since.isoformat(), s.until and s.until.isoformat()] for s in content[1].stays]
    return told


def _payment(row: Payment) -> dict[str, Any]:
    months = PaidMonth.objects.filter(payment=row).order_by("year", "month").values_list("year", "month")
    return {
        "scheme": row.run.scheme_id,
        "transfer_on": row.run.transfer_on.isoformat(),
        "months": [f"{year}-{month:02d}" for year, month in months],
        "yen": row.amount_yen,
        "state": row.state,
    }


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Stop every benefit of a person, erase accounts, birth, stays and invitations; say what stays.

    Runs in the transaction of `core.personal_data.erase_all`. Accounts of payments that the bank may still need stay
    until the run is settled.
    """
    mine = Recipient.objects.filter(_of(person_id))
    for row in mine.select_for_update().exclude(sealed=None):
        row.state, row.sealed, row.key, row.revision = RecipientState.STOPPED, None, None, row.revision + 1
        row.save(update_fields=["state", "sealed", "key", "revision"])
    Invitation.objects.filter(subject_id=person_id).delete()
    payments = Payment.objects.filter(_of(person_id))
    waiting = payments.filter(run__state__in=UNSETTLED).exclude(sealed=None)
    under_way = waiting.count()
    payments.exclude(pk__in=waiting.values("pk")).update(sealed=None, key=None)
    return ErasureResult(kept=tuple(_kept(payments.count(), under_way)))


def _kept(payments: int, under_way: int) -> Iterator[str]:
    if payments:
        yield _(
            "給付の支払いの記録%(n)s件：公金の支出の証明です。あなたを表す番号、月、金額だけが残り、口座は消します。"
            "理由：地方自治法 第236条。期限：支払いから5年。"
        ) % {"n": payments}
    if under_way:
        yield _(
            "手続き中の支払い%(n)s件の口座：銀行への振込が終わるまで必要です。期限：振込の結果が届き、次に消去を求めたとき。"
        ) % {"n": under_way}
