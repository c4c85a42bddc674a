"""How consents checks and loads `purposes.yaml`: attributes in words, policies, purposes, agreements.

Loading twice changes nothing; a changed agreement becomes a new revision and needs new consents.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.consents.contracts import Basis, SubjectKind
from madoguchi.apps.consents.services import terms
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml

FILE = "purposes.yaml"
ORDINARY = "ordinary"
MUNICIPALITIES = "municipalities"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9-]{3,60}$"}
_WORDS: dict[str, Any] = {
    "type": "object",
    "required": ["ja", "en", "easy"],
    "additionalProperties": False,
    "properties": {"ja": _TEXT, "en": _TEXT, "easy": _TEXT},
}
_LAW: dict[str, Any] = {
    "type": "object",
    "required": ["ja", "en"],
    "additionalProperties": False,
    "properties": {"ja": _TEXT, "en": _TEXT},
}
_NAMES: dict[str, Any] = {"type": "array", "items": _TEXT, "uniqueItems": True}
_SOURCES: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "required": ["title", "url"], "properties": {"title": _TEXT, "url": _TEXT}},
}


def _list_of(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    item = {"type": "object", "required": required, "additionalProperties": False, "properties": properties}
    return {"type": "array", "items": item}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["attributes", "policies", "purposes", "agreements"],
    "additionalProperties": False,
    "properties": {
        "checked_on": _TEXT,
        "attributes": _list_of(
            ["name", "category", "sensitivity", "ja", "en", "easy"],
            {
                "name": {"type": "string", "minLength": 1, "maxLength": 40},
                "category": {"enum": [ORDINARY, *sorted(terms.RELUCTANT)]},
                "sensitivity": {"type": "integer", "minimum": 0, "maximum": 3},
                "ja": _TEXT,
                "en": _TEXT,
                "easy": _TEXT,
            },
        ),
        "policies": _list_of(
            ["id", "name", "jurisdiction", "storage_location", "law"],
            {
                "id": _ID,
                "name": _LAW,
                "jurisdiction": _TEXT,
                "storage_location": _TEXT,
                "law": _LAW,
                "sources": _SOURCES,
            },
        ),
        "purposes": _list_of(
            ["id", "subject", "name", "description"],
            {
                "id": _ID,
                "subject": {"enum": [kind.value for kind in SubjectKind]},
                "name": _WORDS,
                "description": _WORDS,
            },
        ),
        "agreements": _list_of(
            ["id", "controllers", "purpose", "policy", "basis", "attributes", "retention_days", "unconfirmed"],
            {
                "id": _ID,
                "controllers": {"oneOf": [_NAMES, {"const": MUNICIPALITIES}]},
                "purpose": _ID,
                "policy": _ID,
                "basis": {"enum": [basis.value for basis in Basis]},
                "article": _LAW,
                "attributes": {**_NAMES, "minItems": 1, "maxItems": 50},
                "retention_days": {"type": "integer", "minimum": 1, "maximum": 36_500},
                "consent_days": {"type": "integer", "minimum": 1, "maximum": 3_650},
                "hidden_days": {"type": "integer", "minimum": 1, "maximum": 3_650},
                "hidden_law": _TEXT,
                "covers_protected": {"type": "boolean"},
                "unticked": _NAMES,
                "active": {"type": "boolean"},
                "sources": _SOURCES,
                "unconfirmed": _NAMES,
            },
        ),
    },
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `purposes.yaml`: form, unknown names, missing laws, doubled ids. The file is optional."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    organisations = _organisations(folder)
    errors += [PackError(FILE, key, "id", "The id stands twice.", "Give each its own.") for key in _doubled(data)]
    for item in data["agreements"]:
        errors += [PackError(FILE, item["id"], *flaw) for flaw in _flaws(item, data, organisations)]
    return errors


def _doubled(data: Mapping[str, Any]) -> list[str]:
    keys = [
        str(item.get("id") or item["name"]) for part in ("attributes", "policies", "purposes") for item in data[part]
    ]
    pairs = [f"{org}/{item['purpose']}" for item in data["agreements"] for org in _listed(item)]
    ids = [item["id"] for item in data["agreements"]]
    return sorted({key for group in (keys, pairs, ids) for key in group if group.count(key) > 1})


def _listed(item: Mapping[str, Any]) -> list[str]:
    return [MUNICIPALITIES] if item["controllers"] == MUNICIPALITIES else list(item["controllers"])


def _flaws(
    item: Mapping[str, Any], data: Mapping[str, Any], organisations: dict[str, str]
) -> Iterator[tuple[str, str, str]]:
    known = {
        "purpose": {purpose["id"] for purpose in data["purposes"]},
        "policy": {policy["id"] for policy in data["policies"]},
    }
    for field, ids in known.items():
        if item[field] not in ids:
            yield field, f"{item[field]} is not defined.", "Define it in this file."
    for name in sorted(set(item["attributes"]) - {attribute["name"] for attribute in data["attributes"]}):
        yield "attributes", f"{name} is not defined.", "Add it to the attributes of this file."
    for name in sorted(set(item.get("unticked", ())) - set(item["attributes"])):
        yield "unticked", f"{name} is not in the agreement.", "Name attributes of the agreement that begin unticked."
    for organisation in _listed(item):
        if organisation != MUNICIPALITIES and organisation not in organisations:
            yield "controllers", f"{organisation} is no organisation.", "Use an id of organisations.yaml."
    if item["basis"] != Basis.CONSENT and not item.get("article"):
        yield "article", "The law is missing.", "Name the law and its article; without one, ask for consent."
    if item.get("hidden_days") and (item["basis"] == Basis.CONSENT or not item.get("hidden_law")):
        yield "hidden_days", "Only a law may hide an access.", "Name it in hidden_law, or take hidden_days away."


def _organisations(folder: Path) -> dict[str, str]:
    data, _ = read_yaml(folder, "organisations.yaml")
    items = data.get("organisations") if isinstance(data, dict) else None
    return {item["id"]: item.get("kind", "") for item in items or [] if isinstance(item, dict) and "id" in item}


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Load the file; the caller has checked the pack and opened a transaction."""
    if not (folder / FILE).exists():
        return
    data = plain(read_yaml(folder, FILE)[0])
    for order, item in enumerate(data["attributes"]):
        terms.put_attribute(item, order)
    for item in data["policies"]:
        terms.put_policy(item, now=now)
    for order, item in enumerate(data["purposes"]):
        terms.put_purpose(item, order, now=now)
    reluctant = {item["name"] for item in data["attributes"] if item["category"] in terms.RELUCTANT}
    organisations = _organisations(folder)
    agreements = [each for item in data["agreements"] for each in _expanded(item, reluctant, organisations)]
    for outcome, number in terms.put_agreements(agreements, now=now).items():
        report.add(f"agreements_{outcome}", number)


def _expanded(
    item: Mapping[str, Any], reluctant: set[str], organisations: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Return one agreement per controller. What people least want to give is never on by default, nor what is `unticked`."""
    everywhere = [key for key, kind in organisations.items() if kind == "municipality"]
    shared = {
        key: value for key, value in item.items() if key not in ("controllers", "sources", "unticked", "unconfirmed")
    }
    default_on = [name for name in item["attributes"] if name not in reluctant.union(item.get("unticked", ()))]
    for organisation in everywhere if item["controllers"] == MUNICIPALITIES else item["controllers"]:
        yield {**shared, "id": f"{item['id']}.{organisation}", "organisation": organisation, "default_on": default_on}


LOADER = PackLoader("consents", 30, check, load)
