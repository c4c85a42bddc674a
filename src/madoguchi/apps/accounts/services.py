"""Writes of the accounts room: making staff, ending and erasing accounts, counting failed sign-ins."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.models import FailedSignIn, Membership, User
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Role

MAX_FAILURES = 5
WINDOW = timedelta(minutes=15)


@transaction.atomic
def create_staff(
    *, username: str, display_name: str, password: str, roles: Mapping[str, Iterable[Role]], actor: Actor = SYSTEM
) -> User:
    """Create an account with its roles; raise ValidationError when the password is weak."""
    user = User(username=username, display_name=display_name)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    set_roles(user, roles)
    audit.record(
        actor=actor, organisation_id="", action="staff.create", object_kind="user", object_id=str(user.pk), detail={}
    )
    return user


def set_roles(user: User, roles: Mapping[str, Iterable[Role]]) -> None:
    """Give a user exactly these roles."""
    wanted = {(organisation, role.value) for organisation, held in roles.items() for role in held}
    user.memberships.all().delete()
    Membership.objects.bulk_create(
        Membership(user=user, organisation_id=organisation, role=role) for organisation, role in sorted(wanted)
    )


@transaction.atomic
def deactivate(user: User, *, actor: Actor = SYSTEM) -> None:
    """End an account; its past deeds stay in the audit trail."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_others(user)
    audit.record(
        actor=actor,
        organisation_id="",
        action="staff.deactivate",
        object_kind="user",
        object_id=str(user.pk),
        detail={},
    )


def is_blocked(username: str, address: str) -> bool:
    """Tell whether too many sign-ins for this name from this address failed in the last 15 minutes."""
    since = timezone.now() - WINDOW
    return FailedSignIn.objects.filter(username=username[:60], address=address, at__gte=since).count() >= MAX_FAILURES


def note_failure(username: str, address: str) -> None:
    """Remember a failed sign-in and forget old ones."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    FailedSignIn.objects.create(username=username[:60], address=address)


@transaction.atomic
def erase(account_id: str, *, now: datetime, actor: Actor = SYSTEM) -> tuple[str, ...]:
    """End an account and remove what this room holds of its person; return what stays, each with its reason."""
    user = User.objects.select_for_update().filter(pk=account_id).first()
    if user is None:
        return ()
    sessions.end_others(user)
    user.signed_in_sessions.all().delete()
    user.identities.all().delete()
    if user.is_active:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        audit.record(
            actor=actor,
            organisation_id="",
            action="account.erase",
            object_kind="user",
            object_id=account_id,
            detail={"at": now.isoformat()},
        )
    return (_("アカウントの番号：監査の記録がさしているためです。氏名などの個人情報は入っていません。"),)
