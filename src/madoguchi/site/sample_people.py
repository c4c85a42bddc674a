"""Invented people and households of a pack (`samples/people.yaml`), told to the people room as registers would tell them.

For demonstrations only. Telling twice changes nothing, and whom a visitor has erased meanwhile is not made again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from madoguchi.apps.people import api as people
from madoguchi.apps.people.models import Fact, LifeEvent
from madoguchi.apps.people.vocabulary import IDENTITY
from madoguchi.core.packs import PackError, PackInvalid, plain, read_yaml
from madoguchi.core.permissions import SYSTEM
from madoguchi.engines.merkle import canonical

FILE = "samples/people.yaml"
RESIDENT_REGISTER, FAMILY_REGISTER = "住民基本台帳", "戸籍"
SAMPLE = "見本"
"""Every record number begins with this word."""

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}
_DAY: dict[str, Any] = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_FACTS: dict[str, Any] = {
    "type": "array",
    "items": _object(
        ["source", "values"], {"source": _TEXT, "from": _DAY, "values": {"type": "object", "minProperties": 1}}
    ),
}
SCHEMA: dict[str, Any] = _object(
    ["label", "households", "people"],
    {
        "label": {**_TEXT, "pattern": SAMPLE},
        "households": {
            "type": "array",
            "items": _object(
                ["id", "organisation", "formed_on", "members"],
                {
                    "id": _ID,
                    "organisation": _TEXT,
                    "formed_on": _DAY,
                    "members": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {"enum": [role.value for role in people.Role]},
                    },
                    "marriages": {
                        "type": "array",
                        "items": _object(
                            ["day", "people"],
                            {"day": _DAY, "people": {"type": "array", "items": _ID, "minItems": 2, "maxItems": 2}},
                        ),
                    },
                    "births": {
                        "type": "array",
                        "items": _object(["person", "day", "parent"], {"person": _ID, "day": _DAY, "parent": _ID}),
                    },
                    "facts": _FACTS,
                },
            ),
        },
        "people": {"type": "array", "items": _object(["id", "facts"], {"id": _ID, "facts": _FACTS})},
    },
)


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in the file: form, unknown or homeless people, a source that does not answer for a fact."""
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    known = [item["id"] for item in data["people"]]
    placed = [key for household in data["households"] for key in _everybody(household)]
    if sorted(known) != sorted(placed):
        odd = sorted({key for key in (*known, *placed) if (known.count(key), placed.count(key)) != (1, 1)})
        errors.append(
            PackError(FILE, ", ".join(odd), "people", "Not described once and placed once.", "Give each one household.")
        )
    sources = _sources(folder)
    for item in (*data["households"], *data["people"]):
        errors += _source_errors(item, sources)
    return errors


def _everybody(household: Mapping[str, Any]) -> list[str]:
    return [*household["members"], *(birth["person"] for birth in household.get("births", ()))]


def _sources(folder: Path) -> dict[str, str]:
    """Return which register answers for an attribute."""
    data, _ = read_yaml(folder, "attributes.yaml")
    listed = data["attributes"] if isinstance(data, dict) else []
    return {spec.name: spec.source for spec in IDENTITY} | {item["name"]: item.get("source", "") for item in listed}


def _source_errors(item: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[PackError]:
    for block in item.get("facts", ()):
        for name in block["values"]:
            if sources.get(name) != block["source"]:
                right = sources.get(name) or "none: attributes.yaml does not name it"
                yield PackError(
                    FILE, item["id"], name, f"{block['source']} does not tell it.", f"Its source is {right}."
                )


def tell(folder: Path, *, now: datetime) -> dict[str, int]:
    """Tell the people room everything in the file; return how many households and people there are and are new.

    Raise PackInvalid with every error found; then nothing was told.
    """
    errors = check(folder)
    if errors:
        raise PackInvalid(errors)
    data = plain(read_yaml(folder, FILE)[0])
    described = {item["id"]: item for item in data["people"]}
    before = {key: person_of(key) for key in described}
    with transaction.atomic():
        for household in data["households"]:
            _tell_household(household, described, now)
    after = {key: person_of(key) for key in described}
    return {
        "households": len(data["households"]),
        "people": sum(value is not None for value in after.values()),
        "new": sum(before[key] is None and value is not None for key, value in after.items()),
    }


def person_of(sample_id: str) -> str | None:
    """Return the id of the person of whom a sample record tells; None before it was told and after an erasure."""
    told = Fact.objects.filter(source=RESIDENT_REGISTER, source_record__startswith=f"{SAMPLE} {sample_id} ")
    found = told.exclude(person=None).first()
    return str(found.person_id) if found else None


def _tell_household(household: Mapping[str, Any], described: Mapping[str, Any], now: datetime) -> None:
    organisation = household["organisation"]
    formed = LifeEvent.objects.filter(source=RESIDENT_REGISTER, source_record=_record(household)).first()
    found = {key: person_of(key) for key in _everybody(household)}
    if formed is None:
        found = {key: known or _registered(organisation, now) for key, known in found.items()}
    known = {key: person_id for key, person_id in found.items() if person_id}
    for key, person_id in known.items():
        _tell_facts(organisation, people.Subject.person(person_id), described[key], now)
    household_id = str(formed.household_id) if formed else _form(household, known, now)
    _tell_facts(organisation, people.Subject.household(household_id), household, now)


def _record(item: Mapping[str, Any]) -> str:
    return f"{SAMPLE} {item['id']}"


def _registered(organisation: str, now: datetime) -> str:
    return people.create_person(SYSTEM, organisation, now=now).id


def _tell_facts(organisation: str, subject: people.Subject, item: Mapping[str, Any], now: datetime) -> None:
    """Tell the facts of one person or household; a record that was changed in the file is a new record."""
    for block in item.get("facts", ()):
        mark = hashlib.sha256(canonical(block)).hexdigest()[:20]
        provenance = people.Provenance(block["source"], f"{_record(item)} {mark}", people.Method.REGISTRY)
        first = date.fromisoformat(block["from"]) if "from" in block else None
        people.record_verified(
            SYSTEM, organisation, subject, block["values"], provenance=provenance, obtained_at=now, valid_from=first
        )


def _form(household: Mapping[str, Any], ids: Mapping[str, str], now: datetime) -> str:
    """Tell who began the household, who married whom, and who was born into it; return its id."""
    organisation, record = household["organisation"], _record(household)
    register = people.Provenance(RESIDENT_REGISTER, record, people.Method.REGISTRY)
    household_id = people.form_household(
        SYSTEM,
        organisation,
        {ids[key]: people.Role(role) for key, role in household["members"].items()},
        on=date.fromisoformat(household["formed_on"]),
        complete=True,
        provenance=register,
        now=now,
    )
    births = [_birth(birth, ids, household_id) for birth in household.get("births", ())]
    if births:
        people.record_event(SYSTEM, organisation, births, provenance=register, now=now)
    weddings = [_wedding(marriage, ids) for marriage in household.get("marriages", ())]
    if weddings:
        family = people.Provenance(FAMILY_REGISTER, record, people.Method.REGISTRY)
        people.record_event(SYSTEM, organisation, weddings, provenance=family, now=now)
    return household_id


def _birth(birth: Mapping[str, Any], ids: Mapping[str, str], household_id: str) -> people.Happening:
    return people.Happening(
        people.EventKind.BIRTH,
        date.fromisoformat(birth["day"]),
        ids[birth["person"]],
        household_id,
        people.Role.CHILD,
        other_id=ids[birth["parent"]],
    )


def _wedding(marriage: Mapping[str, Any], ids: Mapping[str, str]) -> people.Happening:
    one, other = (ids[key] for key in marriage["people"])
    return people.Happening(people.EventKind.MARRIAGE, date.fromisoformat(marriage["day"]), one, other_id=other)
