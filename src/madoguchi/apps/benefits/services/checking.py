"""Checks of a calculated run before approval, and the approval by somebody other than who prepared it (四つの目)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from madoguchi.apps.benefits import errors
from madoguchi.apps.benefits.contracts import (
    CheckResult,
    CheckState,
    FindingKind,
    PaymentState,
    RecipientState,
    RunState,
)
from madoguchi.apps.benefits.models import PaidMonth, Payment, Run
from madoguchi.apps.benefits.services import common
from madoguchi.apps.benefits.services.calculating import totals_of
from madoguchi.core.permissions import Actor, Permission

DIFFERENCE_PERCENT = 10
"""From this change against the run before on, somebody must look at the reasons. Own choice."""
BROKEN_ACCOUNTS = (FindingKind.NO_ACCOUNT, FindingKind.BAD_ACCOUNT, FindingKind.ACCOUNT_TO_CORRECT)
SETTLED_STATES = (RunState.EXPORTED, RunState.SENT, RunState.SETTLED)


def checks_of(run: Run) -> tuple[CheckResult, ...]:
    """Run every check of a calculated run anew."""
    return (
        _sums(run),
        _current(run),
        _findings(run, "accounts", BROKEN_ACCOUNTS),
        _findings(run, "shared_accounts", (FindingKind.DUPLICATE_ACCOUNT,)),
        _findings(run, "unconfirmed", (FindingKind.UNCONFIRMED,)),
        _findings(run, "overpaid", (FindingKind.OVERPAID,)),
        _budget(run),
        _difference(run),
    )


def _sums(run: Run) -> CheckResult:
    """Compare the run's totals with its payments, and these with the months that stand in the database."""
    payments = totals_of(run)
    live = PaidMonth.objects.filter(payment__run=run, voided_at=None)
    months = live.aggregate(count=Count("pk"), yen=Sum("yen"), payments=Count("payment", distinct=True))
    noted = (run.payments_count, run.months_count, run.total_yen)
    added = (payments["payments"], payments["months"], payments["yen"])
    of_months = (months["payments"], months["count"], months["yen"] or 0)
    same = noted == added == of_months and run.payments_count > 0
    return CheckResult("sums", CheckState.OK if same else CheckState.STOP, payments)


def _current(run: Run) -> CheckResult:
    """Every payment must rest on the newest account, residence, death and end of its recipient."""
    stale = run.payments.filter(
        ~Q(revision=F("recipient__revision")) | Q(recipient__state=RecipientState.STOPPED) | Q(sealed=None)
    )
    changed = stale.count()
    return CheckResult("current", CheckState.STOP if changed else CheckState.OK, {"changed": changed})


def _findings(run: Run, name: str, kinds: Collection[FindingKind]) -> CheckResult:
    found = run.findings.filter(kind__in=kinds).aggregate(recipients=Count("pk"), months=Sum("months"))
    numbers = {"recipients": found["recipients"], "months": found["months"] or 0}
    return CheckResult(name, CheckState.LOOK if numbers["recipients"] else CheckState.OK, numbers)


def _budget(run: Run) -> CheckResult:
    """Add what the fiscal year (April to March, by month of payment) has paid, and compare it with its limit."""
    limit = run.scheme.terms.budget_yen
    begins = run.year if run.month >= 4 else run.year - 1
    year = Q(run__year=begins, run__month__gte=4) | Q(run__year=begins + 1, run__month__lt=4)
    live = (PaymentState.PLANNED, PaymentState.EXPORTED, PaymentState.PAID)
    spent = Payment.objects.filter(year, run__scheme=run.scheme_id, state__in=live).aggregate(yen=Sum("amount_yen"))
    total = int(spent["yen"] or 0)
    if limit is None:
        return CheckResult("budget", CheckState.LOOK, {"year_yen": total})
    state = CheckState.STOP if total > limit else CheckState.OK
    return CheckResult("budget", state, {"year_yen": total, "limit_yen": limit})


def previous_of(run: Run) -> Run | None:
    """Return the run of the same scheme that went to the bank before this one."""
    before = Q(year__lt=run.year) | Q(year=run.year, month__lt=run.month)
    same_month = Q(year=run.year, month=run.month, number__lt=run.number)
    return Run.objects.filter(before | same_month, scheme=run.scheme_id, state__in=SETTLED_STATES).first()


def differences(run: Run, before: Run | None) -> dict[str, int]:
    """Explain a run against the one before: who is new, who is gone and why, whose amount changed, in people and yen."""
    if before is None:
        return {"before_yen": 0, "new": run.payments.count(), "new_yen": run.total_yen}
    now_paid, then_paid = (Payment.objects.filter(run=of, recipient=OuterRef("recipient")) for of in (run, before))
    gone, new = before.payments.exclude(Exists(now_paid)), run.payments.exclude(Exists(then_paid))
    both = run.payments.annotate(then=Subquery(then_paid.values("amount_yen")[:1])).exclude(then=None)
    changed = both.exclude(amount_yen=F("then")).aggregate(n=Count("pk"), yen=Sum(F("amount_yen") - F("then")))
    added, left = _counted(new), _counted(gone)
    blocked = run.findings.filter(kind__in=BROKEN_ACCOUNTS, recipient=OuterRef("recipient"))
    return {
        "before_yen": before.total_yen,
        "new": added[0],
        "new_yen": added[1],
        "gone": left[0],
        "gone_yen": left[1],
        "gone_ended": gone.exclude(recipient__state=RecipientState.ACTIVE).count(),
        "gone_account": gone.filter(Exists(blocked)).count(),
        "changed": changed["n"],
        "changed_yen": changed["yen"] or 0,
    }


def _counted(rows: "QuerySet[Payment]") -> tuple[int, int]:
    found = rows.aggregate(n=Count("pk"), yen=Sum("amount_yen"))
    return found["n"], found["yen"] or 0


def _difference(run: Run) -> CheckResult:
    """Stop when the difference to the run before is not explained to the yen; ask to look when it is large."""
    before = previous_of(run)
    numbers = differences(run, before)
    explained = numbers["before_yen"] + numbers["new_yen"] - numbers.get("gone_yen", 0) + numbers.get("changed_yen", 0)
    if explained != run.total_yen:
        return CheckResult("difference", CheckState.STOP, numbers)
    change = abs(run.total_yen - numbers["before_yen"])
    large = before is None or change * 100 > DIFFERENCE_PERCENT * numbers["before_yen"]
    return CheckResult("difference", CheckState.LOOK if large else CheckState.OK, numbers)


@transaction.atomic
def approve(actor: Actor, run_id: str, *, looked_at: Collection[str], now: datetime) -> Run:
    """Approve a calculated run. Refuse its preparer, a check that stops, and one to look at that is not named."""
    run = common.locked_run(actor, Permission.APPROVE_PAYMENTS, run_id, RunState.CALCULATED)
    if run.prepared_by == actor.id:
        raise errors.Refused(
            errors.Refusal.SAME_PERSON, "Who prepared a run cannot approve it. Ask another member of staff."
        )
    found = checks_of(run)
    stops = [item.name for item in found if item.state is CheckState.STOP]
    if stops:
        raise errors.Refused(
            errors.Refusal.CHECK_STOPS, f"These checks stop the run: {', '.join(stops)}.", detail=stops[0]
        )
    open_ones = [item.name for item in found if item.state is CheckState.LOOK and item.name not in looked_at]
    if open_ones:
        raise errors.Refused(
            errors.Refusal.NOT_LOOKED_AT, f"Look at these first: {', '.join(open_ones)}.", detail=open_ones[0]
        )
    run.state, run.checked_by, run.checked_at = RunState.CHECKED, actor.id, now
    run.checks = [{"name": item.name, "state": item.state, "numbers": dict(item.numbers)} for item in found]
    run.save(update_fields=["state", "checked_by", "checked_at", "checks"])
    totals = {"payments": run.payments_count, "yen": run.total_yen, "looked_at": sorted(set(looked_at))}
    common.note_run(actor, run, "approve", totals)
    return run
