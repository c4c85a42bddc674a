"""Paying benefits: which months are payable, how names and amounts are written for a bank, what a bank answered.

Takes dates, names and amounts as arguments; knows no person, no database and no clock.
"""

from madoguchi.engines.payments.accounts import AccountFault, account_faults
from madoguchi.engines.payments.kana import NotWritable, bank_kana
from madoguchi.engines.payments.months import MonthRule, MonthVerdict, Reason, Stay, payable_months
from madoguchi.engines.payments.results import Outcome, ResultError, ResultLine, read_results
from madoguchi.engines.payments.zengin import (
    AccountKind,
    File,
    Header,
    NameCut,
    Profile,
    Transfer,
    ZenginError,
    read,
    records,
    sums,
    write,
)

__all__ = [
    "AccountFault",
    "AccountKind",
    "File",
    "Header",
    "MonthRule",
    "MonthVerdict",
    "NameCut",
    "NotWritable",
    "Outcome",
    "Profile",
    "Reason",
    "ResultError",
    "ResultLine",
    "Stay",
    "Transfer",
    "ZenginError",
    "account_faults",
    "bank_kana",
    "payable_months",
    "read",
    "read_results",
    "records",
    "sums",
    "write",
]
