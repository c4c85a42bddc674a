"""Recognises individual numbers (個人番号, マイナンバー), so that none is ever stored. It keeps none itself.

The check digit follows 平成26年総務省令第85号 第5条: 11 − Σ(digit × weight) mod 11, and 0 where the rest is 0 or 1.
"""

import re
import unicodedata

_RUN = re.compile(r"\d(?:[ \t\-‐−–—ー・.]?\d)*")
_MACHINE_MADE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{16,}")
CUT = "［個人番号のような数字を消しました］"
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def check_digit(base: str) -> int:
    """Return the check digit of the first eleven digits."""
    rest = sum(int(digit) * weight for digit, weight in zip(base, _WEIGHTS, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_individual_number(digits: str) -> bool:
    """Tell whether twelve digits are a well-formed individual number."""
    return bool(re.fullmatch(r"[0-9]{12}", digits)) and check_digit(digits[:-1]) == int(digits[-1])


def holds_individual_number(text: str) -> bool:
    """Tell whether a text holds a well-formed individual number, whatever its width and separators.

    A longer run of digits (a 法人番号 has 13) is none.
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", text))
    return any(is_individual_number(re.sub(r"\D", "", run)) for run in runs)


def without_individual_numbers(text: str) -> str:
    """Return a text with every well-formed individual number in it replaced by a mark; any other text as it is."""
    if not holds_individual_number(text):
        return text
    return _RUN.sub(
        lambda run: CUT if is_individual_number(re.sub(r"\D", "", run[0])) else run[0],
        unicodedata.normalize("NFKC", text),
    )


def record_holds_individual_number(text: str) -> bool:
    """Tell the same of the number of a record, in which an id made by a machine (UUID, hash) counts as no number."""
    return holds_individual_number(_MACHINE_MADE.sub(" ", text))
