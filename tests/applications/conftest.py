"""Set-up of the applications room's tests: the small world, a family, browsers signed in."""

import pytest
from django.test import Client

from tests.applications import world
from tests.people.conftest import prove


@pytest.fixture
def small_world(db: None) -> None:
    """Load the small world."""
    world.build()


@pytest.fixture
def hanako(small_world: None) -> world.Family:
    """Return a parent with one child."""
    return world.family()


@pytest.fixture
def browser(hanako: world.Family, client: Client) -> Client:
    """Return the browser of the parent, who signed in with her card."""
    prove(client, hanako.user)
    return client
