"""Local accounts of staff, their memberships, and failed sign-ins."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

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
    """One member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
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
