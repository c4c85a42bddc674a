"""How the registry checks and loads its part of a pack: lists first, then programmes as published versions.

Loading twice changes nothing. A programme that staff changed at the desk is left as it is and counted.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.registry import schemas, services
from madoguchi.apps.registry.book import Book, build
from madoguchi.apps.registry.checking import Known, flaws
from madoguchi.apps.registry.hashing import digest
from madoguchi.apps.registry.models import PackPart
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml
from madoguchi.engines.eligibility import ConditionError

OPTIONAL = ("synonyms", "implications", "income_tables", "subconditions")


def _read_parts(folder: Path) -> tuple[dict[str, Any], list[PackError]]:
    parts: dict[str, Any] = {}
    errors: list[PackError] = []
    for name, schema in schemas.PARTS.items():
        if name in OPTIONAL and not (folder / f"{name}.yaml").exists():
            parts[name] = []
            continue
        data, problems = read_yaml(folder, f"{name}.yaml", schema)
        errors += problems
        parts[name] = plain(data[name]) if data and not problems else []
    return parts, errors


def _read_programmes(folder: Path) -> tuple[list[tuple[str, dict[str, Any]]], list[PackError]]:
    records: list[tuple[str, dict[str, Any]]] = []
    errors: list[PackError] = []
    for path in sorted((folder / "programmes").glob("*.yaml")):
        name = f"programmes/{path.name}"
        data, problems = read_yaml(folder, name, schemas.PROGRAMMES)
        errors += problems
        records += [(name, plain(item)) for item in data["programmes"]] if data and not problems else []
    return records, errors


def _codes(folder: Path) -> tuple[list[str], list[str]]:
    data, _ = read_yaml(folder, "organisations.yaml")
    items = data.get("organisations") if isinstance(data, dict) else None
    known = [item for item in items or [] if isinstance(item, dict) and "id" in item]
    codes = [item["code"] for item in known if item.get("kind") == "municipality" and "code" in item]
    return [item["id"] for item in known], codes


def _book(parts: dict[str, Any], municipalities: list[str]) -> tuple[Book | None, list[PackError]]:
    try:
        return build(parts, municipalities), []
    except (ConditionError, ValueError, KeyError) as problem:
        return None, [PackError("attributes, questions or tables", "-", "-", str(problem), "Correct the record.")]


def check(folder: Path) -> list[PackError]:
    """Return everything that is wrong in the registry's part of a pack."""
    parts, errors = _read_parts(folder)
    records, problems = _read_programmes(folder)
    errors += problems
    if errors:
        return errors
    organisations, municipalities = _codes(folder)
    book, errors = _book(parts, municipalities)
    if book is None:
        return errors
    known = Known(organisations, _ids(parts["documents"]), _ids(parts["life_events"]), municipalities)
    errors += _doubled(parts)
    seen: set[str] = set()
    for file, content in records:
        if content["id"] in seen:
            errors.append(PackError(file, content["id"], "id", "The id stands twice.", "Give it another id."))
        seen.add(content["id"])
        for flaw in flaws(content, book=book, known=known):
            errors.append(PackError(file, content["id"], flaw.field, flaw.message, flaw.remedy))
    return errors


def _doubled(parts: dict[str, Any]) -> list[PackError]:
    """Return the records of lists whose id or name stands twice."""
    errors = []
    for part in ("attributes", "questions", "life_events", "documents", "income_tables"):
        keys = [record.get("id") or record.get("name") for record in parts[part]]
        for key in sorted({str(key) for key in keys if keys.count(key) > 1}):
            errors.append(PackError(f"{part}.yaml", key, "id", "The id stands twice.", "Give each record its own."))
    return errors


def _ids(records: list[dict[str, Any]]) -> set[str]:
    return {record["id"] for record in records}


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Load lists and programmes; the caller has checked the pack and opened a transaction."""
    parts, _ = _read_parts(folder)
    for name, content in parts.items():
        PackPart.objects.update_or_create(name=name, defaults={"content": content, "content_hash": digest(content)})
        report.add(name, len(content))
    organisations, _ = read_yaml(folder, "organisations.yaml")
    content_hash = digest(plain(organisations))
    PackPart.objects.update_or_create(name="organisations", defaults={"content": [], "content_hash": content_hash})
    records, _ = _read_programmes(folder)
    for _, content in records:
        report.add(f"programmes_{services.publish_from_pack(content, now=now)}")


LOADER = PackLoader("registry", 20, check, load)
