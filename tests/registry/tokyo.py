"""The rules of Tokyo's pack read straight from its files, for tests that need no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from madoguchi.apps.registry import schemas
from madoguchi.apps.registry.book import Book, build
from madoguchi.core.packs import plain
from madoguchi.engines.eligibility import Rule

PACK = Path(__file__).parents[2] / "packs" / "tokyo"


@dataclass(frozen=True, slots=True)
class Tokyo:
    """The book and the rules of the pack."""

    book: Book
    rules: Mapping[str, Rule]


@pytest.fixture(scope="session")
def tokyo() -> Tokyo:
    def read(name: str) -> dict[str, list[dict[str, object]]]:
        path = PACK / f"{name}.yaml"
        return dict(plain(yaml.safe_load(path.read_text(encoding="utf-8")))) if path.exists() else {}

    parts = {name: read(name).get(name, []) for name in schemas.PARTS}
    municipalities = [str(o["code"]) for o in read("organisations")["organisations"] if o["kind"] == "municipality"]
    book = build(parts, municipalities)
    files = sorted((PACK / "programmes").glob("*.yaml"))
    records = [record for file in files for record in read(f"programmes/{file.stem}")["programmes"]]
    rules = [book.rule(record) for record in records]
    return Tokyo(book, {rule.id: rule for rule in rules})
