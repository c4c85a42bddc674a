"""A small pack of towns, and a way to load rows."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from madoguchi.apps.businesses import townlist
from madoguchi.apps.businesses.models import Town
from madoguchi.apps.businesses.register.loading import LoadReport, load_file
from madoguchi.core.models import Organisation
from tests.businesses.rows import write

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Load = Callable[[Iterable[list[str]]], LoadReport]


@pytest.fixture
def towns(db: None) -> None:
    """Provide the metropolis, two municipalities and their towns."""
    organisations(), townlist.forget()


def organisations() -> None:
    """Create what the register needs of a pack."""
    kinds = Organisation.Kind
    metropolis = Organisation.objects.create(
        id="tokyo", kind=kinds.METROPOLIS, name_ja="東京都", name_en="T", code="130001"
    )
    for key, name, code in (("shinjuku", "新宿区", "131041"), ("chuo", "中央区", "131024")):
        Organisation.objects.create(
            id=key, kind=kinds.MUNICIPALITY, name_ja=name, name_en=key, code=code, parent=metropolis
        )
    names = (("13104", "西新宿二丁目"), ("13104", "市谷田町一丁目"), ("13102", "銀座一丁目"))
    Town.objects.bulk_create(Town(city_code=code, name=name) for code, name in names)


@pytest.fixture
def load(towns: None, tmp_path: Path) -> Load:
    """Return a function that loads rows as one published file."""
    numbers = count(1)
    return lambda rows: load_file(write(tmp_path / f"file{next(numbers)}.csv", rows), now=NOW)
