"""Staff of the invented authority: an editor, a publisher, and staff of others."""

from collections.abc import Callable

import pytest

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures.models import Procedure
from madoguchi.core.permissions import Role
from tests.procedures import records


@pytest.fixture
def procedure(db: None) -> Procedure:
    """Return the invented procedure, published by the pack."""
    return records.published()


@pytest.fixture
def staff(procedure: Procedure) -> Callable[..., User]:
    """Return a maker of staff accounts of an organisation."""

    def make(name: str, role: Role, organisation: str = "tokyo-hoken") -> User:
        return accounts.create_staff(
            username=name, display_name=name, password="a long sample password", roles={organisation: {role}}
        )

    return make


@pytest.fixture
def editor(staff: Callable[..., User]) -> User:
    """Return staff who may edit."""
    return staff("editor", Role.EDITOR)


@pytest.fixture
def publisher(staff: Callable[..., User]) -> User:
    """Return staff who may edit and publish."""
    return staff("publisher", Role.PUBLISHER)
