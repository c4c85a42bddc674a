"""Loads `benefits.yaml` of a pack: schemes that are paid by month. A pack without the file has none."""

from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.benefits.contracts import BenefitScheme
from madoguchi.apps.benefits.models import Scheme
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml
from madoguchi.engines.payments import ZenginError, write

FILE = "benefits.yaml"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_MONTH: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 12}
_PAYER = (
    "originator_code",
    "originator_name",
    "bank_code",
    "bank_name",
    "branch_code",
    "branch_name",
    "kind",
    "number",
)
_SCHEME: dict[str, Any] = {
    "type": "object",
    "required": [
        "id", "procedures", "programme", "organisation", "name", "yen_per_month", "starts", "months", "payment_months",
        "payer", "source",
    ],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 60},
        "procedures": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _TEXT},
        "purpose": _TEXT,
        "area": {"type": "string", "pattern": "^[0-9]{2,6}$"},
        "programme": _TEXT,
        "organisation": _TEXT,
        "name": {"type": "object", "required": ["ja", "en"], "additionalProperties": _TEXT},
        "yen_per_month": {"type": "integer", "minimum": 1},
        "starts": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
        "months": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"residence_day": {"type": "integer"}, "last": _TEXT},
        },
        "payment_months": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^([1-9]|1[0-2])$"},
            "additionalProperties": {"type": "array", "minItems": 1, "items": _MONTH},
        },
        "batch_size": {"type": "integer", "minimum": 1, "maximum": 20_000},
        "budget_yen": {"type": "integer", "minimum": 1},
        "payer": {
            "type": "object",
            "required": [*_PAYER],
            "additionalProperties": False,
            "properties": {**dict.fromkeys(_PAYER, _TEXT), "sample": {"type": "boolean"}},
        },
        "profile": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "newline": {"enum": ["none", "crlf"]},
                "name_cut": {"enum": ["refuse", "bytes", "whole_signs"]},
                "clearing_house": _TEXT,
                "designation": _TEXT,
            },
        },
        "source": {"type": "object", "required": ["title", "checked_on"]},
        "unconfirmed": {"type": "array", "items": _TEXT},
    },
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["schemes"],
    "additionalProperties": False,
    "properties": {"schemes": {"type": "array", "items": _SCHEME}},
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `benefits.yaml`: form, owner, months, what a bank file cannot hold."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    known = {item.get("id") for item in (read_yaml(folder, "organisations.yaml")[0] or {}).get("organisations", [])}
    seen: set[str] = set()
    for item in plain(data)["schemes"]:
        errors += _errors(item, known, seen)
        seen |= {item["id"], *item["procedures"]}
    return errors


def _errors(item: dict[str, Any], organisations: set[Any], seen: set[str]) -> list[PackError]:
    def error(place: str, message: str, remedy: str) -> PackError:
        return PackError(FILE, item["id"], place, message, remedy)

    found = []
    if item["id"] in seen:
        found.append(error("id", "This id is there twice.", "Give each scheme its own."))
    for name in sorted(seen.intersection(item["procedures"])):
        found.append(error("procedures", f"{name} grants another benefit already.", "Name it in one scheme only."))
    if ("purpose" in item) != ("area" in item):
        found.append(error("area", "Purpose and area belong together.", "Give both, or take both away."))
    if item["organisation"] not in organisations:
        found.append(error("organisation", "There is no such organisation.", "Use an id of organisations.yaml."))
    try:
        terms = BenefitScheme.of(item)
        write(terms.header(datetime(2000, 1, 1).date()), [], terms.profile)  # noqa: DTZ001 # any day, to try the header
    except ZenginError as problem:
        found.append(error("payer", f"{problem}", "Write names in kana and codes as digits."))
    except ValueError as problem:
        found.append(error("months", f"{problem}", "See docs/packs.md for the form."))
    paid = [number for numbers in item["payment_months"].values() for number in numbers]
    if len(paid) != len(set(paid)):
        found.append(error("payment_months", "A month is paid twice.", "Name every month once."))
    return found


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Create or update the schemes; those no longer in the pack stay, since recipients point at them."""
    if not (folder / FILE).exists():
        return
    items = plain(read_yaml(folder, FILE)[0])["schemes"]
    for item in items:
        save(item, now)
    report.add("benefit schemes", len(items))


def save(content: dict[str, Any], now: datetime) -> Scheme:
    """Create or update one scheme from its JSON form."""
    terms = BenefitScheme.of(content)
    values = {
        "organisation_id": terms.organisation_id,
        "content": content,
        "loaded_at": now,
    }
    return Scheme.objects.update_or_create(pk=terms.id, defaults=values)[0]


LOADER = PackLoader("benefits", 60, check, load)
