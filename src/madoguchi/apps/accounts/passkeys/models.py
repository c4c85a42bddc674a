"""Passkeys of accounts and the challenges that wait for an answer. No private key ever reaches this server."""

import uuid

from django.db import models


class Passkey(models.Model):
    """A public key that an authenticator made for one account (WebAuthn credential)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1_400, unique=True)
    """base64url; WebAuthn allows 1,023 bytes."""
    public_key = models.BinaryField()
    sign_count = models.PositiveBigIntegerField()
    synced = models.BooleanField()
    """Whether the authenticator keeps copies of the key elsewhere (backup state)."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    counter_fault_at = models.DateTimeField(null=True)
    """When its counter last went backwards: somebody may hold a copy."""

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"passkey of {self.user_id} since {self.created_at}"


class PasskeyChallenge(models.Model):
    """A challenge that one browser session was given. The row goes with its first use; only hashes are kept."""

    class Purpose(models.TextChoices):
        REGISTER = "register"
        SIGN_IN = "sign_in"

    challenge_hash = models.CharField(primary_key=True, max_length=64)
    browser_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} until {self.ends_at}"
