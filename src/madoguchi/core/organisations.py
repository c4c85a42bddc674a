"""Organisations as tenants: reading them, and loading them from `organisations.yaml`."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from madoguchi.core.models import Organisation
from madoguchi.core.packs import LoadReport, PackError, PackLoader, read_yaml
from madoguchi.engines.identifiers import IdentifierError, corporate_number, is_municipality_code

FILE = "organisations.yaml"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["organisations"],
    "properties": {
        "organisations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "kind", "ja", "en"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-z0-9-]+$"},
                    "kind": {"enum": [kind.value for kind in Organisation.Kind]},
                    "ja": _TEXT,
                    "en": _TEXT,
                    "kana": _TEXT,
                    "code": {"type": "string", "pattern": "^[0-9]{6}$"},
                    "corporate_number": {"type": "string"},
                    "parent": _TEXT,
                    "url": _TEXT,
                },
            },
        }
    },
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `organisations.yaml`: form, check digits, unknown parents, doubled ids."""
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    seen: set[str] = set()
    for item in data["organisations"]:
        errors += [PackError(FILE, item["id"], *problem) for problem in _problems(item, seen)]
        seen.add(item["id"])
    return errors


def _problems(item: dict[str, Any], seen: set[str]) -> list[tuple[str, str, str]]:
    found = []
    if item["id"] in seen:
        found.append(("id", "The id stands twice.", "Give each organisation its own id."))
    if item.get("parent") and item["parent"] not in seen:
        found.append(("parent", f"{item['parent']} is not defined before.", "List the parent first."))
    if item.get("code") and not is_municipality_code(item["code"]):
        found.append(("code", f"{item['code']} fails its check digit.", "Correct the code."))
    try:
        if item.get("corporate_number"):
            corporate_number(item["corporate_number"])
    except IdentifierError as problem:
        found.append(("corporate_number", str(problem), "Correct the number."))
    return found


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Create or update the organisations; those no longer in the pack stay, since records point at them."""
    data, _ = read_yaml(folder, FILE)
    rows = [
        Organisation(
            id=item["id"],
            kind=item["kind"],
            name_ja=item["ja"],
            name_en=item["en"],
            kana=item.get("kana", ""),
            code=item.get("code", ""),
            corporate_number=item.get("corporate_number", ""),
            parent_id=item.get("parent"),
            order=order,
        )
        for order, item in enumerate(data["organisations"])
    ]
    fields = ["kind", "name_ja", "name_en", "kana", "code", "corporate_number", "parent", "order"]
    Organisation.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    report.add("organisations", len(rows))
    municipality_codes.cache_clear()


LOADER = PackLoader("organisations", 10, check, load)


@lru_cache(maxsize=1)
def municipality_codes() -> frozenset[str]:
    """Return the codes of the pack's municipalities."""
    kind = Organisation.Kind.MUNICIPALITY
    return frozenset(Organisation.objects.filter(kind=kind).values_list("code", flat=True))
