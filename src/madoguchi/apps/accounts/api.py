"""The door of the accounts room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.apps.accounts import identities, services
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.acting import Acting, acting
from madoguchi.apps.accounts.delegation.services import NotDelegated, Scope, may_act
from madoguchi.apps.accounts.delegation.services import act as act_for
from madoguchi.apps.accounts.levels import is_enough, requires_level, step_up_address
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.sessions import caller_of
from madoguchi.core.permissions import ROLE_PERMISSIONS, Actor, Permission, Role

__all__ = [
    "Acting",
    "NotDelegated",
    "Scope",
    "account_data",
    "act_for",
    "acting",
    "actor_of",
    "caller_of",
    "ensure_staff",
    "erase_account",
    "is_enough",
    "may_act",
    "requires_level",
    "staff_of",
    "step_up_address",
]


def actor_of(user: Any) -> Actor:
    """Return who acts when this signed-in user does something."""
    roles: dict[str, set[Role]] = {}
    for membership in user.memberships.all():
        roles.setdefault(membership.organisation_id, set()).add(Role(membership.role))
    held = {organisation: frozenset(names) for organisation, names in roles.items()}
    return Actor(id=str(user.pk), name=user.display_name, roles=held)


def ensure_staff(*, username: str, display_name: str, password: str, roles: Mapping[str, set[Role]]) -> None:
    """Make an account unless one of that name exists; its roles are set in both cases."""
    user = User.objects.filter(username=username).first()
    if user is None:
        services.create_staff(username=username, display_name=display_name, password=password, roles=roles)
    else:
        services.set_roles(user, roles)


def account_data(account_id: str) -> dict[str, Any]:
    """Return what this room holds of an account, as JSON values; empty for an unknown id. For export to its holder."""
    user = User.objects.filter(pk=account_id).first()
    if user is None:
        return {}
    return {
        "kind": user.kind,
        "created_at": user.created_at.isoformat(),
        "identities": [
            {"provider": item.provider, "issuer": item.issuer, "linked_at": item.linked_at.isoformat()}
            for item in identities.identities_of(user)
        ],
        "sessions": [
            {"started_at": row.started_at.isoformat(), "device": row.device, "method": row.method}
            for row in user.signed_in_sessions.order_by("started_at")
        ],
        "passkeys": [
            {"name": row.name, "created_at": row.created_at.isoformat()} for row in user.passkeys.order_by("created_at")
        ],
        "delegations": delegation.export(account_id),
    }


def erase_account(account_id: str, *, now: datetime) -> tuple[str, ...]:
    """End an account, its delegations, identities and sessions; return what stays and why. Repeating changes nothing."""
    delegation.end_all(account_id, now=now)
    return services.erase(account_id, now=now)


def staff_of(organisation_id: str, permission: Permission) -> list[tuple[str, str]]:
    """Return id and name of everybody who holds a permission at an organisation, by name; closed accounts are left out."""
    roles = [role.value for role, held in ROLE_PERMISSIONS.items() if permission in held]
    rows = User.objects.filter(
        is_active=True, memberships__organisation_id=organisation_id, memberships__role__in=roles
    ).distinct()
    return [(str(key), name) for key, name in rows.order_by("display_name", "pk").values_list("pk", "display_name")]
