"""Official numbers: 法人番号, 団体コード, PSID. Tells whether one is well-formed, never whether it is in use."""

import re
import unicodedata
from dataclasses import dataclass

_CODE_WEIGHTS = (6, 5, 4, 3, 2)
_PSID = re.compile(r"psid(?P<version>\d+\.\d+)\+(?P<corporate>\d{13})\+(?P<branch>\d+)\+UM(?P<um>\d+)")


class IdentifierError(ValueError):
    """A number that is not well-formed: what, why, what to do."""


def normalise(text: str) -> str:
    """Fold width and drop blanks and hyphens."""
    return re.sub(r"[\s\-‐−–—ー]", "", unicodedata.normalize("NFKC", text))


def corporate_check_digit(base: str) -> int:
    """Return the check digit of a 12-digit base (法人番号の指定等に関する省令 第2条): 9 − Σ(digit × 1 or 2) mod 9."""
    total = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(base), start=1))
    return 9 - total % 9


def corporate_number(text: str) -> str:
    """Return a 法人番号 as 13 digits; raise IdentifierError when its length or check digit is wrong."""
    number = normalise(text)
    if not re.fullmatch(r"\d{13}", number):
        raise IdentifierError(f"{text!r} is no corporate number: it has 13 digits. Check for missing digits.")
    expected = corporate_check_digit(number[1:])
    if int(number[0]) != expected:
        raise IdentifierError(f"{text!r} fails its check digit ({expected} expected first). Check for swapped digits.")
    return number


def municipality_code(code5: str) -> str:
    """Return the six-digit 団体コード of a five-digit one (JIS X 0402 with check digit)."""
    if not re.fullmatch(r"\d{5}", code5):
        raise IdentifierError(f"{code5!r} is no five-digit municipality code.")
    total = sum(int(digit) * weight for digit, weight in zip(code5, _CODE_WEIGHTS, strict=True))
    check = (11 - total % 11) % 10 if total >= 11 else 11 - total
    return f"{code5}{check}"


def is_municipality_code(code6: str) -> bool:
    """Tell whether a six-digit 団体コード has the right check digit."""
    return bool(re.fullmatch(r"\d{6}", code6)) and municipality_code(code6[:5]) == code6


@dataclass(frozen=True, slots=True)
class Psid:
    """Number of a support programme in the child-rearing registry (PSID 3.0)."""

    version: str
    corporate_number: str
    branch: int
    um_number: int

    def __str__(self) -> str:
        return f"psid{self.version}+{self.corporate_number}+{self.branch}+UM{self.um_number}"


def parse_psid(text: str) -> Psid:
    """Return the parts of a PSID; raise IdentifierError when it is not well-formed."""
    match = _PSID.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise IdentifierError(f"{text!r} is no PSID. It looks like psid3.0+8000020131016+10+UM54.")
    number = corporate_number(match["corporate"])
    return Psid(match["version"], number, int(match["branch"]), int(match["um"]))
