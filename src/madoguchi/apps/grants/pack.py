"""Loads `grants.yaml` of a pack: sample calls, and which procedure takes applications for a call. A pack may have none."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone

from madoguchi.apps.grants import storing
from madoguchi.apps.grants.contracts import Attachment, CallContent, Source
from madoguchi.apps.grants.models import Call, ProcedureLink
from madoguchi.apps.grants.regions import NATIONWIDE, PREFECTURES
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml

FILE = "grants.yaml"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 500}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT, "uniqueItems": True}
_DAY: dict[str, Any] = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CALL: dict[str, Any] = {
    "type": "object",
    "required": ["id", "number", "title", "detail", "institution", "opens_on", "closes_on", "procedure", "sample"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^sample-[a-z0-9-]+$", "maxLength": 60},
        "sample": {"const": True},
        "number": _TEXT,
        "title": _TEXT,
        "catch_phrase": _TEXT,
        "detail": {"type": "string", "minLength": 1, "maxLength": 5_000},
        "purposes": _TEXTS,
        "industries": _TEXTS,
        "areas": _TEXTS,
        "area_detail": _TEXT,
        "employees": {"type": "string", "pattern": "^([0-9]+名(以下|以上)|従業員数の制約なし)$"},
        "rate": _TEXT,
        "max_yen": {"type": "integer", "minimum": 1},
        "opens_on": _DAY,
        "closes_on": _DAY,
        "project_ends_on": _DAY,
        "institution": _TEXT,
        "procedure": _TEXT,
        "attachments": _TEXTS,
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["calls", "procedures"],
    "additionalProperties": False,
    "properties": {
        "calls": {"type": "array", "items": _CALL},
        "procedures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["call", "procedure"],
                "additionalProperties": False,
                "properties": {"call": {"type": "string", "pattern": "^[A-Za-z0-9]{6,40}$"}, "procedure": _TEXT},
            },
        },
    },
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `grants.yaml`: form, doubled ids, periods, unknown areas."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    calls = plain(data)["calls"]
    ids = [item["id"] for item in calls] + [item["call"] for item in data["procedures"]]
    errors = [
        PackError(FILE, key, "id", "The id stands twice.", "Give each call one entry.")
        for key in sorted({key for key in ids if ids.count(key) > 1})
    ]
    return errors + [problem for item in calls for problem in _problems(item)]


def _problems(item: Mapping[str, Any]) -> list[PackError]:
    found = []
    for name in ("opens_on", "closes_on", "project_ends_on"):
        if name in item and _moment(item[name]) is None:
            found.append(PackError(FILE, item["id"], name, f"{item[name]} is no day.", "Write YYYY-MM-DD."))
    if not found and item["closes_on"] < item["opens_on"]:
        found.append(PackError(FILE, item["id"], "closes_on", "It lies before opens_on.", "Correct the period."))
    found += [
        PackError(FILE, item["id"], "areas", f"{name} is no prefecture.", f"Name prefectures, or {NATIONWIDE}.")
        for name in item.get("areas", ())
        if name not in (*PREFECTURES, NATIONWIDE)
    ]
    return found


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Store the calls and ways to apply; a sample call that left the pack is withdrawn. Loading again changes nothing."""
    data = plain(read_yaml(folder, FILE)[0]) if (folder / FILE).exists() else {"calls": [], "procedures": []}
    links = {item["call"]: item["procedure"] for item in data["procedures"]}
    for item in data["calls"]:
        report.add(f"grant calls {storing.take(_content(item), Source.PACK, now)}")
        links[item["id"]] = item["procedure"]
    gone = Call.objects.filter(Q(withdrawn_at=None), source=Source.PACK).exclude(pk__in=links)
    gone.update(withdrawn_at=now)
    ProcedureLink.objects.exclude(pk__in=links).delete()
    for call_id, procedure_id in links.items():
        ProcedureLink.objects.update_or_create(call_id=call_id, defaults={"procedure_id": procedure_id})


def _content(item: Mapping[str, Any]) -> CallContent:
    ends = _moment(item["project_ends_on"]) if "project_ends_on" in item else None
    return CallContent(
        id=item["id"],
        number=item["number"],
        title=item["title"],
        catch_phrase=item.get("catch_phrase", ""),
        detail=item["detail"].strip(),
        purposes=tuple(item.get("purposes", ())),
        industries=tuple(item.get("industries", ())),
        areas=tuple(item.get("areas", ())),
        area_detail=item.get("area_detail", ""),
        employees=item.get("employees", ""),
        rate=item.get("rate", ""),
        max_yen=item.get("max_yen"),
        opens_at=_moment(item["opens_on"]),
        closes_at=_last_moment(item["closes_on"]),
        project_ends_at=ends,
        institution=item["institution"],
        page_url="",
        attachments=tuple(Attachment("application_guidelines", name) for name in item.get("attachments", ())),
    )


def _moment(day: str) -> datetime | None:
    """Return the beginning of a day in Tokyo; None for what is no day."""
    try:
        return timezone.make_aware(datetime.fromisoformat(day))
    except ValueError:
        return None


def _last_moment(day: str) -> datetime | None:
    """Return the last second of a day in Tokyo."""
    start = _moment(day)
    return start + timedelta(days=1, seconds=-1) if start else None


LOADER = PackLoader("grants", 70, check, load)
