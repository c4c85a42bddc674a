"""Details of jGrants (公募の詳細) as our contents. What cannot be read is said with the field, never guessed.

Form: https://developers.digital.go.jp/documents/jgrants/api/ (checked 2026-11-25). Texts of several values are divided
by " / "; files lie as base64 in the answer and are left there.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from madoguchi.apps.grants.contracts import Attachment, CallContent
from madoguchi.apps.grants.plain import line_of, text_of

_ID = re.compile(r"[A-Za-z0-9]{6,40}")
_FILES = ("application_guidelines", "outline_of_grant", "application_form")
_BAND = re.compile(r"(\d{1,6})名(以下|以上)")
_MOST_YEN = 10**14


class Unreadable(ValueError):
    """A row that was not taken: which field, and why."""


def content_of(row: Mapping[str, Any]) -> CallContent:
    """Return the content of a detail; raise `Unreadable`."""
    opens_at, closes_at = _period(row)
    return CallContent(
        id=identifier(row),
        number=_line(row, "name"),
        title=_title(row),
        catch_phrase=_line(row, "subsidy_catch_phrase", 500),
        detail=text_of(_text(row, "detail")),
        purposes=_several(row, "use_purpose"),
        industries=_several(row, "industry"),
        areas=_several(row, "target_area_search"),
        area_detail=_line(row, "target_area_detail", 500),
        employees=_line(row, "target_number_of_employees", 100),
        rate=_line(row, "subsidy_rate", 200),
        max_yen=_yen(row),
        opens_at=opens_at,
        closes_at=closes_at,
        project_ends_at=_moment(row, "project_end_deadline"),
        institution=_line(row, "institution_name"),
        page_url=_address(row),
        attachments=tuple(_attachments(row)),
    )


def identifier(row: Mapping[str, Any]) -> str:
    """Return the id of a row; raise `Unreadable`."""
    value = row.get("id")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unreadable("id: it is missing or of another form.")
    return value


def employees_band(text: str) -> tuple[int | None, int | None]:
    """Return the least and the most employees of a band ("20名以下"); None where it has no bound."""
    found = _BAND.search(unicodedata.normalize("NFKC", text).replace(",", ""))
    if found is None:
        return None, None
    number = int(found[1])
    return (None, number) if found[2] == "以下" else (number, None)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Unreadable(f"{name}: it is no text.")
    return str(value)


def _line(row: Mapping[str, Any], name: str, most: int = 200) -> str:
    return line_of(_text(row, name), most)


def _title(row: Mapping[str, Any]) -> str:
    title = _line(row, "title", 300)
    if not title:
        raise Unreadable("title: it is missing.")
    return title


def _several(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    parts = (line_of(part, 100) for part in re.split(r"\s/\s", _text(row, name)))
    return tuple(dict.fromkeys(part.replace("|", "") for part in parts if part))[:100]


def _yen(row: Mapping[str, Any]) -> int | None:
    """Return the most that is paid; jGrants writes 0 where there is no figure."""
    value = row.get("subsidy_max_limit")
    if value in (None, "", 0):
        return None
    try:
        number = int(str(value))
    except ValueError:
        raise Unreadable("subsidy_max_limit: it is no number.") from None
    if not 0 <= number < _MOST_YEN:
        raise Unreadable("subsidy_max_limit: it is out of all bounds.")
    return number or None


def _period(row: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return when applications are taken; from the rounds of the call (`workflow`) where the call itself is silent."""
    opens, closes = _moment(row, "acceptance_start_datetime"), _moment(row, "acceptance_end_datetime")
    rounds = [item for item in row.get("workflow") or () if isinstance(item, dict)]
    if opens is None:
        opens = min(filter(None, (_moment(item, "acceptance_start_datetime") for item in rounds)), default=None)
    if closes is None:
        closes = max(filter(None, (_moment(item, "acceptance_end_datetime") for item in rounds)), default=None)
    if opens and closes and closes < opens:
        raise Unreadable("acceptance_end_datetime: it lies before the start.")
    return opens, closes


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(row, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{name}: {text[:40]!r} is no moment.") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(row: Mapping[str, Any]) -> str:
    """Return the page of the call at its source; addresses of another kind than https are left out."""
    address = _text(row, "front_subsidy_detail_page_url").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme == "https" and parts.hostname and len(address) <= 500 else ""


def _attachments(row: Mapping[str, Any]) -> list[Attachment]:
    return [
        Attachment(kind, line_of(str(item["name"]), 200))
        for kind in _FILES
        for item in row.get(kind) or ()
        if isinstance(item, dict) and item.get("name")
    ]
