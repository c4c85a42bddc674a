"""The invented people, businesses and staff whose cards can be picked: read and checked from `identities.yaml` of a pack.

Says what a card tells; it knows neither requests nor tokens. Every entry is a sample and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madoguchi.core.packs import PackError, PackInvalid, plain, read_yaml
from madoguchi.engines.identifiers import IdentifierError, corporate_number
from madoguchi.site.identity.issuers import IssuerName

FILE = "samples/identities.yaml"
SAMPLE_NUMBER_BASE = "9999"
"""A sample number carries 9999 where a real 法人番号 carries the code of a registry office; no office has that code."""

_TEXT = {"type": "string", "minLength": 1}
_ENTRY: dict[str, Any] = {
    "type": "object",
    "required": ["id", "label_ja", "label_en", "claims"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
        "label_ja": _TEXT,
        "label_en": _TEXT,
        "acr": {"enum": ["aal1", "aal2", "aal3"]},
        "revoked": {"type": "boolean"},
        "claims": {"type": "object", "minProperties": 1},
        "verified_claims": {"type": "object"},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["label", *(name.value for name in IssuerName)],
    "additionalProperties": False,
    "properties": {
        "label": _TEXT,
        **{name.value: {"type": "array", "minItems": 1, "items": _ENTRY} for name in IssuerName},
    },
}


@dataclass(frozen=True, slots=True)
class Account:
    """One card, business account or member of staff that can be picked."""

    id: str
    label_ja: str
    label_en: str
    acr: str
    revoked: bool
    claims: Mapping[str, Any]
    verified_claims: Mapping[str, Any]


Samples = Mapping[IssuerName, tuple[Account, ...]]


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in the file: form, ids that stand twice, corporate numbers that are real or malformed."""
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    for name in IssuerName:
        seen: set[str] = set()
        for item in data[name.value]:
            if item["id"] in seen:
                errors.append(PackError(FILE, item["id"], "id", "The id stands twice.", "Give each its own."))
            seen.add(item["id"])
    return errors + [problem for item in data[IssuerName.BUSINESS.value] for problem in _number_problems(item)]


def _number_problems(item: dict[str, Any]) -> list[PackError]:
    number = item["claims"].get("corporate_number")
    if number is None:
        return []
    try:
        corporate_number(number)
    except IdentifierError as problem:
        return [PackError(FILE, item["id"], "corporate_number", str(problem), "Correct the number.")]
    if not number[1:].startswith(SAMPLE_NUMBER_BASE):
        message = f"{number} may be the number of a real body."
        return [PackError(FILE, item["id"], "corporate_number", message, f"Use digits 2-5 = {SAMPLE_NUMBER_BASE}.")]
    return []


def load(folder: Path) -> Samples:
    """Return the accounts by issuer; raise PackInvalid with every error found."""
    errors = check(folder)
    if errors:
        raise PackInvalid(errors)
    data = plain(read_yaml(folder, FILE)[0])
    return {name: tuple(_account(item) for item in data[name.value]) for name in IssuerName}


def _account(item: dict[str, Any]) -> Account:
    return Account(
        id=item["id"],
        label_ja=item["label_ja"],
        label_en=item["label_en"],
        acr=item.get("acr", "aal3"),
        revoked=item.get("revoked", False),
        claims=item["claims"],
        verified_claims=item.get("verified_claims", {}),
    )
