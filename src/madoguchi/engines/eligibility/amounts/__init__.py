"""Amounts: how much a programme pays, exact to the yen or as a range, by the figures of the day.

`reading` reads a record, `paying` answers for one person; `totals` (households) and `periods` (months between two days)
build on the verdicts of `rules` and are imported from there.
"""

from madoguchi.engines.eligibility.amounts.model import (
    Amount,
    AmountCase,
    AmountError,
    AmountRule,
    AmountVersion,
    Begins,
    Each,
    Per,
    Reference,
)
from madoguchi.engines.eligibility.amounts.paying import amount_for
from madoguchi.engines.eligibility.amounts.reading import parse_amount

__all__ = [
    "Amount",
    "AmountCase",
    "AmountError",
    "AmountRule",
    "AmountVersion",
    "Begins",
    "Each",
    "Per",
    "Reference",
    "amount_for",
    "parse_amount",
]
