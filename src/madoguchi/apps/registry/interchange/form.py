"""What a record of the published registry looks like, and what is wrong with one.

Field paths follow the metropolis' open data (dataset t000029d0000000034, CC BY 4.0), including its misspelt key. There is
no official schema: an unknown field is kept and reported, never refused. An error rejects a record, a warning does not.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.engines.identifiers import parse_psid

BOUNDS = ("lessThan", "lessThanOrEqualTo", "greaterThanOrEqualTo", "greaterThan")
_AGES = tuple(f"target.{bound}.{unit}" for bound in BOUNDS for unit in ("targetAge", "targetAgeOfMonths"))
_PERIOD = ("fromYMD", "fromHM", "toYMD", "toHM", "conditions")
_CONTACT = (
    "contactName", "contactPhone", "contactEx", "contactEmail", "contactUrl", "contactComment", "zipCode",
    "contactAddress",
)  # fmt: skip
LISTS = ("relatedLink", "formLink", "tag.categoryCode", "tag.targetCode", "tag.contentsCode")
FIELDS: tuple[str, ...] = (
    "institutionName.canonicalName", "institutionName.shortName", "summary", "description", "target.targetPersons",
    *_AGES, "target.conditions", "support.description", "support.monetarySupport", "support.materiallySupport", "cost",
    "costConditions", *(f"implementationPeriod.{key}" for key in _PERIOD), "implementationPlace.implementationName",
    "implementationPlace.implementationAddress", "capacity", "utilizationTime.fromHM", "utilizationTime.toHM",
    "utilizationTime.condiutilizationConditionstions", "specificDate", "holiday", "utilization", "procedurePersons",
    "procedureMethod", *(f"procedurePeriod.{key}" for key in _PERIOD), "electronicSubmission", "belongings",
    "procedureDocumentsCode.code", "procedureDocumentsCode.others", "procedureCounter", "relatedLink",
    "localGovernmentLink.uri", "localGovernmentLink.title", "formLink", *(f"contact.{key}" for key in _CONTACT),
    "area.areaCode", "area.areaText", "class", "remarks", "basicInformation.psid", "basicInformation.organization",
    "basicInformation.compartment", "basicInformation.compartmentCode", "basicInformation.institutionType", "updateDate",
    "odInformation.updateDate", "odInformation.updater", "odInformation.content", "regulation.regulationName",
    "regulation.regulationArticle", "tag.categoryCode", "tag.targetCode", "tag.contentsCode", "useConsiderationFlag",
)  # fmt: skip
NUMBERS = (*_AGES, "class", "basicInformation.institutionType")
FLAGS = ("electronicSubmission",)
_DATES = (
    "implementationPeriod.fromYMD", "implementationPeriod.toYMD", "procedurePeriod.fromYMD", "procedurePeriod.toYMD",
    "updateDate", "odInformation.updateDate",
)  # fmt: skip
_REQUIRED = ("institutionName.canonicalName", "area.areaCode", "basicInformation.psid")
_AREA = re.compile(r"^(\d{6});(.+)$")


class Level(StrEnum):
    """How bad: an error keeps the record apart, a warning lets it in as it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one field, and what to do about it."""

    level: Level
    field: str
    message: str
    remedy: str


Check = Callable[[str, Any], Finding | None]


def value_at(record: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, None when it is not there."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def flatten(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return (dotted path, value) of every leaf; a list is a leaf."""
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from flatten(value, f"{path}.")
        else:
            yield path, value


def area_code(record: Mapping[str, Any]) -> str:
    """Return the official code of `131016;千代田区`, empty when it cannot be read."""
    match = _AREA.match(str(value_at(record, "area.areaCode") or "").strip())
    return match[1] if match else ""


def psid(record: Mapping[str, Any]) -> str:
    """Return the record's PSID as it is written, empty when there is none."""
    return str(value_at(record, "basicInformation.psid") or "").strip()


def findings(record: Mapping[str, Any], *, codes: Collection[str]) -> list[Finding]:
    """Return everything that is wrong in a record; `codes` are the municipalities and the metropolis."""
    found = [_required(record, path) for path in _REQUIRED]
    found += [_unknown_field(path) for path, _ in flatten(record)]
    found += [_area(record, codes), _psid(record)]
    checks: list[tuple[Collection[str], Check]] = [(NUMBERS, _number), (FLAGS, _flag), (_DATES, _date), (LISTS, _list)]
    found += [check(path, value_at(record, path)) for paths, check in checks for path in paths]
    found += [_code(path, value_at(record, path)) for path in LISTS if path.startswith("tag.")]
    found += [_missing_date(record), _postcode(value_at(record, "contact.zipCode"))]
    return [finding for finding in found if finding]


def _required(record: Mapping[str, Any], path: str) -> Finding | None:
    if str(value_at(record, path) or "").strip():
        return None
    return Finding(
        Level.ERROR, path, "The field is missing or empty.", "Fill it in; without it the record has no home."
    )


def _unknown_field(path: str) -> Finding | None:
    if path in FIELDS or any(known.startswith(f"{path}.") for known in FIELDS):
        return None
    return Finding(Level.WARNING, path, "The field is not known here.", "It is kept and exported as it is.")


def _area(record: Mapping[str, Any], codes: Collection[str]) -> Finding | None:
    written = value_at(record, "area.areaCode")
    if not written:
        return None
    if not area_code(record):
        return Finding(
            Level.ERROR, "area.areaCode", f"{written!r} is not `code;name`.", "Write it like 131016;千代田区."
        )
    if area_code(record) not in codes:
        message = f"{area_code(record)} is no municipality of this installation."
        return Finding(Level.ERROR, "area.areaCode", message, "Correct the code, or add the municipality to the pack.")
    if str(written) != str(written).strip():
        return Finding(Level.WARNING, "area.areaCode", "Blanks around the code.", "They are ignored; remove them.")
    return None


def _psid(record: Mapping[str, Any]) -> Finding | None:
    written = psid(record)
    if not written:
        return None
    try:
        parse_psid(written)
    except ValueError as problem:
        return Finding(Level.WARNING, "basicInformation.psid", str(problem), "Kept as it is; correct it at the source.")
    return None


def _number(path: str, value: Any) -> Finding | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000):
        return None
    return Finding(
        Level.WARNING, path, f"{value!r} is no whole number from 0 to 999.", "Kept, but never used to judge."
    )


def _flag(path: str, value: Any) -> Finding | None:
    if value is None or isinstance(value, bool):
        return None
    return Finding(Level.WARNING, path, f"{value!r} is neither true nor false.", "Kept; taken as unknown.")


def as_day(value: Any) -> date | None:
    """Return the day of `2024-06-03` or `2024/6/3`, None for anything else (随時, free text, impossible days)."""
    match = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", str(value or "").strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _date(path: str, value: Any) -> Finding | None:
    if value in (None, "") or (re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)) and as_day(value)):
        return None
    if as_day(value):
        return Finding(Level.WARNING, path, f"{value} is not written YYYY-MM-DD.", f"Read as {as_day(value)}.")
    return Finding(Level.WARNING, path, f"{value!r} is no date.", "Kept as text; taken as unknown.")


def _list(path: str, value: Any) -> Finding | None:
    if value is None or isinstance(value, list):
        return None
    return Finding(Level.WARNING, path, f"{str(value)[:40]!r} is no list.", "Kept as it is; not used for search.")


def _code(path: str, value: Any) -> Finding | None:
    bad = [item for item in value or [] if not re.fullmatch(r"\d{3}", str(item))] if isinstance(value, list) else []
    if not bad:
        return None
    return Finding(Level.WARNING, path, f"{bad[0]!r} is no three-digit tag.", "Split it or add leading zeros.")


def _missing_date(record: Mapping[str, Any]) -> Finding | None:
    if value_at(record, "updateDate"):
        return None
    return Finding(Level.WARNING, "updateDate", "Nobody wrote when it was updated.", "Shown as unknown; fill it in.")


def _postcode(value: Any) -> Finding | None:
    if value in (None, "") or re.fullmatch(r"\d{7}", str(value)):
        return None
    return Finding(Level.WARNING, "contact.zipCode", f"{value!r} is not seven digits.", "Write it without a hyphen.")
