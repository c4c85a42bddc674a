"""Set-up of open data's tests: nothing that was kept in memory goes from one test to the next, no name is resolved outside."""

from collections.abc import Iterator

import pytest

from madoguchi.apps.opendata import conditional
from madoguchi.apps.opendata.ckan import catalogue


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    conditional._kept.clear()
    catalogue._kept.clear()
