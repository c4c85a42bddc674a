"""Reads packs: folders of data that say what one government offers. Every error names file, record, field and remedy.

A room registers a loader for its part; loading is idempotent and runs in one transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True)
class PackError:
    """One thing that is wrong in a pack."""

    file: str
    record: str
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.record}: {self.field}: {self.message} {self.remedy}"


class PackInvalid(Exception):
    """A pack that cannot be loaded; carries every error found."""

    def __init__(self, errors: Iterable[PackError]) -> None:
        self.errors = tuple(errors)
        shown = "\n".join(str(error) for error in self.errors[:20])
        super().__init__(f"The pack has {len(self.errors)} errors:\n{shown}")


@dataclass(slots=True)
class LoadReport:
    """What loading did: counts by name."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int = 1) -> None:
        """Count something that was done."""
        self.counts[name] = self.counts.get(name, 0) + number

    def as_dict(self) -> dict[str, int]:
        """Return the counts."""
        return dict(self.counts)


@dataclass(frozen=True, slots=True)
class PackLoader:
    """How one room checks and loads its part. Loaders run in their order."""

    name: str
    order: int
    check: Callable[[Path], list[PackError]]
    load: Callable[[Path, LoadReport, datetime], None]


_loaders: dict[str, PackLoader] = {}


def register(loader: PackLoader) -> None:
    """Add a room's loader; called once when Django starts."""
    _loaders[loader.name] = loader


def _in_order() -> list[PackLoader]:
    return sorted(_loaders.values(), key=lambda loader: loader.order)


def check_pack(folder: Path) -> list[PackError]:
    """Return everything that is wrong in a pack."""
    if not (folder / "pack.yaml").exists():
        return [PackError("pack.yaml", "-", "-", f"There is no pack in {folder.name}.", "Set MADOGUCHI_PACK_DIR.")]
    return [error for loader in _in_order() for error in loader.check(folder)]


def load_pack(folder: Path, *, now: datetime) -> LoadReport:
    """Check and load a pack in one transaction; raise PackInvalid with every error, and then change nothing."""
    errors = check_pack(folder)
    if errors:
        raise PackInvalid(errors)
    report = LoadReport()
    with transaction.atomic():
        for loader in _in_order():
            loader.load(folder, report, now)
    return report


def read_yaml(folder: Path, name: str, schema: Mapping[str, Any] | None = None) -> tuple[Any, list[PackError]]:
    """Return the contents of a file and what is wrong with it; a missing or broken file gives None."""
    path = folder / name
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 # a safe loader in C
    except FileNotFoundError:
        return None, [PackError(name, "-", "-", "The file is missing.", "Add it; see docs/packs.md.")]
    except UnicodeDecodeError:
        return None, [PackError(name, "-", "-", "The file is not UTF-8.", "Save it as UTF-8.")]
    except yaml.YAMLError as problem:
        place = str(getattr(problem, "problem_mark", "")).strip()
        return None, [PackError(name, place or "-", "-", "The file is not YAML.", "Correct the line.")]
    return data, [] if schema is None else list(_schema_errors(data, schema, name))


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _schema_errors(data: Any, schema: Mapping[str, Any], name: str) -> Iterable[PackError]:
    for problem in Draft202012Validator(schema).iter_errors(_plain(data)):
        path = list(problem.absolute_path)
        record = _record_name(data, path)
        place = ".".join(map(str, path[2:])) or ".".join(map(str, path)) or "-"
        yield PackError(name, record, place, f"{problem.message[:200]}.", "See docs/packs.md for the form.")


def _record_name(data: Any, path: list[Any]) -> str:
    try:
        item = data[path[0]][path[1]]
    except (IndexError, KeyError, TypeError):
        return "-"
    return str(item.get("id") or item.get("name") or path[1]) if isinstance(item, dict) else str(path[1])


def _plain(value: Any) -> Any:
    """Return dates as ISO text, so that JSON Schema can look at them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def plain(value: Any) -> Any:
    """Return pack contents as JSON values (dates as ISO text)."""
    return _plain(value)
