"""Numbers of cases: `26-131199-000123-K`: fiscal year, organisation, running number, check character (ISO 7064 MOD 37,36).

The year is that of the Western calendar, so that a new era does not use a number again. A mistyped sign is found before
anything is looked up, and so are nearly all pairs that changed places.
"""

import re
import unicodedata
from datetime import date

from madoguchi.engines.calendars import fiscal_year

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"^(\d{2})-([A-Z0-9-]+)-(\d{6,})-([A-Z0-9])$")
_SHOWN_DIGITS = 2


def check_character(text: str) -> str:
    """Return the check character of the letters and digits of a text (ISO/IEC 7064, MOD 37,36)."""
    product = 36
    for sign in text.upper():
        if sign in _SIGNS:
            total = (product + _SIGNS.index(sign)) % 36 or 36
            product = total * 2 % 37
    return _SIGNS[(37 - product) % 36]


def number_of(opened_on: date, organisation: str, running: int) -> str:
    """Return the number of a case; `organisation` is its official code, or its id."""
    text = f"{fiscal_year(opened_on) % 100:02}-{organisation.upper()}-{running:06}"
    return f"{text}-{check_character(text)}"


def normalised(text: str) -> str | None:
    """Return what somebody typed as a number in its one form, None when it is none or its check character is wrong."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    folded = re.sub(r"\s", "", re.sub(r"[‐‑‒–—―ーｰ−]", "-", folded))
    found = _FORM.match(folded)
    return folded if found and check_character(folded[:-2]) == folded[-1] else None


def masked(number: str) -> str:
    """Return a number of which only year, organisation and the last digits of the running number can be read."""
    head, running, check = number.rsplit("-", 2)
    hidden = "*" * (len(running) - _SHOWN_DIGITS)
    return f"{head}-{hidden}{running[-_SHOWN_DIGITS:]}-{check}"
