"""Set-up of the benefits room's tests: the organisations of Tokyo, a scheme, staff, recipients."""

import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from madoguchi.apps.benefits import pack, services
from madoguchi.apps.benefits.contracts import Account, Grant, GrantedChild, Residence
from madoguchi.apps.benefits.models import Recipient, Run, Scheme
from madoguchi.core import organisations
from madoguchi.core.packs import LoadReport
from madoguchi.core.permissions import Actor, Role
from madoguchi.engines.payments import Stay

NOW = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
TODAY = date(2026, 8, 3)
OWNER = "tokyo-fukushi"
SCHEME = "018-support"
PROCEDURE = "tokyo-018"
PREPARER = Actor("preparer", "p", {OWNER: frozenset({Role.PAYMASTER})})
APPROVER = Actor("approver", "a", {OWNER: frozenset({Role.PAYMENT_APPROVER})})
BOTH = Actor("both", "b", {OWNER: frozenset({Role.PAYMASTER, Role.PAYMENT_APPROVER})})
FOREIGN = Actor("foreign", "f", {"132080": frozenset(Role)})
EVERYTHING = frozenset({"accounts", "shared_accounts", "unconfirmed", "overpaid", "budget", "difference"})
BORN = date(2020, 6, 15)


def load_scheme(**changes: Any) -> Scheme:
    """Load organisations and the scheme of the pack, with changes."""
    folder = Path(settings.PACK_DIR)
    organisations.load(folder, LoadReport(), NOW)
    pack.load(folder, LoadReport(), NOW)
    row = Scheme.objects.get(pk=SCHEME)
    return pack.save({**row.content, "batch_size": 3, **changes}, NOW)


@pytest.fixture
def scheme(db: None) -> Scheme:
    """Return the scheme, calculated three recipients at a time."""
    return load_scheme()


def account(number: int = 1, **changes: str) -> Account:
    """Return a well-formed account."""
    values = {
        "bank_code": "0009",
        "branch_code": "012",
        "kind": "1",
        "number": f"{number:07d}",
        "holder": "ヤマダ ハナコ",
    }
    return Account(**{**values, **changes})


def residence(
    born: date = BORN, stays: tuple[Stay, ...] | None = None, as_of: date = TODAY, died: date | None = None
) -> Residence:
    """Return somebody who has lived in Tokyo since birth."""
    return Residence(born, (Stay(born),) if stays is None else stays, as_of, died)


def grant(
    child: str,
    payee: str = "",
    *,
    case: str = "",
    at: Account | None = None,
    told: Residence | None = None,
    since: date = date(2026, 4, 1),
    number: int | None = None,
) -> Grant:
    """Return the grant of one child."""
    known = at if at is not None else account(number or 1 + zlib.crc32((payee or child).encode()) % 9_999_998)
    return Grant(
        case_id=case or f"case-{child}",
        procedure_id=PROCEDURE,
        payee_subject_id=payee or f"parent-of-{child}",
        account=known,
        granted_from=since,
        children=(GrantedChild(child, told or residence()),),
    )


def enrol(child: str, **details: Any) -> Recipient:
    """Enrol one child and return the row."""
    services.enrol(grant(child, **details), now=NOW)
    return Recipient.objects.get(subject_id=child, case_id=details.get("case") or f"case-{child}")


def drafted(month: int = 8, year: int = 2026) -> Run:
    """Begin a run."""
    return services.draft(PREPARER, SCHEME, year=year, month=month, transfer_on=date(year, month, 15), now=NOW)


def calculated(month: int = 8, year: int = 2026) -> Run:
    """Return a run that is calculated to its end."""
    return services.calculate(str(drafted(month, year).pk))


def exported(month: int = 8, year: int = 2026) -> Run:
    """Return a run whose file is written."""
    return exporting(calculated(month, year))


def exporting(run: Run) -> Run:
    """Approve a calculated run and write its file."""
    services.approve(APPROVER, str(run.pk), looked_at=EVERYTHING, now=NOW)
    services.export(PREPARER, str(run.pk), now=NOW)
    return Run.objects.get(pk=run.pk)


def sent(month: int = 8, year: int = 2026) -> Run:
    """Return a run that the bank has."""
    run = exported(month, year)
    services.mark_sent(PREPARER, str(run.pk), now=NOW)
    return Run.objects.get(pk=run.pk)


def answer(run: Run, failed: dict[str, str] | None = None, *, only: bool = False) -> bytes:
    """Return the bank's answer: these children failed for these reasons, the others were paid."""
    lines = ["customer_code,result,reason"]
    for payment in run.payments.order_by("pk"):
        reason = (failed or {}).get(payment.subject_id)
        if reason:
            lines.append(f"{payment.customer_code},failed,{reason}")
        elif not only:
            lines.append(f"{payment.customer_code},ok,")
    return "\n".join(lines).encode() + b"\n"
