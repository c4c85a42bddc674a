"""Fields of gBizINFO (HojinInfoV2) as facts of this room: numbers that come as text, dates as YYYYMMDD or ISO.

A value that cannot be read is left out, never guessed; 0 employees or yen is kept as 0.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from madoguchi.apps.businesses.contracts import Attribute

_DATE_FORMS = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d")


def read_number(value: Any) -> int | None:
    """Return a whole number given as number or text, else None."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).replace(",", "").strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def read_date(value: Any) -> date | None:
    """Return a day given as 20240101, 2024-01-01 or a timestamp, else None."""
    text = str(value or "").strip()
    for form in _DATE_FORMS:
        for length in (8, 10):
            try:
                return datetime.strptime(text[:length], form).date()  # noqa: DTZ007 # a day has no time zone
            except ValueError:
                continue
    return None


def _day_text(value: Any) -> str | None:
    day = read_date(value)
    return day.isoformat() if day else None


def _text(value: Any) -> str | None:
    text = str(value or "").strip()
    return text[:2_000] or None


_FIELDS: tuple[tuple[str, Attribute, Callable[[Any], Any]], ...] = (
    ("representative_name", Attribute.REPRESENTATIVE, _text),
    ("capital_stock", Attribute.CAPITAL_YEN, read_number),
    ("employee_number", Attribute.EMPLOYEES, read_number),
    ("date_of_establishment", Attribute.ESTABLISHED_ON, _day_text),
    ("business_summary", Attribute.SUMMARY, _text),
    ("company_url", Attribute.WEBSITE, _text),
    ("qualification_grade", Attribute.QUALIFICATION_GRADE, _text),
)


def facts(info: Mapping[str, Any]) -> dict[Attribute, Any]:
    """Return the facts of one row; fields that are absent or unreadable are left out."""
    read = ((attribute, reader(info.get(name))) for name, attribute, reader in _FIELDS)
    return {attribute: value for attribute, value in read if value is not None}


def as_of(info: Mapping[str, Any]) -> date | None:
    """Return the day of the row's last update."""
    return read_date(info.get("update_date"))


def workplaces(info: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the places of business of a row (corporation-info), keyed by place in the list."""
    return [
        {
            "record": str(item.get("insured_number") or position),
            "name": str(item.get("corporation_name") or ""),
            "kana": str(item.get("corporation_name_furigana") or ""),
            "address": str(item.get("corporation_location") or ""),
        }
        for position, item in enumerate(info.get("corporation-info") or (), start=1)
        if isinstance(item, dict) and not item.get("loss_date")
    ]
