"""How the room checks and loads `packs/*/procedures/`: the bank of fields, procedures as versions, bundles.

Loading twice changes nothing. A changed record needs a raised version; what staff published at the desk is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.procedures import bundling, schemas, services
from madoguchi.apps.procedures.checking import IDENTITY_ATTRIBUTES, Known, bank_flaws, flaws
from madoguchi.core.packs import LoadReport, PackError, PackInvalid, PackLoader, plain, read_yaml

FOLDER = "procedures"
FIELDS = "procedures/fields.yaml"
BUNDLES = "procedures/bundles.yaml"


@dataclass(slots=True)
class Contents:
    """What the files hold; `records` and `bundles` name the file of each."""

    fields: dict[str, dict[str, Any]]
    documents: dict[str, dict[str, str]]
    records: list[tuple[str, dict[str, Any]]]
    bundles: list[dict[str, Any]]


def _listed(folder: Path, name: str, part: str) -> list[dict[str, Any]]:
    """Return the records of another room's list; what is wrong there that room says itself."""
    data, _ = read_yaml(folder, name)
    items = data.get(part) if isinstance(data, dict) else None
    return [plain(item) for item in items or [] if isinstance(item, dict)]


def known_of(folder: Path, fields: Mapping[str, Mapping[str, Any]]) -> Known:
    """Return what the records of a pack may refer to."""
    programmes = [
        item["id"]
        for path in sorted((folder / "programmes").glob("*.yaml"))
        for item in _listed(folder, f"programmes/{path.name}", "programmes")
        if "id" in item
    ]
    attributes = {str(item.get("name")) for item in _listed(folder, "attributes.yaml", "attributes")}
    consented = {str(item.get("name")) for item in _listed(folder, "purposes.yaml", "attributes")}
    return Known(
        organisations={str(item.get("id")) for item in _listed(folder, "organisations.yaml", "organisations")},
        programmes=set(programmes),
        documents={str(item.get("id")) for item in _listed(folder, "documents.yaml", "documents")},
        attributes=attributes | consented | IDENTITY_ATTRIBUTES,
        fields=fields,
    )


def read(folder: Path) -> tuple[Contents, list[PackError]]:
    """Return the contents of the folder `procedures` and what is wrong with their shape; nothing when it is missing."""
    contents = Contents({}, {}, [], [])
    if not (folder / FOLDER).is_dir():
        return contents, []
    data, errors = read_yaml(folder, FIELDS, schemas.FIELDS)
    if data and not errors:
        contents.fields = filled(plain(data["fields"]), _listed(folder, "organisations.yaml", "organisations"))
    named = _listed(folder, "documents.yaml", "documents")
    contents.documents = {item["id"]: item["name"] for item in named if "id" in item and "name" in item}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        name = f"{FOLDER}/{path.name}"
        if name in {FIELDS, BUNDLES}:
            continue
        data, problems = read_yaml(folder, name, schemas.PROCEDURES)
        errors += problems
        contents.records += [(name, plain(item)) for item in data["procedures"]] if data and not problems else []
    if (folder / BUNDLES).exists():
        data, problems = read_yaml(folder, BUNDLES, schemas.BUNDLES)
        errors += problems
        contents.bundles = plain(data["bundles"]) if data and not problems else []
    return contents, errors


def filled(fields: dict[str, dict[str, Any]], organisations: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the bank with `options: municipalities` replaced by the municipalities in the order of the pack."""
    options = [
        {"value": item["code"], "label": {"ja": item["ja"], "en": item["en"]}}
        for item in organisations
        if item.get("kind") == "municipality" and "code" in item
    ]
    for item in fields.values():
        inner = (item.get("group") or {}).get("fields") or {}
        for one in (item, *inner.values()):
            if one.get("options") == "municipalities":
                one["options"] = options
    return fields


def check(folder: Path) -> list[PackError]:
    """Return everything that is wrong in the pack's procedures."""
    contents, errors = read(folder)
    if errors:
        return errors
    known = known_of(folder, contents.fields)
    errors += [
        PackError(FIELDS, key, flaw.field, flaw.message, flaw.remedy)
        for key, flaw in bank_flaws(contents.fields, known.attributes)
    ]
    seen: set[str] = set()
    for file, record in contents.records:
        if record["id"] in seen:
            errors.append(PackError(file, record["id"], "id", "The id stands twice.", "Give it another id."))
        seen.add(record["id"])
        errors += [
            PackError(file, record["id"], item.field, item.message, item.remedy) for item in flaws(record, known)
        ]
    if errors:
        return errors
    records = {record["id"]: record for _, record in contents.records}
    life_events = {str(item.get("id")) for item in _listed(folder, "life_events.yaml", "life_events")}
    found = bundling.flaws(contents.bundles, records=records, fields=contents.fields, life_events=life_events)
    return [PackError(BUNDLES, name, flaw.field, flaw.message, flaw.remedy) for name, flaw in found]


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Load the bank, the procedures and the bundles; the caller has checked the pack and opened a transaction.

    Raise `PackInvalid` when a record changed and its version did not.
    """
    contents, _ = read(folder)
    if not contents.fields:
        return
    bank = services.keep_bank(contents.fields, contents.documents, now=now)
    report.add("procedure_fields", len(contents.fields))
    errors: list[PackError] = []
    for file, record in contents.records:
        try:
            report.add(f"procedures_{services.publish_from_pack(record, bank=bank, now=now)}")
        except services.VersionNotRaised as problem:
            errors.append(PackError(file, record["id"], "version", str(problem), "Raise it by one."))
    if errors:
        raise PackInvalid(errors)
    report.add("procedures_withdrawn", services.withdraw_missing({record["id"] for _, record in contents.records}))
    report.add("bundles", services.keep_bundles(contents.bundles))


LOADER = PackLoader("procedures", 40, check, load)
