"""Rows of the vault: wrapped data keys. The key that opens them is never in the database."""

from django.db import models


class VaultKey(models.Model):
    """A data key, wrapped by a master key. Sealed rows point here, so no key that is in use can be removed."""

    id = models.BigIntegerField(primary_key=True)
    """Random, so that a number is never used again after a rollback."""
    wrapped = models.BinaryField()
    master = models.CharField(max_length=16)
    """Fingerprint of the master key that wraps it."""
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)
    """When every older row had been sealed anew with this key; empty while a rotation is under way."""
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["active"], condition=models.Q(active=True), name="one_active_vault_key"),
        )

    def __str__(self) -> str:
        return f"key {self.pk} under {self.master}"
