"""The registry's part of a pack as the checks across records see it, and the form of what they find.

Reads files, judges nothing: a record whose form is wrong is reported by its schema and looked at no further.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from madoguchi.apps.registry import schemas
from madoguchi.apps.registry.book import Book, as_date, build
from madoguchi.core.packs import PackError, plain, read_yaml
from madoguchi.engines.eligibility import ConditionError, Node, Severity
from madoguchi.engines.eligibility.check import Located, Place, Problem

Record = Mapping[str, Any]
_OPTIONAL = ("synonyms", "implications", "income_tables", "subconditions")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding with its place: file, record, field, and position (0-based) with the quoted part of the text."""

    is_error: bool
    file: str
    record: str
    field: str
    place: Place | None
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that is read from a pack. `day` is its as-of date."""

    day: date
    parts: Mapping[str, Sequence[Record]]
    programmes: Sequence[tuple[str, Record]]
    municipalities: Sequence[str]


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme with its condition read; `whens` are the conditions of its amount by their field."""

    file: str
    record: Record
    condition: Located
    whens: Mapping[str, Located]

    @property
    def id(self) -> str:
        """Return the id of the record."""
        return str(self.record["id"])

    @property
    def name(self) -> str:
        """Return the Japanese name."""
        return str(self.record["name"]["ja"])

    def trees(self) -> list[tuple[str, Located]]:
        """Return every condition of the record with its field."""
        return [("condition", self.condition), *self.whens.items()]

    def finding(self, field: str, problem: Problem, located: Located | None = None) -> Finding:
        """Return a problem of the engine as a finding about this record."""
        place = located.place(problem.part) if located else None
        is_error = problem.severity is Severity.ERROR
        return Finding(is_error, self.file, self.id, field, place, problem.message, problem.remedy)

    def warning(self, field: str, message: str, remedy: str, at: tuple[Located, Node] | None = None) -> Finding:
        """Return a finding about this record that stops nothing; `at` is the part that is meant."""
        place = at[0].place(at[1]) if at else None
        return Finding(False, self.file, self.id, field, place, message, remedy)


def read(folder: Path) -> tuple[Contents | None, list[Finding]]:
    """Return the contents of a pack, or None and what is wrong with the form of its files."""
    errors: list[PackError] = []
    parts: dict[str, Sequence[Record]] = {}
    for name, schema in schemas.PARTS.items():
        if name in _OPTIONAL and not (folder / f"{name}.yaml").exists():
            parts[name] = []
            continue
        parts[name] = _list(folder, f"{name}.yaml", schema, name, errors)
    programmes = []
    for path in sorted((folder / "programmes").glob("*.yaml")):
        file = f"programmes/{path.name}"
        programmes += [(file, item) for item in _list(folder, file, schemas.PROGRAMMES, "programmes", errors)]
    about, problems = read_yaml(folder, "pack.yaml")
    organisations = _list(folder, "organisations.yaml", {}, "organisations", errors)
    errors += problems
    if errors:
        return None, [of_pack_error(item) for item in errors]
    day = as_date(about.get("as_of")) or max(as_date(item["checked_on"]) or date.min for _, item in programmes)
    codes = [str(item["code"]) for item in organisations if item.get("kind") == "municipality" and "code" in item]
    return Contents(day, parts, programmes, codes), []


def _list(folder: Path, file: str, schema: Record, name: str, errors: list[PackError]) -> list[Any]:
    data, problems = read_yaml(folder, file, schema)
    errors += problems
    return list(plain(data)[name]) if isinstance(data, dict) and name in data and not problems else []


def of_pack_error(error: PackError) -> Finding:
    """Return an error of a pack file as a finding."""
    return Finding(True, error.file, error.record, error.field, None, error.message, error.remedy)


def book_of(contents: Contents) -> tuple[Book | None, list[Finding]]:
    """Return the rule book, or None and why the lists of the pack do not make one."""
    try:
        return build(contents.parts, contents.municipalities), []
    except (ConditionError, ValueError, KeyError) as problem:
        message = f"The lists of the pack do not fit together: {problem}"
        return None, [Finding(True, "attributes, questions or tables", "-", "-", None, message, "Correct the record.")]


def amount_versions(record: Record) -> Iterator[tuple[str, Record]]:
    """Yield (field, version) of an amount; an amount without versions is its own only one."""
    amount = record.get("amount") or {}
    versions = amount.get("versions")
    if versions is None:
        yield "amount", amount
        return
    for number, version in enumerate(versions):
        yield f"amount.versions.{number}", version


def case_lists(field: str, version: Record) -> Iterator[tuple[str, Sequence[Record]]]:
    """Yield (field, cases) of a version: its own, then those of its additions (加算)."""
    yield f"{field}.cases", version.get("cases") or ()
    for number, addition in enumerate(version.get("additions") or ()):
        yield f"{field}.additions.{number}.cases", addition.get("cases") or ()
