"""The small world of these tests: terms in the database, facts in memory."""

from collections.abc import Iterator

import pytest

from tests.consents import world


@pytest.fixture
def facts() -> Iterator[world.Memory]:
    """Join the in-memory source of facts."""
    with world.memory() as fake:
        yield fake


@pytest.fixture
def terms(db: None, facts: world.Memory) -> world.Memory:
    """Make organisations, purposes and agreements; return the source of facts."""
    world.build()
    return facts
