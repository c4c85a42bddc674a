"""Accounts, the identities at providers that open them, attempts to sign in, live sessions, and failed passwords.

No name, address or birth date of a person lies here; those belong to the people room.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from madoguchi.apps.accounts.contracts import Method
from madoguchi.core.access import Kind
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Role


class UserManager(BaseUserManager["User"]):
    """Makes users with hashed passwords."""

    def create_user(self, username: str, password: str, **fields: Any) -> "User":
        """Create one account."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """One account: a member of staff, a resident, or somebody who signs in for a business."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.value.title()) for kind in Kind], default=Kind.STAFF
    )
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def __str__(self) -> str:
        return self.display_name


class Membership(models.Model):
    """A role of a user at an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_role_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role} at {self.organisation_id}"


class FailedSignIn(models.Model):
    """A failed sign-in, kept to slow down guessing."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["username", "address", "at"]),)

    def __str__(self) -> str:
        return f"{self.username} from {self.address} at {self.at}"


class Identity(models.Model):
    """An account at a provider (issuer, subject) that opens an account here. One subject opens one account only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=40)
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_per_subject"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_subject_per_issuer"),
        )

    def __str__(self) -> str:
        return f"{self.provider} of {self.user_id}"


class Purpose(models.TextChoices):
    """Why somebody is sent to a provider."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    LINK = "link"


class SignInAttempt(models.Model):
    """One way to a provider and back. It holds hashes only: state, nonce and verifier live in the browser's session."""

    state_hash = models.CharField(primary_key=True, max_length=64)
    browser_hash = models.CharField(max_length=64)
    nonce_hash = models.CharField(max_length=64, db_index=True)
    provider = models.CharField(max_length=40)
    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    next = models.CharField(max_length=500, blank=True)
    wanted_level = models.PositiveSmallIntegerField(default=0)
    max_age_seconds = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} at {self.provider}, {self.created_at}"


class SignedInSession(models.Model):
    """A session of an account. Its limits are counted from this row, and ending the row ends the session."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out"
        ENDED = "ended"
        IDLE = "idle"
        ABSOLUTE = "absolute"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40)
    """Hash under which `sealed_sessions` keeps it; the key itself is with the browser only."""
    method = models.CharField(max_length=10, choices=[(method.value, method.value) for method in Method])
    provider = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField()
    device = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=End, blank=True)

    class Meta:
        indexes = (models.Index(fields=["user", "ended_at"]),)

    def __str__(self) -> str:
        return f"session of {self.user_id} since {self.started_at}"


# Models of this room that live in files of their own; they are found by Django through this import.
from madoguchi.apps.accounts.delegation.models import AgentCode, DelegatedAct, DelegationRow  # noqa: E402, F401 # they need User
from madoguchi.apps.accounts.passkeys.models import Passkey, PasskeyChallenge  # noqa: E402, F401 # they need User
