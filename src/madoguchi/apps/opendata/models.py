"""Rows of open data: keys of apps (hashed) and the addresses that are told of changes (webhooks)."""

import secrets
import uuid

from django.db import models

from madoguchi.core.models import VaultKey

ID_BYTES = 12


def new_id() -> str:
    """Return a fresh id that nobody can guess."""
    return secrets.token_urlsafe(ID_BYTES)


class ApiKey(models.Model):
    """A key of an app. Its secret is shown once and kept as a hash; the e-mail address, if one was given, is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True)
    network = models.CharField(max_length=32, blank=True, db_index=True)
    """Keyed hash of the network that asked for it, to count keys; emptied after a day."""
    sealed = models.BinaryField(null=True)
    """The e-mail address, sealed; empty where none was given."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(db_index=True)
    """Day of the last use, exact to a day: nothing tells when somebody worked."""

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class Hook(models.Model):
    """An address that is told of changes, in the order of the changes feed. `cursor` is the last sequence it has."""

    class State(models.TextChoices):
        UNVERIFIED = "unverified"
        ACTIVE = "active"
        PAUSED = "paused"

    id = models.CharField(primary_key=True, max_length=20, default=new_id)
    owner = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="hooks")
    url = models.CharField(max_length=500)
    organisation = models.CharField(max_length=40, blank=True)
    municipality = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.UNVERIFIED)
    reason = models.CharField(max_length=200, blank=True)
    """Why it is paused, or why the last try failed."""
    sealed = models.BinaryField(null=True)
    """The signing secrets, sealed."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    cursor = models.BigIntegerField()
    delivered = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    """Failed tries in a row."""
    failing_since = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    last_status = models.PositiveIntegerField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    """Mark of the worker that delivers to it now."""
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "id")
        indexes = (models.Index(fields=["state", "next_attempt_at"]),)

    def __str__(self) -> str:
        return f"{self.pk} -> {self.url}"
