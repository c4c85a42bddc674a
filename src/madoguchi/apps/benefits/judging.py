"""What one recipient is to be paid in a run: open months, what keeps them from being paid, what was paid too much.

Rows and dates in, a verdict out; it reads and writes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.apps.benefits.contracts import Account, BenefitScheme, FindingKind, Month, Residence
from madoguchi.engines.payments import MonthVerdict, account_faults, payable_months


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a recipient."""

    starts_on: date
    ends_on: date | None
    account_works: bool
    account: Account | None
    residence: Residence


@dataclass(frozen=True, slots=True)
class Judged:
    """Months to pay now; the verdict of every month that could be judged; findings with their number of months."""

    months: tuple[Month, ...]
    verdicts: tuple[MonthVerdict, ...]
    findings: tuple[tuple[FindingKind, int], ...]


def judge(
    known: Standing, terms: BenefitScheme, last: Month, paid: Collection[Month], own: Collection[Month]
) -> Judged:
    """Judge a recipient up to the last month of a run.

    `paid`: months of this person that are paid already, by whomever; `own`: those of them paid through this recipient.
    """
    judged, unknown = _verdicts(known, terms, last)
    payable = {(item.year, item.month) for item in judged if item.payable}
    months = tuple(sorted(payable.difference(paid)))
    seen = {(item.year, item.month) for item in judged}
    overpaid = [month for month in own if (month in seen and month not in payable) or _after_end(month, known, terms)]
    findings = [(FindingKind.UNCONFIRMED, unknown)] if unknown else []
    findings += [(FindingKind.OVERPAID, len(overpaid))] if overpaid else []
    hindrance = _hindrance(known) if months else None
    if hindrance:
        return Judged((), judged, (*findings, (hindrance, len(months))))
    return Judged(months, judged, tuple(findings))


def _verdicts(known: Standing, terms: BenefitScheme, last: Month) -> tuple[tuple[MonthVerdict, ...], int]:
    """Return the verdicts of granted months whose deciding day is known, and how many wait to be known."""
    first = max(terms.starts, (known.starts_on.year, known.starts_on.month))
    if first > last:
        return (), 0
    residence = known.residence
    found = payable_months(residence.born, residence.stays, terms.months, first, last, residence.died)
    granted = [item for item in found if not _after_end((item.year, item.month), known, terms)]
    judged = [item for item in granted if _deciding_day((item.year, item.month), terms) <= residence.as_of]
    waiting: Sequence[MonthVerdict] = granted[len(judged) :]
    return tuple(judged), sum(item.payable for item in waiting)


def _deciding_day(month: Month, terms: BenefitScheme) -> date:
    return date(month[0], month[1], terms.months.residence_day)


def _after_end(month: Month, known: Standing, terms: BenefitScheme) -> bool:
    return known.ends_on is not None and _deciding_day(month, terms) >= known.ends_on


def _hindrance(known: Standing) -> FindingKind | None:
    """Return why nothing can be transferred to the account, None when it can."""
    account = known.account
    if account is None:
        return FindingKind.NO_ACCOUNT
    if not known.account_works:
        return FindingKind.ACCOUNT_TO_CORRECT
    faults = account_faults(account.bank_code, account.branch_code, account.kind, account.number, account.holder)
    return FindingKind.BAD_ACCOUNT if faults else None
