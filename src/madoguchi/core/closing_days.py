"""When each organisation's offices are closed: `calendar.yaml` of the pack, read once per process.

An organisation without an entry of its own has the `default`. Municipalities set their closing days by ordinance.
"""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml
from madoguchi.engines.calendars import BusinessCalendar

FILE = "calendar.yaml"
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_MONTH_DAY = {"type": "string", "pattern": r"^\d{2}-\d{2}$"}
_ENTRY: dict[str, Any] = {
    "type": "object",
    "required": ["closed_weekdays", "closed_on_holidays", "year_end", "source", "checked_on"],
    "additionalProperties": False,
    "properties": {
        "closed_weekdays": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 6}},
        "closed_on_holidays": {"type": "boolean"},
        "year_end": {"type": "array", "items": _MONTH_DAY, "minItems": 2, "maxItems": 2},
        "closed_days": {"type": "array", "items": _DATE},
        "open_days": {"type": "array", "items": _DATE},
        "source": {"type": "string", "minLength": 1},
        "checked_on": _DATE,
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["default"],
    "additionalProperties": False,
    "properties": {"default": _ENTRY, "organisations": {"type": "object", "additionalProperties": _ENTRY}},
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `calendar.yaml`; a pack without one is sound (weekends, holidays, turn of the year)."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    known = {item.get("id") for item in (read_yaml(folder, "organisations.yaml")[0] or {}).get("organisations", [])}
    for name, entry in {"default": data["default"], **(data.get("organisations") or {})}.items():
        if name != "default" and name not in known:
            errors.append(
                PackError(FILE, name, "-", "There is no such organisation.", "Use an id of organisations.yaml.")
            )
        try:
            _calendar(plain(entry))
        except ValueError as problem:
            errors.append(PackError(FILE, name, "-", f"{problem}.", "Write days that exist, YYYY-MM-DD."))
    return errors


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Forget what was read before: the file itself is the store."""
    calendar_of.cache_clear()


def _calendar(entry: dict[str, Any]) -> BusinessCalendar:
    first, last = ((int(text[:2]), int(text[3:])) for text in entry["year_end"])
    return BusinessCalendar(
        closed_weekdays=frozenset(entry["closed_weekdays"]),
        closed_on_holidays=entry["closed_on_holidays"],
        year_end=(first, last),
        closed_days=frozenset(map(date.fromisoformat, entry.get("closed_days", ()))),
        open_days=frozenset(map(date.fromisoformat, entry.get("open_days", ()))),
    )


@lru_cache(maxsize=256)
def calendar_of(organisation_id: str) -> BusinessCalendar:
    """Return when the organisation's offices are open."""
    data, _ = read_yaml(Path(settings.PACK_DIR), FILE)
    if data is None:
        return BusinessCalendar()
    entries = plain(data)
    return _calendar((entries.get("organisations") or {}).get(organisation_id, entries["default"]))


LOADER = PackLoader("calendar", 15, check, load)
