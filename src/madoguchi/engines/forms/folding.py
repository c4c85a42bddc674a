"""Turns what a person typed into the one spelling that is kept: width, spaces, eras, commas, hyphens."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from madoguchi.engines.forms.model import Kind

_KEPT_FORMS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""Compatibility ideographs: NFKC would replace the written form of a name (﨑 apart, 神 → 神)."""
_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "明治": 1867,
    "R": 2018,
    "H": 1988,
    "S": 1925,
    "T": 1911,
    "M": 1867,
}
"""Year before the first of each era."""
_FIRST_DAYS = {
    2018: date(2019, 5, 1),
    1988: date(1989, 1, 8),
    1925: date(1926, 12, 25),
    1911: date(1912, 7, 30),
    1867: date(1868, 1, 25),
}
_YEAR = re.compile(r"(令和|平成|昭和|大正|明治|[RHSTM])?\s*(元|[0-9]{1,4})\s*年?", re.IGNORECASE)
_DAY = re.compile(r"(.{1,8}?)\s*[年./-]\s*([0-9]{1,2})\s*[月./-]\s*([0-9]{1,2})\s*日?")
_MONTH = re.compile(r"(.{1,8}?)\s*[年./-]\s*([0-9]{1,2})\s*月?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2})\s*[:時]\s*([0-9]{1,2})\s*分?")
_HYPHENS = re.compile("[\u2010-\u2015\u2212\u30fc\uff0d\uff70]")
_POSTAL = re.compile(r"〒?\s*([0-9]{3})[- ]?([0-9]{4})")
_INTEGER = re.compile(r"[-+]?[0-9]{1,20}")
_DECIMAL = re.compile(r"([-+]?)0*([0-9]{1,15})(\.[0-9]{1,6})?")


def folded(text: str) -> str:
    """Return the text in NFKC without spaces around it, compatibility ideographs kept as written; lines end with LF."""
    parts = _KEPT_FORMS.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(part if i % 2 else unicodedata.normalize("NFKC", part) for i, part in enumerate(parts)).strip()


def value_from(kind: Kind, text: str) -> str | int | bool | None:
    """Return the answer meant by a typed text, None when it is no answer of that kind. The text is not empty."""
    plain = folded(text)
    read = _READERS.get(kind)
    return plain if read is None else read(plain)


def year_of(text: str) -> tuple[int, int] | None:
    """Return the Gregorian year of 2026, R8, 令和8年 or 令和元, and the year before its era (0 without an era)."""
    match = _YEAR.fullmatch(folded(text))
    if match is None:
        return None
    era, number = match.groups()
    base = _ERAS[era.upper()] if era else 0
    year = 1 if number == "元" else int(number)
    if (number == "元" and not era) or (era and not 1 <= year <= 99):
        return None
    return base + year, base


def day_of(year: str, month: str, day: str) -> str | None:
    """Return the ISO date of three parts, None when there is no such day or it lies before its era began."""
    found = year_of(year)
    try:
        if found is None:
            return None
        made = date(found[0], _small(month), _small(day))
    except ValueError:
        return None
    return made.isoformat() if made >= _FIRST_DAYS.get(found[1], date.min) else None


def month_of(year: str, month: str) -> str | None:
    """Return the ISO month of two parts, None when there is no such month."""
    found = year_of(year)
    try:
        return date(found[0], _small(month), 1).isoformat()[:7] if found else None
    except ValueError:
        return None


def _small(text: str) -> int:
    plain = folded(text).rstrip("月日")
    return int(plain) if re.fullmatch("[0-9]{1,2}", plain) else 0


def _date(text: str) -> str | None:
    match = _COMPACT.fullmatch(text) or _DAY.fullmatch(text)
    return day_of(*match.groups()) if match else None


def _month(text: str) -> str | None:
    match = _MONTH.fullmatch(text)
    return month_of(*match.groups()) if match else None


def _time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    return f"{int(match[1]):02d}:{int(match[2]):02d}" if match else None


def _whole(text: str) -> int | None:
    plain = _HYPHENS.sub("-", text.replace(",", "").replace(" ", "")).strip("¥\\円")
    return int(plain) if _INTEGER.fullmatch(plain) else None


def _decimal(text: str) -> str | None:
    match = _DECIMAL.fullmatch(_HYPHENS.sub("-", text.replace(",", "")))
    return f"{'-' if match[1] == '-' else ''}{match[2]}{match[3] or ''}" if match else None


def _postal_code(text: str) -> str:
    match = _POSTAL.fullmatch(_HYPHENS.sub("-", text))
    return f"{match[1]}-{match[2]}" if match else text


def _phone(text: str) -> str:
    return re.sub(r"[()\s]+", "-", _HYPHENS.sub("-", text)).strip("-")


def _kana(text: str) -> str:
    katakana = "".join(chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" or sign in "ゝゞ" else sign for sign in text)
    return re.sub(" +", " ", katakana)


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


_READERS: Mapping[Kind, Callable[[str], str | int | bool | None]] = {
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.TIME: _time,
    Kind.INTEGER: _whole,
    Kind.YEN: _whole,
    Kind.DECIMAL: _decimal,
    Kind.POSTAL_CODE: _postal_code,
    Kind.PHONE: _phone,
    Kind.KANA: _kana,
    Kind.EMAIL: _email,
    Kind.YES_NO: _yes_no,
}
