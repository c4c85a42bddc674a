"""Random histories of residence, decisions, failures and returns: a month of a child is paid once or not at all.

The sums are added from payments that left for the bank and were not returned, never from the rows by which the room itself
keeps months apart; what is due is told by a plain loop over the months.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.benefits import sealing, services
from madoguchi.apps.benefits.contracts import PaymentState, RecipientState, Returned, RunState
from madoguchi.apps.benefits.errors import Refused
from madoguchi.apps.benefits.models import PaidMonth, Payment, Recipient, Run
from madoguchi.core.permissions import SYSTEM
from madoguchi.engines.payments import Stay

from .conftest import APPROVER, EVERYTHING, NOW, PREPARER, SCHEME, account, answer, grant, load_scheme, residence

pytestmark = pytest.mark.django_db
CHILDREN, CASES = ("a", "b"), ("one", "two")
MONTHS = ((2026, 8), (2026, 12), (2027, 4))
YEN, KNOWN_LONG = 5_000, date(2027, 6, 1)
days = st.integers(0, 430).map(lambda n: date(2026, 3, 1) + timedelta(days=n))
children = st.sampled_from(CHILDREN)


@st.composite
def stays(draw: st.DrawFn) -> tuple[Stay, ...]:
    """Return one or two times in Tokyo."""
    bounds = sorted(draw(st.sets(days, min_size=1, max_size=4)))
    pairs = [(bounds[at], bounds[at + 1] if at + 1 < len(bounds) else None) for at in range(0, len(bounds), 2)]
    return tuple(Stay(since, until) for since, until in pairs)


steps = st.one_of(
    st.tuples(st.just("enrol"), children, st.sampled_from(CASES), days, stays()),
    st.tuples(st.just("residence"), children, stays(), st.one_of(st.none(), days), days),
    st.tuples(st.just("end"), st.integers(0, 5), days),
    st.tuples(st.just("stop"), st.integers(0, 5)),
    st.tuples(st.just("take_back"), children, st.sampled_from(CASES)),
    st.tuples(st.just("account"), children),
    st.tuples(st.just("run"), st.sampled_from(MONTHS), st.sampled_from(["paid", "failed", "cancelled", "taken back"])),
    st.tuples(st.just("return"), st.integers(0, 5)),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, min_size=4, max_size=14))
def test_a_month_is_paid_once_or_not_at_all(db: None, history: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        load_scheme()
        for name, *given_ in history:
            STEPS[name](*given_)
            assert set(paid().values()) <= {YEN}
        settle_everything()
        assert set(paid().values()) <= {YEN}
        assert months_missing() == set()
        before = paid()
        again = begin(MONTHS[-1])
        assert (again.payments_count, again.total_yen) == (0, 0)
        assert paid() == before
        transaction.set_rollback(True)


def test_the_sum_would_show_a_month_that_was_paid_twice(db: None) -> None:
    load_scheme()
    enrol("a", "one", date(2026, 4, 1), (Stay(date(2020, 1, 1)),))
    run(MONTHS[0], "paid")
    PaidMonth.objects.update(voided_at=NOW)
    run(MONTHS[0], "paid")
    assert max(paid().values()) == 2 * YEN


def paid() -> Counter[tuple[str, int, int]]:
    """Add what left for the bank and was not returned, by child and month."""
    sums: Counter[tuple[str, int, int]] = Counter()
    for payment in Payment.objects.filter(state__in=[PaymentState.EXPORTED, PaymentState.PAID]):
        months = PaidMonth.objects.filter(payment=payment).values_list("year", "month")
        assert payment.amount_yen == YEN * len(months)
        for year, month in months:
            sums[payment.subject_id, year, month] += YEN
    return sums


def months_missing() -> set[tuple[str, int, int]]:
    """Return the months that are due by a plain loop and were not paid."""
    due = {(row.subject_id, *month) for row in Recipient.objects.all() for month in due_months(row)}
    return due - set(paid())


def due_months(row: Recipient) -> Iterator[tuple[int, int]]:
    content = sealing.content_of(row)
    if row.state == RecipientState.STOPPED or content is None:
        return
    known = content[1]
    for number in range(2026 * 12 + 2, 2027 * 12 + 3):  # March 2026 to March 2027
        day = date(number // 12, number % 12 + 1, 1)
        granted = (day.year, day.month) >= (row.starts_on.year, row.starts_on.month)
        ended = row.ends_on is not None and day >= row.ends_on
        dead = known.died is not None and known.died < day
        there = any(s.since <= day and (s.until is None or day < s.until) for s in known.stays)
        if granted and not ended and not dead and there and known.born <= day <= known.as_of:
            yield day.year, day.month


def settle_everything() -> None:
    """Let every account be right and the registers know everything, and pay with a last run."""
    for row in Recipient.objects.exclude(sealed=None):
        content = sealing.content_of(row)
        assert content is not None
        told = residence(content[1].born, content[1].stays, KNOWN_LONG, content[1].died)
        services.record_residence(PREPARER, SCHEME, [(row.subject_id, told)])
    for child in CHILDREN:
        correct(child)
    run(MONTHS[-1], "paid")


def enrol(child: str, case: str, since: date, times: tuple[Stay, ...]) -> None:
    told = residence(stays=times, as_of=date(2026, 8, 3))
    services.enrol(grant(child, f"parent-{case}", case=f"{case}-{child}", told=told, since=since), now=NOW)


def know(child: str, times: tuple[Stay, ...], died: date | None, as_of: date) -> None:
    services.record_residence(PREPARER, SCHEME, [(child, residence(stays=times, as_of=as_of, died=died))])


def chosen(rows: Any, index: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[index % len(found)] if found else None


def end(index: int, on: date) -> None:
    row = chosen(Recipient.objects.all(), index)
    if row:
        services.end(PREPARER, row.pk, on=on)


def stop(index: int) -> None:
    row = chosen(Recipient.objects.all(), index)
    if row:
        services.stop(PREPARER, row.pk)


def take_back(child: str, case: str) -> None:
    services.take_back(f"{case}-{child}")


def correct(child: str) -> None:
    for case in CASES:
        services.correct_account(SYSTEM, f"parent-{case}", account(77), scheme_id=SCHEME)
    assert child in CHILDREN


def begin(month: tuple[int, int]) -> Run:
    day = date(*month, 15)
    made = services.draft(PREPARER, SCHEME, year=month[0], month=month[1], transfer_on=day, now=NOW)
    return services.calculate(str(made.pk))


def run(month: tuple[int, int], outcome: str) -> None:
    made = begin(month)
    key = str(made.pk)
    if outcome == "cancelled" or not made.payments_count:
        services.cancel(PREPARER, key, now=NOW)
        return
    services.approve(APPROVER, key, looked_at=EVERYTHING, now=NOW)
    services.export(PREPARER, key, now=NOW)
    if outcome == "taken back":
        services.cancel(PREPARER, key, now=NOW)
        return
    services.mark_sent(PREPARER, key, now=NOW)
    first = made.payments.order_by("pk")[0].subject_id
    data = answer(made, {first: "closed"} if outcome == "failed" else None)
    for _ in range(2):
        services.settle(PREPARER, key, data, now=NOW)
    assert Run.objects.get(pk=made.pk).state == RunState.SETTLED


def money_came_back(index: int) -> None:
    row = chosen(Payment.objects.filter(state=PaymentState.PAID), index)
    if row:
        for _ in range(2):
            services.reverse(APPROVER, row.pk, reason=Returned.BANK, now=NOW)
        with pytest.raises(Refused):
            services.settle(
                PREPARER, str(row.run_id), f"customer_code,result,reason\n{row.customer_code},ok,\n".encode(), now=NOW
            )


STEPS = {
    "enrol": enrol,
    "residence": know,
    "end": end,
    "stop": stop,
    "take_back": take_back,
    "account": correct,
    "run": run,
    "return": money_came_back,
}
