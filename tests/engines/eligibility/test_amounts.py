"""Amounts are exact where the facts are, a range where they are not, and a clear error where the record is wrong."""

from typing import Any

import pytest

from madoguchi.engines.eligibility import (
    Amount,
    AmountError,
    Band,
    Case,
    Household,
    Person,
    Subject,
    amount_for,
    parse,
    parse_amount,
)
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, VOCABULARY

TABLE = next(iter(RULEBOOK.tables))


def paid(cases: list[dict[str, Any]], **facts: Any) -> Amount:
    person = Person(facts)
    rule = parse_amount(
        {"cases": cases},
        parse=lambda text: parse(text, subject=Subject.PERSON, vocabulary=VOCABULARY),
        vocabulary=VOCABULARY,
        subject=Subject.PERSON,
    )
    return amount_for(rule, Case(TODAY, Household(applicant=person), person, RULEBOOK))


def test_a_table_gives_its_entry_at_a_number() -> None:
    version = RULEBOOK.tables[TABLE].on(TODAY)
    assert version is not None
    case = [{"table": TABLE, "by": "扶養親族等の数"}]
    assert paid(case, 扶養親族等の数=2) == Amount(version.limit(2), version.limit(2))
    between = paid(case, 扶養親族等の数=Band(0, 2))
    assert (between.low_yen, between.high_yen) == (version.limit(0), version.limit(2))
    assert paid(case) == Amount(None, None)
    assert paid(case, 扶養親族等の数=Band(0, None)) == Amount(None, None)


def test_an_unknown_condition_gives_the_span_of_what_is_possible() -> None:
    cases = [{"when": "妊娠中", "yen": 50_000}, {"yen": 10_000}]
    assert paid(cases, 妊娠中=True) == Amount(50_000, 50_000)
    assert paid(cases, 妊娠中=False).exact
    assert paid(cases) == Amount(10_000, 50_000)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([], "no cases"),
        ([{}], "needs one of"),
        ([{"yen": 1, "range": {"min": 1, "max": 2}}], "needs one of"),
        ([{"yen": -1}], "no amount"),
        ([{"yen": True}], "no amount"),
        ([{"range": {"min": 2, "max": 1}}], "Swap them"),
        ([{"table": "無い表", "by": "扶養親族等の数"}], "Unknown table"),
        ([{"table": TABLE}], "needs `by`"),
    ],
)
def test_a_wrong_amount_says_what_to_do(cases: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(AmountError, match=said):
        paid(cases)
