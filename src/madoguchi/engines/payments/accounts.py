"""Is a bank account well formed: digits, kind, name of the holder. Whether it exists only the bank knows."""

from enum import StrEnum

from madoguchi.engines.payments.kana import NotWritable, bank_kana
from madoguchi.engines.payments.zengin import AccountKind

BANK_DIGITS, BRANCH_DIGITS, NUMBER_DIGITS = 4, 3, 7
HOLDER_MOST = 30


class AccountFault(StrEnum):
    """What is wrong with an account."""

    BANK_CODE = "bank_code"
    BRANCH_CODE = "branch_code"
    KIND = "kind"
    NUMBER = "number"
    HOLDER_EMPTY = "holder_empty"
    HOLDER_SIGN = "holder_sign"


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def account_faults(bank_code: str, branch_code: str, kind: str, number: str, holder: str) -> tuple[AccountFault, ...]:
    """Return everything that is wrong with an account, nothing for a well-formed one."""
    found = []
    if not _digits(bank_code, BANK_DIGITS) or bank_code == "0000":
        found.append(AccountFault.BANK_CODE)
    if not _digits(branch_code, BRANCH_DIGITS):
        found.append(AccountFault.BRANCH_CODE)
    if kind not in set(AccountKind):
        found.append(AccountFault.KIND)
    if not _digits(number, NUMBER_DIGITS) or not int(number):
        found.append(AccountFault.NUMBER)
    try:
        if not bank_kana(holder):
            found.append(AccountFault.HOLDER_EMPTY)
    except NotWritable:
        found.append(AccountFault.HOLDER_SIGN)
    return tuple(found)
