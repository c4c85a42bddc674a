"""The door of the accounts room."""

from collections.abc import Mapping
from typing import Any

from madoguchi.apps.accounts import services
from madoguchi.apps.accounts.models import User
from madoguchi.core.permissions import Actor, Role


def actor_of(user: Any) -> Actor:
    """Return who acts when this signed-in user does something."""
    roles: dict[str, set[Role]] = {}
    for organisation_id, role in user.memberships.values_list("organisation_id", "role"):
        roles.setdefault(organisation_id, set()).add(Role(role))
    held = {organisation: frozenset(names) for organisation, names in roles.items()}
    return Actor(id=str(user.pk), name=user.display_name, roles=held)


def ensure_staff(*, username: str, display_name: str, password: str, roles: Mapping[str, set[Role]]) -> None:
    """Make an account unless one of that name exists; its roles are set in both cases."""
    user = User.objects.filter(username=username).first()
    if user is None:
        services.create_staff(username=username, display_name=display_name, password=password, roles=roles)
    else:
        services.set_roles(user, roles)
